"""The doctor finds what is broken, and says what to do."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from samantha import app, config

pytestmark = pytest.mark.integration

SMALL = "smollm2-135m-instruct"


def doctor(*words: str, **environment: str) -> tuple[int, dict[str, dict[str, str]]]:
    done = subprocess.run(
        [sys.executable, "-m", "samantha", "doctor", "--json", *words],
        env={**os.environ, "SAMANTHA_LLM__MODEL": SMALL, **environment},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, {finding["part"]: finding for finding in json.loads(done.stdout)}


@pytest.fixture(autouse=True)
def _models() -> None:
    models = app.store(config.load())
    for needed in (SMALL, "kokoro-jf_alpha", "whisper-base", "silero-vad"):
        if not models.installed(needed):
            pytest.skip(f"needs `samantha models pull {needed}`")


def test_everything_that_works_is_named_with_its_version() -> None:
    code, found = doctor()
    assert code == 0, found
    assert {"machine", "settings", "models", "sound", "detector", "transcriber", "voice", "mind"} <= set(
        found
    )
    assert "faster-whisper" in found["transcriber"]["detail"]
    assert "llama-cpp-python" in found["mind"]["detail"]
    assert "weather" in found["conversation"]["detail"]


def test_a_broken_engine_is_a_sentence_and_the_others_are_still_tried(tmp_path: Path) -> None:
    (tmp_path / "broken.gguf").write_bytes(b"GGUF" + b"\0" * 100)
    code, found = doctor("--quick", SAMANTHA_LLM__MODEL=str(tmp_path / "broken.gguf"))
    assert code == 1
    assert found["mind"]["verdict"] == "fault"
    assert "broken.gguf" in found["mind"]["detail"]
    assert found["detector"]["verdict"] == found["transcriber"]["verdict"] == "ok"


def test_without_a_microphone_somebody_else_talks_with_her(tmp_path: Path) -> None:
    if not app.store(config.load()).installed("piper-en_US-joe-medium"):
        pytest.skip("needs `samantha models pull piper-en_US-joe-medium`")
    play = "from samantha import config; from samantha.commands.talk import demonstrate; demonstrate(config.load())"
    done = subprocess.run(
        [sys.executable, "-c", play],
        env={
            **os.environ,
            "SAMANTHA_LLM__MODEL": SMALL,
            "SAMANTHA_LLM__MAX_TOKENS": "30",
            "TMPDIR": str(tmp_path),
        },
        capture_output=True,
        text=True,
        timeout=180,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stderr
    assert len(re.findall(r"^You: \S", done.stdout, re.MULTILINE)) == 2
    assert len(re.findall(r"^Samantha: \S", done.stdout, re.MULTILINE)) == 2
    assert any(tmp_path.glob("samantha-*/samantha.wav"))
