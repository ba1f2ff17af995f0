"""How her voice gets from the far end into the microphone, learnt while a person may talk over it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from samantha.audio.pcm import HEARING_BLOCK, Block, silence

Spectrum = npt.NDArray[np.complex64]
"""Shape (..., BINS)."""

FRAME = 2 * HEARING_BLOCK
BINS = HEARING_BLOCK + 1

_MEMORY = 0.98
"""What stays of the certainty from block to block: rooms change, and clocks drift."""

_FIRST_GUESS = 0.3
_DECAY = 0.8
_SMOOTHING = 0.5
_CONSTRAINED = 4
_RECENT = 0.8
_BETTER, _WORSE = 0.1, 0.06
_FAINT = 1e-5
_NOTHING = 1e-4


class EchoPath:
    """A partitioned frequency-domain Kalman filter (Enzner and Vary 2006; Kuech et al. 2014).

    Its step in every bin is as long as it is unsure of the path there, and short where the microphone holds
    something else than echo: so it goes on learning while a person speaks, and is not led astray.
    """

    def __init__(self, partitions: int) -> None:
        """It spans `partitions` blocks of the past."""
        self._path = np.zeros((partitions, BINS), np.complex64)
        self._doubt = np.empty((partitions, BINS), np.float32)
        self._doubt[:] = (_FIRST_GUESS * _DECAY ** np.maximum(0, np.arange(partitions) - 6))[:, None]
        self._other = np.full(BINS, 1e-3, np.float32)
        self._agreement = np.zeros(3)
        self._left = 0.0
        self.reduction = 0.0
        """dB that it takes of the microphone's sound, mostly, while there is an echo."""
        self.steady = 0
        """Blocks with an echo in them for which it has fitted."""
        self._turn = 0

    def __len__(self) -> int:
        return len(self._path)

    @property
    def fits(self) -> bool:
        """Whether what it took for echo lately was in the microphone, whatever else was."""
        common, own, _ = self._agreement
        return bool(common > 0.6 * own > 0.0)

    @property
    def surplus(self) -> float:
        """dB by which more is left now than mostly is of such an echo: of a person, or of what it does not know."""
        usual = self._agreement[1] * 10 ** (-self.reduction / 10)
        return float(10 * np.log10((self._left + _NOTHING) / (usual + _NOTHING)))

    def copy(self) -> EchoPath:
        """What is known now."""
        same = EchoPath(len(self))
        same._path, same._doubt, same._other = self._path.copy(), self._doubt.copy(), self._other.copy()
        same.reduction = self.reduction
        return same

    def echo(self, far: Spectrum) -> Block:
        """What it takes for the echo of `far`, as for `cancel`."""
        heard: Block = np.fft.irfft(np.einsum("ij,ij->j", far, self._path))[HEARING_BLOCK:].astype(np.float32)
        return heard

    def cancel(self, mic: Block, far: Spectrum) -> Block:
        """`mic`, (HEARING_BLOCK,), without the echo of `far`; learns from both.

        `far` has shape (partitions, BINS): spectra of FRAME samples of the far end, each a block older.
        """
        echo = self.echo(far)
        left = mic - echo
        self._rate(mic, left, echo)
        error = spectrum(np.concatenate((silence(HEARING_BLOCK), left)))
        self._other += (1 - _SMOOTHING) * (power(error) - self._other)
        loudness = power(far)
        step = self._doubt / (np.einsum("ij,ij->j", loudness, self._doubt) + self._other + np.float32(1e-6))
        self._path += step * far.conj() * error
        self._constrain()
        self._doubt *= np.float32(_MEMORY) * (1 - np.float32(0.5) * step * loudness)
        self._doubt += np.float32(1 - _MEMORY) * power(self._path) + np.float32(1e-10)
        return left

    def shift(self, samples: int) -> None:
        """The echo comes `samples` later than before, or earlier if negative."""
        taps = np.fft.irfft(self._path, axis=1)[:, :HEARING_BLOCK].ravel()
        end = len(taps)
        later, earlier = min(max(samples, 0), end), min(max(-samples, 0), end)
        moved = np.zeros_like(taps)
        moved[later : end - earlier] = taps[earlier : end - later]
        padded = np.zeros((len(self), FRAME), np.float32)
        padded[:, :HEARING_BLOCK] = moved.reshape(len(self), HEARING_BLOCK)
        self._path = spectrum(padded)
        self._doubt = np.roll(self._doubt, round(samples / HEARING_BLOCK), axis=0)

    def _rate(self, mic: Block, left: Block, echo: Block) -> None:
        """Find out how well it does. Where a person is much louder than the echo, that cannot be told."""
        now = np.array((mic @ echo, echo @ echo, mic @ mic))
        self._agreement += (1 - _RECENT) * (now - self._agreement)
        self._left += 0.4 * (float(left @ left) - self._left)
        _, own, heard = self._agreement
        if own > _FAINT * HEARING_BLOCK and own > 0.3 * heard:
            # A running quantile, so slow that a person's words change little.
            less = mic @ mic > 10 ** (self.reduction / 10) * (left @ left)
            self.reduction += _BETTER if less else -_WORSE
            self.steady = self.steady + 1 if self.fits else 0

    def _constrain(self) -> None:
        """Keep the partitions what convolution in blocks needs them to be, a few at a time."""
        some = (self._turn + np.arange(_CONSTRAINED)) % len(self)
        self._turn = (self._turn + _CONSTRAINED) % len(self)
        taps = np.fft.irfft(self._path[some], axis=1)
        taps[:, HEARING_BLOCK:] = 0
        self._path[some] = spectrum(taps)


def spectrum(sound: npt.NDArray[np.floating]) -> Spectrum:
    """Of frames of sound, shape (..., FRAME)."""
    bins: Spectrum = np.fft.rfft(sound).astype(np.complex64, copy=False)
    return bins


def power(bins: Spectrum) -> npt.NDArray[np.float32]:
    """The squared magnitude of every bin."""
    squared: npt.NDArray[np.float32] = bins.real**2 + bins.imag**2
    return squared
