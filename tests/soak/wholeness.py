"""Says marked sounds into a microphone while the key to talk is held, and looks for all of each in the turn.

A real key under Xvfb, a real microphone of PipeWire's, and everything between them; only the engines are scripted.
What was in the air is recorded besides: a sound that a busy machine tore before it got there is said again.

python -m soak.wholeness --rounds 100 [--cold]      (with tests/ on the path)
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from fakes import LoudnessDetector, Script, ScriptedModel, ScriptedTranscriber, ScriptedVoice
from hardware.soundserver import sound_server
from hardware.xserver import Display, x_server
from soak.figures import spread
from soak.marks import RATE, ended, marked, missing
from soak.voices import BEFORE_AIR_S, Air, Person, air, person

from samantha.assistant import Assistant, Parts
from samantha.audio.device import LiveCard
from samantha.audio.pcm import HEARING_RATE
from samantha.config import Config
from samantha.dialog.lane import Load
from samantha.errors import SamanthaError
from samantha.events import Event, ListeningChanged, TalkPressed, TalkReleased, TurnEnded
from samantha.mind.prompt import Prompt
from samantha.service.hotkey import Hotkey

CHORD = ("ctrl", "alt", "space")
SHORTEST_S, LONGEST_S = 0.3, 3.0
EARLY_S = 0.15
"""How long before the key is down a person has begun to speak, where the microphone is warm: so much and more."""
AFTER_S = 0.15
"""How long after his last sound he lets go."""
WAIT_S = 10.0


class Witness:
    """Sees every event, and when."""

    def __init__(self) -> None:
        self.seen: list[tuple[float, Event]] = []

    def on(self, event: Event) -> None:
        self.seen.append((time.monotonic(), event))

    async def next(self, kind: type, holds: Callable[[Event], bool] = lambda _: True) -> tuple[float, Event]:
        """The first event of this kind since `forget`, awaited if need be."""
        async with asyncio.timeout(WAIT_S):
            while True:
                for at, event in self.seen:
                    if isinstance(event, kind) and holds(event):
                        return at, event
                await asyncio.sleep(0.002)

    def forget(self) -> None:
        self.seen.clear()


def parts() -> Parts:
    """Engines that hear nothing in what they are given, at once."""
    script = Script()
    nap: Callable[[float], None] = lambda _: None  # noqa: E731
    prompt = Prompt("You are Samantha.", "", 4096, 160)
    return Parts(
        LoudnessDetector(), ScriptedTranscriber(script, nap), ScriptedModel(script, nap),
        ScriptedVoice(script, nap), prompt,
    )  # fmt: skip


async def hold(
    rounds: int, seed: int, warm: bool, display: Display, speaker: Person, heard: Air
) -> dict[str, object]:
    settings = {
        "audio": {"headset": True},
        "dialog": {"mode": "ptt", "say_when_not_understood": False},
        "ptt": {"keep_warm": warm},
    }
    config, witness, loop = Config.model_validate(settings), Witness(), asyncio.get_running_loop()
    assistant = Assistant(config, parts(), Load(), subscribers=[witness.on])
    card = LiveCard(config.audio, assistant.on_device)
    wrong: list[SamanthaError] = []
    hotkey = Hotkey(
        config.ptt,
        lambda: loop.call_soon_threadsafe(assistant.press) and None,
        lambda: loop.call_soon_threadsafe(assistant.release) and None,
        lambda problem: wrong.extend([problem] if problem else []),
    )
    running = asyncio.ensure_future(assistant.run(card))
    hotkey.start()
    try:
        await wake(display, witness)
        outcome = await _rounds(rounds, seed, warm, display, speaker, heard, witness)
        assert not wrong, wrong
        return outcome
    finally:
        await asyncio.to_thread(hotkey.stop)
        assistant.stop()
        await running


async def _is_said(heard: Air) -> None:
    """Wait until the end of what is said has been in the air; one that was torn may never be."""
    end = time.monotonic() + 2 * BEFORE_AIR_S
    while not ended(heard.since(), RATE) and time.monotonic() < end:  # noqa: ASYNC110 (nothing tells of it)
        await asyncio.sleep(0.02)


async def wake(display: Display, witness: Witness) -> None:
    """Press until it is heard: nothing tells when the X server has begun to report keys."""
    for _ in range(20):
        await asyncio.to_thread(display.press, *CHORD)
        await asyncio.sleep(0.3)
        await asyncio.to_thread(display.release, *reversed(CHORD))
        await asyncio.sleep(0.7)
        if any(isinstance(event, TurnEnded) for _, event in witness.seen):
            return
    raise AssertionError("the key was never heard")


async def _rounds(
    rounds: int, seed: int, warm: bool, display: Display, speaker: Person, heard: Air, witness: Witness
) -> dict[str, object]:
    dice, noise = random.Random(seed), np.random.default_rng(seed)
    listening, opening, ending, lacking = [], [], [], []
    number = torn = 0
    while number < rounds:
        seconds = dice.uniform(SHORTEST_S, LONGEST_S)
        sound = marked(seconds, noise)
        await asyncio.sleep(dice.uniform(0.3, 0.8))
        witness.forget()
        heard.forget()
        await asyncio.to_thread(display.press, *CHORD[:2])
        if warm:
            speaker.begin(sound)
            await asyncio.sleep(BEFORE_AIR_S + dice.uniform(0, EARLY_S))
        pressing = time.monotonic()
        await asyncio.to_thread(display.press, CHORD[2])
        pressed, _ = await witness.next(TalkPressed)
        listening.append(pressed - pressing)
        if not warm:
            opened, _ = await witness.next(ListeningChanged, lambda event: event.microphone)
            opening.append(opened - pressed)
            speaker.begin(sound)
        await asyncio.to_thread(speaker.finish)
        await _is_said(heard)
        await asyncio.sleep(AFTER_S)
        first, *others = dice.sample(CHORD, 3)
        releasing = time.monotonic()
        await asyncio.to_thread(display.release, first)
        await witness.next(TalkReleased)
        ended, turn = await witness.next(TurnEnded)
        ending.append(ended - releasing)
        assert isinstance(turn, TurnEnded)
        number += 1
        if lack := missing(turn.audio, HEARING_RATE, seconds):
            await asyncio.sleep(LONGEST_S)  # for what is recorded to be written
            if missing(heard.since(), RATE, seconds):
                torn += 1
                number -= 1
            else:
                lacking.append(f"round {number}, {seconds:.2f} s: {lack}")
        await asyncio.to_thread(display.release, *others)
        if not warm:
            await witness.next(ListeningChanged, lambda event: not event.microphone)
    return {
        "rounds": rounds,
        "lacking": lacking,
        "torn_before": torn,
        "press_to_listening_ms": spread(listening),
        "listening_to_sound_ms": spread(opening) if opening else None,
        "release_to_turn_ms": spread(ending),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cold", action="store_true", help="the microphone is closed until the key is down")
    asked = parser.parse_args()
    with sound_server() as server, x_server() as display:
        for name in ("WAYLAND_DISPLAY", "XDG_SESSION_TYPE"):
            os.environ.pop(name, None)
        os.environ.update(server.env | {"DISPLAY": display.env["DISPLAY"]})
        folder = Path(server.env["XDG_RUNTIME_DIR"])
        with air(server.env, "micbus", folder) as heard, person(server.env, "micbus") as speaker:
            work = hold(asked.rounds, asked.seed, not asked.cold, display, speaker, heard)
            print(json.dumps(asyncio.run(work), indent=2))


if __name__ == "__main__":
    main()
