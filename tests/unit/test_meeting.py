"""The first meeting, in words."""

from __future__ import annotations

import pytest

from samantha.dialog.meeting import Meeting, name_in

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Theodore.", "Theodore"),
        ("I'm Theo.", "Theo"),
        ("Hi, my name is Anna Maria.", "Anna Maria"),
        ("Oh, hello! You can call me Jo.", "Jo"),
        ("It's Jean-Luc, nice to meet you.", "Jean-Luc"),
        ("Call me Zoë please", "Zoë"),
        ("just theo", "Theo"),
        ("I'm fine, thanks.", ""),
        ("What can you do?", ""),
        ("I would rather not say.", ""),
        ("", ""),
        ("...", ""),
    ],
)
def test_the_name_in_what_is_said(words: str, name: str) -> None:
    assert name_in(words) == name


def meet(*heard: str) -> tuple[Meeting, list[str]]:
    meeting = Meeting()
    return meeting, [meeting.answer(words) for words in heard]


def test_a_name_is_confirmed_before_it_is_kept() -> None:
    meeting, said = meet("I'm Theo.", "Yes.")
    assert said[0] == "Theo. Did I get that right?"
    assert (meeting.over, meeting.name) == (True, "Theo")


@pytest.mark.parametrize(
    "yes",
    [
        "Yes.",
        "Yes, that's right.",
        "Yes, perfect, thanks.",
        "Yep, sounds good.",
        "Exactly right, Samantha.",
        "Theo.",
    ],
)
def test_people_say_yes_in_many_ways(yes: str) -> None:
    meeting, _ = meet("I'm Theo.", yes)
    assert (meeting.over, meeting.name) == (True, "Theo")


@pytest.mark.parametrize(
    "correction",
    [
        "Theo.",
        "It's Theo.",
        "No, Theo.",
        "No, it's Theo.",
        "Almost, it's Theo.",
        "No, that's wrong, it's Theo.",
    ],
)
def test_people_correct_her_in_many_ways(correction: str) -> None:
    meeting, said = meet("I'm Fio.", correction, "Yes.")
    assert said[1] == "Theo. Did I get that right?"
    assert meeting.name == "Theo"


@pytest.mark.parametrize("other", ["What did you say?", "Sorry?", "Nice to meet you.", "Wait."])
def test_what_is_neither_yes_nor_a_name_settles_nothing(other: str) -> None:
    meeting, _ = meet("I'm Theo.", other)
    assert not meeting.over


def test_a_wrong_name_is_corrected() -> None:
    meeting, _ = meet("I'm Leo.", "No, it's Theo.", "That's right.")
    assert meeting.name == "Theo"


def test_she_does_not_insist() -> None:
    meeting, said = meet("What?", "I would rather not say.", "Why do you want to know?")
    assert meeting.over
    assert meeting.name == ""
    assert "Names can wait" in said[-1]
