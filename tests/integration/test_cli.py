"""The program as a person meets it: one clear line and the right exit code, whatever it is given."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from samantha import config

pytestmark = pytest.mark.integration

MODELS = config.load().models_folder
SMALL = MODELS / "smollm2-135m-instruct" / "smollm2-135m-instruct-q4_1.gguf"


def samantha(
    *words: str | Path, limit: Callable[[], None] | None = None, mortal: bool = False, **environment: str
) -> tuple[int, str, str]:
    """Run it; `mortal` takes away root's privilege to read and write what its mode forbids."""
    prefix = []
    if mortal and os.geteuid() == 0:
        if not shutil.which("setpriv"):
            pytest.skip("root may read and write everything, and there is no setpriv to change that")
        prefix = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    done = subprocess.run(
        [*prefix, sys.executable, "-m", "samantha", *map(str, words)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        preexec_fn=limit,
        stdin=subprocess.DEVNULL,
    )
    return done.returncode, done.stdout, done.stderr


def one_line(problem: tuple[int, str, str], *words: str) -> None:
    code, _, err = problem
    lines = [line for line in err.splitlines() if not line.startswith(("Getting ready", "Playing"))]
    assert code == 1, err
    assert len(lines) == 1, err
    assert lines[0].startswith("samantha: ")
    for word in words:
        assert word in lines[0], lines[0]


@pytest.fixture
def question(tmp_path: Path) -> Path:
    path = tmp_path / "question.wav"
    soundfile.write(path, np.zeros(16_000, np.float32), 16_000)
    return path


def test_help_and_version() -> None:
    code, out, _ = samantha("--help")
    assert code == 0
    assert "talk" in out
    code, out, _ = samantha("--version")
    assert re.match(r"samantha \d+\.\d+", out)


@pytest.mark.parametrize("words", [["bogus"], ["talk", "--bogus"], ["talk", "--pace", "fast"], ["say"]])
def test_wrong_usage(words: list[str]) -> None:
    code, _, err = samantha(*words)
    assert code == 2
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.wav", b""),
        ("header.wav", b"RIFF\x24\x00\x00\x00WAVEjunk" + b"\x00" * 40),
        ("text.wav", b"These are words and no sound at all. " * 40),
        ("cut.flac", b"fLaC\x00\x00\x00\x22"),
    ],
)
@pytest.mark.parametrize("command", ["talk", "transcribe"])
def test_what_is_not_sound(tmp_path: Path, name: str, content: bytes, command: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    one_line(samantha(*(["talk", "--input"] if command == "talk" else ["transcribe"]), path), name)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    one_line(samantha("talk", "--input", tmp_path / "nothing.wav"), "nothing.wav")


@pytest.mark.skipif(os.name != "posix", reason="file permissions are POSIX's")
def test_a_file_that_may_not_be_read(question: Path) -> None:
    question.chmod(0)
    one_line(samantha("talk", "--input", question, mortal=True), "question.wav", "ermission")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: path.write_bytes(b"not a model" * 100), ["GGUF"]),
        (lambda path: path.write_bytes(b""), ["empty"]),
        (lambda path: path.write_bytes(SMALL.read_bytes()[: 40 * 2**20]), ["shorter"]),
        (lambda path: None, ["model.gguf"]),
    ],
    ids=["corrupt", "empty", "truncated", "missing"],
)
def test_a_chat_model_that_is_broken(
    tmp_path: Path, make: Callable[[Path], object], words: list[str]
) -> None:
    if not SMALL.exists():
        pytest.skip("needs `samantha models pull smollm2-135m-instruct`")
    path = tmp_path / "model.gguf"
    make(path)
    one_line(samantha("chat", "--once", "Hello.", "--llm", path), "model.gguf")


def test_a_voice_that_is_not_there(tmp_path: Path) -> None:
    one_line(samantha("say", "Hello.", "--voice", "piper-nobody", "-o", tmp_path / "x.wav"), "piper-nobody")
    one_line(
        samantha("say", "Hello.", "--voice", tmp_path / "mine.onnx", "-o", tmp_path / "x.wav"), "mine.onnx"
    )


def test_a_model_that_is_not_installed(question: Path) -> None:
    missing = "whisper-distil-small.en"
    if (MODELS / missing).exists():
        pytest.skip(f"{missing} is installed")
    change = ["--set", f"hearing.model={missing}"]
    one_line(samantha("talk", "--input", question, *change), f"samantha models pull {missing}")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("voice: {sped: 1}", ["voice.sped", "voice.speed"]),
        ("voice: {speed: 7}", ["voice.speed", "7", "2"]),
        ("llm: {context: lots}", ["llm.context", "lots"]),
    ],
)
def test_settings_that_are_wrong(tmp_path: Path, text: str, words: list[str]) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text(text)
    one_line(samantha("config", "check", mine), *words)
    one_line(samantha("chat", "--once", "Hello.", SAMANTHA_CONFIG=str(mine)), *words)
    one_line(samantha("config", "show", "--set", "nonsense"), "--set")


def test_the_settings_in_force_are_shown() -> None:
    code, out, _ = samantha("config", "show", "--json", "--set", "voice.speed=1.25")
    assert code == 0
    assert json.loads(out)["voice"]["speed"] == 1.25


def test_a_device_that_does_not_exist() -> None:
    one_line(samantha("talk", "--microphone", "no such thing"))


@pytest.mark.skipif(os.name != "posix", reason="limits are POSIX's")
def test_a_disk_that_is_full(tmp_path: Path, question: Path) -> None:
    def small() -> None:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    output = tmp_path / "out.wav"
    one_line(samantha("say", "This is a sentence of some length.", "-o", output, limit=small), "out.wav")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_events_on_a_disk_that_is_full(tmp_path: Path) -> None:
    speech = tmp_path / "noise.wav"
    code, _, err = samantha("say", "Can you hear me? I would like to know.", "-o", speech)
    assert code == 0, err
    one_line(samantha("talk", "--input", speech, "--pace", "fast", "--events", "/dev/full"), "/dev/full")


@pytest.mark.skipif(os.name != "posix", reason="file permissions are POSIX's")
def test_a_folder_that_is_read_only(tmp_path: Path, question: Path) -> None:
    folder = tmp_path / "read-only"
    folder.mkdir(0o555)
    for words in (
        ["talk", "--input", question, "--output", folder / "out.wav"],
        ["talk", "--input", question, "--events", folder / "events.jsonl", "--llm", SMALL],
        ["talk", "--input", question, "--record", folder / "kept", "--llm", SMALL],
        ["say", "Hello.", "-o", folder / "out.wav"],
    ):
        one_line(samantha(*words, mortal=True), str(folder), "ermission")


def test_odd_words_are_spoken_without_complaint(tmp_path: Path) -> None:
    code, _, err = samantha("say", "Ω ☂ \u202e 你好 ``` ### 3.14 €5", "-o", tmp_path / "odd.wav")
    assert code == 0, err
