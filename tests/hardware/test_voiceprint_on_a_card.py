"""A voice learnt from a microphone: as long as it takes to hear enough of it."""

from __future__ import annotations

import ctypes.util
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import people
import pytest
from soundserver import SoundServer, sound_server, until

from samantha import app, config
from samantha.audio.pcm import VOICE_RATE
from samantha.audio.wavfile import WavWriter, read_mono
from samantha.commands.sound import spoken
from samantha.commands.voiceprint import PASSAGE
from samantha.dialog.token import Token

pytestmark = [
    pytest.mark.hardware,
    pytest.mark.skipif(
        not ctypes.util.find_library("portaudio"),
        reason="PortAudio is missing: apt-get install -y libportaudio2 libasound2-plugins",
    ),
]


@pytest.fixture(scope="module")
def server() -> Iterator[SoundServer]:
    with sound_server() as running:
        yield running


@pytest.fixture(scope="module")
def passage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Somebody reads what she asks for."""
    people.steady()
    voice = app.own_voice(config.load(flags={"voice.name": people.VOICE}))
    path = tmp_path_factory.mktemp("voice") / "passage.wav"
    with WavWriter(path, VOICE_RATE) as wav:
        for block in spoken(voice, " ".join(PASSAGE.split()), Token()):
            wav.write(0.5 * block)
            wav.write(np.zeros(VOICE_RATE // 4, np.float32))
    return path


@pytest.fixture(scope="module")
def sentence(passage: Path) -> Path:
    """The beginning of it."""
    path = passage.with_name("sentence.wav")
    with WavWriter(path, VOICE_RATE) as wav:
        wav.write(read_mono(passage, VOICE_RATE)[: 4 * VOICE_RATE])
    return path


@contextmanager
def voiceprint(server: SoundServer, *words: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-m", "samantha", "voiceprint", *words],
        env=server.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            process.kill()


def test_a_voice_is_learnt_by_the_microphone_and_known_again(
    server: SoundServer, passage: Path, sentence: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(server.env, "SAMANTHA_PATHS__STATE", str(tmp_path / "state"))
    for words, sound in ((["enroll"], passage), (["test", "--json"], sentence)):
        with voiceprint(server, *words) as process:
            until(lambda: bool(server.names("source-outputs")), "nobody listens to the microphone")
            server.play(sound, "micbus")
            said, problems = process.communicate(timeout=60)
            assert process.returncode == 0, problems
    found = json.loads(said)
    assert found["recognised"]
    assert found["likeness"] > 0.5
    [file] = (tmp_path / "state").glob("voice*")
    assert file.stat().st_mode & 0o077 == 0
