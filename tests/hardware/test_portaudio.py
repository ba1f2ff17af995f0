"""A real PortAudio stream through a virtual sound card: what is played arrives, what is heard arrives."""

from __future__ import annotations

import ctypes.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile
from soundserver import SoundServer, sound_server, until

from samantha.audio.pcm import HEARING_RATE, VOICE_RATE, Block
from samantha.audio.wavfile import read_mono

pytestmark = [
    pytest.mark.hardware,
    pytest.mark.skipif(
        not ctypes.util.find_library("portaudio"),
        reason="PortAudio is missing: apt-get install -y libportaudio2 libasound2-plugins",
    ),
]

ROOT = Path(__file__).parents[2]

# In a child, because PortAudio finds its devices once, in the environment it was loaded in. It speaks the
# file it is given, again and again, and keeps what it hears, until its standard input ends.
CONVERSATION = """
import asyncio, json, sys
from pathlib import Path
import numpy as np
from samantha.audio.device import LiveCard
from samantha.audio.pcm import HEARING_RATE, VOICE_RATE, silence
from samantha.audio.wavfile import WavWriter, read_mono
from samantha.config import Audio

async def main(said, heard):
    voice = np.concatenate((read_mono(Path(said), VOICE_RATE), silence(VOICE_RATE // 2)))
    played = 0
    def render(samples):
        nonlocal played
        played += samples
        return np.take(voice, range(played - samples, played), mode="wrap")
    card = LiveCard(Audio())
    loop = asyncio.get_running_loop()
    with WavWriter(Path(heard), HEARING_RATE) as writer:
        card.start(writer.write, render)
        print("started", flush=True)
        over = asyncio.create_task(card.wait())
        await loop.run_in_executor(None, sys.stdin.read)
        card.stop()
        card.stop()
        await over
    print(json.dumps({"name": card.name, "acoustic": card.acoustic, "latency": card.latency,
                      "overruns": card.overruns}))

asyncio.run(main(*sys.argv[1:]))
"""


@dataclass(frozen=True)
class Outcome:
    heard: Block
    """What the program captured, at HEARING_RATE."""
    spoken: Block
    """What came out of its loudspeaker, at HEARING_RATE."""
    report: dict[str, object]
    errors: str


@pytest.fixture(scope="module")
def server() -> Iterator[SoundServer]:
    with sound_server() as running:
        yield running


def sweep(low: float, high: float, rate: int) -> Block:
    """One second of a rising tone: found in other sound by correlation, and only if it is whole."""
    t = np.arange(rate) / rate
    return (0.4 * np.sin(2 * np.pi * (low * t + (high - low) * t**2 / 2))).astype(np.float32)


def likeness(sound: Block, wanted: Block) -> float:
    """The best normalised correlation of `wanted` anywhere in `sound`: 1 is found exactly."""
    size = len(sound) + len(wanted)
    match = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(wanted, size).conj(), size)[: len(sound)]
    power = np.r_[np.cumsum(np.r_[0.0, np.square(sound, dtype=np.float64)]), np.zeros(len(wanted))]
    power[len(sound) :] = power[len(sound)]
    energy = power[len(wanted) : len(wanted) + len(sound)] - power[: len(sound)]
    return float((match / np.sqrt(np.maximum(energy * np.sum(wanted**2), 1e-6))).max())


HERS, THEIRS = sweep(400, 3000, HEARING_RATE), sweep(3000, 300, HEARING_RATE)
WHOLE = 0.9
"""Above this `likeness`, the sound is there and nothing is missing."""


