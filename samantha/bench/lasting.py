"""One conversation of hundreds of turns: the prompt stays within its bounds, and nothing falls between."""

from __future__ import annotations

import random
import re
import statistics
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from samantha.bench import lives
from samantha.bench.companion import Answer
from samantha.bench.gold import Gold
from samantha.bench.lives import Fact
from samantha.bench.memorysetting import Clock, MemorySetting
from samantha.bench.planted import Asked, share
from samantha.bench.table import Cell, Failure, Table

BEGIN = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)

TURNS, SHORT = 500, 90
ASKED = 20
"""Facts that are told in the first tenth and asked for at the end; in the short version a quarter of them."""

BREATH = 25
"""After so many turns there is silence for a while."""

AGAIN = ("", "Well, ", "So, ", "Tell me, ", "Oh, ")
"""How small talk begins that was said before: each turn is to be found."""

SUMMED_UP = "(Earlier we talked:"
"""How what stands for the turns that left the window begins: see mind/history.py."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A turn of the person's, and what came of it."""

    text: str
    answer: Answer


def measure(setting: MemorySetting) -> list[Table]:
    """The size of the prompt, the time to the first word, gaps, and what is known of the beginning at the end."""
    dice = random.Random(setting.seed)
    number = TURNS if setting.full else SHORT
    facts = dice.sample([fact for fact in lives.life(setting.seed).facts if not fact.changes], _asked(number))
    her = setting.companion(setting.folder, Clock(BEGIN), lives.life(setting.seed).name)
    spoken: list[Spoken] = []
    for text in script(facts, number, dice):
        if len(spoken) % BREATH == BREATH - 1:
            setting.tell(f"turn {len(spoken) + 1} of {number}")
            her.rest()
        spoken.append(Spoken(text, her.say(text)))
    her.close()
    asked = []
    for fact, each in zip(facts, spoken[-len(facts) :], strict=True):
        verdict = Gold(fact.gold).judge(fact.asked, each.answer.text)
        asked.append(Asked("once", fact.asked, each.answer.text, " / ".join(fact.gold), verdict))
    return tables(spoken, asked, setting.config.llm.context - setting.config.llm.max_tokens)


def _asked(number: int) -> int:
    return ASKED if number >= TURNS else ASKED // 4


def script(facts: Sequence[Fact], number: int, dice: random.Random) -> list[str]:
    """What is said: `facts` in the first tenth, all of them asked for at the end, small talk between."""
    talk = _never_twice(lives.small_talk(dice))
    first = [fact.said for fact in facts]
    first += [next(talk) for _ in range(max(0, number // 10 - len(first)))]
    dice.shuffle(first)
    middle = [next(talk) for _ in range(number - len(first) - len(facts))]
    return [*first, *middle, *(fact.asked for fact in facts)]


def _never_twice(talk: Iterator[str]) -> Iterator[str]:
    """`talk` with another beginning each time that it comes round."""
    said: Counter[str] = Counter()
    for text in talk:
        yield AGAIN[said[text] % len(AGAIN)] + text
        said[text] += 1


def tables(spoken: Sequence[Spoken], asked: Sequence[Asked], most: int) -> list[Table]:
    """`most` is how many tokens a prompt may have."""
    thirds = {
        f"turns {begin + 1} to {begin + len(some)}": some
        for begin in range(0, len(spoken), step(len(spoken)))
        if (some := [each for each in spoken[begin : begin + step(len(spoken))] if each.answer.prompt])
    }
    lost = gaps([each.text for each in spoken], [each.answer for each in spoken])
    return [
        Table(
            "the longest prompt", "tokens", "lower",
            tuple(Cell(name, max(e.answer.tokens for e in some), len(some)) for name, some in thirds.items()),
            float(most),
        ),
        Table(
            "until the first word, median", "ms", "lower",
            tuple(
                Cell(name, 1000 * statistics.median(e.answer.first for e in some), len(some))
                for name, some in thirds.items()
            ),
            note="Of the answers that the model gives; of those with a line ready it is none.",
        ),
        Table("turns neither in view nor summed up", "turns", "lower",
              (Cell("all", len(lost), len(spoken)),), 0.0, failures=tuple(lost)),
        share("told in the first tenth, right at the end", "right", asked, "higher", 90.0),
    ]  # fmt: skip


def step(number: int) -> int:
    """Turns that are taken together."""
    return max(1, number // 5)


def gaps(texts: Sequence[str], answers: Sequence[Answer]) -> list[Failure]:
    """Turns that a prompt should have and lacks: between the oldest one in view and the newest, or summed up by nothing.

    Turns that the model was not asked to answer are looked for in the prompts after them.
    """
    lost: dict[int, Failure] = {}
    for now, answer in enumerate(answers):
        if not answer.prompt:
            continue
        view = "\n".join(message.content for message in answer.prompt if message.role == "user")
        there = {number for number in range(now + 1) if _in_view(texts[number], view)}
        oldest = _oldest(there, now)
        missing = [number for number in range(oldest, now + 1) if number not in there]
        if oldest > 0 and SUMMED_UP not in view:
            missing = list(range(oldest))
        for number in missing:
            lost.setdefault(number, Failure(texts[number], "", f"in view at turn {now + 1}", "nowhere"))
    return list(lost.values())


def _in_view(text: str, view: str) -> bool:
    """Whether `text` is a turn of `view`: after its note, and before another, if it has one."""
    return bool(re.search(rf"\) {re.escape(text)}(?: \(|$)", view, re.MULTILINE))


def _oldest(there: Container[int], now: int) -> int:
    """The first turn in view, back from `now`; one alone may be missing in the row."""
    oldest = now
    for number in range(now - 1, -1, -1):
        if number in there:
            oldest = number
        elif oldest - number > 1:
            break
    return oldest
