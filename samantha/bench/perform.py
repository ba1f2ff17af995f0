"""Conversations in a process of their own, so that what they cost is hers and nobody else's."""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
import tempfile
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast

from samantha.audio.pcm import silence
from samantha.audio.wavfile import RealtimePace
from samantha.bench.listen import spread
from samantha.bench.person import Line, Person
from samantha.bench.stage import CARD_SECONDS, Stage
from samantha.config import Config
from samantha.errors import SamanthaError
from samantha.events import Event, to_record
from samantha.ports import AudioDevice

Tell = Callable[[str], None]
Publish = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Scene:
    """What a person will say, how long one waits for an answer (seconds), and the seed of the room's noise."""

    lines: tuple[Line, ...]
    patience: float
    seed: int


@dataclass(frozen=True, slots=True)
class Performance:
    """A conversation that has happened. `said` is in samples, see `Person`; `events` as in `--events` files.

    `cpu` and `seconds` are those of the conversation alone, without loading, and without the work of the
    stage; `rss` is what the process held at its end, in bytes; the loop's lateness is in ms.
    """

    said: list[int | None]
    events: list[dict[str, Any]]
    cpu: float
    seconds: float
    rss: int
    lag_p50: float
    lag_p99: float
    underruns: int


class Speaker(Protocol):
    """Whoever answers the person: she, or the plain pipeline."""

    async def run(self, device: AudioDevice) -> None:
        """Converse on `device` until it ends."""
        ...


Cast = Callable[[Config, Publish, Tell], Speaker]
"""Loads a speaker; on a running event loop."""


T = TypeVar("T")

Play = Callable[[Tell], Coroutine[Any, Any, T]]


def samantha(config: Config, publish: Publish, tell: Tell) -> Speaker:
    """Herself, as `samantha talk` would wire her."""
    from samantha import app
    from samantha.assistant import Assistant
    from samantha.dialog.lane import Load

    return Assistant(config, app.load(config, tell), Load(), subscribers=[publish])


def aside(play: Play[T], tell: Tell) -> T:
    """What comes of `play` in a process of its own; both must be fit for pickling.

    `tell` is given a few words on how far it is. Raises SamanthaError as `play` does, and if the process dies.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_child, args=(theirs, play), name="bench", daemon=True)
    child.start()
    theirs.close()
    try:
        while True:
            match ours.recv():
                case str(words):
                    tell(words)
                case (code, message, hint):
                    raise SamanthaError(code, message, hint)
                case [done]:
                    return cast("T", done)
    except EOFError:
        raise SamanthaError(
            "bench",
            "The conversation broke off: its process has died.",
            "Its last words stand above; if there are none, memory ran out (`samantha models recommend`).",
        ) from None
    finally:
        child.terminate()
        child.join()
        child.close()
        ours.close()


def _child(pipe: Connection, play: Play[object]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends us
    try:
        pipe.send([asyncio.run(play(pipe.send))])
    except SamanthaError as problem:
        pipe.send((problem.code, problem.message, problem.hint))


async def on_stage(cast: Cast, config: Config, scene: Scene, folder: Path, tell: Tell) -> Performance:
    """`cast` and a person play `scene` at real-time pace; the sounds go to `folder`, see `Stage`."""
    events: list[dict[str, Any]] = []
    speaker = cast(config, lambda event: events.append(to_record(event)), tell)
    person = Person(scene.lines, patience=scene.patience)
    stage = Stage(person, folder, RealtimePace(), scene.seed)
    telling = asyncio.create_task(_count(person, len(scene.lines), tell))
    cpu, began = time.process_time(), time.monotonic()
    try:
        await speaker.run(stage)
    finally:
        cpu, seconds = time.process_time() - cpu, time.monotonic() - began
        telling.cancel()
        stage.stop()
    late = [1000 * max(0.0, each) for each in stage.late]
    return Performance(
        person.said,
        events,
        max(0.0, cpu - _stage_cost(scene) * len(late)),
        seconds,
        memory(),
        spread(late).p50 or 0.0,
        round(sorted(late)[int(len(late) * 0.99)], 1) if late else 0.0,
        sum(each > 1000 * CARD_SECONDS for each in late),
    )


def memory() -> int:
    """What this process holds, bytes."""
    import psutil

    return int(psutil.Process().memory_info().rss)


async def _count(person: Person, lines: int, tell: Tell) -> None:
    told = -1
    while True:
        if lines and len(person.said) != told:
            told = len(person.said)
            tell(f"{told} of {lines}")
        await asyncio.sleep(1)


def _stage_cost(scene: Scene, blocks: int = 500) -> float:
    """CPU seconds of the stage itself for one block, measured with nobody on it."""
    with tempfile.TemporaryDirectory(prefix="samantha-") as folder:
        stage = Stage(Person((), patience=1e9), Path(folder), RealtimePace(), scene.seed)
        began = time.process_time()
        for _ in range(blocks):
            stage.step(lambda _: None, lambda samples: silence(samples))
        cost = time.process_time() - began
        stage.stop()
    return cost / blocks
