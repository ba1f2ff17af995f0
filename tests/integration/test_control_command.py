"""`samantha status` and its sisters: what a person sees, and what a program gets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from scriptedcontrol import ScriptedControl, Served, served
from typer.testing import CliRunner

from samantha.cli import app
from samantha.errors import SamanthaError
from samantha.service.control import Busy

pytestmark = pytest.mark.integration


@pytest.fixture
def she(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    with served(ScriptedControl()) as running:
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(running.socket.parent.parent))
        yield running


def run(*words: str) -> str:
    result = CliRunner().invoke(app, words, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_how_she_is_for_a_person_and_for_a_program(she: Served) -> None:
    told = run("status")
    for words in ("listening (always listening)", "a microphone", "a loudspeaker", "3 in 0 min", "nothing"):
        assert words in told
    assert json.loads(run("status", "--json"))["state"] == "listening"


def test_what_changes_is_said_in_a_sentence(she: Served) -> None:
    assert run("listen", "off") == "Microphone off.\n"
    assert "a microphone (closed)" in run("status")
    assert run("listen", "on") == "Always listening.\n"
    assert run("mode", "name") == "Listening for her name.\n"
    assert run("mode", "ptt") == "Listening while the talk key is held.\n"
    assert run("ptt", "press") == ""
    assert json.loads(run("ptt", "release", "--json"))["talking"] is False
    assert run("hush") == "She was silent already.\n"
    assert json.loads(run("hush", "--json")) == {"hushed": False}


def test_what_is_written_and_said_goes_to_the_one_that_runs(she: Served) -> None:
    assert run("chat", "--once", "Is it raining?") == "Well, yes.\n"
    assert run("say", "Dinner is ready.") == ""
    asked = [what for what in she.control.asked if what[0] in ("chat", "say")]
    assert asked == [("chat", "Is it raining?", False), ("say", "Dinner is ready.")]


@pytest.mark.parametrize("words", [("listen", "maybe"), ("mode", "named"), ("ptt", "pull"), ("ptt",)])
def test_wrong_words_are_wrong_usage(words: tuple[str, ...]) -> None:
    assert CliRunner().invoke(app, words).exit_code == 2


def samantha(*words: str, runtime: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(runtime)}
    return subprocess.run(
        [sys.executable, "-m", "samantha", *words],
        env=environment,
        capture_output=True,
        text=True,
        timeout=30,
    )


def test_the_talk_key_is_quick_and_tells_what_went_wrong(she: Served) -> None:
    runtime = she.socket.parent.parent
    for action in ("press", "release", "toggle"):
        assert samantha("ptt", action, runtime=runtime).returncode == 0
    assert [what for what in she.control.asked if what[0] == "ptt"] == [
        ("ptt", "press"),
        ("ptt", "release"),
        ("ptt", "toggle"),
    ]
    she.control.problem = SamanthaError("muted", "The microphone is off.", "Open it: `samantha listen on`.")
    refused = samantha("ptt", "press", runtime=runtime)
    assert refused.returncode == 1
    assert refused.stderr == "samantha: The microphone is off. Open it: `samantha listen on`.\n"
    she.control.problem = Busy("She is in a turn.", 7)
    assert samantha("ptt", "press", runtime=runtime).stderr.endswith("Try again in 7 s.\n")


def test_nothing_heavy_is_imported_for_the_talk_key() -> None:
    heavy = "typer rich pydantic yaml numpy starlette uvicorn websockets asyncio".split()
    code = f"import sys, samantha.commands.control; print([m for m in {heavy} if m in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    assert told.stdout == "[]\n", told


def test_when_she_does_not_run_every_verb_says_so(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    for words in (("status",), ("ptt", "press"), ("events",)):
        refused = samantha(*words, runtime=tmp_path)
        assert refused.returncode == 1
        assert refused.stderr == (
            "samantha: Samantha is not running. Start her with `samantha daemon` or `samantha service start`.\n"
        )


def test_events_are_printed_as_they_happen(she: Served) -> None:
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(she.socket.parent.parent)}
    with subprocess.Popen(
        [sys.executable, "-m", "samantha", "events"], env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        while not she.server._hub._listeners:
            assert process.poll() is None
        she.control.publish(event="Heard", at=48000, text="Schön.")
        assert process.stdout.readline() == '{"event": "Heard", "at": 48000, "text": "Schön."}\n'
        she.server.stop()
        assert process.wait(20) == 0
