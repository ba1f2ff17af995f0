"""A person for tests that must run anywhere: a synthetic voice whose words can be made out."""

from __future__ import annotations

import numpy as np
import soxr

from samantha import app, config
from samantha.audio.pcm import HEARING_RATE, VOICE_RATE, Block
from samantha.commands.sound import spoken
from samantha.dialog.token import Token

VOICE = "piper-en_US-joe-medium"
TRIES = 8


def say_clearly(*lines: tuple[str, str]) -> list[Block]:
    """Each line as sound at VOICE_RATE; the second of each pair is a word of it that Whisper must make out.

    Piper speaks a little differently each time, and now and then mumbles; a mumbled question is said again.
    """
    settings = config.load(flags={"voice.name": VOICE})
    person, ear = app.own_voice(settings), app.transcriber(settings)

    def say(line: str, word: str) -> Block:
        for _ in range(TRIES):
            sound = np.concatenate(list(spoken(person, line, Token())))
            heard = ear.transcribe(soxr.resample(sound, VOICE_RATE, HEARING_RATE), Token()).text
            if word in heard.lower():
                return sound
        raise AssertionError(f"{line!r} was said {TRIES} times and never understood")

    return [say(line, word) for line, word in lines]
