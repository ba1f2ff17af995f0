"""Noises by seed: the same each time, of the length asked for, and as bright as the thing itself."""

from __future__ import annotations

import numpy as np
import pytest

from samantha.audio.pcm import HEARING_RATE, Block
from samantha.bench.sounds import PEAK, SOUNDS, babble

pytestmark = pytest.mark.unit


def brightness(sound: Block) -> float:
    """The middle of its spectrum, Hz."""
    power = np.abs(np.fft.rfft(sound)) ** 2
    return float(np.sum(power * np.fft.rfftfreq(len(sound), 1 / HEARING_RATE)) / np.sum(power))


@pytest.mark.parametrize("name", SOUNDS)
def test_a_sound_is_made_by_its_seed(name: str) -> None:
    make = SOUNDS[name]
    sound = make(2.5, 1)
    assert sound.shape == (40000,)
    assert sound.dtype == np.float32
    assert np.abs(sound).max() == pytest.approx(PEAK, abs=1e-3)
    assert np.array_equal(sound, make(2.5, 1))
    assert not np.array_equal(sound, make(2.5, 2))


def test_dull_sounds_are_dull_and_bright_ones_bright() -> None:
    found = {name: brightness(make(4, 3)) for name, make in SOUNDS.items()}
    assert max(found["hum"], found["wind"]) < 300 < found["fan"] < 900
    assert min(found["rain"], found["crockery"], found["mouse"], found["paper"]) > 2500


def test_strokes_are_far_louder_than_what_is_between_them() -> None:
    for name in ("typing", "mouse", "footsteps", "claps"):
        frames = np.abs(SOUNDS[name](6, 4)).reshape(-1, 320).max(axis=1)
        assert np.median(frames) < 0.1 * frames.max(), name


def test_babble_is_everybody_at_once() -> None:
    dice = np.random.default_rng(0)
    clips = [dice.normal(0, 0.1, n).astype(np.float32) for n in (9000, 20000, 12000)]
    sound = babble(clips, 2.0, 5)
    assert sound.shape == (32000,)
    assert np.array_equal(sound, babble(clips, 2.0, 5))
    assert np.abs(sound).reshape(-1, 320).max(axis=1).min() > 0.05
