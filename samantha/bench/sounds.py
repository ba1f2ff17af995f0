"""What is heard in rooms where nobody speaks, made by seed. Pure.

Each of SOUNDS gives so many seconds at HEARING_RATE, shape (n,), with its largest peak at PEAK; how loud it is to
be is up to `acoustics.at_level` or `acoustics.mixed`. They are sketches: the spectrum and the rhythm of the thing,
so that whatever takes them for speech would take the thing itself for speech as well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from samantha.audio.pcm import HEARING_RATE, Block, samples
from samantha.bench.acoustics import at_level, looped

PEAK = 0.5

_Numbers = npt.NDArray[np.float64]
_Dice = np.random.Generator
_Strike = Callable[[_Dice], _Numbers]

_PITCH = 440.0


def typing(seconds: float, seed: int) -> Block:
    """A keyboard: bursts of keys, each a press and a softer release, and a thump for the space bar."""
    dice = np.random.default_rng(seed)

    def key(dice: _Dice) -> _Numbers:
        thump = _ring(dice, 0.06, (90, 180, 320), 0.012) * (2.0 if dice.random() < 0.15 else 0.6)
        return _together(_click(dice, 1500, 0.004), thump, _late(0.5 * _click(dice, 2500, 0.003), 0.07))

    return _finished(_strikes(dice, seconds, key, every=0.14, breaks=0.08, rest=1.5))


def mouse(seconds: float, seed: int) -> Block:
    """Clicks, single and double."""
    dice = np.random.default_rng(seed)

    def click(dice: _Dice) -> _Numbers:
        once = _together(_click(dice, 3000, 0.002), _late(0.6 * _click(dice, 2200, 0.002), 0.09))
        return _together(once, _late(once, 0.16)) if dice.random() < 0.4 else once

    return _finished(_strikes(dice, seconds, click, every=0.9, breaks=0.2, rest=2.0))


def breathing(seconds: float, seed: int) -> Block:
    """Somebody breathes near the microphone: in through the nose, out longer and darker."""
    dice = np.random.default_rng(seed)
    sound = np.zeros(samples(seconds))
    at = dice.uniform(0, 1)
    while at < seconds:
        for length, low, high, loud in ((dice.uniform(0.9, 1.4), 600, 3500, 0.6), (1.6, 250, 1800, 1.0)):
            n = samples(length * dice.uniform(0.9, 1.1))
            swell = np.sin(np.pi * np.arange(n) / n) ** 1.5
            _add(sound, _band(dice, n, low, high) * swell * loud, at)
            at += n / HEARING_RATE + dice.uniform(0.05, 0.2)
        at += dice.uniform(0.3, 1.2)
    return _finished(sound)


def fan(seconds: float, seed: int) -> Block:
    """Air that falls towards the high notes, and the tone of the blades, which turn a little unevenly."""
    dice = np.random.default_rng(seed)
    n = samples(seconds)
    air = _shaped(dice, n, lambda hertz: 1 / (1 + (hertz / 250) ** 2) ** 0.6)
    blades = dice.uniform(70, 160)
    phase = 2 * np.pi * np.cumsum(blades * (1 + 0.004 * _wander(dice, n, 0.5))) / HEARING_RATE
    tone = sum(np.sin(k * phase) / k for k in (1, 2, 3))
    return _finished(air + 0.25 * tone)


def hum(seconds: float, seed: int) -> Block:
    """The mains, at 50 or 60 Hz, with harmonics up to 1 kHz, the odd ones and the second loudest."""
    dice = np.random.default_rng(seed)
    t = np.arange(samples(seconds)) / HEARING_RATE
    mains = float(dice.choice([50, 60])) * (1 + dice.normal(0, 2e-4))
    sound = np.zeros(len(t))
    for k in range(1, 20):
        strength = dice.uniform(0.5, 1) / k * (1.0 if k % 2 or k == 2 else 0.3)
        sound += strength * np.sin(2 * np.pi * k * mains * t + dice.uniform(0, 2 * np.pi))
    return _finished(sound)


def wind(seconds: float, seed: int) -> Block:
    """Gusts on the microphone: rumble below 200 Hz that comes and goes within seconds."""
    dice = np.random.default_rng(seed)
    n = samples(seconds)
    rumble = _shaped(dice, n, lambda hertz: 1 / (1 + (hertz / 60) ** 2))
    rush = _shaped(dice, n, lambda hertz: 1 / (1 + ((hertz - 500) / 400) ** 2))
    gusts = np.exp(0.9 * _wander(dice, n, 0.4))
    return _finished((rumble + 0.06 * rush * gusts) * gusts)


def rain(seconds: float, seed: int) -> Block:
    """A hiss, and drops on the window sill."""
    dice = np.random.default_rng(seed)
    hiss = _shaped(dice, samples(seconds), lambda hertz: np.clip(hertz / 2000, 0.05, 1))
    drops = _strikes(
        dice, seconds, lambda dice: _ring(dice, 0.03, (dice.uniform(700, 4500),), 0.004), every=0.03
    )
    return _finished(hiss / np.abs(hiss).max() + 0.8 * drops / np.abs(drops).max())


def crockery(seconds: float, seed: int) -> Block:
    """Plates and cutlery: bright, inharmonic, ringing."""
    dice = np.random.default_rng(seed)

    def clink(dice: _Dice) -> _Numbers:
        modes = dice.uniform(900, 2500) * np.array([1.0, 1.58, 2.24, 2.87, 3.4])
        ring = _ring(dice, 0.6, tuple(modes), dice.uniform(0.02, 0.15))
        return dice.uniform(0.3, 1) * _together(ring, 0.7 * _click(dice, 3000, 0.004))

    return _finished(_strikes(dice, seconds, clink, every=0.35, breaks=0.2, rest=1.5))


def footsteps(seconds: float, seed: int) -> Block:
    """Shoes on a wooden floor, at a walk: heel, then sole."""
    dice = np.random.default_rng(seed)

    def step(dice: _Dice) -> _Numbers:
        heel = _together(_ring(dice, 0.12, (70, 110, 190), 0.03), 0.3 * _click(dice, 900, 0.008))
        scrape = 0.15 * _band(dice, samples(0.08), 800, 4000) * np.hanning(samples(0.08))
        return dice.uniform(0.7, 1) * _together(heel, _late(scrape, 0.07))

    return _finished(_strikes(dice, seconds, step, every=0.55, even=True, breaks=0.05, rest=3.0))


def door(seconds: float, seed: int) -> Block:
    """A door now and then: the latch, a creak, and the slam."""
    dice = np.random.default_rng(seed)

    def slam(dice: _Dice) -> _Numbers:
        n = samples(dice.uniform(0.5, 1.1))
        pitch = dice.uniform(180, 400) * (1 + 0.3 * _wander(dice, n, 2.0))
        creak = np.sign(np.sin(2 * np.pi * np.cumsum(pitch) / HEARING_RATE)) * np.hanning(n)
        creak = 0.1 * np.diff(creak, prepend=0.0) + 0.04 * creak
        boom = _together(_ring(dice, 0.5, (45, 75, 130, 210), 0.09), 0.5 * _click(dice, 700, 0.02))
        return _together(
            0.4 * _click(dice, 2000, 0.005), _late(creak, 0.15), _late(boom, 0.2 + n / HEARING_RATE)
        )

    return _finished(_strikes(dice, seconds, slam, every=4.0))


def paper(seconds: float, seed: int) -> Block:
    """Pages turned and crumpled: crackling, in strokes."""
    dice = np.random.default_rng(seed)

    def stroke(dice: _Dice) -> _Numbers:
        n = samples(dice.uniform(0.2, 0.8))
        crackle = np.where(dice.random(n) < 0.02, dice.normal(0, 1, n), 0.0)
        rough = np.convolve(crackle, np.exp(-np.arange(32) / 6) * dice.normal(0, 1, 32), mode="same")
        return (rough + 0.1 * _band(dice, n, 2000, 7000)) * np.hanning(n)

    return _finished(_strikes(dice, seconds, stroke, every=0.9, breaks=0.2, rest=2.0))


def claps(seconds: float, seed: int) -> Block:
    """Hands, a few claps at a time."""
    dice = np.random.default_rng(seed)

    def clap(dice: _Dice) -> _Numbers:
        n = samples(0.08)
        return _band(dice, n, 600, 4000) * np.exp(-np.arange(n) / samples(0.012)) * dice.uniform(0.6, 1)

    return _finished(_strikes(dice, seconds, clap, every=0.3, even=True, breaks=0.15, rest=3.0))


def coughs(seconds: float, seed: int) -> Block:
    """Coughs in twos and threes: a burst of breath, its end a little voiced."""
    dice = np.random.default_rng(seed)

    def fit(dice: _Dice) -> _Numbers:
        parts = []
        for i in range(int(dice.integers(2, 4))):
            n = samples(dice.uniform(0.18, 0.3))
            t = np.arange(n) / HEARING_RATE
            burst = _band(dice, n, 300, 3500) * np.minimum(1, t / 0.008) * np.exp(-t / 0.06)
            rasp = np.sin(2 * np.pi * dice.uniform(90, 180) * t) * np.exp(-t / 0.04)
            parts.append(_late((burst / np.abs(burst).max() + 0.2 * rasp) * 0.8**i, 0.35 * i))
        return _together(*parts)

    return _finished(_strikes(dice, seconds, fit, every=4.0))


def music(seconds: float, seed: int) -> Block:
    """A song without words: drums, chords, bass, and a melody that wanders over them."""
    dice = np.random.default_rng(seed)
    beat = 60 / dice.uniform(80, 130)
    root = int(dice.integers(-9, 3))
    sound = np.zeros(samples(seconds))
    scale = np.array([0, 2, 4, 7, 9, 12, 14])
    melody = int(dice.integers(len(scale)))
    for i in range(int(seconds / beat) + 1):
        at, bar = i * beat, root + (0, 9, 5, 7)[i // 4 % 4]
        kick = _ring(dice, 0.2, (55, 80), 0.06)
        snare = (
            0.5 * _band(dice, samples(0.15), 300, 7000) * np.exp(-np.arange(samples(0.15)) / samples(0.03))
        )
        _add(sound, kick if i % 2 == 0 else snare, at)
        _add(sound, 0.15 * _click(dice, 5000, 0.02), at + beat / 2)
        _add(sound, 0.7 * _note(bar - 24, beat), at)
        if i % 4 == 0:
            third = 3 if i // 4 % 4 == 1 else 4
            for step in (0, third, 7):
                _add(sound, 0.3 * _note(bar - 12 + step, 4 * beat), at)
        for part in range(int(dice.integers(1, 3))):
            melody = int(np.clip(melody + dice.integers(-2, 3), 0, len(scale) - 1))
            _add(sound, 0.6 * _note(root + int(scale[melody]), beat), at + part * beat / 2)
    return _finished(sound)


SOUNDS: dict[str, Callable[[float, int], Block]] = {
    "typing": typing,
    "mouse": mouse,
    "breathing": breathing,
    "fan": fan,
    "hum": hum,
    "wind": wind,
    "rain": rain,
    "crockery": crockery,
    "footsteps": footsteps,
    "door": door,
    "paper": paper,
    "claps": claps,
    "coughs": coughs,
    "music": music,
}
"""By name."""


def babble(clips: Sequence[Block], seconds: float, seed: int, voices: int = 6) -> Block:
    """So many people at once, as in a restaurant: each says the `clips` in an order of its own, equally loud."""
    dice = np.random.default_rng(seed)
    n = samples(seconds)
    sound = np.zeros(n, np.float32)
    for _ in range(voices):
        order = [at_level(clips[i], -26.0) for i in dice.permutation(len(clips))]
        said = np.concatenate(order)
        sound += looped(said, n, int(dice.integers(len(said))))
    return _finished(sound.astype(np.float64))


def _finished(sound: _Numbers) -> Block:
    finished: Block = (sound * (PEAK / max(float(np.abs(sound).max()), 1e-9))).astype(np.float32)
    return finished


def _strikes(
    dice: _Dice,
    seconds: float,
    strike: _Strike,
    *,
    every: float,
    even: bool = False,
    breaks: float = 0.0,
    rest: float = 0.0,
) -> _Numbers:
    """`strike` again and again, `every` so many seconds, with a pause of `rest` after some (`breaks`)."""
    sound = np.zeros(samples(seconds))
    at = dice.uniform(0, min(every, seconds / 2))
    while at < seconds:
        _add(sound, strike(dice), at)
        at += every * (dice.uniform(0.95, 1.05) if even else dice.gamma(3, 1 / 3))
        if dice.random() < breaks:
            at += rest * dice.uniform(0.5, 1.5)
    return sound


def _add(sound: _Numbers, more: _Numbers, at: float) -> None:
    begin = samples(at)
    more = more[: max(0, len(sound) - begin)]
    sound[begin : begin + len(more)] += more


def _late(sound: _Numbers, seconds: float) -> _Numbers:
    return np.concatenate([np.zeros(samples(seconds)), sound])


def _together(*sounds: _Numbers) -> _Numbers:
    mixed = np.zeros(max(map(len, sounds)))
    for sound in sounds:
        mixed[: len(sound)] += sound
    return mixed


def _shaped(dice: _Dice, n: int, gain: Callable[[_Numbers], _Numbers]) -> _Numbers:
    """Noise of level 1 whose spectrum has `gain`, by Hz."""
    hertz = np.fft.rfftfreq(n, 1 / HEARING_RATE).astype(np.float64)
    noise = np.fft.irfft(np.fft.rfft(dice.normal(0, 1, n)) * gain(hertz) * (hertz > 15), n)
    return noise / max(float(np.sqrt(np.mean(noise**2))), 1e-9)


def _band(dice: _Dice, n: int, low: float, high: float) -> _Numbers:
    return _shaped(dice, n, lambda hertz: 1 / ((1 + (low / (hertz + 1)) ** 4) * (1 + (hertz / high) ** 4)))


def _wander(dice: _Dice, n: int, hertz: float) -> _Numbers:
    """A curve of mean 0 and level 1 that changes about so often a second."""
    points = dice.normal(0, 1, int(n / HEARING_RATE * 2 * hertz) + 4)
    return np.interp(np.arange(n) * 2 * hertz / HEARING_RATE + 1, np.arange(len(points)), points)


def _click(dice: _Dice, hertz: float, decay: float) -> _Numbers:
    """A burst of noise above `hertz` with a sharp beginning."""
    n = samples(6 * decay)
    noise = dice.normal(0, 1, n) * np.exp(-np.arange(n) / (decay * HEARING_RATE))
    slow = np.convolve(noise, np.full(k := max(1, round(HEARING_RATE / hertz)), 1 / k), mode="same")
    return noise - slow


def _ring(dice: _Dice, seconds: float, modes: Sequence[float], decay: float) -> _Numbers:
    """Something struck: `modes`, Hz, that die away within `decay` seconds, the higher the sooner."""
    t = np.arange(samples(seconds)) / HEARING_RATE
    sound = np.zeros(len(t))
    for mode in modes:
        hertz = mode * dice.uniform(0.97, 1.03)
        sound += (
            dice.uniform(0.4, 1)
            * np.sin(2 * np.pi * hertz * t)
            * np.exp(-t / decay * np.sqrt(mode / modes[0]))
        )
    return sound


def _note(semitones: int, seconds: float) -> _Numbers:
    """A plucked note so many semitones above the pitch of a tuning fork."""
    t = np.arange(samples(seconds)) / HEARING_RATE
    hertz = _PITCH * 2 ** (semitones / 12)
    sound = np.zeros(len(t))
    for k in range(1, 8):
        if k * hertz < HEARING_RATE / 2:
            sound += np.sin(2 * np.pi * k * hertz * t) / k**1.5 * np.exp(-t * (1.5 + k))
    return sound * np.minimum(1, t / 0.005)
