"""Windows of a tiny network with Kokoro's two parts: what comes out is what one window would have made."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_lighter import OPSET

from samantha.audio.pcm import Block
from samantha.dialog.token import Token
from samantha.errors import Cancelled
from samantha.onnx.graph import Graph
from samantha.voice.vocoder import FRAME, Vocoder, vocoder, window

pytestmark = pytest.mark.unit

FEATURES = "/decoder/decoder/decode.3/Div_4_output_0"
SOURCE = "/decoder/decoder/generator/Concat_3_output_0"
ENERGY = "/decoder/decoder/Unsqueeze_1_output_0"
STYLE = np.zeros(1, np.float32)


def tiny() -> Graph:
    """Says its tokens, of shape (1, n, 1): each is the energy of a frame, and the level of its sound."""
    graph = Graph.new(OPSET)
    rows = graph.keep("rows", np.array([1, 1, -1], np.int64))
    graph.add("Reshape", ["tokens", rows], FEATURES)
    graph.add("Reshape", [FEATURES, rows], ENERGY)
    graph.add("Tile", ["tokens", graph.keep("sixty", np.array([1, 1, 60], np.int64))], "repeated")
    graph.add("Reshape", ["repeated", rows], "levels")
    graph.add("Concat", ["levels", graph.keep("last", np.zeros((1, 1, 1), np.float32))], SOURCE, axis=2)
    limits = [graph.keep(f"limit{value}", np.array([value], np.int64)) for value in (0, -1, 2)]
    graph.add("Slice", [SOURCE, *limits], "whole")
    graph.add("Reshape", ["whole", graph.keep("column", np.array([-1, 1], np.int64))], "steps")
    graph.add("Tile", ["steps", graph.keep("five", np.array([1, 5], np.int64))], "samples")
    graph.add("Reshape", ["samples", graph.keep("flat", np.array([-1], np.int64))], "sound")
    graph.add("InstanceNormalization", [FEATURES, "style", "style"], "normal", epsilon=1e-5)
    graph.add("ReduceSum", ["normal"], "sum", keepdims=0)
    graph.add("Mul", ["sum", graph.keep("nothing", np.zeros(1, np.float32))], "unheard")
    graph.add("Add", ["sound", "unheard"], "audio")
    return Graph(graph.part(["tokens", "style"], ["audio", FEATURES, SOURCE, ENERGY]))


def sample(_: Mapping[str, str]) -> dict[str, Any]:
    return {"tokens": np.arange(30, dtype=np.float32).reshape(1, -1, 1), "style": STYLE}


def spoken(energy: Block) -> list[tuple[Block, bool]]:
    voice = Vocoder(Path("tiny.onnx"), tiny(), sample, threads=1)
    frames = voice.frames({"tokens": energy.reshape(1, -1, 1), "style": STYLE}, Token())
    return list(voice.speak(frames, Token()))


def test_windows_join_and_silence_is_not_made() -> None:
    words = np.random.default_rng(1).uniform(1, 5, 300).astype(np.float32)
    hush = np.full(20, -9, np.float32)
    blocks = spoken(np.concatenate([hush, words, hush]))
    assert len(blocks) > 1
    assert [last for _, last in blocks] == [False] * (len(blocks) - 1) + [True]
    assert len(blocks[0][0]) == 40 * FRAME
    margin = hush[:4]
    expected = np.repeat(np.concatenate([margin, words, margin]), FRAME)
    assert np.concatenate([block for block, _ in blocks]) == pytest.approx(expected, abs=1e-5)


def test_a_short_clause_is_one_window() -> None:
    assert [last for _, last in spoken(np.full(30, 2, np.float32))] == [True]


def test_silence_says_nothing() -> None:
    assert spoken(np.full(30, -9, np.float32)) == []


def test_nothing_is_made_for_a_cancelled_token() -> None:
    voice, token = Vocoder(Path("tiny.onnx"), tiny(), sample, threads=1), Token()
    frames = voice.frames({"tokens": np.full((1, 200, 1), 2, np.float32), "style": STYLE}, token)
    blocks = voice.speak(frames, token)
    next(blocks)
    token.cancel()
    with pytest.raises(Cancelled):
        next(blocks)


@pytest.mark.parametrize(
    ("left", "before", "pace", "expected"),
    [
        (400, 0, 0.2, 40),  # somebody waits for the first
        (59, 0, 0.2, 59),  # no crumbs at the end
        (500, 40, 0.25, 106),  # done in 0.37 s, context and all, while half a second is played
        (500, 40, 0.05, 160),  # on a fast machine, as long as may be
        (300, 40, 0.55, 40),
        (300, 0, 1.0, 150),  # slow: wait longer, and once
        (150, 150, 1.0, 150),
    ],
)
def test_how_long_a_window_is(left: int, before: int, pace: float, expected: int) -> None:
    assert window(left, before, pace) == expected


def test_a_network_of_another_make_is_left_whole(tmp_path: Path) -> None:
    other: Any = Graph.new(OPSET)
    other.add("Identity", ["x"], "audio")
    (tmp_path / "other.onnx").write_bytes(other.part(["x"], ["audio"]))
    assert vocoder(tmp_path / "other.onnx", sample, threads=1) is None
    (tmp_path / "broken.onnx").write_bytes(b"no model")
    assert vocoder(tmp_path / "broken.onnx", sample, threads=1) is None
