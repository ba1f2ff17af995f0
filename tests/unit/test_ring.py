"""The ring between the sound card's thread and the loop."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from samantha.audio.pcm import Block
from samantha.audio.ring import Ring

pytestmark = pytest.mark.unit


def ramp(start: int, n: int) -> Block:
    return np.arange(start, start + n, dtype=np.float32)


def read(ring: Ring, n: int) -> list[float]:
    out = np.full(n, -1.0, np.float32)
    ring.read(out)
    return out.tolist()


def test_gives_back_what_was_put_in_across_its_end() -> None:
    ring = Ring(5)
    assert ring.write(ramp(1, 4)) == 4
    assert read(ring, 3) == [1, 2, 3]
    assert ring.write(ramp(5, 4)) == 4  # wraps
    assert len(ring) == 5
    assert ring.room == 0
    assert read(ring, 5) == [4, 5, 6, 7, 8]
    assert (ring.dropped, ring.missing, ring.written) == (0, 0, 8)


def test_drops_and_counts_what_does_not_fit() -> None:
    ring = Ring(4)
    assert ring.write(ramp(1, 3)) == 3
    assert ring.write(ramp(4, 3)) == 1
    assert ring.dropped == 2
    assert read(ring, 4) == [1, 2, 3, 4]


def test_fills_with_silence_and_counts_what_is_missing() -> None:
    ring = Ring(4)
    ring.write(ramp(1, 2))
    assert read(ring, 4) == [1, 2, 0, 0]
    assert ring.missing == 2
    assert read(ring, 1) == [0]
    assert ring.missing == 3


def test_a_block_larger_than_the_ring_is_cut() -> None:
    ring = Ring(3)
    assert ring.write(ramp(1, 10)) == 3
    assert ring.dropped == 7
    assert read(ring, 3) == [1, 2, 3]


def test_nothing_is_lost_torn_or_doubled_between_two_threads() -> None:
    ring = Ring(997)
    total = 100_000
    seen: list[Block] = []

    def produce() -> None:
        sent = 0
        while sent < total:
            n = min(1 + sent % 311, total - sent, ring.room)
            ring.write(ramp(sent, n))
            sent += n
            time.sleep(0)

    writer = threading.Thread(target=produce)
    writer.start()
    got = 0
    while got < total:
        time.sleep(0)
        n = min(1 + got % 293, len(ring))
        out = np.empty(n, np.float32)
        ring.read(out)
        seen.append(out)
        got += n
    writer.join()
    assert np.array_equal(np.concatenate(seen), ramp(0, total))
    assert (ring.dropped, ring.missing) == (0, 0)
