"""What she costs while nobody wants anything of her."""

from __future__ import annotations

import asyncio
import time

import numpy as np

from samantha.audio.pcm import samples
from samantha.bench.perform import Performance, Scene, Tell, memory
from samantha.bench.person import Line
from samantha.bench.speech import Clip, at_level
from samantha.config import Config

SECONDS = 20.0

SETTLE_S = 15.0
"""On a card she rests only after a while: so long nothing is counted."""

NEARBY_DBFS = -62.0
"""Somebody who speaks in the next room: plainly speech, and too soft to be meant for her."""


def quiet(seed: int, seconds: float = SECONDS) -> Scene:
    """Nobody says a word."""
    return Scene((), seconds, seed)


def nearby(clips: list[Clip], seed: int, seconds: float = SECONDS) -> Scene:
    """The speech of `clips`, over and over, from the next room."""
    speech = [
        clip.sound[samples(clip.speech.begin / 1000) : samples(clip.speech.end / 1000)] for clip in clips
    ]
    once = np.concatenate(speech)
    again = -(-samples(seconds) // len(once))
    sound = at_level(np.tile(once, again)[: samples(seconds)], NEARBY_DBFS)
    return Scene((Line(sound, wait=0.5),), 1.0, seed)


def percent(performance: Performance) -> float:
    """CPU of `performance`, as percent of one core."""
    return round(100 * performance.cpu / performance.seconds, 2)


async def on_card(config: Config, seconds: float, tell: Tell) -> Performance:
    """Herself on the sound card of this machine for `seconds`. Raises AudioError if there is none."""
    from samantha import app
    from samantha.assistant import Assistant
    from samantha.audio.device import LiveCard
    from samantha.dialog.lane import Load

    talking: list[Assistant] = []
    card = LiveCard(config.audio, lambda change: talking[0].on_device(change))
    try:
        assistant = Assistant(
            config, app.load(config, tell), Load(), canceller=lambda device: app.canceller(config, device)
        )
        talking.append(assistant)
        running = asyncio.create_task(assistant.run(card))
        await asyncio.wait({running}, timeout=SETTLE_S)
        cpu, began = time.process_time(), time.monotonic()
        await asyncio.wait({running}, timeout=seconds)
        cpu, lasted = time.process_time() - cpu, time.monotonic() - began
        assistant.stop()
        await running
    finally:
        card.stop()
    return Performance([], [], cpu, lasted, memory(), 0.0, 0.0, 0)
