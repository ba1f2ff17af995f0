"""Says marked sounds into a microphone while the key to talk is held, and looks for all of each in the turn.

A real key under Xvfb, a real microphone of PipeWire's, and everything between them; only the engines are scripted.

python -m soak.wholeness --rounds 100 [--cold]      (with tests/ on the path)
"""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import json
import os
import random
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from fakes import LoudnessDetector, Script, ScriptedModel, ScriptedTranscriber, ScriptedVoice
from hardware.soundserver import sound_server
from hardware.xserver import Display, x_server

from samantha.app import Assistant, Parts
from samantha.audio.device import LiveCard
from samantha.audio.pcm import HEARING_RATE, Block
from samantha.config import Config
from samantha.dialog.lane import Load
from samantha.errors import SamanthaError
from samantha.events import Event, ListeningChanged, TalkPressed, TalkReleased, TurnEnded
from samantha.mind.prompt import Prompt
from samantha.service.hotkey import Hotkey

RATE = 48_000
CHORD = ("ctrl", "alt", "space")
SHORTEST_S, LONGEST_S = 0.3, 3.0
EARLY_S = 0.15
"""How long before the key is down a person has begun to speak, where the microphone is warm: so much and more."""
AFTER_S = 0.15
"""How long after his last sound he lets go."""
MARK_S = 0.08
LIKE = 0.8
"""How much what was heard must be like what was said, from 0 to 1."""
OFF_S = 0.005
"""How far apart the marks may have moved."""
PIPE = 4096
"""Bytes that wait in front of the sound server: 43 ms."""
SERVER_S = 0.15
"""Seconds that wait in it, so that a busy machine does not tear a sound apart before she hears it."""
BEFORE_AIR_S = SERVER_S + PIPE / 2 / RATE
"""Seconds from a sound's being given away to its being heard, at most."""
F_SETPIPE_SZ = 1031
WAIT_S = 10.0


def mark(begin: float, end: float, rate: int) -> Block:
    """A chirp from `begin` to `end`, Hz."""
    t = np.arange(round(MARK_S * rate)) / rate
    phase = 2 * np.pi * (begin * t + (end - begin) * t**2 / (2 * MARK_S))
    return (0.5 * np.sin(phase)).astype(np.float32)


FIRST, LAST = (500.0, 2500.0), (3000.0, 800.0)


def marked(seconds: float, dice: np.random.Generator) -> Block:
    """A sound of so many seconds at RATE that has its own beginning and its own end."""
    sound = dice.normal(0, 0.05, round(seconds * RATE)).astype(np.float32)
    first, last = mark(*FIRST, RATE), mark(*LAST, RATE)
    sound[: len(first)], sound[-len(last) :] = first, last
    return sound


def missing(turn: Block, seconds: float) -> str:
    """What `turn`, at HEARING_RATE, lacks of a sound that `marked` made; "" if it is whole."""
    (first, begin), (last, end) = (_find(turn, mark(*what, HEARING_RATE)) for what in (FIRST, LAST))
    lasted = (end - begin) / HEARING_RATE + MARK_S
    if first < LIKE:
        return f"its beginning (likeness {first:.2f})"
    if last < LIKE:
        return f"its end (likeness {last:.2f})"
    return "" if abs(lasted - seconds) < OFF_S else f"{seconds - lasted:.3f} s of it"


def _find(sound: Block, pattern: Block) -> tuple[float, int]:
    """How like `pattern` the likest stretch of `sound` is, and where that begins."""
    if len(sound) < len(pattern):
        return 0.0, 0
    size = 1 << (len(sound) + len(pattern)).bit_length()
    product = np.fft.irfft(np.fft.rfft(sound, size) * np.conj(np.fft.rfft(pattern, size)), size)
    energy = np.cumsum(np.concatenate(([0.0], sound.astype(np.float64) ** 2)))
    power = energy[len(pattern) :] - energy[: -len(pattern)]
    likeness = product[: len(power)] / np.sqrt(np.maximum(power, 1e-6) * float((pattern**2).sum()))
    at = int(np.argmax(likeness))
    return float(likeness[at]), at


