"""The loudspeaker side: what is playing, and what of it has been heard.

To play is to hold a reference to a track, to stop is to drop it: an abandoned reply goes on writing into a
track that nobody reads. Everything here runs on the event loop.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from samantha.audio.pcm import HEARING_RATE, VOICE_RATE, Block, fade, silence

FADE = VOICE_RATE * 5 // 1000
"""Samples of the ramps at the edges of sound: 5 ms, short enough to be instant, long enough not to click."""


@dataclass(slots=True)
class _Clause:
    text: str
    sound: list[Block] = field(default_factory=list)
    finished: bool = False

    @property
    def samples(self) -> int:
        return sum(len(block) for block in self.sound)


class Track:
    """The sound of one reply, clause by clause, with the words that belong to it."""

    def __init__(self) -> None:
        self._clauses: list[_Clause] = []
        self._waiting: deque[tuple[Block, bool]] = deque()
        self.worded = False
        """Whether any sound that has words was taken out yet."""
        self.played = 0
        """VOICE_RATE samples that were taken out, without the gaps while it waited for more."""
        self.closed = False

    def begin(self, text: str) -> None:
        """What is added next is the sound of `text`; an empty text is sound without words."""
        self._clauses.append(_Clause(text))

    def add(self, sound: Block) -> None:
        """More sound of the clause begun last, at VOICE_RATE."""
        self._clauses[-1].sound.append(sound)
        if len(sound):
            self._waiting.append((sound, True))

    def interject(self, sound: Block) -> None:
        """A sound without words, before the clause that is still being made."""
        begun = bool(self._clauses) and not self._clauses[-1].finished
        self._clauses.insert(len(self._clauses) - begun, _Clause("", [sound], finished=True))
        self._waiting.append((sound, False))

    def finish(self) -> None:
        """The clause begun last is complete."""
        self._clauses[-1].finished = True

    def close(self) -> None:
        """There will be no more clauses."""
        self.closed = True

    @property
    def texts(self) -> list[str]:
        """The words of its clauses, begun ones too."""
        return [clause.text for clause in self._clauses if clause.text]

    @property
    def empty(self) -> bool:
        """Nothing is waiting to be played."""
        return not self._waiting

    def take(self, samples: int) -> Block:
        """Up to `samples` of what comes next; shorter when there is no more for now."""
        taken: list[Block] = []
        wanted = samples
        while wanted and self._waiting:
            block, worded = self._waiting.popleft()
            self.worded |= worded
            if len(block) > wanted:
                self._waiting.appendleft((block[wanted:], worded))
                block = block[:wanted]
            taken.append(block)
            wanted -= len(block)
        self.played += samples - wanted
        return np.concatenate(taken) if taken else silence(0)

    def heard(self, samples: int) -> str:
        """The words in the first `samples` of sound: whole clauses, and the begun one to the nearest word."""
        words: list[str] = []
        for clause in self._clauses:
            length = clause.samples
            if samples >= length and clause.finished:
                if clause.text and length:
                    words.append(clause.text)
            elif samples > 0 and length:
                # Speech is even enough that the share of the sound is the share of the words' letters.
                words.append(_share(clause.text, samples / length))
            samples -= length
        return " ".join(word for word in words if word)


def _share(text: str, part: float) -> str:
    """The words of `text` that are over after `part` (0-1) of its letters."""
    words = text.split()
    letters = sum(len(word) for word in words)
    spoken, kept = 0, []
    for word in words:
        spoken += len(word)
        if spoken > part * letters + len(word) / 2:
            break
        kept.append(word)
    return " ".join(kept)


def chime() -> Block:
    """Two soft notes, a fifth apart, 120 ms in all: she hears."""
    t = np.arange(VOICE_RATE * 60 // 1000) / VOICE_RATE
    swell = np.sin(np.pi * t / t[-1]) ** 2
    notes = [0.05 * swell * np.sin(2 * np.pi * pitch * t) for pitch in (440.0, 660.0)]
    return np.concatenate(notes).astype(np.float32)


class Speaker:
    """Pulled by the device, one block at a time."""

    def __init__(self) -> None:
        self.latency = 0
        """HEARING_RATE samples from `render` to the ear; set by whoever knows the device."""
        self.audible = True
        """Whether there is anything that plays what is rendered; set by whoever knows the device."""
        self._track: Track | None = None
        self._sounded: Callable[[], None] = lambda: None
        self._ended: Callable[[], None] = lambda: None
        self._began = False
        self._worded = False
        self._gap = True
        self._tail = silence(0)

    @property
    def sounding(self) -> bool:
        """Whether there is a track that has begun and has not ended."""
        return self._track is not None and self._began

    def play(self, track: Track, sounded: Callable[[], None], ended: Callable[[], None]) -> None:
        """Play `track`: `sounded` is called with its first sample that has words, `ended` after its last.

        Neither is called once it has been stopped.
        """
        self.stop()
        self._track, self._sounded, self._ended = track, sounded, ended
        self._began, self._worded, self._gap = False, False, True

    def stop(self) -> str:
        """Fall silent from the next block on, and say what was heard of the track that was playing."""
        track, self._track = self._track, None
        if track is None:
            return ""
        self._tail = fade(track.take(FADE), FADE, out=True) if self._began and not self._gap else silence(0)
        return self.heard(track, track.played - self.latency * VOICE_RATE // HEARING_RATE)

    def heard(self, track: Track, samples: int) -> str:
        """What was heard of `track` when `samples` of it are over."""
        return track.heard(samples) if self.audible else ""

    def cue(self, sound: Block) -> None:
        """Let `sound` be heard, under whatever else there is."""
        self._tail = sound

    def render(self, samples: int) -> Block:
        """The next `samples` for the loudspeaker, at VOICE_RATE."""
        block = silence(samples)
        tail, self._tail = self._tail[:samples], self._tail[samples:]
        block[: len(tail)] = tail
        track = self._track
        if track is None:
            return block
        sound = track.take(samples)
        if len(sound):
            if self._gap:
                sound, self._gap = fade(sound, FADE), False
            if track.empty:  # it has ended or run dry: what it ends with must not click
                sound, self._gap = fade(sound, FADE, out=True), True
            block[: len(sound)] += sound
            self._began = True
            if track.worded and not self._worded:
                self._worded = True
                self._sounded()
        else:
            self._gap = True
        if track.closed and track.empty and self._track is track:
            self._track = None
            self._ended()
        return block
