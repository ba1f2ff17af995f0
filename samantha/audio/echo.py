"""Taking her own voice out of what the microphone hears."""

from __future__ import annotations

import numpy as np

from samantha.audio.pcm import HEARING_BLOCK, HEARING_RATE, VOICE_RATE, Block, silence
from samantha.audio.stream import LAG_OUT, Resampler

REST = HEARING_RATE // 2
"""Samples after her last sound at which cancelling rests: by then her echo has come and died away."""

INAUDIBLE = 1e-5
"""-100 dBFS; what a resampler leaves of silence is far below."""

DRAINED = VOICE_RATE // 10
"""Samples of silence after which a resampler holds nothing else, gives nothing else, and need not be asked."""

MARGIN = HEARING_RATE * 50 // 1000
"""Samples by which the far end may come before its echo: so wrong may the estimate of a card's latency be.
AEC3 finds any delay up to 200 ms by itself; beyond, it mutes her and a person who is no louder than she."""


class WebrtcEchoCanceller:
    """WebRTC's AEC3, at rest while there is nothing to cancel.

    At rest the microphone passes unchanged and costs nothing; what was learnt of the room is kept. While it
    works, its output is 8 ms late. Measured in a simulated room of 30 to 200 ms: echo 20 dB and more quieter
    from the first second on, for 1 % of a core.
    """

    def __init__(self) -> None:
        from pywebrtc_audio import EchoCanceller

        self._aec = EchoCanceller(HEARING_RATE, 1)
        self._working = False
        self._quiet = REST
        self._before = silence(HEARING_BLOCK)

    def process(self, mic: Block, far: Block) -> Block:
        """`mic` without the echo of `far`, both (HEARING_BLOCK,) at HEARING_RATE."""
        audible = far.any() and np.abs(far).max() > INAUDIBLE
        self._quiet = 0 if audible else self._quiet + len(far)
        needed = self._quiet < REST
        if not needed and not self._working:
            self._before = mic
            return mic
        if not self._working:
            # What it still holds of the last time would be heard as a click: fill it with now.
            self._aec.process(self._before, silence(len(self._before)))
        cleaned = self._aec.process(mic, far)
        if needed == self._working:
            return cleaned
        self._working, self._before = needed, mic
        return _crossfade(mic, cleaned) if needed else _crossfade(cleaned, mic)


class FarEnd:
    """What the loudspeaker plays, as a stream beside what the microphone captures.

    For every block `pull` goes before capture and `push` after render. What was rendered comes out `MARGIN`
    before its echo can be captured, given the latency of the device, or as soon as it can.
    """

    def __init__(self, latency: int = 0) -> None:
        """`latency` of the device, in HEARING_RATE samples from render to capture."""
        self._to_hearing = Resampler(VOICE_RATE, HEARING_RATE)
        self._delay = 0
        self._silent = 0
        self._waiting = silence(0)
        self.align(latency)

    def align(self, latency: int) -> None:
        """What is rendered from now on comes with another `latency`."""
        # A block is rendered after it was asked for, and the filter holds some of it back.
        soonest = HEARING_BLOCK + round(LAG_OUT * HEARING_RATE)
        delay = soonest + max(0, latency + HEARING_BLOCK - soonest - MARGIN)
        more, self._delay = delay - self._delay, delay
        kept = self._waiting[: max(0, len(self._waiting) + min(0, more))]
        self._waiting = np.concatenate((kept, silence(max(0, more))))

    def push(self, rendered: Block) -> None:
        """The next block that was rendered, at VOICE_RATE."""
        self._silent = 0 if rendered.any() else self._silent + len(rendered)
        if self._silent > DRAINED:
            more = silence(len(rendered) * HEARING_RATE // VOICE_RATE)
        else:
            more = self._to_hearing.convert(rendered)
        self._waiting = np.concatenate((self._waiting, more))

    def pull(self) -> Block:
        """The far end of the next captured block, shape (HEARING_BLOCK,) at HEARING_RATE."""
        block, self._waiting = self._waiting[:HEARING_BLOCK], self._waiting[HEARING_BLOCK:]
        if len(block) < HEARING_BLOCK:
            return np.concatenate((block, silence(HEARING_BLOCK - len(block))))
        return block


def _crossfade(old: Block, new: Block) -> Block:
    ramp = np.linspace(0.0, 1.0, len(new), dtype=np.float32)
    return old * (1 - ramp) + new * ramp