class Person:
    """Speaks into a sink, from a thread that is never more than a few hundredths of a second ahead."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe
        self._lock = threading.Lock()
        self._waiting = b""
        self._said = threading.Event()
        self._over = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def begin(self, sound: Block) -> None:
        with self._lock:
            self._said.clear()
            self._waiting = (sound * 32767).astype("<i2").tobytes()

    def finish(self) -> None:
        """Wait until the last of it has been given to the sound server."""
        assert self._said.wait(WAIT_S)

    def close(self) -> None:
        self._over = True
        self._thread.join()

    def _run(self) -> None:
        size = RATE // 100 * 2
        while not self._over:
            with self._lock:
                chunk, self._waiting = self._waiting[:size], self._waiting[size:]
                if not self._waiting:
                    self._said.set()
            os.write(self._pipe, chunk.ljust(size, b"\0"))


@contextmanager
def person(env: dict[str, str], sink: str) -> Iterator[Person]:
    command = ["pacat", "--playback", "--raw", f"--rate={RATE}", "--channels=1", "--format=s16le"]
    command += [f"--latency-msec={round(1000 * SERVER_S)}", f"--device={sink}"]
    with subprocess.Popen(command, env=env, stdin=subprocess.PIPE) as program:
        assert program.stdin is not None
        fcntl.fcntl(program.stdin.fileno(), F_SETPIPE_SZ, PIPE)
        speaking = Person(program.stdin.fileno())
        try:
            yield speaking
        finally:
            speaking.close()
            program.terminate()


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


async def hold(rounds: int, seed: int, warm: bool, display: Display, speaker: Person) -> dict[str, object]:
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
        outcome = await _rounds(rounds, seed, warm, display, speaker, witness)
        assert not wrong, wrong
        return outcome
    finally:
        await asyncio.to_thread(hotkey.stop)
        assistant.stop()
        await running


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
    rounds: int, seed: int, warm: bool, display: Display, speaker: Person, witness: Witness
) -> dict[str, object]:
    dice, noise = random.Random(seed), np.random.default_rng(seed)
    listening, opening, ending, lacking = [], [], [], []
    for number in range(rounds):
        seconds = dice.uniform(SHORTEST_S, LONGEST_S)
        sound = marked(seconds, noise)
        await asyncio.sleep(dice.uniform(0.3, 0.8))
        witness.forget()
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
        await asyncio.sleep(BEFORE_AIR_S + AFTER_S)
        first, *others = dice.sample(CHORD, 3)
        releasing = time.monotonic()
        await asyncio.to_thread(display.release, first)
        await witness.next(TalkReleased)
        ended, turn = await witness.next(TurnEnded)
        ending.append(ended - releasing)
        assert isinstance(turn, TurnEnded)
        if lack := missing(turn.audio, seconds):
            lacking.append(f"round {number}, {seconds:.2f} s: {lack}")
        await asyncio.to_thread(display.release, *others)
        if not warm:
            await witness.next(ListeningChanged, lambda event: not event.microphone)
    return {
        "rounds": rounds,
        "lacking": lacking,
        "press_to_listening_ms": spread(listening),
        "listening_to_sound_ms": spread(opening) if opening else None,
        "release_to_turn_ms": spread(ending),
    }


def spread(seconds: Sequence[float]) -> dict[str, float]:
    """Milliseconds: the median, the 95th percentile, and the most."""
    ms = sorted(1000 * value for value in seconds)
    p95 = statistics.quantiles(ms, n=20, method="inclusive")[-1] if len(ms) > 1 else ms[0]
    return {"p50": round(statistics.median(ms), 1), "p95": round(p95, 1), "max": round(ms[-1], 1)}


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
        with person(server.env, "micbus") as speaker:
            work = hold(asked.rounds, asked.seed, not asked.cold, display, speaker)
            print(json.dumps(asyncio.run(work), indent=2))


if __name__ == "__main__":
    main()
