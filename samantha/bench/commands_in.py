"""How well words are understood in a room, and into what a microphone does to them; with her front end and without.

What was taken for no turn, or not believed, counts as words that were left out.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from samantha import app
from samantha.audio.pcm import HEARING_RATE, Block, samples, silence
from samantha.bench.acoustics import at_level, convolve, impulse_response, mixed
from samantha.bench.hearing import heard
from samantha.bench.nonspeech import Source, captured, sources
from samantha.bench.room import PERSON_M
from samantha.bench.sentences import QUESTIONS
from samantha.bench.setting import Setting
from samantha.bench.sounds import hum, typing, wind
from samantha.bench.speech import Clip, Ear, Voice, recordings
from samantha.bench.table import Cell, Table
from samantha.bench.wer import word_errors
from samantha.commands.sound import other_voice, spoken
from samantha.dialog.token import Token
from samantha.hearing.vad import SileroDetector

SPEECH_DBFS = -30.0
REVERBERATIONS = (0.2, 0.5, 0.8)
RATIOS = (20.0, 10.0, 5.0)

FEW, MANY = 10, 1000
"""Clips under each condition: usually, and in full, where it is all there are."""

WORSE = 0.5
"""Points of WER by which the front end may make it worse."""

BEFORE_S, AFTER_S = 1.5, 0.5
"""So much of the room is heard before and after the words."""

Place = Callable[[Block, int], Block]
"""What the microphone captures of somebody's words; the number of the clip is its seed."""


@dataclass(frozen=True, slots=True)
class _Score:
    wrong: int
    words: int

    @property
    def percent(self) -> float:
        return 100 * self.wrong / max(1, self.words)

    def __add__(self, other: _Score) -> _Score:
        return _Score(self.wrong + other.wrong, self.words + other.words)


def measure(setting: Setting) -> list[Table]:
    """WER by condition with the front end and without, and what the front end makes worse, in points."""
    clips = list(itertools.islice(_clips(setting), MANY if setting.full else FEW))
    with_it, without = list[Cell](), list[Cell]()
    pooled: dict[str, tuple[_Score, _Score]] = {}
    for condition, place in places(setting):
        setting.tell(condition)
        said = [(clip.text, captured(place(clip.sound, i), i)) for i, clip in enumerate(clips)]
        bare, front = (_score(setting, said, front_end=on) for on in (False, True))
        with_it.append(Cell(condition, round(front.percent, 2), front.words))
        without.append(Cell(condition, round(bare.percent, 2), bare.words))
        # One more window of speech changes what is understood by chance: the rooms count together.
        which = condition.partition(" s, ")[2] or condition
        before = pooled.get(which, (_Score(0, 0), _Score(0, 0)))
        pooled[which] = before[0] + bare, before[1] + front
    who = "another voice" if setting.people is None else "recorded people"
    worse = [
        Cell(which, round(front.percent - bare.percent, 2), front.words, f"{bare.percent:.1f} without")
        for which, (bare, front) in pooled.items()
    ]
    note = f"{len(clips)} sentences of {who}; trials are words"
    return [
        Table("WER with the front end", "%", "lower", tuple(with_it), note=note),
        Table("WER without the front end", "%", "lower", tuple(without), note=note),
        Table("what the front end adds to the WER", "points", "lower", tuple(worse), bound=WORSE, note=note),
    ]


def places(setting: Setting) -> Iterator[tuple[str, Place]]:
    """The conditions, with their names."""
    yield "clean", partial(_loud, SPEECH_DBFS)
    noises = list(sources(setting).values())
    for rt60, ratio in itertools.product(REVERBERATIONS if setting.full else REVERBERATIONS[1:2], RATIOS):
        yield f"RT60 {rt60:g} s, {ratio:.0f} dB over noise", partial(_in_room, rt60, ratio, noises)
    yield from MICROPHONES.items()


def _in_room(rt60: float, ratio: float, noises: Sequence[Source], sound: Block, seed: int) -> Block:
    """Each clip with another noise, at another place of another room."""
    said = at_level(convolve(_framed(sound), impulse_response(rt60, PERSON_M, seed)), SPEECH_DBFS)
    return mixed(said, noises[seed % len(noises)](len(said) / HEARING_RATE + 1, seed), ratio)


def _over(noise: Source, noise_dbfs: float, speech_dbfs: float, sound: Block, seed: int) -> Block:
    said = at_level(_framed(sound), speech_dbfs)
    return said + at_level(noise(len(said) / HEARING_RATE + 1, seed), noise_dbfs)[: len(said)]


def _loud(speech_dbfs: float, sound: Block, _: int) -> Block:
    """Where this is too loud, the card cuts off the peaks."""
    return at_level(_framed(sound), speech_dbfs)


def _offset(offset: float, speech_dbfs: float, sound: Block, seed: int) -> Block:
    return _loud(speech_dbfs, sound, seed) + np.float32(offset)


MICROPHONES: dict[str, Place] = {
    "quiet, -45 dBFS": partial(_loud, -45.0),
    "quieter, -50 dBFS": partial(_loud, -50.0),
    "shouted, -10 dBFS": partial(_loud, -10.0),
    "clipped, 0 dBFS": partial(_loud, 0.0),
    "offset 0.05, speech -45 dBFS": partial(_offset, 0.05, -45.0),
    "offset 0.3, speech -30 dBFS": partial(_offset, 0.3, -30.0),
    "hum -35 dBFS, speech -40 dBFS": partial(_over, hum, -35.0, -40.0),
    "wind -20 dBFS, speech -30 dBFS": partial(_over, wind, -20.0, -30.0),
    "keyboard -35 dBFS, speech -35 dBFS": partial(_over, typing, -35.0, -35.0),
}
"""Levels, and what else a microphone adds."""


def _framed(sound: Block) -> Block:
    return np.concatenate([silence(samples(BEFORE_S)), sound, silence(samples(AFTER_S))])


def _score(setting: Setting, said: Sequence[tuple[str, Block]], *, front_end: bool) -> _Score:
    wrong = words = 0
    for text, sound in said:
        turns = heard(setting, sound, front_end=front_end)
        errors, count = word_errors(text, " ".join(turn.text for turn in turns if turn.reason is None))
        wrong, words = wrong + errors, words + count
    return _Score(wrong, words)


def _clips(setting: Setting) -> Iterator[Clip]:
    """People whose words are known, or another voice."""
    ear = Ear(SileroDetector(app.store(setting.config).file("silero-vad", ".onnx")))
    if setting.people is not None:
        return (clip for clip in recordings(setting.people, ear, setting.seed) if clip.text)
    voice = other_voice(setting.config) or setting.parts.synthesizer
    person = Voice(voice, ear, lambda voice, text: spoken(voice, text, Token()))
    return map(person.clip, QUESTIONS)
