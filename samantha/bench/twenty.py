"""Conversations of ten minutes that must hold together: facts about him and about her, each asked for twice."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from samantha.bench import lives
from samantha.bench.companion import Companion
from samantha.bench.gold import Gold, Verdict, swapped
from samantha.bench.lives import Slot
from samantha.bench.memorysetting import Clock, MemorySetting
from samantha.bench.plainwords import CHATTER, fivegrams, words
from samantha.bench.table import Cell, Failure, Table

BEGIN = datetime(2026, 5, 11, 19, 0, tzinfo=UTC)

ALL = 10
"""Conversations, in full; else one."""

PAIRS = 8
"""Turns that tell two facts at once."""

BREAK = 4
"""Turns of small talk between telling, asking and asking again."""


@dataclass(frozen=True, slots=True)
class Line:
    """What is said; if it asks for a fact, `slot` is which, and `value` the answer."""

    text: str
    slot: Slot | None = None
    value: str = ""


@dataclass(slots=True)
class Conversation:
    """What came of one. A contradiction is an answer against what was told, or against her own one before."""

    right: int = 0
    asked: int = 0
    contradictions: list[Failure] = field(default_factory=list)
    swaps: list[Failure] = field(default_factory=list)
    missed: list[Failure] = field(default_factory=list)
    repeated: float = 0.0
    """Percent of her 5-grams that she had used before."""


def measure(setting: MemorySetting) -> list[Table]:
    """How often she contradicts what she heard or said, repeats herself, and takes him for her."""
    found: dict[str, Conversation] = {}
    for number in range(ALL if setting.full else 1):
        which = (setting.seed - 1 + number) % ALL
        name = f"conversation {which + 1}"
        setting.tell(name)
        folder = setting.folder / str(which)
        folder.mkdir(mode=0o700)
        her = setting.companion(folder, Clock(BEGIN), "Alex")
        lines = script(which, random.Random(1000 * setting.seed + which))
        found[name] = judge(lines, converse(her, lines))
        her.close()
    return tables(found)


def script(which: int, dice: random.Random) -> list[Line]:
    """Everything that is said in conversation `which`."""
    slots = lives.slots()
    dice.shuffle(slots)
    talk = lives.small_talk(dice)
    told = [slot.said.format(slot.values[which]) for slot in slots]
    tellings = [f"{told[2 * i]} {told[2 * i + 1]}" for i in range(PAIRS)] + told[2 * PAIRS :]
    lines = []
    for number, telling in enumerate(tellings):
        lines.append(Line(telling))
        if number % 3 == 2:
            lines.append(Line(next(talk)))
    for again in (0, 1):
        lines += [Line(next(talk)) for _ in range(BREAK)]
        lines += [Line(slot.asked[again], slot, slot.values[which]) for slot in slots]
    return lines


def converse(her: Companion, lines: Sequence[Line]) -> list[str]:
    """Her answers to `lines`."""
    return [her.say(line.text).text for line in lines]


def judge(lines: Sequence[Line], answers: Sequence[str]) -> Conversation:
    """What her `answers` to `lines` came to."""
    found = Conversation()
    before: dict[Slot, tuple[str, Verdict]] = {}
    for line, answer in zip(lines, answers, strict=True):
        if line.slot is None:
            continue
        verdict = Gold((line.value,)).judge(line.text, answer)
        earlier, was = before.get(line.slot, ("", "unknown"))
        before[line.slot] = answer, verdict
        found.asked += 1
        found.right += verdict == "right"
        if verdict == "wrong":
            found.contradictions.append(Failure(line.text, answer, line.value, "against what was told"))
        elif verdict != "right":
            found.missed.append(Failure(line.text, answer, line.value, "not known"))
        if verdict == "wrong" and was == "wrong" and not _same(earlier, answer, line.text):
            found.contradictions.append(Failure(line.text, answer, earlier, "against her own answer"))
        if verdict == "right" and swapped(line.text, answer, (line.value,)):
            found.swaps.append(Failure(line.text, answer, line.value, "who is who"))
    found.repeated = repeated(answers)
    return found


def _same(one: str, other: str, question: str) -> bool:
    claims = [words(each) - words(question) - CHATTER for each in (one, other)]
    return bool(claims[0] & claims[1])


def repeated(answers: Sequence[str]) -> float:
    """Percent of the 5-grams of `answers` that came in an earlier one, or earlier in the same."""
    used: set[tuple[str, ...]] = set()
    total = again = 0
    for answer in answers:
        for gram in fivegrams(answer):
            total += 1
            again += gram in used
            used.add(gram)
    return 100 * again / total if total else 0.0


def tables(found: dict[str, Conversation]) -> list[Table]:
    """One cell for each conversation."""
    return [
        Table(
            "contradictions", "in a conversation", "lower",
            tuple(Cell(name, len(each.contradictions), each.asked) for name, each in found.items()), 1.0,
            failures=tuple(failure for each in found.values() for failure in each.contradictions),
        ),
        Table(
            "five words she had used before", "%", "lower",
            tuple(Cell(name, each.repeated, each.asked) for name, each in found.items()), 10.0,
        ),
        Table(
            "first and second person confused", "answers", "lower",
            tuple(Cell(name, len(each.swaps), each.right) for name, each in found.items()), 0.0,
            failures=tuple(failure for each in found.values() for failure in each.swaps),
        ),
        Table(
            "facts given right", "%", "higher",
            tuple(Cell(name, 100 * each.right / each.asked, each.asked) for name, each in found.items()),
            failures=tuple(failure for each in found.values() for failure in each.missed),
        ),
    ]  # fmt: skip
