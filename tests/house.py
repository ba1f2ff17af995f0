"""Real, small engines on a loop of their own, as the conversation has them, and guests who use them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TypeVar

from people import steady

from samantha import app, config
from samantha.config import Config
from samantha.dialog.lane import Lane, Load
from samantha.dialog.reply import Engines
from samantha.events import Event
from samantha.mind.prompt import Prompt
from samantha.ports import LanguageModel, Synthesizer, Transcriber
from samantha.service.bridge import Bridge
from samantha.service.guests import Guests

T = TypeVar("T")

SETTINGS = config.load(
    environ={},
    flags={
        "llm.model": "smollm2-135m-instruct",
        "llm.context": 1024,
        "llm.temperature": 0,
        "hearing.model": "whisper-tiny.en",
        "voice.name": "piper-en_US-joe-medium",
    },
)


@cache
def engines() -> tuple[Transcriber, LanguageModel, Synthesizer]:
    """Ears, mind and voice, loaded once."""
    from samantha.mind.llama import Llama

    steady()
    file = app.store(SETTINGS).llm(SETTINGS.llm.model)
    return app.transcriber(SETTINGS), Llama(file, SETTINGS.llm, None), app.synthesizer(SETTINGS)


class House:
    """Where guests are received. `occupied` is for the test to say; `borrowed` counts the calls."""

    def __init__(self, parts: tuple[Transcriber, LanguageModel, Synthesizer], settings: Config) -> None:
        self.occupied = False
        self.borrowed = 0
        load = Load()
        lanes = [Lane(name, load) for name in ("stt", "llm", "tts", "small", "memory")]
        self.engines = Engines(*parts, None, *lanes)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="conversation")
        self._thread.start()
        self.bridge = Bridge(self._loop)
        persona = Prompt("You are Samantha.", "", settings.llm.context, settings.llm.max_tokens)
        self.guests = self.do(
            lambda: Guests(
                self.engines,
                settings,
                prompt=lambda: persona,
                occupied=lambda: self.occupied,
                borrowed=self._count,
            )
        )

    def do(self, work: Callable[[], T]) -> T:
        """`work`, on the conversation's loop."""

        async def run() -> T:
            return work()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(10)

    def publish(self, event: Event) -> None:
        self.do(lambda: self.guests.on(event))

    def close(self) -> None:
        self.do(self.guests.close)
        self.engines.close()
        asyncio.run_coroutine_threadsafe(self.engines.closed(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _count(self) -> None:
        self.borrowed += 1


@contextmanager
def house() -> Iterator[House]:
    """A house with the small engines."""
    opened = House(engines(), SETTINGS)
    try:
        yield opened
    finally:
        opened.close()
