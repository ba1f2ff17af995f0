"""Settings: layers, ranges, and sentences for what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from samantha import config
from samantha.errors import ConfigError

pytestmark = pytest.mark.unit

PROJECT = Path(__file__).parents[2] / "config.yaml"


def test_the_commented_file_shows_every_setting_with_its_default() -> None:
    shown = yaml.safe_load(PROJECT.read_text("utf-8"))
    flat = {f"{section}.{key}": value for section, keys in shown.items() for key, value in keys.items()}
    defaults = {
        key: list(value) if isinstance(value, tuple) else value for key, value in config.settings().items()
    }
    assert flat == defaults


def test_every_setting_is_commented() -> None:
    for line in PROJECT.read_text("utf-8").splitlines():
        if line.startswith("  ") and ":" in line:
            assert "#" in line, line


def test_later_layers_win(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("voice: {speed: 1.2, volume: 0.5}\nllm: {seed: 3}\n")
    found = config.load(
        file=mine, environ={"SAMANTHA_VOICE__SPEED": "1.4", "SAMANTHA_LLM__SEED": "4"}, flags={"llm.seed": 5}
    )
    assert (found.voice.volume, found.voice.speed, found.llm.seed) == (0.5, 1.4, 5)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("voice: {sped: 1}", ["voice.sped", "not a setting", "voice.speed"]),
        ("vioce: {speed: 1}", ["vioce", "not a setting"]),
        ("voice: {speed: 9}", ["voice.speed", "9", "a number from 0.5 to 2"]),
        ("voice: {speed: fast}", ["voice.speed", "'fast'"]),
        ("hearing: {language: english}", ["hearing.language", "english"]),
        ("audio: {echo_cancellation: maybe}", ["audio.echo_cancellation", "'auto', 'on', 'off' or 'system'"]),
        ("voice: 3", ["voice", "3"]),
        ("attention: {names: []}", ["attention.names", "one name or several"]),
        ("attention: {names: [Samantha, '!']}", ["attention.names", "a letter in it"]),
        ("voice: {speed: .nan}", ["voice.speed", "from 0.5 to 2"]),
        ("hearing: {threads: 0}", ["hearing.threads", "a whole number from 1 to 64"]),
        ("[1, 2]", ["section"]),
        ("voice: {speed: 1", ["not valid YAML"]),
        ("just words", ["section"]),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, words: list[str]) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text(text)
    with pytest.raises(ConfigError) as problem:
        config.load(file=mine, environ={})
    for word in [*words, "mine.yaml"]:
        assert word in str(problem.value)


def test_a_file_that_is_not_text(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_bytes(b"user: {name: \xff\xfe}")
    with pytest.raises(ConfigError, match="not UTF-8"):
        config.load(file=mine, environ={})


def test_a_file_that_was_named_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no settings file"):
        config.load(file=tmp_path / "nothing.yaml", environ={})
    with pytest.raises(ConfigError, match="not a setting"):
        config.load(environ={"SAMANTHA_VOICE__SPED": "1"})


def test_on_off_and_no_are_words_in_every_layer(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("audio: {echo_cancellation: off, headset: true}\nhearing: {language: no}\n")
    found = config.load(file=mine, environ={})
    assert (found.audio.echo_cancellation, found.audio.headset, found.hearing.language) == ("off", True, "no")
    found = config.load(environ={"SAMANTHA_AUDIO__ECHO_CANCELLATION": "on"})
    assert found.audio.echo_cancellation == "on"
    assert config.value_of("off") == "off"


def test_a_section_without_keys_is_fine(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("voice:\n#  speed: 2\n")
    assert config.load(file=mine, environ={}).voice.speed == 1


def test_an_empty_file_is_fine(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("# nothing yet\n")
    assert config.load(file=mine, environ={}) == config.Config()


def test_settings_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        config.Config().voice.speed = 2
