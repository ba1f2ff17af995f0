"""Reflection that is killed: nothing is lost, nothing doubled."""

from __future__ import annotations

import pytest

from samantha.bench.crashes import endure

pytestmark = pytest.mark.integration


def test_what_was_killed_is_made_once() -> None:
    outcome = endure(6)
    assert outcome.clean, outcome
    assert outcome.kills == 6
    assert outcome.inside >= 2
    assert outcome.memories > 30
