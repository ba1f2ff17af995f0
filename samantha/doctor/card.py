"""The card she would use, opened for a moment: what it hears, and what it hears of a chirp that it plays."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from samantha.audio.device import Found, LiveCard, Lost, Notice
from samantha.audio.pcm import BLOCK_SECONDS, VOICE_BLOCK, VOICE_RATE, Block, samples, silence
from samantha.config import Config
from samantha.doctor import level
from samantha.doctor.chirp import LENGTH, chirp
from samantha.events import Side

OPENS = 5.0
"""Seconds that a microphone may take to give its first sound: a Bluetooth one needs two."""

SETTLES = 0.4
"""Seconds of its beginning that are not judged: many a microphone starts with a pop."""

METER = 0.1
"""Seconds between two levels that are told."""

REVERBERATES = 1.0
"""Seconds that are listened for after the chirp: its echo may be late."""


@dataclass
class Session:
    """What happened on a card while it was open."""

    heard: list[Block] = field(default_factory=list)
    lost: dict[Side, str] = field(default_factory=dict)
    names: dict[Side, str] = field(default_factory=dict)

    def notice(self, notice: Notice) -> None:
        if isinstance(notice, Lost):
            self.lost[notice.side] = notice.reason
        elif isinstance(notice, Found):
            self.lost.pop(notice.side, None)
            self.names[notice.side] = notice.name


async def listen(config: Config, session: Session, duration: float) -> Block:
    """What the microphone hears for `duration` seconds; nothing if it gives nothing.

    Meanwhile its level is printed ten times a second, as a JSON line.
    """
    card = LiveCard(config.audio, session.notice, wait=True)
    told = 0

    def capture(block: Block) -> None:
        nonlocal told
        if not card.hearing:
            return
        session.heard.append(block)
        if len(session.heard) * len(block) >= told + samples(METER):
            told = len(session.heard) * len(block)
            now = level.measure(np.concatenate(session.heard[-5:])).mean
            print(json.dumps({"level": round(now, 1)}), flush=True)

    card.start(capture, silence)
    try:
        await _until(lambda: len(session.heard) * BLOCK_SECONDS >= SETTLES or "input" in session.lost, OPENS)
        session.heard.clear()
        told = 0
        if card.hearing:
            await asyncio.sleep(duration)
    finally:
        card.stop()
    return np.concatenate([silence(0), *session.heard])


async def play_and_listen(config: Config, session: Session) -> tuple[LiveCard, Block, int | None, int]:
    """The card, what it heard, the index in it that was captured as the chirp began, and the card's latency.

    The index is None if no chirp was played.
    """
    card = LiveCard(config.audio, session.notice, wait=True)
    sound = np.concatenate((chirp(VOICE_RATE), silence(VOICE_BLOCK)))
    played = 0
    heard = 0
    start: int | None = None
    ready = False

    def capture(block: Block) -> None:
        nonlocal heard
        if card.hearing or start is not None:
            session.heard.append(block)
            heard += len(block)

    def render(count: int) -> Block:
        nonlocal played, start
        if not ready or played + count > len(sound):
            return silence(count)
        if start is None:
            start = heard
        played += count
        return sound[played - count : played]

    card.start(capture, render)
    try:
        await _until(lambda: len(session.heard) * BLOCK_SECONDS >= 3 * SETTLES or bool(session.lost), OPENS)
        ready = card.hearing and not session.lost
        if ready:
            await asyncio.sleep(LENGTH + REVERBERATES)
        latency = card.latency
    finally:
        card.stop()
    return card, np.concatenate([silence(0), *session.heard]), start, latency


async def _until(holds: Callable[[], bool], seconds: float) -> None:
    for _ in range(round(seconds / 0.02)):
        if holds():
            return
        await asyncio.sleep(0.02)
