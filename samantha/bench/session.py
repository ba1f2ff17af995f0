"""The bench itself: its parts one after the other, each a conversation in a process of its own."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Literal, TypeVar

from samantha import app
from samantha.audio.pcm import Block, seconds
from samantha.bench import idle, interruptions, pauses, turns
from samantha.bench.interruptions import Trial
from samantha.bench.listen import Span
from samantha.bench.machine import busy, machine
from samantha.bench.pauses import Paused
from samantha.bench.perform import Cast, Performance, Scene, Tell, aside, on_stage, samantha
from samantha.bench.person import Line
from samantha.bench.plain import Plain
from samantha.bench.report import Idle, Report
from samantha.bench.sentences import BACKCHANNELS, INTERRUPTIONS, LONG, PAUSED, QUESTIONS
from samantha.bench.speech import Clip, Ear, Voice, cough, cut, recordings, with_pause
from samantha.bench.stage import read
from samantha.commands.sound import other_voice, spoken
from samantha.config import Config
from samantha.dialog.token import Token
from samantha.hearing.vad import SileroDetector
from samantha.ports import Synthesizer

T = TypeVar("T")

Part = Literal["turns", "plain", "pauses", "interruptions", "idle"]
PARTS: tuple[Part, ...] = ("turns", "plain", "pauses", "interruptions", "idle")

FEW, MANY = 3, len(PAUSED)
"""Sentences for each length of pause, and trials of each kind of interruption: usually, and in full."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be measured. `gap` and `patience` are how long a person waits, in seconds."""

    parts: tuple[Part, ...] = PARTS
    turns: int = 12
    seed: int = 1
    gap: float = 2.0
    patience: float = 12.0
    people: Path | None = None
    """A folder of recordings."""
    person: str | None = None
    """The voice that speaks where nobody was recorded."""
    full: bool = False
    card: bool = False
    keep: Path | None = None
    """A folder for the sounds of the conversations; else they are forgotten."""


