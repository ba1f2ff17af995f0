"""The far end is read by another clock, and its spectra move with the echo."""

from __future__ import annotations

import numpy as np
import pytest

from samantha.audio.alignment import Clock
from samantha.audio.kalman import FRAME, EchoPath
from samantha.audio.pcm import HEARING_BLOCK, Block, silence

pytestmark = pytest.mark.unit

STEP = 0.3  # radians from sample to sample


def read(drift: float, blocks: int) -> Block:
    clock = Clock()
    clock.drift = drift
    tone = np.sin(STEP * np.arange(blocks * HEARING_BLOCK)).astype(np.float32)
    return np.concatenate([b for far in tone.reshape(blocks, -1) for b in clock.read(far)])


@pytest.mark.parametrize("drift", [0.0, 1e-4, -3e-4, 5e-4])
def test_it_is_read_faster_by_the_drift(drift: float) -> None:
    heard = read(drift, 400)
    turned = heard * np.exp(-1j * STEP * (1 + drift) * np.arange(len(heard)))
    phases = np.angle(np.convolve(turned, np.full(2000, 1 / 2000), "valid"))[HEARING_BLOCK::5000]
    assert np.ptp(phases) < 0.1  # a third of a sample in eight seconds


@pytest.mark.parametrize("drift", [0.0, 5e-4, -5e-4])
def test_clocks_that_come_apart_by_blocks_lose_or_gain_them(drift: float) -> None:
    assert abs(len(read(drift, 3000)) - 3000 * HEARING_BLOCK * (1 - drift)) <= HEARING_BLOCK


def spectra(sound: Block, count: int) -> np.ndarray:
    """The frames that end with the last sample of `sound`, and those a block older each."""
    ends = [len(sound) - k * HEARING_BLOCK for k in range(count)]
    return np.array([np.fft.rfft(sound[end - FRAME : end]) for end in ends], np.complex64)


def learnt(delay: int, seed: int = 1) -> tuple[EchoPath, Block]:
    far = np.random.default_rng(seed).normal(0, 0.1, 120 * HEARING_BLOCK).astype(np.float32)
    path = EchoPath(4)
    echo = 0.5 * np.concatenate((silence(delay), far))[: len(far)]
    for end in range(6 * HEARING_BLOCK, len(far) + 1, HEARING_BLOCK):
        path.cancel(echo[end - HEARING_BLOCK : end], spectra(far[:end], 4))
    return path, far


@pytest.mark.parametrize("later", [0, 7, 320, 500, -100, -321])
def test_what_was_learnt_moves_with_the_echo(later: int) -> None:
    path, far = learnt(400)
    path.shift(later)
    mic = 0.5 * far[-HEARING_BLOCK - 400 - later : -400 - later]
    left = path.cancel(mic, spectra(far, 4))
    assert np.sum(left**2) < 0.02 * np.sum(mic**2)


def test_an_echo_that_moved_out_of_sight_is_forgotten() -> None:
    path, far = learnt(400)
    path.shift(-2000)
    mic = np.random.default_rng(3).normal(0, 0.1, HEARING_BLOCK).astype(np.float32)
    np.testing.assert_allclose(path.cancel(mic, spectra(far, 4)), mic, atol=1e-4)


def test_a_copy_does_not_learn_on() -> None:
    path, far = learnt(400)
    same = path.copy()
    noise = np.random.default_rng(4).normal(0, 1, HEARING_BLOCK).astype(np.float32)
    for _ in range(20):
        path.cancel(noise, spectra(far, 4))
    mic = 0.5 * far[-HEARING_BLOCK - 400 : -400]
    assert np.sum(same.cancel(mic, spectra(far, 4)) ** 2) < 0.02 * np.sum(mic**2)
