"""Long sound is cut where it is quiet, and nothing of it is lost."""

from __future__ import annotations

import numpy as np
import pytest

from samantha.audio.pcm import HEARING_RATE
from samantha.audio.pieces import in_pieces

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("seconds", [0, 0.05, 1, 19.99, 20, 20.01, 75.5])
def test_the_pieces_are_the_sound(seconds: float) -> None:
    sound = np.random.default_rng(0).normal(0, 0.1, round(seconds * HEARING_RATE)).astype(np.float32)
    blocks = [sound[i : i + 1601] for i in range(0, len(sound), 1601)]
    found = list(in_pieces(blocks, 20 * HEARING_RATE))
    assert np.array_equal(np.concatenate([np.zeros(0, np.float32), *(piece for _, piece in found)]), sound)
    assert all(len(piece) <= 20 * HEARING_RATE for _, piece in found)
    begins = np.cumsum([0, *(len(piece) for _, piece in found)])[:-1]
    assert [begin for begin, _ in found] == begins.tolist()


def test_it_is_cut_in_a_pause() -> None:
    sound = np.full(30 * HEARING_RATE, 0.3, np.float32)
    sound[round(16.2 * HEARING_RATE) : round(16.5 * HEARING_RATE)] = 0
    (_, first), (begin, _) = in_pieces([sound], 20 * HEARING_RATE)
    assert 16.2 < len(first) / HEARING_RATE < 16.5
    assert begin == len(first)
