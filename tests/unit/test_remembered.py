"""A voice that makes each sentence once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from samantha.audio.pcm import Block
from samantha.bench.remembered import Remembered
from samantha.dialog.token import Token
from samantha.errors import Cancelled

pytestmark = pytest.mark.unit


class Counting:
    """Says two blocks, and something else each time."""

    name = "counting"
    languages = ("en",)

    def __init__(self) -> None:
        self.said: list[str] = []

    def synthesize(self, text: str, token: Token, *, speed: float = 1.0) -> Iterator[Block]:
        self.said.append(text)
        for _ in range(2):
            token.check()
            yield np.full(10, len(self.said) * speed, np.float32)


def test_a_sentence_is_made_once_and_sounds_the_same() -> None:
    voice = Counting()
    remembered = Remembered(voice)
    for text in ("one", "two", "one", "one"):
        blocks = list(remembered.synthesize(text, Token()))
        assert [float(block[0]) for block in blocks] == [voice.said.index(text) + 1.0] * 2
    assert voice.said == ["one", "two"]
    assert float(next(remembered.synthesize("one", Token(), speed=2.0))[0]) == 6.0


def test_who_is_stopped_in_the_middle_is_remembered_whole() -> None:
    remembered, token = Remembered(Counting()), Token()
    saying = remembered.synthesize("one", token)
    next(saying)
    token.cancel()
    with pytest.raises(Cancelled):
        next(saying)
    assert len(list(remembered.synthesize("one", Token()))) == 2
