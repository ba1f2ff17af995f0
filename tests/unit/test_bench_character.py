"""The scripted month of the bench, and that it would find a character that moves wrongly."""

from __future__ import annotations

from pathlib import Path

import pytest

from samantha.bench.character import STILL, month
from samantha.mind.traits import A_DAY, MILD, TRAITS

pytestmark = pytest.mark.unit

PERSONA = "You are Samantha.\n\nYou talk with {name}."


def test_a_month_moves_the_right_trait_and_goes_back(tmp_path: Path) -> None:
    found = month(tmp_path, PERSONA, ("Please get to the point.", "That was too long."), 0.6, seed=1)
    assert found.traits.talkativeness <= -MILD
    assert all(abs(found.traits[trait]) < STILL for trait in TRAITS if trait != "talkativeness")
    assert 0 < found.farthest <= A_DAY
    assert found.exact
    assert found.held


def test_a_month_of_ordinary_talk_moves_nothing(tmp_path: Path) -> None:
    found = month(tmp_path, PERSONA, ("Good night.",), 0.6, seed=2)
    assert all(abs(found.traits[trait]) < STILL for trait in TRAITS)
