"""The sound card on which the conversations happen, and the two aligned files that remain of them."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import numpy as np

from samantha.audio.pcm import (
    BLOCK_SECONDS,
    HEARING_RATE,
    VOICE_BLOCK,
    VOICE_RATE,
    Block,
    level_dbfs,
    silence,
)
from samantha.audio.wavfile import Pace, WavWriter
from samantha.bench.listen import AUDIBLE_DBFS
from samantha.bench.person import Person
from samantha.ports import Capture, Render

ROOM_DBFS = -74.0
"""A good microphone in a quiet room is never quite silent."""

CARD_SECONDS = 0.06
"""Sound that a card has in hand: a block that is later than this would be an underrun on it."""


class Stage:
    """A sound card whose microphone hears `person` in a quiet room, and whose loudspeaker `person` hears.

    Both sides go to `folder`: sample n of ``person.wav`` is captured when sample n · 3/2 of ``samantha.wav``
    is played (16 and 24 kHz). As with a real card, what is rendered in answer to a block sounds after it.
    """

    acoustic = False
    latency = 0
    hearing = True
    ready = True
    name = "a scripted person"

    def __init__(self, person: Person, folder: Path, pace: Pace, seed: int) -> None:
        """Raises StorageError if the files cannot be written."""
        self.late: list[float] = []
        """For each block how much later than its time it came, in seconds: how late the event loop was."""
        self._person = person
        self._pace = pace
        room = np.random.default_rng(seed).normal(0, 10 ** (ROOM_DBFS / 20), 10 * HEARING_RATE)
        self._room = room.astype(np.float32)
        self._heard = WavWriter(folder / "person.wav", HEARING_RATE, private=True)
        self._played = WavWriter(folder / "samantha.wav", VOICE_RATE, private=True)
        self._played.write(silence(VOICE_BLOCK))
        self._task: asyncio.Task[None] | None = None

    def listen(self, on: bool) -> None:
        """The microphone stays open."""

    def rest(self, on: bool) -> None:
        """It never does: what the rest of a card saves is no figure of a file."""

    def start(self, capture: Capture, render: Render) -> None:
        """Begin, as a task of the running loop."""
        self._task = asyncio.get_running_loop().create_task(self._run(capture, render), name="stage")

    async def wait(self) -> None:
        """Until the person has finished. Raises StorageError if the sounds could not be kept."""
        if self._task is not None:
            await self._task

    def stop(self) -> None:
        """End now; may be called twice."""
        if self._task is not None:
            self._task.cancel()
        self._heard.close()
        self._played.close()

    async def _run(self, capture: Capture, render: Render) -> None:
        began = time.monotonic()
        while not self._person.finished:
            await self._pace.tick()
            self.late.append(time.monotonic() - began - (len(self.late) + 1) * BLOCK_SECONDS)
            self.step(capture, render)

    def step(self, capture: Capture, render: Render) -> None:
        """One block in, one block out."""
        block = self._person.speak()
        begin = self._heard.samples % len(self._room)
        block += self._room[begin : begin + len(block)]
        self._heard.write(block)
        capture(block)
        sound = render(VOICE_BLOCK)
        self._played.write(sound)
        self._person.hear(level_dbfs(sound) > AUDIBLE_DBFS)


def read(folder: Path) -> tuple[Block, Block]:
    """What the person said and what she said, both at HEARING_RATE and aligned."""
    from samantha.audio.wavfile import read_mono

    return read_mono(folder / "person.wav"), read_mono(folder / "samantha.wav")
