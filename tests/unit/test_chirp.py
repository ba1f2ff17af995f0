"""A chirp is found again in what a microphone heard, and only there."""

from __future__ import annotations

import numpy as np
import pytest

from samantha.audio.pcm import HEARING_RATE, VOICE_RATE, Block, silence
from samantha.doctor.chirp import LENGTH, LOUDNESS, chirp, find

pytestmark = pytest.mark.unit

SECONDS = 4


def noise(level: float, seed: int = 0) -> Block:
    """A few seconds of it, `level` its root mean square."""
    return np.random.default_rng(seed).normal(0, level, SECONDS * HEARING_RATE).astype(np.float32)


def heard(at: int, gain: float, beside: Block) -> Block:
    """`beside`, with a chirp of `gain` from the index `at` on."""
    sound, echo = beside.copy(), gain * chirp(HEARING_RATE)
    sound[at : at + len(echo)] += echo
    return sound


@pytest.mark.parametrize("rate", [HEARING_RATE, VOICE_RATE])
def test_it_is_as_long_and_as_loud_as_it_says(rate: int) -> None:
    sound = chirp(rate)
    assert len(sound) == round(LENGTH * rate)
    assert float(np.abs(sound).max()) == pytest.approx(LOUDNESS, rel=0.01)
    assert sound[0] == sound[-1] == 0


@pytest.mark.parametrize(("at", "gain"), [(0, 1.0), (1234, 0.5), (20_000, 0.01)])
def test_it_is_found_where_it_is_and_as_loud_as_it_is(at: int, gain: float) -> None:
    echo = find(heard(at, gain, silence(SECONDS * HEARING_RATE)), HEARING_RATE)
    assert echo is not None
    assert echo.at == at
    assert echo.level == pytest.approx(20 * np.log10(gain), abs=0.1)


@pytest.mark.parametrize("seed", range(5))
def test_it_is_found_under_noise_that_is_louder(seed: int) -> None:
    echo = find(heard(5000, 0.05, noise(0.05, seed)), HEARING_RATE)  # the noise has 18 dB more power
    assert echo is not None
    assert echo.at == pytest.approx(5000, abs=8)
    assert echo.level == pytest.approx(-26, abs=2)


def test_it_is_found_with_its_phase_turned() -> None:
    echo = find(heard(777, -0.2, noise(0.001)), HEARING_RATE)
    assert echo is not None
    assert echo.at == 777


def test_it_is_found_in_a_room_that_reverberates_and_behind_hum() -> None:
    rng = np.random.default_rng(1)
    t = np.arange(HEARING_RATE // 2) / HEARING_RATE
    room = 0.1 * rng.normal(0, 1, len(t)) * np.exp(-14 * t)
    room[0] = 1.0
    echo = np.convolve(0.05 * chirp(HEARING_RATE), room)
    sound = noise(0.001) + np.sin(2 * np.pi * 50 * np.arange(SECONDS * HEARING_RATE) / HEARING_RATE) * 0.3
    sound[3000 : 3000 + len(echo)] += echo
    found = find(sound.astype(np.float32), HEARING_RATE)
    assert found is not None
    assert found.at == pytest.approx(3000, abs=8)


def test_resampled_as_a_device_does_it_is_found_where_it_should_be() -> None:
    import soxr

    sound = soxr.resample(np.concatenate((silence(VOICE_RATE), chirp(VOICE_RATE))), VOICE_RATE, HEARING_RATE)
    echo = find(np.concatenate((sound, silence(HEARING_RATE))), HEARING_RATE)
    assert echo is not None
    assert echo.at == pytest.approx(HEARING_RATE, abs=1)
    assert echo.level == pytest.approx(0, abs=0.2)


@pytest.mark.parametrize("samples", [-320, 160, 320])
def test_it_is_found_although_a_block_was_skipped_or_padded_in_the_middle(samples: int) -> None:
    sound = heard(5000, 0.2, noise(0.002))
    middle = 5000 + round(0.3 * HEARING_RATE)
    torn = [sound[:middle], silence(max(0, samples)), sound[middle + max(0, -samples) :]]
    echo = find(np.concatenate(torn), HEARING_RATE)
    assert echo is not None
    assert echo.at == 5000


@pytest.mark.parametrize("seed", range(10))
def test_noise_is_no_echo(seed: int) -> None:
    assert find(noise(0.1, seed), HEARING_RATE) is None


def test_silence_and_something_short_are_no_echo() -> None:
    assert find(silence(SECONDS * HEARING_RATE), HEARING_RATE) is None
    assert find(silence(100), HEARING_RATE) is None
    assert find(silence(0), HEARING_RATE) is None


def test_a_piece_of_it_is_told_from_the_whole() -> None:
    sound = noise(0.001)
    sound[8000:12000] += chirp(HEARING_RATE)[:4000]
    echo = find(sound, HEARING_RATE)
    assert echo is not None
    assert echo.torn
    whole = find(heard(4000, 0.3, sound), HEARING_RATE)
    assert whole is not None
    assert not whole.torn


def test_a_whistle_is_no_echo() -> None:
    """Somebody sweeps the same range, but at half the pace."""
    t = np.arange(HEARING_RATE // 2) / HEARING_RATE
    sound = noise(0.001)
    sound[8000:16000] += (0.3 * np.sin(2 * np.pi * (600 * t + 1800 * t**2))).astype(np.float32)
    assert find(sound, HEARING_RATE) is None


def test_the_louder_of_two_echoes_in_noise_is_the_one_that_counts() -> None:
    sound = heard(30_000, 0.3, heard(4000, 0.05, noise(0.05)))
    echo = find(sound, HEARING_RATE)
    assert echo is not None
    assert echo.at == pytest.approx(30_000, abs=2)
