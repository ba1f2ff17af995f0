"""Somebody speaks while her voice comes out of the loudspeaker: is it noticed at once, and understood?"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from samantha import app
from samantha.audio.pcm import HEARING_RATE, Block, samples, silence
from samantha.bench.acoustics import ACTIVE_DB, at_level
from samantha.bench.hearing import heard
from samantha.bench.indoors import Record, perform
from samantha.bench.listen import SILENCE_MS
from samantha.bench.person import Line
from samantha.bench.room import Space
from samantha.bench.selfecho import paragraphs, sample, with_memory
from samantha.bench.sentences import INTERRUPTIONS, QUESTIONS
from samantha.bench.setting import Setting
from samantha.bench.speech import SPEECH_DBFS, Clip, Ear, Voice, recordings
from samantha.bench.table import Cell, Table
from samantha.bench.wer import word_errors
from samantha.commands.sound import other_voice, spoken
from samantha.dialog.token import Token
from samantha.events import (
    Event,
    Heard,
    ReplyPaused,
    ReplySpoken,
    SpeechStarted,
    TurnReopened,
)
from samantha.hearing.vad import SileroDetector

SOON = samples(0.3)
"""Whoever begins to speak is noticed within this time."""

GOOD = samples(4.0)
"""Whoever says "stop" has silenced her within this time."""

BOUNDS = {0.0: 95.0, 10.0: 85.0}
"""Percent that are to be noticed soon, by the echo beside the person, dB."""

WER_RATIO = 1.3

STOPS = ("Stop.", "Wait.", "Stop it.", "Samantha, stop.", "Wait, wait.", "Please stop.")

LEAD = samples(0.05)
"""What is left of the silence before a clip."""

_FRAME = samples(0.01)

FEW, MANY = 6, 20
"""People who interrupt her under each condition: usually, and in full."""


@dataclass(frozen=True, slots=True, eq=False)
class Over:
    """What somebody says over her: `sound` begins LEAD before the speech, whose first sample is `onset`."""

    sound: Block
    onset: int
    text: str


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of one: `late` is from the onset to her noticing, in samples, None if she did not while it was
    said; `text` is what she understood, `silenced` whether she gave up what she was saying by GOOD after it.
    `needless` counts how often she fell silent afterwards, while nobody spoke: who does that all the time
    notices everybody soon."""

    late: int | None
    text: str
    silenced: bool
    needless: int


def measure(setting: Setting) -> list[Table]:
    """How many are noticed within SOON, what is understood of them, and whether "stop" stops her."""
    setting = with_memory(setting)
    hers, people = sample(setting), _people(setting)
    stops = _synthesised(setting, STOPS)
    noticed: dict[float, list[Cell]] = {}
    understood, silenced = [], []
    clean: dict[tuple[float, int], int] = {}
    for space in spaces(setting):
        setting.tell(f"{space}")
        trials = interrupt(setting, space, hers, people, setting.seed)
        noticed.setdefault(space.echo_db, []).append(_noticed(space, trials))
        met = {i: trial.text for i, trial in enumerate(trials) if trial.late is not None}
        for i in met:
            if (space.rt60, i) not in clean:
                alone = _in_silence(setting, space, people[i])
                clean[space.rt60, i], _ = word_errors(people[i].text, alone)
        if met:
            counted = [word_errors(people[i].text, text) for i, text in met.items()]
            understood.append(_understood(space, counted, sum(clean[space.rt60, i] for i in met)))
        ended = interrupt(setting, space, hers, stops, setting.seed + 1)
        share = 100 * float(np.mean([trial.silenced for trial in ended]))
        silenced.append(Cell(str(space), round(share, 1), len(ended)))
    return [
        *(
            Table(
                f"noticed within {1000 * SOON // HEARING_RATE} ms, echo {echo:+.0f} dB",
                "%",
                "higher",
                tuple(cells),
                bound=BOUNDS.get(echo),
                note=f"{_who(setting)}, {cells[0].trials} under each condition.",
            )
            for echo, cells in sorted(noticed.items())
        ),
        Table(
            "words after the pause",
            "times the WER in silence",
            "lower",
            tuple(understood),
            bound=WER_RATIO,
            note="Of those who were noticed, all words; the same in the same room while she is silent. "
            "Trials are words.",
        ),
        Table("silenced by “stop” and “wait”", "%", "higher", tuple(silenced)),
    ]


def _noticed(space: Space, trials: Sequence[Trial]) -> Cell:
    """How many of `trials` were noticed soon, %."""
    late = [trial.late for trial in trials if trial.late is not None]
    share = 100 * sum(each <= SOON for each in late) / len(trials)
    notes = [
        f"{len(trials) - len(late)} not at all",
        f"{sum(each.needless for each in trials)} needless pauses",
    ]
    if late:
        notes.insert(0, f"median {1000 * float(np.median(late)) / HEARING_RATE:.0f} ms")
    return Cell(str(space), round(share, 1), len(trials), "; ".join(notes))


