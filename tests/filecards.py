"""What tests of two files as a sound card share: a dialog that answers clicks, and a device on a free clock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import numpy as np

from samantha.audio.pcm import Block, silence
from samantha.audio.wavfile import FileDevice


class FreePace:
    async def tick(self) -> None:
        await asyncio.sleep(0)


class Answers:
    """Renders a click `after` blocks later than the block in which a click was captured."""

    def __init__(self, after: int = 0) -> None:
        self.captured: list[Block] = []
        self.rendered = 0
        self._after = after
        self._due: list[int] = []

    def capture(self, block: Block) -> None:
        if np.abs(block).max() > 0.1:
            self._due.append(len(self.captured) + self._after)
        self.captured.append(block)

    def render(self, samples: int) -> Block:
        sound = silence(samples)
        if self.rendered in self._due:
            sound[0] = 0.9
        self.rendered += 1
        return sound

    @property
    def heard(self) -> Block:
        return np.concatenate(self.captured)


def converse(
    device: FileDevice, capture: Callable[[Block], None], render: Callable[[int], Block], patience: float = 20
) -> None:
    async def go() -> None:
        device.start(capture, render)
        try:
            await asyncio.wait_for(device.wait(), patience)
        finally:
            device.stop()
            device.stop()

    asyncio.run(go())


def device(source: Path, out: Path | None, *, silent_blocks: int = 1) -> FileDevice:
    left = [silent_blocks]

    def finished() -> bool:
        left[0] -= 1
        return left[0] <= 0

    return FileDevice(source, out, FreePace(), finished)


def clicks(rate: int, seconds: float, at: list[int]) -> Block:
    sound = silence(round(rate * seconds))
    sound[at] = 0.9
    return sound
