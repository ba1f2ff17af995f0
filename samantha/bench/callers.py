"""People who speak in the bench: the voices of this machine, some of them twice, as larger or smaller people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import soxr

from samantha import app
from samantha.audio.pcm import HEARING_RATE, VOICE_RATE, Block
from samantha.bench.setting import Setting
from samantha.commands.sound import OTHERS, spoken
from samantha.config import Config
from samantha.dialog.token import Token
from samantha.errors import ModelError
from samantha.ports import Synthesizer

PACES = (1.1, 1.15, 0.9, 1.0, 1.0)
"""Of the voices, in the order of `OTHERS`."""

SIZES = {"piper-en_US-joe-medium": 1.1, "kokoro-af_bella": 0.86, "kokoro-bf_emma": 1.12}
"""Voices that speak a second time, as a person whose throat is so much shorter: the tone is as much higher."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody with a voice; `size` as in SIZES."""

    name: str
    voice: Synthesizer
    size: float = 1.0

    def say(self, text: str) -> Block:
        """`text` at HEARING_RATE, shape (n,), dry."""
        sound = np.concatenate(list(spoken(self.voice, text, Token())))
        return np.asarray(soxr.resample(sound, VOICE_RATE * self.size, HEARING_RATE), np.float32)


def callers(setting: Setting) -> Iterator[Caller]:
    """All that this machine's voices give. Raises ModelError where there is none."""
    models = app.store(setting.config)
    installed = [(name, pace) for name, pace in zip(OTHERS, PACES, strict=True) if models.installed(name)]
    if not installed:
        raise ModelError(
            "No voice is installed that could stand in for a person.",
            "Run `samantha models pull piper-en_US-joe-medium`.",
        )
    for name, pace in installed:
        # A voice of another size speaks as much faster: its pace makes up for it.
        yield Caller(name, app.own_voice(_speaking(setting.config, name, pace)))
        if (size := SIZES.get(name)) is not None:
            voice = app.own_voice(_speaking(setting.config, name, pace / size))
            yield Caller(f"{name}, {'smaller' if size > 1 else 'larger'}", voice, size)


def _speaking(config: Config, name: str, pace: float) -> Config:
    return config.model_copy(
        update={"voice": config.voice.model_copy(update={"name": name, "speed": pace, "volume": 1.0})}
    )
