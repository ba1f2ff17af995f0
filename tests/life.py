"""The life of a daemon with scripted engines, in this process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from fakes import (
    LoudnessDetector,
    Script,
    ScriptedModel,
    ScriptedTranscriber,
    ScriptedVoice,
    speech_and_silence,
)
from livecard import PushCard

from samantha import config
from samantha.assistant import Parts
from samantha.config import Config
from samantha.errors import ModelError
from samantha.events import Event
from samantha.mind.prompt import Prompt
from samantha.service.daemon import Daemon


@dataclass
class Life:
    """A running daemon with what a test can do to it."""

    daemon: Daemon
    script: Script
    flags: dict[str, object]
    cards: list[PushCard] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    loads: int = 0

    @property
    def card(self) -> PushCard:
        return self.cards[-1]

    def speak(self) -> None:
        self.card.speak(speech_and_silence(0.2, 1.0, 1.0))

    async def until(self, kind: type, count: int = 1) -> list[Event]:
        def found() -> list[Event]:
            return [event for event in self.events if isinstance(event, kind)]

        await until(lambda: len(found()) >= count)
        return found()

    def history(self) -> list[str]:
        return [turn.text for turn in self.daemon.assistant.conversation.context.history.turns]


@asynccontextmanager
async def living(
    script: Script,
    wait: Callable[[], None] = lambda: None,
    nap: Callable[[float], None] = lambda _: None,
    **flags: object,
) -> AsyncIterator[Life]:
    changed = dict(flags)

    def read() -> Config:
        return config.load(flags=changed)

    def load(settings: Config, _: Callable[[str], None]) -> Parts:
        wait()
        life.loads += 1
        if settings.llm.model == "broken":
            raise ModelError("This model is broken.")
        prompt = Prompt("You are Samantha.", settings.user.name, script.context, settings.llm.max_tokens)
        return Parts(
            LoudnessDetector(),
            ScriptedTranscriber(script, nap),
            ScriptedModel(script, nap),
            ScriptedVoice(script, nap),
            prompt,
        )

    def card(settings: Config, notice: Callable[[object], None]) -> PushCard:
        life.cards.append(PushCard(settings, notice))
        return life.cards[-1]

    life = Life(Daemon(read, load=load, card=card), script, changed)
    life.daemon.listeners.append(life.events.append)
    running = asyncio.ensure_future(life.daemon.run())
    try:
        yield life
    finally:
        life.daemon.stop()
        await asyncio.wait_for(running, 5)


async def awake(life: Life) -> Life:
    await until(lambda: life.daemon.session is not None and life.card.running)
    return life


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 (there are many things to wait for)
            await asyncio.sleep(0.002)


def live(body: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(body(), 20))  # type: ignore[arg-type]
