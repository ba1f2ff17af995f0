"""Is an answer right? Judged by its words, against answers known beforehand, and never by a model. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from samantha.bench.plainwords import CHATTER, normal, sentences, words

Verdict = Literal["right", "wrong", "unknown"]
"""``"wrong"`` is a confident other answer; ``"unknown"`` that she does not know, asks back, or asserts nothing."""

_REFUSES = re.compile(
    r"\b(?:i|we) (?:\w+ly )?(?:dont|do not|cant|cannot|can not|didnt|did not|havent|have not|couldnt) "
    r"(?:\w+ly )?(?:know|remember|recall|think|have|see|find|tell|say|sure|catch|heard|got)"
    r"|\byou (?:\w+ly )?(?:havent|have not|never|didnt|did not|dont think you) (?:\w+ly )?"
    r"(?:told|tell|said|say|mentioned|mention|shared|share|spoken|talked)"
    r"|\bnot (?:\w+ )?(?:sure|certain|told)\b|\bno (?:idea|memory|clue)\b|\bi wish i knew\b"
    r"|\b(?:im not aware|never (?:told|mentioned|said)|slipped my mind|could only guess|can only guess)\b"
    r"|\bi havent\b.*\b(?:information|memory)\b|\bnothing (?:about|yet)\b"
)
_ASKS_BY_ITS_END = re.compile(r",\s*(?:[\w'’]+\s*){1,3}\?$")
_DENIED = (
    r"(?:\bnot|\bno longer|\bisnt|\barent|\bwasnt|\bwerent|\binstead of|\brather than)"
    r"(?: (?:a|an|the|in|at|on|by|called|named|my|your|her|his|with))* $"
)
_PAST = re.compile(
    r"\b(?:used to|was|were|had|before|formerly|previously|originally|not|no longer|isnt|arent|instead of|"
    r"rather than|until|dont|doesnt|left|given up|stopped|sold|dropped|from|old|retired|closed)\b"
)
_OVER = re.compile(r"^\W*(?:\w+ ){0,2}(?:any more|anymore|before|at first|until|cancelled|off)\b")
_TURNS = re.compile(r"\b(?:now|but|so|since|instead|anymore|any more|later|then|moved|changed)\b")


@dataclass(frozen=True, slots=True)
class Gold:
    """Accepted answers: in one of them every part between plus signs must be there, as whole words."""

    accepted: tuple[str, ...]
    outdated: tuple[str, ...] = ()
    """What was right before."""

    def judge(self, question: str, answer: str) -> Verdict:
        """Of `answer` to `question`."""
        told = " . ".join(normal(each) for each in sentences(answer) if _tells(each))
        refuses = bool(_REFUSES.search(_plain(answer)))
        right = _found(told, self.accepted)
        old = _found(told, self.outdated)
        if right is not None:
            return "wrong" if old is not None and _still(told, old, right) else "right"
        if refuses or has(" ".join(each for each in sentences(answer) if not _tells(each)), self.accepted):
            return "unknown"
        if old is not None:
            return "wrong"
        return "wrong" if asserts(question, answer) else "unknown"


def asserts(question: str, answer: str) -> bool:
    """Whether `answer` claims something that is not in `question`."""
    if _REFUSES.search(_plain(answer)):
        return False
    known = words(question) | CHATTER
    return any(words(each) - known for each in sentences(answer) if _tells(each))


def has(answer: str, texts: Sequence[str]) -> bool:
    """Whether one of `texts` is in `answer`, as whole words, in whatever spelling of numbers."""
    return _found(normal(answer), texts) is not None


def swapped(question: str, answer: str, accepted: Sequence[str]) -> bool:
    """Whether the sentence of `answer` that holds the answer confuses who is who.

    A question about "my dog" is answered by "your dog", one about "your birthday" by "my birthday".
    """
    asked = _plain(question)
    about_him = re.search(r"\b(?:i|my|me|im|ive|id)\b", asked)
    about_her = re.search(r"\byour?\b|\byoure\b", asked)
    for sentence in sentences(answer):
        if not has(sentence, accepted):
            continue
        said = _OPINION.sub(" ", _QUOTED.sub(" ", _plain(sentence)))
        for noun in re.findall(r"\bmy (\w+)", asked):
            if re.search(rf"\bmy {noun}", said):
                return True
        for noun in re.findall(r"\byour (\w+)", asked):
            if re.search(rf"\byour {noun}", said):
                return True
        if about_him and not about_her and re.search(r"\b(?:i|im|ive|my)\b", said):
            return True
        if about_her and not about_him and re.search(r"\b(?:youre|you are|you have|your)\b", said):
            return True
    return False


_OPINION = re.compile(
    r"\bi (?:\w+ly )?(?:think|believe|remember|recall|know|guess|suppose|hope|bet|love|like|see|hear|heard|can|will|"
    r"would|wonder)\b|\bid say\b|\bim (?:not )?(?:sure|glad|pretty sure|quite sure|happy|sorry|certain)\b|\bi do\b|"
    r"\bmy (?:memory|dear)\b"
)
_QUOTED = re.compile(r'"[^"]*"|“[^”]*”')


def _found(told: str, texts: Sequence[str]) -> int | None:
    """Where in `told`, which is normal, the first of `texts` ends that is there and is not denied."""
    ends: list[int] = []
    for text in texts:
        places = [_place(told, part.strip()) for part in text.split("+")]
        if all(place is not None for place in places):
            ends.append(max(place for place in places if place is not None))
    return min(ends) if ends else None


def _place(told: str, part: str) -> int | None:
    for match in re.finditer(rf"\b{re.escape(normal(part))}\b", told):
        if not re.search(_DENIED, told[: match.start()]):
            return match.end()
    return None


def _still(told: str, old: int, right: int) -> bool:
    """Whether what was right before is said to be so still, in a `told` that has both."""
    begin, end = told.rfind(" . ", 0, old) + 1, told.find(" . ", max(old, right))
    if _PAST.search(told[begin:old]) or _OVER.search(told[old:]):
        return False
    return not _TURNS.search(told[min(old, right) : end if end >= 0 else len(told)])


def _tells(sentence: str) -> bool:
    """Whether it is no question, or one only by its end: "…, right?"."""
    return not sentence.endswith("?") or bool(_ASKS_BY_ITS_END.search(sentence))


def _plain(text: str) -> str:
    """Small letters without apostrophes; quotation marks stay."""
    return text.lower().replace("’", "").replace("'", "")
