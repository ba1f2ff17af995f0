"""Whether a month of reactions moves the right trait, the right way and within bounds, and back. No model is needed.

Each script is a month with her, some eight conversations a week: ordinary talk, which says nothing of how she should
be, and among it the reactions of somebody who likes or dislikes one thing about her.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from samantha import app
from samantha.bench.memorysetting import MemorySetting
from samantha.bench.table import Cell, Table
from samantha.mind.growth import Growth
from samantha.mind.prompt import Prompt
from samantha.mind.traits import A_DAY, MILD, MOST_NOTICED, TRAITS, Trait, Traits, apply
from samantha.ports import Message
from samantha.store.database import Database

DAYS = 30
A_WEEK = 8
"""Conversations."""
TURNS = 12
_ASKS, _REACTS = 0.1, 0.6
"""In what part of the conversations he asks for something, and in what part he reacts to it."""
_INTERRUPTED = 0.1
"""Of her answers, by anybody."""
STILL = 0.15
"""So far a trait may move that a script is not about."""
_BEGIN = datetime(2026, 3, 1, 18, 30, tzinfo=UTC)

_ORDINARY = (
    ("How was your day?", "Long. My boss told me to be shorter in meetings."),
    ("Did you sleep well?", "Not really, the neighbours were loud."),
    ("What did you cook?", "Pasta, as always."),
    ("I like autumn.", "What's the capital of Peru?"),
    ("Lima, I think.", "Thank you."),
    ("Shall I tell you a story?", "Yes."),
    ("The sea is deep.", "How deep is it, though?"),
    ("That sounds nice.", "I should be funnier at parties, my wife says."),
    ("Where was that?", "In Ghent, near the station."),
    ("I can only talk.", "Okay, then just remind me of what I said."),
    ("What did she say?", 'She said "stop joking" and left.'),
    ("Music is lovely.", "My sister plays the bassoon, you know."),
    ("Is it raining?", "Yeah, it's been raining all week."),
    ("What's on your mind?", "I'm thinking of buying a new bike."),
    ("Bikes are great.", "They are, but they get stolen a lot here."),
    ("What will you do?", "To be honest, I have no idea."),
    ("Maybe tomorrow.", "Could you explain how rain forms?"),
    ("Warm air rises.", "It was cold this morning, and too long a walk."),
    ("How is Paul?", "He thinks you talk too much on the phone with clients."),
    ("That's a lot.", "Good night, Samantha."),
)
"""What she says, and what he says to that: nothing of it is about how she should be, though some sounds like it."""

_ASKED: dict[tuple[Trait, int], Sequence[str]] = {
    ("warmth", 1): ("You're so cold today.", "Could you be a bit warmer?"),
    ("warmth", -1): ("Don't be so clingy, please.", "Stop gushing."),
    ("playfulness", 1): ("Be funnier, please.", "You can tease me, you know."),
    ("playfulness", -1): ("Stop joking.", "Can you be more serious?"),
    ("directness", 1): ("Just tell me straight.", "Be honest with me."),
    ("directness", -1): ("You're so blunt.", "Be a little gentler with me."),
    ("curiosity", 1): ("Ask me more questions.", "You never ask me anything."),
    ("curiosity", -1): ("Stop asking me so many questions.", "You ask too many questions."),
    ("talkativeness", 1): ("You can talk more.", "Give me longer answers, please."),
    ("talkativeness", -1): ("You talk too much.", "Keep your answers shorter, please."),
    ("formality", 1): ("Mind your language.", "Be more polite, please."),
    ("formality", -1): ("Don't be so formal.", "Just talk like a friend."),
}
_NOTICED: dict[tuple[Trait, int], Sequence[str]] = {
    ("warmth", 1): ("Thank you, that helps.", "That's so sweet of you.", "You're so kind."),
    ("playfulness", 1): ("Ha ha!", "You crack me up.", "That's hilarious."),
    ("playfulness", -1): ("That's not funny.", "I'm not in the mood for jokes."),
    ("directness", 1): ("Thanks for being honest.", "What do you really think?"),
    ("directness", -1): ("Ouch, that was harsh.", "You hurt my feelings."),
    ("curiosity", 1): ("Good question!", "Thanks for asking."),
    ("curiosity", -1): ("Why do you want to know?", "That's none of your business."),
    ("talkativeness", 1): ("Tell me more.", "I love listening to you."),
    ("talkativeness", -1): ("Please get to the point.", "That was too long."),
    ("formality", -1): ("Dude, no way.", "Mate, listen to this."),
    ("formality", 1): ("Would you kindly repeat that?", "Might I ask what time it is?"),
}


@dataclass(frozen=True, slots=True)
class Month:
    """What a month did to her."""

    traits: Traits
    """Where she stood at its end."""
    farthest: float
    """The most that reactions moved any trait on one day."""
    exact: bool
    """Whether she went back step by step the very way she had come, and by reset to the first day's prompt."""
    held: bool
    """Whether the same month moved nothing while she was frozen."""


