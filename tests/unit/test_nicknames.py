"""What people call each other, told from what they say."""

from __future__ import annotations

import pytest

from samantha.mind.nicknames import MOST_NAMES, Nickname, names_among, nickname_in

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("said", "of", "name", "over"),
    [
        ("call me captain", "I", "Captain", False),
        ("You can call me Cap, please.", "I", "Cap", False),
        ("My nickname is Teddy.", "I", "Teddy", False),
        ("Hi, call me Captain from now on.", "I", "Captain", False),
        ("Could you call me Mister Fox?", "I", "Mister Fox", False),
        ("I'll call you Sam.", "you", "Sam", False),
        ("Can I call you Sammy?", "you", "Sammy", False),
        ("Don't call me Captain any more.", "I", "Captain", True),
        ("Stop calling me captain.", "I", "Captain", True),
    ],
)
def test_a_nickname_is_noticed(said: str, of: str, name: str, *, over: bool) -> None:
    assert nickname_in(said) == Nickname("I" if of == "I" else "you", name, over)


@pytest.mark.parametrize(
    "said",
    [
        "Call me later.", "Call me a taxi.", "Call me tomorrow, okay?", "Call me crazy, but I like it.",
        "They call me Red.", 'He said "call me Bob".', "My boss told me to call him Jim.",
        "Paul will call me back.", "I will call you tomorrow.", "Please call me when you can.", "Don't call me names.",
    ],
)  # fmt: skip
def test_other_calls_are_no_nicknames(said: str) -> None:
    assert nickname_in(said) is None


def test_names_are_told_from_other_words() -> None:
    texts = ["my sister", "Ruth", "I", "Oslo", "Ruth", "a parrot", "The bench in Paris", "Monday"]
    assert names_among(texts, ("Captain",)) == ("Captain", "Ruth", "Oslo", "Paris")
    assert len(names_among([f"N{chr(97 + n)}" for n in range(26)])) == MOST_NAMES
