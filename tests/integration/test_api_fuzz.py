"""Nonsense of every kind, for a few seconds; `tests/soak/api_fuzz.py` runs the same for longer."""

from __future__ import annotations

import pytest
from soak.api_fuzz import FEW, fuzz

pytestmark = pytest.mark.integration


def test_nonsense_gets_no_server_error_and_leaves_nothing_open() -> None:
    found = fuzz(seconds=4, seed=7)
    assert not found.violations, found.report
    assert found.server_errors == 0
    assert found.sockets > 10
    assert found.handles_more <= FEW
    assert found.alive
