"""Which of her own words she need not say again."""

from __future__ import annotations

import pytest

from samantha.mind.repetition import MOST, said_before
from samantha.ports import Message

pytestmark = pytest.mark.unit

CUT = 0


def words(*said: str, asked: str = "Hm.") -> str:
    """What counts as said of her messages `said`, ``|`` where it is cut."""
    known: dict[int, str] = {CUT: "|"}

    def tokens_of(word: str) -> list[int]:
        known[len(known)] = word.strip()
        return [len(known) - 1]

    messages = [part for text in said for part in (Message("user", "Go on."), Message("assistant", text))]
    found = said_before([*messages, Message("user", asked)], tokens_of, CUT)
    return " ".join(known[token] for token in found)


def test_her_words_count_and_his_do_not() -> None:
    assert words("That sounds nice.", "Is there more?") == "| That sounds nice. | Is there more?"


def test_what_a_fact_is_told_with_may_be_said_again() -> None:
    assert words("Your dog's name is Biscuit.") == "| Your dog's name is |"
    assert words("She plays the cello at 9.", asked="What does my sister play?") == "| She | the cello at |"
    assert (
        words("Your dog's a whippet.", asked='(You told me: "My dog is a whippet.") What is it?')
        == "| Your dog's a |"
    )


def test_a_sentence_may_begin_as_any_other() -> None:
    assert words("Oh. That is what I'd say.") == "| Oh. That is what I'd say."


def test_no_more_is_looked_back_on_than_is_of_use() -> None:
    found = said_before([Message("assistant", "word " * 3000), Message("user", "Hm.")], lambda _: [1], CUT)
    assert len(found) == MOST
