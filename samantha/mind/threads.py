"""What is still to come in somebody's life, and whether he now says how it went. Pure; the words are English."""

from __future__ import annotations

import re
from datetime import datetime

from samantha.mind.relations import content, words

_DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_MONTH = "january|february|march|april|may|june|july|august|september|october|november|december"
_NUMBER = r"(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|a few|a couple of|\d+)"
_NTH = r"(?:\d+(?:st|nd|rd|th)?|first|second|third|\w+(?:fth|xth|nth|hth|tieth|-first|-second|-third))"
_TO_COME = re.compile(
    rf"\b(?:tomorrow|tonight|(?:later|this) (?:today|afternoon|evening)|(?:next|this|coming) (?:{_DAY}|week|month|"
    rf"year|weekend|spring|summer|autumn|winter|fall)|(?:on|until|by|before) (?:next )?{_DAY}|{_DAY} at|"
    rf"in {_NUMBER} (?:minutes?|hours?|days?|weeks?|months?)|in (?:{_MONTH})|"
    rf"(?:on|by) the {_NTH}\b(?! (?:floor|street|avenue|side|hand))|on (?:{_MONTH})|soon)\b",
    re.IGNORECASE,
)
_INTENDED = re.compile(
    r"\b(?:going to|have to|has to|need to|needs to|must|planning (?:to|on|a|my)|waiting for|looking for an?|about to|"
    r"hoping to|want to|trying to find|supposed to|due|have an? (?:\w+ )?(?:appointment|exam|interview|meeting|test|"
    r"date|deadline|operation)|(?:I|we)['’]ll)\b",
    re.IGNORECASE,
)
_NO_PLAN = re.compile(
    r"\bgoing to (?:bed|sleep|work|say|call you|tell you|ask you)\b|"
    r"\b(?:have|need|got|want|going) to (?:go|leave|run|sleep|say|admit|think|know|ask|tell|talk|hear|eat|stop)\b|"
    r"\b(?:always|usually|every|often|sometimes|never|from now on|birthday|born)\b|\b"
    rf"(?:{_DAY}|morning|afternoon|evening|night|weekend)s\b",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"\b(?:yesterday|ago|was|were|did|went|had|came|took|got|began|bought|found|left|met|saw|moved|started|"
    r"last (?:night|week|month|year|time))\b|\b(?:I|we|he|she|it|they) (?!need)\w+ed\b",
    re.IGNORECASE,
)
_HIS = {"i", "we", "my", "our", "me", "us"}
_WENT = re.compile(
    r"\b(?:went|was|were|had|did|passed|failed|over|done|finished|met|saw|got|happened|won|lost|came|arrived|been|took|"
    r"gave|flew|\w+ed)\b",
    re.IGNORECASE,
)
_SETTLED = re.compile(
    r"\b(?:cancell?ed|called off|over|done|finished|passed|failed|went|not going|isn['’]t happening)\b",
    re.IGNORECASE,
)
_COMMON = frozenset(
    "meet see have go do get tak need want plan wait look visit hop start begin tomorrow tonight week month year "
    "weekend next day today morn afternoon even o'clock clock noon one two three four five six seven eight nine ten "
    "eleven twelve monday tuesday wednesday thursday friday saturday sunday talk tell about".split()
)
"""Stems that are in too many plans to tell one from another."""


def opens(sentence: str) -> bool:
    """Whether `sentence`, which states something, speaks of what is to come in its speaker's life."""
    if not _HIS & set(words(sentence)) or _PAST.search(sentence) or _NO_PLAN.search(sentence):
        return False
    if _TO_COME.search(sentence):
        return bool(content(sentence) - _COMMON)
    return bool(_INTENDED.search(sentence)) and len(content(sentence) - _COMMON) >= 2


def settles(said: str, thread: str, due: datetime | None, now: datetime) -> bool:
    """Whether `said` tells how `thread`, the sentence that opened it, came out, or that it will not be."""
    about = content(thread) - _COMMON
    there = content(said)
    both = about & there
    if not both or 2 * len(both) < min(len(about), 4):
        return False
    early = due is not None and due.date() > now.date()
    return bool((_SETTLED if early else _WENT).search(said)) and not opens(said)


def replaces(new: str, old: str) -> bool:
    """Whether the thread `new` is `old` at another time."""
    mine, others = content(new) - _COMMON, content(old) - _COMMON
    return bool(mine & others) and 2 * len(mine & others) >= min(len(mine), len(others), 4)
