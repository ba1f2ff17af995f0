"""When is a turn over? Plays pauses and ends to her ears, and tries every way to wait on what they made of it.

`python tests/soak/pauses.py --speech FOLDER` is the long proof: recorded people of a folder with a
manifest.csv, or without one synthesised ones alone. What her ears made of each pause is kept in
`--features FILE`, and read from there if it is there: then other settings are judged in a second.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from soak.pausejudge import (
    LONG,
    SHORT,
    Row,
    Verdict,
    auc,
    hers,
    judge,
    silence_alone,
    sound_alone,
    words_alone,
)
from soak.pauseset import Item, recorded, synthesised, unseen

from samantha import app, config
from samantha.audio.pcm import HEARING_RATE, Block, samples
from samantha.config import Config, Hearing
from samantha.dialog.token import Token
from samantha.hearing.endpoint import Began, Decision, Endpointer, Over, Rested, WentOn
from samantha.ports import SpeechDetector, Synthesizer, Transcriber, TurnModel

LISTENED_MS = (128, 192)
"""How much silence the turn model is given."""

LEAD_S, TAIL_S = 0.7, 2.0
PEOPLE = ("utterance", "command")
"""Kinds of recordings, with which their sources begin."""

NEAR_S = 0.3
"""Where the detector may find the end of speech, around where it was cut."""

MOST_SHORT, MOST_LONG = 10.0, 30.0
"""Percent of the pauses of 0.3 and 0.5 s, and of 0.8 and 1 s, that may be taken for the end."""

VOICES = (
    ("piper-en_US-joe-medium", 1.0),
    ("piper-en_US-joe-medium", 0.85),
    ("kokoro-af_bella", 1.0),
    ("kokoro-bf_emma", 1.0),
    ("kokoro-jf_alpha", 0.9),
)
"""Who speaks, and at what pace: none of them is hers."""

EARS = Hearing(end_ms=3000)


class Ears:
    """The detector, the turn model and Whisper, as she has them."""

    def __init__(self, settings: config.Config) -> None:
        model = app.turn_model(settings, must_exist=True)
        assert model is not None
        self._detector: SpeechDetector = app.detector(settings)
        self._model: TurnModel = model
        self._whisper: Transcriber = app.transcriber(settings)
        self._dice = np.random.default_rng(0)

    def rows(self, item: Item) -> Iterator[Row]:
        """What can be known at the item's pause or end; and at each pause that a recorded person made."""
        room = self._room(item)
        lead, tail = room(LEAD_S), room(TAIL_S)
        cut = len(lead) + len(item.before)
        sound = np.concatenate([lead, item.before, tail])
        decisions = self._decisions(sound)
        last = next((decision for decision in reversed(decisions) if not isinstance(decision, Over)), None)
        if item.source.startswith(PEOPLE) and item.over:
            for rested, then in pairwise(decisions):
                if isinstance(rested, Rested) and isinstance(then, WentOn):
                    silence = then.at - self._detector.window - rested.speech_end
                    row = self._row(item, sound, decisions, rested)
                    yield row | {"kind": "natural", "silence_ms": _ms(silence)}
        if not isinstance(last, Rested):
            yield {"kind": "unheard", "source": item.source, "text": item.text}
        elif item.over:
            yield self._row(item, sound, decisions, last) | {"kind": "end"}
        elif abs(last.speech_end - cut) < samples(NEAR_S):
            row = self._row(item, sound, decisions, last)
            silences = {ms: self._silence(item, int(ms), lead, room) for ms in (*SHORT, *LONG)}
            yield row | {"kind": "pause", "silence_ms": silences}

    def _row(self, item: Item, sound: Block, decisions: list[Decision], rested: Rested) -> Row:
        began = next(d.began for d in reversed(decisions) if isinstance(d, Began) and d.at <= rested.at)
        begin = max(0, began - samples(EARS.pre_roll_ms / 1000))
        so_far = sound[begin : rested.speech_end + samples(EARS.pause_ms / 1000)]
        heard = self._whisper.transcribe(so_far, Token(), hurry=True)
        return {
            "source": item.source,
            "text": item.text,
            "heard": heard.text,
            "logprob": round(heard.logprob, 3),
            "speech_s": round((rested.speech_end - began) / HEARING_RATE, 2),
            "sound": {
                str(ms): round(self._model.complete(sound[begin : rested.speech_end + samples(ms / 1000)]), 4)
                for ms in LISTENED_MS
            },
        }

    def _silence(self, item: Item, ms: int, lead: Block, room: Any) -> int:
        """How much silence the detector finds in a pause of `ms`; 0 where it never rests."""
        sound = np.concatenate([lead, item.before, room(ms / 1000), item.after, room(0.3)])
        decisions = self._decisions(sound)
        cut = len(lead) + len(item.before)
        for rested, then in pairwise(decisions):
            near = isinstance(rested, Rested) and abs(rested.speech_end - cut) < samples(NEAR_S)
            if isinstance(rested, Rested) and near and isinstance(then, WentOn):
                return _ms(then.at - self._detector.window - rested.speech_end)
        return 0

    def _decisions(self, sound: Block) -> list[Decision]:
        endpointer = Endpointer(EARS)
        self._detector.reset()
        size = self._detector.window
        windows = sound[: len(sound) // size * size].reshape(-1, size)
        return [d for window in windows for d in endpointer.feed(self._detector.probability(window), size)]

    def _room(self, item: Item) -> Any:
        return lambda seconds: self._dice.normal(0, item.room, samples(seconds)).astype(np.float32)


def _ms(count: int) -> int:
    return round(1000 * count / HEARING_RATE)


def items(settings: Config, speech: Path | None, seed: int) -> Iterator[Item]:
    """Everything that is played."""
    from faster_whisper import WhisperModel

    store = app.store(settings)
    words = WhisperModel(str(store.stt("whisper-tiny.en")), device="cpu", compute_type="int8", cpu_threads=1)
    voices = [(_voice(settings, name), pace) for name, pace in VOICES if store.installed(name)]
    if speech is not None:
        yield from recorded(speech, words, seed)
    yield from synthesised(voices, words, seed)
    yield from unseen(voices, seed + 1)


def _voice(settings: Config, name: str) -> Synthesizer:
    voice = settings.voice.model_copy(update={"name": name})
    return app.own_voice(settings.model_copy(update={"voice": voice}))


def features(settings: Config, speech: Path | None, seed: int, kept: Path) -> list[Row]:
    """What her ears made of everything: as it is kept, or heard now and kept."""
    if not kept.exists():
        ears = Ears(settings)
        fresh = kept.with_suffix(".new")
        with fresh.open("w") as file:
            for item in items(settings, speech, seed):
                for row in ears.rows(item):
                    print(json.dumps(row), file=file, flush=True)
        fresh.replace(kept)
    return [json.loads(line) for line in kept.read_text().splitlines()]


def report(rows: list[Row], settings: Hearing) -> Verdict:
    """Print what each way to wait would do; returns what hers does."""
    kinds = [sum(row["kind"] == kind for row in rows) for kind in ("pause", "natural", "end", "unheard")]
    print("{} pauses cut into sentences, {} that people made, {} ends; {} were not heard".format(*kinds))
    rows = [row for row in rows if row["kind"] != "unheard"]
    for ms in LISTENED_MS:
        value = auc(rows, lambda row, ms=str(ms): row["sound"][ms])
        print(f"the turn model after {ms} ms of silence tells ends from pauses: AUC {value:.2f}")
    ways: dict[str, Callable[[Row], float]] = {
        **{f"silence, {ms} ms": silence_alone(ms) for ms in (500, 800, 1000)},
        "words alone": words_alone(settings),
        "sound alone": sound_alone(settings),
        "words and sound": hers(settings),
    }
    print("| way to wait | " + " | ".join(f"{int(ms) / 1000} s" for ms in (*SHORT, *LONG)), end=" ")
    print("| people's own | mean wait | P50 | P95 |\n" + 9 * "|---" + "|")
    for name, way in ways.items():
        verdict = judge(rows, way)
        shares = " | ".join(f"{share:.0f} %" for share in (*verdict.cut_ins.values(), verdict.natural))
        print(f"| {name} | {shares} | " + " | ".join(f"{wait:.0f}" for wait in verdict.waits[:3]) + " |")
    return verdict


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    speech = os.environ.get("SAMANTHA_SPEECH")
    parser.add_argument("--speech", type=Path, default=Path(speech) if speech else None)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--features", type=Path, help="where to keep what her ears made of it")
    parser.add_argument("--plot", type=Path, help="a PNG of cut-ins against waits")
    asked = parser.parse_args(arguments)
    settings = config.load()
    with tempfile.TemporaryDirectory() as folder:
        kept = asked.features or Path(folder) / "features.jsonl"
        rows = features(settings, asked.speech, asked.seed, kept)
    verdict = report(rows, settings.hearing)
    if asked.plot is not None:
        from soak.pauseplot import draw

        draw([row for row in rows if row["kind"] != "unheard"], settings.hearing, asked.plot)
    return int(verdict.short > MOST_SHORT or verdict.long > MOST_LONG)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
