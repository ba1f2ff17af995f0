"""Figures into words: times, dates, money, measures, ranges, sums.

Each kind is a pattern and a function. They are tried from the most to the least particular; what one has put
into words holds no figures for the next.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from samantha.voice.lexicon import LEXICONS, Lexicon

Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]

DASH = r"\s?[-–—−]\s?"
"""Between the ends of a range."""

FREE = r"(?<![\w.,])"
"""Before a figure that does not continue a word or another figure."""

_PLAIN = r"(?:\d{1,3}(?:,\d{3})+(?![\d])|\d+)(?:\.\d+)?|\.\d+"
_SWAPPED = r"(?:\d{1,3}(?:[.\u00a0\u202f]\d{3})+(?![\d])|\d+)(?:,\d+)?"
_LONGEST = 15  # digits; what is longer is read out digit by digit


class Numerals:
    """Puts the figures of one language into words."""

    def __init__(self, language: str) -> None:
        """`language` is an ISO 639-1 code; of one without a lexicon, figures are left to the voice."""
        self.language = language
        self.lexicon = LEXICONS.get(language, Lexicon())
        self.amount = rf"(?:{_SWAPPED if self.lexicon.swapped else _PLAIN})"
        self._rules: list[Rule] = []
        if language in LEXICONS:
            self._rules.append(
                (re.compile(r"(?<=\d)[\u00a0\u202f](?=\d{3}\b)|(?<=\d) (?=000\b)"), lambda _: "")
            )
            if language == "en":
                from samantha.voice.english import rules

                self._rules += rules(self)
            self._rules += self._general()

    def spell(self, text: str) -> str:
        """`text` with its figures in words."""
        for pattern, say in self._rules:
            if not any(character.isdecimal() for character in text):
                break
            text = pattern.sub(say, text)
        return text

    def cardinal(self, number: int | str) -> str:
        """``"1,234"`` as in "one thousand two hundred and thirty-four"; digit by digit if it is very long."""
        digits = re.sub(r"\D", "", str(number))
        if len(digits) > _LONGEST:
            return self.digits(digits)
        return self._num2words(int(digits)) if digits else ""

    def ordinal(self, number: int | str) -> str:
        """``22`` as in "twenty-second"."""
        digits = str(number)
        return self._num2words(int(digits), to="ordinal") if len(digits) <= _LONGEST else self.digits(digits)

    def year(self, number: int | str) -> str:
        """``1905`` as in "nineteen oh five"."""
        return self._num2words(int(number), to="year").replace("oh-", "oh ")

    def digits(self, text: str) -> str:
        """Every digit of `text` by itself; a comma, a short rest, where a group ends."""
        groups = re.findall(r"\d+", text)
        return ", ".join(" ".join(self._num2words(int(digit)) for digit in group) for group in groups)

    def number(self, written: str) -> str:
        """``"-3.50"`` as in "minus three point five zero"."""
        words = self.lexicon
        sign = f"{words.minus} " if written[:1] in "-−" else ""
        mark = "," if words.swapped else "."
        whole, _, part = written.lstrip("-−").partition(mark)
        if not part:
            return sign + self.cardinal(whole)
        return f"{sign}{self.cardinal(whole or '0')} {words.point} {self.digits(part)}"

    def span(self, first: str, last: str | None) -> str:
        """``("3", "5")`` as in "three to five"; just `first` if there is no `last`."""
        if not last:
            return self.number(first)
        return f"{self.number(first)} {self.lexicon.through} {self.number(last)}"

    def is_one(self, first: str, last: str | None = None) -> bool:
        """Whether what is counted stands in the singular."""
        return first.lstrip("-−") == "1" and not last

    def _num2words(self, number: int, **options: Any) -> str:
        from num2words import num2words

        return str(num2words(number, lang=self.language, **options)).replace(",", "")

    def _general(self) -> list[Rule]:
        """What is the same in every language but for the words."""
        words, amount = self.lexicon, self.amount
        last = rf"(?:{DASH}({amount}))?"
        money, units = _any_of(words.money), _any_of(words.units)
        large = rf"(?:\s?({_any_of(words.large)})(?![^\W\d_]))?"
        return [
            (re.compile(r"(?<![\d:.,])(\d{1,2}):(\d{2})(?![\d:])"), self._clock),
            self.iso_date,
            (
                re.compile(rf"(?<!\w)([-−])?({money})\s?({amount}){last}{large}"),
                lambda m: self._money(m[2], (m[1] or "") + m[3], m[4], m[5]),
            ),
            (
                re.compile(rf"{FREE}([-−]?{amount}){last}{large}\s?({money})(?!\w)"),
                lambda m: self._money(m[4], m[1], m[2], m[3]),
            ),
            (
                re.compile(rf"{FREE}([-−]?{amount}){last}\s?%"),
                lambda m: f"{self.span(m[1], m[2])} {words.percent} ",
            ),
            (re.compile(rf"{FREE}([-−]?{amount}){last}([\s-]?)({units})(?![\w²³/])"), self._measure),
            *self._sums(),
            (
                re.compile(rf"(?<![\w.,-])({amount}){DASH}({amount})(?![\w-]|[.,]\d)"),
                lambda m: self.span(m[1], m[2]),
            ),
            (re.compile(r"(?<=\d)(?=[^\W\d_])|(?<=[^\W\d_])(?=\d)"), lambda _: " "),
            (re.compile(r"(?<!\d)(\d+(?:\.\d+){2,})(?!\d)"), self._version),
            (
                re.compile(rf"(?<![\w.,][-−])(?<![\d.,])(?:(?<!\w)[-−])?{amount}"),
                lambda m: self.number(m[0]),
            ),
            (re.compile(r"\d+"), lambda m: f" {self.cardinal(m[0])} "),
        ]

    def _sums(self) -> list[Rule]:
        signs = self.lexicon.signs

        def sign(match: re.Match[str]) -> str:
            return f" {signs.get({'*': '×', 'x': '×', '/': '÷', '-': '−'}.get(match[1], match[1]), ' ')} "

        return [
            (re.compile(r"(?<=[\d)])\s?([+=*×÷x<>≈≤≥≠])\s?(?=[-−(.\d])"), sign),
            (re.compile(r"(?<=[\d)])\s([-−/])\s(?=[(.\d])"), sign),
        ]

    def _clock(self, match: re.Match[str]) -> str:
        hour, minute = int(match[1]), int(match[2])
        if hour > 24 or minute > 59:
            return f"{match[1]} {match[2]}"
        pattern = self.lexicon.clock if minute else self.lexicon.full_hour
        return pattern.format(h=self.cardinal(hour), m=self.cardinal(minute))

    @property
    def iso_date(self) -> Rule:
        """2026-11-22, with or without a time of day behind it."""

        def say(match: re.Match[str]) -> str:
            return self.date(int(match[1]), int(match[2]), int(match[3])) or self.digits(match[0])

        return re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?:T[\d:.Z+-]*)?(?!\d)"), say

    def date(self, year: int | None, month: int, day: int) -> str:
        """A date in words, or "" if there is no such day."""
        try:
            date(year or 2000, month, day)
        except ValueError:
            return ""
        words = self.lexicon
        ordinal = self.language in ("en", "de")
        spoken = words.date.format(
            day=self.ordinal(day) if ordinal else self.cardinal(day),
            month=words.months[month - 1],
            year=self.year(year) if year else "",
        )
        return spoken if year else re.sub(r"[\s,]*(?: de)?\s*$", "", spoken)

    def _money(self, sign: str, first: str, last: str | None, large: str | None) -> str:
        one, many, part_one, part_many = self.lexicon.money[sign]
        mark = "," if self.lexicon.swapped else "."
        if large:
            return f"{self.span(first, last)} {self.lexicon.large[large]} {many}"
        whole, _, part = first.partition(mark)
        if last or len(part) not in (0, 2):
            return f"{self.span(first, last)} {many}"
        amount = f"{self.number(whole or '0')} {one if self.is_one(whole) else many}"
        if not part or part == "00":
            return amount
        parts = f"{self.cardinal(part)} {part_one if int(part) == 1 else part_many}"
        if not whole.strip("-−0"):
            return parts
        return f"{amount} {self.lexicon.signs['&']} {parts}"

    def _measure(self, match: re.Match[str]) -> str:
        first, last, gap, unit = match.groups()
        if gap and unit in ("x", "A", "J", "K"):  # more often a letter than a measure
            return match[0]
        one, many = self.lexicon.units[unit]
        # A hyphen makes an adjective of it: a five-kilometer run.
        return f"{self.span(first, last)} {one if self.is_one(first, last) or gap == '-' else many}"

    def _version(self, match: re.Match[str]) -> str:
        return f" {self.lexicon.point} ".join(self.cardinal(part) for part in match[1].split("."))


def _any_of(words: Any) -> str:
    """A pattern for any of `words`, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
