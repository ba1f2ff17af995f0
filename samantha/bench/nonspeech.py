"""Nobody speaks, and it is not quiet: does she hear words in it?"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import soxr

from samantha.audio.pcm import HEARING_RATE, Block, samples, silence
from samantha.audio.wavfile import read_mono
from samantha.bench.acoustics import at_level, listed, looped
from samantha.bench.hearing import heard
from samantha.bench.setting import Setting
from samantha.bench.sounds import SOUNDS
from samantha.bench.table import Cell, Table

LEVELS = (-45.0, -30.0, -15.0)
"""dBFS; as loud as somebody who whispers, who speaks, who shouts into the microphone."""

SECONDS, FULL_SECONDS = 15.0, 60.0
"""Of each sound at each level: usually, and in full."""

MINUTES, FULL_MINUTES = 5, 30
"""Of everything mixed."""

FLOOR_DBFS = -68.0

Source = Callable[[float, int], Block]
"""So many seconds of a sound, by seed."""


def measure(setting: Setting) -> list[Table]:
    """The turns that counted, by sound and level, and how often she had to listen closely for nothing."""
    found = sources(setting)
    believed, opened = [], []
    for condition, sound in scenes(setting, found):
        setting.tell(condition)
        turns = heard(setting, sound)
        words = [turn.text for turn in turns if turn.reason is None]
        seconds = len(sound) / HEARING_RATE
        believed.append(Cell(condition, len(words), round(seconds), "; ".join(words)))
        opened.append(Cell(condition, round(60 * len(turns) / seconds, 2), round(seconds)))
    note = "" if setting.people else "No recordings: generated sounds only"
    return [
        Table("turns heard in sounds that are no speech", "turns", "lower", tuple(believed), 0.0, note),
        Table("turns transcribed in vain", "a minute", "lower", tuple(opened), None, note),
    ]


def sources(setting: Setting) -> dict[str, Source]:
    """What is no speech, by name: generated, and the recordings of kind noise or music."""
    found: dict[str, Source] = dict(SOUNDS)
    if setting.people is not None:
        for path in listed(setting.people, "noise", "music"):
            found[path.stem] = _recorded(read_mono(path))
    return found


def scenes(setting: Setting, found: dict[str, Source]) -> Iterator[tuple[str, Block]]:
    """Each sound at each level, then all of them mixed; with the name of the condition."""
    length = FULL_SECONDS if setting.full else SECONDS
    for name, source in found.items():
        for level in LEVELS:
            sound = at_level(source(length, setting.seed), level)
            yield f"{name}, {level:.0f} dBFS", captured(sound, setting.seed)
    for minute in range(FULL_MINUTES if setting.full else MINUTES):
        yield f"mixed, minute {minute + 1}", captured(mixture(found, 60.0, [setting.seed, minute]), minute)


def mixture(found: dict[str, Source], seconds: float, seed: list[int]) -> Block:
    """One to three sounds at a time, as loud as it comes, each for 4 to 15 s; then others, or a short rest."""
    dice = np.random.default_rng(seed)
    names, parts = sorted(found), list[Block]()
    while sum(map(len, parts)) < samples(seconds):
        length = dice.uniform(4, 15)
        part = silence(samples(length))
        for name in dice.choice(names, int(dice.integers(1, 4)), replace=False):
            part += at_level(found[name](length, int(dice.integers(1 << 30))), dice.uniform(-50, -15))[
                : len(part)
            ]
        parts += [part, silence(samples(dice.uniform(0, 2)))]
    return np.concatenate(parts)[: samples(seconds)]


def captured(sound: Block, seed: int) -> Block:
    """`sound` as a sound card gives it: with a little noise, and nothing beyond full scale."""
    noise = np.random.default_rng(seed).normal(0, 10 ** (FLOOR_DBFS / 20), len(sound))
    card: Block = np.clip(sound + noise, -1, 1).astype(np.float32)
    return card


def _recorded(sound: Block) -> Source:
    """`sound` over and over, begun anywhere and played up to a sixth slower or faster."""

    def play(seconds: float, seed: int) -> Block:
        dice = np.random.default_rng(seed)
        speed = dice.uniform(0.86, 1.16)
        other = soxr.resample(sound, HEARING_RATE, HEARING_RATE / speed).astype(np.float32)
        return looped(other, samples(seconds), int(dice.integers(len(other))))

    return play
