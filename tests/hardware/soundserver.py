"""A sound server of our own, with loudspeaker and microphone made of air.

PipeWire runs in a private runtime folder with two null sinks: whatever a program plays goes to ``spk``, and
what is played into ``micbus`` is what its microphone hears. Nothing of the person's own sound set-up is
touched or needed, and it runs as root in a container as well.

    with sound_server() as server:
        subprocess.run([...], env=server.env)         # its default devices are spk and micbus
        with server.recording("spk") as heard:        # a wav that grows while the block runs
            server.play(question, sink="micbus")      # blocks until it has been played
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

PROGRAMS = {
    "dbus-daemon": "dbus",
    "pipewire": "pipewire",
    "wireplumber": "wireplumber",
    "pipewire-pulse": "pipewire-pulse",
    "pactl": "pulseaudio-utils",
    "paplay": "pulseaudio-utils",
    "parecord": "pulseaudio-utils",
}
READY_S = 20.0

# The whole of ALSA's configuration: no card of this machine, no ~/.asoundrc, only the sound server.
ASOUND = """
pcm.default { type pulse }
ctl.default { type pulse }
"""


class SoundServer:
    """`env` is the environment in which a program finds these devices as its defaults."""

    def __init__(self, env: dict[str, str], folder: Path) -> None:
        self.env = env
        self._folder = folder
        self._recordings = 0

    def pactl(self, *words: str) -> str:
        """What `pactl` answers; raises CalledProcessError if it refuses."""
        done = subprocess.run(
            ["pactl", *words], env=self.env, capture_output=True, text=True, timeout=10, check=True
        )
        return done.stdout

    def play(self, wav: Path, sink: str) -> None:
        """Play `wav` into `sink`; returns when it has been played."""
        subprocess.run(
            ["paplay", f"--device={sink}", str(wav)],
            env=self.env,
            check=True,
            timeout=600,
            capture_output=True,
        )

    @contextmanager
    def recording(self, sink: str) -> Iterator[Path]:
        """Record what `sink` plays, as 16-bit mono at 48 kHz, while the block runs."""
        self._recordings += 1
        path = self._folder / f"{sink}-{self._recordings}.wav"
        source = f"{sink}.monitor"
        before = self._listeners()
        command = ["parecord", f"--device={source}", "--file-format=wav", "--rate=48000", "--channels=1"]
        with _running([*command, "--format=s16le", "--latency-msec=50", str(path)], self.env):
            until(lambda: self._listeners() > before, f"parecord did not start to listen to {source}")
            yield path

    def record(self, sink: str, seconds: float) -> Path:
        """Record `seconds` of what `sink` plays."""
        with self.recording(sink) as path:
            time.sleep(seconds)
        return path

    def _listeners(self) -> int:
        return len(self.pactl("list", "short", "source-outputs").splitlines())


def missing() -> str:
    """Why no sound server can run here, or nothing."""
    absent = sorted({package for program, package in PROGRAMS.items() if not shutil.which(program)})
    return f"a virtual sound card needs: apt-get install -y {' '.join(absent)}" if absent else ""


@contextmanager
def sound_server() -> Iterator[SoundServer]:
    """A running server; everything it started is gone afterwards. Skips the test if programs are missing."""
    if reason := missing():
        pytest.skip(reason)
    with ExitStack() as stack:
        # Not under pytest's folder: a Unix socket's path may be 107 characters long.
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="snd-", ignore_cleanup_errors=True))
        )
        env = _environment(folder)
        server = SoundServer(env, folder)
        bus = folder / "bus"
        start = [
            ["dbus-daemon", "--session", "--nofork", f"--address=unix:path={bus}"],
            ["pipewire"],
            ["wireplumber"],
            ["pipewire-pulse"],
        ]
        ready = [bus, folder / "pipewire-0", None, folder / "pulse" / "native"]
        for command, sign in zip(start, ready, strict=True):
            stack.enter_context(_running(command, env, log=folder / f"{command[0]}.log"))
            if sign is not None:
                until(sign.exists, f"{command[0]} did not start", folder / f"{command[0]}.log")
        until(lambda: _answers(server), "the sound server does not answer", folder / "pipewire-pulse.log")
        for sink in ("spk", "micbus"):
            server.pactl("load-module", "module-null-sink", f"sink_name={sink}", "rate=48000", "channels=2")
            until(lambda sink=sink: sink in server.pactl("list", "short", "sinks"), f"no sink {sink}")
        server.pactl("set-default-sink", "spk")
        server.pactl("set-default-source", "micbus.monitor")
        until(lambda: "micbus.monitor" in server.pactl("info"), "micbus did not become the microphone")
        yield server


def until(holds: Callable[[], bool], otherwise: str, log: Path | None = None) -> None:
    """Wait until `holds`; fails with `otherwise` and the end of `log` after `READY_S`."""
    end = time.monotonic() + READY_S
    while not holds():
        if time.monotonic() > end:
            tail = log.read_text(errors="replace")[-2000:] if log and log.exists() else ""
            raise TimeoutError(f"{otherwise} within {READY_S:.0f} s. {tail}")
        time.sleep(0.05)


def _answers(server: SoundServer) -> bool:
    try:
        # wireplumber has taken over when there is a default sink to speak of, even if only a dummy.
        return "Server Name" in server.pactl("info")
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        return False


def _environment(folder: Path) -> dict[str, str]:
    (folder / "asound.conf").write_text(ASOUND)
    for name in ("config", "state"):
        (folder / name).mkdir()
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PULSE_", "PIPEWIRE_"))}
    return env | {
        "XDG_RUNTIME_DIR": str(folder),
        "XDG_STATE_HOME": str(folder / "state"),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "DBUS_SESSION_BUS_ADDRESS": f"unix:path={folder / 'bus'}",
        "PULSE_SERVER": f"unix:{folder / 'pulse' / 'native'}",
        "ALSA_CONFIG_PATH": str(folder / "asound.conf"),
    }


@contextmanager
def _running(command: list[str], env: dict[str, str], log: Path | None = None) -> Iterator[None]:
    with ExitStack() as stack:
        sink = stack.enter_context(log.open("wb")) if log else subprocess.DEVNULL
        child = subprocess.Popen(command, env=env, stdout=sink, stderr=sink, stdin=subprocess.DEVNULL)
        try:
            yield
        finally:
            child.terminate()
            try:
                child.wait(5)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
