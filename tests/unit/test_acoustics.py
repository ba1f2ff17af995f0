"""What rooms do to sound: reverberation times, levels, mixtures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from samantha.audio.pcm import HEARING_RATE, Block, level_dbfs, samples, silence
from samantha.bench.acoustics import (
    active_level,
    at_level,
    convolve,
    impulse_response,
    looped,
    measured,
    mixed,
    reverberation_time,
)
from samantha.errors import AudioError

pytestmark = pytest.mark.unit


def noise(seconds: float, seed: int = 0) -> Block:
    return np.random.default_rng(seed).normal(0, 0.1, round(seconds * HEARING_RATE)).astype(np.float32)


@pytest.mark.parametrize("rt60", [0.2, 0.4, 0.6, 0.8])
def test_reverberation_lasts_as_long_as_asked(rt60: float) -> None:
    for seed in range(3):
        response = impulse_response(rt60, 0.5, seed)
        assert reverberation_time(response) == pytest.approx(rt60, rel=0.12)
        assert reverberation_time(response[samples(rt60 / 3) :]) == pytest.approx(rt60, rel=0.12)


def test_the_direct_sound_comes_first_and_the_rest_is_as_loud_as_before() -> None:
    response = impulse_response(0.4, 0.5, 1)
    assert np.argmax(np.abs(response)) == 0
    assert np.sum(response**2) == pytest.approx(1, abs=1e-4)
    assert np.array_equal(response, impulse_response(0.4, 0.5, 1))
    assert not np.array_equal(response, impulse_response(0.4, 0.5, 2))


def test_the_farther_the_more_of_the_room() -> None:
    def direct(metres: float) -> float:
        return float(np.mean([impulse_response(0.5, metres, seed)[0] ** 2 for seed in range(5)]))

    assert direct(0.3) > 2 * direct(1.5)


def test_measured_responses_begin_with_the_direct_sound(tmp_path: Path) -> None:
    response = np.r_[silence(200), impulse_response(0.3, 1.0, 3)]
    soundfile.write(tmp_path / "hall.wav", response, HEARING_RATE, subtype="FLOAT")
    soundfile.write(tmp_path / "word.wav", noise(1), HEARING_RATE)
    (tmp_path / "manifest.csv").write_text("file,kind\nword.wav,utterance\nhall.wav,impulse_response\n")
    [found] = measured(tmp_path)
    assert np.argmax(np.abs(found)) == 8
    assert np.sum(found**2) == pytest.approx(1, abs=1e-4)


def test_a_folder_without_a_manifest_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match=r"manifest\.csv"):
        measured(tmp_path)


def test_convolving_is_what_it_should_be() -> None:
    sound, response = noise(0.1), noise(0.05, 1)
    assert np.allclose(convolve(sound, response), np.convolve(sound, response), atol=1e-5)


def test_pauses_do_not_make_speech_softer() -> None:
    spoken = noise(1)
    assert active_level(spoken) == pytest.approx(level_dbfs(spoken), abs=0.1)
    with_pauses = np.concatenate([silence(8000), spoken, silence(40000), 0.01 * noise(3, 2)])
    assert active_level(with_pauses) == pytest.approx(active_level(spoken), abs=0.2)
    assert active_level(at_level(with_pauses, -31)) == pytest.approx(-31, abs=0.05)
    assert active_level(silence(1000)) == -120
    assert not at_level(silence(1000), -20).any()


def test_noise_is_under_speech_by_as_much_as_asked() -> None:
    speech = np.concatenate([noise(1), silence(HEARING_RATE)])
    under = mixed(speech, 3 * noise(0.3, 2), 10.0) - speech
    assert level_dbfs(under) == pytest.approx(active_level(speech) - 10, abs=0.1)
    assert len(under) == len(speech)
    assert np.array_equal(mixed(speech, silence(10), 10.0), speech)


def test_a_loop_goes_on_where_it_is_told() -> None:
    assert looped(np.arange(3, dtype=np.float32), 5, 7).tolist() == [1, 2, 0, 1, 2]
