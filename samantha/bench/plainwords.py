"""Text in a normal form, in which the same is the same: numbers, dates, accents, plurals. Pure."""

from __future__ import annotations

import re
import unicodedata

MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_UNITS = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
_TENS = {
    word: 10 * number
    for number, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
}
_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fifth": 5, "eighth": 8, "ninth": 9, "twelfth": 12, "twentieth": 20,
    "thirtieth": 30,
} | {f"{word}th": number for word, number in _UNITS.items()}  # fmt: skip
_SPLIT = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+(?:st|nd|rd|th)?|[.!?,;:]")
_SENTENCE = re.compile(r"(?<=[.!?…])[\"”’)]*\s+")
_TITLES = re.compile(r"\b(Mr|Mrs|Ms|Dr|St)\.\s")


def normal(text: str) -> str:
    """`text` in small letters, numbers in digits, a date as "june 4", words without the s of a plural."""
    return " ".join(_dates(_numbers([_stem(token) for token in _tokens(text) if token not in ".!?,;:"])))


def words(text: str) -> set[str]:
    """The different words of `text` in their normal form."""
    return set(normal(text).split())


def sentences(text: str) -> list[str]:
    """`text` in sentences; what is quoted is not cut from who says so."""
    return [each.strip() for each in _SENTENCE.split(_TITLES.sub(r"\1 ", text.strip())) if each.strip()]


def fivegrams(text: str) -> list[tuple[str, ...]]:
    """Five words in a row, as often as they come, within a sentence or across."""
    said = [token.removesuffix("'s") for token in _tokens(text) if token not in ".!?,;:"]
    return [tuple(said[i : i + 5]) for i in range(len(said) - 4)]


def _tokens(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.lower().replace("’", "'"))
    return _SPLIT.findall("".join(each for each in plain if not unicodedata.combining(each)))


def _stem(token: str) -> str:
    token = token.removesuffix("'s").replace("'", "")
    if token[0].isdigit():
        return re.sub(r"\D", "", token)
    if len(token) > 4 and token.endswith("ies"):
        return token[:-3] + "y"
    if len(token) > 4 and token.endswith(("ches", "shes", "xes", "sses")):
        return token[:-2]
    if len(token) > 3 and token.endswith("s") and not token.endswith(("ss", "us", "is")):
        return token[:-1]
    return token


def _numbers(tokens: list[str]) -> list[str]:
    """Number words as digits: up to 999, and years such as nineteen eighty-seven stay two numbers."""
    found: list[str] = []
    at = 0
    while at < len(tokens):
        value, used = _number(tokens, at)
        found.append(tokens[at] if value is None else str(value))
        at += used
    return found


def _number(tokens: list[str], at: int) -> tuple[int | None, int]:
    here = tokens[at]
    after = tokens[at + 1 :]
    if after[:1] == ["hundred"] and (here == "a" or here in _UNITS):
        hundreds = 100 * _UNITS.get(here, 1)
        rest = after[1:]
        joined = rest[:1] == ["and"]
        if rest[joined:]:
            value, used = _number(rest, joined)
            if value is not None and value < 100:
                return hundreds + value, 2 + joined + used
        return hundreds, 2
    if here in _TENS:
        value = _UNITS.get(after[0]) or _ORDINALS.get(after[0]) if after else None
        return (_TENS[here] + value, 2) if value is not None and value < 10 else (_TENS[here], 1)
    if here in _UNITS:
        return _UNITS[here], 1
    if here in _ORDINALS:
        return _ORDINALS[here], 1
    return None, 1


def _dates(tokens: list[str]) -> list[str]:
    """A day and a month, however they are put, as month and day."""
    text = " ".join(tokens)
    month = "|".join(MONTHS)
    text = re.sub(rf"\b(\d{{1,2}}) (?:of )?({month})\b", r"\2 \1", text)
    return re.sub(rf"\b({month}) the (\d{{1,2}})\b", r"\1 \2", text).split()


CHATTER = words(
    "a about actually again ah all also always am an and any are as ask at be been but by call called can come "
    "course could curious did do does don dont else ever fine for fun funny get glad go good great had has have "
    "hear hello her hey hi him his hmm how i id if im in interest interesting is it its ive just keep know let "
    "like little look lot love lovely make maybe me mention mind moment more much my name named nice no not now "
    "of oh ok okay on one or our out please pleasure question quite really remember right said samantha say see "
    "she he they so some sometime sorry sound still sure talk tell thank thanks that the their them then there "
    "thing think this time to told too understand up us very want was we well were what when where which who why "
    "will wish with wonder would wow yeah yes yet you your youre"
)
"""Words that assert nothing, in their normal form."""
