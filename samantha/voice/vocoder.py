"""Kokoro's network in two parts, so that sound begins before a sentence is done.

The first part decides what is to be said: frames of 12.5 ms, with the melody in them. It takes a tenth of the
work. The second, the vocoder, makes sound of frames, and it does so just as well in a window of them: only
its normalisations look further than 90 ms, and it was taught on windows.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from samantha.audio.pcm import VOICE_RATE, Block
from samantha.dialog.token import Token
from samantha.errors import ModelError
from samantha.onnx.graph import Graph
from samantha.voice import lighter
from samantha.voice.network import Network

FRAME = 300
"""Samples of one frame at VOICE_RATE."""

_SHORTEST, _LONGEST = 40, 160
"""Frames of a window: half a second, since somebody waits for the first; and two."""

_SLOW = 0.6
"""Seconds of work for a second of sound from which on short windows would not be done in time."""
_HASTE = 0.75
"""The part of the time until the sound runs out that the next window may take."""

_BEFORE, _AFTER = 8, 6
"""Frames of context, computed and thrown away: the reach of the vocoder."""

_BLEND = FRAME
"""Samples over which one window goes over into the next."""

_AUDIBLE = -4.0
"""Energy, a logarithm, above which a frame can be heard; with a margin, since consonants are soft."""
_MARGIN = 4

_FEATURES = "/decoder/decoder/decode.3/Div_4_output_0"
_SOURCE = "/decoder/decoder/generator/Concat_3_output_0"
_ENERGY = "/decoder/decoder/Unsqueeze_1_output_0"
_AUDIO = "audio"

Sample = Callable[[Mapping[str, str]], Mapping[str, Any]]
"""What the network gets, by the names and types of its inputs, for a sentence or two in the voice of the speaker."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Frames:
    """What the vocoder is to say."""

    features: Any
    """(1, 512, n) float32"""
    source: Any
    """(1, 22, 60 n + 1) float32: the voice's own vibration, its phases running through from the start."""
    energy: Any
    """(n,) float32"""


class Vocoder:
    """The two parts of a network that has them."""

    def __init__(self, path: Path, graph: Graph, sample: Sample, *, threads: int) -> None:
        """The vocoder's normalisations, which look at a whole clause, are set to what they find in the sample.

        Raises ValueError if the network in `graph` cannot be parted, ModelError if it does not run.
        """
        self._pace = 0.3
        self._first = Network(
            path, threads=threads, model=graph.part(graph.inputs, [_FEATURES, _SOURCE, _ENERGY])
        )
        self.inputs = self._first.inputs
        given = sample(self.inputs)
        frames = self.frames(given, Token())
        inputs = {_FEATURES: frames.features, _SOURCE: frames.source, "style": given["style"]}
        names = list(dict.fromkeys(lighter.averages(graph, inputs, _AUDIO)))
        if not names:
            raise ValueError("its vocoder has no normalisations")
        whole = Network(path, threads=threads, model=graph.part(inputs, names), once=True)
        lighter.freeze(graph, dict(zip(names, whole.run(inputs, Token()), strict=True)))
        self._second = Network(path, threads=threads, model=graph.part([_FEATURES, _SOURCE], [_AUDIO]))

    def frames(self, inputs: Mapping[str, Any], token: Token) -> Frames:
        """What to say for the `inputs` of the whole network. Raises Cancelled, or ModelError if it fails."""
        features, source, energy = self._first.run(inputs, token)
        return Frames(features, source, np.asarray(energy).reshape(-1))

    def speak(self, frames: Frames, token: Token) -> Iterator[tuple[Block, bool]]:
        """The sound of `frames` at VOICE_RATE with little silence around it, in blocks that join seamlessly.

        With each comes whether it is the last. Raises Cancelled, or ModelError if it fails.
        """
        heard = np.flatnonzero(frames.energy > _AUDIBLE)
        if not len(heard):
            return
        total = len(frames.energy)
        begin, end = max(0, int(heard[0]) - _MARGIN), min(total, int(heard[-1]) + 1 + _MARGIN)
        ramp = np.linspace(0.0, 1.0, _BLEND, endpoint=False, dtype=np.float32)
        tail, length = None, 0
        while begin < end:
            length = window(end - begin, length, self._pace)
            low, high = max(0, begin - _BEFORE), min(total, begin + length + _AFTER)
            sound = self._window(frames, low, high, token)[(begin - low) * FRAME :]
            if tail is not None:
                sound[:_BLEND] = sound[:_BLEND] * ramp + tail * (1 - ramp)
            begin += length
            tail = sound[length * FRAME : length * FRAME + _BLEND]
            yield sound[: length * FRAME], begin >= end

    def _window(self, frames: Frames, low: int, high: int, token: Token) -> Block:
        inputs = {
            _FEATURES: frames.features[:, :, low:high],
            _SOURCE: frames.source[:, :, 60 * low : 60 * high + 1],
        }
        began = time.perf_counter()
        sound = np.array(self._second.run(inputs, token)[0], np.float32).reshape(-1)
        self._pace = (time.perf_counter() - began) * VOICE_RATE / len(sound)
        return sound


def window(left: int, before: int, pace: float) -> int:
    """How many frames to make next, of `left`, after a window of `before` (0: none), so that no gap is heard.

    A second of sound takes `pace` seconds of work. Each window has to be done while the one before it is
    played; on a machine that is slow or busy, the first is so long that all the rest can be.
    """
    if not before:
        length = max(_SHORTEST, int(left * pace / (1 + pace))) if pace > _SLOW else _SHORTEST
    else:
        length = int(_HASTE * before / max(pace, 0.01)) - _BEFORE - _AFTER
        length = min(_LONGEST, max(_SHORTEST, length)) if pace <= _SLOW else left
    return length if left >= 1.5 * length else left


def vocoder(path: Path, sample: Sample, *, threads: int) -> Vocoder | None:
    """The network at `path` in two parts and fewer steps for the voice of `sample`, or None if it has none."""
    try:
        graph = Graph(path.read_bytes())
        lighter.lighten(graph)
        return Vocoder(path, graph, sample, threads=threads)
    except (ValueError, LookupError, StopIteration, OSError, ModelError) as problem:  # another export's graph
        _log.info("%s is used as it is: %s", path, problem)
        return None
