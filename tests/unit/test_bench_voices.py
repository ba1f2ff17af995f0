"""Figures about voices, from voices that are numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from samantha.audio.pcm import Block, samples
from samantha.bench import owners
from samantha.bench.setting import Setting
from samantha.bench.voices import Clip, equal_error, equal_errors
from samantha.config import Config

pytestmark = pytest.mark.unit


class Levels:
    """A voice is a direction: that of the level of the sound."""

    name = "levels"

    def embed(self, audio: Block) -> Block:
        angle = 10 * float(np.abs(audio).mean())
        return np.array([np.cos(angle), np.sin(angle)], np.float32)


def clip(speaker: str, level: float, seconds: float) -> Clip:
    sound = np.full(samples(seconds), level, np.float32)
    return Clip(speaker, sound, sound)


def values(*numbers: float) -> Block:
    return np.array(numbers, np.float32)


def test_as_many_strangers_pass_as_friends_are_refused():
    assert equal_error(values(0.8, 0.9), values(0.1, 0.2)) == (0.0, pytest.approx(0.8))
    rate, at = equal_error(values(0.9, 0.8, 0.7, 0.2), values(0.1, 0.1, 0.3, 0.05))
    assert rate == pytest.approx(0.25)
    assert 0.2 < at <= 0.7
    assert equal_error(values(0.1, 0.2), values(0.8, 0.9))[0] == 1.0


def test_pairs_are_compared_at_each_length_that_two_people_reach():
    heard = [clip(who, level, seconds) for who, level in (("a", 0.1), ("b", 0.2)) for seconds in (1.5, 2.5)]
    table = equal_errors(Levels(), heard)
    assert [cell.condition for cell in table.cells] == ["1 s of speech", "whole"]  # one clip each of 2 s
    assert [(cell.value, cell.trials) for cell in table.cells] == [(0.0, 6), (0.0, 6)]
    mistaken = [clip(who, level, 1.5) for who, level in (("a", 0.1), ("b", 0.1), ("a", 0.2), ("b", 0.2))]
    assert all(cell.value == 75.0 for cell in equal_errors(Levels(), mistaken).cells)


def test_short_turns_are_cut_from_the_speech_with_pauses_that_end_them():
    sound = owners.pieces(clip("a", 0.1, 2.2), 0.5)
    assert (sound > 0).sum() == samples(4 * 0.5)
    assert (sound[samples(0.5) : samples(2.3)] == 0).all()
    assert len(owners.pieces(clip("a", 0.1, 30), 0.5)) == owners.PIECES * samples(2.3)
    assert (owners.pieces(clip("a", 0.1, 0.3), 0.5) > 0).sum() == samples(0.3)


def test_what_cannot_be_measured_is_said():
    nobody: Any = None
    setting = Setting(Config(), nobody, 1, False, None, lambda _: None)
    [table] = owners.measure(setting)
    assert table.worst is None
    assert "no recordings" in table.note
