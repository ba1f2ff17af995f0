"""Nothing that was committed is lost to a kill; `tests/soak/kills.py` runs the same for longer."""

from __future__ import annotations

import pytest
from soak.kills import kills

pytestmark = pytest.mark.integration


def test_no_committed_turn_is_lost_to_a_kill() -> None:
    acknowledged = 0
    for seed in range(3, 23):  # on a busy machine a writer may be killed before it has committed anything
        outcome = kills(rounds=5, seed=seed)
        assert (outcome.lost, outcome.damaged, outcome.failed_starts) == (0, 0, 0)
        acknowledged += outcome.acknowledged
        if acknowledged:
            break
    assert acknowledged > 0
