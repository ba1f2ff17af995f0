"""How echo cancellation would be rated by people: Microsoft's AECMOS, as the package speechmos has it.

The package asks for librosa for the mel spectrogram of its input; here it is counted with numpy.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from samantha.audio.pcm import HEARING_RATE, Block

Talk = Literal["far", "near", "both"]

_MODEL = "aecmos_models/Run_1663915512_Stage_0.onnx"
_FRAME, _HOP, _MELS = 513, 256, 160
_LONGEST = 20 * HEARING_RATE
_MARK = 20

_Numbers = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Opinion:
    """From 1 (bad) to 5: how little `echo` is left, and how little of `other` damage was done."""

    echo: float
    other: float


class Aecmos:
    """The model for 16 kHz that is told who talks."""

    def __init__(self) -> None:
        """Raises ModuleNotFoundError without speechmos."""
        import onnxruntime

        spec = find_spec("speechmos")
        if spec is None or spec.origin is None:
            raise ModuleNotFoundError("speechmos")
        path = Path(spec.origin).parent / _MODEL
        self._session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])

    def rate(self, far: Block, mic: Block, cleaned: Block, talk: Talk) -> Opinion:
        """The first 20 s of three aligned sounds of shape (n,) at HEARING_RATE, in which `talk` talks."""
        n = min(len(far), len(mic), len(cleaned), _LONGEST)
        parts = [
            np.concatenate((_mel(sound[:n]), np.full((_MARK, _MELS), marked), np.zeros((_MARK, _MELS))))
            for sound, marked in ((far, talk != "near"), (mic, talk != "far"), (cleaned, True))
        ]
        feed = {
            self._session.get_inputs()[0].name: np.stack(parts)[None].astype(np.float32),
            "h0": np.zeros((4, 1, 64), np.float32),
        }
        echo, other = np.ravel(self._session.run(None, feed)[0])[:2]
        return Opinion(float(echo), float(other))


def _mel(sound: Block) -> _Numbers:
    """librosa's mel spectrogram in dB below its loudest, shape (frames, _MELS), as the model wants it."""
    padded = np.pad(sound, _FRAME // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FRAME)[::_HOP]
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_FRAME) / _FRAME)
    powers = np.abs(np.fft.rfft(frames * window, axis=1)) ** 2
    mels = np.maximum(powers @ _filters().T, 1e-10)
    decibels = 10 * np.log10(mels / mels.max())
    scaled: _Numbers = ((np.maximum(decibels, -80.0) + 40) / 40).astype(np.float32)
    return scaled


def _filters() -> _Numbers:
    """Triangles between equal steps on Slaney's mel scale, each of the same area; (_MELS, bins)."""
    edges = np.asarray(_hertz(np.linspace(0.0, _mels(HEARING_RATE / 2), _MELS + 2)), np.float64)
    bins = np.fft.rfftfreq(_FRAME, 1 / HEARING_RATE)
    rise = (bins - edges[:-2, None]) / np.diff(edges)[:-1, None]
    fall = (edges[2:, None] - bins) / np.diff(edges)[1:, None]
    triangles = np.maximum(0.0, np.minimum(rise, fall)) * (2 / (edges[2:] - edges[:-2]))[:, None]
    return np.asarray(triangles, np.float32)


def _mels(hertz: float) -> float:
    return hertz / (200 / 3) if hertz < 1000 else 15 + 27 * float(np.log(hertz / 1000) / np.log(6.4))


def _hertz(mels: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.where(mels < 15, mels * 200 / 3, 1000 * np.exp(np.log(6.4) / 27 * (mels - 15)))
