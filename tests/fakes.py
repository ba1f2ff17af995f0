"""Doubles behind the ports: scripted engines whose work costs virtual time, and a clock made of blocks."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np
import soundfile

from samantha.assistant import Assistant, Parts
from samantha.audio.pcm import BLOCK_SECONDS, HEARING_RATE, VOICE_RATE, Block, samples
from samantha.audio.wavfile import FileDevice
from samantha.config import Config
from samantha.dialog.conversation import Filler
from samantha.dialog.lane import Load
from samantha.dialog.token import Token
from samantha.errors import Cancelled
from samantha.events import Event
from samantha.mind.prompt import Prompt
from samantha.ports import EchoCanceller, Message, Transcript

NOON = datetime(2026, 11, 22, 12, 0)
LOUD = 0.2
"""Amplitude of scripted speech; the scripted detector hears everything above a tenth of it."""
STEP = 0.001
_PIECES = itertools.cycle(range(300))


class VirtualPace:
    """A device's pace: time goes on by one block when nothing but time can make anything happen."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._loop = asyncio.get_running_loop()
        self._lock = threading.Lock()
        self._now = 0.0
        self._sleepers: list[tuple[float, str, threading.Event]] = []
        self._released = False

    async def tick(self) -> None:
        await self._load.settle()
        with self._lock:
            self._now += BLOCK_SECONDS
            now = self._now + 1e-9
            due = sorted((when, name, gate) for when, name, gate in self._sleepers if when <= now)
            self._sleepers = [sleeper for sleeper in self._sleepers if sleeper[0] > now]
        for _, _, gate in due:  # one after the other, and always in the same order
            self._load.enter()
            gate.set()
            await self._load.settle()

    def sleep(self, seconds: float) -> None:
        """For engines' threads: let `seconds` of virtual time pass."""
        gate = threading.Event()
        with self._lock:
            if self._released or seconds <= 0:
                return
            self._sleepers.append((self._now + seconds, threading.current_thread().name, gate))
        self._loop.call_soon_threadsafe(self._load.leave)
        gate.wait()

    def release(self) -> None:
        """Let every sleeping thread go: the test is over."""
        with self._lock:
            self._released = True
            for _, _, gate in self._sleepers:
                self._load.enter()
                gate.set()
            self._sleepers = []


class LoudnessDetector:
    """Speech is what is loud."""

    window = 512

    def probability(self, block: Block) -> float:
        return 1.0 if float(np.mean(np.abs(block) > LOUD / 10)) > 0.1 else 0.0  # however loud it is

    def reset(self) -> None:
        pass


@dataclass
class Script:
    """What the engines will do, and what they were asked."""

    heard: Sequence[str | Transcript | Exception] = ()
    answers: Sequence[str | Exception] = ()
    hearing_takes: float = 0.3
    first_token_takes: float = 0.2
    token_takes: float = 0.05
    synthesis_takes: float = 0.06
    letter_lasts: float = 0.05
    context: int = 4096
    guesses: Sequence[str] = ()
    """What may be said where nothing certain was heard, the likeliest first."""
    ponders: Callable[[Sequence[Message]], str] = lambda _: ""
    """What the model makes of messages that it ponders."""
    prompts: list[list[Message]] = field(default_factory=list)
    prefilled: list[list[Message]] = field(default_factory=list)
    spoken: list[str] = field(default_factory=list)


class ScriptedTranscriber:
    """Hears in each piece of speech, told from others by its loudness, the next thing of the script.

    So it may be asked about one piece as often as there is reason to, and about several at once.
    """

    def __init__(self, script: Script, sleep: Callable[[float], None]) -> None:
        self._heard = iter(script.heard)
        self._script, self._sleep = script, sleep
        self._known: dict[int, str | Transcript | Exception] = {}

    def transcribe(self, audio: Block, token: Token, *, hint: str = "", hurry: bool = False) -> Transcript:
        self._sleep(self._script.hearing_takes)
        loudness = np.round(np.abs(audio[np.abs(audio) > LOUD / 10]) / STEP).astype(int)
        _, first = np.unique(loudness, return_index=True)
        pieces = [int(loudness[i]) for i in sorted(first)] or [0]
        for piece in pieces:
            if piece not in self._known:
                self._known[piece] = next(self._heard, "")
        heard = [self._known[piece] for piece in pieces]
        for each in heard:
            if isinstance(each, Exception):
                raise each
        if isinstance(heard[0], Transcript):
            return heard[0]
        text = " ".join(each for each in heard if isinstance(each, str) and each)
        return Transcript(text, "en", logprob=-0.2)

    def guesses(self, audio: Block, token: Token, *, hint: str = "") -> list[Transcript]:
        self._sleep(self._script.hearing_takes)
        return [Transcript(text, "en", logprob=-0.6) for text in self._script.guesses]


