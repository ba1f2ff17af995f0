"""Writing to a Samantha that runs: what is waited for, and for how long."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import pytest

from samantha.commands.chat import OneConversation
from samantha.dialog.token import Token
from samantha.errors import SamanthaError
from samantha.service.client import Client
from samantha.service.control import Busy

pytestmark = pytest.mark.unit


class Running:
    """Is in the middle of a turn `busy` times, and meanwhile `token` is cancelled if there is one."""

    def __init__(self, busy: int, token: Token | None = None) -> None:
        self.asked = 0
        self._busy, self._token = busy, token

    def chat(self, text: str) -> Iterator[str]:
        self.asked += 1
        if self.asked <= self._busy:
            if self._token is not None:
                self._token.cancel()
            raise Busy("She is in the middle of a turn.")
        yield from ("Here", " I am.")


def test_it_waits_for_her_turn_to_end() -> None:
    shown: list[str] = []
    running = Running(busy=1)
    said = OneConversation(cast("Client", running)).answer("Hello?", Token(), shown.append)
    assert (said, shown, running.asked) == ("Here I am.", ["Here", " I am."], 2)


def test_whoever_waits_can_give_up() -> None:
    token = Token()
    running = Running(10, token)
    assert OneConversation(cast("Client", running)).answer("Hello?", token, lambda _: None) == ""
    assert running.asked == 1


def test_what_is_no_matter_of_waiting_is_told_at_once() -> None:
    class Gone(Running):
        def chat(self, text: str) -> Iterator[str]:
            raise SamanthaError("not-running", "Samantha is not running.")

    with pytest.raises(SamanthaError, match="not running"):
        OneConversation(cast("Client", Gone(0))).answer("Hello?", Token(), lambda _: None)
