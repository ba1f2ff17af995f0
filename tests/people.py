"""A person for tests that must run anywhere: a synthetic voice whose words can be made out."""

from __future__ import annotations

import re

import numpy as np
import soxr
from rapidfuzz.distance import Levenshtein

from samantha import app, config
from samantha.audio.pcm import HEARING_RATE, VOICE_RATE, Block
from samantha.commands.sound import spoken
from samantha.dialog.token import Token
from samantha.voice.spoken import speakable

VOICE = "piper-en_US-joe-medium"
TRIES = 8

ALIKE = 0.6
"""Above this `likeness`, what was understood is what was meant.

Of 36 answers of a small model, spoken by her and understood by Whisper, the worst has 0.68 and the median 0.96; of
the 1260 pairs of one answer with what was understood of another, 99 % have less than 0.41, and the worst, which
share half of their words, 0.56. Counted in words instead of letters, right and wrong overlap.
"""


def likeness(meant: str, understood: str) -> float:
    """How alike two texts are when they are spoken, letter by letter, in [0, 1]."""
    letters = [re.sub("[^a-z]", "", speakable(text, "en").lower()) for text in (meant, understood)]
    return Levenshtein.normalized_similarity(*letters)


def steady() -> None:
    """Piper voices that are loaded from now on, in this process, speak the same in every run."""
    import onnxruntime

    onnxruntime.set_seed(1)


def say_clearly(*lines: tuple[str, str]) -> list[Block]:
    """Each line as sound at VOICE_RATE; the second of each pair is a word of it that Whisper must make out.

    Piper speaks a little differently each time, and now and then mumbles; a mumbled line is said again until
    nearly every letter of it is made out, so that it is also understood by the way of a file or a sound card.
    """
    steady()
    settings = config.load(flags={"voice.name": VOICE})
    person, ear = app.own_voice(settings), app.transcriber(settings)

    def say(line: str, word: str) -> Block:
        for _ in range(TRIES):
            sound = np.concatenate(list(spoken(person, line, Token())))
            heard = ear.transcribe(soxr.resample(sound, VOICE_RATE, HEARING_RATE), Token()).text
            if word in heard.lower() and likeness(line, heard) > 0.9:
                return sound
        raise AssertionError(f"{line!r} was said {TRIES} times and never understood")

    return [say(line, word) for line, word in lines]
