"""The sound of the scripted person: a voice of this machine, or recordings of people."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr

from samantha.audio.pcm import HEARING_RATE, VOICE_RATE, Block, fade, level_dbfs, samples
from samantha.audio.wavfile import read_mono
from samantha.bench.listen import Span, speech
from samantha.errors import AudioError
from samantha.hearing.vad import SileroDetector
from samantha.ports import Synthesizer

SPEECH_DBFS = -26.0
"""How loud a synthesised person is, over the whole of a clip: clear speech at arm's length."""

SHORTEST_S, LONGEST_S = 1.2, 9.0
"""Of the recordings that are used."""

_KINDS = ("utterance", "command")
_SOUNDS = (".wav", ".flac")


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """Somebody says something: `sound` at HEARING_RATE, `speech` where in it, in ms; `text` may be unknown."""

    sound: Block
    speech: Span
    text: str = ""


class Ear:
    """Finds the speech in a sound by Silero, without padding."""

    def __init__(self, detector: SileroDetector) -> None:
        self._detector = detector

    def clip(self, sound: Block, text: str = "") -> Clip | None:
        """`sound`, shape (n,), with where its speech is; None if there is none."""
        size = self._detector.window
        padded = np.concatenate([sound, np.zeros(size - len(sound) % size, np.float32)])
        self._detector.reset()
        found = speech(
            [self._detector.probability(window) for window in padded.reshape(-1, size)],
            1000 * size / HEARING_RATE,
        )
        if found is None:
            return None
        return Clip(sound, Span(found.begin, min(found.end, 1000 * len(sound) / HEARING_RATE)), text)


class Voice:
    """Speaks the sentences of the bench."""

    def __init__(
        self, voice: Synthesizer, ear: Ear, say: Callable[[Synthesizer, str], Iterator[Block]]
    ) -> None:
        self.name = voice.name
        self._voice, self._ear, self._say = voice, ear, say

    def clip(self, text: str) -> Clip:
        """`text` as the person says it. Raises AudioError if the voice made no speech of it."""
        sound = soxr.resample(
            np.concatenate(list(self._say(self._voice, text))), VOICE_RATE, HEARING_RATE
        ).astype(np.float32)
        clip = self._ear.clip(at_level(sound, SPEECH_DBFS), text)
        if clip is None:
            raise AudioError(f"{self.name} made no speech of {text!r}.", "Choose another voice by --person.")
        return clip


def at_level(sound: Block, dbfs: float) -> Block:
    """`sound` made so loud, but not beyond full scale."""
    gain = 10 ** ((dbfs - level_dbfs(sound)) / 20)
    louder: Block = np.clip(sound * np.float32(gain), -1.0, 1.0)
    return louder


def cough(seed: int) -> Block:
    """A cough, made of noise: two short bursts, dull, quickly over; 0.4 s at HEARING_RATE."""
    dice = np.random.default_rng(seed)
    sound = np.zeros(samples(0.4))
    for begin, strength in ((0.0, 1.0), (dice.uniform(0.16, 0.2), 0.6)):
        t = np.arange(samples(0.18)) / HEARING_RATE
        burst = np.convolve(dice.normal(0, 1, len(t)), np.ones(6) / 6, mode="same")
        burst *= np.minimum(1, t / 0.008) * np.exp(-t / 0.05) * strength
        at = samples(begin)
        sound[at : at + len(t)] += burst[: len(sound) - at]
    return at_level(sound.astype(np.float32), -24.0)


def with_pause(first: Clip, second: Clip, seconds: float) -> tuple[Clip, Span]:
    """Both halves of a sentence with `seconds` between the last speech of one and the first of the other.

    The second value is where that pause is.
    """
    before = fade(first.sound[: samples(first.speech.end / 1000)], samples(0.005), out=True)
    lead = samples(second.speech.begin / 1000)
    # What of the second half comes before its speech is breath, and part of the pause.
    lead = min(lead, samples(seconds))
    after = second.sound[samples(second.speech.begin / 1000) - lead :]
    rest = np.zeros(samples(seconds) - lead, np.float32)
    pause = Span(first.speech.end, first.speech.end + 1000 * seconds)
    end = pause.end + second.speech.end - second.speech.begin
    text = f"{first.text} {second.text}".strip()
    return Clip(np.concatenate([before, rest, after]), Span(first.speech.begin, end), text), pause


def cut(clip: Clip, ear: Ear) -> tuple[Clip, Clip] | None:
    """`clip` in two at the quietest 60 ms of the middle of its speech; None if it is not quiet there.

    People are quietest where a clause ends.
    """
    size = samples(0.06)
    length = clip.speech.end - clip.speech.begin
    begin = samples((clip.speech.begin + 0.3 * length) / 1000)
    steps = clip.sound[begin : samples((clip.speech.begin + 0.7 * length) / 1000)]
    steps = steps[: len(steps) // size * size].reshape(-1, size)
    if not len(steps):
        return None
    quietest = int(np.argmin(np.square(steps).sum(axis=1)))
    if level_dbfs(steps[quietest]) > level_dbfs(clip.sound) - 20:
        return None
    at = begin + quietest * size + size // 2
    halves = ear.clip(clip.sound[:at]), ear.clip(clip.sound[at:])
    return None if halves[0] is None or halves[1] is None else (halves[0], halves[1])


def recordings(folder: Path, ear: Ear, seed: int) -> Iterator[Clip]:
    """The people in `folder`, in an order that `seed` decides, as they are read.

    With a ``manifest.csv`` (columns file, kind, transcript) those of kind utterance or command, else every wav
    and flac file. Raises AudioError if there is no such folder, or nothing in it that can be used.
    """
    files = _listed(folder)
    random.Random(seed).shuffle(files)
    usable = False
    for path, text in files:
        sound = read_mono(path)
        if SHORTEST_S < len(sound) / HEARING_RATE < LONGEST_S and (clip := ear.clip(sound, text)):
            usable = True
            yield clip
    if not usable:
        raise AudioError(
            f"None of the {len(files)} recordings in {folder} is {SHORTEST_S} to {LONGEST_S:.0f} s of speech.",
            "Put one sentence into each file.",
        )


def _listed(folder: Path) -> list[tuple[Path, str]]:
    manifest = folder / "manifest.csv"
    try:
        if manifest.is_file():
            with manifest.open(newline="", encoding="utf-8-sig") as file:
                rows: Sequence[dict[str, str]] = list(csv.DictReader(file))
            found = [
                (folder / row["file"], row.get("transcript") or "")
                for row in rows
                if row.get("kind", "utterance") in _KINDS
            ]
        else:
            found = [(path, "") for path in sorted(folder.iterdir()) if path.suffix.lower() in _SOUNDS]
    except OSError as problem:
        raise AudioError(
            f"{folder} cannot be read: {problem.strerror}.", "Name a folder of recordings."
        ) from None
    except (UnicodeDecodeError, csv.Error) as problem:
        raise AudioError(
            f"{manifest} is no table in UTF-8: {problem}.", "Save it as CSV with the encoding UTF-8."
        ) from None
    except KeyError:
        raise AudioError(
            f"{manifest} has no column `file`.", "Its columns are file, kind, transcript."
        ) from None
    if not found:
        raise AudioError(f"There are no recordings of people in {folder}.", "Put wav or flac files there.")
    return found
