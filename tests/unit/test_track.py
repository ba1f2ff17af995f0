"""The sound of a reply: what is ready, what was heard of it, what was not, and where its words begin."""

from __future__ import annotations

import numpy as np
import pytest

from samantha.audio.pcm import VOICE_RATE, silence
from samantha.voice.track import Track
from samantha.voice.words import spans

pytestmark = pytest.mark.unit


def sound(seconds: float, level: float = 0.5) -> np.ndarray:
    return np.full(round(seconds * VOICE_RATE), level, np.float32)


def track(*clauses: tuple[str, float]) -> Track:
    made = Track()
    for text, seconds in clauses:
        made.begin(text)
        made.add(sound(seconds))
        made.finish()
    return made


def heard(made: Track, seconds: float) -> tuple[str, str]:
    samples = round(seconds * VOICE_RATE)
    return made.heard(samples), made.unheard(samples)


def test_what_is_taken_is_no_longer_ready() -> None:
    made = track(("One two.", 0.3), ("Three.", 0.2))
    assert made.ready == 0.5 * VOICE_RATE
    assert len(made.take(3600)) == 3600
    assert made.ready == 0.5 * VOICE_RATE - 3600
    assert len(made.take(VOICE_RATE)) == 0.5 * VOICE_RATE - 3600
    assert made.empty
    assert made.ready == 0
    assert not len(made.take(480))


def test_what_is_taken_is_in_order_whatever_pieces_it_was_added_in() -> None:
    made = Track()
    ramp = np.arange(1000, dtype=np.float32)
    made.begin("One two.")
    for piece in np.split(ramp[:600], (1, 1, 7, 333)):
        made.add(piece)
    made.finish()
    made.begin("Three.")
    made.add(ramp[600:])
    taken = [made.take(n) for n in (3, 0, 330, 400, 480)]
    assert np.array_equal(np.concatenate(taken), ramp)


def test_to_peek_takes_nothing() -> None:
    made = track(("One.", 0.1))
    assert len(made.peek(480)) == 480
    assert made.played == 0
    assert not made.worded


def test_it_is_worded_once_a_clause_with_words_is_taken() -> None:
    made = Track()
    made.interject(sound(0.1))
    made.begin("Words.")
    made.add(sound(0.1))
    made.take(2400)
    assert not made.worded
    made.take(1)
    assert made.worded


def test_an_interjection_has_no_words_and_goes_before_the_clause_in_the_making() -> None:
    made = Track()
    made.begin("Words.")
    made.interject(sound(0.02, 0.1))
    made.add(sound(0.02))
    made.finish()
    made.close()
    assert made.heard(480) == ""
    assert made.heard(960) == "Words."
    assert made.take(1)[0] == np.float32(0.1)


def test_an_interjection_does_not_break_into_a_clause_that_is_being_heard() -> None:
    made = Track()
    made.begin("Some words.")
    made.add(sound(0.5))
    made.take(480)
    made.interject(sound(0.1, 0.1))
    made.finish()
    assert np.all(made.take(VOICE_RATE) == 0.5)


def test_heard_and_unheard_are_all_that_is_said() -> None:
    made = track(("One two three four.", 1.0), ("Five six.", 1.0))
    assert heard(made, 0.0) == ("", "One two three four. Five six.")
    assert heard(made, 0.5) == ("One two", "three four. Five six.")
    assert heard(made, 1.0) == ("One two three four.", "Five six.")
    assert heard(made, 2.0) == ("One two three four. Five six.", "")


def test_what_has_no_sound_yet_is_unheard_and_what_gets_none_is_neither() -> None:
    made = track(("One.", 0.2))
    made.begin("Two.")
    assert heard(made, 1.0) == ("One.", "Two.")
    made.finish()
    assert heard(made, 1.0) == ("One.", "")


def test_the_rest_of_a_clause_in_the_making_is_unheard_although_all_of_its_sound_was() -> None:
    made = Track()
    made.begin("One two three four five six seven eight.")
    made.add(sound(0.6))
    said, rest = heard(made, 0.6)
    assert 1 <= len(said.split()) <= 4
    assert f"{said} {rest}" == made.texts[0]


