"""Everybody at once, in small; `tests/soak/api_load.py` runs the same for longer."""

from __future__ import annotations

import asyncio

import pytest
from soak.api_load import load
from soak.scripteddaemon import scripted_daemon

pytestmark = pytest.mark.integration


def test_every_request_is_answered_while_many_ask_and_listen() -> None:
    with scripted_daemon() as running:
        found = asyncio.run(load(running.socket, clients=8, requests=40, listeners=4, seed=3))
    assert found.requests == 320
    assert found.unanswered == 0
    assert found.without_retry == 0
    assert {answer.split()[1] for answer in found.answers} <= {"200", "429"}
    assert found.answers["/chat 200"] > 0
    assert len(set(found.events)) == 1, "the listeners did not get the same"
    assert found.events[0] > 0
