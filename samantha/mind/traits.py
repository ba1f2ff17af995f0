"""Her character: six traits that move slowly, by small steps that are all kept. Pure.

Every trait begins at 0, which is how she is on the first day, and never leaves [-1, 1]. Where it stands follows
from the steps alone, so that a step that is taken back leaves no trace. What she was asked for stays until she is
asked for something else; what she merely noticed fades, by half in `HALF_LIFE`.

The traits colour how she says things. That she is honest and kind and herself stands in her description, which
nothing here changes: there is no wording that makes her cruel, and none that lets her make things up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

Trait = Literal["warmth", "playfulness", "directness", "curiosity", "talkativeness", "formality"]
TRAITS: tuple[Trait, ...] = (
    *("warmth", "playfulness", "directness"),
    *("curiosity", "talkativeness", "formality"),
)

ASKED = 0.25
"""How far one wish moves a trait."""
FARTHEST = 0.5
"""How far one wish moves a trait that had gone the other way: at most this, and otherwise back to 0 at least."""
MOST_NOTICED = 0.05
"""How far one reaction moves a trait, at most."""
A_DAY = 0.15
"""How far all reactions of one day move a trait, at most."""
_NO_ROOM = 1e-6
HALF_LIFE = timedelta(days=90)
"""After so long a reaction counts half."""

MILD, STRONG = 0.2, 0.6
"""From here on a trait is worth mentioning, and from there on very much so."""


class Move(Protocol):
    """A step that was kept: store.memories.Step is one."""

    @property
    def at(self) -> datetime: ...
    @property
    def trait(self) -> str: ...
    @property
    def change(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Evidence:
    """That a trait should move: up (1) or down (-1), by `weight`, for `reason`, which is in her words."""

    trait: Trait
    direction: Literal[-1, 1]
    weight: float
    reason: str

    @property
    def asked(self) -> bool:
        """Whether her person wished for it in so many words, instead of merely reacting."""
        return self.weight > MOST_NOTICED


@dataclass(frozen=True, slots=True)
class Traits:
    """Where she stands, each in [-1, 1]; all 0: as on the first day."""

    warmth: float = 0.0
    playfulness: float = 0.0
    directness: float = 0.0
    curiosity: float = 0.0
    talkativeness: float = 0.0
    formality: float = 0.0

    def __getitem__(self, trait: Trait) -> float:
        value: float = getattr(self, trait)
        return value

    def as_dict(self) -> dict[str, float]:
        """Each by its name, in the order of TRAITS."""
        return asdict(self)


def apply(steps: Iterable[Move], now: datetime) -> Traits:
    """Where `steps`, oldest first, have brought her by `now`: their bounded sum, reactions faded."""
    values = dict.fromkeys(TRAITS, 0.0)
    for step in steps:
        if step.trait in values:  # a trait that a later version knows is nothing to this one
            values[step.trait] = _bounded(values[step.trait] + _lasting(step, now))
    return Traits(**values)


def change(evidence: Evidence, steps: Sequence[Move], now: datetime) -> float:
    """By how much `evidence` moves its trait after `steps`; 0 if it has moved far enough, today or at all."""
    stands = apply(steps, now)[evidence.trait] * evidence.direction
    room = 1.0 - stands
    if evidence.asked:
        # Whole, though it may go beyond the bound, where it does not count: a small step would pass for a reaction.
        wanted = min(max(evidence.weight, -stands), FARTHEST) if room > _NO_ROOM else 0.0
    else:
        today = sum(
            step.change
            for step in steps
            if step.trait == evidence.trait and not _asked(step) and step.at.date() == now.date()
        )
        wanted = min(evidence.weight, A_DAY - today * evidence.direction, room)
    return round(evidence.direction * max(0.0, wanted), 6)


def _lasting(step: Move, now: datetime) -> float:
    if _asked(step):
        return step.change
    # By whole days: what she is told to be like stays the same, to the byte, until midnight.
    days = max(0, (now.date() - step.at.date()).days)
    return float(step.change * 0.5 ** (days / HALF_LIFE.days))


def _asked(step: Move) -> bool:
    return abs(step.change) > MOST_NOTICED


def _bounded(value: float) -> float:
    return max(-1.0, min(1.0, value))
