"""What came of somebody's speaking over her, by the events alone."""

from __future__ import annotations

import numpy as np
import pytest

from samantha.audio.pcm import HEARING_RATE, samples, silence
from samantha.bench.listen import Span
from samantha.bench.overher import LEAD, Over, judge, trimmed
from samantha.bench.speech import Clip
from samantha.events import (
    Event,
    Heard,
    Ignored,
    ReplyPaused,
    ReplyResumed,
    ReplySpoken,
    SpeechStarted,
    TurnReopened,
)

pytestmark = pytest.mark.unit

BEGIN = 100_000
OVER = Over(silence(2 * HEARING_RATE), LEAD, "stop the music please")
ONSET = BEGIN + LEAD


def at(ms: float) -> int:
    return ONSET + samples(ms / 1000)


def paused(ms: float) -> list[Event]:
    return [SpeechStarted(at=at(ms), began=at(ms - 90)), ReplyPaused(at=at(ms))]


def test_she_falls_silent_and_understands() -> None:
    events = [*paused(150), ReplySpoken(at=at(2500), text_heard="a", interrupted=True)]
    trial = judge(OVER, BEGIN, [*events, Heard(at=at(2500), text="stop the music")])
    assert (trial.late, trial.text, trial.silenced) == (samples(0.15), "stop the music", True)


def test_a_pause_that_was_there_before_is_none_for_what_came_then() -> None:
    assert judge(OVER, BEGIN, paused(-20)).late is None
    assert judge(OVER, BEGIN, [*paused(-20), *paused(400)]).late == samples(0.4)


def test_who_is_noticed_only_afterwards_was_not_noticed() -> None:
    trial = judge(OVER, BEGIN, [*paused(2100), ReplySpoken(at=at(2200), text_heard="", interrupted=True)])
    assert trial.late is None
    assert trial.silenced
    assert trial.needless == 0
    far = ReplySpoken(at=at(7000), text_heard="", interrupted=True)
    assert not judge(OVER, BEGIN, [*paused(2100), far]).silenced


def test_silence_while_nobody_speaks_is_counted() -> None:
    assert judge(OVER, BEGIN, [*paused(200), *paused(4000), *paused(6000)]).needless == 2


def test_she_that_goes_on_was_not_silenced() -> None:
    events = [*paused(200), Ignored(at=at(2400), reason="unsure"), ReplyResumed(at=at(2400))]
    ended = ReplySpoken(at=at(9000), text_heard="all of it", interrupted=False)
    trial = judge(OVER, BEGIN, [*events, ended])
    assert (trial.late, trial.text, trial.silenced) == (samples(0.2), "", False)


def test_what_is_heard_again_with_more_counts_once() -> None:
    events = [*paused(200), Heard(at=at(1500), text="stop"), TurnReopened(at=at(1800), text="stop")]
    assert judge(OVER, BEGIN, [*events, Heard(at=at(2900), text="stop the music")]).text == "stop the music"


def test_a_clip_begins_just_before_its_speech_even_in_a_noisy_recording() -> None:
    dice = np.random.default_rng(0)
    sound = dice.normal(0, 0.002, 2 * HEARING_RATE).astype(np.float32)
    sound[HEARING_RATE : HEARING_RATE + 8000] += dice.normal(0, 0.1, 8000).astype(np.float32)
    over = trimmed(Clip(sound, Span(1030.0, 1500.0), "hello"))
    assert over.onset == LEAD
    assert len(over.sound) == pytest.approx(8000 + 2 * LEAD, abs=samples(0.015))
