"""The doctor on a virtual sound card: what she would use, why she cannot hear, whether she would hear herself."""

from __future__ import annotations

import ctypes.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile
from soundserver import SoundServer, sound_server, until

pytestmark = [
    pytest.mark.hardware,
    pytest.mark.skipif(
        not ctypes.util.find_library("portaudio"),
        reason="PortAudio is missing: apt-get install -y libportaudio2 libasound2-plugins",
    ),
]

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def server() -> Iterator[SoundServer]:
    with sound_server() as running:
        running.add("mic", source=True)
        yield running


def probe(server: SoundServer, part: str, **settings: str) -> tuple[dict[str, dict[str, str]], list[float]]:
    """What the doctor finds of `part`, by the name of each finding, and the levels that were told meanwhile."""
    done = subprocess.run(
        [sys.executable, "-m", "samantha", "doctor", "--probe", part],
        env={**server.env, "PYTHONPATH": str(ROOT), **settings},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    records = [json.loads(line) for line in done.stdout.splitlines()]
    levels = [record["level"] for record in records if "level" in record]
    return {finding["part"]: finding for finding in records[-1]["findings"]}, levels


@contextmanager
def microphone(server: SoundServer, name: str) -> Iterator[None]:
    """`name` is the default one while the block runs."""
    before = server.pactl("get-default-source").strip()
    server.pactl("set-default-source", name)
    until(lambda: server.pactl("get-default-source").strip() == name, f"{name} did not become the default")
    try:
        yield
    finally:
        server.pactl("set-default-source", before)


@contextmanager
def air(server: SoundServer) -> Iterator[None]:
    """What the loudspeaker plays reaches the microphone while the block runs."""
    words = ("module-loopback", "source=spk.monitor", "sink=micbus", "latency_msec=40")
    module = server.pactl("load-module", *words).strip()
    until(lambda: len(server.names("sink-inputs")) > 0, "no air between loudspeaker and microphone")
    try:
        yield
    finally:
        server.pactl("unload-module", module)


@contextmanager
def somebody(server: SoundServer, folder: Path, loud: float) -> Iterator[None]:
    """A tone of the amplitude `loud` is heard by the microphone micbus while the block runs."""
    tone = loud * np.sin(np.arange(60 * 48_000) / 20)
    soundfile.write(folder / "tone.wav", tone, 48_000, subtype="FLOAT")
    command = ["paplay", "--device=micbus", str(folder / "tone.wav")]
    with subprocess.Popen(command, env=server.env) as child:
        try:
            until(lambda: len(server.names("sink-inputs")) > 0, "paplay did not start")
            yield
        finally:
            child.terminate()


def test_a_muted_microphone_is_told_with_the_command_that_opens_it(server: SoundServer) -> None:
    with microphone(server, "mic"):
        server.pactl("set-source-mute", "mic", "1")
        found, levels = probe(server, "sound")
        assert found["sound"]["verdict"] == "ok"
        assert "on the sound server" in found["sound"]["detail"]
        assert "the system's default. It is muted at the mixer." in found["microphone"]["detail"]
        advice = found["microphone"]["advice"]
        assert "pactl set-source-mute @DEFAULT_SOURCE@ 0" in advice
        assert max(levels) == -120

        server.pactl(*advice.partition("pactl ")[2].split())
        found, _ = probe(server, "sound")
        assert "muted" not in found["microphone"]["detail"]
        assert "It gives perfect silence." in found["microphone"]["detail"]


def test_what_is_heard_is_told_and_a_monitor_is_no_microphone(server: SoundServer, tmp_path: Path) -> None:
    with somebody(server, tmp_path, 0.2):
        found, levels = probe(server, "sound")
    assert max(levels) > -30
    assert "It hears -1" in found["microphone"]["detail"]  # 0.2 is -17 dBFS, and -14 from two channels
    assert "That is no microphone" in found["microphone"]["detail"]


def test_a_microphone_that_clips_is_told(server: SoundServer, tmp_path: Path) -> None:
    with somebody(server, tmp_path, 3.0):
        found, _ = probe(server, "sound")
    assert "It clips" in found["microphone"]["detail"]


def test_a_muted_loudspeaker_is_told(server: SoundServer) -> None:
    server.pactl("set-sink-mute", "spk", "1")
    try:
        found, _ = probe(server, "sound")
    finally:
        server.pactl("set-sink-mute", "spk", "0")
    assert found["loudspeaker"]["verdict"] == "warning"
    assert "pactl set-sink-mute @DEFAULT_SINK@ 0" in found["loudspeaker"]["advice"]


def test_a_named_microphone_that_is_not_there_is_told(server: SoundServer) -> None:
    found, _ = probe(server, "sound", SAMANTHA_AUDIO__INPUT="the grand microphone")
    assert "audio.input, “the grand microphone”, is not there" in found["microphone"]["detail"]


def test_she_would_hear_herself_and_how_late(server: SoundServer) -> None:
    with air(server):
        found, _ = probe(server, "loop-back")
    assert "The microphone hears the loudspeaker" in found["loop-back"]["detail"]
    assert "Echo cancellation is on." in found["loop-back"]["detail"]


def test_a_headset_that_is_none_is_told(server: SoundServer) -> None:
    with air(server):
        found, _ = probe(server, "loop-back", SAMANTHA_AUDIO__HEADSET="true")
    assert found["loop-back"]["verdict"] == "warning"
    assert "Set audio.headset: false." in found["loop-back"]["advice"]


def test_where_there_is_no_way_back_a_headset_is_supposed(server: SoundServer, tmp_path: Path) -> None:
    with somebody(server, tmp_path, 0.01):
        found, _ = probe(server, "loop-back")
    assert "Your microphone does not hear the loudspeaker." in found["loop-back"]["detail"]
    assert "audio.headset: true" in found["loop-back"]["advice"]


def test_the_level_is_told_while_it_is_measured(server: SoundServer, tmp_path: Path) -> None:
    look = (
        "from samantha.config import Config\n"
        "from samantha.doctor.trials import attempt\n"
        "levels = []\n"
        "found = attempt(Config(), 'sound', levels.append)\n"
        "print(len(levels), max(levels), len(found))\n"
    )
    with somebody(server, tmp_path, 0.2):
        done = subprocess.run(
            [sys.executable, "-c", look],
            env={**server.env, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert done.stderr == ""
    count, loudest, findings = map(float, done.stdout.split())
    assert count >= 10
    assert loudest > -30
    assert findings == 3


def test_a_driver_that_crashes_is_a_sentence(tmp_path: Path) -> None:
    """In the place of sounddevice stands a module that does what a bad driver does."""
    (tmp_path / "sounddevice.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n")
    look = (
        "from samantha.config import Config\n"
        "from samantha.doctor.trials import attempt\n"
        "(found,) = attempt(Config(), 'sound')\n"
        "print(found.verdict, found.detail)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", look],
        env={**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOT}"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout == "fault It crashed (SIGSEGV).\n", done.stderr
