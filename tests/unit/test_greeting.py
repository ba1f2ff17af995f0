"""What she says first after a while apart, and how she asks after what was left open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from samantha.mind.asking import questions
from samantha.mind.greeting import MOST_ASKED, Apart, Opening, opening
from samantha.mind.when import due

pytestmark = pytest.mark.unit

MORNING = datetime(2026, 11, 18, 9, 15, tzinfo=UTC)
DAY = timedelta(days=1)
AFTER = timedelta(hours=2)


@dataclass(frozen=True)
class Open:
    id: int
    text: str
    at: datetime
    due: datetime | None


PAUL = Open(
    1, "I'm meeting Paul on Tuesday.", MORNING - 3 * DAY, MORNING.replace(hour=0, minute=0)
)  # Tuesday is over


def greeted(
    said: str = "Hi.", now: datetime = MORNING, apart: Apart | None = None, **known: object
) -> Opening | None:
    known.setdefault("last", now - DAY)
    known.setdefault("name", "Theo")
    return opening(said, now, apart or Apart(**known), after=AFTER)  # type: ignore[arg-type]


def text(found: Opening | None) -> str:
    assert found is not None
    return found.text


# --- whether ------------------------------------------------------------------------------------------------


def test_who_was_here_just_now_is_not_greeted() -> None:
    assert greeted(last=MORNING - timedelta(minutes=30)) is None
    assert greeted(last=MORNING - timedelta(hours=3)) is not None


def test_another_day_is_greeted_however_short_the_night() -> None:
    early = MORNING.replace(hour=5, minute=30)
    assert greeted(now=early, last=early - timedelta(hours=1)) is not None
    night = MORNING.replace(hour=0, minute=30)
    assert greeted(now=night, last=night - timedelta(hours=1)) is None


def test_a_stranger_is_not_greeted_as_a_friend() -> None:
    assert greeted(last=None) is None


@pytest.mark.parametrize(
    "said",
    [
        "I'm crying.",
        "My grandmother died.",
        "Quick question, what's two plus two?",
        "Help!",
        "I had a rough day.",
    ],
)
def test_what_presses_or_hurts_is_answered_and_not_greeted(said: str) -> None:
    assert greeted(said, threads=[PAUL]) is None


def test_a_question_gets_a_short_greeting_and_its_answer() -> None:
    found = greeted("What's the capital of Peru?", threads=[PAUL])
    assert found is not None
    assert (found.text, found.whole, found.thread) == ("Morning, Theo.", False, None)


# --- by what was left open ----------------------------------------------------------------------------------


def test_she_asks_after_what_was_due_the_day_before() -> None:
    found = greeted("Good morning, Samantha!", threads=[PAUL])
    assert found is not None
    assert (found.text, found.whole, found.thread) == ("Morning, Theo. How did it go with Paul?", True, 1)


def test_she_answers_how_she_is() -> None:
    assert "I'm well" in text(greeted("Hi, how are you?", threads=[PAUL]))


def test_what_is_not_due_yet_is_left_alone() -> None:
    later = Open(1, PAUL.text, PAUL.at, MORNING + 2 * DAY)
    assert "Paul" not in text(greeted(threads=[later]))


def test_what_is_long_past_is_left_alone() -> None:
    old = Open(1, PAUL.text, PAUL.at, MORNING - 60 * DAY)
    assert "Paul" not in text(greeted(threads=[old]))


def test_what_has_no_date_is_asked_after_a_day_later() -> None:
    vague = Open(1, PAUL.text, MORNING - 2 * DAY, None)
    fresh = Open(1, PAUL.text, MORNING - timedelta(hours=3), None)
    assert "Paul" in text(greeted(threads=[vague]))
    assert "Paul" not in text(greeted(threads=[fresh]))


def test_one_thread_at_a_time_and_each_only_so_often() -> None:
    other = Open(2, "I have an exam on Monday.", PAUL.at, PAUL.due and PAUL.due - DAY)
    first = text(greeted(threads=[PAUL, other]))
    assert "Paul" in first
    assert "exam" not in first
    long_ago = [MORNING - 5 * DAY] * MOST_ASKED
    assert "exam" in text(greeted(threads=[PAUL, other], asked={1: long_ago}))
    assert "Paul" not in text(greeted(threads=[PAUL], asked={1: [MORNING - timedelta(hours=5)]}))


def test_late_at_night_there_is_no_talk_of_work() -> None:
    exam = Open(1, "I have an exam on Tuesday.", PAUL.at, PAUL.due)
    late = MORNING.replace(hour=23)
    assert "exam" in text(greeted(threads=[exam]))
    assert "exam" not in text(greeted(now=late, threads=[exam]))
    assert "Paul" in text(
        greeted(now=late, threads=[Open(1, "I'm seeing Paul on Tuesday.", PAUL.at, PAUL.due)])
    )


def test_grief_is_not_asked_after_at_the_door() -> None:
    funeral = Open(1, "We have the funeral on Tuesday.", PAUL.at, PAUL.due)
    assert "funeral" not in text(greeted(threads=[funeral]))


# --- by how long it has been --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "words"),
    [(1, ""), (3, ""), (5, "a few days"), (10, "over a week"), (22, "three weeks"), (100, "three months")],
)
def test_she_says_how_long_it_has_been(days: int, words: str) -> None:
    assert words in text(greeted(last=MORNING - days * DAY))
    assert (" been " in text(greeted(last=MORNING - days * DAY))) == bool(words)


def test_the_same_opening_never_comes_twice_running() -> None:
    recent: list[str] = []
    now, said = MORNING, ""
    for _ in range(40):
        found = greeted(now=now, last=now - DAY, threads=[], recent=recent[-6:])
        assert found is not None
        assert found.text != said
        assert not recent or not set(found.shape.split(" / ")) & set(recent[-1].split(" / "))
        recent.append(found.shape)
        now, said = now + DAY, found.text


def test_with_no_name_no_comma_is_left() -> None:
    assert "," not in text(greeted(name="")).split(".")[0]


def test_days_that_mean_something() -> None:
    met = MORNING.replace(month=10)
    assert "we met a month ago today" in text(greeted(since=met, threads=[PAUL]))
    assert "a year ago" in text(greeted(since=MORNING.replace(year=2025)))
    assert "Happy birthday, Theo!" in text(greeted(birthdays=[("I", "the 18th of November")]))
    assert "your sister's birthday" in text(greeted(birthdays=[("my sister", "November 18")]))
    assert "irthday" not in text(greeted(birthdays=[("I", "19 November")]))


# --- how a thread is asked after ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "question"),
    [
        ("I have a meeting with Paul on Tuesday.", "How did it go with Paul?"),
        ("I'm seeing my little sister on Saturday.", "How did it go with your little sister?"),
        ("I've got a job interview tomorrow.", "How did your job interview go?"),
        ("My sister's wedding is on Saturday.", "How was your sister's wedding?"),
        ("My mother has surgery on Friday.", "How did your mother's surgery go?"),
        ("I'm going to the dentist tomorrow.", "How was it at the dentist's?"),
        ("I'm waiting for the results of my blood test.", "Any news of the results of your blood test?"),
        ("I have to call the bank on Monday.", "Did you get to call the bank?"),
        ("I'm going to tell my boss that I quit.", "Did you get to tell your boss that you quit?"),
        (
            "The plumber comes on Wednesday.",
            "You told me on Sunday that the plumber comes. How did that turn out?",
        ),
    ],
)
def test_the_question_fits_what_was_said(said: str, question: str) -> None:
    assert questions(said, MORNING - 3 * DAY, MORNING - DAY, MORNING)[0].text == question


def test_what_is_today_is_not_over() -> None:
    midnight = (MORNING + DAY).replace(hour=0, minute=0)
    text = "I have an exam on Wednesday."
    assert questions(text, MORNING - DAY, midnight, MORNING)[0].text == "Today's your exam, isn't it?"
    assert (
        questions(text, MORNING - DAY, midnight, MORNING.replace(hour=19))[0].text == "How did your exam go?"
    )
    assert questions(text, MORNING - DAY, midnight, MORNING + DAY)[0].text == "How did your exam go?"
    assert questions(text, MORNING - DAY, MORNING.replace(hour=8), MORNING)[0].text == "How did your exam go?"
    assert questions(text, MORNING - DAY, midnight + DAY, MORNING) == []
    assert questions("I have an exam this week.", MORNING - DAY, midnight, MORNING) == []


def test_when_it_is_over_is_understood_from_his_words() -> None:
    said, words = MORNING - DAY, "I have an exam tomorrow."
    over = due(words, said)
    assert questions(words, said, over, said) == []
    assert questions(words, said, over, MORNING)[0].text == "Today's your exam, isn't it?"
    assert questions(words, said, over, MORNING + DAY)[0].text == "How did your exam go?"


def test_what_takes_years_or_pages_is_not_asked_after() -> None:
    assert questions("I want to learn the guitar.", MORNING - 3 * DAY, None, MORNING) == []
    assert questions("It was " + "very " * 20 + "long.", MORNING - 3 * DAY, None, MORNING) == []
