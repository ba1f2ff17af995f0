"""Somebody calls her by name, in a room in which something else is to be heard: does she answer?"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from samantha.audio.pcm import Block, level_dbfs, samples, silence
from samantha.bench.acoustics import active_level, looped
from samantha.bench.callers import Caller, callers
from samantha.bench.indoors import perform
from samantha.bench.room import Sound, Space
from samantha.bench.sentences import QUESTIONS
from samantha.bench.setting import Setting
from samantha.bench.sounds import SOUNDS, babble
from samantha.bench.table import Cell, Table
from samantha.events import Event, Heard, Ignored, ReplySounded

CALLS = (
    "{name}, what time is it?",
    "What do you think, {name}?",
    "Hey {name}, turn off the lights.",
    "Tell me, {name}, what is the capital of France?",
    "{name}.",
    "Is it going to rain tomorrow, {name}?",
    "Hey {name}.",
    "I had a terrible day at work. Can you cheer me up, {name}?",
    "Okay {name}, set a timer for ten minutes.",
    "So, {name}, what should we cook tonight?",
    "Good morning, {name}.",
    "{name}, play some music, please.",
)
"""Her name first, in the middle, last and alone."""

ROOMS = ((0.25, 0.6), (0.4, 1.0), (0.6, 1.5))
"""Reverberation time in s, and how far away the person is in m."""

RATIOS = (20.0, 10.0, 5.0)
"""Of speech to noise, dB."""

NOISES = ("fan", "babble", "crockery", "rain", "music")

LEAD_S, TAIL_S = 1.5, 4.0
"""Seconds before the call, in which there is only noise, and after it."""

CLEAR_DB = 10.0

MISSED, MISSED_IN_NOISE = 3.0, 10.0
"""% of the calls with noise at least CLEAR_DB quieter, and of the others."""

NOISE_S = 20.0


@dataclass(frozen=True, slots=True)
class Call:
    """`caller` says `text` from `room` (RT60 in s, distance in m), with `noise` so many dB quieter."""

    caller: Caller
    text: str
    room: tuple[float, float]
    ratio: float
    noise: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether she answered a call, and what she understood."""

    call: Call
    answered: bool
    understood: str


def measure(setting: Setting) -> list[Table]:
    """Calls that she did not answer, by room, voice, noise and sentence."""
    setting = in_mode_name(setting)
    people = list(callers(setting))
    talk = [caller.say(question) for caller, question in zip(people, QUESTIONS, strict=False)]
    noises = {
        name: babble(talk, NOISE_S, setting.seed) if name == "babble" else SOUNDS[name](NOISE_S, setting.seed)
        for name in NOISES
    }
    said: dict[tuple[str, str], Block] = {}
    outcomes = []
    for number, call in enumerate(calls(setting, people)):
        setting.tell(f"{call.caller.name}, SNR {call.ratio:g} dB: {call.text}")
        key = (call.caller.name, call.text)
        if key not in said:
            said[key] = call.caller.say(call.text)
        outcomes.append(_heard(setting, call, said[key], noises[call.noise], setting.seed + number))
    clear = [outcome for outcome in outcomes if outcome.call.ratio >= CLEAR_DB]
    noisy = [outcome for outcome in outcomes if outcome.call.ratio < CLEAR_DB]
    return [
        _table("missed calls at 10 dB and more", clear, _place, MISSED),
        _table("missed calls below 10 dB", noisy, _place, MISSED_IN_NOISE),
        _table("missed calls at 10 dB and more, by voice", clear, lambda call: call.caller.name),
        _table("missed calls at 10 dB and more, by noise", clear, lambda call: call.noise),
        _table("missed calls at 10 dB and more, by sentence", clear, lambda call: call.text),
    ]


def calls(setting: Setting, people: Sequence[Caller]) -> Iterator[Call]:
    """In full everybody calls in all ways under all conditions, else in one way under each."""
    name = setting.config.attention.names[0]
    texts, noises = itertools.cycle(CALLS), itertools.cycle(NOISES)
    for caller, room, ratio in itertools.product(people, ROOMS, RATIOS):
        for text in CALLS if setting.full else (next(texts),):
            yield Call(caller, text.format(name=name), room, ratio, next(noises))


def in_mode_name(setting: Setting) -> Setting:
    """`setting` in which she answers only who calls her."""
    dialog = setting.config.dialog.model_copy(update={"mode": "name"})
    return replace(setting, config=setting.config.model_copy(update={"dialog": dialog}))


def answered(events: Sequence[Event]) -> bool:
    """Whether she took something as meant for her, or said so much as that she did not catch it."""
    return any(isinstance(event, Heard | ReplySounded) for event in events)


def _heard(setting: Setting, call: Call, said: Block, noise: Block, seed: int) -> Outcome:
    reverberation, distance = call.room
    space = Space(rt60=reverberation, seed=seed)
    person = space.person(said, distance)
    near = np.concatenate([silence(samples(LEAD_S)), person, silence(samples(TAIL_S))])
    begin = int(np.random.default_rng(seed).integers(len(noise)))
    gain = 10 ** ((active_level(person) - call.ratio - level_dbfs(noise)) / 20)
    ambience = looped(noise, len(near), begin) * np.float32(gain)
    events = perform(setting, space, said, Sound(near), ambience=ambience).events
    understood = "; ".join(event.text for event in events if isinstance(event, Heard | Ignored))
    return Outcome(call, answered(events), understood)


def _place(call: Call) -> str:
    return f"RT60 {call.room[0]:g} s, {call.room[1]:g} m, SNR {call.ratio:g} dB"


def _table(
    title: str, outcomes: Sequence[Outcome], condition: Callable[[Call], str], bound: float | None = None
) -> Table:
    by: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        by.setdefault(condition(outcome.call), []).append(outcome)
    cells = []
    for name, those in by.items():
        missed = [outcome.understood for outcome in those if not outcome.answered]
        cells.append(
            Cell(name, round(100 * len(missed) / len(those), 1), len(those), " · ".join(missed)[:200])
        )
    missed_in_all = sum(not outcome.answered for outcome in outcomes)
    note = f"{missed_in_all} of {len(outcomes)} calls in all; notes are what was understood instead."
    return Table(title, "%", "lower", tuple(cells), bound, note)
