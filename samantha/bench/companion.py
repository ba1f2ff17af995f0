"""A talk by text with the real mind and the real memory, at a time that a script sets."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from samantha import app
from samantha.bench.memorysetting import Clock
from samantha.commands.chat import TextConversation
from samantha.config import Config
from samantha.dialog.token import Token
from samantha.ports import LanguageModel, Message

A_TURN = timedelta(seconds=14)
"""What a turn and its answer take, spoken."""

ALONE = timedelta(minutes=10)
"""After so much silence a conversation is over, and she thinks about it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What she said, the seconds until its first word, and what the model was given for it (0: nothing)."""

    text: str
    first: float
    tokens: int
    prompt: tuple[Message, ...]


class Watched:
    """`llm`, and what it was last asked to say aloud."""

    def __init__(self, llm: LanguageModel) -> None:
        self._llm = llm
        self.prompt: tuple[Message, ...] = ()

    @property
    def context(self) -> int:
        return self._llm.context

    @property
    def threads(self) -> int:
        return self._llm.threads

    @threads.setter
    def threads(self, number: int) -> None:
        self._llm.threads = number

    def count(self, messages: Sequence[Message]) -> int:
        return self._llm.count(messages)

    def prefill(self, messages: Sequence[Message], token: Token, *, unfinished: bool = False) -> None:
        self._llm.prefill(messages, token, unfinished=unfinished)

    def generate(
        self,
        messages: Sequence[Message],
        token: Token,
        *,
        max_tokens: int,
        temperature: float | None = None,
        begun: str = "",
    ) -> Iterator[str]:
        self.prompt = tuple(messages)
        return self._llm.generate(
            messages, token, max_tokens=max_tokens, temperature=temperature, begun=begun
        )

    def ponder(self, messages: Sequence[Message], token: Token, *, max_tokens: int, grammar: str = "") -> str:
        return self._llm.ponder(messages, token, max_tokens=max_tokens, grammar=grammar)


class Companion:
    """She, with a person called `name`, and what she remembers in the state folder of `config`."""

    def __init__(self, config: Config, llm: LanguageModel, clock: Clock, name: str) -> None:
        self.clock = clock
        self._config = config
        self._llm = Watched(llm)
        self._name = name
        self._talk = self._begin()

    @property
    def folder(self) -> Path:
        """Where what she remembers is kept."""
        return self._config.state_folder

    def say(self, text: str, by: Literal["person", "other"] = "person") -> Answer:
        """Her answer to `text`, after which the clock has gone on by a turn."""
        self._llm.prompt = ()
        began = time.perf_counter()
        first: list[float] = []

        def show(_: str) -> None:
            if not first:
                first.append(time.perf_counter() - began)

        said = self._talk.answer(text, Token(), show, by=by)
        self.clock.forward(A_TURN)
        prompt = self._llm.prompt
        tokens = self._llm.count(prompt) if prompt else 0
        return Answer(said, first[0] if first else time.perf_counter() - began, tokens, prompt)

    def rest(self) -> None:
        """She is left alone until she has thought about everything that was said."""
        self.clock.forward(ALONE)
        self._talk.rest(Token())

    def restart(self, after: timedelta) -> None:
        """She ends, and begins anew `after` that."""
        self.close()
        self.clock.forward(after)
        self._talk = self._begin()

    def close(self) -> None:
        """Let go of her memory; may be called twice."""
        self._talk.close()

    def _begin(self) -> TextConversation:
        config = self._config
        prompt = app.prompt(config, self._llm, self._name)
        memory = app.memory(config, self._name)
        database = app.database(config) if memory is not None else None
        prompt = prompt.become(app.character(memory)) if memory is not None else prompt
        return TextConversation(config, self._llm, prompt, memory, database, now=self._now)

    def _now(self) -> datetime:
        """As `datetime.now` tells it."""
        return self.clock().astimezone().replace(tzinfo=None)
