"""Echo that was recorded in real rooms, by real microphones, with people who spoke over it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from samantha import app
from samantha.audio.echo import MARGIN, WebrtcEchoCanceller
from samantha.audio.pcm import HEARING_BLOCK, HEARING_RATE, Block, level_dbfs, samples, silence
from samantha.audio.wavfile import read_mono
from samantha.bench.aecmos import Aecmos, Opinion, Talk
from samantha.bench.setting import Setting
from samantha.bench.table import Cell, Table
from samantha.dialog.audience import ECHO_TAIL
from samantha.errors import AudioError
from samantha.events import Event, SpeechStarted, TurnEnded
from samantha.hearing.endpoint import Echo
from samantha.hearing.listener import Listener

_FAR = ("_lpb", "_ref")
_AUDIBLE_DBFS = -60.0
_END = samples(2.0)


@dataclass(frozen=True, slots=True, eq=False)
class Capture:
    """What a microphone heard while `far` was played: an echo alone, a person alone, or both; (n,) each."""

    name: str
    talk: Talk
    mic: Block
    far: Block


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What she made of one: `cleaned` is aligned with `mic`; when she noticed somebody, samples, and how many
    turns that came to."""

    cleaned: Block
    noticed: list[int]
    turns: int


def measure(setting: Setting) -> list[Table]:
    """Turns where nobody speaks, people noticed where they do, and AECMOS before and after."""
    captures = [] if setting.people is None else list(captured(setting.people))
    if not captures:
        note = "Left out: it takes recordings of kind echo in the folder of recordings."
        return [Table("turns out of recorded echo", "turns", "lower", (), bound=0, note=note)]
    outcomes = []
    for capture in captures:
        setting.tell(capture.name)
        outcomes.append((capture, listen(setting, capture)))
    alone = tuple(
        Cell(capture.name, outcome.turns, round(len(capture.mic) / HEARING_RATE), _when(outcome.noticed))
        for capture, outcome in outcomes
        if capture.talk == "far"
    )
    spoken = tuple(
        Cell(capture.name, 100.0 * bool(outcome.noticed), 1, _when(outcome.noticed))
        for capture, outcome in outcomes
        if capture.talk != "far"
    )
    return [
        Table("turns out of recorded echo", "turns", "lower", alone, bound=0, note="Trials are seconds."),
        Table("people noticed over recorded echo", "%", "higher", spoken, bound=100),
        *_opinions(outcomes),
    ]


def captured(folder: Path) -> Iterator[Capture]:
    """The recordings of kind ``echo`` in the manifest of `folder`: ``X_mic`` with ``X_lpb`` or ``X_ref``.

    Who talks is in the name: ``farend``, ``nearend``, else both. Raises AudioError for a manifest that cannot
    be read, and for sounds that cannot.
    """
    manifest = folder / "manifest.csv"
    try:
        with manifest.open(newline="", encoding="utf-8-sig") as file:
            files = {
                Path(row["file"]).stem: row["file"] for row in csv.DictReader(file) if row["kind"] == "echo"
            }
    except (OSError, UnicodeDecodeError, csv.Error, KeyError) as problem:
        raise AudioError(
            f"{manifest} cannot be read: {problem}.", "It needs the columns file and kind, in UTF-8."
        ) from None
    for stem in sorted(files):
        name = stem.removesuffix("_mic")
        far = next((files[name + end] for end in _FAR if name + end in files), None)
        if name == stem or far is None:
            continue
        talk: Talk = "far" if "farend" in name else "near" if "nearend" in name else "both"
        mic, played = read_mono(folder / files[stem]), read_mono(folder / far)
        n = min(len(mic), len(played))
        yield Capture(name.removeprefix("echo_"), talk, mic[:n], played[:n])


def listen(setting: Setting, capture: Capture) -> Outcome:
    """`capture` through the chain of her hearing, which knows nothing of the room yet."""
    events = list[Event]()
    listener = Listener(app.detector(setting.config), setting.config.hearing, events.append)
    canceller = WebrtcEchoCanceller()
    # How late the echo comes is not known: it may be told too late by MARGIN.
    mic = _whole(np.concatenate((silence(MARGIN), capture.mic, silence(_END))))
    far = _whole(np.concatenate((capture.far, silence(MARGIN + _END))))
    cleaned, heard = [], -ECHO_TAIL
    for now, played in zip(mic, far, strict=True):
        left = canceller.process(now, played)
        cleaned.append(left)
        if level_dbfs(played) > _AUDIBLE_DBFS:
            heard = listener.at + MARGIN
        echo = Echo.over(canceller.learnt, canceller.surplus)
        echoing = canceller.coupled and listener.at - heard < ECHO_TAIL
        listener.feed(left, echo if echoing else Echo.NONE)
    return Outcome(
        np.concatenate(cleaned)[MARGIN : MARGIN + len(capture.mic)],
        [event.at - MARGIN for event in events if isinstance(event, SpeechStarted)],
        sum(isinstance(event, TurnEnded) for event in events),
    )


def _whole(sound: Block) -> Block:
    return np.concatenate((sound, silence(-len(sound) % HEARING_BLOCK))).reshape(-1, HEARING_BLOCK)


def _when(noticed: list[int]) -> str:
    return "noticed at " + ", ".join(f"{at / HEARING_RATE:.1f} s" for at in noticed) if noticed else ""


def _opinions(outcomes: list[tuple[Capture, Outcome]]) -> Iterator[Table]:
    """What people would say of the sound, as captured and after cancelling."""
    note = "AECMOS, 1 to 5; before and after."
    try:
        model = Aecmos()
    except ModuleNotFoundError:
        yield Table("AECMOS", "MOS", "higher", (), note="Left out: it takes the package speechmos.")
        return
    echo, other = [], []
    for capture, outcome in outcomes:
        for stage, sound in (("captured", capture.mic), ("cleaned", outcome.cleaned)):
            opinion: Opinion = model.rate(capture.far, capture.mic, sound, capture.talk)
            if capture.talk != "near":
                echo.append(Cell(f"{capture.name}, {stage}", round(opinion.echo, 2), 1))
            if capture.talk != "far":
                other.append(Cell(f"{capture.name}, {stage}", round(opinion.other, 2), 1))
    yield Table("AECMOS: echo", "MOS", "higher", tuple(echo), note=note)
    yield Table("AECMOS: other damage", "MOS", "higher", tuple(other), note=note)
