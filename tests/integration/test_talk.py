"""A whole conversation on real models and real sound, through the program itself."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import people
import pytest
import soundfile
from people import ALIKE, likeness, say_clearly

from samantha import app, config
from samantha.audio.pcm import HEARING_RATE
from samantha.audio.wavfile import blocks, read_mono
from samantha.dialog.token import Token

pytestmark = pytest.mark.integration

SETTINGS = {
    "llm.model": "smollm2-135m-instruct",  # fast, not clever
    "llm.max_tokens": "40",
    "llm.seed": "1",
}
QUESTIONS = ("What is the capital of France?", "Tell me something nice about the mountains.")
PATIENCE = 600.0
FLAGS = [part for key, value in SETTINGS.items() for part in ("--set", f"{key}={value}")]

# Runs the program and fails it on any connection that is not a Unix socket.
GUARDED = """
import socket, sys
def guard(event, args):
    if event == "socket.getaddrinfo" or (event == "socket.connect" and args[0].family != socket.AF_UNIX):
        raise SystemExit(f"opened a connection: {event} {args[1:]}")
sys.addaudithook(guard)
from samantha.__main__ import main
main()
"""


@pytest.fixture(scope="module")
def store() -> app.Store:
    models = app.store(config.load())
    for needed in (people.VOICE, "kokoro-jf_alpha", "smollm2-135m-instruct", "whisper-base", "silero-vad"):
        if not models.installed(needed):
            pytest.skip(f"needs `samantha models pull {needed}`")
    return models


@pytest.fixture(scope="module")
def questions(store: app.Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two questions by a man's voice, with time for whole answers after them, at 24 kHz in stereo."""
    rest = np.zeros(24_000 * 10, np.float32)
    parts = [rest[:24_000]]
    for line in say_clearly(*zip(QUESTIONS, ("capital", "mountains"), strict=True)):
        parts += [line, rest]
    path = tmp_path_factory.mktemp("questions") / "questions.wav"
    sound = np.concatenate(parts)
    soundfile.write(path, np.stack([sound, sound * 0.5], axis=1), 24_000, subtype="PCM_24")
    return path


def events_of(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def offline(command: list[str]) -> list[str]:
    """`command` in a network namespace with nothing in it, where that can be had."""
    namespace = ["unshare", "--map-root-user", "--net"]
    if shutil.which("unshare") and subprocess.run([*namespace, "true"], capture_output=True).returncode == 0:
        return [*namespace, *command]
    return command


def test_two_questions_are_answered_with_the_network_taken_away(questions: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        offline(
            [sys.executable, "-c", GUARDED, "talk", "--input", str(questions), "--output", str(tmp_path / "out.wav"),
             "--events", str(tmp_path / "events.jsonl"), "--pace", "fast", *FLAGS]
        ),
        capture_output=True, text=True, timeout=PATIENCE, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    events = events_of(tmp_path / "events.jsonl")
    heard = [str(event["text"]) for event in events if event["event"] == "Heard"]
    assert len(heard) == 2
    assert all(likeness(asked, text) > ALIKE for asked, text in zip(QUESTIONS, heard, strict=True)), heard
    said = [str(event["text_heard"]) for event in events if event["event"] == "ReplySpoken"]
    assert len(said) == 2
    assert all(said)

    # What came out of the loudspeaker is what she meant to say, whatever it is: answers differ between machines.
    sound = read_mono(tmp_path / "out.wav", HEARING_RATE)
    began, ended = (
        [int(str(event["at"])) for event in events if event["event"] == name]
        for name in ("ReplySounded", "ReplySpoken")
    )
    whisper = app.transcriber(config.load())
    understood = [
        whisper.transcribe(sound[first : last + HEARING_RATE // 2], Token()).text
        for first, last in zip(began, ended, strict=True)
    ]
    assert likeness(" ".join(said), " ".join(understood)) > ALIKE, (said, understood)

    # Aligned: the output is at the input's rate and not shorter.
    before, after = soundfile.info(questions), soundfile.info(tmp_path / "out.wav")
    assert after.samplerate == before.samplerate
    assert after.frames >= before.frames


def test_a_kill_at_any_moment_leaves_nothing_to_trip_over(questions: Path, tmp_path: Path) -> None:
    state = {"SAMANTHA_PATHS__STATE": str(tmp_path / "state")}
    command = [sys.executable, "-m", "samantha", "talk", "--input", str(questions), "--pace", "realtime",
               "--record", str(tmp_path / "recording"), *FLAGS]  # fmt: skip
    dice = random.Random(3)
    for _ in range(4):
        running = subprocess.Popen(
            command, env={**os.environ, **state}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(dice.uniform(0.3, 7))
        running.send_signal(signal.SIGKILL)
        running.wait()
        recording = tmp_path / "recording"
        if (recording / "events.jsonl").exists():
            events_of(recording / "events.jsonl")
        if (recording / "mic.wav").exists() and (recording / "mic.wav").stat().st_size > 44:
            sum(len(block) for block in blocks(recording / "mic.wav", 16_000))
    done = subprocess.run(
        [sys.executable, "-m", "samantha", "chat", "--once", "Are you there?", *FLAGS],
        env={**os.environ, **state}, capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_a_recording_is_private_and_plays_again(questions: Path, tmp_path: Path) -> None:
    recording = tmp_path / "kept"
    for source in (questions, recording / "mic.wav"):
        done = subprocess.run(
            [sys.executable, "-m", "samantha", "talk", "--input", str(source), "--pace", "fast",
             "--record", str(recording if source == questions else tmp_path / "again"), *FLAGS],
            capture_output=True, text=True, timeout=PATIENCE,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    kept, kept_again = (
        read_mono(folder / "mic.wav", HEARING_RATE) for folder in (recording, tmp_path / "again")
    )
    both = min(len(kept), len(kept_again))
    assert both > 20 * HEARING_RATE
    assert np.array_equal(kept[:both], kept_again[:both])
    first, again = (
        [str(event["text"]) for event in events_of(folder / "events.jsonl") if event["event"] == "Heard"]
        for folder in (recording, tmp_path / "again")
    )
    assert len(first) == len(again) == 2
    assert likeness(" ".join(first), " ".join(again)) > ALIKE, (first, again)
    if os.name == "posix":
        assert recording.stat().st_mode & 0o777 == 0o700
        assert all(path.stat().st_mode & 0o777 == 0o600 for path in recording.iterdir())