@pytest.fixture(scope="module")
def outcome(server: SoundServer, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """A conversation in which no sound was torn, or the last of several: a busy machine tears sound."""
    for number in range(5):
        had = conversation(server, tmp_path_factory.mktemp(f"card{number}"))
        if (
            had.report["overruns"] == 0
            and min(map(likeness, (had.spoken, had.heard), (HERS, THEIRS))) > WHOLE
        ):
            break
    return had


def conversation(server: SoundServer, folder: Path) -> Outcome:
    soundfile.write(folder / "hers.wav", sweep(400, 3000, VOICE_RATE), VOICE_RATE)
    theirs = np.concatenate([sweep(3000, 300, 44100), np.zeros(22050, np.float32)] * 3)
    soundfile.write(folder / "theirs.wav", theirs, 44100)
    command = [sys.executable, "-W", "error", "-c", CONVERSATION, "hers.wav", "heard.wav"]
    with subprocess.Popen(
        command,
        cwd=folder,
        env=server.env | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        try:
            assert child.stdout is not None
            line = child.stdout.readline()
            if line != "started\n":
                pytest.fail(child.communicate(timeout=30)[1])
            with server.recording("spk") as recorded:
                server.play(folder / "theirs.wav", sink="micbus")
            answer, errors = child.communicate(timeout=30)
        finally:
            child.kill()
    assert child.returncode == 0, errors
    return Outcome(read_mono(folder / "heard.wav"), read_mono(recorded), json.loads(answer), errors)


def test_what_she_says_comes_out_of_the_loudspeaker(outcome: Outcome) -> None:
    assert likeness(outcome.spoken, HERS) > WHOLE


def test_what_the_person_says_comes_in_by_the_microphone(outcome: Outcome) -> None:
    assert likeness(outcome.heard, THEIRS) > WHOLE


def test_neither_is_heard_on_the_other_side(outcome: Outcome) -> None:
    assert likeness(outcome.heard, HERS) < 0.3
    assert likeness(outcome.spoken, THEIRS) < 0.3


def test_the_card_says_what_it_is_and_libraries_keep_quiet(outcome: Outcome) -> None:
    microphone, _, loudspeaker = str(outcome.report["name"]).partition(" (microphone), ")
    assert microphone.startswith("Monitor of micbus")
    assert loudspeaker.startswith("spk")
    assert outcome.report["acoustic"] is True
    assert outcome.report["overruns"] == 0
    assert outcome.errors == ""


def test_something_can_be_played_without_listening(server: SoundServer, tmp_path: Path) -> None:
    program = """
import sys
from pathlib import Path
from samantha.audio.loudspeaker import play
from samantha.audio.pcm import VOICE_RATE
from samantha.audio.wavfile import blocks
play(None, blocks(Path(sys.argv[1]), VOICE_RATE, VOICE_RATE))
"""
    soundfile.write(tmp_path / "hers.wav", sweep(400, 3000, VOICE_RATE), VOICE_RATE)
    for _ in range(5):  # a busy machine tears sound
        with server.recording("spk") as recorded:
            done = subprocess.run(
                [sys.executable, "-W", "error", "-c", program, str(tmp_path / "hers.wav")],
                env=server.env | {"PYTHONPATH": str(ROOT)},
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
        assert (done.returncode, done.stderr) == (0, "")
        if (found := likeness(read_mono(recorded), HERS)) > WHOLE:
            break
    assert found > WHOLE


def test_a_loudspeaker_that_rested_loses_nothing_of_what_is_said(server: SoundServer, tmp_path: Path) -> None:
    program = """
import asyncio, sys
from pathlib import Path
from samantha.audio.device import LiveCard
from samantha.audio.pcm import VOICE_RATE, silence
from samantha.audio.wavfile import blocks
from samantha.config import Audio

async def main(said):
    voice = list(blocks(Path(said), VOICE_RATE, 480))
    speaking = False
    card = LiveCard(Audio(), rest_after=0.5)
    def render(samples):
        return voice.pop(0) if speaking and voice and card.ready else silence(samples)
    card.start(lambda _: card.rest(not speaking), render)
    print("started", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    speaking = True
    while voice:
        await asyncio.sleep(0.1)
    await asyncio.sleep(0.5)
    print("said", flush=True)
    card.stop()

asyncio.run(main(*sys.argv[1:]))
"""
    soundfile.write(tmp_path / "hers.wav", sweep(400, 3000, VOICE_RATE), VOICE_RATE)
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-c", program, str(tmp_path / "hers.wav")],
        env=server.env | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        try:
            assert child.stdin is not None
            assert child.stdout is not None
            assert child.stdout.readline() == "started\n"
            until(lambda: not server.names("sink-inputs"), "the loudspeaker was not closed")
            assert len(server.names("source-outputs")) == 1
            with server.recording("spk") as recorded:
                child.stdin.write("speak\n")
                child.stdin.flush()
                assert child.stdout.readline() == "said\n"
            child.communicate(timeout=30)
        finally:
            child.kill()
    assert child.returncode == 0
    assert likeness(read_mono(recorded), sweep(400, 3000, HEARING_RATE)) > 0.9


# --- devices that are not there ---------------------------------------------------------------------------


def ask(program: str, env: dict[str, str]) -> str:
    """What `program` prints about devices; it must print nothing on standard error."""
    head = """
from samantha.audio.device import LiveCard, devices, has_microphone
from samantha.config import Audio
from samantha.errors import AudioError
def card(input, output):
    try:
        return LiveCard(Audio(input=input, output=output)).name
    except AudioError as problem:
        return str(problem)
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", head + program],
        env=env | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def test_the_devices_are_listed(server: SoundServer) -> None:
    said = ask("print(has_microphone(), devices())", server.env)
    assert said.startswith("True [DeviceInfo(index=0, name='default', host_api='ALSA', inputs=32")
    assert "default_input=True, default_output=True, rate=" in said


def test_a_device_that_does_not_exist_is_answered_with_the_list(server: SoundServer) -> None:
    said = ask("print(card('Blue Yeti', None)); print(card(None, 7))", server.env).splitlines()
    assert said[0].startswith("There is no microphone “Blue Yeti”; there is 0: default. Set audio.input to")
    assert said[1].startswith("There is no loudspeaker number 7; there is 0: default. Set audio.output to")


def test_a_machine_without_sound_cards(tmp_path: Path) -> None:
    (tmp_path / "asound.conf").write_text("pcm.nothing { type hw card 99 }")
    env = dict(os.environ) | {"ALSA_CONFIG_PATH": str(tmp_path / "asound.conf")}
    said = ask("print(has_microphone(), devices()); print(card(None, None))", env)
    assert said.startswith("False []\nNo microphone was found. Plug one in, or")


def test_a_machine_without_portaudio() -> None:
    # The system's answer when sounddevice asks where the library is.
    without = "import ctypes.util\nctypes.util.find_library = lambda name: None\n"
    said = ask(without + "print(has_microphone()); print(card(None, None))", dict(os.environ))
    assert said.startswith(
        "False\nThe PortAudio library, which speaks to sound cards, is not installed. Install"
    )
    assert "portaudio" in said.splitlines()[1].partition("Install it with:")[2]
