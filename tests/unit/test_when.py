"""When people mean, and how they say when something was."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from samantha.mind.when import ago, asked, due

pytestmark = pytest.mark.unit

ZONE = timezone(timedelta(hours=1))
NOW = datetime(2026, 3, 11, 14, 30, tzinfo=ZONE)
"""A Wednesday."""


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("What did I say yesterday?", "2026-03-10", "2026-03-11"),
        ("what did i tell you the day before yesterday", "2026-03-09", "2026-03-10"),
        ("And yesterday evening?", "2026-03-10T17:00", "2026-03-11"),
        ("last night", "2026-03-10T18:00", "2026-03-11T04:00"),
        ("this morning", "2026-03-11T04:00", "2026-03-11T12:00"),
        ("today", "2026-03-11", "2026-03-12"),
        ("What did I say last Tuesday?", "2026-03-10", "2026-03-11"),
        ("on Monday", "2026-03-09", "2026-03-10"),
        ("on Wednesday", "2026-03-04", "2026-03-05"),
        ("on Thursday morning", "2026-03-05T04:00", "2026-03-05T12:00"),
        ("last week", "2026-03-02", "2026-03-09"),
        ("this week", "2026-03-09", "2026-03-16"),
        ("last weekend", "2026-03-07", "2026-03-09"),
        ("this weekend", "2026-03-07", "2026-03-09"),
        ("last month", "2026-02-01", "2026-03-01"),
        ("last year", "2025-01-01", "2026-01-01"),
        ("on the third of March", "2026-03-03", "2026-03-04"),
        ("on March 3rd", "2026-03-03", "2026-03-04"),
        ("on 24 December", "2025-12-24", "2025-12-25"),
        ("on the 3 March 2024", "2024-03-03", "2024-03-04"),
        ("on the 5th", "2026-03-05", "2026-03-06"),
        ("on the twentieth", "2026-02-20", "2026-02-21"),
        ("in April", "2025-04-01", "2025-05-01"),
        ("in March", "2026-03-01", "2026-04-01"),
        ("last March", "2025-03-01", "2025-04-01"),
        ("in May 2024", "2024-05-01", "2024-06-01"),
        ("in 2024", "2024-01-01", "2025-01-01"),
        ("last summer", "2025-06-01", "2025-09-01"),
        ("last winter", "2025-12-01", "2026-03-01"),
        ("at Christmas", "2025-12-24", "2025-12-27"),
        ("two days ago", "2026-03-09", "2026-03-10"),
        ("two weeks ago", "2026-02-22", "2026-03-01"),
        ("a month ago", "2026-01-25", "2026-02-25"),
        ("an hour ago", "2026-03-11T12:30", "2026-03-11T14:30"),
    ],
)
def test_what_a_question_is_about(words, start, end):
    span = asked(words, NOW)
    assert span is not None
    assert (span.start, span.end) == (at(start), at(end))
    assert at(start) in span
    assert at(end) not in span


@pytest.mark.parametrize(
    "words",
    [
        "What does my sister play?",
        "I may go.",
        "You march on, don't you?",
        "on the second floor",
        "on the 31st of February",
        "He is 3 years old",
        "Sundays are quiet",
        "",
    ],
)
def test_where_no_time_is_named(words):
    assert asked(words, NOW) is None


def test_the_words_are_told_so_that_they_can_be_left_out():
    span = asked("What did I say last Tuesday about Ruth?", NOW)
    assert span is not None
    assert span.words == "last tuesday"


@pytest.mark.parametrize(
    ("words", "end"),
    [
        ("I have a meeting with Paul tomorrow at four.", "2026-03-12T16:00"),
        ("I'm seeing the dentist next Friday.", "2026-03-21"),
        ("On Thursday at four I'm off.", "2026-03-12T16:00"),
        ("On Thursday at 4 p.m. I'm off.", "2026-03-12T16:00"),
        ("on Thursday at 16:30", "2026-03-12T16:30"),
        ("on Thursday at half past nine", "2026-03-12T09:30"),
        ("on Thursday at quarter to five", "2026-03-12T16:45"),
        ("tomorrow at 9 am", "2026-03-12T09:00"),
        ("tomorrow morning at seven", "2026-03-12T07:00"),
        ("tomorrow evening at eight", "2026-03-12T20:00"),
        ("tomorrow at noon", "2026-03-12T12:00"),
        ("tomorrow at twelve", "2026-03-12T12:00"),
        ("at three I have a call", "2026-03-11T15:00"),
        ("I'm off tonight", "2026-03-12T04:00"),
        ("tonight at nine", "2026-03-11T21:00"),
        ("on Wednesday", "2026-03-19"),
        ("this weekend", "2026-03-16"),
        ("next week", "2026-03-23"),
        ("in June", "2026-07-01"),
        ("in February", "2027-03-01"),
        ("on the third of March", "2027-03-04"),
        ("on the 20th", "2026-03-21"),
        ("in two weeks", "2026-03-29"),
        ("in three days' time", "2026-03-15"),
        ("in an hour", "2026-03-11T15:30"),
        ("for Christmas", "2026-12-27"),
        ("next summer", "2026-09-01"),
        ("the day after tomorrow", "2026-03-14"),
    ],
)
def test_when_a_plan_is_over(words, end):
    assert due(words, NOW) == at(end)


@pytest.mark.parametrize("words", ["I met Paul yesterday.", "in 2019", "Paul is fine.", "an hour ago"])
def test_what_is_over_or_has_no_time_is_not_due(words):
    assert due(words, NOW) is None


@pytest.mark.parametrize(
    ("then", "said"),
    [
        ("2026-03-11T14:28", "just now"),
        ("2026-03-11T15:00", "just now"),
        ("2026-03-11T13:00", "this afternoon"),
        ("2026-03-11T08:00", "this morning"),
        ("2026-03-11T01:00", "last night"),
        ("2026-03-10T22:00", "last night"),
        ("2026-03-10T08:00", "yesterday morning"),
        ("2026-03-10T18:30", "yesterday evening"),
        ("2026-03-06T08:00", "last Friday"),
        ("2026-03-05T08:00", "last Thursday"),
        ("2026-03-04T08:00", "on Wednesday 4 March"),
        ("2025-03-04T08:00", "on Tuesday 4 March 2025"),
    ],
)
def test_how_one_says_when_it_was(then, said):
    assert ago(at(then), NOW) == said


def test_when_it_was_goes_by_the_clock_of_now():
    there = datetime(
        2026, 3, 11, 2, 0, tzinfo=timezone(timedelta(hours=10))
    )  # still the 10th, in the afternoon
    assert ago(there, NOW) == "yesterday afternoon"


def test_days_are_whole_when_the_clock_is_put_forward():
    now = datetime(2026, 3, 30, 12, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    span = asked("yesterday", now)
    assert span is not None
    assert (span.start.hour, span.end.hour) == (0, 0)
    assert span.start.date() == now.date() - timedelta(1)
