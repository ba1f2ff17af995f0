"""What is otherwise now: of what comes to mind, the newer takes the place of the older one it changes. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from samantha.audio.pcm import Block
from samantha.mind.fitting import FAMILY
from samantha.mind.wording import names, stems
from samantha.store.memories import Remembered

RENEWED = 0.5
"""What is so much like something older, in meaning and words, and tells of a change, takes its place."""
FAINT = 0.02
"""What fits less comes to mind in no case: whether it still holds does not matter."""
RENEWS = re.compile(
    r"\b(?:now|nowadays|any ?more|no longer|instead|from now on|these days|by now|isn't|aren't|doesn't|"
    r"(?:an?|my|our) new|renamed|changed|finished|finally|retired|closed|gone off|split up|broke up|dropped|sold|"
    r"moved|switched|swapped|replaced|since then|so (?:i|we|she|he|they|it)|is off)\b",
    re.IGNORECASE,
)
"""How one tells that something is otherwise than it was."""


@dataclass(frozen=True, slots=True)
class Found:
    """A memory that may be what is asked for: the words of it that matter, and how well they fit."""

    memory: Remembered
    place: int
    text: str
    quoted: bool
    fit: float
    weight: float


def renewed(
    found: list[Found],
    alikeness: Callable[[list[Found]], Block],
    outdone: Callable[[Found, float], bool],
) -> list[Found]:
    """`found` without what a later one says is otherwise now: that one fits as well as what it takes the place of.

    "She runs a flower shop now" answers whatever "Priya is a radiographer" answered. `alikeness` gives how much each
    says what another does, shape (n, n); `outdone` whether something that was not found is more like one of them.
    """
    found = sorted(found, key=lambda each: each.memory.at)
    newer = [place for place, each in enumerate(found) if RENEWS.search(each.text)]
    if not newer or all(each.fit < FAINT for each in found[: newer[-1]]):
        return found
    alike, bags = alikeness(found), [stems(each.text) for each in found]
    families = [bag & FAMILY for bag in bags]

    def resemblance(one: int, other: int) -> float:
        old, new = found[other], found[one]
        if of_one_turn(old, new) or old.text.rstrip().endswith("?"):
            return 0.0
        if apart(old.text, new.text, families[other], families[one]):
            return 0.0
        return float(alike[one, other]) + overlap(bags[one], bags[other]) / 2

    instead: dict[int, int] = {}
    for place in newer:
        fitting = [other for other in range(place) if found[other].fit >= FAINT]
        best, old = max(((resemblance(place, other), other) for other in fitting), default=(0.0, 0))
        others = (resemblance(place, other) for other in range(place) if other not in fitting)
        if best < RENEWED or any(each > best for each in others):
            continue
        if outdone(found[place], best):
            continue
        of_old = [
            other
            for other in range(place)
            if of_one_turn(found[other], found[old]) and resemblance(place, other) >= RENEWED
        ]
        of_old.append(old)
        while old in instead:
            old = instead[old]
        fits, weighs = found[old].fit, found[old].weight
        each = found[place]
        found[place] = replace(each, fit=max(each.fit, fits), weight=max(each.weight, weighs))
        instead |= dict.fromkeys((*of_old, old), place)
    return [each for place, each in enumerate(found) if place not in instead]


def overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """How much of the shorter of two sets of stems is in the other, in [0, 1]."""
    return len(one & other) / max(1, min(len(one), len(other)))


def apart(older: str, newer: str, family: frozenset[str], of_newer: frozenset[str]) -> bool:
    """Whether `older` is about somebody of the family, and `newer` about none such and nobody of that name."""
    return bool(family) and not family & of_newer and not names(older) & names(newer)


def of_one_turn(one: Found, other: Found) -> bool:
    return one.memory.turn is not None and one.memory.turn == other.memory.turn
