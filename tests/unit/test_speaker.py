"""What is heard of a track, block by block."""

from __future__ import annotations

import numpy as np
import pytest

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


def test_an_interjection_has_no_words_and_goes_before_the_clause_in_the_making() -> None:
    made = Track()
    made.begin("Words.")
    made.interject(np.full(480, 0.1, np.float32))
    made.add(np.full(480, 0.5, np.float32))
    made.finish()
    made.close()
    assert made.heard(480) == ""
    assert made.heard(960) == "Words."
