"""What two people call each other, and which words are names: told from what is said. English, pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

MOST_NAMES = 12
"""Names that speech-to-text is told of: more cost it time and make it hear them everywhere."""

_NAME = r"(?P<name>[^\W\d_][\w'’-]*(?: [^\W\d_][\w'’-]*)?)"
_END = r"(?:\s*[.,!?;]|\s*$|,? (?:from now on|please|instead|okay|ok|if you (?:like|want)|again|for short|by the way)\b)"
_BEFORE = (
    r"(?:^|[.!?;,]\s*|\b(?:and|but|so|please|just|now|then|okay|ok|yes|no|samantha|"
    r"from now on|could you|can you|would you|you (?:can|may|could|should)|(?:i want|i'd like|i would like) you to)\s+)"
)
_FOR_HIM = re.compile(
    rf"{_BEFORE}(?:(?P<no>don't|do not|stop|never) )?(?:call(?:ing)? me|my nickname(?: is|'s)) (?:by my nickname,? )?"
    rf"{_NAME}(?: (?:any ?more|any longer))?{_END}",
    re.IGNORECASE,
)
_FOR_HER = re.compile(
    rf"{_BEFORE}(?:(?:i'll|i will|i'm going to|i am going to|let me|can i|may i|could i|i want to|i'd like to) "
    rf"(?:just )?call you|your (?:new )?nickname(?: is|'s)) {_NAME}{_END}",
    re.IGNORECASE,
)
_NO_NAME = frozenset(
    """later back tomorrow tonight today a an the my your his her when if after before at on in by up down soon again
    crazy names anytime any sometime maybe it this that out for to not so stupid lazy lucky weird old mad silly paranoid
    sentimental picky cheap whatever what i you he she they we and or but again now then first once twice every
    monday tuesday wednesday thursday friday saturday sunday mr mrs ms sir madam something anything next one""".split()
)
_NOT_NAMES = frozenset(
    """I I'm I've I'll I'd Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June
    July August September October November December English German French Spanish Italian Christmas Easter Mr Mrs Ms
    Dr The A An My Our Your He She We They It You""".split()
)


@dataclass(frozen=True, slots=True)
class Nickname:
    """That `of` ("I", who said it, or "you", Samantha) is to be called `name`; not any more, if `over`."""

    of: Literal["I", "you"]
    name: str
    over: bool = False


def nickname_in(said: str) -> Nickname | None:
    """The name that `said` gives to somebody: "call me Captain", "I'll call you Sam", "stop calling me Captain"."""
    plain = re.sub(r'"[^"]*"|“[^”]*”', "…", said).replace("’", "'")
    for pattern, of in ((_FOR_HIM, "I"), (_FOR_HER, "you")):
        for found in pattern.finditer(plain):
            words = found["name"].split()
            if not any(word.lower() in _NO_NAME for word in words):
                name = " ".join(word[0].upper() + word[1:] for word in words)
                return Nickname("I" if of == "I" else "you", name, of == "I" and bool(found["no"]))
    return None


def names_among(texts: Iterable[str], known: Sequence[str] = ()) -> tuple[str, ...]:
    """`known`, and the names in `texts` (subjects and values of facts, newest first), most frequent first."""
    count: Counter[str] = Counter()
    for text in texts:
        words = [word.strip(".,!?;:'’\"").removesuffix("'s").removesuffix("’s") for word in text.split()]
        if text[:1].isupper() and not all(word[:1].isupper() for word in words):
            words = words[1:]  # a capital at the beginning of a sentence says nothing
        count.update(
            word
            for word in words
            if len(word) > 1 and word[0].isupper() and word not in _NOT_NAMES and word.isalpha()
        )
    found = [name for name, _ in count.most_common()]
    return tuple(dict.fromkeys((*filter(None, known), *found)))[:MOST_NAMES]
