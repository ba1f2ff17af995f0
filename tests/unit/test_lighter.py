"""Graphs with the shapes that are rewritten: they make the same as before, in fewer steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import onnxruntime
import pytest

from samantha.onnx.graph import Graph
from samantha.voice.lighter import averages, freeze, lighten

pytestmark = pytest.mark.unit

OPSET, CHANNELS, LENGTH = 20, 8, 60

Array = np.ndarray[Any, np.dtype[Any]]


def noise(*shape: int, seed: int = 1) -> Array:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def normalised(graph: Graph) -> str:
    axes = graph.keep("axes", np.array([2], np.int64))
    graph.add("ReduceMean", ["x", axes], "mean")
    graph.add("Sub", ["x", "mean"], "centred")
    graph.add("Mul", ["centred", "centred"], "square")
    graph.add("ReduceMean", ["square", axes], "variance")
    graph.add("Add", ["variance", graph.keep("epsilon", np.array(1e-5, np.float32))], "padded")
    graph.add("Sqrt", ["padded"], "deviation")
    graph.add("Div", ["centred", "deviation"], "white")
    graph.add("Mul", [graph.keep("gain", noise(1, CHANNELS, 1, seed=2)), "white"], "scaled")
    return graph.add("Add", ["scaled", graph.keep("offset", noise(1, CHANNELS, 1, seed=3))], "normal")


def snake(graph: Graph) -> str:
    alpha = np.abs(noise(1, CHANNELS, 1, seed=4)) + np.float32(0.5)
    normal = normalised(graph)
    graph.add("Mul", [graph.keep("alpha", alpha), normal], "bent")
    graph.add("Sin", ["bent"], "sine")
    graph.add("Pow", ["sine", graph.keep("two", np.array(2, np.float32))], "raised")
    graph.add("Mul", [graph.keep("inverse", 1 / alpha), "raised"], "divided")
    return graph.add("Add", [normal, "divided"], "y")


def convolution(graph: Graph) -> str:
    kernel = np.random.default_rng(5).integers(0, 256, (4, CHANNELS, 3)).astype(np.uint8)
    node = graph.add("DynamicQuantizeLinear", ["x"], "bytes")
    graph.maker[node].output.extend(["scale", "zero"])
    graph.maker.update(dict.fromkeys(("scale", "zero"), graph.maker[node]))
    inputs = ["bytes", graph.keep("kernel", kernel), "zero", graph.keep("middle", np.array(131, np.uint8))]
    graph.add("ConvInteger", inputs, "sums")
    return graph.add("Cast", ["sums"], "y", to=1)


def spectrum(graph: Graph) -> str:
    graph.add("Reshape", ["x", graph.keep("row", np.array([1, -1], np.int64))], "signal")
    hann = np.hanning(21)[:20].astype(np.float32)
    step = graph.keep("step", np.array(5, np.int64))
    size = graph.keep("size", np.array(20, np.int64))
    return graph.add("STFT", ["signal", step, graph.keep("hann", hann), size], "y")


def built(build: Callable[[Graph], str]) -> tuple[Graph, str]:
    """A graph by `build`, read back from a file, and the name of what it makes."""
    graph = Graph.new(OPSET)
    output = build(graph)
    return Graph(graph.part(["x"], [output])), output


def run(model: bytes, inputs: Mapping[str, Array]) -> Array:
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, dict(inputs))[0])


@pytest.mark.parametrize(
    ("build", "gone", "come"),
    [
        (normalised, {"ReduceMean", "Sqrt", "Div"}, {"InstanceNormalization"}),
        (snake, {"ReduceMean", "Pow"}, {"InstanceNormalization", "Sin"}),
        (convolution, set(), {"QuantizeLinear", "ConvInteger"}),
        (spectrum, {"STFT"}, {"Conv"}),
    ],
)
def test_it_makes_the_same(build: Callable[[Graph], str], gone: set[str], come: set[str]) -> None:
    graph, output = built(build)
    x = 3 * noise(1, CHANNELS, LENGTH) + 1
    before = run(graph.part(["x"], [output]), {"x": x})
    lighten(graph)
    after = graph.part(["x"], [output])
    assert run(after, {"x": x}) == pytest.approx(before, abs=1e-4)
    steps = {node.op_type for node in Graph(after).nodes}
    assert not steps & gone
    assert come <= steps


def test_a_frozen_normalisation_does_to_others_what_it_did_to_the_sample() -> None:
    graph, output = built(snake)
    lighten(graph)
    names = averages(graph, ["x"], output)
    x = 3 * noise(1, CHANNELS, LENGTH) + 1
    whole = run(graph.part(["x"], [output]), {"x": x})
    found = {name: run(graph.part(["x"], [name]), {"x": x}) for name in names}
    freeze(graph, found)
    frozen = graph.part(["x"], [output])
    assert run(frozen, {"x": x}) == pytest.approx(whole, abs=1e-4)
    assert run(frozen, {"x": x[:, :, :7]}) == pytest.approx(whole[:, :, :7], abs=1e-4)


def test_a_normalisation_over_something_else_stays() -> None:
    graph = Graph.new(OPSET)
    normalised(graph)
    graph.constants.pop("axes")
    graph.keep("axes", np.array([1], np.int64))
    graph = Graph(graph.part(["x"], ["normal"]))
    lighten(graph)
    assert "Sqrt" in {node.op_type for node in Graph(graph.part(["x"], ["normal"])).nodes}


def test_a_part_holds_what_it_needs_and_no_more() -> None:
    graph, _ = built(snake)
    part = Graph(graph.part(["normal"], ["y"]))
    assert {node.op_type for node in part.nodes} == {"Mul", "Sin", "Pow", "Add"}
    assert set(part.constants) == {"alpha", "two", "inverse"}
    assert list(part.inputs) == ["normal"]
    with pytest.raises(ValueError, match="'x' is neither given nor made"):
        graph.part([], ["y"])


def test_what_is_no_graph_is_refused() -> None:
    with pytest.raises(ValueError, match="no ONNX"):
        Graph(b"no model at all")
