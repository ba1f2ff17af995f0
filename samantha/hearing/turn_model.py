"""Does it sound as if the person has finished? Smart Turn listens to how the last words were spoken."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from samantha.audio.pcm import Block, samples
from samantha.errors import ModelError
from samantha.onnx.session import session

_HEARD_S = 8
_VARIANCE_FLOOR = 1e-7


class SmartTurn:
    """Smart Turn version 3: Whisper tiny's encoder with a judge on top, for 23 languages. 30 ms a call.

    It was trained on turns that end 200 ms after the last word, and wants to hear them from their beginning.
    """

    def __init__(self, path: Path) -> None:
        """Load the ONNX file at `path`; raises ModelError if it is missing, damaged or another model."""
        from faster_whisper.feature_extractor import FeatureExtractor

        hint = "Run `samantha models pull smart-turn`, or set hearing.turn_model to nothing."
        if not path.is_file():
            raise ModelError(f"The turn model {path} is missing.", hint)
        try:
            self._session = session(path)
        except ValueError as problem:
            raise ModelError(f"The turn model {path} is damaged: it cannot be loaded.", hint) from problem
        inputs = [(put.name, put.shape[1:]) for put in self._session.get_inputs()]
        if inputs != [("input_features", [80, _HEARD_S * 100])]:
            raise ModelError(f"{path} is not a Smart Turn model of version 3.", hint)
        self._features = FeatureExtractor(chunk_length=_HEARD_S)

    def complete(self, audio: Block) -> float:
        """How likely the turn is over after `audio`, shape (n,) at 16 kHz, in [0, 1]; its last 8 s count."""
        heard = np.zeros(samples(_HEARD_S), np.float32)
        audio = audio[-len(heard) :]
        heard[len(heard) - len(audio) :] = audio
        heard -= heard.mean()
        heard /= np.sqrt(heard.var() + _VARIANCE_FLOOR)
        features = self._features(heard, padding=0).astype(np.float32, copy=False)
        (probability,) = self._session.run(None, {"input_features": features[None]})
        return float(probability[0, 0])
