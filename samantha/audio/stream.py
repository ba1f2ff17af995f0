"""Between a sound card's two rings and the conversation: rates, blocks, and two clocks that are not one."""

from __future__ import annotations

import numpy as np

from samantha.audio.pcm import (
    BLOCK_SECONDS,
    HEARING_BLOCK,
    HEARING_RATE,
    VOICE_BLOCK,
    VOICE_RATE,
    Block,
    silence,
)
from samantha.audio.ring import Ring
from samantha.ports import Capture, Render

RING_SECONDS = 2
"""How long the event loop may be held up before captured sound is lost."""

AHEAD = 1.5
"""Blocks that wait in the playback ring before the next one is added, at first: 30 ms cover the card's own
unevenness and the event loop's lateness (11 ms at the 99th percentile with all engines at work)."""

AHEAD_MOST = 4.0
"""Where `AHEAD` stops growing on a machine that is later than that."""

SPARE = 1.0
"""Blocks beyond or below `AHEAD` before silence is shortened or lengthened."""

HELD_UP = 6.0
"""Blocks beyond `AHEAD` at which sound is dropped even while she speaks: she must be able to stop."""

GAP = 0.25
"""Seconds without captured sound after which a timer takes over from an open microphone."""

CATCH_UP = 0.1
"""Seconds by which a timer that was held up may be behind; more is let go."""

LAG_IN = 0.0125
LAG_OUT = 0.010
"""Seconds by which soxr's variable-rate filter holds sound back (measured: 12.5 ms for 48 to 16 kHz, 10 ms
for 24 to 48 kHz). Its constant-rate filters are better only on paper: they give out 20 to 40 ms at a time."""


class Resampler:
    """A stream from one rate to another that gives out a little whenever a little is put in."""

    def __init__(self, source: int, target: int) -> None:
        self._stream = None
        if source != target:
            import soxr

            self._stream = soxr.ResampleStream(source, target, 1, dtype="float32", vr=True)

    def convert(self, sound: Block) -> Block:
        """`sound` at the target rate, less what the filter still holds."""
        if self._stream is None or not len(sound):
            return sound
        converted: Block = self._stream.resample_chunk(sound)
        return converted


class Ear:
    """What one microphone gives, from its own rate to blocks. Its thread writes to `ring`."""

    def __init__(self, rate: int) -> None:
        """`rate` is the microphone's own, Hz."""
        self.ring = Ring(rate * RING_SECONDS)
        self._scratch = np.zeros(rate * RING_SECONDS, np.float32)
        self._resampler = Resampler(rate, HEARING_RATE)
        self._rest = silence(0)
        self.lag = LAG_IN * (rate != HEARING_RATE)
        """Seconds that sound spends in here."""

    def blocks(self) -> list[Block]:
        """All that was captured since, in pieces of HEARING_BLOCK; what is left over waits."""
        available = self._scratch[: len(self.ring)]
        if not len(available):
            return []
        self.ring.read(available)
        sound = np.concatenate((self._rest, self._resampler.convert(available)))
        whole = len(sound) - len(sound) % HEARING_BLOCK
        self._rest = sound[whole:]
        return [sound[start : start + HEARING_BLOCK] for start in range(0, whole, HEARING_BLOCK)]


