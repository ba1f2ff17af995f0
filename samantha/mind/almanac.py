"""What the date means to the two: how long they have known each other, the season, birthdays. English, pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from samantha.mind.asking import Line, line
from samantha.mind.deixis import turned

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_SEASONS = (("winter", "summer"), ("spring", "autumn"), ("summer", "winter"), ("autumn", "spring"))
"""In the north and in the south, from December on."""
_NUMBERS = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)
_WEEK, _A_MONTH, _A_YEAR = 7, 30.44, 365.25
_HOW_LONG = re.compile(
    r"\bhow long have (?:we|you and i|i|you) (?:known|been (?:talking|friends|together|speaking))|"
    r"\bhow long (?:is it|has it been) since we (?:first )?(?:met|talked|spoke)",
    re.IGNORECASE,
)
_SINCE_WHEN = re.compile(
    r"\bwhen did (?:we|you and i) (?:first )?(?:meet|talk|speak|get to know)|\bsince when (?:do|have) we know",
    re.IGNORECASE,
)
_LAST = re.compile(
    r"\bwhen did (?:we|you and i) last (?:talk|speak|chat)|\bwhen was the last time (?:we|you and i) (?:talked|spoke)",
    re.IGNORECASE,
)
_SEASON = re.compile(
    r"\b(?:what|which) (?:season|time of (?:the )?year) (?:is it|are we in|do we have|have we got)\b|"
    r"\b(?:what|which)(?:'s| is) the (?:current )?season\b",
    re.IGNORECASE,
)
_BORN = re.compile(
    rf"(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<month>{'|'.join(_MONTHS)})|"
    rf"(?P<month2>{'|'.join(_MONTHS)}) (?:the )?(?P<day2>\d{{1,2}}))",
    re.IGNORECASE,
)


def answer(said: str, now: datetime, since: datetime | None, last: datetime | None) -> str:
    """What she says when asked how long they have known each other, when they last spoke, or for the season; "" for
    anything else. `since` is when they first spoke, `last` when before today's talk.
    """
    if _SEASON.search(said):
        north, south = _SEASONS[now.month % 12 // 3]
        return f"It's {_MONTHS[now.month - 1]}: {north} in the north of the world, {south} in the south."
    if (_HOW_LONG.search(said) or _SINCE_WHEN.search(said)) and since is not None:
        if since.date() == now.date():
            return "We met today."
        day = f"{_MONTHS[since.month - 1]} {since.day}" + (
            f", {since.year}" if since.year != now.year else ""
        )
        return f"We first talked on {day}: that's {_ago(since.date(), now.date())}."
    if _LAST.search(said) and last is not None:
        return f"We last talked {_ago(last.date(), now.date())}."
    return ""


def while_apart(gap: timedelta) -> str:
    """How long `gap` is, where it is worth a word: "three weeks"; "" below four days."""
    days = gap.days
    if days < 4:
        return ""
    if days < _WEEK:
        return "a few days"
    if days < 2 * _WEEK:
        return "over a week" if days > _WEEK + 1 else "a week"
    if days < 60:
        return f"{_number(days // _WEEK)} weeks"
    return f"{_number(days // 30)} months" if days < 365 else "more than a year"


def met_today(now: datetime, since: datetime | None) -> Line | None:
    """That it is a month, or years, to the day since they met."""
    if since is None:
        return None
    months = (now.year - since.year) * 12 + now.month - since.month
    if now.day != since.day or not (months == 1 or (months and months % 12 == 0)):
        return None
    if months == 1:
        return line("Do you know we met a month ago today?")
    years = months // 12
    return line(
        "Do you know we met {years} ago today?", years="a year" if years == 1 else f"{_number(years)} years"
    )


def birthday(now: datetime, birthdays: Sequence[tuple[str, str]], name: str) -> Line | None:
    """That somebody's birthday is today: `birthdays` has whose and when, in his words."""
    for whose, when in birthdays:
        if (found := _BORN.search(when)) is None:
            continue
        month = (found["month"] or found["month2"]).capitalize()
        if (int(found["day"] or found["day2"]), month) != (now.day, _MONTHS[now.month - 1]):
            continue
        if whose == "I":
            return line("Happy birthday{name}!", name=f", {name}" if name else "")
        who = turned(whose) if whose.lower().startswith("my ") else whose
        return line("It's {who}'s birthday today, isn't it?", who=who)
    return None


def _ago(then: date, today: date) -> str:
    days = (today - then).days
    if days <= 0:
        return "today"
    if days == 1:
        return "yesterday"
    if days < 2 * _WEEK:
        return f"{_number(days)} days ago"
    if days < 60:
        return f"{_number(round(days / _WEEK))} weeks ago"
    if days < 350:
        return f"{_number(round(days / _A_MONTH))} months ago"
    years = round(days / _A_YEAR)
    return "a year ago" if years == 1 else f"{_number(years)} years ago"


def _number(number: int) -> str:
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)
