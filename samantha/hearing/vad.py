"""Is somebody speaking? A gate that costs nothing decides whether the judge is asked at all."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import Protocol

import numpy as np

from samantha.audio.pcm import HEARING_BLOCK, HEARING_RATE, Block
from samantha.errors import ModelError
from samantha.onnx.session import session
from samantha.ports import SpeechDetector

_WINDOW = 512
_CONTEXT = 64


class WebrtcGate:
    """WebRTC's voice detector: 3 µs a block, misses next to no speech, and lets much noise through."""

    def __init__(self, mode: int = 1) -> None:
        """`mode` is 0 (lets nearly everything through) to 3 (strict)."""
        import webrtcvad

        self._detector = webrtcvad.Vad(mode)
        self._rest = np.zeros(0, np.float32)

    def is_open(self, sound: Block) -> bool:
        """Whether any whole 20 ms of what came so far and was not yet judged may be speech; (n,) samples."""
        sound = np.concatenate([self._rest, sound])
        whole = len(sound) - len(sound) % HEARING_BLOCK
        self._rest = sound[whole:]
        within = np.minimum(np.maximum(sound[:whole], -1.0), 1.0)
        data = (within * 32767.0).astype("<i2").tobytes()
        # Every frame is shown to the detector, because it follows the noise floor.
        size = 2 * HEARING_BLOCK
        frames = [data[start : start + size] for start in range(0, len(data), size)]
        return any([self._detector.is_speech(frame, HEARING_RATE) for frame in frames])


class SileroDetector:
    """Silero VAD version 6: 100-150 µs for 32 ms of sound, deaf to fans, hum and typing."""

    window = _WINDOW

    def __init__(self, path: Path) -> None:
        """Load the ONNX file at `path`; raises ModelError if it is missing, damaged or another model."""
        hint = "Run `samantha models pull silero-vad`."
        if not path.is_file():
            raise ModelError(f"The speech detector {path} is missing.", hint)
        try:
            self._session = session(path)
        except ValueError as problem:
            raise ModelError(
                f"The speech detector {path} is damaged: it cannot be loaded.", hint
            ) from problem
        if [put.name for put in self._session.get_inputs()] != ["input", "h", "c"]:
            raise ModelError(f"{path} is not a Silero speech detector of version 6.", hint)
        self._h: Block
        self._c: Block
        self._input: Block
        self.reset()

    def probability(self, block: Block) -> float:
        """Of speech in `block`, shape (512,) at 16 kHz, in [0, 1]."""
        self._input[0, :_CONTEXT] = self._input[0, -_CONTEXT:]
        self._input[0, _CONTEXT:] = block
        feed = {"input": self._input, "h": self._h, "c": self._c}
        speech, self._h, self._c = self._session.run(None, feed)
        return float(speech[0])

    def reset(self) -> None:
        """Forget what came before."""
        self._h, self._c = np.zeros((2, 1, 1, 128), np.float32)
        self._input = np.zeros((1, _CONTEXT + _WINDOW), np.float32)


class Gate(Protocol):
    """A cheap first look at sound, which may be wrong only in favour of speech."""

    def is_open(self, sound: Block) -> bool:
        """Whether there may be speech in `sound`, shape (n,), the next of the stream."""
        ...


class GatedDetector:
    """A judge that is asked only while a gate is open and a little after; at rest it costs next to nothing.

    When the gate opens after a rest, the judge first hears the last windows it missed, so that it knows the
    room and the first syllable. Against the judge alone this misses one speech window in a thousand.
    """

    def __init__(self, gate: Gate, judge: SpeechDetector, *, linger: int = 10, catch_up: int = 8) -> None:
        """`linger` windows after the gate has closed the judge rests; `catch_up` windows are kept for it."""
        self.window = judge.window
        self._gate = gate
        self._judge = judge
        self._linger = linger
        self._shut = linger
        self._missed: deque[Block] = deque(maxlen=catch_up)

    def probability(self, block: Block) -> float:
        """Of speech in `block`, shape (window,), in [0, 1]; 0 while the gate is shut."""
        self._shut = 0 if self._gate.is_open(block) else self._shut + 1
        if self._shut > self._linger:
            self._missed.append(block.copy())
            return 0.0
        while self._missed:
            self._judge.probability(self._missed.popleft())
        return self._judge.probability(block)

    def reset(self) -> None:
        """Forget what came before."""
        self._shut = self._linger
        self._missed.clear()
        self._judge.reset()
