"""A sound card for tests of a service: silent until somebody is made to speak, and faster than time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import numpy as np

from samantha.audio.choice import Endpoint, Offer
from samantha.audio.pcm import HEARING_BLOCK, VOICE_BLOCK, Block, silence
from samantha.config import Config
from samantha.ports import Capture, Render


class PushCard:
    """Each block takes a turn of the loop; `speak` is heard next, and `played` is what she said."""

    name = "a headset"
    offer = Offer((Endpoint("input", "headset.1", "a headset", 16_000, worn=True),))
    acoustic = False
    latency = 0
    ready = True

    def __init__(self, config: Config, notice: Callable[[object], None]) -> None:
        self.config = config
        self.notice = notice
        self.hearing = True
        self.names = {"input": "a headset", "output": "a headset"}
        self.loud = 0
        """Blocks in which she was heard."""
        self._waiting = silence(0)
        self._task: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        """Whether it was started."""
        return self._task is not None

    def speak(self, sound: Block) -> None:
        self._waiting = np.concatenate((self._waiting, sound))

    def listen(self, on: bool) -> None:
        self.hearing = on

    def rest(self, on: bool) -> None: ...

    def start(self, capture: Capture, render: Render) -> None:
        self._task = asyncio.get_running_loop().create_task(self._run(capture, render))

    async def wait(self) -> None:
        if self._task is not None:
            await asyncio.wait({self._task})
            if not self._task.cancelled():
                self._task.result()

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _run(self, capture: Capture, render: Render) -> None:
        while True:
            block, self._waiting = self._waiting[:HEARING_BLOCK], self._waiting[HEARING_BLOCK:]
            if len(block) < HEARING_BLOCK or not self.hearing:
                block = silence(HEARING_BLOCK)
            capture(block)
            self.loud += bool(np.abs(render(VOICE_BLOCK)).max() > 0.02)
            await asyncio.sleep(0.0005)
