"""Between a sound card's two rings and the conversation: rates, blocks, and two clocks that are not one."""

from __future__ import annotations

import numpy as np

from samantha.audio.pcm import HEARING_BLOCK, HEARING_RATE, VOICE_BLOCK, VOICE_RATE, Block, silence
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


class Exchange:
    """Cuts what was captured into blocks and has one block rendered for each of them.

    The microphone is the clock. The loudspeaker has its own; the difference shows in how much waits in the
    playback ring, and is made good where nobody hears it: in silence. The card's thread writes to `heard` and
    reads from `played`; everything else happens in `step`, on the event loop.
    """

    def __init__(self, input_rate: int, output_rate: int) -> None:
        """The native rates of microphone and loudspeaker, Hz."""
        self.heard = Ring(input_rate * RING_SECONDS)
        self.played = Ring(output_rate * RING_SECONDS)
        self._scratch = np.zeros(input_rate * RING_SECONDS, np.float32)
        self._to_hearing = Resampler(input_rate, HEARING_RATE)
        self._from_voice = Resampler(VOICE_RATE, output_rate)
        self._lag = LAG_IN * (input_rate != HEARING_RATE) + LAG_OUT * (output_rate != VOICE_RATE)
        self._rest = silence(0)
        self._block = output_rate * VOICE_BLOCK / VOICE_RATE
        self._ahead = AHEAD
        self._began = False
        self._missed = 0
        self.underruns = 0
        """Times at which the loudspeaker found nothing to play."""
        self.skipped = 0
        """Rendered blocks that were dropped because the loudspeaker is slower than the microphone."""

    @property
    def overruns(self) -> int:
        """Captured samples that were lost because the event loop was held up."""
        return self.heard.dropped

    @property
    def latency(self) -> int:
        """HEARING_RATE samples that sound spends in here, on its way in and its way out together."""
        return round(self._ahead * HEARING_BLOCK + self._lag * HEARING_RATE)

    def step(self, capture: Capture, render: Render) -> int:
        """Hand on all that was captured since; returns how many blocks that were."""
        available = self._scratch[: len(self.heard)]
        if not len(available):
            return 0
        self.heard.read(available)
        self._rest = np.concatenate((self._rest, self._to_hearing.convert(available)))
        count = len(self._rest) // HEARING_BLOCK
        for start in range(0, count * HEARING_BLOCK, HEARING_BLOCK):
            capture(self._rest[start : start + HEARING_BLOCK])
            self._play(render(VOICE_BLOCK))
        self._rest = self._rest[count * HEARING_BLOCK :]
        return count

    def _play(self, sound: Block) -> None:
        silent = not sound.any()
        if self._ran_dry() or (silent and self._spare() < -SPARE):
            self._pad()
        elif self._spare() > (SPARE if silent else HELD_UP):
            self.skipped += 1
            return
        self.played.write(self._from_voice.convert(sound))

    def _spare(self) -> float:
        """Blocks that wait beyond those that should."""
        return len(self.played) / self._block - self._ahead

    def _ran_dry(self) -> bool:
        """Whether the loudspeaker found nothing to play since the last block; then more waits from now on."""
        missed, self._missed = self._missed, self.played.missing
        if not self._began:
            # What it missed before the first block was rendered is nobody's fault.
            self._began = True
            return True
        if self._missed == missed:
            return False
        self.underruns += 1
        self._ahead = min(AHEAD_MOST, self._ahead + 0.5)
        return True

    def _pad(self) -> None:
        self.played.write(silence(max(0, round(-self._spare() * self._block))))