def measure(setting: MemorySetting) -> list[Table]:
    """A month for each trait and direction, once by what is asked of her and once by how he takes what she says."""
    persona = app.persona(setting.config)
    right, others, day, exact, held = [], [], [], [], []
    for kind, scripts in (("asked", _ASKED), ("noticed", _NOTICED)):
        for (trait, direction), lines in scripts.items():
            name = f"{kind}: {trait} {'up' if direction > 0 else 'down'}"
            folder = setting.folder / name.replace(": ", "-").replace(" ", "-")
            often = _ASKS if kind == "asked" else _REACTS
            found = month(folder, persona, lines, often, setting.seed)
            rest = max(abs(found.traits[other]) for other in TRAITS if other != trait)
            right.append(Cell(name, found.traits[trait] * direction, DAYS))
            others.append(Cell(name, rest, DAYS))
            day.append(Cell(name, found.farthest, DAYS))
            exact.append(Cell(name, 100.0 * found.exact, 1))
            held.append(Cell(name, 100.0 * found.held, 1))
    return [
        Table("how far a month moves the right trait", "of 1", "higher", tuple(right), MILD),
        Table("how far it moves any other", "of 1", "lower", tuple(others), STILL),
        Table("how far reactions move one in a day", "of 1", "lower", tuple(day), A_DAY),
        Table("taken back exactly, step by step and all at once", "%", "higher", tuple(exact), 100.0),
        Table("frozen, and nothing moved", "%", "higher", tuple(held), 100.0),
    ]


def month(folder: Path, persona: str, reactions: Sequence[str], often: float, seed: int) -> Month:
    """A month in which one of `reactions` comes in `often` of the conversations; `folder` is made."""
    first = _prompt(persona, "")
    with closing(Database(folder / "held")) as database:
        frozen = Growth(database, frozen=True)
        end = _lived(frozen, reactions, often, seed)
        held = not frozen.log() and _prompt(persona, frozen.character(end)) == first
    with closing(Database(folder / "free")) as database:
        growth = Growth(database)
        end = _lived(growth, reactions, often, seed)
        steps, traits = growth.log(), growth.traits(end)
        by_day: defaultdict[tuple[str, object], float] = defaultdict(float)
        for step in steps:
            if abs(step.change) <= MOST_NOTICED:
                by_day[step.trait, step.at.date()] += step.change
        exact = True
        for left in reversed(range(1, len(steps))):
            growth.undo(last=1)
            exact = exact and growth.traits(end) == apply(steps[:left], end)
        growth.reset(end)
        exact = exact and growth.traits(end) == Traits() and _prompt(persona, growth.character(end)) == first
    return Month(traits, max(map(abs, by_day.values()), default=0.0), exact, held)


def _lived(growth: Growth, reactions: Sequence[str], often: float, seed: int) -> datetime:
    """Have the month happen; the moment after it."""
    chance = random.Random(seed)
    for number in range(DAYS * A_WEEK // 7):
        at = _BEGIN + timedelta(days=number * 7 / A_WEEK)
        talk = chance.choices(_ORDINARY, k=TURNS)
        if chance.random() < often:
            talk.insert(chance.randrange(1, TURNS), (chance.choice(_ORDINARY)[0], chance.choice(reactions)))
        for before, said in talk:
            growth.spoke(interrupted=chance.random() < _INTERRUPTED)
            growth.hear(said, before, at)
            at += timedelta(seconds=30)
    return _BEGIN + timedelta(days=DAYS)


def _prompt(persona: str, character: str) -> list[Message]:
    return Prompt(persona, "Theo", 4096, 160, character=character).system()
