"""CAM++ of 3D-Speaker: whose voice it is, as 192 numbers.

A small convolutional network looks at the spectrum, a densely connected one at how it goes on in time, where a
glance over the whole and over every second masks what matters less; mean and spread over time make the voice.
H. Wang et al., "CAM++: A Fast and Efficient Network for Speaker Verification Using Context-Aware Masking", 2023.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from samantha.audio.pcm import Block, level_dbfs, samples
from samantha.errors import ModelError
from samantha.hearing import torchfile
from samantha.hearing.fbank import BANDS, LENGTH, STEP, fbank
from samantha.onnx.graph import Graph
from samantha.onnx.session import session

DIMENSIONS = 192

_OPSET = 13
_EPSILON = 1e-5
_BLOCKS = ((12, 1), (24, 2), (16, 2))
"""Layers of each dense block, and how far apart in time what they look at is."""
_SEGMENT = 100
"""Frames, of 20 ms by then, over which the mask takes its shorter glance."""
_HEARD = samples(10.0)
_LEAST = LENGTH + 10 * STEP
"""Samples: so many frames that they have a spread over time."""
_DBFS = -26.0


class CamPlusPlus:
    """A SpeakerEncoder. Loading takes 0.6 s of one core and 60 MB, 3 s of sound take 40 ms of it."""

    name = "campplus"

    def __init__(self, path: Path, *, threads: int = 1) -> None:
        """Load the weights that PyTorch saved at `path`, or an ONNX file of the same network.

        Raises ModelError if it is missing, damaged or another model.
        """
        hint = "Get it with `samantha models pull campplus`."
        if not path.is_file():
            raise ModelError(f"The model of voices {path} is missing.", hint)
        try:
            model: Path | bytes = path if path.suffix == ".onnx" else network(torchfile.read(path))
            self._session = session(model, threads=threads)
        except OSError as problem:
            raise ModelError(f"{path} cannot be read: {problem.strerror}.", hint) from problem
        except (ValueError, LookupError) as problem:
            raise ModelError(f"{path} is damaged or no model of voices.", hint) from problem
        [put, *others] = self._session.get_inputs()
        if others:
            raise ModelError(f"{path} is no model of voices that is known here.", hint)
        self._input = put.name

    def embed(self, audio: Block) -> Block:
        """The voice in `audio`, shape (n,) at HEARING_RATE, of which the last 10 s count; shape (DIMENSIONS,)."""
        heard = audio[-_HEARD:]
        if len(heard) < _LEAST:
            heard = np.concatenate([heard, np.zeros(_LEAST - len(heard), np.float32)])
        # The filter banks' floor is as low for somebody who speaks softly.
        features = fbank(heard * np.float32(10 ** ((_DBFS - level_dbfs(heard)) / 20)))
        features -= features.mean(axis=0)
        (found,) = self._session.run(None, {self._input: features[None]})
        voice: Block = np.asarray(found, np.float32).reshape(-1)
        return voice / np.float32(np.linalg.norm(voice))


def network(weights: Mapping[str, Any]) -> bytes:
    """The ONNX model of `weights`: from features, shape (1, n, BANDS), to a voice, shape (1, DIMENSIONS).

    Raises LookupError if one is missing, ValueError if one has another shape than it should.
    """
    graph = Graph.new(_OPSET)
    net = _Net(graph, weights)
    graph.add("Transpose", ["features"], "spectrum", perm=[0, 2, 1])
    graph.add("Unsqueeze", ["spectrum", net.whole("axis 1", 1)], "image")
    x = _head(net, "image")
    x = net.relu(net.conv(x, "xvector.tdnn.linear", "xvector.tdnn.nonlinear.batchnorm", strides=[2]))
    segments = _segments(net, x)
    for number, (layers, dilation) in enumerate(_BLOCKS, 1):
        for layer in range(1, layers + 1):
            y = _layer(net, x, f"xvector.block{number}.tdnnd{layer}", dilation, segments)
            x = graph.add("Concat", [x, y], f"{y}.dense", axis=1)
        transit = f"xvector.transit{number}"
        after = "xvector.out_nonlinear.batchnorm" if number == len(_BLOCKS) else ""
        x = net.relu(net.norm(x, f"{transit}.nonlinear.batchnorm"))
        x = net.conv(x, f"{transit}.linear", after)
    x = net.conv(_statistics(net, net.relu(x)), "xvector.dense.linear", "xvector.dense.nonlinear.batchnorm")
    graph.add("Flatten", [x], "voice", axis=1)
    return graph.part(["features"], ["voice"])


class _Net:
    """A graph that grows by the layers of a network with `weights`."""

    def __init__(self, graph: Graph, weights: Mapping[str, Any]) -> None:
        self.graph = graph
        self._weights = weights

    def conv(
        self, x: str, name: str, norm: str = "", *, strides: list[int] | None = None, dilation: int = 1
    ) -> str:
        """A convolution that keeps the length, but for its strides, with the normalisation after it worked in."""
        weight = self._weights[f"{name}.weight"]
        size = list(weight.shape[2:])
        bias = self._weights.get(f"{name}.bias", np.zeros(len(weight), np.float32))
        if norm:
            gain, offset = self._affine(norm)
            weight = weight * gain.reshape(-1, *[1] * (weight.ndim - 1))
            bias = bias * gain + offset
        inputs = [x, self.graph.keep(f"{name}.weight", weight), self.graph.keep(f"{name}.bias", bias)]
        pads = [dilation * (each - 1) // 2 for each in size]
        return self.graph.add(
            "Conv", inputs, name, kernel_shape=size, strides=strides or [1] * len(size),
            dilations=[dilation] * len(size), pads=[*pads, *pads],
        )  # fmt: skip

    def norm(self, x: str, name: str) -> str:
        """A normalisation that comes first, so that it cannot be worked into anything."""
        gain, offset = self._affine(name)
        scaled = self.graph.add("Mul", [x, self.graph.keep(f"{name}.gain", gain[:, None])], f"{name}.scaled")
        return self.graph.add("Add", [scaled, self.graph.keep(f"{name}.offset", offset[:, None])], name)

    def relu(self, x: str) -> str:
        return self.graph.add("Relu", [x], f"{x}.relu")

    def whole(self, name: str, *values: int) -> str:
        """Whole numbers that an operator wants, shape (n,)."""
        return self.graph.keep(name, np.array(values, np.int64))

    def _affine(self, name: str) -> tuple[Any, Any]:
        """What the normalisation multiplies by and adds, both of shape (c,)."""
        gain = 1 / np.sqrt(self._weights[f"{name}.running_var"] + np.float32(_EPSILON))
        gain = gain * self._weights.get(f"{name}.weight", np.float32(1))
        offset = (
            self._weights.get(f"{name}.bias", np.float32(0)) - gain * self._weights[f"{name}.running_mean"]
        )
        return gain, offset


def _head(net: _Net, x: str) -> str:
    """The convolutions over the spectrum as an image, three times halved in height; channels (c x height) out."""
    x = net.relu(net.conv(x, "head.conv1", "head.bn1"))
    for layer in (1, 2):
        for block in (0, 1):
            name = f"head.layer{layer}.{block}"
            strides = [2, 1] if block == 0 else [1, 1]
            y = net.relu(net.conv(x, f"{name}.conv1", f"{name}.bn1", strides=strides))
            y = net.conv(y, f"{name}.conv2", f"{name}.bn2")
            if block == 0:
                x = net.conv(x, f"{name}.shortcut.0", f"{name}.shortcut.1", strides=strides)
            x = net.relu(net.graph.add("Add", [x, y], f"{name}.sum"))
    x = net.relu(net.conv(x, "head.conv2", "head.bn2", strides=[2, 1]))
    flat = net.whole("flat", 1, 32 * BANDS // 8, -1)
    return net.graph.add("Reshape", [x, flat], "head.flat")


def _segments(net: _Net, x: str) -> str:
    """Which segment each frame of `x` is in, shape (n,)."""
    graph = net.graph
    graph.add("Shape", [x], "shape")
    graph.keep("zero", np.array(0, np.int64))
    graph.keep("one", np.array(1, np.int64))
    graph.add("Gather", ["shape", graph.keep("two", np.array(2, np.int64))], "length", axis=0)
    graph.add("Range", ["zero", "length", "one"], "frames")
    return graph.add("Div", ["frames", net.whole("segment", _SEGMENT)], "segments")


def _layer(net: _Net, x: str, name: str, dilation: int, segments: str) -> str:
    """What a dense layer adds to `x`: 32 channels, masked by what the whole and the segment are like."""
    graph, mask = net.graph, f"{name}.cam_layer"
    x = net.relu(net.norm(x, f"{name}.nonlinear1.batchnorm"))
    x = net.relu(net.conv(x, f"{name}.linear1", f"{name}.nonlinear2.batchnorm"))
    y = net.conv(x, f"{mask}.linear_local", dilation=dilation)
    graph.add("GlobalAveragePool", [x], f"{mask}.whole")
    graph.add("AveragePool", [x], f"{mask}.parts", kernel_shape=[_SEGMENT], strides=[_SEGMENT], ceil_mode=1)
    # All frames of a segment get the same mask, so it is made once for each.
    context = graph.add("Add", [f"{mask}.whole", f"{mask}.parts"], f"{mask}.context")
    context = net.conv(net.relu(net.conv(context, f"{mask}.linear1")), f"{mask}.linear2")
    graph.add("Sigmoid", [context], f"{mask}.open")
    graph.add("Gather", [f"{mask}.open", segments], f"{mask}.each", axis=2)
    return graph.add("Mul", [y, f"{mask}.each"], f"{mask}.masked")


def _statistics(net: _Net, x: str) -> str:
    """Mean and standard deviation of each channel over time, shape (1, 2 c, 1)."""
    graph = net.graph
    graph.add("GlobalAveragePool", [x], "mean")
    graph.add("Sub", [x, "mean"], "centred")
    graph.add("Mul", ["centred", "centred"], "squares")
    graph.add("ReduceSum", ["squares", net.whole("axis 2", 2)], "sum")
    graph.add("Sub", ["length", "one"], "freedom")
    graph.add("Cast", ["freedom"], "divisor", to=1)
    graph.add("Div", ["sum", "divisor"], "variance")
    graph.add("Sqrt", ["variance"], "deviation")
    return graph.add("Concat", ["mean", "deviation"], "statistics", axis=1)
