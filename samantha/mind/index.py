"""What every memory means, in working memory: found by the signs of its numbers first, then by the numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from samantha.audio.pcm import Block

_Array = npt.NDArray[Any]
_WORD = 64
_NEAREST = 512
"""So many of the nearest by their signs alone are looked at closely."""


def packed(vectors: Block) -> bytes:
    """What `vectors`, shape (n, d), mean, in n d signed bytes: their directions, not their lengths."""
    scale = 127 / np.maximum(np.abs(vectors).max(axis=1, keepdims=True), 1e-9)
    return bytes(np.round(vectors * scale).astype(np.int8).tobytes())


class Index:
    """Points of `dimensions` numbers, a multiple of 64, each of some memory; a memory may have several."""

    def __init__(self, dimensions: int) -> None:
        self._dimensions = dimensions
        self._count = 0
        self._ids: _Array = np.empty(0, np.int64)
        self._places: _Array = np.empty(0, np.int16)
        self._codes: _Array = np.empty((0, dimensions), np.int8)
        self._signs: _Array = np.empty((dimensions // _WORD, 0), np.uint64)

    def add(self, rows: Iterable[tuple[int, bytes]]) -> None:
        """Take in memories with higher ids than those before, with what `packed` made of each one's points."""
        rows = [(id, blob) for id, blob in rows if blob and len(blob) % self._dimensions == 0]
        if not rows:
            return
        counts = np.array([len(blob) // self._dimensions for _, blob in rows])
        codes = np.frombuffer(b"".join(blob for _, blob in rows), np.int8).reshape(-1, self._dimensions)
        end = self._count + len(codes)
        self._reserve(end)
        fresh = slice(self._count, end)
        self._ids[fresh] = np.repeat([id for id, _ in rows], counts)
        self._places[fresh] = np.concatenate([np.arange(count) for count in counts])
        self._codes[fresh] = codes
        self._signs[:, fresh] = _signs(codes)
        self._count = end

    def nearest(self, point: Block, limit: int) -> list[tuple[int, int, float]]:
        """The memories nearest to `point`, shape (d,): id, which of its points, and the cosine; best first."""
        if not self._count:
            return []
        apart = np.zeros(self._count, np.uint16)
        for word, of_all in zip(_signs(point[None])[:, 0], self._signs, strict=True):
            apart += np.bitwise_count(of_all[: self._count] ^ word)
        # Sorting would take longer than all the rest: count how many are how far instead.
        enough = int(np.searchsorted(np.cumsum(np.bincount(apart)), min(self._count, _NEAREST)))
        return self._ranked(np.flatnonzero(apart <= enough)[: 2 * _NEAREST], point, limit)

    def of(self, ids: Sequence[int], point: Block) -> list[tuple[int, int, float]]:
        """As `nearest`, of the memories `ids` alone, as far as they are here."""
        first = np.searchsorted(self._ids[: self._count], ids, "left")
        last = np.searchsorted(self._ids[: self._count], ids, "right")
        rows = [row for begin, end in zip(first, last, strict=True) for row in range(begin, end)]
        return self._ranked(np.array(rows, np.intp), point, len(ids))

    def points(self, of: Sequence[tuple[int, int]]) -> Block:
        """The points (id, which of its) in `of`, of length 1, shape (n, d); of what is not here, 0."""
        codes = np.zeros((len(of), self._dimensions), np.float32)
        for place, (id, which) in enumerate(of):
            row = int(np.searchsorted(self._ids[: self._count], id))
            if row < self._count and self._ids[row] == id:
                codes[place] = self._codes[row + which]
        codes /= np.maximum(np.linalg.norm(codes, axis=1, keepdims=True), 1e-9)
        return codes

    def _ranked(self, rows: _Array, point: Block, limit: int) -> list[tuple[int, int, float]]:
        codes = self._codes[rows].astype(np.float32)
        cosines = (codes @ point) / np.maximum(np.linalg.norm(codes, axis=1), 1e-9)
        found: dict[int, tuple[int, int, float]] = {}
        for place in np.argsort(-cosines):
            row = rows[place]
            id = int(self._ids[row])
            if id not in found:
                found[id] = (id, int(self._places[row]), float(cosines[place]))
                if len(found) == limit:
                    break
        return list(found.values())

    def _reserve(self, count: int) -> None:
        if count <= len(self._ids):
            return
        room = max(count, 2 * len(self._ids))
        for name in ("_ids", "_places", "_codes"):
            old = getattr(self, name)
            new = np.empty((room, *old.shape[1:]), old.dtype)
            new[: self._count] = old[: self._count]
            setattr(self, name, new)
        signs = np.empty((len(self._signs), room), np.uint64)
        signs[:, : self._count] = self._signs[:, : self._count]
        self._signs = signs


def _signs(points: _Array) -> _Array:
    """One bit for each number of `points`, shape (n, d): whether it is above 0; shape (d / 64, n)."""
    return np.packbits(points > 0, axis=1).view(np.uint64).T
