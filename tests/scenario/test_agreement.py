"""Conversations that chance makes up: the same every time, and never against the rules. Longer in `scripts/soak`."""

from __future__ import annotations

import pytest
from soak.agreement import faults, hold, record

pytestmark = pytest.mark.scenario


@pytest.mark.parametrize("seed", [1, 2])
def test_five_times_the_same(seed: int) -> None:
    first = record(hold(seed))
    assert all(record(hold(seed)) == first for _ in range(4))


@pytest.mark.parametrize("seed", range(3, 15))
def test_nothing_against_the_rules(seed: int) -> None:
    assert faults(hold(seed)) == []
