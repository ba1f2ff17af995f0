"""The real turn model hears whether a turn is over."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest
from sounds import installed, synthesised

from samantha import app, config
from samantha.audio.pcm import HEARING_RATE, Block, silence
from samantha.errors import ModelError
from samantha.hearing.turn_model import SmartTurn

pytestmark = pytest.mark.integration

PATH = "smart-turn-v3.2-cpu.onnx"


@pytest.fixture(scope="module")
def model() -> SmartTurn:
    return SmartTurn(installed("smart-turn") / PATH)


def hum(seconds: int, pitch: float) -> Block:
    """Somebody without consonants whose voice falls, in syllables, and 200 ms of silence."""
    t = np.arange(seconds * HEARING_RATE) / HEARING_RATE
    voice = sum(np.sin(2 * np.pi * pitch * k * t * (1 - 0.02 * t / seconds)) / k for k in range(1, 15))
    syllables = 0.1 * voice * (np.sin(2 * np.pi * 2.5 * t) > -0.3)
    return np.concatenate([syllables, np.zeros(HEARING_RATE // 5)]).astype(np.float32)


@pytest.mark.parametrize(
    ("seconds", "pitch", "probability"), [(1, 110, 0.962), (3, 140, 0.971), (6, 200, 0.901), (12, 120, 0.432)]
)
def test_it_hears_what_its_makers_own_code_hears(model, seconds, pitch, probability):
    assert model.complete(hum(seconds, pitch)) == pytest.approx(probability, abs=0.03)


def test_only_the_last_eight_seconds_count(model):
    sound = hum(12, 120)
    loud = np.random.default_rng(0).normal(0, 0.3, 5 * HEARING_RATE).astype(np.float32)
    assert model.complete(np.concatenate([loud, sound])) == model.complete(sound)


def test_what_is_given_is_left_as_it_was(model):
    sound = hum(12, 120)
    before = sound.copy()
    model.complete(sound)
    assert np.array_equal(sound, before)


@pytest.mark.parametrize("seconds", [0, 1, 20])
def test_silence_is_no_reason_to_fail(model, seconds):
    assert 0 <= model.complete(silence(seconds * HEARING_RATE)) <= 1


def test_whole_sentences_sound_finished_and_halves_do_not(model):
    rest = silence(HEARING_RATE // 5)
    whole, half = [], []
    for _, sound in synthesised():
        whole.append(model.complete(np.concatenate([sound, rest])))
        half.append(model.complete(np.concatenate([sound[: len(sound) // 2], rest])))
    assert sum(whole) / len(whole) > sum(half) / len(half) + 0.3


def test_a_missing_model_is_named(tmp_path):
    with pytest.raises(ModelError, match="missing") as problem:
        SmartTurn(tmp_path / PATH)
    assert "samantha models pull smart-turn" in problem.value.hint


def test_a_damaged_model_is_named(tmp_path):
    (tmp_path / PATH).write_bytes(b"not a model")
    with pytest.raises(ModelError, match="damaged"):
        SmartTurn(tmp_path / PATH)


def test_another_model_is_refused():
    with pytest.raises(ModelError, match="not a Smart Turn"):
        SmartTurn(installed("silero-vad") / "silero_vad_v6.onnx")


def test_without_it_she_says_so_and_goes_on(tmp_path: Path, caplog):
    settings = config.load(flags={"paths.models": str(tmp_path), "hearing.turn_model": str(tmp_path / PATH)})
    with caplog.at_level(logging.WARNING):
        assert app.turn_model(settings) is None
    assert PATH in caplog.text
    with pytest.raises(ModelError):
        app.turn_model(settings, must_exist=True)
    assert app.turn_model(config.load(flags={"hearing.turn_model": ""})) is None
