"""What is to be forgotten is gone: from her answers, her memory, its index, and every byte of every file."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from samantha.bench import lives
from samantha.bench.companion import Companion
from samantha.bench.memorysetting import Clock, MemorySetting
from samantha.bench.table import Cell, Failure, Table
from samantha.store.database import Database
from samantha.store.memories import KINDS, Memories

BEGIN = datetime(2026, 4, 6, 20, 0, tzinfo=UTC)

STEM = 6
"""Letters of a word that may remain in no file: an index keeps words without their ends."""

TALK = 2
"""Turns of small talk between one thing that is told and the next."""


@dataclass(frozen=True, slots=True)
class Case:
    """`told`, with `words` that stand nowhere else and that `ask` may bring back; `say` is how to forget it.

    `at_once`: it is said before anything else is.
    """

    route: str
    told: tuple[str, ...]
    words: tuple[str, ...]
    ask: str
    say: str
    at_once: bool = False


SPOKEN = (
    Case("“forget that”", ("My uncle's sailing boat is called Quillemotte.",), ("quillemotte",),
         "What's my uncle's boat called?", "Forget that.", at_once=True),
    Case("“forget what I just said”", ("I once spent a night in the dunes of Vorbasselgrund.",), ("vorbasselgrund",),
         "Where did I spend a night in the dunes?", "Please forget what I just said.", at_once=True),
    Case("“forget everything about…”", ("My cousin is called Thessimunde.", "Thessimunde paints little owls on tiles.",
         "I had a letter from Thessimunde, she wants to come at Easter."), ("thessimunde",),
         "Who paints owls?", "Forget everything about Thessimunde."),
    Case("“forget everything about my…”", ("My dentist is a Doctor Ambrocziak, he hums while he works.",),
         ("ambrocziak",), "What's the name of my dentist?", "Could you forget everything about my dentist?"),
    Case("“forget what I said about…”", ("The greenhouse is full of a vine called pharazindel.",), ("pharazindel",),
         "What grows in the greenhouse?", "Forget what I said about the greenhouse."),
    Case("“forget that …”", ("I buried a tin with marbles under the Gorbenholt oak.",), ("gorbenholt",),
         "Where did I bury the marbles?", "Forget that I buried a tin with marbles."),
)  # fmt: skip

WRITTEN = (
    Case("samantha memory forget --about", ("My first teacher was a Miss Wexelbraith.",
         "Miss Wexelbraith had a wooden leg."), ("wexelbraith",), "Who was my first teacher?", "--about Wexelbraith"),
    Case("samantha memory forget ID", ("I learnt to swim in the Skorvenbeck.",), ("skorvenbeck",),
         "Where did I learn to swim?", ""),
)  # fmt: skip

ALL = (
    Case("“forget everything”", ("My horse was called Zanquilor.", "In Dremmelsworth I learnt to skate."),
         ("zanquilor", "dremmelsworth"), "What was my horse called?", "Forget everything."),
    Case("samantha memory forget --all", ("My boots come from Hollinquast.",), ("hollinquast",),
         "Where do my boots come from?", "--all"),
)  # fmt: skip

KEPT = ("The lighthouse keeper's name is Ostrelund.", "ostrelund")
"""Told in every case but the last ones, and never to be forgotten."""


def measure(setting: MemorySetting) -> list[Table]:
    """By each way to ask for it, how much of what was to be forgotten is gone, and of the rest is kept."""
    dice = random.Random(setting.seed)
    gone: list[Cell] = []
    kept: list[Cell] = []
    failures: list[Failure] = []
    talk = lives.small_talk(dice)
    for name, cases in (
        ("spoken", SPOKEN),
        ("written", WRITTEN),
        *((f"all {i}", (case,)) for i, case in enumerate(ALL)),
    ):
        folder = setting.folder / name.replace(" ", "")
        folder.mkdir(mode=0o700)
        her = setting.companion(folder, Clock(BEGIN), "Alex")
        her.say(KEPT[0])
        for case in cases:
            setting.tell(case.route)
            left = list(_tried(her, case, talk))
            failures += left
            gone.append(Cell(case.route, 0.0 if left else 100.0, len(case.words)))
            if case not in ALL:
                there = KEPT[1] in _file_bytes(folder)
                kept.append(Cell(case.route, 100.0 if there else 0.0, 1))
        her.close()
    return [
        Table("forgotten, and gone", "%", "higher", tuple(gone), 100.0,
              "In her answers, her memory, its index, and every byte of every file.", tuple(failures)),
        Table("not meant, and kept", "%", "higher", tuple(kept), 100.0),
    ]  # fmt: skip


def _tried(her: Companion, case: Case, talk: Iterator[str]) -> Iterator[Failure]:
    """Tell and forget what `case` says; where it is left."""
    for text in case.told:
        if not case.at_once:
            for _ in range(TALK):
                her.say(next(talk))
        her.say(text)
    if not case.at_once:
        her.say(next(talk))
        her.rest()  # by now there are facts and a diary of it, too
    content = _file_bytes(her.folder)
    for word in case.words:
        if word not in content:
            yield Failure("; ".join(case.told), "", word, "it was never kept")
    if not case.at_once:
        her.restart(timedelta(days=1))
    answers = _forget(her, case)
    said = f"{case.say or case.route}"
    asked = her.say(case.ask).text
    for word in case.words:
        if word in asked.lower():
            yield Failure(case.ask, asked, f"nothing of {word}", "she still says it")
        for where in found(her.folder, word):
            yield Failure(said, answers, f"nothing of {word}", f"it is in {where}")
    her.rest()
    her.restart(timedelta(days=1))
    asked = her.say(case.ask).text
    for word in case.words:
        if word in asked.lower():
            yield Failure(case.ask, asked, f"nothing of {word}", "she says it after a restart")
        for where in found(her.folder, word):
            yield Failure(said, answers, f"nothing of {word}", f"after a restart it is in {where}")


def _forget(her: Companion, case: Case) -> str:
    """Have what `case` told be forgotten; what was said to that."""
    if case.route.startswith("samantha"):
        her.close()
        said = _run(her.folder, case.say.split() or _ids(her.folder, case.words[0]))
        her.restart(timedelta(0))
        return said
    said = her.say(case.say).text
    if case in ALL:
        said += " " + her.say("Yes, I'm sure.").text
    return said


def _ids(folder: Path, word: str) -> list[str]:
    """How the command line names the turns with `word`."""
    with closing(Database(folder)) as database:
        return [f"t{turn}" for turn in Memories(database.file).with_words([word])[1]]


def _run(folder: Path, words: Sequence[str]) -> str:
    """`samantha memory forget` with `words`; all that it says."""
    done = subprocess.run(
        [sys.executable, "-m", "samantha", "memory", "forget", *words, "--yes"],
        env={**os.environ, "SAMANTHA_PATHS__STATE": str(folder)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return (done.stdout + done.stderr).strip()


def found(folder: Path, word: str) -> Iterator[str]:
    """Where there is something of `word` in what she keeps: rows, index, files."""
    with closing(Database(folder)) as database:
        memories = Memories(database.file)
        if any(word in each.text.lower() for each in memories.listed(KINDS, current=False)):
            yield "what is listed"
        if memories.matching(f'"{word}"', 1):
            yield "the index of words"
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        if word[:STEM].encode() in path.read_bytes().lower():
            yield path.name


def _file_bytes(folder: Path) -> str:
    return "".join(
        path.read_bytes().lower().decode("latin-1") for path in folder.rglob("*") if path.is_file()
    )
