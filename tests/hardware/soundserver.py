"""A sound server of our own, with loudspeaker and microphone made of air.

PipeWire runs in a private runtime folder with two null sinks: whatever a program plays goes to ``spk``, and
what is played into ``micbus`` is what its microphone hears. Nothing of the person's own sound set-up is
touched or needed, and it runs as root in a container as well.

    with sound_server() as server:
        subprocess.run([...], env=server.env)         # its default devices are spk and micbus
        with server.recording("spk") as heard:        # a wav that grows while the block runs
            server.play(question, sink="micbus")      # blocks until it has been played
        server.add("buds", headset=True)              # another loudspeaker, until server.remove("buds")
        server.kill("pipewire-pulse")                 # as a crash would
        server.start("pipewire-pulse")
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
READY_S = 60.0

SERVERS: dict[str, Callable[[Path], list[str]]] = {
    "dbus-daemon": lambda folder: [
        "dbus-daemon", "--session", "--nofork", f"--address=unix:path={folder / 'bus'}"
    ],
    "pipewire": lambda _: ["pipewire"],
    "wireplumber": lambda _: ["wireplumber"],
    "pipewire-pulse": lambda _: ["pipewire-pulse"],
}  # fmt: skip
"""In the order in which they need one another."""

URGENT = ["nice", "-n", "-11"]
"""What rtkit gives a sound server on a desktop, so that a busy machine tears no sound; takes root, else nothing."""

SIGNS = {"dbus-daemon": "bus", "pipewire": "pipewire-0", "pipewire-pulse": "pulse/native"}
"""The socket by which one is seen to be there."""

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
        self._modules: dict[str, str] = {}
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    # --- its programs ---

    def start(self, *programs: str) -> None:
        """Start these of `SERVERS`, all of them if none is named, and wait until the whole answers."""
        for program in programs or SERVERS:
            log = self._folder / f"{program}.log"
            with log.open("ab") as sink:
                self._running[program] = subprocess.Popen(
                    [*URGENT, *SERVERS[program](self._folder)],
                    env=self.env,
                    stdout=sink,
                    stderr=sink,
                    stdin=subprocess.DEVNULL,
                )
            if sign := SIGNS.get(program):
                until((self._folder / sign).exists, f"{program} did not start", log)
        until(lambda: _answers(self), "the sound server does not answer", self._folder / "pipewire-pulse.log")

    def kill(self, *programs: str) -> None:
        """End these at once, as a crash would; all of the sound's own if none is named."""
        for program in programs or [program for program in SERVERS if program != "dbus-daemon"]:
            child = self._running.pop(program)
            child.kill()
            child.wait()
            if sign := SIGNS.get(program):
                (self._folder / sign).unlink(missing_ok=True)

    def stop(self) -> None:
        """End every program."""
        for child in reversed(self._running.values()):
            child.terminate()
            try:
                child.wait(5)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    # --- its devices ---

    def add(self, name: str, *, source: bool = False, headset: bool = False, rate: int = 48000) -> None:
        """A loudspeaker into the air, or with `source` a microphone that hears silence."""
        words = [f"sink_name={name}", f"rate={rate}", "channels=2"]
        if source:
            words += ["media.class=Audio/Source/Virtual"]
        if headset:
            words += ["sink_properties=device.form_factor=headset"]
        self._modules[name] = self.pactl("load-module", "module-null-sink", *words).strip()
        kind = "sources" if source else "sinks"
        until(lambda: name in self.names(kind), f"no {name} among the {kind}")

    def remove(self, name: str) -> None:
        """Take a device away that was added."""
        self.pactl("unload-module", self._modules.pop(name))

    def names(self, kind: str) -> list[str]:
        """What there is of `kind`: sinks, sources, sink-inputs, source-outputs."""
        return [line.split("\t")[1] for line in self.pactl("list", "short", kind).splitlines()]

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
        command += ["--format=s16le", "--latency-msec=50", str(path)]
        with subprocess.Popen(command, env=self.env, stderr=subprocess.DEVNULL) as child:
            try:
                until(lambda: self._listeners() > before, f"parecord did not start to listen to {source}")
                yield path
            finally:
                child.terminate()

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
    # Not under pytest's folder: a Unix socket's path may be 107 characters long.
    with tempfile.TemporaryDirectory(prefix="snd-", ignore_cleanup_errors=True) as name:
        server = SoundServer(_environment(Path(name)), Path(name))
        try:
            server.start()
            for sink in ("spk", "micbus"):
                server.add(sink)
            server.pactl("set-default-sink", "spk")
            server.pactl("set-default-source", "micbus.monitor")
            until(lambda: "micbus.monitor" in server.pactl("info"), "micbus did not become the microphone")
            yield server
        finally:
            server.stop()


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
        # Without wireplumber it answers too, and then waits for it for ever.
        return "wireplumber" in server.pactl("list", "clients").lower()
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
