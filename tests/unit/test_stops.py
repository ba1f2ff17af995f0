"""Where an answer is cut off: whatever pieces it comes in."""

from __future__ import annotations

import pytest

from samantha.mind.stops import Stops

pytestmark = pytest.mark.unit


def through(marks: list[str], pieces: list[str]) -> tuple[str, bool]:
    stops = Stops(marks)
    text = "".join(stops.feed(piece) for piece in pieces)
    return text + stops.finish(), stops.found


@pytest.mark.parametrize(
    ("marks", "text", "left", "found"),
    [
        ([], "All of it.", "All of it.", False),
        (["END"], "Up to hereEND and no more", "Up to here", True),
        (["\n\n", "."], "One. Two", "One", True),
        (["aab"], "aaab", "a", True),
        (["abc"], "ab", "ab", False),
        ([""], "An empty mark is none", "An empty mark is none", False),
    ],
)
def test_the_first_mark_ends_it(marks: list[str], text: str, left: str, found: bool) -> None:
    for size in (1, 2, 3, 100):
        pieces = [text[i : i + size] for i in range(0, len(text), size)]
        assert through(marks, pieces) == (left, found)


def test_only_what_may_be_a_mark_is_held_back() -> None:
    stops = Stops(["STOP"])
    assert stops.feed("Hello ST") == "Hello "
    assert stops.feed("ART") == "START"
    assert stops.feed("STOP now") == ""
    assert stops.feed("more") == ""
