"""Whose voice is it? Learning one voice from half a minute of it, and telling it from others.

The numbers come from 35 people, clean and in simulated rooms, against CAM++. Somebody else's voice is as alike as
0.04 in the mean and 0.3 once in a thousand times, however long he speaks. One's own is as alike as 0.7 from four
seconds of speech on, 0.6 from one second, 0.4 from half a second; noise and echo take 0.1 to 0.2 from that.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from samantha.audio.pcm import HEARING_RATE, Block, samples, silence
from samantha.errors import AudioError
from samantha.ports import SpeechDetector

ENOUGH_S = 15.0
"""Seconds of speech after which a voice is known about as well as it can be."""
LEAST_S = 10.0
_MOST_S = 60.0

_WINDOW = samples(2.0)
"""A piece that is looked at by itself: short enough that somebody else who says a sentence fills one."""
_SAME = 0.2
"""The two least alike of one person's pieces were 0.37 or more; of two persons', 0.02 or less."""
_SURE_S = 1.5
"""Seconds of speech from which on a voice is as alike as it ought to be."""
_LENIENT = 0.6
"""The part of the likeness that the shortest answer needs."""
_FULL_SCALE = 0.985
_CLIPPED = 0.001


@dataclass(frozen=True, slots=True, eq=False)
class Voiceprint:
    """A voice as a speaker model hears it; no sound can be made of it.

    `vector` has shape (d,) and length 1, and means something to the model `model` only. It was `made`, an ISO
    8601 date and time, from `seconds` of speech, whose pieces were `consistency` alike to the whole in the mean.
    `threshold` is how alike a voice must be to be this one, in [0, 1].
    """

    vector: Block
    model: str
    made: str
    seconds: float
    consistency: float
    threshold: float = 0.3

    def likeness(self, voice: Block) -> float:
        """How alike `voice`, a vector by the same model, is, in [-1, 1]."""
        return float(self.vector @ voice)

    def recognises(self, voice: Block, speech_seconds: float) -> bool:
        """Whether `voice`, which was heard in `speech_seconds` of speech, is this one.

        The less was said, the less alike one is to oneself, so a short answer need not be as alike; but then one in
        twenty strangers passes.
        """
        wanted: float = self.threshold * min(1.0, max(_LENIENT, (speech_seconds / _SURE_S) ** 0.5))
        return self.likeness(voice) >= wanted


def enrol(speech: Block, embed: Callable[[Block], Block], *, model: str, made: str) -> Voiceprint:
    """The voice in `speech`, shape (n,) at HEARING_RATE, which should hold one voice and no pauses.

    Raises AudioError, saying what to do, if it is too little, distorted, or more than one voice.
    """
    seconds = len(speech) / HEARING_RATE
    if seconds < LEAST_S:
        raise AudioError(
            f"There are {seconds:.0f} s of speech in it; to know a voice takes {LEAST_S:.0f}.",
            "Speak longer, in whole sentences, close to the microphone.",
        )
    if np.mean(np.abs(speech) >= _FULL_SCALE) > _CLIPPED:
        raise AudioError(
            "It is distorted: the microphone is turned up too far.",
            "Turn it down, or move away from it, and try again.",
        )
    speech = speech[: samples(_MOST_S)]
    whole = len(speech) // _WINDOW
    voices = np.stack([embed(piece) for piece in np.split(speech[: whole * _WINDOW], whole)])
    if (voices @ voices.T).min() < _SAME:
        raise AudioError(
            "More than one voice is in it.",
            "Turn off the radio and the television, and let nobody else speak while you do.",
        )
    mean = voices.mean(axis=0)
    vector = (mean / np.linalg.norm(mean)).astype(np.float32)
    return Voiceprint(vector, model, made, round(seconds, 1), round(float(np.mean(voices @ vector)), 3))


class Speech:
    """Takes what is speech out of a sound as it comes."""

    def __init__(self, detector: SpeechDetector, threshold: float) -> None:
        """`threshold` is the probability from which on a window is speech."""
        self._detector = detector
        self._threshold = threshold
        self._rest = silence(0)
        self._windows: list[Block] = []
        self._voiced: list[bool] = []

    @property
    def seconds(self) -> float:
        """How much speech there was so far."""
        return sum(self._voiced) * self._detector.window / HEARING_RATE

    @property
    def pause(self) -> float:
        """For how many seconds nobody has spoken now."""
        since = itertools.takewhile(lambda voiced: not voiced, reversed(self._voiced))
        return sum(1 for _ in since) * self._detector.window / HEARING_RATE

    def feed(self, sound: Block) -> None:
        """Hear what comes next, shape (n,) at HEARING_RATE."""
        window = self._detector.window
        self._rest = np.concatenate([self._rest, sound])
        while len(self._rest) >= window:
            block, self._rest = self._rest[:window], self._rest[window:]
            self._windows.append(block)
            self._voiced.append(self._detector.probability(block) >= self._threshold)

    def sound(self) -> Block:
        """The speech so far without its pauses, but for 0.1 s around it, shape (n,)."""
        around = -(-samples(0.1) // self._detector.window)
        kept = np.convolve(self._voiced or [False], np.ones(2 * around + 1), "same") > 0.5
        return np.concatenate([silence(0), *itertools.compress(self._windows, kept)])
