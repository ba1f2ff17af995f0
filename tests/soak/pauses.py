"""When is a turn over? Plays pauses and ends to her ears, and tries every way to wait on what they made of it.

`python tests/soak/pauses.py --speech FOLDER` is the long proof. What her ears made of each pause is kept
(`--features FILE`), so that policies can be tried again in a second; `--plot FILE` draws them.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from soak.pauseset import Item, recorded, synthesised, unseen

from samantha import app, config
from samantha.audio.pcm import HEARING_RATE, Block, samples
from samantha.config import Hearing
from samantha.dialog.token import Token
from samantha.hearing.endpoint import Began, Decision, Endpointer, Rested, WentOn
from samantha.ports import SpeechDetector, Synthesizer, Transcriber, TurnModel

LENGTHS_MS = (300, 500, 800, 1000)
LISTENED_MS = (128, 192, 256, 384)
"""How much silence the turn model is given."""

LEAD_S, TAIL_S = 0.7, 2.0
NEAR_S = 0.3
"""Where the detector may find the end of speech, around where it was cut."""

EARS = Hearing(end_ms=3000, pause_ms=128)


class Ears:
    """The detector, the turn model and Whisper, as she has them."""

    def __init__(self, settings: config.Config) -> None:
        model = app.turn_model(settings, must_exist=True)
        assert model is not None
        self._detector: SpeechDetector = app.detector(settings)
        self._model: TurnModel = model
        self._whisper: Transcriber = app.transcriber(settings)
        self._dice = np.random.default_rng(0)

    def rows(self, item: Item) -> Iterator[dict[str, Any]]:
        """What can be known at the item's pause or end; and at each pause that a recorded person made."""
        room = self._room(item)
        lead, tail = room(LEAD_S), room(TAIL_S)
        cut = len(lead) + len(item.before)
        sound = np.concatenate([lead, item.before, tail])
        decisions = self._decisions(sound)
        for decision, then in zip(decisions, [*decisions[1:], None], strict=True):
            if not isinstance(decision, Rested):
                continue
            if abs(decision.speech_end - cut) < samples(NEAR_S) and not isinstance(then, WentOn):
                row = self._row(item, sound, decisions, decision)
                row["lag_ms"] = _ms(decision.speech_end - cut)
                if not item.over:
                    row["silence_ms"] = {ms: self._silence(item, ms, lead, room) for ms in LENGTHS_MS}
                yield row | {"kind": "end" if item.over else "pause"}
            elif isinstance(then, WentOn) and item.over and item.source.startswith(("utterance", "command")):
                row = self._row(item, sound, decisions, decision)
                gap = then.at - self._detector.window - decision.speech_end
                yield row | {"kind": "natural", "silence_ms": _ms(gap)}

    def _row(self, item: Item, sound: Block, decisions: list[Decision], rested: Rested) -> dict[str, Any]:
        began = next(d.began for d in reversed(decisions) if isinstance(d, Began) and d.at <= rested.at)
        begin = max(0, began - samples(EARS.pre_roll_ms / 1000))
        so_far = sound[begin : rested.speech_end + samples(EARS.pause_ms / 1000)]
        heard = self._whisper.transcribe(so_far, Token())
        return {
            "source": item.source,
            "text": item.text,
            "heard": heard.text,
            "logprob": round(heard.logprob, 3),
            "speech_s": round((rested.speech_end - began) / HEARING_RATE, 2),
            "sound": {
                ms: round(self._model.complete(sound[begin : rested.speech_end + samples(ms / 1000)]), 4)
                for ms in LISTENED_MS
            },
        }

    def _silence(self, item: Item, ms: int, lead: Block, room: Any) -> int:
        """How much silence the detector finds in a pause of `ms`; 0 where it never rests."""
        sound = np.concatenate([lead, item.before, room(ms / 1000), item.after, room(0.3)])
        decisions = self._decisions(sound)
        cut = len(lead) + len(item.before)
        for rested, then in zip(decisions, decisions[1:], strict=False):
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


def items(settings: config.Config, speech: Path | None, seed: int) -> Iterator[Item]:
    """Everything that is played."""
    from faster_whisper import WhisperModel

    words = WhisperModel(
        str(app.store(settings).stt("whisper-base")), device="cpu", compute_type="int8", cpu_threads=1
    )
    voices = [(_voice(settings, name), pace) for name, pace in VOICES if app.store(settings).installed(name)]
    if speech is not None:
        yield from recorded(speech, words, seed)
    yield from synthesised(voices, words, seed)
    yield from unseen(voices, seed + 1)


VOICES = (
    ("piper-en_US-joe-medium", 1.0),
    ("piper-en_US-joe-medium", 0.85),
    ("kokoro-af_bella", 1.0),
    ("kokoro-bf_emma", 1.0),
    ("kokoro-jf_alpha", 0.9),
)


def _voice(settings: config.Config, name: str) -> Synthesizer:
    voice = settings.voice.model_copy(update={"name": name})
    return app.own_voice(settings.model_copy(update={"voice": voice}))


def hear(settings: config.Config, speech: Path | None, seed: int) -> Iterable[dict[str, Any]]:
    ears = Ears(settings)
    for item in items(settings, speech, seed):
        yield from ears.rows(item)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--speech", type=Path, default=os.environ.get("SAMANTHA_SPEECH"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--features", type=Path)
    asked = parser.parse_args(arguments)
    with asked.features.open("w") as file:
        for n, row in enumerate(
            hear(config.load(), Path(asked.speech) if asked.speech else None, asked.seed)
        ):
            print(json.dumps(row), file=file, flush=True)
            print(
                n,
                row["kind"],
                row["source"][:30],
                row["text"][:60],
                "=>",
                row["heard"][-30:],
                row["sound"],
                file=sys.stderr,
            )
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
