"""Does an answer name the right day? Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from samantha.bench.gold import Verdict, asserts
from samantha.bench.plainwords import MONTHS, normal

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_AGO = re.compile(r"\b(\d+|a|an|couple of|few) (day|week|month) ago\b")
_ROUGH = {"day": 0, "week": 3, "month": 10}
"""Days by which "three weeks ago" may be off."""


def judge(question: str, answer: str, told: date, today: date) -> Verdict:
    """Whether `answer`, given `today`, says that it was on the day `told`."""
    named = list(_named(normal(answer), today))
    if any(abs((day - told).days) <= within for day, within in named):
        return "right"
    return "wrong" if named or asserts(question, answer) else "unknown"


def _named(text: str, today: date) -> Iterator[tuple[date, int]]:
    """The days that `text` names, and by how many each may be off."""
    explicit = False
    for month, day in re.findall(rf"\b({'|'.join(MONTHS)}) (\d{{1,2}})\b", text):
        found = _latest(MONTHS.index(month) + 1, int(day), today)
        if found is not None:
            explicit = True
            yield found, 0
    for ahead, phrase in ((0, r"today|just now|moment ago|earlier|hour ago|minute ago"), (-1, "yesterday")):
        if re.search(rf"\b(?:{phrase})\b", text):
            yield today + timedelta(days=ahead), 0
    for number, unit in _AGO.findall(text):
        count = {"a": 1, "an": 1, "couple of": 2, "few": 3}.get(number) or int(number)
        yield today - timedelta(days=count * {"day": 1, "week": 7, "month": 30}[unit]), _ROUGH[unit]
    if not explicit:
        for name in re.findall(rf"\b({'|'.join(_DAYS)})\b", text):
            back = (today.weekday() - _DAYS.index(name)) % 7 or 7
            yield today - timedelta(days=back), 0
            yield today - timedelta(days=back + 7 * ("week" in text or "last" in text)), 0


def _latest(month: int, day: int, today: date) -> date | None:
    """The newest such day that is not to come."""
    for year in (today.year, today.year - 1):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found <= today:
            return found
    return None
