"""When does a turn begin, pause, go on and end? Probabilities in, decisions out; nothing else is touched.

All positions count samples from the first window fed, at HEARING_RATE.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from samantha.audio.pcm import samples as duration
from samantha.config import Hearing

_HYSTERESIS = 0.15

_MUFFLED = 0.4
"""An echo canceller that has learnt the room lets little of her through, and takes a part of the person with
it: then speech begins at this part of the threshold, …"""

_PROMPT = duration(0.064)
"""… and is a turn after this time."""

_BARELY = 0.5
"""What stands out from her echo plainly begins at this part of the muffled threshold."""

_USUAL_DB, _PLAIN_DB = 5.0, 15.0
"""By so much more than usual may be left of her voice; and so much more is left of nobody but a person."""

_GRACE_S = 5.0


class Echo(Enum):
    """Whether she can be heard herself in what is listened to."""

    NONE = auto()
    LEARNT = auto()
    """She speaks, and the canceller knows the way of her voice through the room."""
    UNKNOWN = auto()
    """She speaks, and the canceller does not know it yet, or not any more; or what is left may well be hers."""
    PLAIN = auto()
    """She speaks, and there is much more in the microphone than her echo."""

    @classmethod
    def over(cls, learnt: bool, surplus: float) -> Echo:
        """While she speaks, as an `EchoCanceller` tells."""
        if not learnt or surplus < _USUAL_DB:
            return cls.UNKNOWN
        return cls.PLAIN if surplus > _PLAIN_DB else cls.LEARNT


@dataclass(frozen=True, slots=True)
class Began:
    """There was enough speech, since `began`, to call it a turn."""

    at: int
    began: int


@dataclass(frozen=True, slots=True)
class Rested:
    """A short silence since `speech_end`, after `speech` samples of speech."""

    at: int
    speech_end: int
    speech: int


@dataclass(frozen=True, slots=True)
class WentOn:
    """Speech again after a `Rested`."""

    at: int


@dataclass(frozen=True, slots=True)
class Over:
    """The turn ended: by silence, or because it grew too long (`cut`).

    `speech` is how many of its samples were speech; `speech_end` is the end of the last of them.
    """

    at: int
    began: int
    speech_end: int
    speech: int
    cut: bool


Decision = Began | Rested | WentOn | Over


class Endpointer:
    """Turns out of speech probabilities.

    Speech begins at `threshold` and lasts until the probability falls 0.15 below it (Silero's own rule), so
    that it does not flutter. A turn opens after `onset_ms` of unbroken speech and ends after `end_ms` without
    any, unless `expect` says how long this pause may be. A turn is cut at `max_turn_s`, or at a pause shortly
    before, where no word is cut in two; speech that goes on across the cut counts towards the next turn from
    its first sample.
    """

    def __init__(self, settings: Hearing) -> None:
        # Low thresholds leave at half, so that silence can still end a turn.
        usual = (settings.threshold, max(settings.threshold - _HYSTERESIS, settings.threshold / 2))
        muffled = (_MUFFLED * settings.threshold, 0.6 * _MUFFLED * settings.threshold)
        barely = (_BARELY * muffled[0], _BARELY * muffled[1])
        self._thresholds = {
            Echo.NONE: usual,
            Echo.LEARNT: muffled,
            Echo.UNKNOWN: usual,
            Echo.PLAIN: barely,
        }
        onset = duration(settings.onset_ms / 1000)
        unknown = duration(max(settings.onset_ms, settings.onset_over_echo_ms) / 1000)
        prompt = min(onset, _PROMPT)
        self._onsets = {Echo.NONE: onset, Echo.LEARNT: prompt, Echo.UNKNOWN: unknown, Echo.PLAIN: prompt}
        self._pause = duration(settings.pause_ms / 1000)
        self._usual_end = duration(settings.end_ms / 1000)
        self._limit = duration(settings.max_turn_s)
        self._limit_at_pause = duration(settings.max_turn_s - min(_GRACE_S, settings.max_turn_s / 5))
        self._at = 0
        self._voiced = False
        self._run_began = 0
        self._open = False
        self._rested = False
        self._end = self._usual_end
        self._began = 0
        self._speech = 0
        self._speech_end = 0

    @property
    def open(self) -> bool:
        """Whether a turn has begun and not ended."""
        return self._open

    @property
    def speech(self) -> int:
        """How many samples of the open turn were speech so far; 0 while none is open."""
        return self._speech if self._open else 0

    @property
    def voiced(self) -> bool:
        """Whether the last window was speech."""
        return self._voiced

    def expect(self, silence: int) -> None:
        """End the turn after `silence` samples of the present pause; at once, if it is longer already.

        It holds for this pause only, from its `Rested` on; without a pause it means nothing.
        """
        if self._open and self._rested:
            self._end = silence

    def drop(self) -> None:
        """Forget the open turn, if there is one: nobody will say that it ended."""
        self._open, self._voiced = False, False
        self._run_began = self._at

    def feed(self, probability: float, samples: int, echo: Echo = Echo.NONE) -> list[Decision]:
        """What the next window of `samples`, speech with `probability`, decides; mostly nothing.

        Over an unknown echo a turn opens after `onset_over_echo_ms`.
        """
        enter, leave = self._thresholds[echo]
        was_voiced, began = self._voiced, self._at
        self._at += samples
        self._voiced = probability >= (leave if was_voiced else enter)
        if self._voiced and not was_voiced:
            self._run_began = began
        return self._inside(samples) if self._open else self._outside(echo)

    def _outside(self, echo: Echo) -> list[Decision]:
        if not self._voiced or self._at - self._run_began < self._onsets[echo]:
            return []
        self._open, self._rested, self._end = True, False, self._usual_end
        self._began, self._speech_end = self._run_began, self._at
        self._speech = self._at - self._run_began
        return [Began(self._at, self._began)]

    def _inside(self, samples: int) -> list[Decision]:
        decisions: list[Decision] = []
        if self._voiced:
            self._speech += samples
            self._speech_end = self._at
            if self._rested:
                self._rested, self._end = False, self._usual_end
                decisions.append(WentOn(self._at))
        else:
            silence = self._at - self._speech_end
            if silence >= self._end:
                return [self._close(cut=False)]
            if silence >= self._pause and not self._rested:
                self._rested = True
                decisions.append(Rested(self._at, self._speech_end, self._speech))
        if self._at - self._began >= (self._limit_at_pause if self._rested else self._limit):
            decisions.append(self._close(cut=True))
        return decisions

    def _close(self, *, cut: bool) -> Over:
        self._open = False
        self._run_began = self._at
        return Over(self._at, self._began, self._speech_end, self._speech, cut)
