"""Which sound each event of a turn carries. Every sample says where it stood in the stream."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from samantha.audio.pcm import HEARING_BLOCK, Block
from samantha.config import Hearing
from samantha.events import Event, Paused, Resumed, SpeechStarted, TurnEnded
from samantha.hearing.listener import Listener

pytestmark = pytest.mark.unit

SETTINGS = Hearing(
    threshold=0.5, onset_ms=96, pause_ms=192, end_ms=800, pre_roll_ms=500, max_turn_s=5, names=()
)
SECOND = 16000


class Spans:
    """A detector that finds speech in given spans of the stream."""

    window = 512

    def __init__(self, *spans: tuple[int, int]) -> None:
        self.spans = spans

    def probability(self, block: Block) -> float:
        assert block.shape == (512,)
        assert np.array_equal(block, np.arange(block[0], block[0] + 512))  # nothing lost, nothing twice
        return float(any(begin <= block[0] < end for begin, end in self.spans))

    def reset(self) -> None:
        raise AssertionError("nobody asked")


def listen(spans: Spans, samples: int) -> list[Event]:
    heard: list[Event] = []
    listener = Listener(spans, SETTINGS, heard.append)
    for begin in range(0, samples, HEARING_BLOCK):
        listener.feed(np.arange(begin, begin + HEARING_BLOCK, dtype=np.float32))
        assert listener.at == begin + HEARING_BLOCK
        opened = sum(isinstance(event, SpeechStarted) for event in heard)
        closed = sum(isinstance(event, TurnEnded) for event in heard)
        assert listener.speaking == (opened > closed)
        if heard:
            assert heard[-1].at <= listener.at
    return heard


def span(audio: Block) -> tuple[int, int]:
    assert np.array_equal(audio, np.arange(audio[0], audio[0] + len(audio)))
    return int(audio[0]), int(audio[-1]) + 1


def test_a_turn_with_its_sound() -> None:
    # speech from window 40 to 80
    started, paused, ended = listen(Spans((40 * 512, 80 * 512)), 4 * SECOND)

    # 3 windows of speech are known when the block arrives that completes the third
    assert started == SpeechStarted(at=22080, began=20480)
    assert isinstance(paused, Paused)
    assert (paused.at, paused.speech_end) == (44160, 40960)
    assert span(paused.audio) == (20480 - 8000, 44032)  # pre-roll; all the silence that is there yet
    assert isinstance(ended, TurnEnded)
    assert (ended.at, ended.began, ended.speech_end) == (53760, 20480, 40960)
    assert ended.speech_seconds == 40 * 512 / SECOND
    assert not ended.cut
    assert span(ended.audio) == (20480 - 8000, 40960 + 3200)  # 200 ms of the silence, no more


def test_pre_roll_at_the_very_beginning() -> None:
    ended = listen(Spans((0, 20 * 512)), 2 * SECOND)[-1]
    assert isinstance(ended, TurnEnded)
    assert span(ended.audio) == (0, 20 * 512 + 3200)


def test_a_turn_with_a_pause_keeps_what_lies_between() -> None:
    events = listen(Spans((40 * 512, 60 * 512), (70 * 512, 90 * 512)), 4 * SECOND)
    assert [type(event) for event in events] == [SpeechStarted, Paused, Resumed, Paused, TurnEnded]
    assert isinstance(events[-1], TurnEnded)
    assert span(events[-1].audio) == (20480 - 8000, 90 * 512 + 3200)
    assert events[-1].speech_seconds == 40 * 512 / SECOND


def test_endless_speech_is_heard_whole_and_once() -> None:
    ended = [
        event for event in listen(Spans((512, 57 * SECOND)), 59 * SECOND) if isinstance(event, TurnEnded)
    ]
    assert [event.cut for event in ended] == [True] * 11 + [False]
    spans = [span(event.audio) for event in ended]
    assert spans[0][0] == 0
    assert spans[-1][1] == 1782 * 512 + 3200  # the last window of speech begins before second 57
    assert all(before[1] == after[0] for before, after in itertools.pairwise(spans))


def test_a_turn_does_not_repeat_the_end_of_the_one_before() -> None:
    # ends by a cut in a pause after 4 of 5 s; the next word comes 100 ms later, within its pre-roll
    events = listen(Spans((0, 130 * 512), (139 * 512, 150 * 512)), 7 * SECOND)
    first, second = [event for event in events if isinstance(event, TurnEnded)]
    assert first.cut
    assert span(first.audio) == (0, 136 * 512)
    assert span(second.audio) == (136 * 512, 150 * 512 + 3200)


def test_what_is_kept_does_not_grow() -> None:
    listener = Listener(Spans(), SETTINGS, lambda _: None)
    kept = listener._recent._ring
    for begin in range(0, 20 * SECOND, HEARING_BLOCK):
        listener.feed(np.arange(begin, begin + HEARING_BLOCK, dtype=np.float32))
    assert listener._recent._ring is kept
    assert len(kept) == SECOND // 2 + 6 * SECOND


def test_the_sound_so_far_begins_where_the_turn_will() -> None:
    spans = Spans((40 * 512, 60 * 512), (70 * 512, 90 * 512))
    heard: list[Event] = []
    listener = Listener(spans, SETTINGS, heard.append)
    for begin in range(0, 4 * SECOND, HEARING_BLOCK):
        listener.feed(np.arange(begin, begin + HEARING_BLOCK, dtype=np.float32))
        sound = listener.sound()
        assert (len(sound) > 0) == listener.speaking
        if listener.speaking:
            assert span(sound)[0] == 20480 - 8000
            assert listener.at - 512 < span(sound)[1] <= listener.at
    assert isinstance(heard[-1], TurnEnded)
    assert span(heard[-1].audio)[0] == 20480 - 8000


def test_the_sound_so_far_under_a_held_key() -> None:
    heard: list[Event] = []
    listener = Listener(Spans((0, 10 * 512), (100 * 512, 120 * 512)), SETTINGS, heard.append)
    begins = []
    for begin in range(0, 4 * SECOND, HEARING_BLOCK):
        if begin == 2 * SECOND:
            listener.hold()
        listener.feed(np.arange(begin, begin + HEARING_BLOCK, dtype=np.float32))
        if begin >= 2 * SECOND:
            assert listener.voiced == (100 <= listener.at // 512 - 1 < 120)
        if begin > 3.5 * SECOND:
            begins.append(span(listener.sound())[0])
    listener.release()
    for begin in range(4 * SECOND, 5 * SECOND, HEARING_BLOCK):
        listener.feed(np.arange(begin, begin + HEARING_BLOCK, dtype=np.float32))
    assert isinstance(heard[-1], TurnEnded)
    assert {*begins} == {span(heard[-1].audio)[0]}


def test_the_end_of_a_pause_can_be_brought_forward() -> None:
    heard: list[Event] = []
    listener = Listener(Spans((40 * 512, 80 * 512)), SETTINGS, heard.append)
    for begin in range(0, 4 * SECOND, HEARING_BLOCK):
        listener.feed(np.arange(begin, begin + HEARING_BLOCK, dtype=np.float32))
        assert listener.voiced == (40 * 512 <= (listener.at // 512 - 1) * 512 < 80 * 512)
        if isinstance(heard[-1] if heard else None, Paused):
            listener.expect(12 * 512)
    assert isinstance(heard[-1], TurnEnded)
    assert heard[-1].at == 47360  # the block that completes the twelfth silent window
