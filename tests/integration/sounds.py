"""Sound to hear: people, recorded or synthesised, and rooms in which nobody speaks, made from a seed."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from people import steady

from samantha import config
from samantha.audio.pcm import HEARING_RATE, VOICE_RATE, Block
from samantha.dialog.token import Token

Noise = Callable[[np.random.Generator, int], Block]

SENTENCES = (
    "What time is it in London right now?",
    "My sister plays the violin, and her husband plays the drums.",
    "Could you remind me to buy some milk tomorrow morning?",
    "I think the weather will be beautiful this weekend.",
)


def installed(model: str) -> Path:
    """The folder of `model`, or a skip that says how to get it."""
    folder = config.load().models_folder / model
    if not folder.is_dir():
        pytest.skip(f"{model} is not installed: run `samantha models pull {model}`")
    return folder


def synthesised(sentences: Iterable[str] = SENTENCES) -> list[tuple[str, Block]]:
    """Each sentence with its sound, in a man's voice."""
    from samantha.voice.piper import Piper

    steady()
    voice = Piper(installed("piper-en_US-joe-medium") / "en_US-joe-medium.onnx", volume=0.5)
    said = [(text, np.concatenate(list(voice.synthesize(text, Token())))) for text in sentences]
    return [(text, soxr.resample(sound, VOICE_RATE, HEARING_RATE)) for text, sound in said]


def recorded(folder: Path, *kinds: str, at_most: int = 1000) -> list[tuple[str, Block]]:
    """The text (empty if not known) and the sound of the recordings of `kinds`."""
    with (folder / "manifest.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] in kinds]
    return [(row["transcript"], _read(folder / row["file"])) for row in rows[:at_most]]


def in_a_room(sound: Block, *, before_s: float = 1.0, after_s: float = 1.5) -> Block:
    """`sound` with a quiet room before and after it."""
    random = np.random.default_rng(1)
    before, after = hush(random, int(before_s * HEARING_RATE)), hush(random, int(after_s * HEARING_RATE))
    return np.concatenate([before, sound, after])


def _read(path: Path) -> Block:
    sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return soxr.resample(sound.mean(axis=1), rate, HEARING_RATE).astype(np.float32)


def silence(_: np.random.Generator, samples: int) -> Block:
    return np.zeros(samples, np.float32)


def hush(random: np.random.Generator, samples: int) -> Block:
    """A good microphone in a quiet room, -80 dBFS."""
    return random.normal(0, 1e-4, samples).astype(np.float32)


def white(random: np.random.Generator, samples: int) -> Block:
    """-30 dBFS."""
    return random.normal(0, 0.03, samples).astype(np.float32)


def pink(random: np.random.Generator, samples: int) -> Block:
    """Equal power in every octave, -26 dBFS."""
    spectrum = np.fft.rfft(random.normal(0, 1, samples))
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    sound = np.fft.irfft(spectrum, samples)
    return (sound / sound.std() * 0.05).astype(np.float32)


def fan(random: np.random.Generator, samples: int) -> Block:
    """Mains hum with its overtones and the breath of a fan that swells slowly."""
    t = np.arange(samples) / HEARING_RATE
    hum = sum(np.sin(2 * np.pi * 50 * k * t + k) / k for k in range(1, 12)) * 0.02
    breath = pink(random, samples) * (1 + 0.3 * np.sin(2 * np.pi * 0.2 * t))
    return (hum + breath).astype(np.float32)


def clicks(random: np.random.Generator, samples: int) -> Block:
    """A mouse, twice a second: single samples that ring for a millisecond."""
    return _strokes(random, samples, per_second=2, lasts_s=0.004, level=0.7)


def typing(random: np.random.Generator, samples: int) -> Block:
    """Someone types fast: seven short bursts a second, close to the microphone."""
    return _strokes(random, samples, per_second=7, lasts_s=0.04, level=0.3) + hush(random, samples)


def knocks(random: np.random.Generator, samples: int) -> Block:
    """Doors, cups, footsteps: dull bumps, one a second."""
    return _strokes(random, samples, per_second=1, lasts_s=0.2, level=0.5, dull=True) + hush(random, samples)


ALL: tuple[Noise, ...] = (silence, hush, white, pink, fan, clicks, typing, knocks)


def _strokes(
    random: np.random.Generator,
    samples: int,
    *,
    per_second: float,
    lasts_s: float,
    level: float,
    dull: bool = False,
) -> Block:
    sound = np.zeros(samples)
    size = int(lasts_s * HEARING_RATE)
    decay = np.exp(-np.arange(size) / (size / 5))
    for begin in random.integers(0, samples - size, int(samples / HEARING_RATE * per_second)):
        burst = random.normal(0, 1, size)
        if dull:
            burst = np.convolve(burst, np.ones(80) / 9, mode="same")
        sound[begin : begin + size] += burst * decay * level * random.uniform(0.3, 1)
    return np.clip(sound, -1, 1).astype(np.float32)