class Mouth:
    """What one loudspeaker is given, at its own rate. Its thread reads from `ring`.

    Its clock is not the one by which blocks are rendered; the difference shows in how much waits in the ring,
    and is made good where nobody hears it: in silence.
    """

    def __init__(self, rate: int) -> None:
        """`rate` is the loudspeaker's own, Hz."""
        self.ring = Ring(rate * RING_SECONDS)
        self._resampler = Resampler(VOICE_RATE, rate)
        self._lag = LAG_OUT * (rate != VOICE_RATE)
        self._block = rate * VOICE_BLOCK / VOICE_RATE
        self.ahead = AHEAD
        """Blocks that wait before the next one is added; grows where the event loop is found to be late."""
        self._began = False
        self._missed = 0
        self.underruns = 0
        """Times at which the loudspeaker found nothing to play."""
        self.skipped = 0
        """Rendered blocks that were dropped because the loudspeaker is slower than the clock."""

    @property
    def lag(self) -> float:
        """Seconds that sound spends in here."""
        return self.ahead * BLOCK_SECONDS + self._lag

    def play(self, sound: Block) -> None:
        """Have `sound`, VOICE_BLOCK samples, played after what waits already."""
        silent = not sound.any()
        if self._ran_dry() or (silent and self._spare() < -SPARE):
            self._pad()
        elif self._spare() > (SPARE if silent else HELD_UP):
            self.skipped += 1
            return
        self.ring.write(self._resampler.convert(sound))

    def _spare(self) -> float:
        """Blocks that wait beyond those that should."""
        return len(self.ring) / self._block - self.ahead

    def _ran_dry(self) -> bool:
        """Whether the loudspeaker found nothing to play since the last block; then more waits from now on."""
        missed, self._missed = self._missed, self.ring.missing
        if not self._began:
            # What it missed before the first block was rendered is nobody's fault.
            self._began = True
            return True
        if self._missed == missed:
            return False
        self.underruns += 1
        self.ahead = min(AHEAD_MOST, self.ahead + 0.5)
        return True

    def _pad(self) -> None:
        self.ring.write(silence(max(0, round(-self._spare() * self._block))))


class Exchange:
    """Has one block rendered for each that was captured, whatever comes and goes at either end.

    The microphone is the clock. Where there is none, or it gives nothing, a timer is, and what is captured is
    silence. Either end may be replaced at any time, or be None; without a mouth what is rendered is lost.
    """

    def __init__(self, ear: Ear | None = None, mouth: Mouth | None = None) -> None:
        self.ear = ear
        self.mouth = mouth
        self._ahead = AHEAD
        self.hearing = False
        """Whether the last block came from the microphone."""
        self._until: float | None = None
        """The moment up to which blocks were handed on, on the clock of `step`."""

    @property
    def latency(self) -> int:
        """HEARING_RATE samples that sound spends in here, on its way in and its way out together."""
        spoken = self.mouth.lag if self.mouth else self._ahead * BLOCK_SECONDS
        lag = (self.ear.lag if self.ear else LAG_IN) + spoken
        return round(lag * HEARING_RATE)

    def speak_through(self, mouth: Mouth | None) -> None:
        """Replace the mouth; what the one before had learnt of this machine's lateness is kept."""
        if self.mouth is not None:
            self._ahead = self.mouth.ahead
        if mouth is not None:
            mouth.ahead = self._ahead
        self.mouth = mouth

    def step(self, capture: Capture, render: Render, now: float) -> int:
        """Hand on what is due by `now`, seconds on any steady clock; returns how many blocks that were."""
        if self._until is None:
            self._until = now
        blocks = self.ear.blocks() if self.ear else []
        if blocks:
            self.hearing, self._until = True, now
        elif not self._patient(now):
            blocks = self._silence(now)
        for block in blocks:
            capture(block)
            sound = render(VOICE_BLOCK)
            if self.mouth:
                self.mouth.play(sound)
        return len(blocks)

    def due(self, now: float) -> float:
        """Seconds until a timer's next block, where a timer is the clock; 0 where there is a microphone."""
        return 0.0 if self.ear or self._until is None else max(0.0, self._until + BLOCK_SECONDS - now)

    def _patient(self, now: float) -> bool:
        """Whether the microphone is the clock and may still be waited for."""
        if not self.hearing or self._until is None:
            return False
        if self.ear and now - self._until < GAP:
            return True
        self.hearing = False
        if self.ear:
            self._until = now - BLOCK_SECONDS  # the gap itself is not made good: she only pauses
        return False

    def _silence(self, now: float) -> list[Block]:
        assert self._until is not None
        self._until = max(self._until, now - CATCH_UP)
        count = int((now - self._until) / BLOCK_SECONDS + 1e-6)
        self._until += count * BLOCK_SECONDS
        return [silence(HEARING_BLOCK)] * count
