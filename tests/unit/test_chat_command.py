"""Talk by text: with a Samantha that runs, what is waited for; by herself, what is forgotten elsewhere meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest

from samantha.bench.recital import Recital
from samantha.commands.chat import OneConversation, TextConversation
from samantha.config import Config
from samantha.dialog.token import Token
from samantha.errors import SamanthaError
from samantha.mind.memory import Companion
from samantha.mind.prompt import Prompt
from samantha.service.client import Client
from samantha.service.control import Busy
from samantha.store import forgetting
from samantha.store.database import Database

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


def test_what_another_program_has_her_forget_is_not_talked_of_any_more(tmp_path: Path) -> None:
    memory = Companion(
        lambda: Database(tmp_path), None, name="Theo", tokens=96, apart=timedelta(hours=2), grows=True
    )
    prompt = Prompt("You are Samantha.", "Theo", 4096, 160)
    talk = TextConversation(Config(), Recital(), prompt, memory, Database(tmp_path))
    with closing(talk), closing(Database(tmp_path)) as other:
        for text in ("My sister Ruth plays the bassoon.", "It rains again."):
            talk.answer(text, Token(), lambda _: None)
        forgetting.forget(other.file, turns=[1])
        talk.answer("What a day!", Token(), lambda _: None)
        said = [turn.words for turn in talk.history.turns if turn.role == "user"]
    assert said == ["It rains again.", "What a day!"]
