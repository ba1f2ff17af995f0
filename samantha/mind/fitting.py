"""How well something that was said answers what is said now: by its meaning, its words, and what is asked for.

Sentences can mean much the same and not fit at all ("What's my brother's name?", "My sister's name is Ruth."):
a wrong recollection is worse than none. The weights were learnt from labelled sentences: see bench/recollection.py.
Pure.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Sequence
from dataclasses import dataclass

from samantha.mind.relations import stem, words
from samantha.mind.wording import EMPTY, akin, names, stems

_ASKS = re.compile(
    r"^(?:(?:and|so|but|well|hey|okay|ok|oh|um|samantha|please|now|by the way|hm|hmm)[, ]+)*"
    r"(?:(?:what|who|whom|whose|which|where|when|why|how)(?:'s\b|\b(?! (?:i|we|you|he|she|they|it|my|the)\b))|"
    r"(?:do|does|did|is|are|was|were|have|has|had|can|could|will|would|should|am|any|isn't|aren't|don't|doesn't|didn't|"
    r"wasn't|tell me|remind me|remember|guess|i wonder)\b)",
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


_NAME = rf"(?<!^)(?<!\. )\b(?!(?i:{_one_of(_TIMES)}))[A-Z](?!')\w+|^[A-Z]\w+,? (?:and I|is|was|my)\b"
_NAMED = (
    "".join(rf"(?<!\b{word} )" for word in "in at on to from near for of with via".split()) + rf"(?:{_NAME})"
)
_WANTS = tuple(
    (re.compile(asked, re.IGNORECASE), re.compile(answer))
    for asked, answer in (
        (r"\bwhat(?:'s| is| was| are| were)? .*\b(?:names?|nickname|called)\b", _NAMED),
        (r"\bwho(?:se|m|'s)?\b(?! (?:am|are) (?:i|you)\b)", rf"{_NAME}|\b(?:[Mm]y|a|[Tt]he|[Oo]ur) \w+"),
        (
            r"\bhow old\b|\bwhat age\b",
            r"(?i:(?:\b(?:is|are|am|was|be|turn\w*|at|built in|born in|aged?)|'s|'re|'m)\b[\w\s]*?"
            rf"(?:\d|{_one_of(_NUMBERS)})|years? old)",
        ),
        (
            r"\bhow (?:many|much|long|far|tall|heavy|big|often)\b|\bwhat (?:number|size|year)\b|\bat what\b",
            rf"\d|(?i:{_one_of(_NUMBERS)})",
        ),
        (
            r"\bwhen\b(?! (?:i|we|you|he|she|they|it)\b)|\bwhat (?:day|time|date|month|year)\b|\bwhich day\b",
            rf"\d|(?i:{_one_of(_TIMES)})",
        ),
        (r"\bwhere\b", _one_of(_PLACES)),
        (
            r"\bwhere\b.*\blives?\b",
            r"(?i:\b(?:liv\w+|mov\w+|home|house|flat|settled|stay\w*|based|here)\b)",
        ),
        (r"\bcolou?r\b", rf"(?i:{_one_of(_COLOURS)})"),
        (
            r"\b(?:job|profession|occupation|for work)\b|\bwhat (?:do|does) .*\bdo\W*$",
            r"(?i:\b(?:work\w*|(?:is|am|was|i'm|as|became) an?|r[ua]n|runs|job|employed|teach\w*|head of)\b)",
        ),
    )
)
"""What a question asks for, and how one sees that a sentence has it."""
_ASKED_FOR = frozenset(
    map(stem, "name call called nickname colour color job profession occupation work age".split())
)
"""Words that name what is asked for: who gives it need not say them."""

FAMILY = frozenset(
    stem(word)
    for word in (
        "mother mum mom father dad grandmother gran granny grandma nan nana grandfather grandad granddad grandpa son "
        "daughter wife husband partner girlfriend boyfriend brother sister sibling parent aunt uncle cousin niece nephew"
    ).split()
)
_KIN = FAMILY | frozenset(
    stem(word)
    for word in (
        "child kid boy girl boss manager neighbour neighbor landlord landlady flatmate roommate colleague friend "
        "dentist doctor teacher cat dog".split()
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


_MEANT = (
    (re.compile(r"\bfor a living\b", re.IGNORECASE), "as a job"),
    (re.compile(r"\bhow old\b", re.IGNORECASE), "what age, how old"),
)


@dataclass(frozen=True, slots=True)
class Question:
    """What is said now, taken apart. It need not be a question, and need not be finished."""

    text: str
    asks: bool
    own: bool
    """It has to do with him at all."""
    of_him: bool
    """It has "I" or "me" in it."""
    hers: bool
    """It has to do with her, not counting that she is spoken to."""
    general: bool
    """It asks for what everybody may know, or for something to be done."""
    content: frozenset[str]
    """Stems of what it is about."""
    people: frozenset[str]
    """Stems of who and what is said to be his (sister, car), and of people by what they are."""
    about: frozenset[str]
    """Stems of `people` and names."""
    wants: tuple[re.Pattern[str], ...]
    """What an answer has in it."""

    @classmethod
    def of(cls, text: str) -> Question:
        plain = text.replace("’", "'").strip()
        for said, meant in _MEANT:
            plain = said.sub(meant, plain)
        content = stems(plain)
        people = _possessed(plain) | (content & _KIN)
        asks = plain.endswith("?") or bool(_ASKS.match(plain))
        return cls(
            text=plain,
            asks=asks,
            own=bool(_OWN.search(plain)),
            of_him=bool(_I.search(plain)),
            hers=bool(_HERS.search(_ADDRESS.sub(" ", plain))),
            general=bool(_GENERAL.search(plain)) and not _MY.search(plain),
            content=content,
            people=people,
            about=people | frozenset(map(stem, names(plain))),
            wants=tuple(answer for asked, answer in _WANTS if asks and asked.search(plain)),
        )


_GENERAL = re.compile(
    r"^(?:\w+, )?(?:"
    r"what(?:'s| is| are) (?:an?|the (?:difference|best|capital|meaning|weather|point))\b|"
    r"how (?:do|does|did) (?:i|you|one|a|an|the)\b|"
    r"why (?:is|are|do|does)\b|"
    r"(?:can|could|would|will) you\b(?! (?:remember|remind|tell me (?:what|who|where|when|how|my|which)))|"
    r"(?:should i|shall)\b|what (?:should|shall|can|could|would|do you)\b|"
    r"(?:do|are|is|does|did|have|were|was) (?!i\b|my\b|we\b|our\b|there\b|any\b|you (?:know|remember)))",
    re.IGNORECASE,
)
"""How one asks for what everybody may know, or for something to be done."""
_MY = re.compile(r"\b(?:i|my|our|we|mine)\b", re.IGNORECASE)
_YOU = re.compile(r"\b(?:you|your|yours)\b", re.IGNORECASE)

_I = re.compile(r"\b(?:i|we|i'm|i've|i'd|i'll|we're|we've|me|us)\b", re.IGNORECASE)

Aliases = frozenset[tuple[str, str]]
"""Who is who: the stem of what somebody is to him, and the small name."""

FEATURES = 21
COVERAGE, _SOMEBODY_ELSE, KNOWN = 3, 12, 20
"""Some of them."""


def features(question: Question, text: str, cosine: float, aliases: Aliases = frozenset()) -> list[float]:
    """What speaks for and against `text` as what is asked for, FEATURES numbers.

    `cosine` is how alike the two mean; `aliases` the names of whom the question speaks of otherwise.
    """
    there = stems(text)
    spoken = frozenset(words(text))
    named = {person for person, name in aliases if name in spoken}
    shared = {word for word in question.content if any(akin(word, other) for other in there)}
    unanswered = any(not answer.search(text) for answer in question.wants)
    given = _ASKED_FOR if question.wants and not unanswered else frozenset()
    about = question.about - given
    known = {word for word in about if word in shared or word in named}
    rest = question.content - about - given
    coverage = len(shared & rest) / len(rest) if rest else float(bool(given) and len(known) == len(about))
    asks = float(question.asks)
    whole = float(bool(about) and len(known) == len(about))
    told_of_him = bool(_I.search(text))
    return [
        1.0,
        cosine,
        cosine * asks,
        coverage,
        cosine * coverage,
        float(not rest),
        asks,
        float(question.own) * asks,
        whole,
        whole * cosine,
        whole * coverage,
        1 - len(known) / len(about) if about else 0.0,
        float(bool((question.people & FAMILY) - known)),
        float(bool((question.people & _KIN) - known)),
        float(question.hers and bool(_YOU.search(text))),
        float(bool(question.wants) and not unanswered),
        float(unanswered),
        float(question.general),
        float(question.of_him and not told_of_him),
        float(question.of_him and told_of_him),
        float(bool(shared or known)),
    ]


WEIGHTS = (
    -11.24, 7.5, 7.73, 1.1, 2.52, -0.21, 0.62, 1.79, 2.23, -3.3, 0.09, -1.17, 0.0, -0.82, 2.82,
    -0.17, -1.96, -1.49, -1.89, 0.32, 0.66,
)  # fmt: skip
BY_WORDS = (
    -10.78, 0.0, 0.0, 2.76, 0.0, -0.63, 3.64, -0.35, 1.77, 0.0, 0.13, -2.08, 0.0, -0.44, 2.27,
    0.25, -1.7, -1.89, -0.5, 1.28, 3.76,
)  # fmt: skip
"""What each feature weighs where the meaning is known, and where it is not: as `samantha.bench.recollection` learns."""


def fit(question: Question, text: str, cosine: float | None, aliases: Aliases = frozenset()) -> float:
    """How likely `text` is what is asked for, in [0, 1]; `cosine` is None where nobody knows the meaning."""
    found = features(question, text, cosine or 0.0, aliases)
    if impossible(question, text, found):
        return 0.0
    total = sum(map(operator.mul, BY_WORDS if cosine is None else WEIGHTS, found))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def impossible(question: Question, text: str, found: Sequence[float]) -> bool:
    """Whether `text`, of which `features` has `found` so much, cannot be what is asked for, whatever speaks for it.

    To have asked is not to have told; what is asked of her he has told of himself; and it may be of somebody else.
    """
    of_himself = question.hers and not question.own and not _YOU.search(text)
    told_nothing = text.rstrip().endswith("?") or bool(_REQUESTS.match(text))
    return told_nothing or of_himself or bool(found[_SOMEBODY_ELSE])


def covered(question: Question, text: str, aliases: Aliases = frozenset()) -> bool:
    """Whether everything that `question` names is in `text`, and what it asks for."""
    there, spoken = stems(text), frozenset(words(text))
    named = {person for person, name in aliases if name in spoken}
    missing = (question.content | question.about) - named - _ASKED_FOR
    return all(any(akin(word, other) for other in there) for word in missing) and all(
        answer.search(text) for answer in question.wants
    )


_REQUESTS = re.compile(
    r"(?:please,? |samantha,? |now,? )*(?:give|tell|show|recommend|send|play|sing|read|set|name|teach|explain|help|"
    r"remind|wake|let) (?:me|us|an?|it|something|some|any|the)\b",
    re.IGNORECASE,
)


def introduced(people: frozenset[str], text: str) -> Aliases:
    """The names that `text` gives to `people`, stems ("my sister Ruth": sister, ruth)."""
    return frozenset(
        (person, match["name"].lower())
        for pattern in (_INTRODUCED, _CALLED, _PRESENTED)
        for match in pattern.finditer(text)
        for person in people
        if akin(stem(match["who"].lower()), person)
    )


_INTRODUCED = re.compile(
    r"\b(?:[Mm]y|[Oo]ur|[Tt]he) (?:\w+ )?(?P<who>[\w-]+)"
    r"(?:'s| is| was|,)?(?: name)?(?: is| was)?(?: called| named)? (?P<name>[A-Z][\w-]+)"
)
_CALLED = re.compile(r"\b(?:[Mm]y|[Oo]ur) (?P<who>\w+)\b[^.?!]*? (?:called|named) (?P<name>[A-Z][\w-]+)")
_PRESENTED = re.compile(
    r"\b(?P<name>[A-Z][\w-]+),? (?:is|was|who is)?,? ?(?:my|our) (?:\w+ )?(?P<who>[\w-]+)\b"
)


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
