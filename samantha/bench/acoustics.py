"""What a room does to sound, and how loud sounds are beside one another. Pure.

All sounds are at HEARING_RATE. The early part of an impulse response comes from the image source method (Allen
and Berkley 1979, the walls turning the phase, which spares the response a hum at its bottom); how much the walls
swallow follows from the reverberation time by Eyring's formula (1930); from there on it is noise that dies away.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import numpy.typing as npt

from samantha.audio.pcm import HEARING_RATE, Block, level_dbfs, samples
from samantha.audio.wavfile import read_mono
from samantha.errors import AudioError

_Numbers = npt.NDArray[np.float64]

SOUND_SPEED = 343.0
"""m/s at 20 °C."""

EARLY_S = 0.05
"""Seconds of single reflections; later there are so many that they are noise."""

ACTIVE_DB = 15.9
"""Below its own level speech counts as a pause (ITU-T P.56)."""

_FRAME = samples(0.02)
_LEAST, _MOST = np.array([3.0, 2.6, 2.3]), np.array([6.5, 5.0, 3.0])


def impulse_response(rt60: float, distance: float, seed: int) -> Block:
    """A room of furnished size, drawn by `seed`, between two points `distance` m apart.

    Shape (n,), as long as it takes to fall by 60 dB. The direct sound is sample 0: the time on its way belongs
    to the delay. Its energy is 1, so noise is as loud after it as before. `rt60` in seconds, 0.1 and more.
    """
    dice = np.random.default_rng(seed)
    size = dice.uniform(_LEAST, _MOST)
    source, ear = _places(dice, size, min(distance, 0.8 * float(size.min())))
    volume, surface = float(size.prod()), 2 * float(size[0] * size[1] + size[1] * size[2] + size[2] * size[0])
    swallowed = 1 - np.exp(-0.161 * volume / (surface * rt60))
    early = _images(size, source, ear, np.sqrt(1 - swallowed))
    n = max(len(early), samples(rt60))
    response = np.zeros(n)
    response[: len(early)] = early
    # Reverberation begins as loud as the last reflections are, which are many by then, and decays from there.
    decay = 10 ** (-3 * np.arange(n) / (rt60 * HEARING_RATE))
    last = slice(len(early) // 2, len(early))
    loudness = np.sqrt(np.sum(early[last] ** 2) / np.sum(decay[last] ** 2))
    rise = np.clip(np.arange(n) / len(early) * 2 - 1, 0, 1)
    response[: len(early)] *= np.sqrt(1 - rise[: len(early)] ** 2)
    response += dice.normal(0, 1, n) * loudness * decay * rise
    return _unit(response)


def measured(folder: Path) -> list[Block]:
    """The impulse responses among the recordings of `folder`, as `impulse_response` gives them.

    They are the files of kind ``impulse_response`` in its ``manifest.csv``, in the manifest's order; mostly
    there are none. Raises AudioError if the manifest or one of them cannot be read.
    """
    found = []
    for path in listed(folder, "impulse_response"):
        response = read_mono(path)
        begin = max(0, int(np.argmax(np.abs(response))) - samples(0.0005))
        found.append(_unit(response[begin:].astype(np.float64)))
    return found


def reverberation_time(response: Block) -> float:
    """The RT60 of a room by its impulse response, s: from the fall of what is still to come from -5 to -25 dB
    (Schroeder 1965)."""
    left = np.cumsum(np.square(response[::-1], dtype=np.float64))[::-1]
    begin, end = (int(np.argmax(left < left[0] * 10 ** (db / 10))) for db in (-5, -25))
    return 3 * (end - begin) / HEARING_RATE


def listed(folder: Path, *kinds: str) -> list[Path]:
    """The files of these kinds in the ``manifest.csv`` of `folder`. Raises AudioError if it cannot be read."""
    manifest = folder / "manifest.csv"
    try:
        with manifest.open(newline="", encoding="utf-8-sig") as file:
            return [folder / row["file"] for row in csv.DictReader(file) if row["kind"] in kinds]
    except OSError as problem:
        raise AudioError(
            f"{manifest} cannot be read: {problem.strerror}.", "Name a folder of recordings that has one."
        ) from None
    except (UnicodeDecodeError, csv.Error, KeyError) as problem:
        raise AudioError(
            f"{manifest} is no table in UTF-8 with the columns file and kind: {problem}.", "Mend it."
        ) from None


def convolve(sound: Block, response: Block) -> Block:
    """`sound`, shape (n,), after `response`, shape (m,): with its reverberation, shape (n + m - 1,)."""
    n = len(sound) + len(response) - 1
    size = 1 << (n - 1).bit_length()
    heard = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(response, size), size)
    return heard[:n].astype(np.float32)


def active_level(sound: Block) -> float:
    """How loud the speech in `sound` is, dBFS: the level without the pauses, in the manner of ITU-T P.56.

    Of a steady sound it is the level; -120 for silence.
    """
    padded = np.concatenate([sound, np.zeros(-len(sound) % _FRAME, np.float32)])
    powers = np.mean(np.square(padded.reshape(-1, _FRAME), dtype=np.float64), axis=1)
    active = powers[powers > 0]
    while len(active):
        loud = active[active > active.mean() * 10 ** (-ACTIVE_DB / 10)]
        if len(loud) == len(active):
            return max(-120.0, 10 * float(np.log10(active.mean())))
        active = loud
    return -120.0


def at_level(sound: Block, dbfs: float) -> Block:
    """`sound` with its active level brought to `dbfs`; silence stays silence. Peaks may pass full scale."""
    level = active_level(sound)
    return sound if level <= -120.0 else sound * np.float32(10 ** ((dbfs - level) / 20))


def mixed(speech: Block, noise: Block, snr_db: float) -> Block:
    """`speech` with `noise` under it, which is as long as need be: repeated, or cut off.

    The ratio is that of the speech's active level to the level of the noise. Peaks may pass full scale.
    """
    under = looped(noise, len(speech))
    level = level_dbfs(under)
    if level <= -120.0:
        return speech
    return speech + under * np.float32(10 ** ((active_level(speech) - snr_db - level) / 20))


def looped(sound: Block, n: int, begin: int = 0) -> Block:
    """`n` samples of `sound` said over and over, from sample `begin` on."""
    around: Block = sound[np.arange(begin, begin + n) % len(sound)]
    return around


def _places(dice: np.random.Generator, size: _Numbers, distance: float) -> tuple[_Numbers, _Numbers]:
    """Two points of a room of `size`, metres, not too near to a wall."""
    while True:
        ear = dice.uniform(0.15 * size, 0.85 * size)
        way = dice.normal(0, 1, 3) * [1, 1, 0.4]
        source = ear + distance * way / np.linalg.norm(way)
        if np.all((source > 0.05 * size) & (source < 0.95 * size)):
            return source, ear


def _images(size: _Numbers, source: _Numbers, ear: _Numbers, reflected: float) -> _Numbers:
    """The first EARLY_S of a shoebox: the direct sound, and one for every image of the source in the walls."""
    direct = float(np.linalg.norm(source - ear))
    farthest = direct + EARLY_S * SOUND_SPEED
    orders = [np.arange(-int(farthest / (2 * side)) - 1, int(farthest / (2 * side)) + 2) for side in size]
    axes = []
    for order, side, at, there in zip(orders, size, source, ear, strict=True):
        place = np.concatenate([2 * order * side + at, 2 * order * side - at]) - there
        bounces = np.concatenate([np.abs(2 * order), np.abs(2 * order - 1)])
        axes.append((place, bounces))
    (x, bx), (y, by), (z, bz) = axes
    far = np.sqrt(x[:, None, None] ** 2 + y[:, None] ** 2 + z**2)
    strength = (-reflected) ** (bx[:, None, None] + by[:, None] + bz) / far
    late = np.rint((far - direct) / SOUND_SPEED * HEARING_RATE).astype(int)
    response = np.zeros(samples(EARLY_S))
    near = late < len(response)
    np.add.at(response, late[near], strength[near])
    return response


def _unit(response: _Numbers) -> Block:
    unit: Block = (response / np.sqrt(np.sum(response**2))).astype(np.float32)
    return unit
