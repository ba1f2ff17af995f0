"""The real model of meaning: its numbers, and its files when something is wrong with them."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from sounds import installed

from samantha.errors import ModelError
from samantha.mind.embedder import CONVERTED, DIMENSIONS, WEIGHTS, WORDS, MiniLm

pytestmark = pytest.mark.integration

BASSOON = "My sister plays the bassoon."
ORIGINAL = {
    ("What instrument does my sister play?", BASSOON): 0.675,
    ("The weather is lovely today.", BASSOON): -0.036,
}
"""How alike pairs of sentences are."""


@pytest.fixture(scope="module")
def minilm() -> MiniLm:
    return MiniLm(installed("minilm"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The model's files, and nothing made of them."""
    for name in (WEIGHTS, WORDS):
        (tmp_path / name).symlink_to(installed("minilm") / name)
    return tmp_path


def test_what_means_the_same_is_near(minilm):
    for (one, other), alike in ORIGINAL.items():
        a, b = minilm.embed([one, other])
        assert a @ b == pytest.approx(alike, abs=0.02)


def test_any_text_will_do_and_many_are_as_each_alone(minilm):
    texts = ["", "Ruth", "x" * 2000, "word " * 1000, "Привет, как дела?", "\ud83d?", *["Well."] * 20]
    together = minilm.embed([text.encode("utf-8", "replace").decode() for text in texts])
    assert together.shape == (len(texts), DIMENSIONS)
    assert together.dtype == np.float32
    assert np.linalg.norm(together, axis=1) == pytest.approx(np.ones(len(texts)), abs=1e-5)
    assert together[1] @ minilm.embed(["Ruth"])[0] > 0.99
    assert minilm.embed([]).shape == (0, DIMENSIONS)


def test_it_is_converted_once_and_again_if_that_was_damaged(folder):
    expected = MiniLm(folder).embed([BASSOON])
    made = folder / CONVERTED / "model.bin"
    first = made.stat().st_mtime_ns
    MiniLm(folder)
    assert made.stat().st_mtime_ns == first
    made.write_bytes(made.read_bytes()[:1_000_000])
    assert MiniLm(folder).embed([BASSOON]) == pytest.approx(expected)
    assert not list(folder.glob(".converting-*"))


def test_two_at_once_are_no_trouble(folder):
    with ThreadPoolExecutor(2) as both:
        one, other = both.map(lambda _: MiniLm(folder).embed([BASSOON]), range(2))
    assert one == pytest.approx(other)


@pytest.mark.parametrize("name", [WEIGHTS, WORDS])
def test_what_is_wrong_with_a_file_is_told(folder, name):
    whole = (folder / name).read_bytes()
    (folder / name).unlink()
    with pytest.raises(ModelError, match=rf"{name} is missing.*samantha models pull minilm"):
        MiniLm(folder)
    for damaged in (b"", whole[:1000], whole[: len(whole) // 2], b"\xff" * 100):
        (folder / name).write_bytes(damaged)
        with pytest.raises(ModelError, match=rf"{name} is damaged.*samantha models pull minilm"):
            MiniLm(folder)
    assert not (folder / CONVERTED).exists()


def test_another_model_is_told(folder):
    header = json.dumps({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    (folder / WEIGHTS).unlink()
    (folder / WEIGHTS).write_bytes(len(header).to_bytes(8, "little") + header + bytes(4))
    with pytest.raises(ModelError, match="another model"):
        MiniLm(folder)
