"""The same network in fewer passes over memory: what onnxruntime does not fuse by itself.

Each change is found by its shape in the graph and leaves the rest alone; a network without it stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from samantha.dialog.token import Token
from samantha.errors import ModelError
from samantha.onnx.graph import FLOAT, INT8, UINT8, Graph
from samantha.voice.network import Network

_FLIPPING = 18
"""The version of ONNX's operators from which on bits can be flipped."""


def lighten(graph: Graph) -> None:
    """Rewrites `graph`; what it makes stays the same up to rounding."""
    for node in list(graph.nodes):
        if node.op_type == "Div":
            _normalise(graph, node)
    for node in list(graph.nodes):
        if node.op_type == "Add":
            _snake(graph, node)
    for node in list(graph.nodes):
        if node.op_type == "STFT":
            _transform(graph, node)
    if graph.opset >= _FLIPPING and _multiplies_exactly(graph):
        for node in list(graph.nodes):
            if node.op_type == "ConvInteger":
                _convolve(graph, node)


def averages(graph: Graph, inputs: Iterable[str], output: str) -> list[str]:
    """Names of what each normalisation on the way from `inputs` to `output` does, four for each, made by `graph`.

    Its gain and offset, of shape (c,), the mean of what it gets and that of its square, of shape (1, c, 1).
    """
    names = []
    for node in Graph(graph.part(inputs, [output])).nodes:
        if node.op_type == "InstanceNormalization":
            name = node.output[0]
            axes = graph.keep("lighter.time", np.array([2], np.int64))
            mean = graph.add("ReduceMean", [node.input[0], axes], f"{name}.mean")
            power = graph.add("Mul", [node.input[0]] * 2, f"{name}.power")
            names += [*node.input[1:], mean, graph.add("ReduceMean", [power, axes], f"{name}.square")]
    return names


def freeze(graph: Graph, found: Mapping[str, Any]) -> None:
    """Lets normalisations use what `found` says of `averages`, so that none looks at what it gets."""
    for name, node in list(graph.maker.items()):
        if node.op_type == "InstanceNormalization" and f"{name}.mean" in found:
            gain, offset = (np.asarray(found[each]).reshape(1, -1, 1) for each in node.input[1:])
            mean, square = found[f"{name}.mean"], found[f"{name}.square"]
            scale = gain / np.sqrt(np.maximum(square - mean**2, 0) + node.attribute[0].f)
            graph.keep(f"{name}.scale", scale.astype(np.float32))
            graph.keep(f"{name}.shift", (offset - scale * mean).astype(np.float32))
            graph.add("Mul", [node.input[0], f"{name}.scale"], f"{name}.scaled")
            graph.add("Add", [f"{name}.scaled", f"{name}.shift"], name)


def _normalise(graph: Graph, whiten: Any) -> None:
    """(x - mean) / deviation over time, then times a gain plus an offset: one pass instead of seven."""
    found = _whitened(graph, whiten)
    if found is None:
        return
    x, epsilon = found
    for scaled in graph.users.get(whiten.output[0], []):
        for shifted in graph.users.get(scaled.output[0], []):
            if scaled.op_type != "Mul" or shifted.op_type != "Add" or len(graph.users[scaled.output[0]]) > 1:
                continue
            axes = graph.keep("lighter.axes", np.array([0, 2], np.int64))
            output = shifted.output[0]
            gain = graph.add("Squeeze", [_other(scaled, whiten.output[0]), axes], f"{output}.gain")
            offset = graph.add("Squeeze", [_other(shifted, scaled.output[0]), axes], f"{output}.offset")
            graph.add("InstanceNormalization", [x, gain, offset], output, epsilon=epsilon)


def _whitened(graph: Graph, whiten: Any) -> tuple[str, float] | None:
    """What `whiten` (a Div) normalises over its last axis, and the epsilon, if that is what it does."""
    root, centred = graph.maker.get(whiten.input[1]), graph.maker.get(whiten.input[0])
    if root is None or centred is None or root.op_type != "Sqrt" or centred.op_type != "Sub":
        return None
    padded = graph.maker.get(root.input[0])
    mean = graph.maker.get(centred.input[1])
    if padded is None or mean is None or padded.op_type != "Add" or mean.op_type != "ReduceMean":
        return None
    epsilon = next((each for each in map(graph.constant, padded.input) if each is not None), None)
    variance = next((graph.maker[name] for name in padded.input if name in graph.maker), None)
    if epsilon is None or epsilon.size != 1 or variance is None or variance.op_type != "ReduceMean":
        return None
    square = graph.maker.get(variance.input[0])
    if square is None or not _squares(graph, square, centred.output[0]) or mean.input[0] != centred.input[0]:
        return None
    for each in (mean, variance):
        axes = graph.constant(each.input[1]) if len(each.input) > 1 else None
        if axes is None or axes.tolist() not in ([2], [-1]):
            return None
    return str(mean.input[0]), float(epsilon.reshape(()))


