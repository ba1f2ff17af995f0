"""Wav files out, written so that a crash costs half a second at most."""

from __future__ import annotations

import io
import os
import struct
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from samantha.audio.pcm import Block
from samantha.errors import StorageError

FLUSH_SECONDS = 0.5
"""How much of what was written a crash may cost."""

WAV_LIMIT = 0xFFFF_FFFF - 64
"""Bytes of sound that a wav header can speak of: 12 hours at 48 kHz."""


class WavWriter:
    """A 16-bit mono wav file that can be read at any moment, whatever becomes of its writer.

    Sound goes to the file every half second, and the header is corrected after it, never before: a process
    that is killed leaves a valid file.
    """

    def __init__(self, path: Path, rate: int, *, private: bool = False) -> None:
        """Create or replace `path`; with `private` only its owner may read it (mode 0600).

        Raises StorageError if that cannot be done.
        """
        self.path = path
        self.rate = rate
        self._written = 0
        self._pending: list[bytes] = []
        self._waiting = 0
        mode = 0o600 if private else 0o666
        try:
            self._file = io.FileIO(path, "wb", opener=lambda name, flags: os.open(name, flags, mode))
        except OSError as problem:
            raise self._failure(problem) from None
        try:
            if private:
                path.chmod(mode)  # it may have been there before
            self._put(self._header())
        except OSError as problem:
            self._file.close()
            raise self._failure(problem) from None

    @property
    def samples(self) -> int:
        """Samples taken so far."""
        return (self._written + self._waiting) // 2

    def write(self, sound: Block) -> None:
        """Append `sound`, shape (n,), clipped to full scale. Raises StorageError, such as for a full disk."""
        data = np.clip(np.rint(sound * 32768.0), -32768.0, 32767.0).astype("<i2").tobytes()
        self._pending.append(data)
        self._waiting += len(data)
        if self._waiting >= 2 * FLUSH_SECONDS * self.rate:
            self.flush()

    def flush(self) -> None:
        """Have everything so far in the file. Raises StorageError."""
        data, self._pending, self._waiting = b"".join(self._pending), [], 0
        try:
            self._file.seek(0, os.SEEK_END)
            self._put(data)
            self._written += len(data)
            self._file.seek(0)
            self._put(self._header())
        except OSError as problem:
            raise self._failure(problem) from None

    def close(self) -> None:
        """Finish the file; may be called twice. Raises StorageError."""
        if self._file.closed:
            return
        try:
            if self._pending:
                self.flush()
        finally:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _put(self, data: bytes) -> None:
        # An unbuffered write may take a part only: on a disk with little room it does.
        view = memoryview(data)
        while view:
            view = view[self._file.write(view) :]

    def _header(self) -> bytes:
        size = min(self._written, WAV_LIMIT)
        chunk = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, self.rate, 2 * self.rate, 2, 16)
        return struct.pack("<4sI4s", b"RIFF", 36 + size, b"WAVE") + chunk + struct.pack("<4sI", b"data", size)

    def _failure(self, problem: OSError) -> StorageError:
        return StorageError(
            f"{self.path} cannot be written: {problem.strerror}.",
            "Free some space, or name a file in a folder that exists and that you may write to.",
        )
