"""Nothing that was committed is lost to a kill; `tests/soak/kills.py` runs the same for longer."""

from __future__ import annotations

import pytest
from soak.kills import kills

pytestmark = pytest.mark.integration


def test_no_committed_turn_is_lost_to_a_kill() -> None:
    outcome = kills(rounds=5, seed=3)
    assert outcome.acknowledged > 0
    assert (outcome.lost, outcome.damaged, outcome.failed_starts) == (0, 0, 0)