def _understood(space: Space, counted: Sequence[tuple[int, int]], alone: int) -> Cell:
    """By how much the errors among so many words (`counted`) are more than the `alone` ones in silence."""
    errors, words = (sum(each) for each in zip(*counted, strict=True))
    rates = f"WER {100 * errors / words:.1f} %, in silence {100 * alone / words:.1f} %"
    return Cell(str(space), round(errors / max(alone, 1), 2), words, rates)


def spaces(setting: Setting) -> Iterator[Space]:
    """Where she is interrupted: each loudness of the echo in each room, or a few."""
    rooms = [
        Space(0.2, 40.0, person_dbfs=-30.0, seed=setting.seed),
        Space(0.4, 120.0, 5.0, 300.0, seed=setting.seed + 10),
        Space(0.8, 300.0, 10.0, -300.0, clipping=1.0, seed=setting.seed + 20),
    ]
    if setting.full:
        for room, echo in itertools.product(rooms, (-10.0, -5.0, 0.0, 5.0, 10.0)):
            yield replace(room, echo_db=echo)
    else:
        for room, echo in ((rooms[0], 0.0), (rooms[1], 0.0), (rooms[1], 10.0)):
            yield replace(room, echo_db=echo)


def interrupt(setting: Setting, space: Space, hers: Block, overs: Sequence[Over], seed: int) -> list[Trial]:
    """She talks without an end in `space`, and is interrupted by each of `overs`; `hers` as for `perform`."""
    dice = random.Random(seed)
    lines = [Line(space.person(over.sound), "her voice", dice.uniform(3.5, 6.0)) for over in overs]
    record = perform(setting, space, hers, lines, says=paragraphs(seed), patience=30.0)
    return list(_judged(record, overs))


def _judged(record: Record, overs: Sequence[Over]) -> Iterator[Trial]:
    begins = [at for at in record.said if at is not None]
    assert len(begins) == len(overs)  # she never stops talking for long
    for over, begin, until in zip(overs, begins, [*begins[1:], None], strict=True):
        end = samples(record.seconds) if until is None else until
        yield judge(over, begin, [event for event in record.events if begin <= event.at < end])


def judge(over: Over, begin: int, events: Sequence[Event]) -> Trial:
    """What came of `over`, which was said from sample `begin` on, by the `events` from then on to the next."""
    onset, end = begin + over.onset, begin + len(over.sound)
    late, texts, silenced, needless = None, list[str](), False, 0
    for event in events:
        if isinstance(event, ReplyPaused):
            needless += event.at >= end + SOON
        match event:
            case ReplyPaused() | SpeechStarted() if late is None and onset <= event.at < end:
                late = event.at - onset
            case TurnReopened():
                texts = texts[:-1]
            case Heard(text=text):
                texts.append(text)
                silenced |= event.at < end + GOOD
            case ReplySpoken(interrupted=True):
                silenced |= onset <= event.at < end + GOOD
            case _:
                pass
    return Trial(late, " ".join(texts), silenced, needless)


def trimmed(clip: Clip) -> Over:
    """`clip` without the silence before its speech, which begins where it is first as loud as speech is, or at
    the earliest where a detector that is up to 200 ms late finds it."""
    sound = at_level(clip.sound, SPEECH_DBFS)
    earliest = samples(max(0.0, clip.speech.begin - SILENCE_MS) / 1000)
    power = np.convolve(np.square(sound[earliest:], dtype=np.float64), np.full(_FRAME, 1 / _FRAME), "valid")
    loud = power > 10 ** ((SPEECH_DBFS - ACTIVE_DB) / 10)
    onset = earliest + int(np.argmax(loud)) + _FRAME // 2
    begin = max(0, onset - LEAD)
    end = samples(clip.speech.end / 1000) + LEAD
    return Over(sound[begin:end], onset - begin, clip.text)


def _people(setting: Setting) -> list[Over]:
    """Who interrupts her: recordings whose words are known, or another voice."""
    count = MANY if setting.full else FEW
    if setting.people is None:
        return _synthesised(setting, [*INTERRUPTIONS, *QUESTIONS][:count])
    clips = (clip for clip in recordings(setting.people, _ear(setting), setting.seed) if clip.text)
    return [trimmed(clip) for clip in itertools.islice(clips, count)]


def _synthesised(setting: Setting, texts: Sequence[str]) -> list[Over]:
    # With one voice only she is interrupted by her own.
    voice = other_voice(setting.config) or setting.parts.synthesizer
    person = Voice(voice, _ear(setting), lambda voice, text: spoken(voice, text, Token()))
    return [trimmed(person.clip(text)) for text in texts]


def _in_silence(setting: Setting, space: Space, over: Over) -> str:
    """What she understands of it in the same room while she is silent."""
    sound = np.concatenate([silence(HEARING_RATE), space.person(over.sound), silence(HEARING_RATE)])
    floor = np.random.default_rng(space.seed).normal(0, 10 ** (space.floor_dbfs / 20), len(sound))
    return " ".join(
        turn.text for turn in heard(setting, sound + floor.astype(np.float32)) if turn.reason is None
    )


def _ear(setting: Setting) -> Ear:
    return Ear(SileroDetector(app.store(setting.config).file("silero-vad", ".onnx")))


def _who(setting: Setting) -> str:
    return "Another voice" if setting.people is None else "Recorded people"
