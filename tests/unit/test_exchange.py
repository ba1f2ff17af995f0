"""How far other sounds give way, event by event."""

from __future__ import annotations

import numpy as np
import pytest

from samantha.audio.pcm import samples
from samantha.events import (
    Event,
    Failed,
    Heard,
    Ignored,
    ListeningChanged,
    ReplySounded,
    ReplySpoken,
    ReplyStarted,
    SpeechStarted,
    TalkPressed,
    TalkReleased,
    TurnEnded,
)
from samantha.service.desktop.exchange import DOUBT, GIVE_UP_S, LINGER_S, Exchange, Way

pytestmark = pytest.mark.unit

SPEECH = SpeechStarted(at=0, began=0)
TURN = TurnEnded(at=0, began=0, speech_end=0, speech_seconds=1.0, audio=np.zeros(1, np.float32))
PRESSED, RELEASED = TalkPressed(at=0), TalkReleased(at=0)
HEARD = Heard(at=0, text="hello")
NOISE = Ignored(at=0, reason="no-speech")
STARTED, SOUNDED = ReplyStarted(at=0), ReplySounded(at=0)
SPOKEN = ReplySpoken(at=0, text_heard="Hi.", interrupted=False)
CUT = ReplySpoken(at=0, text_heard="Hi.", interrupted=True)
BROKEN = Failed(at=0, error="no")
MUTED = ListeningChanged(at=0, mode="always", muted=True, microphone=False)

FREE, SOFT, STILL = Way


@pytest.mark.parametrize(
    ("events", "way", "lasts_s"),
    [
        ([], FREE, None),
        ([SPEECH], SOFT, GIVE_UP_S),
        ([SPEECH, TURN], SOFT, GIVE_UP_S),
        ([SPEECH, TURN, NOISE], SOFT, LINGER_S),
        ([SPEECH, TURN, HEARD], STILL, GIVE_UP_S),
        ([SPEECH, TURN, HEARD, STARTED, SOUNDED], STILL, None),
        ([SPEECH, TURN, HEARD, STARTED, SOUNDED, SPOKEN], STILL, LINGER_S),
        ([SPEECH, TURN, HEARD, STARTED, SOUNDED, SPEECH, CUT], STILL, GIVE_UP_S),
        ([SPEECH, TURN, HEARD, BROKEN], STILL, LINGER_S),
        ([PRESSED], STILL, None),
        ([PRESSED, RELEASED], STILL, LINGER_S),
        ([PRESSED, SPEECH, RELEASED], STILL, GIVE_UP_S),
        ([PRESSED, SPEECH, RELEASED, TURN, NOISE], STILL, LINGER_S),
        ([PRESSED, TURN, NOISE], STILL, LINGER_S),  # held longer than a turn may be
        ([STARTED], STILL, GIVE_UP_S),
        ([SPEECH, MUTED], SOFT, LINGER_S),
        ([TURN], FREE, None),
    ],
    ids=str,
)
def test_an_exchange(events: list[Event], way: Way, lasts_s: float | None) -> None:
    exchange = Exchange()
    for event in events:
        exchange.on(event)
    assert (exchange.way, exchange.lasts_s) == (way, lasts_s)


def test_after_a_noise_another_one_is_doubted_until_she_is_spoken_to() -> None:
    exchange = Exchange()
    for event in (SPEECH, TURN, NOISE):
        exchange.on(event)
    exchange.end()
    exchange.on(SpeechStarted(at=DOUBT - 1, began=0))
    assert exchange.way is FREE
    exchange.on(SpeechStarted(at=DOUBT, began=0))
    assert exchange.way is SOFT
    for event in (Ignored(at=DOUBT, reason="empty"), HEARD, SPOKEN):
        exchange.on(event)
    exchange.end()
    exchange.on(SpeechStarted(at=DOUBT + samples(1), began=0))
    assert exchange.way is SOFT


def test_an_end_forgets_who_was_waited_for() -> None:
    exchange = Exchange()
    exchange.on(HEARD)
    exchange.end()
    assert (exchange.way, exchange.lasts_s) == (FREE, None)
    exchange.on(PRESSED)
    exchange.on(RELEASED)
    assert exchange.lasts_s == LINGER_S
