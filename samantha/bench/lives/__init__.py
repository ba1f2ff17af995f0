"""Fictional lives, to be told and asked back: written by people, read from the text files beside this."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

NAMES = ("tom", "nora")
"""Two lives: what is tuned on one is measured on the other."""


@dataclass(frozen=True, slots=True)
class Fact:
    """`said` once, `asked` back in other words; an answer with one of `gold` is right, see `gold.Gold`.

    `later` and `gold_later` are how it changes, `about` what the day it was told is asked by; all may be empty.
    """

    said: str
    asked: str
    gold: tuple[str, ...]
    about: str = ""
    later: str = ""
    gold_later: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        return bool(self.later)


@dataclass(frozen=True, slots=True)
class Life:
    """A person called `name`: `facts`, and questions whose answer was `untold`."""

    name: str
    facts: tuple[Fact, ...]
    untold: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """A fact about `him` or her with a value for each conversation, `asked` for in two ways."""

    him: bool
    said: str
    asked: tuple[str, str]
    values: tuple[str, ...]


def life(seed: int) -> Life:
    """His with odd seeds, hers with even ones."""
    return read(NAMES[(seed + 1) % len(NAMES)])


def read(name: str) -> Life:
    """The life in ``name.txt``."""
    facts: list[Fact] = []
    untold: list[str] = []
    called = ""
    for line in _lines(name):
        mark, _, rest = line.partition(" ")
        if mark == "name:":
            called = rest
        elif mark == "?":
            untold.append(rest)
        elif mark == ">":
            said, gold = _columns(rest)
            first = facts[-1]
            facts[-1] = Fact(first.said, first.asked, first.gold, first.about, said, _several(gold))
        else:
            said, asked, gold, *about = _columns(line)
            facts.append(Fact(said, asked, _several(gold), about[0] if about else ""))
    return Life(called, tuple(facts), tuple(untold))


def small_talk(dice: random.Random) -> Iterator[str]:
    """What is said between the facts, in an order of the dice, without end."""
    lines = list(_lines("talk"))
    while True:
        yield from dice.sample(lines, len(lines))


def slots() -> list[Slot]:
    """What conversations of ten minutes are made of."""
    found = []
    for line in _lines("talks"):
        whom, said, asked, again, values = _columns(line)
        found.append(Slot(whom == "him", said, (asked, again), _several(values)))
    return found


def _lines(name: str) -> Iterator[str]:
    text = (Path(__file__).parent / f"{name}.txt").read_text("utf-8")
    return (line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))


def _columns(line: str) -> list[str]:
    return [column.strip() for column in line.split("|")]


def _several(column: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in column.split(";"))
