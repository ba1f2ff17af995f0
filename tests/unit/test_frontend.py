"""The high-pass filter before the detector."""

from __future__ import annotations

import numpy as np
import pytest

from samantha.audio.frontend import CUTOFF_HZ, HighPass, HighPassed
from samantha.audio.pcm import HEARING_RATE, Block, level_dbfs

pytestmark = pytest.mark.unit

SIZE = 512


def filtered(sound: Block, size: int = SIZE) -> Block:
    filter_ = HighPass(size)
    whole = sound[: len(sound) // size * size]
    return np.concatenate([filter_.process(block) for block in whole.reshape(-1, size)])


def tone(hertz: float, seconds: float = 2.0) -> Block:
    t = np.arange(int(seconds * HEARING_RATE)) / HEARING_RATE
    return (0.1 * np.sin(2 * np.pi * hertz * t)).astype(np.float32)


def gain_db(hertz: float) -> float:
    settled = slice(HEARING_RATE, None)
    return level_dbfs(filtered(tone(hertz))[settled]) - level_dbfs(tone(hertz)[settled])


def test_the_voice_passes_and_rumble_does_not() -> None:
    assert gain_db(CUTOFF_HZ) == pytest.approx(-3, abs=0.2)
    assert gain_db(20) < -24
    assert gain_db(50) < -9
    assert all(abs(gain_db(hertz)) < 0.2 for hertz in (250, 1000, 4000, 7500))


def test_an_offset_is_gone_from_the_first_sample_on() -> None:
    sound = tone(1000) + np.float32(0.3)
    assert np.abs(filtered(sound) - filtered(tone(1000))).max() < 1e-4


def test_the_size_of_the_blocks_makes_no_difference() -> None:
    sound = np.random.default_rng(1).normal(0, 0.1, 320 * SIZE).astype(np.float32)
    assert np.allclose(filtered(sound, 320), filtered(sound, SIZE), atol=1e-5)


def test_of_silence_nothing_is_left() -> None:
    filter_ = HighPass(SIZE)
    filter_.process(tone(100)[:SIZE])
    rests = [filter_.process(np.zeros(SIZE, np.float32)) for _ in range(60)]
    assert not rests[-1].any()


class Recorder:
    """A detector that keeps what it is given."""

    window = SIZE

    def __init__(self) -> None:
        self.heard: list[Block] = []
        self.resets = 0

    def probability(self, block: Block) -> float:
        self.heard.append(block)
        return 0.25

    def reset(self) -> None:
        self.resets += 1


def test_a_detector_hears_no_rumble_and_what_it_says_counts() -> None:
    recorder = Recorder()
    detector = HighPassed(recorder)
    assert detector.window == SIZE
    assert detector.probability(np.full(SIZE, 0.3, np.float32)) == 0.25
    assert np.abs(recorder.heard[0]).max() < 1e-6


def test_reset_forgets_what_came_before() -> None:
    recorder = Recorder()
    detector = HighPassed(recorder)
    detector.probability(np.full(SIZE, 0.3, np.float32))
    detector.reset()
    detector.probability(np.full(SIZE, -0.3, np.float32))
    assert recorder.resets == 1
    assert np.abs(recorder.heard[1]).max() < 1e-6  # not the bang from 0.3 to -0.3
