"""The doctor finds what is broken, and says what to do."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
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


def test_everything_is_looked_at_and_a_report_of_it_names_nobody(tmp_path: Path) -> None:
    home = tmp_path / "theodora"
    (home / "persona").mkdir(parents=True)
    (home / "persona" / "hers.md").write_text("You are the lighthouse keeper.")
    report = tmp_path / "report.zip"
    code, found = doctor(
        "--bundle",
        str(report),
        SAMANTHA_USER__NAME="Theodora Twombly",
        SAMANTHA_LLM__PERSONA=str(home / "persona" / "hers.md"),
        SAMANTHA_PATHS__STATE=str(home / "state"),
    )
    assert code == 0, found
    assert {
        "machine", "settings", "her own files", "models", "memory", "sound", "microphone", "loudspeaker",
        "talk key", "service", "running", "socket", "detector", "transcriber", "voice", "mind", "echo",
        "remembering", "conversation", "privacy", "private files",
    } <= set(found)  # fmt: skip
    assert "faster-whisper" in found["transcriber"]["detail"]
    assert "3 s of sound in" in found["transcriber"]["detail"]
    assert "llama-cpp-python" in found["mind"]["detail"]
    assert "words a second" in found["mind"]["detail"]
    assert "weather" in found["conversation"]["detail"]
    assert found["models"]["detail"].startswith(f"whisper-base hears, {SMALL} thinks")
    assert found["privacy"]["detail"].startswith("No setting leads off this machine.")
    assert found["private files"]["verdict"] == "ok"
    with zipfile.ZipFile(report) as archive:
        whole = "\n".join(archive.read(name).decode() for name in archive.namelist()).lower()
    assert "faster-whisper" in whole
    assert not [word for word in ("theodora", "twombly", "lighthouse", "persona/hers") if word in whole]


def test_a_model_that_is_missing_is_a_fault_with_the_command_that_gets_it(tmp_path: Path) -> None:
    code, found = doctor(SAMANTHA_PATHS__MODELS=str(tmp_path), SAMANTHA_HEARING__MODEL="whisper-small")
    assert code == 1
    assert found["models"]["verdict"] == "fault"
    assert "whisper-small is not installed" in found["models"]["detail"]
    assert "samantha models pull whisper-small" in found["models"]["advice"]
    assert "transcriber" not in found


def test_a_file_is_only_named_for_a_report(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "samantha", "doctor", str(tmp_path / "report.zip")],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert "--bundle" in done.stderr


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
