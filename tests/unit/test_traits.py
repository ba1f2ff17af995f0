"""How far steps move her, and that they never move her too far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from samantha.mind.traits import A_DAY, ASKED, FARTHEST, HALF_LIFE, TRAITS, Evidence, Traits, apply, change

pytestmark = pytest.mark.unit

NOW = datetime(2026, 5, 4, 20, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Moved:
    at: datetime
    trait: str
    change: float


def wish(direction: int) -> Evidence:
    return Evidence("warmth", 1 if direction > 0 else -1, ASKED, "")


def reaction(direction: int) -> Evidence:
    return Evidence("warmth", 1 if direction > 0 else -1, 0.04, "")


def lived(evidence: list[Evidence], at: datetime = NOW) -> list[Moved]:
    steps: list[Moved] = []
    for each in evidence:
        if moved := change(each, steps, at):
            steps.append(Moved(at, each.trait, moved))
    return steps


def test_the_first_day_is_zero() -> None:
    assert apply([], NOW) == Traits()
    assert set(Traits().as_dict().values()) == {0.0}
    assert tuple(Traits().as_dict()) == TRAITS


@pytest.mark.parametrize("direction", [1, -1])
def test_no_number_of_wishes_goes_beyond_the_bound(direction: int) -> None:
    steps = lived([wish(direction)] * 20)
    assert apply(steps, NOW).warmth == direction
    assert len(steps) == 4
    assert all(step.change == direction * ASKED for step in steps)


def test_what_goes_beyond_the_bound_does_not_count() -> None:
    steps = lived([reaction(1), *[wish(1)] * 4])
    assert apply(steps, NOW).warmth == 1
    assert apply(steps, NOW + 9 * HALF_LIFE).warmth == 1, "each wish is kept whole"


def test_a_wish_the_other_way_brings_her_back_to_the_middle_at_least() -> None:
    steps = lived([wish(1), wish(1), wish(-1)])
    assert steps[-1].change == -FARTHEST
    assert apply(steps, NOW).warmth == 0


@pytest.mark.parametrize("direction", [1, -1])
def test_reactions_of_a_day_move_her_only_so_far(direction: int) -> None:
    steps = lived([reaction(direction)] * 50)
    assert apply(steps, NOW).warmth == pytest.approx(direction * A_DAY)
    more = change(reaction(direction), steps, NOW + timedelta(days=1))
    assert more == pytest.approx(direction * 0.04)
    assert change(wish(direction), steps, NOW) == direction * ASKED


def test_a_reaction_fades_and_a_wish_does_not() -> None:
    steps = [Moved(NOW, "warmth", 0.04), Moved(NOW, "curiosity", 0.25)]
    later = apply(steps, NOW + HALF_LIFE)
    assert later.warmth == pytest.approx(0.02)
    assert later.curiosity == 0.25


def test_nothing_changes_within_a_day() -> None:
    steps = [Moved(NOW - timedelta(days=3), "warmth", 0.04)]
    assert apply(steps, NOW) == apply(steps, NOW + timedelta(hours=3))


def test_a_trait_that_nobody_knows_is_left_alone() -> None:
    assert apply([Moved(NOW, "magnetism", 0.25)], NOW) == Traits()
