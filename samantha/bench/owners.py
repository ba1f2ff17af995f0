"""Whose voice: does she answer her person and not the television?"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from samantha import app
from samantha.audio.pcm import Block, samples, silence
from samantha.bench import sounds
from samantha.bench.acoustics import at_level, convolve, impulse_response, mixed
from samantha.bench.hearing import turns
from samantha.bench.setting import Setting
from samantha.bench.table import Cell, Table
from samantha.bench.voices import PERSON_DBFS, Clip, clips, equal_errors
from samantha.errors import AudioError, ModelError
from samantha.hearing.voiceprint import LEAST_S, Voiceprint, enrol
from samantha.ports import SpeakerEncoder

SHARE = 95.0
"""Of the television's turns that should be ignored, percent, and of her person's that should be answered."""

BEHIND = (20.0, 10.0, 5.0, 0.0)
"""How much louder than the television her person is while both are heard, dB."""

PIECES = 6
"""At most so many short turns are cut from one recording."""

Scene = Callable[[Clip], Block]
"""What the microphone hears of somebody."""


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """A person whose voice she has learnt, and his clips that she did not learn it from."""

    speaker: str
    voiceprint: Voiceprint
    others: Sequence[Clip]


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """The voice of a turn, heard in so many seconds of speech, and the clip it came from."""

    clip: Clip
    voice: Block
    seconds: float


def measure(setting: Setting) -> list[Table]:
    """Equal error rates by length; turns of the television ignored and of her person answered, by room; the cost.

    Her person is each of the speakers with enough speech in turn; the television is everybody else.
    """
    if setting.people is None:
        return [_left_out("no recordings of people were named")]
    try:
        encoder = setting.parts.speaker_encoder or app.speaker_encoder(setting.config)
    except ModelError as problem:
        return [_left_out(str(problem))]
    setting.tell("reading the recordings")
    everybody = list(clips(setting, setting.people))
    owners = list(_owners(setting, encoder, everybody))
    if not owners:
        return [_left_out(f"no `speaker` in {setting.people} says enough")]
    ignored, answered = [], []
    for name, scene in conditions(setting):
        setting.tell(name)
        judged = [turn for clip in everybody for turn in judge(setting, encoder, clip, scene(clip))]
        strangers = [(o, t) for o in owners for t in judged if t.clip.speaker != o.speaker]
        own = [(o, t) for o in owners for t in judged if t.clip in o.others]
        ignored.append(_share(name, strangers, recognised=False))
        answered.append(_share(name, own, recognised=True))
    setting.tell("the television behind")
    who = f"{len(owners)} people in turn, known from {LEAST_S:.0f} s of speech close by"
    return [
        equal_errors(encoder, everybody),
        Table(
            "television's turns ignored",
            "%",
            "higher",
            tuple(ignored),
            SHARE,
            f"As loud as her person; {who}.",
        ),
        Table("her person's turns answered", "%", "higher", tuple(answered), SHARE, f"{who}."),
        Table(
            "her person's turns answered while the television speaks too",
            "%",
            "higher",
            tuple(_behind(setting, encoder, everybody, owners)),
            note="A television with music, close by; what she hears is both at once.",
        ),
        cost(encoder),
    ]


def conditions(setting: Setting) -> Iterator[tuple[str, Scene]]:
    """Rooms, noises, levels and lengths, by name."""
    tune, fan, rain, typing = (
        make(20.0, setting.seed) for make in (sounds.music, sounds.fan, sounds.rain, sounds.typing)
    )

    def close(clip: Clip) -> Block:
        return clip.sound

    def room(rt60: float, distance: float) -> Scene:
        response = impulse_response(rt60, distance, setting.seed)
        return lambda clip: at_level(convolve(clip.sound, response), PERSON_DBFS)

    def under(noise: Block, snr: float, scene: Scene = close) -> Scene:
        return lambda clip: mixed(scene(clip), noise, snr)

    yield "close", close
    for seconds in (1.0, 0.5):
        yield f"close, {seconds} s at a time", partial(pieces, seconds=seconds)
    yield "RT60 0.5 s, 2 m", room(0.5, 2.0)
    yield "music, SNR 5 dB", under(tune, 5.0)
    yield "RT60 0.5 s, 2 m, fan, SNR 10 dB", under(fan, 10.0, room(0.5, 2.0))
    if not setting.full:
        return
    for rt60, distance in ((0.2, 1.0), (0.3, 2.0), (0.8, 2.0), (0.8, 3.0)):
        yield f"RT60 {rt60} s, {distance:.0f} m", room(rt60, distance)
    noises = (("fan", fan), ("rain", rain), ("typing", typing), ("music", tune))
    for (name, noise), snr in itertools.product(noises, (20.0, 10.0, 5.0)):
        if (name, snr) != ("music", 5.0):
            yield f"{name}, SNR {snr:.0f} dB", under(noise, snr)
    yield "-45 dBFS", lambda clip: at_level(clip.sound, -45.0)
    yield "RT60 0.8 s, 3 m, music, SNR 10 dB", under(tune, 10.0, room(0.8, 3.0))


def pieces(clip: Clip, seconds: float) -> Block:
    """The speech of `clip`, with a pause that ends a turn after each `seconds` of it."""
    n, pause = samples(seconds), silence(samples(1.8))
    cuts = [clip.speech[at : at + n] for at in range(0, len(clip.speech) - n + 1, n)] or [clip.speech]
    return np.concatenate([part for cut in cuts[:PIECES] for part in (cut, pause)])


def judge(setting: Setting, encoder: SpeakerEncoder, clip: Clip, sound: Block) -> list[Judged]:
    """The turns that she hears in `sound`, what the microphone made of `clip`."""
    return [
        Judged(clip, encoder.embed(turn.audio), turn.speech_seconds)
        for turn in turns(setting, np.clip(sound, -1.0, 1.0))
    ]


def cost(encoder: SpeakerEncoder) -> Table:
    """What it takes to judge a turn, by its length: the least of five tries."""
    cells = []
    for seconds in (1.0, 3.0, 10.0):
        sound = np.random.default_rng(0).normal(0, 0.05, samples(seconds)).astype(np.float32)
        spent = []
        for _ in range(5):
            began = time.process_time()
            encoder.embed(sound)
            spent.append(time.process_time() - began)
        cells.append(Cell(f"a turn of {seconds:.0f} s", round(1000 * min(spent) / seconds, 1), len(spent)))
    return Table("work to know a voice", "ms of one core for a second of the turn", "lower", tuple(cells))


def _owners(setting: Setting, encoder: SpeakerEncoder, everybody: Sequence[Clip]) -> Iterator[Known]:
    """Everybody who says enough to be known, and something besides."""
    for speaker in dict.fromkeys(clip.speaker for clip in everybody):
        own = [clip for clip in everybody if clip.speaker == speaker]
        needed = int(np.searchsorted(np.cumsum([len(clip.speech) for clip in own]), samples(LEAST_S))) + 1
        if needed >= len(own):
            continue
        speech = np.concatenate([clip.speech for clip in own[:needed]])
        try:
            learnt = enrol(speech, encoder.embed, model=encoder.name, made="")
        except AudioError as problem:
            setting.tell(f"without {speaker}: {problem.message}")
            continue
        threshold = setting.config.attention.owner_likeness
        yield Known(speaker, replace(learnt, threshold=threshold), own[needed:])


def _behind(
    setting: Setting, encoder: SpeakerEncoder, everybody: Sequence[Clip], owners: Sequence[Known]
) -> Iterator[Cell]:
    """Each of her person's clips with somebody else's, and music, under it."""
    tune = sounds.music(20.0, setting.seed)
    for snr in BEHIND if setting.full else BEHIND[1::2]:
        dice = np.random.default_rng(setting.seed)
        heard = []
        for owner in owners:
            strangers = [clip for clip in everybody if clip.speaker != owner.speaker]
            for clip in owner.others:
                television = mixed(strangers[dice.integers(len(strangers))].sound, tune, 5.0)
                sound = mixed(clip.sound, television, snr)
                heard += [(owner, turn) for turn in judge(setting, encoder, clip, sound)]
        yield _share(f"{snr:.0f} dB louder than it" if snr else "as loud as it", heard, recognised=True)


def _share(condition: str, heard: Sequence[tuple[Known, Judged]], *, recognised: bool) -> Cell:
    """Percent of `heard` that was judged so, and of whose turns the fewest were."""
    right: dict[str, list[bool]] = {}
    for owner, turn in heard:
        verdict = owner.voiceprint.recognises(turn.voice, turn.seconds)
        right.setdefault(owner.speaker, []).append(verdict == recognised)
    shares = {speaker: 100 * float(np.mean(each)) for speaker, each in right.items()}
    worst = min(shares, key=shares.__getitem__, default="")
    value = 100 * float(np.mean([verdict for each in right.values() for verdict in each])) if right else 0.0
    note = f"{shares[worst]:.0f} % with {worst}" if worst else ""
    return Cell(condition, round(value, 1), len(heard), note)


def _left_out(why: str) -> Table:
    return Table("equal error rate of voices", "%", "lower", (), note=f"Left out: {why}.")
