"""How English reads its figures and short forms aloud."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from samantha.voice.numerals import Numerals, Rule

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
_MONTH = rf"(?P<month>(?:{'|'.join(_MONTHS)})\b|(?:{'|'.join(name[:3] for name in _MONTHS)}|Sept)\b\.?)"
_DAY = r"(?P<day>[12]\d|3[01]|0?[1-9])"
_FIXED = {"24/7": "twenty-four seven", "9/11": "nine eleven", "50/50": "fifty fifty", "50-50": "fifty fifty"}
_FRACTIONS = {"½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅕": "1/5", "⅛": "1/8", "⅜": "3/8",
              "⅝": "5/8", "⅞": "7/8"}  # fmt: skip
_PHONE = (
    r"(?<![\w.,-])(?:\+\d{1,3}[ .-]?)?(?:\(\d{2,5}\)[ .-]?|\d{2,4}[ .-])\d{3,4}(?:[ .-]\d{2,4}){1,3}(?![\w-]|[.,]\d)"
    r"|(?<![\w.,-])\d{3}-\d{4}(?![\w-]|[.,]\d)"
    r"|(?<![\w.,-])(?:\+\d{7,}|\d{10,}|0\d+)(?![\d,]|\.\d)"
)

_SHORT_FORMS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"\bDr\.(?=\s+[A-Z])", "Doctor"),
        (r"\bMr\.?(?=\s)", "Mister"),
        (r"\bMrs\.?(?=\s)", "Missus"),
        (r"\bMs\.(?=\s)", "Ms"),
        (r"\bProf\.(?=\s)", "Professor"),
        (r"\bSt\.(?=\s+[A-Z])", "Saint"),
        (r"\bMt\.(?=\s+[A-Z])", "Mount"),
        (r"\bJr\.", "Junior"),
        (r"\bSr\.", "Senior"),
        (r"\b[Ee]\.\s?g\.,?", "for example,"),
        (r"\b[Ii]\.\s?e\.,?", "that is,"),
        (r"\betc\.(?=\s+[A-Z]|\s*$)", "et cetera."),
        (r"\betc\b\.?", "et cetera"),
        (r"\bvs\b\.?", "versus"),
        (r"\bapprox\.", "approximately"),
        (r"\b[Nn]o\.\s?(?=\d)", "number "),
        (r"\b[Ww]/o\b", "without"),
        (r"\b[Ww]/(?=\s)", "with"),
        (r"\bdept\.", "department"),
        (r"\b[Pp]\.\s?[Ss]\.", "P S,"),
        (r"\b[Aa]\.[Mm]\.(?=\s+[A-Z]|\s*$)", "AM."),
        (r"\b[Pp]\.[Mm]\.(?=\s+[A-Z]|\s*$)", "PM."),
        (r"\b[Aa]\.[Mm]\.?", "AM"),
        (r"\b[Pp]\.[Mm]\.?", "PM"),
        (r"\bPh\.?D\.?", "PHD"),
    )
)
_DOTTED = re.compile(r"\b(?:[A-Z]\.){2,}")
_INITIAL = re.compile(r"\b([A-Z])\.(?=\s+[A-Z])")
_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")


def expand(text: str) -> str:
    """Short forms in full: titles, "e.g.", "U.S."; drawn-out words as they are usually written."""
    for pattern, words in _SHORT_FORMS:
        text = pattern.sub(words, text)
    text = _DOTTED.sub(_letters, text)
    text = _INITIAL.sub(lambda m: m[0] if m[1] == "I" else m[1], text)
    return _DRAWN_OUT.sub(_shorten, text)


def _letters(match: re.Match[str]) -> str:
    end = "." if not match.string[match.end() :].strip() else ""
    return match[0].replace(".", "") + end


def _shorten(match: re.Match[str]) -> str:
    """ "sooo" is "so", "hmmm" keeps two; capitals such as "AAA" are letters."""
    letter, run = match[1], match[0]
    if run.isupper() and len(run) == 3:
        return run
    last = not match.string[match.end() : match.end() + 1].isalpha()
    first = not match.string[: match.start()][-1:].isalpha()
    return letter if last and not first and letter.lower() in "aeiosuy" else letter * 2


def rules(numerals: Numerals) -> list[Rule]:
    """The kinds of figures that English has ways of its own for, in the order to try them."""
    n = numerals

    def fixed(match: re.Match[str]) -> str:
        return _FIXED[match[0]]

    def vulgar(match: re.Match[str]) -> str:
        return f" {_FRACTIONS[match[0]]}"

    def clock(match: re.Match[str]) -> str:
        hour, minute, second, half = match.groups()
        if second:
            units = ((hour, "hour"), (minute, "minute"), (second, "second"))
            return ", ".join(
                f"{n.cardinal(value)} {unit}{'' if int(value) == 1 else 's'}"
                for value, unit in units
                if int(value)
            )
        if int(hour) > 24 or int(minute) > 59:
            return f"{n.cardinal(hour)} to {n.cardinal(minute)}"
        noon = f" {half.upper()}M" if half else ""
        if minute == "00":
            whole = "hundred" if int(hour) > 12 or hour == "00" else "o'clock"
            return n.cardinal(hour) + (noon or f" {whole}")
        minutes = f"oh {n.cardinal(minute)}" if minute[0] == "0" else n.cardinal(minute)
        return f"{n.cardinal(hour)} {minutes}{noon}"

    def named_date(match: re.Match[str]) -> str:
        year = match["year"]
        month = _month(match["month"])
        return n.date(int(year) if year else None, month, int(match["day"])) or match[0]

    def day_first(match: re.Match[str]) -> str:
        year = f" {n.year(match['year'])}" if match["year"] else ""
        the = "" if re.search(r"\b[Tt]he\s+$", match.string[: match.start()]) else "the "
        return f"{the}{n.ordinal(int(match['day']))} of {_MONTHS[_month(match['month']) - 1]}{year}"

    def slash_date(match: re.Match[str]) -> str:
        first, _, second, year = match.groups()
        full = int(year) + (2000 if len(year) == 2 else 0) if year else None
        a, b = int(first), int(second)
        if not year and max(a, b) <= 12:
            return match[0]  # rather a fraction
        return n.date(full, a, b) or n.date(full, b, a) or match[0]

    def feet(match: re.Match[str]) -> str:
        return f"{n.cardinal(match[1])} foot {n.cardinal(match[2])}"

    def fraction(match: re.Match[str]) -> str:
        whole, top, bottom = match.groups()
        front = f"{n.cardinal(whole)} and " if whole else ""
        a, b = int(top), int(bottom)
        if a >= b or b > 100 or b < 2:
            return f"{front}{n.cardinal(a)} over {n.cardinal(b)}"
        names = {2: ("half", "halves"), 4: ("quarter", "quarters")}
        one, many = names.get(b, (n.ordinal(b), f"{n.ordinal(b)}s"))
        return f"{front}{'a' if front and a == 1 else n.cardinal(a)} {one if a == 1 else many}"

    def decade(match: re.Match[str]) -> str:
        years = match[1]
        spoken = n.year(years) if len(years) == 4 else n.cardinal(years)
        return f"{spoken[:-1]}ies" if spoken.endswith("y") else f"{spoken}s"

    def year(match: re.Match[str]) -> str:
        if not 1100 <= int(match[1]) <= 2099:
            return n.cardinal(match[1])
        rest = match.string[match.end() :]
        return n.cardinal(match[1]) if _COUNTED.match(rest) else n.year(match[1])

    def years(match: re.Match[str]) -> str:
        last = n.year(match[2]) if len(match[2]) == 4 else n.cardinal(match[2])
        return f"{n.year(match[1])} to {last}"

    def phone(match: re.Match[str]) -> str:
        return ("plus " if match[0].startswith("+") else "") + n.digits(match[0])

    return [
        (re.compile(rf"(?<![\d/.])(?:{'|'.join(map(re.escape, _FIXED))})(?![\d/])"), fixed),
        (re.compile(f"[{''.join(_FRACTIONS)}]"), vulgar),
        n.iso_date,
        (re.compile(r"(?<![\d:.,])(\d{1,2}):(\d{2})(?::(\d{2}))?(?![\d:])(?:\s?([AaPp])\.?[Mm]\b)?"), clock),
        (re.compile(r"(?<![\d:.,])(\d{1,2})\s?([AaPp])[Mm]\b"), lambda m: f"{n.cardinal(m[1])} {m[2].upper()}M"),
        (re.compile(rf"\b{_MONTH}\s+{_DAY}(?:st|nd|rd|th)?(?![\d:%°,.]\d|\d)(?:,?\s+(?P<year>[12]\d{{3}})(?!\d))?"),
         named_date),
        (re.compile(rf"(?<![\d.,:/-]){_DAY}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}(?:,?\s+(?P<year>[12]\d{{3}})(?!\d))?"),
         day_first),
        (re.compile(rf"\b{_MONTH}(?=\s+[12]\d{{3}}\b)"), lambda m: _MONTHS[_month(m["month"]) - 1]),
        (re.compile(r"(?<![\d/.$€£])(\d{1,2})([/.])(\d{1,2})\2(\d{4}|\d{2})(?![\d/]|\.\d)"), slash_date),
        (re.compile(r"(?<![\d/.$€£])(\d{1,2})(/)(\d{1,2})()(?![\d/]|\.\d)"), slash_date),
        (re.compile(r"(?<!\d)([12]\d{3})\s?[-–—]\s?([12]\d{3}|\d{2})(?![\d-])"), years),
        (re.compile(_PHONE), phone),
        (re.compile(r"(?<!\w)(\d{1,2})['′’](\d{1,2})(?:[\"″”]|'')?(?!\w)"), feet),
        (re.compile(r"(?<![\d/.,$€£])(?:(\d+)\s)?(\d{1,4})[/⁄](\d{1,4})(?![\d/])"), fraction),
        (re.compile(r"(?<![\d.,])(\d+)(?:st|nd|rd|th)\b"), lambda m: n.ordinal(m[1])),
        (re.compile(r"(?<![\d.,$€£])['’]?((?:1\d|20)?\d0)['’]?s\b"), decade),
        (re.compile(r"(?<![\d:.])(\d+):(\d+)(?![\d:])"), lambda m: f"{m[1]} to {m[2]}"),
        (re.compile(r"(?<=\d)\s?\^\s?(?=\d)"), lambda _: " to the power of "),
        (re.compile(r"[~≈]\s?(?=\d)"), lambda _: "about "),
        (re.compile(r"#\s?(?=\d)"), lambda _: "number "),
        (re.compile(r"(?<![\w.,$€£+*/=×÷-])([12]\d{3})(?![\w%°€£$]|[.,]\d|\s?(?:[+*/=×÷€£$%°]|[kcm]?m\b|k?g\b))"), year),
    ]  # fmt: skip


# A plural after four digits: they count something, and are no year.
_COUNTED = re.compile(
    r"\s+(?!(?:was|is|has|does|this|its|as|us|perhaps|always|sometimes)\b)(?:[a-z]+s|people|men|women|children)\b"
)


def _month(name: str) -> int:
    return next(i for i, each in enumerate(_MONTHS, 1) if each.startswith(name[:3]))
