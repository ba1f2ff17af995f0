"""What people mean by "last Tuesday", and how they say when something was. English, pure.

A day begins at midnight by the clock of `now`, a week on Monday. What may lie on either side of now lies before it
in a question about what was said (`asked`), and after it in a plan (`due`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_PARTS = {
    "morning": (4, 12),
    "lunchtime": (12, 14),
    "afternoon": (12, 18),
    "evening": (17, 24),
    "night": (18, 28),
    "tonight": (17, 28),
}
"""Hours since midnight."""
_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
).split()
_NUMBERS = {word: number for number, word in enumerate(_ONES)} | {
    "a": 1, "an": 1, "a couple of": 2, "a few": 3, "several": 4, "thirty": 30, "forty": 40, "forty-five": 45,
    "fifty": 50, "twenty-five": 25,
}  # fmt: skip
_ORDINALS = {
    word: number
    for number, word in enumerate(
        (
            "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
            "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first twenty-second twenty-third "
            "twenty-fourth twenty-fifth twenty-sixth twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first"
        ).split(),
        1,
    )
}
_SLACK = {
    "minute": timedelta(minutes=10),
    "hour": timedelta(hours=1),
    "day": timedelta(0),
    "week": timedelta(days=3),
    "month": timedelta(days=15),
    "year": timedelta(days=180),
}
"""How far from it may be what was so many of them ago."""

_DAY, _MONTH, _PART = "|".join(DAYS), "|".join(MONTHS), "|".join(_PARTS)
_COUNT = "|".join(sorted(map(re.escape, _NUMBERS), key=len, reverse=True)) + r"|\d{1,3}"
_NTH = r"\d{1,2}(?:st|nd|rd|th)?|" + "|".join(sorted(_ORDINALS, key=len, reverse=True))
_UNIT = "|".join(_SLACK)

Range = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` to before `end`, as said by `words`."""

    start: datetime
    end: datetime
    words: str

    def __contains__(self, at: datetime) -> bool:
        return self.start <= at < self.end


def asked(words: str, now: datetime) -> Span | None:
    """The time that a question with `words` is about, as far as it is past; None if it names none."""
    return _named(words, now, past=True)


def due(words: str, said_at: datetime) -> datetime | None:
    """When what was announced with `words` is over, at the latest; None if they name no time to come."""
    span = _named(words, said_at, past=False)
    today = Span(*_whole(said_at.date(), said_at), "")
    end = _hour(words, span or today, said_at)
    if end is None and span is not None:
        end = span.end
    return end if end is not None and end > said_at else None


def ago(at: datetime, now: datetime) -> str:
    """When `at` was, as one says it at `now`: "this morning", "last Tuesday", "on Tuesday 3 March"."""
    then = at.astimezone(now.tzinfo)
    days = (now.date() - then.date()).days
    if days < 0 or now - at < timedelta(minutes=5):
        return "just now"
    part = _part(then.hour)
    if days == 0:
        return "last night" if part == "night" else f"this {part}"
    if days == 1:
        return "last night" if then.hour >= 21 else f"yesterday {part}" if part != "night" else "yesterday"
    name = DAYS[then.weekday()].capitalize()
    if days < 7:
        return f"last {name}"
    year = f" {then.year}" if then.year != now.year else ""
    return f"on {name} {then.day} {MONTHS[then.month - 1].capitalize()}{year}"


def _part(hour: int) -> str:
    return "night" if hour < 4 else "morning" if hour < 12 else "afternoon" if hour < 18 else "evening"


# --- which time is meant ------------------------------------------------------------------------------------


def _named(words: str, now: datetime, *, past: bool) -> Span | None:
    text = words.lower().replace("’", "'")
    best: tuple[int, int, Span] | None = None
    for pattern, read in _READINGS:
        for match in pattern.finditer(text):
            found = read(match, now, past)
            if found is not None and (best is None or (match.start(), -match.end()) < best[:2]):
                best = (match.start(), -match.end(), Span(*found, match[0]))
                break
    return None if best is None else best[2]


def _midnight(day: date, now: datetime) -> datetime:
    return datetime.combine(day, time(), now.tzinfo)


def _whole(day: date, now: datetime, part: str | None = None) -> Range:
    """`day`, or the `part` of it."""
    start = _midnight(day, now)
    first, last = _PARTS[part] if part else (0, 24)
    return start + timedelta(hours=first), start + timedelta(hours=last)


