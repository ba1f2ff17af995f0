"""A person who speaks into a microphone made of air, and what was heard of that in the air."""

from __future__ import annotations

import fcntl
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from soak.marks import RATE

from samantha.audio.pcm import Block

PIPE = 4096
"""Bytes that wait in front of the sound server: 43 ms."""
SERVER_S = 0.15
"""Seconds that wait in it, so that a busy machine does not tear a sound apart before she hears it."""
BEFORE_AIR_S = SERVER_S + PIPE / 2 / RATE
"""Seconds from a sound's being given away to its being heard, at most."""
F_SETPIPE_SZ = 1031
WAIT_S = 10.0


class Person:
    """Speaks into a sink, from a thread that is never more than a few hundredths of a second ahead."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe
        self._lock = threading.Lock()
        self._waiting = b""
        self._said = threading.Event()
        self._over = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def begin(self, sound: Block) -> None:
        with self._lock:
            self._said.clear()
            self._waiting = (sound * 32767).astype("<i2").tobytes()

    def finish(self) -> None:
        """Wait until the last of it has been given to the sound server."""
        assert self._said.wait(WAIT_S)

    def close(self) -> None:
        self._over = True
        self._thread.join()

    def _run(self) -> None:
        size = RATE // 100 * 2
        while not self._over:
            with self._lock:
                chunk, self._waiting = self._waiting[:size], self._waiting[size:]
                if not self._waiting:
                    self._said.set()
            os.write(self._pipe, chunk.ljust(size, b"\0"))


@contextmanager
def person(env: dict[str, str], sink: str) -> Iterator[Person]:
    command = ["pacat", "--playback", "--raw", f"--rate={RATE}", "--channels=1", "--format=s16le"]
    command += [f"--latency-msec={round(1000 * SERVER_S)}", f"--device={sink}"]
    with subprocess.Popen(command, env=env, stdin=subprocess.PIPE) as program:
        assert program.stdin is not None
        fcntl.fcntl(program.stdin.fileno(), F_SETPIPE_SZ, PIPE)
        speaking = Person(program.stdin.fileno())
        try:
            yield speaking
        finally:
            speaking.close()
            program.terminate()


class Air:
    """What a sink has played, written down as it goes."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._seen = 0

    def forget(self) -> None:
        self._seen = self._file.stat().st_size // 2 * 2

    def since(self) -> Block:
        """What was played since `forget`, at RATE."""
        written = self._file.read_bytes()[self._seen :]
        return np.frombuffer(written[: len(written) // 2 * 2], "<i2").astype(np.float32) / 32768


@contextmanager
def air(env: dict[str, str], sink: str, folder: Path) -> Iterator[Air]:
    command = [
        "parec",
        "--raw",
        f"--rate={RATE}",
        "--channels=1",
        "--format=s16le",
        f"--device={sink}.monitor",
    ]
    command.append(f"--device={sink}.monitor")
    file = folder / "air.raw"
    with file.open("wb") as out, subprocess.Popen(command, env=env, stdout=out) as program:
        try:
            yield Air(file)
        finally:
            program.terminate()
