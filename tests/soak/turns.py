"""Many turns without a pause, on real engines at fast pace: nothing grows, nothing is lost.

python tests/soak/turns.py --turns 1000
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import psutil
import soxr

sys.path.insert(0, str(Path(__file__).parents[1]))

from people import say_clearly

from samantha import app, config
from samantha.assistant import Assistant
from samantha.audio.pcm import HEARING_BLOCK, HEARING_RATE, VOICE_BLOCK, VOICE_RATE, Block, samples, silence
from samantha.dialog.lane import FastPace, Load
from samantha.events import Event, Failed, Heard, ReplySpoken
from samantha.ports import Capture, Render
from samantha.store.database import Database
from samantha.store.journal import Journal

QUESTIONS = (
    ("Tell me something about the sea.", "sea"),
    ("What do you think about winter?", "winter"),
    ("How are you today?", "today"),
    ("Do you like music?", "music"),
)
SMALL = {
    "llm.model": "smollm2-135m-instruct",
    "llm.max_tokens": 24,
    "llm.seed": 1,
    "llm.context": 2048,
    "hearing.model": "whisper-tiny.en",
    "voice.name": "piper-en_US-joe-medium",
}
WARM = 100
"""Turns until everything has found its size; growth counts from there."""

PAUSE = samples(1.0)
LONGEST = samples(60.0)
"""Of silence without an answer; then the turn counts as lost."""


@dataclass(frozen=True, slots=True)
class Figures:
    """`*_warm` after the first WARM turns (or a tenth of them), `*_end` after the last."""

    turns: int
    heard: int
    answered: int
    kept: int
    failed: int
    minutes: float
    rss_warm_mb: float
    rss_end_mb: float
    growth_percent: float
    threads_warm: int
    threads_end: int
    handles_warm: int
    handles_end: int


class Endless:
    """A microphone into which `questions` are spoken, each when the one before has been answered."""

    name = "questions"
    acoustic = False
    latency = 0
    hearing = True
    ready = True

    def __init__(self, pace: FastPace, questions: list[Block], turns: int) -> None:
        self._pace, self._questions, self._turns = pace, questions, turns
        self._answered = asyncio.Event()
        self.lost = 0
        self.between: list[int] = []
        self._task: asyncio.Task[None] | None = None

    def listen(self, on: bool) -> None:
        self.hearing = on

    def rest(self, on: bool) -> None: ...

    def on(self, event: Event) -> None:
        if isinstance(event, ReplySpoken | Failed):
            self._answered.set()

    def start(self, capture: Capture, render: Render) -> None:
        self._task = asyncio.get_running_loop().create_task(self._run(capture, render))

    async def wait(self) -> None:
        if self._task is not None:
            await self._task

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _run(self, capture: Capture, render: Render) -> None:
        for turn in range(self._turns):
            self._answered.clear()
            for block in self._blocks(self._questions[turn % len(self._questions)]):
                await self._pace.tick()
                capture(block)
                render(VOICE_BLOCK)
                if self._answered.is_set():
                    break
            else:
                self.lost += 1
            for _ in range(PAUSE // HEARING_BLOCK):
                await self._pace.tick()
                capture(silence(HEARING_BLOCK))
                render(VOICE_BLOCK)
            self.measure(turn)

    def measure(self, turn: int) -> None:
        """Called after each turn."""

    @staticmethod
    def _blocks(question: Block) -> Iterator[Block]:
        for start in range(0, len(question) - HEARING_BLOCK + 1, HEARING_BLOCK):
            yield question[start : start + HEARING_BLOCK]
        for _ in range(LONGEST // HEARING_BLOCK):
            yield silence(HEARING_BLOCK)


async def converse(turns: int, folder: Path, progress: bool) -> Figures:
    settings = config.load(flags={**SMALL, "paths.state": str(folder)})
    questions = [
        np.concatenate((silence(PAUSE // 4), soxr.resample(sound, VOICE_RATE, HEARING_RATE)))
        for sound in say_clearly(*QUESTIONS)
    ]
    load = Load()
    parts = await asyncio.to_thread(app.load, settings)
    assistant = Assistant(settings, parts, load)
    journal = Journal(Database(folder), lambda problem: print(problem, file=sys.stderr))
    counts = {Heard: 0, ReplySpoken: 0, Failed: 0}

    def count(event: Event) -> None:
        if type(event) in counts:
            counts[type(event)] += 1

    device = Endless(FastPace(load), questions, turns)
    for subscriber in (count, journal.on, device.on):
        assistant.subscribe(subscriber)
    process = psutil.Process()
    seen: dict[int, tuple[float, int, int]] = {}
    began = time.monotonic()
    warm = min(WARM, max(1, turns // 10)) - 1

    def measure(turn: int) -> None:
        if turn in (warm, turns - 1) or (progress and turn % 50 == 49):
            gc.collect()
            seen[turn] = (process.memory_info().rss / 1e6, threading.active_count(), process.num_fds())
            if progress:
                print(f"{turn + 1:5d} turns {time.monotonic() - began:6.0f} s  {seen[turn]}", flush=True)

    device.measure = measure  # type: ignore[method-assign]
    await assistant.run(device)
    await journal.close()
    kept = len(Database(folder).recent(journal.conversation, 10 * turns + 10))
    (rss, threads, handles), (rss_end, threads_end, handles_end) = seen[warm], seen[turns - 1]
    return Figures(
        turns=turns,
        heard=counts[Heard],
        answered=counts[ReplySpoken],
        kept=kept,
        failed=counts[Failed] + device.lost,
        minutes=round((time.monotonic() - began) / 60, 1),
        rss_warm_mb=round(rss, 1),
        rss_end_mb=round(rss_end, 1),
        growth_percent=round(100 * (rss_end / rss - 1), 2),
        threads_warm=threads,
        threads_end=threads_end,
        handles_warm=handles,
        handles_end=handles_end,
    )


def talk(turns: int, *, progress: bool = False) -> Figures:
    """`turns` questions to the real engines, one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(converse(turns, Path(folder), progress))


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--turns", type=int, default=1000)
    print(json.dumps(asdict(talk(arguments.parse_args().turns, progress=True)), indent=2))
