"""What the model is shown of a conversation is what was heard of it, in the shape that chat models know."""

from __future__ import annotations

import pytest

from samantha.mind.history import History
from samantha.ports import Message

pytestmark = pytest.mark.unit


def conversation(*texts: str) -> History:
    """Turns that alternate; the person begins."""
    history = History()
    for i, text in enumerate(texts):
        if i % 2:
            history.samantha(text)
        else:
            history.user(text)
    return history


def texts(history: History) -> list[str]:
    return [message.content for message in history.messages()]


def test_turns_become_messages() -> None:
    assert conversation("Hi.", "Hello you.", "How are you?").messages() == [
        Message("user", "Hi."),
        Message("assistant", "Hello you."),
        Message("user", "How are you?"),
    ]


def test_only_the_person_waits_for_an_answer() -> None:
    history = History()
    assert not history.unanswered
    history.user("Hi.")
    assert history.unanswered
    history.samantha("Hello.")
    assert not history.unanswered


def test_two_turns_of_the_person_are_one_message() -> None:
    history = conversation("Hi.", "Hello.", "What is")
    history.user("the time?")
    assert texts(history) == ["Hi.", "Hello.", "What is\nthe time?"]
    assert history.turns[-1].text == "the time?"


def test_what_nobody_heard_was_not_said() -> None:
    history = conversation("Hi.")
    history.samantha("  ", interrupted=True)
    history.user("")
    assert texts(history) == ["Hi."]


@pytest.mark.parametrize(
    ("heard", "written"),
    [
        ("I was going to", "I was going to—"),
        ("Well,", "Well—"),
        ("That is all.", "That is all."),
    ],
)
def test_a_sentence_that_was_cut_off_shows_it(heard: str, written: str) -> None:
    history = conversation("Hi.")
    history.samantha(heard, interrupted=True)
    assert texts(history)[-1] == written
    assert history.turns[-1].text == heard


def test_the_person_begins_even_if_she_did() -> None:
    history = History()
    history.samantha("Hello, I'm Samantha.")
    history.user("I'm Anna.")
    assert [message.role for message in history.messages()] == ["user", "assistant", "user"]


@pytest.mark.parametrize(
    ("turns", "left"),
    [(9, 5), (8, 6), (6, 4), (4, 2), (3, 1), (2, 1)],
)
def test_the_oldest_third_goes_and_the_person_begins_what_is_left(turns: int, left: int) -> None:
    history = conversation(*map(str, range(turns)))
    assert history.make_room()
    assert texts(history)[-left:] == [str(i) for i in range(turns)][-left:]
    assert len(history.turns) == left
    assert left == 1 or history.turns[0].role == "user"


def test_the_newest_turn_is_never_dropped() -> None:
    history = conversation("Hi.")
    assert not history.make_room()
    assert texts(history) == ["Hi."]
    assert not History().make_room()


def test_what_is_added_leaves_what_was_there() -> None:
    history = conversation("Hi.", "Hello.")
    before = history.messages()
    history.user("Bye.")
    assert history.messages()[:2] == before


def test_a_turn_that_is_far_too_long_keeps_its_ends() -> None:
    history = conversation("begin " + "and so on " * 200 + "end")
    whole = len(history.turns[0].text)
    assert history.shorten_newest()
    (text,) = texts(history)
    assert text.startswith("begin")
    assert text.endswith("end")
    assert len(text) < 0.52 * whole


def test_a_short_turn_is_not_shortened() -> None:
    assert not conversation("How are you?").shorten_newest()
