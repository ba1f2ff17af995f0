"""Text comes in whole characters and without thoughts, however the model cuts it."""

from __future__ import annotations

import pytest

from samantha.mind.pieces import Pieces

pytestmark = pytest.mark.unit


def read(*pieces: str | bytes) -> list[str]:
    subject = Pieces()
    found = [subject.feed(piece.encode() if isinstance(piece, str) else piece) for piece in pieces]
    return [*found, subject.finish()]


def test_pieces_pass_as_they_come() -> None:
    assert read("Hello", " there", ".") == ["Hello", " there", ".", ""]


def test_the_blank_after_words_that_are_there_already_stays() -> None:
    subject = Pieces(goes_on=True)
    assert [subject.feed(b" there"), subject.finish()] == [" there", ""]


def test_a_character_comes_whole() -> None:
    cafe = "café 🙂!".encode()
    assert "".join(read(*(cafe[i : i + 1] for i in range(len(cafe))))) == "café 🙂!"
    assert read(b"caf", b"\xc3", b"\xa9") == ["caf", "", "é", ""]


def test_bytes_that_are_no_character_do_not_stop_her() -> None:
    assert "".join(read(b"a\xff", b"b", b"\xf0\x9f")) == "a\ufffdb\ufffd"


@pytest.mark.parametrize(
    "text",
    [
        "<think>\nThey greet me.\n</think>\n\nHello.",
        "<think></think>Hello.",
        "[THINK]hm[/THINK]Hello.",
        "<thinking>a <b> c</thinking> Hello.",
        "\n\nHello.",
        "<think>one</think><think>two</think>Hello.",
    ],
)
def test_thoughts_are_not_said(text: str) -> None:
    assert "".join(read(text)) == "Hello."
    assert "".join(read(*text)) == "Hello."


def test_an_unfinished_thought_is_not_said() -> None:
    assert "".join(read("Well. ", "<think>", "and so", " on")) == "Well. "


def test_what_only_looks_like_a_mark_is_said() -> None:
    assert read("a <", "b> <th", "ing>") == ["a ", "<b> ", "<thing>", ""]
    assert "".join(read("3 <")) == "3 <"


def test_one_knows_when_it_thinks() -> None:
    subject = Pieces()
    subject.feed(b"<think>hm")
    assert subject.thinking
    subject.feed(b"</think>")
    assert not subject.thinking
