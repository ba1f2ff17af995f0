"""What he said is said back to him, or with a doubt."""

from __future__ import annotations

import pytest

from samantha.mind.deixis import asks, his, personal
from samantha.mind.retelling import retold, unsure

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("We have a whippet called Biscuit.", "You have a whippet called Biscuit."),
        ("By the way, Priya and I got married on Skye.", "Priya and you got married on Skye."),
        ("Big news: we've moved house.", "You've moved house."),
        ("Don't laugh, but I'm terrified of moths!", "You're terrified of moths."),
        ("Your star sign must be Gemini.", "My star sign must be Gemini."),
        ("Did I ask you that?", ""),
        (" ".join(["very"] * 31), ""),
    ],
)
def test_a_statement_becomes_hers(said: str, told: str) -> None:
    assert retold([said]) == told


def test_a_doubt_is_said_with_all_that_may_be_meant() -> None:
    line = unsure("Where does Mum live?", ["Mum lives in Kendal.", "I live in Leeds."])
    assert "Mum lives in Kendal, or you live in Leeds" in line
    assert "not" in line.lower()


def test_there_is_no_doubt_about_nothing() -> None:
    assert unsure("Where does Mum live?", []) == ""
    assert unsure("Where does Mum live?", ["Is it raining?"]) == ""


@pytest.mark.parametrize(
    "question",
    ["What's unusual about my eyesight?", "On what day do I go jogging?", "In which town is my wife's shop?"],
)
def test_a_question_may_ask_for_his(question: str) -> None:
    assert personal(question)


@pytest.mark.parametrize(
    "question", ["What's wrong with my car?", "What if my sister says no?", "What a lovely day."]
)
def test_what_anybody_may_be_asked_is_not_his(question: str) -> None:
    assert not his(question)


@pytest.mark.parametrize("said", ["What a lovely evening.", "What should I cook?", "How do I boil an egg?"])
def test_not_everything_asks(said: str) -> None:
    assert not asks(said)