def test_the_silence_after_a_clause_belongs_to_no_word() -> None:
    made = Track()
    made.begin("One two three four.")
    made.add(np.concatenate([sound(1.0), silence(VOICE_RATE)]))
    made.finish()
    assert heard(made, 0.5) == ("One two", "three four.")
    assert heard(made, 1.0) == ("One two three four.", "")


def at(made: Track, seconds: float) -> float:
    made.played = round(seconds * VOICE_RATE)
    made.rewind()
    return made.played / VOICE_RATE


def test_it_goes_back_to_the_beginning_of_a_word_and_not_in_a_pause() -> None:
    made = track(("Ah.", 0.3))
    made.begin("One two, three four.")
    made.add(np.concatenate([sound(0.4), silence(4800), sound(0.5), silence(4800)]))
    made.finish()
    assert at(made, 0.0) == 0.0
    assert at(made, 0.2) == 0.0
    assert at(made, 0.3) == 0.3
    assert at(made, 0.4) == 0.3, "One"
    assert at(made, 0.6) == pytest.approx(0.5, abs=0.06), "two"
    assert at(made, 0.8) == 0.8, "the pause after the comma"
    assert at(made, 1.0) == pytest.approx(0.9, abs=0.03), "three"
    assert at(made, 1.35) == pytest.approx(1.15, abs=0.06), "four"
    assert at(made, 1.5) == 1.5, "the pause after all"


def test_it_goes_back_to_the_beginning_of_a_sound_without_words() -> None:
    made = track(("One.", 0.2))
    made.interject(sound(0.5))
    assert at(made, 0.6) == pytest.approx(0.2)


def test_a_word_whose_rest_is_not_made_yet_is_begun_again() -> None:
    made = Track()
    made.begin("One two three four five six seven eight.")
    made.add(sound(0.6))
    assert 0.3 < at(made, 0.6) < 0.6


def test_a_clause_that_nobody_makes_any_more_is_forgotten_unless_it_was_begun() -> None:
    made = track(("One.", 0.2))
    made.begin("Two.")
    made.add(sound(0.2))
    assert made.cut_off() == "Two."
    assert made.cut_off() == ""
    assert made.texts == ["One."]
    made.begin("One two three four")
    made.add(sound(0.8))
    made.take(round(0.55 * VOICE_RATE))
    said = made.played
    rest = made.cut_off()
    assert f"{made.texts[-1]} {rest}" == "One two three four"
    assert len(rest.split()) in (2, 3)
    assert made.played <= said
    assert made.empty
    assert made.heard(made.played) == f"One. {made.texts[-1]}"


# --- where words are ------------------------------------------------------------------------------------


def test_a_word_begins_where_it_is_quiet_between_words() -> None:
    gap = silence(480)
    [_, (begin, _)] = spans("Some thing", np.concatenate([sound(0.36), gap, sound(0.42)]), whole=True)
    assert 0.36 <= begin / VOICE_RATE <= 0.38


def test_a_comma_is_found_by_its_pause() -> None:
    spoken = np.concatenate([sound(0.7), silence(3600), sound(0.3)])
    [(_, over), (begin, end)] = spans("Now, nothing", spoken, whole=True)
    assert over / VOICE_RATE == pytest.approx(0.7, abs=0.021)
    assert begin / VOICE_RATE == pytest.approx(0.85, abs=0.021)
    assert end / VOICE_RATE == pytest.approx(1.15, abs=0.011)


def test_digits_take_as_long_as_words() -> None:
    [(_, over), _] = spans("1984 letters", sound(1.0), whole=True)
    assert over > 0.5 * VOICE_RATE


@pytest.mark.parametrize(
    ("text", "samples"),
    [("", 0), ("", 5000), ("One", 0), ("One two.", 0), ("One two.", 100), ("a b c d e f", 700)],
)
@pytest.mark.parametrize("whole", [True, False])
def test_every_word_has_its_place_in_whatever_sound(text: str, samples: int, whole: bool) -> None:
    for made in (silence(samples), sound(samples / VOICE_RATE)):
        places = spans(text, made, whole=whole)
        assert len(places) == len(text.split())
        assert places == sorted(places)
        assert all(0 <= begin <= over for begin, over in places)


def test_words_that_sound_does_not_reach_yet_lie_beyond_it() -> None:
    places = spans("one two three four five six", sound(0.5), whole=False)
    assert places[0][0] == 0
    assert places[-1][1] > VOICE_RATE
    assert places == sorted(places)
