"""Taking her own voice out of what the microphone hears."""

from __future__ import annotations

from collections import deque

import numpy as np

from samantha.audio.alignment import AGO, DEPTH, FOUND, Alignment, Look
from samantha.audio.kalman import EchoPath
from samantha.audio.pcm import HEARING_BLOCK, HEARING_RATE, VOICE_RATE, Block, silence
from samantha.audio.stream import LAG_OUT, Resampler

PATH = 18
"""Blocks (360 ms) of a room's answer that are learnt; what comes later is left to AEC3."""

REST = (DEPTH + PATH + 1) * HEARING_BLOCK
"""Samples after her last sound at which cancelling rests: by then her echo has come and died away."""

INAUDIBLE = 1e-5
"""-100 dBFS; what a resampler leaves of silence is far below."""

SPEAKING = 3e-3
"""-50 dBFS; from a block that is no louder nothing is learnt about where the echo is."""

DRAINED = VOICE_RATE // 10
"""Samples of silence after which a resampler holds nothing else, gives nothing else, and need not be asked."""

MARGIN = HEARING_RATE * 150 // 1000
"""Samples by which the far end may come before its echo: so much too long may a card tell its latency."""

UNHEARD = HEARING_RATE * 4
"""Samples of her voice without a trace in the microphone after which she is taken to be in an earpiece."""

WARM = HEARING_RATE * 5 // 2
"""Samples of her voice after which a room is known."""

ENOUGH = 8.0
"""dB of echo that a filter which knows the room takes away, and more."""

ALONE = 0.3
"""Coherence of the microphone with the far end above which nobody speaks but she."""

STEADY = 10
"""Blocks of an echo that was foreseen, after which it is foreseen again: 0.2 s."""

JUMP = 400
"""Samples by which an echo may have jumped to be found at once; farther ones are measured, which takes longer."""

_SEARCH = 4
_KNOWN = 5
_BETTER = 0.5