def _month(year: int, month: int, now: datetime, months: int = 1) -> Range:
    after = month - 1 + months
    return (
        _midnight(date(year, month, 1), now),
        _midnight(date(year + after // 12, after % 12 + 1, 1), now),
    )


def _relative(match: re.Match[str], now: datetime, _: bool) -> Range:
    days = {"the day before yesterday": -2, "yesterday": -1, "tomorrow": 1, "the day after tomorrow": 2}
    return _whole(now.date() + timedelta(days[match["day"]]), now, match["part"])


def _today(match: re.Match[str], now: datetime, _: bool) -> Range:
    said = match[0]
    if said == "last night":
        return _whole(now.date() - timedelta(1), now, "night")
    part = next((part for part in _PARTS if said.endswith(part)), None)
    return _whole(now.date(), now, part)


def _weekday(match: re.Match[str], now: datetime, past: bool) -> Range:
    wanted, which = DAYS.index(match["day"]), match["which"]
    if which == "last" or (past and which != "next"):
        back = (now.weekday() - wanted) % 7 or 7
        day = now.date() - timedelta(back)
    elif which == "next":
        day = now.date() + timedelta(7 - now.weekday() + wanted)
    else:
        day = now.date() + timedelta((wanted - now.weekday()) % 7 or 7)
    return _whole(day, now, match["part"])


def _date(match: re.Match[str], now: datetime, past: bool) -> Range | None:
    groups = match.groupdict()
    nth = groups.get("nth") or groups["after"]
    number = _ORDINALS.get(nth) or int(re.sub(r"\D", "", nth))
    name, year = groups.get("month"), groups.get("year")
    try:
        if name and year:
            return _whole(date(int(year), MONTHS.index(name) + 1, number), now)
        if name:
            day = date(now.year, MONTHS.index(name) + 1, number)
            if past and day > now.date():
                day = day.replace(year=now.year - 1)
            elif not past and day < now.date():
                day = day.replace(year=now.year + 1)
            return _whole(day, now)
        month = now.date().replace(day=1)
        if past and number > now.day:
            month = (month - timedelta(1)).replace(day=1)
        elif not past and number < now.day:
            month = (month + timedelta(31)).replace(day=1)
        return _whole(month.replace(day=number), now)
    except ValueError:  # no such day
        return None


def _in_month(match: re.Match[str], now: datetime, past: bool) -> Range:
    number = MONTHS.index(match["month"]) + 1
    if match["year"]:
        return _month(int(match["year"]), number, now)
    return _recurring([_month(year, number, now) for year in _years(now)], match["which"], now, past)


def _season(match: re.Match[str], now: datetime, past: bool) -> Range:
    first = _SEASONS[match["season"]]
    return _recurring([_month(year, first, now, 3) for year in _years(now)], match["which"], now, past)


def _years(now: datetime) -> range:
    return range(now.year - 2, now.year + 3)


def _recurring(times: list[Range], which: str | None, now: datetime, past: bool) -> Range:
    """Of `times`, by their order, the one that is meant."""
    if which == "last":
        return [each for each in times if each[1] <= now][-1]
    if past and which != "next":
        return [each for each in times if each[0] <= now][-1]
    if which == "next":
        return next(each for each in times if each[0] > now)
    return next(each for each in times if each[1] > now)


def _whole_unit(match: re.Match[str], now: datetime, past: bool) -> Range:
    step = {"last": -1, "this": 0, "next": 1}[match["which"]]
    monday = now.date() - timedelta(now.weekday())
    if match["unit"] == "weekend":
        saturday = monday + timedelta(5 + 7 * step)
        if step == 0 and past and now.weekday() < 5:
            saturday -= timedelta(7)
        return _midnight(saturday, now), _midnight(saturday + timedelta(2), now)
    if match["unit"] == "week":
        start = monday + timedelta(7 * step)
        return _midnight(start, now), _midnight(start + timedelta(7), now)
    if match["unit"] == "month":
        months = now.year * 12 + now.month - 1 + step
        return _month(months // 12, months % 12 + 1, now)
    return _month(now.year + step, 1, now, 12)


def _counted(match: re.Match[str], now: datetime, _: bool) -> Range | None:
    count = _NUMBERS.get(match["count"]) or int(match["count"])
    unit = match["unit"]
    days = {"day": 1, "week": 7, "month": 30, "year": 365}
    apart = timedelta(days=count * days[unit]) if unit in days else timedelta(**{f"{unit}s": count})
    forwards = match[0].startswith("in ")
    slack = _SLACK[unit] + (apart / 3 if match["count"] in ("a few", "several") else timedelta(0))
    try:
        middle = now + apart if forwards else now - apart
        if unit not in days:
            return middle - slack, middle + (timedelta(0) if forwards else slack)
        return _midnight((middle - slack).date(), now), _midnight((middle + slack).date(), now) + timedelta(1)
    except OverflowError:
        return None


def _year(match: re.Match[str], now: datetime, _: bool) -> Range:
    return _month(int(match["year"]), 1, now, 12)


def _lately(match: re.Match[str], now: datetime, past: bool) -> Range | None:
    if not past:
        return None
    start, end = {"just now": (0.05, 0), "the other day": (10, 0)}.get(match[0], (14, 0))
    return now - timedelta(start), now - timedelta(end)


def _christmas(match: re.Match[str], now: datetime, past: bool) -> Range:
    days = [(_midnight(date(year, 12, 24), now), _midnight(date(year, 12, 27), now)) for year in _years(now)]
    return _recurring(days, match["which"], now, past)


_Reading = Callable[[re.Match[str], datetime, bool], Range | None]
_READINGS: tuple[tuple[re.Pattern[str], _Reading], ...] = tuple(
    (re.compile(rf"\b{pattern}"), read)
    for pattern, read in (
        (
            rf"(?P<day>the day before yesterday|the day after tomorrow|yesterday|tomorrow)\b(?: (?P<part>{_PART})\b)?",
            _relative,
        ),
        (r"(?:today|tonight|last night|this (?:morning|afternoon|evening))\b", _today),
        (rf"(?:(?P<which>last|this|next) |on |by |until )?(?P<day>{_DAY})\b(?: (?P<part>{_PART})\b)?", _weekday),
        (rf"(?:the )?(?P<nth>{_NTH}) (?:of )?(?P<month>{_MONTH})\b(?:,? (?P<year>(?:19|20)\d\d)\b)?", _date),
        (rf"(?P<month>{_MONTH}) (?:the )?(?P<after>{_NTH})\b(?:,? (?P<year>(?:19|20)\d\d)\b)?(?! of)", _date),
        (r"(?:on|by|until) the (?P<nth>\d{1,2}(?:st|nd|rd|th))\b(?! of)", _date),
        (rf"(?:on|by|until) the (?P<nth>{'|'.join(sorted(_ORDINALS, key=len, reverse=True))})\b(?! \w)", _date),
        (
            rf"(?:in |since |by |(?P<which>last|this|next) )(?P<month>{_MONTH})\b(?: (?P<year>(?:19|20)\d\d)\b)?",
            _in_month,
        ),
        (rf"(?:in (?:the )?|(?P<which>last|this|next) )(?P<season>{'|'.join(_SEASONS)})\b", _season),
        (r"(?P<which>last|this|next) (?P<unit>weekend|week|month|year)\b", _whole_unit),
        (rf"(?P<count>{_COUNT}) (?P<unit>{_UNIT})s? ago\b", _counted),
        (rf"in (?P<count>{_COUNT}) (?P<unit>{_UNIT})s?(?: time|' time|'s time)?\b", _counted),
        (r"in (?P<year>(?:19|20)\d\d)\b", _year),
        (r"(?:just now|the other day|recently|lately)\b", _lately),
        (r"(?:(?P<which>last|this|next) |at |over |for )christmas\b", _christmas),
    )
)  # fmt: skip


# --- at what o'clock ----------------------------------------------------------------------------------------

_PAST_THE_HOUR = {
    "half past": 30,
    "quarter past": 15,
    "a quarter past": 15,
    "quarter to": -15,
    "a quarter to": -15,
}
_CLOCK = re.compile(
    r"\b(?:at|by|until|till|around|about) (?:(?P<noon>noon|midday|midnight)|"
    rf"(?:(?P<past>{'|'.join(_PAST_THE_HOUR)}) )?"
    rf"(?P<hour>\d{{1,2}}|{'|'.join(_ONES[1:13])})\b(?:[:.](?P<minute>\d\d))?"
    rf"(?: (?P<spoken>fifteen|thirty|forty-five))?(?: o'clock)?(?:\s?(?P<half>[ap])\.?m\b)?)(?! (?:{_UNIT})s?\b)"
)
_WAKING = 8
"""An hour before that is one after noon, unless it is said otherwise."""


def _hour(words: str, span: Span, said_at: datetime) -> datetime | None:
    """The hour that `words` name, on the one day that `span` is; None if there is none."""
    match = _CLOCK.search(words.lower().replace("’", "'"))
    if match is None or span.end - span.start > timedelta(days=1):
        return None
    day = _midnight(span.start.date(), said_at)
    if match["noon"]:
        return day + timedelta(hours=24 if match["noon"] == "midnight" else 12)
    hour = _NUMBERS.get(match["hour"]) or int(match["hour"])
    minute = int(match["minute"] or 0) + _NUMBERS.get(match["spoken"] or "zero", 0)
    if hour > 23 or minute > 59:
        return None
    at = day + timedelta(hours=hour, minutes=minute + _PAST_THE_HOUR.get(match["past"] or "", 0))
    if match["half"]:
        return at + timedelta(hours=12 * (match["half"] == "p") - 12 * (hour == 12))
    in_the_morning = span.start.hour == _PARTS["morning"][0]
    late = hour < _WAKING or span.start.hour >= 12 or at <= said_at
    return at + timedelta(hours=12) if 0 < hour < 12 and late and not in_the_morning else at
