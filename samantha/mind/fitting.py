"""How well something that was said answers what is said now: by its meaning, its words, and what is asked for.

Sentences can mean much the same and not fit at all ("What's my brother's name?", "My sister's name is Ruth."):
a wrong recollection is worse than none. The weights were learnt from labelled sentences: see bench/recollection.py.
Pure.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from samantha.mind.relations import stem, words
from samantha.mind.wording import EMPTY, akin, names, stems

_ASKS = re.compile(
    r"^(?:(?:and|so|but|well|hey|okay|ok|oh|um|samantha|please|now|by the way|hm|hmm)[, ]+)*"
    r"(?:what|who|whom|whose|which|where|when|why|how|do|does|did|is|are|was|were|have|has|had|can|could|will|would|"
    r"should|am|any|isn't|aren't|don't|doesn't|didn't|wasn't|tell me|remind me|remember|guess|i wonder|"
    r"what's|who's|where's|when's|how's)\b",
    re.IGNORECASE,
)
_REMEMBER = re.compile(
    r"\b(?:remember|recall|remind me|did i (?:say|tell|mention)|have i (?:told|mentioned)|i (?:told|said|mentioned)|"
    r"do you know|forgot|forgotten)\b",
    re.IGNORECASE,
)
_NUMBERS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand half twice once every "
    "dozen couple pair twin twins"
)
_TIMES = (
    "monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays saturdays "
    "sundays january february march april may june july august september october november december spring summer autumn "
    "winter christmas easter tomorrow yesterday today tonight morning afternoon evening night week weekend month year "
    "noon midnight every ago o'clock"
)
_COLOURS = (
    "red blue green yellow black white grey gray brown purple pink orange silver gold golden turquoise beige cream navy "
    "violet ginger blond dark light"
)
_PLACES = "in at on to from near by under behind inside next home into above below off via down up round"


def _one_of(spoken: str) -> str:
    return rf"\b(?:{'|'.join(spoken.split())})\b"


_WANTS = tuple(
    (re.compile(asked, re.IGNORECASE), re.compile(answer))
    for asked, answer in (
        (
            r"\bwhat(?:'s| is| was| are| were)? .*\bnames?\b|\bwho\b|\bwhose\b|\bcalled\b",
            r"(?<!^)(?<!\. )\b[A-Z](?!')\w+|^[A-Z]\w+ (?:is|was)\b|\bmy \w+",
        ),
        (
            r"\bhow (?:many|much|old|long|far|tall|heavy|big|often)\b|\bwhat (?:age|number|size|year)\b",
            rf"\d|(?i:{_one_of(_NUMBERS)})",
        ),
        (r"\bwhen\b|\bwhat (?:day|time|date|month|year)\b", rf"\d|(?i:{_one_of(_TIMES)})"),
        (r"\bwhere\b", _one_of(_PLACES)),
        (r"\bcolou?r\b", rf"(?i:{_one_of(_COLOURS)})"),
    )
)
"""What a question asks for, and how one sees that a sentence has it."""
_KIN = frozenset(
    stem(word)
    for word in (
        "mother mum mom father dad grandmother gran granny grandma nan nana grandfather grandad granddad grandpa son "
        "daughter child kid wife husband partner girlfriend boyfriend brother sister sibling parent aunt uncle cousin "
        "niece nephew boss manager neighbour neighbor landlord landlady flatmate roommate colleague friend dentist "
        "doctor teacher cat dog".split()
    )
)
_MINE = re.compile(r"\b(?:my|our)\s+((?:[\w'’-]+\s*){1,3})", re.IGNORECASE)
_OWN = re.compile(r"\b(?:i|i'm|i've|i'd|i'll|my|me|mine|myself|we|we're|our|us)\b", re.IGNORECASE)
_HERS = re.compile(r"\b(?:you|your|you're|yours|yourself)\b", re.IGNORECASE)
_ADDRESS = re.compile(
    r"\b(?:do|can|could|would|will) you (?:remember|recall|know|tell|remind|say|still know)\b|"
    r"\b(?:i|we) (?:\w+ )?(?:told|tell|said to|mentioned to|telling) you\b|\bthank you\b|\bremind me\b|\byou know\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Question:
    """What is said now, taken apart. It need not be a question, and need not be finished."""

    text: str
    asks: bool
    remembers: bool
    """It speaks of remembering."""
    own: bool
    hers: bool
    content: frozenset[str]
    names: frozenset[str]
    mine: frozenset[str]
    """Stems of what is said to be his: sister, car."""

    @classmethod
    def of(cls, text: str) -> Question:
        plain = text.replace("’", "'").strip()
        without = _ADDRESS.sub(" ", plain)
        found = names(plain)
        return cls(
            text=plain,
            asks=plain.endswith("?") or bool(_ASKS.match(plain)),
            remembers=bool(_REMEMBER.search(plain)),
            own=bool(_OWN.search(plain)),
            hers=bool(_HERS.search(without)),
            content=stems(plain),
            names=found,
            mine=_possessed(plain),
        )


FEATURES = 13


def features(
    question: Question, text: str, cosine: float, aliases: frozenset[str] = frozenset()
) -> list[float]:
    """What speaks for and against `text` as what is asked for, FEATURES numbers.

    `cosine` is how alike the two mean; `aliases` small names of the people that the question speaks of otherwise.
    """
    there = stems(text)
    named = bool(aliases & frozenset(words(text)))
    shared = sum(any(akin(word, other) for other in there) for word in question.content)
    coverage = shared / max(1, len(question.content))
    if named and question.mine:
        coverage = min(1.0, coverage + 1 / len(question.content))
    missing = [word for word in question.mine if not any(akin(word, other) for other in there)]
    lacking = 0.0 if not question.mine or named else len(missing) / len(question.mine)
    kin = question.mine & _KIN
    conflict = bool(kin) and not named and any(word in missing for word in kin)
    wants = [answer for asked, answer in _WANTS if question.asks and asked.search(question.text)]
    unanswered = any(not answer.search(text) for answer in wants)
    strangers = [name for name in question.names if stem(name) not in there and name not in there]
    asks = float(question.asks)
    return [
        1.0,
        cosine,
        coverage,
        float(shared > 0 or named),
        asks,
        cosine * asks,
        float(question.own and question.asks),
        float(question.hers),
        lacking,
        float(conflict),
        float(unanswered),
        len(strangers) / max(1, len(question.names)),
        float(text.rstrip().endswith("?") or bool(_ASKS.match(text))),
    ]


_BY_WORDS = 0.6

WEIGHTS = (-6.0, 7.0, 1.5, 0.5, 0.5, 0.5, 0.5, -1.0, -1.0, -3.0, -2.0, -2.0, -4.0)


def fit(question: Question, text: str, cosine: float | None, aliases: frozenset[str] = frozenset()) -> float:
    """How likely `text` is what is asked for, in [0, 1]; `cosine` is None where nobody knows the meaning."""
    if cosine is None:
        cosine = _BY_WORDS * features(question, text, 0.0, aliases)[2]
    total = sum(w * x for w, x in zip(WEIGHTS, features(question, text, cosine, aliases), strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def introduced(kin: frozenset[str], text: str) -> frozenset[str]:
    """The small names that `text` gives to people called by `kin`, stems ("my sister Ruth": ruth)."""
    found = set()
    for relation, name in _INTRODUCED.findall(text):
        if any(akin(stem(relation.lower()), word) for word in kin):
            found.add(name.lower())
    for name, relation in _PRESENTED.findall(text):
        if any(akin(stem(relation.lower()), word) for word in kin):
            found.add(name.lower())
    return frozenset(found)


_INTRODUCED = re.compile(
    r"\b(?:[Mm]y|[Oo]ur) (?:\w+ )?(\w+)(?:'s| is| was|,)?(?: name)?(?: is| was)?(?: called| named)? ([A-Z][\w-]+)"
)
_PRESENTED = re.compile(r"\b([A-Z][\w-]+),? (?:is|was|who is)?,? ?(?:my|our) (?:\w+ )?(\w+)\b")


def _possessed(text: str) -> frozenset[str]:
    """Stems of what `text` says is his: of "my sister's car" both."""
    found = set()
    for phrase in _MINE.findall(text):
        for word in phrase.replace("’", "'").split():
            plain = word.lower().removesuffix("'s").removesuffix("'")
            if plain in EMPTY or not plain.isalpha():
                break
            found.add(stem(plain))
            if not word.lower().endswith("'s"):
                break
    return frozenset(found)
