"""From blocks of sound to the events of a turn, each with its sound."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from samantha.audio.pcm import HEARING_RATE, Block, silence
from samantha.audio.pcm import samples as duration
from samantha.config import Hearing
from samantha.events import Event, Paused, Resumed, SpeechStarted, TurnEnded
from samantha.hearing.endpoint import Began, Decision, Echo, Endpointer, Over, Rested, WentOn
from samantha.ports import SpeechDetector

_TAIL_S = 0.2

_LINGER = duration(0.1)
"""After the key to talk was let go, what was said before is still on its way through the sound card."""

_THOUGHT = duration(1.0)
"""How much of the silence under a held key is kept at either end of the speech, for what was said too softly."""


class Listener:
    """Hears the microphone, echo already taken out, and publishes who spoke when.

    Lives on the event loop: `feed` takes 0.2 ms for most blocks and under 2 ms when a turn's sound is copied
    out. It keeps one turn of the longest allowed length and its pre-roll, and nothing older.
    """

    def __init__(self, detector: SpeechDetector, settings: Hearing, publish: Callable[[Event], None]) -> None:
        self.at = 0
        """HEARING_RATE samples fed so far."""
        self._detector = detector
        self._publish = publish
        self._endpointer = Endpointer(settings)
        self._pre_roll = duration(settings.pre_roll_ms / 1000)
        self._tail = duration(_TAIL_S)
        self._judged = 0
        self._used = 0  # what an earlier turn holds is never heard twice
        self._began = 0
        self._limit = duration(settings.max_turn_s)
        self._threshold = settings.threshold
        self._attentive = True
        self._held: _Held | None = None
        # A second more than can be asked for: onset, tail and the window that is still to be judged.
        self._recent = _Recent(self._pre_roll + duration(settings.max_turn_s + 1))

    @property
    def speaking(self) -> bool:
        """Whether a turn is open."""
        return self._endpointer.open or self._held is not None

    @property
    def voiced(self) -> bool:
        """Whether the last window was speech."""
        if self._held is not None:
            return self._held.speech > 0 and self._held.speech_end == self._judged
        return self._endpointer.voiced

    def sound(self) -> Block:
        """The open turn so far, shape (n,), from the sample on with which its events' sound will begin.

        Empty where no turn is open. Of a turn by the key to talk the beginning is settled with the first
        speech in it.
        """
        if (held := self._held) is not None:
            return self._recent.read(self._held_begin(held), self.at)
        return self._turn(self.at) if self._endpointer.open else silence(0)

    def expect(self, pause: int) -> None:
        """End the turn when the present pause has lasted `pause` HEARING_RATE samples.

        Meant as the answer to a `Paused`; it is forgotten when the person goes on. What the pause has lasted
        already counts, so the turn may end with the next window.
        """
        self._endpointer.expect(pause)

    @property
    def attentive(self) -> bool:
        """Whether she finds out by herself when somebody speaks; else only a held key opens a turn."""
        return self._attentive

    @attentive.setter
    def attentive(self, on: bool) -> None:
        if on != self._attentive:
            self._attentive = on
            self._endpointer.drop()
            self._detector.reset()

    @property
    def released(self) -> bool:
        """Whether no key is held, or not any more."""
        return self._held is None or self._held.ends is not None

    def hold(self) -> None:
        """The person speaks from now on, until `release`; the pre-roll counts, and a turn already open."""
        if self._held is not None:
            self._held.ends = None
            return
        before = self._endpointer.speech
        begins = self._began if self._endpointer.open else self.at
        self._endpointer.drop()
        self._held = _Held(begins, speech_end=self.at, speech=before, speech_begin=begins if before else None)
        if not self._attentive:
            self._judge_pre_roll(self._held)

    def release(self) -> None:
        """The person has finished; the turn ends when what is on its way has arrived."""
        if self._held is not None and self._held.ends is None:
            self._held.ends = self.at + _LINGER

    def drop(self) -> None:
        """Forget the open turn, if there is one."""
        self._endpointer.drop()
        self._held = None

    def feed(self, block: Block, echo: Echo = Echo.NONE) -> None:
        """Hear the next `block`, shape (n,), and publish what follows from it.

        `echo` says what of herself may be in it: it decides what is taken for a person.
        """
        self._recent.write(block)
        self.at += len(block)
        window = self._detector.window
        while self.at - self._judged >= window:
            sound = self._recent.read(self._judged, self._judged + window)
            self._judged += window
            heeded = self._attentive or self._held is not None
            probability = self._detector.probability(sound) if heeded else 0.0
            if self._held is not None:
                self._held.judge(probability >= self._threshold, window, self._judged)
                probability = 0.0
            for decision in self._endpointer.feed(probability, window, echo):
                self._publish(self._event(decision))
        if (held := self._held) is not None:
            over = held.ends is not None and self.at >= held.ends
            if over or self.at - held.began >= self._limit:
                self._held = None
                self._publish(self._held_turn(held, cut=held.ends is None))

    def _judge_pre_roll(self, held: _Held) -> None:
        """Nobody has listened to it yet, and a short word may be over when the key is down. Takes 2 ms."""
        self._detector.reset()
        window = self._detector.window
        oldest = self._judged - self._pre_roll // window * window
        for begin in range(oldest, self._judged, window):
            if begin >= self._used:
                sound = self._recent.read(begin, begin + window)
                held.judge(self._detector.probability(sound) >= self._threshold, window, begin + window)

    def _held_turn(self, held: _Held, *, cut: bool) -> TurnEnded:
        self._began = held.began
        end = self.at if held.speech_begin is None else min(self.at, held.speech_end + _THOUGHT)
        audio = self._recent.read(self._held_begin(held), end)
        self._used = self.at
        return TurnEnded(
            at=self.at,
            began=held.began,
            speech_end=held.speech_end,
            speech_seconds=held.speech / HEARING_RATE,
            cut=cut,
            audio=audio,
        )

    def _held_begin(self, held: _Held) -> int:
        begin = max(held.began - self._pre_roll, self._used)
        return begin if held.speech_begin is None else max(begin, held.speech_begin - _THOUGHT)

    def _event(self, decision: Decision) -> Event:
        match decision:
            case Began(began=began):
                self._began = began
                return SpeechStarted(at=self.at, began=began)
            case Rested(speech_end=speech_end, speech=speech):
                return Paused(
                    at=self.at,
                    began=self._began,
                    speech_end=speech_end,
                    speech_seconds=speech / HEARING_RATE,
                    audio=self._turn(speech_end),
                )
            case WentOn():
                return Resumed(at=self.at)
            case Over(began=began, speech_end=speech_end, speech=speech, cut=cut):
                audio = self._turn(speech_end)
                self._used = min(speech_end + self._tail, self._judged)
                return TurnEnded(
                    at=self.at,
                    began=began,
                    speech_end=speech_end,
                    speech_seconds=speech / HEARING_RATE,
                    cut=cut,
                    audio=audio,
                )

    def _turn(self, speech_end: int) -> Block:
        """The turn's sound: pre-roll, speech, and so much silence as a last consonant may hide in."""
        begin = max(self._began - self._pre_roll, self._used)
        return self._recent.read(begin, min(speech_end + self._tail, self._judged))


@dataclass(slots=True)
class _Held:
    """A turn that the key to talk began; positions as in the stream, `speech` in samples."""

    began: int
    speech_end: int
    speech: int = 0
    speech_begin: int | None = None
    ends: int | None = None

    def judge(self, voiced: bool, samples: int, at: int) -> None:
        if voiced:
            if self.speech_begin is None:
                self.speech_begin = at - samples
            self.speech += samples
            self.speech_end = at


class _Recent:
    """The last `capacity` samples, addressed by their position in the stream."""

    def __init__(self, capacity: int) -> None:
        self._ring = np.zeros(capacity, np.float32)
        self._end = 0

    def write(self, sound: Block) -> None:
        begin = self._end % len(self._ring)
        fits = min(len(sound), len(self._ring) - begin)
        self._ring[begin : begin + fits] = sound[:fits]
        self._ring[: len(sound) - fits] = sound[fits:]
        self._end += len(sound)

    def read(self, begin: int, end: int) -> Block:
        """A copy of samples `begin` to `end`, less what is older than the capacity."""
        begin = max(begin, self._end - len(self._ring))
        first, size = begin % len(self._ring), end - begin
        head = self._ring[first : first + size]
        return np.concatenate([head, self._ring[: size - len(head)]])
