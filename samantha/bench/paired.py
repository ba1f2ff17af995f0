"""Voice to voice with memory and without: two of her in one process, to whom the same is said in turn."""

from __future__ import annotations

import asyncio
import random
import statistics
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Literal

from samantha import app
from samantha.assistant import Assistant
from samantha.audio.pcm import HEARING_RATE
from samantha.audio.wavfile import RealtimePace
from samantha.bench import lives
from samantha.bench.listen import Span, audible
from samantha.bench.memorysetting import MemorySetting
from samantha.bench.perform import Tell, aside
from samantha.bench.person import Line, Person
from samantha.bench.planted import FULL, schedule, some
from samantha.bench.sentences import QUESTIONS
from samantha.bench.speech import Clip, Ear, Voice
from samantha.bench.stage import Stage, read
from samantha.bench.table import Cell, Table
from samantha.bench.turns import answers
from samantha.commands.sound import other_voice, spoken
from samantha.config import Config
from samantha.dialog.lane import Load
from samantha.dialog.token import Token
from samantha.hearing.vad import SileroDetector
from samantha.mind.noting import note
from samantha.store.database import Database, KeptTurn
from samantha.store.journal import Journal
from samantha.store.memories import Memories

GAP, PATIENCE = 2.0, 12.0
"""Seconds of quiet before something is said, and until one goes on without an answer."""

PAIRS, FEW = 60, 12
"""Things that are said to both, in full and in short; half of them ask for what she remembers."""

Side = Literal["with", "without"]
SIDES: tuple[Side, Side] = ("with", "without")


class Baton:
    """Whose turn it is: each thing is said to one side and then to the other, who goes first alternates."""

    def __init__(self, lines: int) -> None:
        self._order: list[Side] = []
        for number in range(lines):
            self._order += SIDES if number % 2 == 0 else SIDES[::-1]

    @property
    def holder(self) -> Side | None:
        """Who may speak; None: nobody any more."""
        return self._order[0] if self._order else None

    def passes(self) -> None:
        """The turn is over."""
        self._order.pop(0)


class Alternating(Person):
    """A person who speaks when it is this side's turn."""

    def __init__(self, lines: Sequence[Line], side: Side, baton: Baton) -> None:
        super().__init__(lines, patience=PATIENCE)
        self._side = side
        self._baton = baton
        self._speaks = False

    def _consider(self, line: Line) -> None:
        if self._baton.holder == self._side and not self._speaks:
            self._speaks = True
            self._say(line)

    def hear(self, audible: bool) -> None:
        super().hear(audible)
        over = self._out_of_patience or (self._answered and self._quiet_for(GAP))
        if self._speaks and not len(self._rest) and over:
            self._speaks = False
            self._baton.passes()


@dataclass(frozen=True, slots=True)
class Pair:
    """Ms from the person's last sample to her first, with memory and without."""

    kind: str
    with_: float
    without: float


