"""What she knows by the date alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from samantha.mind.almanac import answer, while_apart

pytestmark = pytest.mark.unit

NOW = datetime(2026, 11, 18, 9, 15, tzinfo=UTC)
SINCE = NOW - timedelta(days=34)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("How long have we known each other?", "We first talked on October 15: that's five weeks ago."),
        ("When did we first meet?", "We first talked on October 15: that's five weeks ago."),
        ("When did we last talk?", "We last talked yesterday."),
        ("Which season do I prefer?", ""),
        ("What season is it?", "It's November: autumn in the north of the world, spring in the south."),
        ("How are you?", ""),
    ],
)
def test_it_is_answered_by_code(said: str, told: str) -> None:
    assert answer(said, NOW, SINCE, NOW - timedelta(days=1)) == told


def test_years_and_the_first_day() -> None:
    assert answer("How long have we known each other?", NOW, NOW, None) == "We met today."
    old = answer("How long have we known each other?", NOW, NOW.replace(year=2023), None)
    assert old == "We first talked on November 18, 2023: that's three years ago."


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (3, ""),
        (4, "a few days"),
        (7, "a week"),
        (9, "over a week"),
        (14, "two weeks"),
        (70, "two months"),
        (500, "more than a year"),
    ],
)
def test_how_long_they_were_apart(days: int, words: str) -> None:
    assert while_apart(timedelta(days=days)) == words