class WebrtcEchoCanceller:
    """A linear filter that knows the room, and WebRTC's AEC3 for what it leaves.

    AEC3 alone mutes a person who is no louder than she. After a filter that has taken 15 to 25 dB of the echo
    away there is little left that it would have to mute; until the filter has learnt so much, AEC3 works alone.
    At rest the microphone passes unchanged and costs nothing; what was learnt of the room is kept. While it
    works, its output is 8 ms late.
    """

    def __init__(self) -> None:
        from pywebrtc_audio import EchoCanceller

        self._aec = EchoCanceller(HEARING_RATE, 1)
        self._novice: EchoCanceller | None = EchoCanceller(HEARING_RATE, 1)
        self._gain = 1.0
        self._path = EchoPath(PATH)
        self._alignment = Alignment(PATH)
        self._known: deque[EchoPath] = deque(maxlen=_KNOWN)
        self._mics = deque([silence(HEARING_BLOCK)] * AGO, maxlen=AGO)
        self._working = False
        self._quiet = REST
        self._heard = self._unheard = 0
        self._before = silence(HEARING_BLOCK)

    @property
    def coupled(self) -> bool:
        """Whether the microphone can hear her, as far as is known."""
        return self._unheard < UNHEARD

    @property
    def learnt(self) -> bool:
        """Whether the room is known, and what was taken for her echo of late was in the microphone."""
        return self._heard >= WARM and self._path.steady >= STEADY and self._path.reduction >= ENOUGH

    @property
    def surplus(self) -> float:
        """dB by which more is left than the filter mostly leaves of her echo."""
        return self._path.surplus

    @property
    def delay(self) -> int | None:
        """Samples by which the echo comes later than `far`, as measured; None until an echo was found."""
        return self._alignment.delay

    @property
    def drift(self) -> float:
        """How much faster than the microphone's the loudspeaker's clock is, as a ratio."""
        return self._alignment.drift

    def process(self, mic: Block, far: Block) -> Block:
        """`mic` without the echo of `far`, both (HEARING_BLOCK,) at HEARING_RATE.

        The echo may come up to 700 ms after `far`, and not before it.
        """
        loudness = float(np.abs(far).max()) if far.any() else 0.0
        self._quiet = 0 if loudness > INAUDIBLE else self._quiet + len(far)
        if self._quiet < REST:
            self._alignment.feed(far)
            self._mics.appendleft(mic)
            if loudness > SPEAKING:
                self._look(mic)
        needed = self._quiet < REST and self.coupled
        if not needed and not self._working:
            self._before = mic
            return mic
        if not self._working:
            # What it still holds of the last time would be heard as a click: fill it with now.
            for aec in filter(None, (self._aec, self._novice)):
                aec.process(self._before, silence(len(self._before)))
        cleaned = self._aec.process(self._path.cancel(mic, self._alignment.window), self._alignment.far)
        if self._novice is not None:
            cleaned = self._at_first(mic, cleaned)
        if needed == self._working:
            return cleaned
        self._working, self._before = needed, mic
        return _crossfade(mic, cleaned) if needed else _crossfade(cleaned, mic)

    def _at_first(self, mic: Block, cleaned: Block) -> Block:
        """What AEC3 makes of it alone, which learns sooner, less what is plainly nothing but echo; `cleaned`
        from the moment the room is known."""
        assert self._novice is not None
        alone: Block = self._novice.process(mic, self._alignment.far)
        before, self._gain = self._gain, float(self._alignment.coherence <= ALONE)
        alone = alone * np.linspace(before, self._gain, len(alone), dtype=np.float32)
        if self._heard < WARM:
            return alone
        self._novice = None
        return _crossfade(alone, cleaned)

    def _look(self, mic: Block) -> None:
        """Measure where the echo is, and have the path follow it."""
        self._heard += HEARING_BLOCK
        self._unheard += HEARING_BLOCK
        if not self._path.fits and self._heard // HEARING_BLOCK % _SEARCH == 0:
            self._search()
        found = self._alignment.look(mic)
        if found is None:
            return
        if found.coherence >= FOUND:
            self._unheard = 0
        self._follow(found)

    def _follow(self, found: Look) -> None:
        """Have the path begin where the window does, and what is known move to where the echo is now."""
        if found.moved:
            for path in (self._path, *self._known):
                path.shift(-found.moved)
        if found.jump and self._known:
            self._try(found.jump, 1.0)  # it may be another reflection that is the strongest for a moment
        elif found.settled:
            self._known.append(self._path.copy())

    def _search(self) -> None:
        """Find out by how much the echo has jumped from how alike the last blocks are to what was foreseen."""
        if not self._known:
            return
        mic = np.concatenate([*reversed(self._mics)])
        ago = reversed(range(AGO))
        echo = np.concatenate([self._known[0].echo(self._alignment.before(blocks)) for blocks in ago])
        cross = np.fft.rfft(mic, 2 * len(mic)) * np.fft.rfft(echo, 2 * len(mic)).conj()
        alike = np.fft.irfft(cross / (np.sqrt(np.abs(cross)) + 1e-9))
        around = np.concatenate((alike[-JUMP:], alike[:JUMP]))
        self._try(int(np.argmax(around)) - JUMP, _BETTER)

    def _try(self, later: int, better: float) -> None:
        """Go on with what was known, `later` by so many samples, where that would have left less than `better`
        of what the path leaves: since the echo jumped it was led astray."""
        then = self._known[0].copy()
        then.shift(later)
        if self._leaves(then) < better * self._leaves(self._path):
            self._path = then
            self._known.clear()

    def _leaves(self, path: EchoPath) -> float:
        """The energy that `path` would have left of the last AGO blocks."""
        left = [mic - path.echo(self._alignment.before(ago)) for ago, mic in enumerate(self._mics)]
        return float(np.sum(np.square(left)))


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
