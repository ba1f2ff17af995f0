"""The person of the bench keeps to the script."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from samantha.audio.pcm import HEARING_RATE, Block
from samantha.bench.person import Line, Person

pytestmark = pytest.mark.unit


def line(seconds: float, cue: str = "silence", wait: float = 1.0) -> Line:
    sound = np.full(int(seconds * HEARING_RATE), 0.5, np.float32)
    return Line(sound, cue, wait)  # type: ignore[arg-type]


def talk(
    person: Person, hers: Callable[[float], bool], limit: float = 60.0
) -> tuple[Block, list[float | None]]:
    """What the person said, and when each line began, s, if `hers` tells whether she is heard at a time."""
    blocks: list[Block] = []
    while not person.finished and len(blocks) < limit * 50:
        blocks.append(person.speak())
        person.hear(hers(len(blocks) / 50))
    return np.concatenate(blocks), [None if at is None else at / HEARING_RATE for at in person.said]


def test_the_next_line_comes_when_she_has_answered_and_is_silent() -> None:
    person = Person([line(2), line(1)], patience=10)
    said, begins = talk(person, lambda at: 4 <= at < 6)  # she answers what was said from 1 to 3 s
    assert begins == pytest.approx([1.0, 7.0], abs=0.05)
    assert float(said[int(1.5 * HEARING_RATE)]) == 0.5
    assert float(said[int(3.5 * HEARING_RATE)]) == 0.0
    assert np.count_nonzero(said) == 3 * HEARING_RATE


def test_what_she_said_before_the_end_of_a_line_is_no_answer_to_it() -> None:
    person = Person([line(2), line(1)], patience=5)
    _, begins = talk(person, lambda at: 1.5 <= at < 2.5)
    assert begins[1] == pytest.approx(18.0, abs=0.05)  # three seconds of line one, and all patience


def test_after_a_sign_of_life_an_answer_is_waited_for() -> None:
    person = Person([line(2), line(1)], patience=10)
    _, begins = talk(person, lambda at: 5 <= at < 5.5 or 8 <= at < 9)
    assert begins[1] == pytest.approx(10.0, abs=0.05)
    person = Person([line(2), line(1)], patience=10)
    _, begins = talk(person, lambda at: 5 <= at < 5.5)
    assert begins[1] == pytest.approx(10.5, abs=0.05)


def test_who_gets_no_end_of_an_answer_goes_on() -> None:
    person = Person([line(2), line(1)], patience=4)
    _, begins = talk(person, lambda at: at > 3.5)
    assert begins[1] == pytest.approx(7.0, abs=0.05)
    assert person.finished


def test_an_interruption_comes_in_the_middle_of_her_answer() -> None:
    person = Person([line(1), line(0.5, "her voice", 1.5), line(1)], patience=10)
    # A "hmm", an answer that is broken off, another answer.
    _, begins = talk(person, lambda at: 2.2 <= at < 2.6 or 3.4 <= at < 4.9 or 6 <= at < 7)
    assert begins == pytest.approx([1.0, 4.5, 8.0], abs=0.05)


def test_only_her_voice_counts_until_an_interruption() -> None:
    person = Person([line(1), line(0.5, "her voice", 1.5)], patience=10)
    _, begins = talk(person, lambda at: 3 <= at < 4.4 or 4.9 <= at < 8)
    assert begins[1] == pytest.approx(5.0, abs=0.05)


@pytest.mark.parametrize("hers", [lambda at: False, lambda at: 3 <= at < 3.5])
def test_nobody_is_interrupted_who_says_nothing(hers: Callable[[float], bool]) -> None:
    person = Person([line(1), line(0.5, "her voice", 1.5), line(1)], patience=4)
    _, begins = talk(person, hers)
    assert begins[1] is None
    assert begins[2] is not None


def test_a_person_without_a_line_stays_as_long_as_patience_lasts() -> None:
    said, begins = talk(Person([], patience=3), lambda at: False)
    assert len(said) == 3 * HEARING_RATE
    assert begins == []
    assert not said.any()
