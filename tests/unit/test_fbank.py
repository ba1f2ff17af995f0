"""Filter banks against those of Kaldi's own library (kaldi-native-fbank 1.23, no dither)."""

from __future__ import annotations

import numpy as np
import pytest

from samantha.hearing.fbank import BANDS, LENGTH, STEP, fbank

pytestmark = pytest.mark.unit

KALDI = {
    0: [-5.412, -10.351, -15.942, -15.942, -15.942],
    40: [-12.437, -15.942, -15.942, -7.833, -15.436],
    97: [-13.222, -15.942, -15.942, -15.942, -15.532],
}
"""Every sixteenth band of some frames of the sweep."""


def sweep() -> np.ndarray:
    """From 100 to 7100 Hz in a second, trembling, with an offset that is to be taken out."""
    t = np.arange(16_000) / 16_000
    tone = np.sin(2 * np.pi * (100 * t + 3500 * t**2)) * (1 + 0.5 * np.sin(2 * np.pi * 4 * t))
    return (0.3 * tone + 0.02).astype(np.float32)


def test_it_is_kaldis():
    found = fbank(sweep())
    assert found.shape == (98, BANDS)
    assert found.dtype == np.float32
    for frame, bands in KALDI.items():
        assert found[frame, ::16] == pytest.approx(bands, abs=2e-3)


def test_what_does_not_fill_a_frame_is_left_out():
    sound = sweep()
    assert len(fbank(sound[:LENGTH])) == 1
    assert len(fbank(sound[: LENGTH + STEP - 1])) == 1
    assert fbank(sound[: LENGTH + STEP]) == pytest.approx(fbank(sound)[:2])
