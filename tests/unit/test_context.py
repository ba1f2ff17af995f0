"""What the model has in view: how the oldest turns leave it."""

from __future__ import annotations

import asyncio
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest

from samantha.dialog.context import Context
from samantha.dialog.lane import Lane, Load
from samantha.dialog.token import Token
from samantha.errors import ModelError
from samantha.mind.prompt import Prompt

pytestmark = pytest.mark.unit


class Mind:
    """A model with a window of 400 words, for which every thought is too long."""

    def count(self, messages: Any) -> int:
        return sum(len(message.content.split()) for message in messages)

    def prefill(self, messages: Any, token: Token) -> None:
        self.read = messages

    def ponder(self, *_: Any, **__: Any) -> str:
        raise ModelError("A thought of 9999 tokens is too long.", "Shorten it.")


def test_a_turn_that_is_too_long_to_be_summed_up_leaves_the_window_all_the_same() -> None:
    async def main() -> tuple[Mind, Context]:
        mind, load = Mind(), Load()
        lanes = Lane("llm", load), Lane("small", load)
        engines: Any = SimpleNamespace(memory=None, llm=mind, llm_lane=lanes[0], small_lane=lanes[1])
        context = Context(engines, Prompt("You are Samantha.", "Theo", 400, 100), datetime.now)
        context.history.user("I live in Leeds. " + "word " * 300)
        context.history.samantha("Oh.")
        context.history.user("What a day!")
        context.history.samantha("Tell me.")
        await context.make_room(Token())
        for lane in lanes:
            lane.close()
        return mind, context

    mind, context = asyncio.run(main())
    assert context.history.summary == 'I said: "I live in Leeds."'
    assert mind.count(mind.read) < 100
