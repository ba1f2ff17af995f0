"""A conversation with her in a room of numbers, as fast as her engines are."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from samantha import app
from samantha.assistant import Assistant
from samantha.audio.pcm import HEARING_BLOCK, HEARING_RATE, Block
from samantha.bench.person import Line, Person
from samantha.bench.room import Near, Room, Space
from samantha.bench.setting import Setting
from samantha.dialog.lane import FastPace, Load
from samantha.events import Event


@dataclass(frozen=True, slots=True)
class Record:
    """What happened in a room. `said` as of `bench.person.Person`; `cpu` is all this process spent on it, s.

    `mic` and `played` are aligned, at HEARING_RATE, and empty unless they were to be kept.
    """

    events: list[Event]
    said: list[int | None]
    seconds: float
    cpu: float
    mic: Block
    played: Block


def perform(
    setting: Setting,
    space: Space,
    hers: Block,
    near: Near | Sequence[Line] = (),
    *,
    says: Iterator[str] | None = None,
    patience: float = 8.0,
    ambience: Block | None = None,
    response: Block | None = None,
    keep: bool = False,
) -> Record:
    """A conversation with her in `space`, as fast as her engines are; they are those of `setting`.

    `near` is who else is there, or the lines of a `Person` of so much `patience`, s. Whenever nothing goes on
    she says the next of `says`, unasked; what she answers is up to the mind in `setting.parts`. For `hers`,
    `ambience`, `response` and `keep` see `Room`. Must not be called on a running event loop.
    """
    person = near if not isinstance(near, Sequence) else Person(near, patience=patience)
    parts = replace(setting.parts, detector=app.detector(setting.config))
    events: list[Event] = []

    async def play() -> Room:
        load = Load()
        room = Room(space, person, hers, FastPace(load), ambience=ambience, response=response, keep=keep)
        assistant = Assistant(
            setting.config,
            parts,
            load,
            canceller=lambda device: app.canceller(setting.config, device),
            subscribers=[events.append],
        )

        def go_on(*_: Block) -> None:
            if says is not None and assistant.finished and (text := next(says, "")):
                assistant.conversation.say(text)

        assistant.taps.append(go_on)
        await assistant.run(room)
        await assistant.engines.closed()
        return room

    began = time.process_time()
    room = asyncio.run(play())
    return Record(
        events,
        person.said if isinstance(person, Person) else [],
        room.blocks * HEARING_BLOCK / HEARING_RATE,
        time.process_time() - began,
        room.mic,
        room.played,
    )