class ScriptedModel:
    """Writes each answer word by word; asked to go on with one, what is left of the last."""

    threads = 1
    _answer = ""

    def __init__(self, script: Script, sleep: Callable[[float], None]) -> None:
        self._answers = iter(script.answers)
        self._script, self._sleep = script, sleep
        self.context = script.context

    def count(self, messages: Sequence[Message]) -> int:
        return sum(len(message.content.split()) + 4 for message in messages)

    def prefill(self, messages: Sequence[Message], token: Token, *, unfinished: bool = False) -> None:
        self._script.prefilled.append(list(messages))

    def generate(
        self,
        messages: Sequence[Message],
        token: Token,
        *,
        max_tokens: int,
        temperature: float | None = None,
        begun: str = "",
    ) -> Iterator[str]:
        self._script.prompts.append(list(messages))
        if begun and self._answer.startswith(begun):
            answer = " ".join(self._answer.split(" ")[len(begun.split()) :])
        else:
            answer = next(self._answers, "Yes.")
            if isinstance(answer, Exception):
                raise answer
            self._answer = answer
        self._sleep(self._script.first_token_takes)
        for i, word in enumerate(answer.split(" ") if answer else ()):
            if token.cancelled:
                raise Cancelled
            yield word if i == 0 and not begun else " " + word
            self._sleep(self._script.token_takes)

    def ponder(self, messages: Sequence[Message], token: Token, *, max_tokens: int, grammar: str = "") -> str:
        return self._script.ponders(messages)


class ScriptedVoice:
    """Every letter is a steady tone of `letter_lasts`."""

    name = "scripted"
    languages = ("en",)

    def __init__(self, script: Script, sleep: Callable[[float], None]) -> None:
        self._script, self._sleep = script, sleep

    def synthesize(self, text: str, token: Token, *, speed: float = 1.0) -> Iterator[Block]:
        self._script.spoken.append(text)
        self._sleep(self._script.synthesis_takes)
        if token.cancelled:
            raise Cancelled
        yield np.full(samples(len(text) * self._script.letter_lasts, VOICE_RATE), 0.3, np.float32)


@dataclass
class Outcome:
    """What a conversation left behind."""

    events: list[Event]
    output: Block
    history: list[Message]
    script: Script

    def of(self, *kinds: type) -> list[Event]:
        return [event for event in self.events if isinstance(event, kinds)]

    def sounding(self) -> list[tuple[float, float]]:
        """When she was heard: (begin, end) in seconds; gaps under 60 ms do not count."""
        loud = np.flatnonzero(np.abs(self.output) > 0.02)
        if not len(loud):
            return []
        breaks = np.flatnonzero(np.diff(loud) > 0.06 * HEARING_RATE)
        begins = [loud[0], *loud[breaks + 1]]
        ends = [*loud[breaks], loud[-1]]
        return [(b / HEARING_RATE, e / HEARING_RATE) for b, e in zip(begins, ends, strict=True)]


def speech_and_silence(*parts: float) -> Block:
    """Seconds of silence, speech, silence, speech …, as a person would leave them on a microphone.

    Each piece of speech is a little louder than the one before, in this process: no two are alike.
    """
    return np.concatenate(
        [
            np.full(samples(part), LOUD + STEP * next(_PIECES) if i % 2 else 0.0, np.float32)
            for i, part in enumerate(parts)
        ]
    )


def at(assistant: Assistant, seconds: float, act: Callable[[], object]) -> None:
    """Have `act` called once, when `seconds` of the conversation have passed."""

    def look(*_: object) -> None:
        if assistant.listener.at >= seconds * HEARING_RATE:
            assistant.taps.remove(look)
            act()

    assistant.taps.append(look)


async def converse(
    folder: Path,
    script: Script,
    microphone: Block,
    *,
    config: Config | None = None,
    canceller: EchoCanceller | None = None,
    fillers: tuple[Filler, ...] = (),
    lost: Filler | None = None,
    prepare: Callable[[Assistant], None] = lambda _: None,
    adapt: Callable[[Parts], Parts] = lambda parts: parts,
) -> Outcome:
    """A whole conversation through the real composition root, on files and a virtual clock.

    `adapt` may put other engines into the place of the scripted ones.
    """
    config = config or Config()
    soundfile.write(folder / "in.wav", microphone, HEARING_RATE, subtype="PCM_16")
    load = Load()
    pace = VirtualPace(load)
    parts = Parts(
        LoudnessDetector(),
        ScriptedTranscriber(script, pace.sleep),
        ScriptedModel(script, pace.sleep),
        ScriptedVoice(script, pace.sleep),
        Prompt("You are Samantha.", config.user.name, script.context, config.llm.max_tokens),
        fillers,
        lost,
    )
    events: list[Event] = []
    assistant = Assistant(
        config,
        adapt(parts),
        load,
        canceller=lambda _: canceller,
        now=lambda: NOON,
        subscribers=[events.append],
    )
    prepare(assistant)
    device = FileDevice(folder / "in.wav", folder / "out.wav", pace, lambda: assistant.finished)
    try:
        await asyncio.wait_for(assistant.run(device), timeout=20)
    finally:
        pace.release()
    output, _ = soundfile.read(folder / "out.wav", dtype="float32")
    return Outcome(events, output, assistant.conversation.context.history.messages(), script)