def measure(setting: MemorySetting) -> list[Table]:
    """How much later she is heard because she remembers."""
    import onnxruntime

    onnxruntime.set_seed(setting.seed)
    dice = random.Random(setting.seed)
    number = PAIRS if setting.full else FEW
    folders = {side: setting.folder / side for side in SIDES}
    for folder in folders.values():
        folder.mkdir(mode=0o700)
    setting.tell("a life is remembered")
    remembered = fill(setting.config, folders["with"], setting.seed)
    setting.tell("the person learns the lines")
    asks = [fact.asked for fact in lives.life(setting.seed).facts]
    said = [("asks her memory", text) for text in dice.sample(asks, number // 2)]
    said += [("other talk", QUESTIONS[i % len(QUESTIONS)]) for i in range(number - len(said))]
    dice.shuffle(said)
    clips = spoken_by(setting.config, [text for _, text in said])
    name = lives.life(setting.seed).name
    heard = aside(partial(both, setting.config, folders, name, clips, setting.seed), setting.tell)
    pairs = [
        Pair(kind, a, b)
        for (kind, _), a, b in zip(said, heard["with"], heard["without"], strict=True)
        if a is not None and b is not None
    ]
    return tables(pairs, remembered, len(clips))


def fill(config: Config, folder: Path, seed: int) -> int:
    """Have the life of `seed` be remembered in `folder`, as if it had been told; the number of turns."""
    dice = random.Random(seed)
    turns = schedule(some(lives.life(seed), FULL, dice), FULL, dice)
    begin = datetime.now().astimezone() - timedelta(days=60)
    with closing(Database(folder)) as database:
        for number, (text, _) in enumerate(turns):
            database.add_turn("life", KeptTurn("user", text, begin + timedelta(hours=4 * number)))
        embedder = app.embedder(config)
        while note(Memories(database.file), embedder):
            pass
    return len(turns)


def spoken_by(config: Config, texts: Sequence[str]) -> list[Clip]:
    """`texts` in another voice than hers, if there is one."""
    ear = Ear(SileroDetector(app.store(config).file("silero-vad", ".onnx")))
    voice = Voice(
        other_voice(config) or app.own_voice(config), ear, lambda by, text: spoken(by, text, Token())
    )
    return [voice.clip(text) for text in texts]


async def both(
    config: Config, folders: dict[Side, Path], name: str, clips: Sequence[Clip], seed: int, tell: Tell
) -> dict[Side, list[float | None]]:
    """Say `clips` to both in turn: how long after each she was heard, ms; None where she was not, or too soon."""
    baton = Baton(len(clips))
    lines = [Line(clip.sound, wait=GAP) for clip in clips]
    people = {side: Alternating(lines, side, baton) for side in SIDES}
    stages = {side: Stage(people[side], folders[side], RealtimePace(), seed) for side in SIDES}
    told = asyncio.create_task(_count(people["without"], len(clips), tell))
    memories = {side: app.memory(as_for(side, config, folders[side]), name) for side in SIDES}
    journal = Journal(app.database(as_for("with", config, folders["with"])), lambda _: None)
    try:
        speakers = [
            Assistant(
                own := as_for(side, config, folders[side]),
                app.load(own, tell, user_name=name, memory=memories[side]),
                Load(),
                subscribers=[journal.on] if side == "with" else [],
            )
            for side in SIDES
        ]
        runs = (speaker.run(stages[side]) for speaker, side in zip(speakers, SIDES, strict=True))
        await asyncio.gather(*runs)
        for speaker in speakers:
            await speaker.engines.closed()
    finally:
        told.cancel()
        await journal.close()
        for side in SIDES:
            stages[side].stop()
            if (memory := memories[side]) is not None:
                memory.close()
    return {side: _latencies(people[side], clips, folders[side]) for side in SIDES}


def as_for(side: Side, config: Config, folder: Path) -> Config:
    """`config` for one of them. She does not reflect meanwhile: the other one would be heard later for it."""
    memory = config.memory.model_copy(update={"enabled": side == "with", "reflect_after_s": 3600.0})
    return config.model_copy(
        update={
            "memory": memory,
            "dialog": config.dialog.model_copy(update={"mode": "always"}),
            "paths": config.paths.model_copy(update={"state": str(folder)}),
        }
    )


def _latencies(person: Person, clips: Sequence[Clip], folder: Path) -> list[float | None]:
    begins = [1000 * (at or 0) / HEARING_RATE for at in person.said]
    spans = [
        Span(at + clip.speech.begin, at + clip.speech.end) for at, clip in zip(begins, clips, strict=True)
    ]
    hers = read(folder)[1]
    return [answer.latency for answer in answers(spans, audible(hers), 1000 * len(hers) / HEARING_RATE)]


async def _count(person: Person, lines: int, tell: Tell) -> None:
    while True:
        tell(f"{len(person.said)} of {lines}")
        await asyncio.sleep(20)


def tables(pairs: Sequence[Pair], remembered: int, said: int) -> list[Table]:
    """The median of the differences, and both medians."""
    differences = {
        kind: [pair.with_ - pair.without for pair in pairs if pair.kind == kind]
        for kind in sorted({pair.kind for pair in pairs})
    }
    everything = [pair.with_ - pair.without for pair in pairs]
    return [
        Table(
            "later with memory than without, median of the paired differences", "ms", "lower",
            (Cell("all", statistics.median(everything), len(everything)),) if everything else (),
            50.0,
            f"Of {said} things said to both; {remembered} turns to remember.",
        ),
        Table(
            "the same by what is said", "ms", "lower",
            tuple(Cell(kind, statistics.median(some), len(some)) for kind, some in differences.items()),
        ),
        Table(
            "voice to voice, median", "ms", "lower",
            tuple(
                Cell(side, statistics.median(each), len(each))
                for side, each in (("with memory", [p.with_ for p in pairs]), ("without", [p.without for p in pairs]))
                if each
            ),
        ),
    ]  # fmt: skip
