"""The loudspeaker side: what is playing, and what of it has been heard.

To play is to hold a reference to a track, to stop is to drop it: an abandoned reply goes on writing into a
track that nobody reads. Everything here runs on the event loop.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from samantha.audio.pcm import HEARING_RATE, VOICE_RATE, Block, fade, silence
from samantha.voice.track import Track

FADE = VOICE_RATE * 5 // 1000
"""Samples of the ramps at the edges of sound: 5 ms, short enough to be instant, long enough not to click."""


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
        self._paused = False
        self._gap = True
        self._silent = 0  # samples since the last one that sounded
        self._reached = 0  # samples of the track that have been at the ear
        self._tail = silence(0)

    @property
    def sounding(self) -> bool:
        """Whether there is a track that has begun and has neither ended nor been paused."""
        return self._track is not None and self._began and not self._paused

    @property
    def paused(self) -> bool:
        """Whether there is a track that waits for `resume`."""
        return self._paused

    def play(self, track: Track, sounded: Callable[[], None], ended: Callable[[], None]) -> None:
        """Play `track`: `sounded` is called with its first sample that has words, `ended` once all was heard.

        Neither is called once it has been stopped.
        """
        self.stop()
        self._track, self._sounded, self._ended = track, sounded, ended
        self._began, self._worded, self._gap = False, False, True
        self._silent = self._reached = 0

    def stop(self) -> str:
        """Fall silent from the next block on, and say what was heard of the track that was playing."""
        track = self._track
        if track is None:
            return ""
        self._fall_silent(track)
        self._track, self._paused = None, False
        return self.heard(track, self._reached)

    def pause(self) -> None:
        """Fall silent from the next block on and keep the track, if there is one."""
        if self._track is not None:
            self._fall_silent(self._track)
            self._paused = True

    def resume(self) -> None:
        """Go on after `pause`, with the whole of the word that was cut off."""
        if self._track is not None and self._paused:
            self._track.rewind()
            self._paused = False

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
        sound = silence(0) if self._paused else track.take(samples)
        if len(sound):
            self._silent = 0
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
            self._silent += samples
        # What is rendered sounds after the latency, whether she is silent meanwhile or not.
        underway = max(0, self.latency * VOICE_RATE // HEARING_RATE - self._silent)
        self._reached = max(self._reached, track.played - underway)
        over = track.closed and track.empty and self._reached >= track.played
        if over and not self._paused and self._track is track:
            self._track = None
            self._ended()
        return block

    def _fall_silent(self, track: Track) -> None:
        if self._began and not self._gap:
            self._tail, self._gap = fade(track.peek(FADE), FADE, out=True), True
