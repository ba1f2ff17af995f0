"""Holds conversations that chance makes up again and again: the same conversation is the same every time.

`python tests/soak/agreement.py --runs 100` is the long proof; the tests hold each of a few twice. Whatever chance
makes of them, some things hold in all: no two answers at once, nothing of a lost bet, no word of hers that was not
heard, and the halves of a turn in order.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
from pathlib import Path

from fakes import Outcome, Script, converse, speech_and_silence

from samantha.audio.pcm import Block
from samantha.events import (
    Heard,
    ReplyPaused,
    ReplyResumed,
    ReplySounded,
    ReplySpoken,
    SpeechStarted,
    TurnEnded,
    TurnMeasured,
    TurnReopened,
)
from samantha.ports import Transcript

WORDS = (
    *("Tell me a story.", "I went to the market.", "And bought some bread.", "What time is it?", "and then"),
    *("Mm-hm.", "Yeah.", "Stop.", "Go on.", "Never mind.", "Haha.", "No, I mean the other one."),
    *(Transcript("", "en", no_speech=0.95, logprob=-1.5), Transcript("mumble", "en", logprob=-1.4)),
)
ANSWERS = (
    "Well, yes.",
    "Once upon a time there was a keeper of bees, and he lived by the sea, and he waited there for rain.",
    "Oh! I did not know that. Shall we go there together one day?",
)


def conversation(seed: int) -> tuple[Script, Block]:
    """A script and what the microphone hears, both as `seed` says."""
    chance = random.Random(seed)
    turns = chance.randint(2, 7)
    parts = [1.0]
    for _ in range(turns):
        parts += [round(chance.uniform(0.15, 1.6), 2), round(chance.choice((0.3, 0.6, 1.0, 1.6, 3.0)), 2)]
    script = Script(
        heard=[chance.choice(WORDS) for _ in range(turns)],
        answers=[chance.choice(ANSWERS) for _ in range(20)],
        hearing_takes=chance.choice((0.02, 0.15, 0.6, 2.0)),
        first_token_takes=chance.choice((0.02, 0.2, 1.5)),
        token_takes=chance.choice((0.01, 0.06)),
        synthesis_takes=chance.choice((0.02, 0.3)),
    )
    return script, speech_and_silence(*parts, 6.0)


def hold(seed: int) -> Outcome:
    """Hold the conversation of `seed`."""
    script, microphone = conversation(seed)
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(converse(Path(folder), script, microphone))


def record(outcome: Outcome) -> tuple[list[str], bytes]:
    """All that must be the same the next time."""
    lines = [repr(event) for event in outcome.events if not isinstance(event, TurnMeasured)]
    return lines, outcome.output.tobytes()


def faults(outcome: Outcome) -> list[str]:
    """What must not be in any conversation."""
    found = []
    times = [event.at for event in outcome.events]
    if times != sorted(times):
        found.append("the events are not in the order of their times")
    speaking = paused = False
    heard, said = "", []
    for event in outcome.events:
        match event:
            case ReplySounded():
                if speaking:
                    found.append(f"two answers at once at {event.at}")
                speaking = True
            case ReplyPaused():
                paused = True
            case ReplyResumed():
                if not paused:
                    found.append(f"she goes on without a pause at {event.at}")
                paused = False
            case ReplySpoken(text_heard=text):
                speaking = paused = False
                if text:
                    said.append(text)
            case TurnReopened(text=text):
                if text and text != heard:
                    found.append(f"another turn than the last is taken up again at {event.at}")
            case Heard(text=text):
                heard = text
            case _:
                pass
    if len(outcome.of(SpeechStarted)) != len(outcome.of(TurnEnded)):
        found.append("a turn has no end")
    kept = "\n".join(message.content for message in outcome.history if message.role == "assistant")
    found += [f"she did not keep {text!r}" for text in said if text.rstrip(",;: -") not in kept]
    for begin, end in outcome.sounding():
        for one, other in zip(outcome.of(SpeechStarted), outcome.of(TurnEnded), strict=False):
            started = one.at / 16_000 + 0.1
            rested = other.speech_end / 16_000
            if begin < started < end and end - started > 0.1 and rested > end:
                found.append(f"she talked over the person from {started:.2f} to {end:.2f}")
    return found


def agreement(runs: int, seeds: range) -> int:
    """Hold each conversation of `seeds` `runs` times; how many differed from their first time or had faults."""
    worse = 0
    for seed in seeds:
        first = hold(seed)
        wrong = faults(first)
        # The loudness of a piece of speech differs from run to run in one process, and nothing else may.
        differ = sum(record(hold(seed)) != record(first) for _ in range(runs - 1))
        worse += bool(wrong) + bool(differ)
        print(
            f"conversation {seed}: {len(first.events)} events, {differ} of {runs - 1} differ",
            *wrong,
            sep="; ",
        )
    return worse


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--runs", type=int, default=100)
    arguments.add_argument("--conversations", type=int, default=5)
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    raise SystemExit(agreement(given.runs, range(given.seed, given.seed + given.conversations)) > 0)
