"""What is heard of a track, block by block."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samantha.audio.pcm import VOICE_BLOCK, VOICE_RATE
from samantha.voice.speaker import FADE, Speaker
from samantha.voice.track import Track

pytestmark = pytest.mark.unit


def track(*clauses: tuple[str, float], closed: bool = True) -> Track:
    made = Track()
    for text, seconds in clauses:
        made.begin(text)
        made.add(np.full(round(seconds * VOICE_RATE), 0.5, np.float32))
        made.finish()
    if closed:
        made.close()
    return made


def play(speaker: Speaker, blocks: int) -> np.ndarray:
    return np.concatenate([speaker.render(VOICE_BLOCK) for _ in range(blocks)])


def test_a_track_sounds_once_begins_and_ends_softly() -> None:
    happened: list[str] = []
    speaker = Speaker()
    speaker.play(track(("Hello.", 0.1)), lambda: happened.append("sounded"), lambda: happened.append("ended"))
    sound = play(speaker, 7)
    assert happened == ["sounded", "ended"]
    assert sound[0] == 0
    assert sound[FADE] == 0.5
    assert not speaker.sounding
    assert np.count_nonzero(np.abs(sound) > 0.01) == pytest.approx(0.1 * VOICE_RATE, rel=0.05)
    assert np.abs(np.diff(sound)).max() < 0.01, "a jump would be heard as a click"


def test_to_stop_is_silence_from_the_next_block_on_after_a_fade() -> None:
    speaker = Speaker()
    speaker.play(track(("A long sentence.", 2.0)), lambda: None, lambda: pytest.fail("it did not end"))
    play(speaker, 10)
    speaker.stop()
    after = play(speaker, 3)
    assert np.abs(np.diff(after)).max() < 0.01
    assert np.count_nonzero(after) < FADE
    assert not speaker.sounding


def test_what_was_heard_is_told_to_the_word() -> None:
    speaker = Speaker()
    speaker.play(track(("One two three four.", 1.0), ("Five six.", 1.0)), lambda: None, lambda: None)
    play(speaker, 25)  # half a second: half of the first clause
    assert speaker.stop() == "One two"


def test_whole_clauses_are_heard_whole() -> None:
    made = track(("One two.", 1.0), ("Three four.", 1.0))
    assert made.heard(VOICE_RATE) == "One two."
    assert made.heard(2 * VOICE_RATE) == "One two. Three four."
    assert made.heard(0) == ""
    assert made.heard(-5) == ""


def test_what_has_not_reached_the_ear_was_not_heard() -> None:
    speaker = Speaker()
    speaker.latency = 16_000 // 2
    speaker.play(track(("One two three four.", 1.0)), lambda: None, lambda: None)
    play(speaker, 49)
    assert speaker.stop() == "One two"


def test_a_track_ends_when_its_last_sound_has_reached_the_ear() -> None:
    ended: list[bool] = []
    speaker = Speaker()
    speaker.latency = 16_000 // 10
    speaker.play(track(("Hello there.", 0.1)), lambda: None, lambda: ended.append(True))
    play(speaker, 9)
    assert speaker.sounding
    assert not ended
    play(speaker, 1)
    assert ended == [True]
    assert not speaker.sounding


def test_a_gap_between_clauses_is_silence_and_does_not_end_it() -> None:
    ended: list[bool] = []
    made = track(("One.", 0.1), closed=False)
    speaker = Speaker()
    speaker.play(made, lambda: None, lambda: ended.append(True))
    play(speaker, 10)
    assert speaker.sounding
    assert not ended
    made.begin("Two.")
    made.add(np.full(2400, 0.5, np.float32))
    made.finish()
    made.close()
    assert np.count_nonzero(play(speaker, 10)) > 2000
    assert ended == [True]


def test_an_empty_track_ends_at_once() -> None:
    ended: list[bool] = []
    speaker = Speaker()
    speaker.play(track(), lambda: pytest.fail("nothing sounded"), lambda: ended.append(True))
    speaker.render(VOICE_BLOCK)
    assert ended == [True]


def test_an_abandoned_track_is_never_heard() -> None:
    old, new = track(("Old.", 1.0)), track(("New.", 0.02))
    speaker = Speaker()
    speaker.play(old, lambda: None, lambda: None)
    speaker.play(new, lambda: None, lambda: None)
    play(speaker, 5)
    assert old.played == 0
    assert new.played > 0


def test_to_pause_is_silence_from_the_next_block_on_after_a_fade() -> None:
    speaker = Speaker()
    speaker.play(track(("A long sentence.", 2.0)), lambda: None, lambda: pytest.fail("it did not end"))
    before = play(speaker, 10)
    speaker.pause()
    speaker.pause()
    assert speaker.paused
    assert not speaker.sounding
    after = play(speaker, 300)
    assert np.abs(np.diff(np.concatenate([before[-1:], after]))).max() < 0.01
    assert np.count_nonzero(after) < FADE


def test_without_a_track_there_is_nothing_to_pause() -> None:
    speaker = Speaker()
    speaker.pause()
    speaker.resume()
    assert not speaker.paused
    assert not play(speaker, 2).any()


def test_she_goes_on_with_the_whole_of_the_word_that_was_cut_off() -> None:
    speaker = Speaker()
    made = track(("One two three four.", 1.0))
    speaker.play(made, lambda: None, lambda: None)
    play(speaker, 25)
    speaker.pause()
    speaker.resume()
    assert not speaker.paused
    begun = made.played
    assert 0.35 * VOICE_RATE < begun < 0.5 * VOICE_RATE, "'three' begins after two fifths"
    assert np.abs(np.diff(play(speaker, 2))).max() < 0.01, "a jump would be heard as a click"
    speaker.pause()
    speaker.resume()
    assert made.played == begun, "however often she is paused in one word"


def test_cut_off_in_the_first_word_she_begins_the_clause_again() -> None:
    speaker = Speaker()
    made = track(("One.", 0.5), ("Two three four five.", 1.0))
    speaker.play(made, lambda: None, lambda: None)
    play(speaker, 28)
    speaker.pause()
    speaker.resume()
    assert made.played == 0.5 * VOICE_RATE


def test_what_was_said_twice_was_heard_once() -> None:
    speaker = Speaker()
    speaker.latency = 16_000 // 5
    speaker.play(track(("One two three four.", 1.0)), lambda: None, lambda: None)
    play(speaker, 40)
    speaker.pause()
    play(speaker, 20)
    speaker.resume()
    play(speaker, 1)
    assert speaker.stop() == "One two three"


def test_stopped_in_a_pause_she_says_what_was_heard_of_it() -> None:
    speaker = Speaker()
    speaker.latency = 16_000 // 2
    speaker.play(track(("One two three four.", 1.0)), lambda: None, lambda: None)
    play(speaker, 49)
    speaker.pause()
    assert speaker.stop() == "One two", "the rest is still on its way"
    speaker.play(track(("One two three four.", 1.0)), lambda: None, lambda: None)
    play(speaker, 49)
    speaker.pause()
    play(speaker, 25)
    assert speaker.stop() == "One two three four."
    assert not speaker.paused
    assert np.count_nonzero(play(speaker, 1)) == 0


def test_a_pause_at_the_very_end_puts_the_end_off() -> None:
    ended: list[bool] = []
    speaker = Speaker()
    speaker.latency = 16_000 // 5
    speaker.play(track(("Hello.", 0.1)), lambda: None, lambda: ended.append(True))
    play(speaker, 6)
    speaker.pause()
    play(speaker, 50)
    assert not ended
    speaker.resume()
    play(speaker, 1)
    assert ended == [True]


def test_paused_before_she_began_she_begins_when_resumed() -> None:
    speaker = Speaker()
    speaker.play(track(("Hello.", 0.5)), lambda: None, lambda: None)
    speaker.pause()
    assert not play(speaker, 5).any()
    speaker.resume()
    assert play(speaker, 5).any()
    assert speaker.sounding


def test_a_cue_is_heard_while_she_pauses() -> None:
    speaker = Speaker()
    speaker.play(track(("Hello.", 0.5)), lambda: None, lambda: None)
    play(speaker, 2)
    speaker.pause()
    speaker.cue(np.full(VOICE_BLOCK, 0.25, np.float32))
    assert play(speaker, 1).max() == 0.25


WORDS = "Well, some of it was lovely, I think. Even so we left early and went home again.".split()


def duration(word: str) -> int:
    return 672 * (4 + sum(letter.isalpha() for letter in word))


def spoken(words: list[str], first: int) -> np.ndarray:
    """Words of a steady level each, by which they can be told apart, 20 ms or (after a mark) 150 ms between them."""
    sound = []
    for nth, word in enumerate(words, first):
        sound.append(np.full(duration(word), 0.2 + nth * 0.02, np.float32))
        sound.append(np.zeros(3600 if word[-1] in ",." else 480, np.float32))
    return np.concatenate(sound)


@settings(max_examples=25, deadline=None)
@given(
    pauses=st.lists(st.integers(0, 240), max_size=6),
    split=st.integers(1, len(WORDS) - 1),
    latency=st.integers(0, 8000),
)
def test_however_she_is_paused_no_word_is_lost_and_none_but_the_cut_one_said_twice(
    pauses: list[int], split: int, latency: int
) -> None:
    made = Track()
    for first, words in ((0, WORDS[:split]), (split, WORDS[split:])):
        made.begin(" ".join(words))
        made.add(spoken(words, first))
        made.finish()
    made.close()
    ended: list[bool] = []
    speaker = Speaker()
    speaker.latency = latency
    speaker.play(made, lambda: None, lambda: ended.append(True))
    cuts = 0
    sound: list[np.ndarray] = []
    for block in range(500):
        if block in pauses:
            speaker.pause()
            sound.append(play(speaker, 10))
            cuts += made.played > 0
            speaker.resume()
        sound.append(play(speaker, 1))
    assert ended == [True]
    heard = np.rint((np.concatenate(sound) - 0.2) / 0.02)
    edges = np.flatnonzero(np.diff(heard, prepend=-1, append=-1))
    said = [
        (int(heard[a]), int(b - a)) for a, b in pairwise(edges) if heard[a] >= 0 and b - a > 20 * len(WORDS)
    ]
    assert len(said) <= len(WORDS) + cuts
    for nth, word in enumerate(WORDS):
        *_, last = (length for which, length in said if which == nth)
        assert last >= duration(word) - 2 * FADE, f"the beginning or the end of {word!r} was not said"
    assert made.heard(made.played) == " ".join(WORDS)