class Session:
    """Plays and measures what `wish` asks for. Sounds go to folders in `folder`; `tell` says how far it is."""

    def __init__(self, config: Config, wish: Wish, folder: Path, tell: Tell) -> None:
        """Load what is needed for the person's speech. Raises AudioError, ModelError."""
        import onnxruntime

        self._config = fixed(config, wish.seed)
        self._wish = wish
        self._folder = folder
        self._tell = tell
        onnxruntime.set_seed(wish.seed)  # Piper draws the pace and the tone of each sentence from it
        self._ear = Ear(SileroDetector(app.store(config).file("silero-vad", ".onnx")))
        # With one voice only she talks with herself: the figures are the same.
        voice = named(config, wish.person) or other_voice(config) or app.own_voice(config)
        self._voice = Voice(voice, self._ear, lambda voice, text: spoken(voice, text, Token()))
        self._said: dict[str, Clip] = {}

    def run(self) -> Report:
        """Everything, one after the other. Raises SamanthaError."""
        wish, config = self._wish, self._config
        names = app.engine_names(config)
        if config.voice.engine == "local":
            names["tts"] = app.store(config).voice(config.voice.name).name
        report = Report(
            datetime.now().astimezone().isoformat(timespec="seconds"),
            machine(),
            {
                "hears": names["stt"],
                "thinks": names["llm"],
                "voice": names["tts"],
                "person": wish.people.resolve().name if wish.people else self._voice.name,
                "seed": wish.seed,
                "gap": wish.gap,
            },
            busy(),
        )
        clips: list[Clip] = []
        if {"turns", "plain"} & set(wish.parts):
            self._tell("the person learns the lines")
            clips = list(itertools.islice(self._clips(), wish.turns))
        if "turns" in wish.parts:
            report.turns = self._turns("turns", samantha, clips)
        if "plain" in wish.parts:
            report.plain = self._turns("plain", Plain, clips)
        if "pauses" in wish.parts:
            report.pauses = self._pauses()
        if "interruptions" in wish.parts:
            report.interruptions = self._interruptions()
        if "idle" in wish.parts:
            report.idle = self._idle()
        return report

    def _turns(self, part: Part, cast: Cast, clips: list[Clip]) -> turns.Turns:
        wish = self._wish
        scene = turns.scene(clips, gap=wish.gap, patience=wish.patience, seed=wish.seed)
        return turns.judge(clips, *self._play(part, cast, scene))

    def _pauses(self) -> list[pauses.Pauses]:
        wish, dice = self._wish, random.Random(self._wish.seed)
        self._tell("the person learns to pause")
        halves = [
            (self._say(first), self._say(second))
            for first, second in drawn(PAUSED, dice, MANY if wish.full else FEW)
        ]
        if wish.people:
            cuts = (cut(clip, self._ear) for clip in recordings(wish.people, self._ear, wish.seed))
            halves += itertools.islice((both for both in cuts if both), MANY if wish.full else FEW)
        sentences = [
            Paused(*with_pause(*both, length), length) for length in pauses.LENGTHS for both in halves
        ]
        dice.shuffle(sentences)
        lines = tuple(Line(sentence.clip.sound, wait=wish.gap) for sentence in sentences)
        return pauses.judge(
            sentences, *self._play("pauses", samantha, Scene(lines, wish.patience, wish.seed))
        )

    def _interruptions(self) -> interruptions.Interruptions:
        wish, dice = self._wish, random.Random(self._wish.seed)
        self._tell("the person learns to interrupt")
        number = MANY if wish.full else FEW + 1
        meant = [self._say(text) for text in drawn(INTERRUPTIONS, dice, number)]
        noises = [
            self._cough(i) if i % 3 == 0 else self._say(text)
            for i, text in enumerate(drawn(BACKCHANNELS, dice, number))
        ]
        trials = [
            Trial(self._say(question), over, stops, round(dice.uniform(1.0, 2.0), 2))
            for question, (over, stops) in zip(
                drawn(LONG, dice, 2 * number),
                [*((clip, True) for clip in meant), *((clip, False) for clip in noises)],
                strict=True,
            )
        ]
        dice.shuffle(trials)
        scene = interruptions.scene(trials, gap=wish.gap, patience=wish.patience, seed=wish.seed)
        return interruptions.judge(trials, *self._play("interruptions", samantha, scene))

    def _idle(self) -> Idle:
        seed = self._wish.seed
        quiet, _ = self._play("idle", samantha, idle.quiet(seed))
        talk = [self._say(text) for text in QUESTIONS[:6]]
        nearby, _ = self._play("nearby", samantha, idle.nearby(talk, seed))
        card = None
        if self._wish.card:
            config = self._config
            card = idle.percent(
                aside(partial(idle.on_card, config, idle.SECONDS), self._part("idle on the card"))
            )
        return Idle(idle.SECONDS, idle.percent(quiet), idle.percent(nearby), quiet.rss, card)

    def _play(self, name: str, cast: Cast, scene: Scene) -> tuple[Performance, Block]:
        folder = self._folder / name
        folder.mkdir(mode=0o700, exist_ok=True)
        performance = aside(partial(on_stage, cast, self._config, scene, folder), self._part(name))
        return performance, read(folder)[1]

    def _part(self, name: str) -> Tell:
        return lambda words: self._tell(f"{name}: {words}")

    def _clips(self) -> Iterator[Clip]:
        wish = self._wish
        if wish.people:
            yield from recordings(wish.people, self._ear, wish.seed)
            return
        for text in drawn(QUESTIONS, random.Random(wish.seed), wish.turns):
            yield self._say(text)

    def _say(self, text: str) -> Clip:
        if text not in self._said:
            self._said[text] = self._voice.clip(text)
        return self._said[text]

    @staticmethod
    def _cough(seed: int) -> Clip:
        sound = cough(seed)
        return Clip(sound, Span(0.0, 1000 * seconds(len(sound))))


def fixed(config: Config, seed: int) -> Config:
    """`config` with what would make two runs differ, or keep her from listening, taken out."""
    llm = config.llm if config.llm.seed >= 0 else config.llm.model_copy(update={"seed": seed})
    dialog = config.dialog.model_copy(update={"mode": "always"})
    return config.model_copy(update={"llm": llm, "dialog": dialog})


def named(config: Config, voice: str | None) -> Synthesizer | None:
    """The voice of this machine that is called `voice`; None if none is wished for."""
    if voice is None:
        return None
    return app.own_voice(config.model_copy(update={"voice": config.voice.model_copy(update={"name": voice})}))


def drawn(items: Sequence[T], dice: random.Random, number: int) -> list[T]:
    """`number` of `items` in an order of the dice; each once before any comes again."""
    found: list[T] = []
    while len(found) < number:
        found += dice.sample(items, len(items))
    return found[:number]
