"""Nobody is there, and she talks: does she take her own echo for somebody?"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from samantha.audio.pcm import Block, samples, silence
from samantha.bench.acoustics import measured, reverberation_time
from samantha.bench.indoors import Record, perform
from samantha.bench.remembered import Remembered
from samantha.bench.room import Sound, Space
from samantha.bench.sentences import INTERRUPTIONS, LONG, PAUSED, QUESTIONS
from samantha.bench.setting import Setting
from samantha.bench.table import Cell, Table
from samantha.commands.sound import spoken
from samantha.dialog.token import Token
from samantha.events import Heard, ReplyPaused

ECHOES = (-10.0, -5.0, 0.0, 5.0, 10.0)
REVERBERATIONS = (0.2, 0.3, 0.4, 0.6, 0.8)
DELAYS = (20.0, 60.0, 120.0, 200.0, 300.0)
DRIFTS = (-300.0, -100.0, 0.0, 100.0, 300.0)
JITTERS = (0.0, 5.0, 10.0)
CLIPPINGS = (0.0, 0.0, 0.5, 1.0, 2.0)

SECONDS, FULL_SECONDS = 30.0, 60.0
"""Of her speech under each condition: usually, and in full, where they come to more than 30 minutes."""

LONGEST = 1.0
"""Reverberation time of the measured rooms that are used, s: halls and churches are not where she lives."""

PARAGRAPH = 6
"""Sentences that she says in one go."""

SENTENCES = (*(" ".join(halves) for halves in PAUSED), *QUESTIONS, *LONG, *INTERRUPTIONS)


def measure(setting: Setting) -> list[Table]:
    """The turns she heard of herself, and how often she fell silent for nobody, by condition."""
    setting = with_memory(setting)
    hers = sample(setting)
    length = FULL_SECONDS if setting.full else SECONDS
    turns, pauses = [], []
    for i, (space, response) in enumerate(conditions(setting)):
        setting.tell(f"{space}")
        record = monologue(setting, space, hers, length, setting.seed + i, response)
        name = f"{space}{', measured room' if response is not None else ''}"
        words = "; ".join(event.text for event in record.events if isinstance(event, Heard))
        heard, paused = (
            sum(isinstance(event, kind) for event in record.events) for kind in (Heard, ReplyPaused)
        )
        turns.append(Cell(name, heard, round(length), words))
        pauses.append(Cell(name, round(60 * paused / length, 2), round(length)))
    minutes = length * len(turns) / 60
    return [
        Table(
            "turns out of her own voice",
            "turns",
            "lower",
            tuple(turns),
            bound=0,
            note=f"{minutes:.0f} minutes of her speech in all; trials are seconds.",
        ),
        Table(
            "pauses for her own voice",
            "a minute",
            "lower",
            tuple(pauses),
            note=f"{np.mean([cell.value for cell in pauses]):.2f} a minute over all; trials are seconds.",
        ),
    ]


def conditions(setting: Setting) -> Iterator[tuple[Space, Block | None]]:
    """Rooms, and the impulse response of those that were measured.

    In full every loudness of the echo meets every delay once, with the other conditions spread like a Latin
    square; then the extremes together, and the measured rooms.
    """
    extremes = [
        Space(0.8, delay, 10.0, drift, echo, clipping=clipping)
        for echo, clipping in ((10.0, 2.0), (5.0, 0.0))
        for delay, drift in ((20.0, 300.0), (300.0, -300.0))
    ]
    if setting.full:
        square = [
            Space(
                REVERBERATIONS[(e + d) % 5],
                DELAYS[d],
                JITTERS[(e + 2 * d) % 3],
                DRIFTS[(e + 2 * d) % 5],
                echo,
                clipping=CLIPPINGS[(e + 3 * d) % 5],
            )
            for e, echo in enumerate(ECHOES)
            for d in range(5)
        ]
    else:
        square = [
            Space(0.2, 60.0, 0.0, 100.0, -10.0),
            Space(0.4, 120.0, 5.0, 0.0, 0.0),
            Space(0.6, 200.0, 5.0, -100.0, 5.0, clipping=1.0),
        ]
        extremes = extremes[:2]
    spaces = [replace(space, seed=setting.seed + i) for i, space in enumerate([*square, *extremes])]
    yield from ((space, None) for space in spaces)
    if setting.people is not None:
        found = ((response, round(reverberation_time(response), 2)) for response in measured(setting.people))
        rooms = [(response, rt60) for response, rt60 in found if rt60 <= LONGEST]
        for i, (response, rt60) in enumerate(rooms if setting.full else rooms[:1]):
            yield Space(rt60, 150.0, 5.0, 100.0, 10.0, seed=setting.seed + i), response


def monologue(
    setting: Setting,
    space: Space,
    hers: Block,
    length: float,
    seed: int,
    response: Block | None = None,
    *,
    keep: bool = False,
) -> Record:
    """She talks for `length` seconds in `space`, and nobody else does; `hers` and the rest as for `perform`."""
    return perform(
        setting,
        space,
        hers,
        Sound(silence(samples(length))),
        says=paragraphs(seed),
        response=response,
        keep=keep,
    )


def paragraphs(seed: int) -> Iterator[str]:
    """What she says, without an end: all SENTENCES in an order that `seed` decides, then in another."""
    dice = random.Random(seed)
    while True:
        order = dice.sample(SENTENCES, len(SENTENCES))
        yield from (" ".join(order[i : i + PARAGRAPH]) for i in range(0, len(order), PARAGRAPH))


def with_memory(setting: Setting) -> Setting:
    """`setting` with a voice that makes each of her sentences once."""
    return replace(setting, parts=replace(setting.parts, synthesizer=Remembered(setting.parts.synthesizer)))


def sample(setting: Setting) -> Block:
    """Some of her voice, by which rooms set the loudness of the echo, at VOICE_RATE."""
    return np.concatenate(list(spoken(setting.parts.synthesizer, " ".join(SENTENCES[:4]), Token())))
