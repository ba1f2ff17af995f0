"""The sound server's own echo canceller, in PipeWire: put between the devices, used, and taken away again."""

from __future__ import annotations

import asyncio
import ctypes.util
import functools
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from soundserver import SoundServer, sound_server, until

from samantha.audio.device import LiveCard
from samantha.audio.pcm import VOICE_RATE, Block, level_dbfs, samples
from samantha.audio.servercanceller import MODULE
from samantha.config import Audio

PLUGINS = next(
    (file.parents[1] for file in Path("/usr/lib").glob("**/spa-0.2/aec/libspa-aec-webrtc.so")), None
)

pytestmark = [
    pytest.mark.hardware,
    pytest.mark.skipif(
        not ctypes.util.find_library("portaudio"),
        reason="PortAudio is missing: apt-get install -y libportaudio2 libasound2-plugins",
    ),
    pytest.mark.skipif(
        PLUGINS is None,
        reason="PipeWire's echo canceller is missing: apt-get install -y libspa-0.2-modules",
    ),
]

HEAR = f"""
import asyncio, sys
sys.path[:0] = {[str(Path(__file__).parents[2]), str(Path(__file__).parents[1]), str(Path(__file__).parent)]!r}
from test_server_canceller import hear
asyncio.run(hear(*sys.argv[1:]))
"""


async def hear(echo_cancellation: str, seconds: str) -> None:
    """Play noise of the width of speech; print whether the card cancels and how loud the last of it was heard."""
    card = LiveCard(Audio(echo_cancellation=echo_cancellation))  # type: ignore[arg-type]
    sound, heard = _noise(), list[Block]()
    played = 0

    def render(count: int) -> Block:
        nonlocal played
        played += count
        return np.take(sound, range(played - count, played), mode="wrap")

    card.start(heard.append, render)
    try:
        await asyncio.sleep(2)
        for _ in range(80):  # a busy server takes its time to load a module
            if card.cancels or echo_cancellation != "system":
                break
            await asyncio.sleep(0.1)
        print("open", flush=True)
        await asyncio.sleep(float(seconds))
    finally:
        card.stop()
    print(card.cancels, level_dbfs(np.concatenate(heard)[-samples(1.5) :]), *card.names.values(), sep="|")


def _noise() -> Block:
    spectrum = np.fft.rfft(np.random.default_rng(1).normal(0, 1, 10 * VOICE_RATE))
    pitch = np.fft.rfftfreq(10 * VOICE_RATE, 1 / VOICE_RATE)
    sound = np.fft.irfft(spectrum * ((pitch > 150) & (pitch < 3800)))
    return (0.1 * sound / np.std(sound)).astype(np.float32)


def start(server: SoundServer, echo_cancellation: str, seconds: float) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", HEAR, echo_cancellation, str(seconds)],
        env=server.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def run(server: SoundServer, echo_cancellation: str) -> tuple[bool, float, list[str], str]:
    """Whether the card cancelled, what it heard (dBFS), its devices' names, and what it complained of."""
    with start(server, echo_cancellation, 2.5) as process:
        told, notes = process.communicate(timeout=60)
    assert process.returncode == 0, notes
    cancels, level, *names = told.splitlines()[-1].split("|")
    return cancels == "True", float(level), names, notes


def loaded(server: SoundServer) -> list[str]:
    return [line for line in server.pactl("list", "short", "modules").splitlines() if MODULE in line]


@contextmanager
def echoing() -> Iterator[SoundServer]:
    """A server on which whatever the loudspeaker plays reaches the microphone."""
    with sound_server() as server:
        server.pactl("load-module", "module-loopback", "source=spk.monitor", "sink=micbus", "latency_msec=30")
        yield server


def on_a_server(test: Callable[[SoundServer], None]) -> Callable[[], None]:
    """Has `test` happen on a server of its own, and again where the server itself died of it.

    PipeWire 0.3.65 sometimes does (a fault in its own library) when a module is taken away.
    """

    @functools.wraps(test)
    def wherever_it_lives() -> None:
        for _ in range(4):
            with echoing() as server:
                try:
                    test(server)
                except Exception:
                    if _alive(server):
                        raise
                else:
                    return
        pytest.skip("PipeWire died of its own canceller four times")

    del wherever_it_lives.__wrapped__  # type: ignore[attr-defined]  # or pytest looks for a fixture
    return wherever_it_lives


def _alive(server: SoundServer) -> bool:
    try:
        return bool(server.pactl("info"))
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        return False


@on_a_server
def test_her_voice_is_taken_out_and_nothing_is_left_behind(server: SoundServer) -> None:
    cancels, echo, names, _ = run(server, "off")
    assert not cancels
    cancels, rest, same_names, notes = run(server, "system")
    assert cancels
    assert rest < echo - 15  # 35 dB on a machine that has time for it
    assert same_names == names
    assert notes == ""
    assert not loaded(server)


@on_a_server
def test_what_a_crash_left_behind_is_taken_away(server: SoundServer) -> None:
    with start(server, "system", 60) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        process.kill()
    assert len(loaded(server)) == 1
    cancels, *_ = run(server, "system")
    assert cancels
    assert not loaded(server)


@on_a_server
def test_what_the_person_has_set_up_is_used_as_it_is(server: SoundServer) -> None:
    words = ("module-echo-cancel", "source_master=micbus.monitor", "sink_master=spk")
    module = server.pactl("load-module", *words, "source_name=mine.mic", "sink_name=mine.speaker").strip()
    try:
        until(lambda: "mine.mic" in server.names("sources"), "no source of one's own")
        server.pactl("set-default-source", "mine.mic")
        until(lambda: "Default Source: mine.mic" in server.pactl("info"), "it did not become the default")
        cancels, _, names, _ = run(server, "system")
        assert cancels
        assert names[1] == "Echo-Cancel Sink"  # although the default loudspeaker is another
        assert len(loaded(server)) == 1
    finally:
        server.pactl("set-default-source", "micbus.monitor")
        server.pactl("unload-module", module)


@on_a_server
def test_the_doctor_tells_whose_canceller_is_at_work(server: SoundServer) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "samantha", "doctor", "--probe", "loop-back"],
        env={**server.env, "SAMANTHA_AUDIO__ECHO_CANCELLATION": "system"},
        cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    [found] = json.loads(done.stdout.splitlines()[-1])["findings"]
    assert "sound server" in found["detail"]
    assert "headset" not in found["advice"]
    assert not loaded(server)


def test_without_the_servers_canceller_it_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert PLUGINS is not None
    for plugin in PLUGINS.iterdir():
        if plugin.name != "aec":
            (tmp_path / plugin.name).symlink_to(plugin)
    monkeypatch.setenv("SPA_PLUGIN_DIR", str(tmp_path))
    with echoing() as server:
        cancels, _, _, notes = run(server, "system")
    assert not cancels
    assert notes.count("no echo canceller") == 1
    assert "libspa-0.2-modules" in notes
