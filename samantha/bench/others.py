"""People talk, and not with her: in mode `name`, does she put in a word?"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import numpy as np

from samantha.audio.pcm import Block, samples, seconds, silence
from samantha.audio.wavfile import read_mono
from samantha.bench.acoustics import at_level, listed
from samantha.bench.callers import callers
from samantha.bench.calls import in_mode_name
from samantha.bench.indoors import perform
from samantha.bench.room import Sound, Space
from samantha.bench.setting import Setting
from samantha.bench.table import Cell, Table
from samantha.events import Heard, ReplySounded

LEVELS = (-20.0, -30.0, -42.0)
"""Of the recordings, dBFS: beside the microphone, at a table, in the next room."""

KINDS = ("utterance", "command", "wakeword", "multi")
"""Recordings in which people speak and nobody says her name."""

EXCERPT_S = 180.0
"""Seconds of them at each level, unless all are asked for."""

FALSE_ANSWERS = 0.5
"""An hour."""

OF_HER = (
    "I told {name} yesterday that we would be late.",
    "{name} said that it was raining in Boston.",
    "Her name is {name}, I think.",
    "I met {name} at the market.",
    "You should ask {name} about that.",
    "My friend {name} lives in Chicago.",
    "{name} and I went to the movies.",
    "It was a present from {name}.",
)
"""She is spoken of."""

OF_OTHERS = (
    "Amanda, what time is it?",
    "Have you seen Savannah lately?",
    "Some man at the door wants to talk to you.",
    "Santa is coming to town.",
    "It is only a semantic difference.",
    "Sam and the others are on their way.",
    "Sam, can you pass me the salt?",
    "Hey Amanda, how are you?",
    "John, could you open the window?",
    "The seminar starts at three.",
    "It's a matter of taste, I would say.",
    "The cinema and the theatre are closed.",
)
"""Nobody speaks of her; some of it sounds like her name, if that is Samantha."""


def measure(setting: Setting) -> list[Table]:
    """How often she answers people who do not talk to her, an hour, and to how much of such talk."""
    setting = in_mode_name(setting)
    tables = [_talk(setting)]
    if setting.people is not None:
        tables.insert(0, _recordings(setting))
    return tables


def _recordings(setting: Setting) -> Table:
    assert setting.people is not None
    clips = [read_mono(path) for path in listed(setting.people, *KINDS)]
    random.Random(setting.seed).shuffle(clips)
    cells = []
    for number, level in enumerate(LEVELS):
        setting.tell(f"recordings at {level:g} dBFS")
        sound = conversation(clips[number::3] if not setting.full else clips, level, setting.seed)
        if not setting.full:
            sound = sound[: samples(EXCERPT_S)]
        answers, words = _answers(setting, sound, setting.seed + number)
        hours = seconds(len(sound)) / 3600
        cells.append(Cell(f"{level:g} dBFS", round(answers / hours, 2), round(3600 * hours), words))
    note = f"{sum(cell.trials for cell in cells) / 60:.0f} minutes of speech in all; trials are seconds."
    return Table("answers to other people", "an hour", "lower", tuple(cells), FALSE_ANSWERS, note)


def _talk(setting: Setting) -> Table:
    """Each sentence stands alone: an answer would have the next one taken for a follow-up."""
    people = list(callers(setting))
    name = setting.config.attention.names[0]
    cells = []
    for kind, texts in (("of her", OF_HER), ("of others", OF_OTHERS)):
        false, words, said = 0, [], 0
        for number, text in enumerate(texts):
            setting.tell(f"talk {kind}: {text}")
            for caller in people if setting.full else (people[number % len(people)],):
                space = Space(seed=setting.seed + number)
                sound = space.person(caller.say(text.format(name=name)))
                answers, understood = _answers(setting, sound, space.seed)
                said, false = said + 1, false + bool(answers)
                words += [understood] if answers else []
        cells.append(Cell(f"talk {kind}", round(100 * false / said, 1), said, " · ".join(words)[:200]))
    return Table("talk that she answers", "%", "lower", tuple(cells), note="Each sentence stands alone.")


def conversation(clips: Sequence[Block], dbfs: float, seed: int) -> Block:
    """`clips` one after the other, each at the active level `dbfs`, with 0.3 to 2.5 s between them."""
    dice = np.random.default_rng(seed)

    def parts() -> Iterator[Block]:
        for clip in clips:
            yield at_level(clip, dbfs)
            yield silence(samples(float(dice.uniform(0.3, 2.5))))

    sound: Block = np.clip(np.concatenate([silence(0), *parts()]), -1.0, 1.0)
    return sound


def _answers(setting: Setting, sound: Block, seed: int) -> tuple[int, str]:
    """How often she answered somebody in `sound`, and what she understood then."""
    near = np.concatenate([silence(samples(0.5)), sound, silence(samples(4.0))])
    events = perform(setting, Space(seed=seed), sound, Sound(near)).events
    heard = [event.text for event in events if isinstance(event, Heard)]
    regrets = sum(isinstance(event, ReplySounded) for event in events) - len(heard)
    return len(heard) + max(0, regrets), "; ".join(heard)
