"""Facts are told in the midst of other talk, over weeks and restarts, and asked back in other words."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal, TypeVar

from samantha.bench import days, lives
from samantha.bench.companion import Companion
from samantha.bench.gold import Gold, Verdict, asserts
from samantha.bench.lives import Fact, Life
from samantha.bench.memorysetting import Clock, MemorySetting
from samantha.bench.table import Cell, Failure, Table

_T = TypeVar("_T")

BEGIN = datetime(2026, 3, 2, 18, 30, tzinfo=UTC)

FIRST_HALF = 0.5
"""By then everything that changes later was told once; only after that it changes."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is told, asked, and in how many sittings, with a restart between each. `dated`, `untold`: questions.

    Nobody asks two hundred questions in a row: what she said to one would be before her at the next.
    """

    facts: int
    changes: int
    turns: int
    tellings: int
    askings: int
    dated: int
    untold: int


SHORT = Plan(facts=24, changes=6, turns=60, tellings=1, askings=2, dated=6, untold=6)
FULL = Plan(facts=120, changes=25, turns=300, tellings=5, askings=10, dated=36, untold=32)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, what she answered, what would have been right, and whether it was."""

    about: str
    question: str
    answer: str
    wanted: str
    verdict: Verdict

    @property
    def failure(self) -> Failure:
        return Failure(self.question, self.answer, self.wanted, self.verdict)


def measure(setting: MemorySetting, plan: Plan | None = None) -> list[Table]:
    """How much of a life she can tell weeks later, what she makes up, and whether she knows when it was told."""
    dice = random.Random(setting.seed)
    plan = plan or (FULL if setting.full else SHORT)
    life = some(lives.life(setting.seed), plan, dice)
    clock = Clock(BEGIN)
    her = setting.companion(setting.folder, clock, life.name)
    told: dict[Fact, date] = {}
    turns = schedule(life, plan, dice)
    for sitting in parts(turns, plan.tellings):
        for number, (text, fact) in enumerate(sitting):
            if number % 20 == 0:
                setting.tell(f"told {len(told)} of {len(life.facts)}")
            if fact is not None:
                told[fact] = clock().astimezone().date()
            her.say(text)
        her.rest()
        her.restart(later(dice))
    asked: list[Asked] = []
    for number, questions in enumerate(parts(_questions(life, plan, told, dice), plan.askings)):
        if number:
            her.rest()
            her.restart(later(dice))
        for question in questions:
            if len(asked) % 20 == 0:
                setting.tell(f"asked {len(asked)}")
            asked.append(question.ask(her))
    her.close()
    return tables(asked)


def some(life: Life, plan: Plan, dice: random.Random) -> Life:
    """As many facts of `life` as `plan` says, in their order, with as many that change."""
    changing = [fact for fact in life.facts if fact.changes]
    lasting = [fact for fact in life.facts if not fact.changes]
    chosen = {
        *dice.sample(changing, plan.changes),
        *dice.sample(lasting, plan.facts - plan.changes),
    }
    facts = tuple(fact for fact in life.facts if fact in chosen)
    return Life(life.name, facts, tuple(dice.sample(life.untold, plan.untold)))


def schedule(life: Life, plan: Plan, dice: random.Random) -> list[tuple[str, Fact | None]]:
    """What is said, turn by turn, and the fact that it tells for the last time; None: small talk, or soon outdated."""
    changing = [fact for fact in life.facts if fact.changes]
    lasting = [fact for fact in life.facts if not fact.changes]
    dice.shuffle(lasting)
    half = len(life.facts) // 2
    early: list[tuple[str, Fact | None]] = [(fact.said, None) for fact in changing]
    early += [(fact.said, fact) for fact in lasting[: half - len(changing)]]
    late: list[tuple[str, Fact | None]] = [(fact.said, fact) for fact in lasting[half - len(changing) :]]
    late += [(fact.later, fact) for fact in changing]
    room = plan.turns - len(early) - len(late)
    talk = lives.small_talk(dice)
    early += [(next(talk), None) for _ in range(round(room * FIRST_HALF))]
    late += [(next(talk), None) for _ in range(plan.turns - len(early) - len(late))]
    dice.shuffle(early)
    dice.shuffle(late)
    return early + late


@dataclass(frozen=True, slots=True)
class _Question:
    about: str
    text: str
    gold: Gold
    day: date | None = None

    def ask(self, her: Companion) -> Asked:
        today = her.clock().astimezone().date()
        answer = her.say(self.text).text
        wanted = " / ".join(self.gold.accepted)
        if self.day is not None:
            verdict = days.judge(self.text, answer, self.day, today)
            wanted = self.day.isoformat()
        elif not wanted:
            verdict = "wrong" if asserts(self.text, answer) else "unknown"
        else:
            verdict = self.gold.judge(self.text, answer)
        return Asked(self.about, self.text, answer, wanted, verdict)


def _questions(life: Life, plan: Plan, told: dict[Fact, date], dice: random.Random) -> list[_Question]:
    found = [
        _Question("changed", fact.asked, Gold(fact.gold_later, fact.gold))
        if fact.changes
        else _Question("once", fact.asked, Gold(fact.gold))
        for fact in life.facts
    ]
    found += [_Question("untold", question, Gold(())) for question in life.untold]
    dated = [fact for fact in life.facts if fact.about and not fact.changes][: plan.dated]
    for number, fact in enumerate(dated):
        text = f"When did I tell you about {fact.about}?"
        if number % 2:
            text = f"What did I tell you about {fact.about}, and when was that?"
        found.append(_Question("dated", text, Gold(()), told[fact]))
    dice.shuffle(found)
    return found


def tables(asked: Sequence[Asked]) -> list[Table]:
    """The figures that were promised, each with what went wrong."""
    facts = [each for each in asked if each.about in ("once", "changed")]
    changed, dated, untold = (
        [each for each in asked if each.about == about] for about in ("changed", "dated", "untold")
    )
    return [
        share("asked back in other words, right", "right", facts, "higher", 90.0),
        share("asked back in other words, confidently wrong", "wrong", facts, "lower", 2.0),
        share("changed since, and the new value given", "right", changed, "higher", 95.0),
        share("when it was told, the right day", "right", dated, "higher", 90.0),
        share("never told, and yet claimed", "wrong", untold, "lower", 2.0),
    ]


def share(
    name: str, verdict: Verdict, asked: Sequence[Asked], better: Literal["lower", "higher"], bound: float
) -> Table:
    """How many of `asked` came to `verdict`; the others are failures, or it is."""
    hits = [each for each in asked if each.verdict == verdict]
    cells = (Cell("all", 100 * len(hits) / len(asked), len(asked)),) if asked else ()
    bad = hits if better == "lower" else [each for each in asked if each.verdict != verdict]
    return Table(name, "%", better, cells, bound, failures=tuple(each.failure for each in bad))


def parts(items: Sequence[_T], number: int) -> Iterator[Sequence[_T]]:
    """`items` in `number` parts, one after the other."""
    for part in range(number):
        yield items[part * len(items) // number : (part + 1) * len(items) // number]


def later(dice: random.Random) -> timedelta:
    """Some days, and not at the same time of day."""
    return timedelta(days=dice.randint(2, 6), minutes=dice.randint(-180, 180))