def _snake(graph: Graph, last: Any) -> None:
    """x + sin(ax)² / a of a normalised x: the a goes into the gain, and the square is a product."""
    for x, bent in (last.input, reversed(last.input)):
        divided = graph.maker.get(bent)
        normal = graph.maker.get(x)
        if divided is None or divided.op_type != "Mul" or normal is None:
            continue
        if normal.op_type != "InstanceNormalization":
            continue
        for inverse, squared in (divided.input, reversed(divided.input)):
            square = graph.maker.get(squared)
            sine = graph.maker.get(square.input[0]) if square is not None else None
            if sine is None or sine.op_type != "Sin" or not _squares(graph, square, sine.output[0]):
                continue
            scaled = graph.maker.get(sine.input[0])
            if scaled is None or scaled.op_type != "Mul" or x not in scaled.input:
                continue
            alpha = graph.constant(_other(scaled, x))
            if alpha is None or graph.constant(inverse) is None or len(graph.users[x]) != 2:
                continue
            name = last.output[0]
            flat = graph.keep(f"{name}.alpha", alpha.reshape(-1))
            epsilon = next(each.f for each in normal.attribute if each.name == "epsilon")
            gain = graph.add("Mul", [normal.input[1], flat], f"{name}.gain")
            offset = graph.add("Mul", [normal.input[2], flat], f"{name}.offset")
            graph.add("InstanceNormalization", [normal.input[0], gain, offset], f"{name}.ax", epsilon=epsilon)
            graph.add("Sin", [f"{name}.ax"], f"{name}.sin")
            graph.add("Mul", [f"{name}.sin", f"{name}.sin"], f"{name}.square")
            graph.add("Add", [f"{name}.ax", f"{name}.square"], f"{name}.sum")
            graph.add("Mul", [f"{name}.sum", inverse], name)
            return


def _convolve(graph: Graph, node: Any) -> None:
    """A convolution of bytes by bytes: the processor's own instruction wants one of the two signed.

    onnxruntime multiplies weights by activations, so it is the activations that become signed: the same
    numbers, all 128 lower.
    """
    x, weight, zero = node.input[:3]
    kind = graph.constants[weight].data_type if weight in graph.constants else 0
    quantized = graph.maker.get(x)
    if kind != UINT8 or quantized is None or quantized.op_type != "DynamicQuantizeLinear":
        return
    if f"{x}.signed" not in graph.maker:
        scale = quantized.output[1]
        flip = graph.keep("lighter.flip", np.array(0x80, np.uint8))
        graph.add("BitwiseXor", [zero, flip], f"{zero}.flipped")
        graph.add("Cast", [f"{zero}.flipped"], f"{zero}.signed", to=INT8)
        graph.add("QuantizeLinear", [quantized.input[0], scale, f"{zero}.signed"], f"{x}.signed")
    node.input[0], node.input[2] = f"{x}.signed", f"{zero}.signed"


def _multiplies_exactly(graph: Graph) -> bool:
    """Whether this processor adds up products of unsigned and signed bytes without running over.

    Those with AVX2 but without VNNI add two of them in 16 bits and cut off what is too large for that.
    """
    size = 64
    weight = graph.keep("lighter.probe.weight", np.full((16, size, 1), 255, np.uint8))
    graph.keep("lighter.probe.x", np.full((1, size, 32), 127, np.int8))
    graph.add("ConvInteger", ["lighter.probe.x", weight], "lighter.probe.product")
    graph.add("Cast", ["lighter.probe.product"], "lighter.probe.sum", to=FLOAT)
    try:
        probe = Network(Path("probe"), threads=1, model=graph.part([], ["lighter.probe.sum"]))
        return bool((probe.run({}, Token())[0] == size * 255 * 127).all())
    except ModelError:
        return False


def _transform(graph: Graph, node: Any) -> None:
    """A short-time Fourier transform with a short frame: as a convolution it is twenty times as fast."""
    step, shape = graph.constant(node.input[1]), graph.constant(node.input[2])
    if (
        step is None
        or shape is None
        or any(each.name == "onesided" and not each.i for each in node.attribute)
    ):
        return
    size, bins = len(shape), len(shape) // 2 + 1
    turns = 2 * np.pi / size * np.outer(np.arange(bins), np.arange(size))
    kernel = np.concatenate([np.cos(turns), -np.sin(turns)]) * shape
    name = node.output[0]
    graph.keep(f"{name}.kernel", kernel[:, None].astype(np.float32))
    graph.keep(f"{name}.row", np.array([1, 1, -1], np.int64))
    graph.keep(f"{name}.parts", np.array([1, 2, bins, -1], np.int64))
    graph.add("Reshape", [node.input[0], f"{name}.row"], f"{name}.signal")
    graph.add("Conv", [f"{name}.signal", f"{name}.kernel"], f"{name}.bins", strides=[int(step.reshape(()))])
    graph.add("Reshape", [f"{name}.bins", f"{name}.parts"], f"{name}.pairs")
    graph.add("Transpose", [f"{name}.pairs"], name, perm=[0, 3, 2, 1])


def _squares(graph: Graph, node: Any, value: str) -> bool:
    """Whether `node` is the square of `value`."""
    if node.op_type == "Mul":
        return list(node.input) == [value, value]
    power = graph.constant(node.input[1]) if node.op_type == "Pow" else None
    return power is not None and power.size == 1 and float(power.reshape(())) == 2 and node.input[0] == value


def _other(node: Any, name: str) -> str:
    return str(node.input[1] if node.input[0] == name else node.input[0])
