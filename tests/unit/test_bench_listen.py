"""What two sounds tell: onsets, silences, speech, percentiles."""

from __future__ import annotations

import numpy as np
import pytest

from samantha.audio.pcm import HEARING_RATE, Block
from samantha.bench.listen import (
    Span,
    Spread,
    audible,
    extent_within,
    falls_silent,
    first_sound,
    heard_within,
    longest_silence,
    onset,
    onsets,
    speech,
    spread,
)

pytestmark = pytest.mark.unit

# She speaks from 1.0 to 1.5 and, after a breath, to 2.0 s; then again from 3.0 to 4.0 s.
SPOKEN = [Span(1000, 1500), Span(1600, 2000), Span(3000, 4000)]


def tone(begin: float, end: float, dbfs: float = -20.0, seconds: float = 1.0) -> Block:
    """Silence but for a tone of `dbfs` (RMS) from `begin` to `end` s."""
    t = np.arange(int(seconds * HEARING_RATE)) / HEARING_RATE
    wave = np.sqrt(2) * 10 ** (dbfs / 20) * np.sin(2 * np.pi * 440 * t)
    return np.where((t >= begin) & (t < end), wave, 0.0).astype(np.float32)


def test_what_is_loud_enough_is_heard_within_ten_milliseconds_of_its_edges() -> None:
    (found,) = audible(tone(0.3, 0.6))
    assert found.begin == pytest.approx(300, abs=10)
    assert found.end == pytest.approx(600, abs=10)


@pytest.mark.parametrize(("dbfs", "heard"), [(-44.5, True), (-45.5, False), (-120.0, False)])
def test_the_threshold_of_hearing(dbfs: float, heard: bool) -> None:
    assert bool(audible(tone(0.2, 0.8, dbfs))) is heard


def test_a_click_is_not_heard_as_long_as_its_twenty_milliseconds_are_quiet() -> None:
    click = np.zeros(HEARING_RATE, np.float32)
    click[8000] = 0.09  # 0.09² / 320 is -46 dB
    assert audible(click) == []


def test_sound_up_to_the_last_sample_ends_with_it() -> None:
    (found,) = audible(tone(0.5, 1.0))
    assert found.end == 1000
    assert audible(np.zeros(0, np.float32)) == []


@pytest.mark.parametrize(
    ("probabilities", "found"),
    [
        ([0.1, 0.2, 0.3], None),
        ([0.1, 0.6, 0.9, 0.2], Span(32, 96)),
        ([0.4, 0.5, 0.4, 0.36, 0.34], Span(32, 128)),  # it needs more to begin than to go on
        ([0.6, 0.1, 0.4, 0.1, 0.7, 0.1], Span(0, 160)),  # 0.4 after a rest is no new beginning
        ([0.6, 0.1, 0.4, 0.4], Span(0, 32)),
    ],
)
def test_speech_is_from_its_first_to_its_last_window(probabilities: list[float], found: Span | None) -> None:
    assert speech(probabilities, 32.0) == found


def test_an_onset_needs_silence_before_it() -> None:
    assert onsets(SPOKEN) == [1000, 3000]
    assert onsets([Span(0, 100)]) == [0]
    assert onset(SPOKEN, 1001, 9000) == 3000
    assert onset(SPOKEN, 0, 1000) is None


def test_the_detector_of_speech_is_late_and_sound_is_not() -> None:
    heard = [Span(0, 5), Span(120, 700)]
    assert first_sound(heard, 240) == 120
    assert first_sound(heard, 800) == 600  # never more than its lateness
    assert first_sound([], 200) == 200


def test_how_much_of_her_is_heard_in_a_pause() -> None:
    assert heard_within(SPOKEN, 1400, 1700) == 200
    assert heard_within(SPOKEN, 2100, 2900) == 0
    assert extent_within(SPOKEN, 1400, 1700) == 300
    assert extent_within(SPOKEN, 0, 9000) == 3000
    assert extent_within(SPOKEN, 2100, 2900) == 0


@pytest.mark.parametrize(
    ("at", "silent"),
    [
        (1200, 2000),  # the breath at 1.5 s is none of it
        (1550, 2000),  # said in that breath
        (2150, 2150),  # she has just ended: silent at once
        (2300, None),
        (3500, 4000),
        (500, None),
    ],
)
def test_when_she_falls_silent(at: float, silent: float | None) -> None:
    assert falls_silent(SPOKEN, at) == silent


def test_the_hole_after_the_first_clause() -> None:
    assert longest_silence(SPOKEN, 1000, 4000, 9000) == 1000
    assert longest_silence(SPOKEN, 1000, 600, 9000) == 100  # the long one begins later than that
    assert longest_silence(SPOKEN, 1000, 4000, 2500) == 100  # what comes after the next question is no hole
    assert longest_silence([Span(0, 10)], 0, 4000, 9000) == 0


def test_percentiles_interpolate() -> None:
    assert spread([]) == Spread(0)
    assert spread([100.0]) == Spread(1, 100.0, 100.0, 100.0)
    assert spread([100.0, 200.0, 300.0, 400.0, 500.0]) == Spread(5, 300.0, 480.0, 500.0)
