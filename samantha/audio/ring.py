"""The only thing a sound card's thread shares with the rest: a ring of samples without a lock."""

from __future__ import annotations

import numpy as np

from samantha.audio.pcm import Block


class Ring:
    """A queue of samples between one writing and one reading thread, which never wait for each other.

    All memory is taken at the start. The writer moves only `_written`, the reader only `_read`, both counts
    of samples since the beginning; each is one reference that CPython replaces as a whole, after the samples
    it speaks of were copied. So neither thread ever sees half of what the other did.
    """

    def __init__(self, capacity: int) -> None:
        """`capacity` in samples, at least 1."""
        self._buffer = np.zeros(capacity, np.float32)
        self._capacity = capacity
        self._written = 0
        self._read = 0
        self.dropped = 0
        """Samples that found no room; counted by the writer."""
        self.missing = 0
        """Samples that were asked for and not there; counted by the reader."""

    def __len__(self) -> int:
        """Samples waiting to be read: at least so many for the reader, at most so many for the writer."""
        return self._written - self._read

    @property
    def written(self) -> int:
        """Samples that ever went in."""
        return self._written

    @property
    def room(self) -> int:
        """Samples that can be written now."""
        return self._capacity - len(self)

    def write(self, sound: Block) -> int:
        """Copy in what fits of `sound`, shape (n,); the rest is dropped and counted. Returns samples copied.

        For the writing thread alone.
        """
        n = min(len(sound), self.room)
        start = self._written % self._capacity
        first = min(n, self._capacity - start)
        self._buffer[start : start + first] = sound[:first]
        self._buffer[: n - first] = sound[first:n]
        self._written += n
        self.dropped += len(sound) - n
        return n

    def read(self, out: Block) -> int:
        """Fill `out`, shape (n,), with the oldest samples, and with zeros where there are none.

        Returns samples copied; the zeros are counted as missing. For the reading thread alone.
        """
        n = min(len(out), len(self))
        start = self._read % self._capacity
        first = min(n, self._capacity - start)
        out[:first] = self._buffer[start : start + first]
        out[first:n] = self._buffer[: n - first]
        out[n:] = 0.0
        self._read += n
        self.missing += len(out) - n
        return n
