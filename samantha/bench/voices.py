"""Labelled recordings of people, and how well they are told apart by their voices."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from samantha import app
from samantha.audio.pcm import Block, samples
from samantha.audio.wavfile import read_mono
from samantha.bench.acoustics import at_level, listed
from samantha.bench.setting import Setting
from samantha.bench.table import Cell, Table
from samantha.hearing.voiceprint import Speech
from samantha.ports import SpeakerEncoder

PERSON_DBFS = -26.0
"""How loud everybody is at the microphone."""

LENGTHS = (1.0, 2.0, 4.0)
"""Seconds of speech from which voices are compared."""

_KINDS = ("utterance", "command", "wakeword")


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """Somebody speaks: as it was recorded, and its speech alone."""

    speaker: str
    sound: Block
    speech: Block


def clips(setting: Setting, folder: Path) -> Iterator[Clip]:
    """What labelled people say one at a time, at PERSON_DBFS; recordings without speech are left out.

    They are those with a `speaker` in the manifest of `folder`. Raises AudioError if it cannot be read.
    """
    usable = set(listed(folder, *_KINDS))
    with (folder / "manifest.csv").open(newline="", encoding="utf-8-sig") as file:
        named = [(folder / row["file"], row.get("speaker") or "") for row in csv.DictReader(file)]
    for path, speaker in named:
        if speaker and path in usable:
            sound = at_level(read_mono(path), PERSON_DBFS)
            speech = Speech(app.detector(setting.config), setting.config.hearing.threshold)
            speech.feed(sound)
            if speech.seconds:
                yield Clip(speaker, sound, speech.sound())


def equal_errors(encoder: SpeakerEncoder, heard: Sequence[Clip]) -> Table:
    """How often two clips of one person are taken for two people, and as often the other way round, by length."""
    cells = []
    for length in (*LENGTHS, None):
        whole = [clip for clip in heard if len(clip.speech) >= samples(length or LENGTHS[0])]
        names = np.array([clip.speaker for clip in whole])
        one, other = np.triu_indices(len(whole), 1)
        same = names[one] == names[other]
        if not 0 < same.sum() < len(same):
            continue
        voices = np.stack([encoder.embed(clip.speech[: length and samples(length)]) for clip in whole])
        likeness = (voices @ voices.T)[one, other]
        rate, at = equal_error(likeness[same], likeness[~same])
        note = f"at {at:.2f}; {len(set(names))} people, {same.sum()} pairs of one and {(~same).sum()} of two"
        condition = f"{length:.0f} s of speech" if length else "whole"
        cells.append(Cell(condition, round(100 * rate, 2), len(same), note))
    return Table(
        "equal error rate of voices", "%", "lower", tuple(cells), note="All pairs of clips, one against one."
    )


def equal_error(same: Block, different: Block) -> tuple[float, float]:
    """The share of wrong answers where both kinds are as frequent, and the likeness that parts voices there.

    `same` and `different`, shapes (n,) and (m,), are how alike pairs of one voice and of two are.
    """
    limits = np.unique(np.concatenate([same, different]))
    refused = np.searchsorted(np.sort(same), limits) / len(same)
    passed = 1 - np.searchsorted(np.sort(different), limits) / len(different)
    best = int(np.argmin(np.abs(refused - passed)))
    return float(refused[best] + passed[best]) / 2, float(limits[best])
