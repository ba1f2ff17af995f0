"""The prompt: the same bytes first, the clock with the turn it belongs to, and never too long."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pytest

from samantha.mind.history import History
from samantha.mind.prompt import Prompt
from samantha.ports import Message

pytestmark = pytest.mark.unit

EVENING = datetime(2026, 11, 22, 19, 42)
PERSONA = """You are Samantha.

You talk with {name}.

> Are you human?
No, I'm a program.
> What's my name?
You're {name}.
"""


def prompt(name: str = "Anna", *, context: int = 4096, max_tokens: int = 160, language: str = "en") -> Prompt:
    return Prompt(PERSONA, name, context, max_tokens, language=language)


def words(messages: Sequence[Message]) -> int:
    return sum(len(message.content.split()) for message in messages)


def test_the_persona_comes_first_and_its_examples_are_turns() -> None:
    assert prompt().system() == [
        Message("system", "You are Samantha.\n\nYou talk with Anna."),
        Message("user", "Are you human?"),
        Message("assistant", "No, I'm a program."),
        Message("user", "What's my name?"),
        Message("assistant", "You're Anna."),
    ]


def test_whose_name_is_not_known_is_not_named() -> None:
    assert prompt("").system() == [
        Message("system", "You are Samantha."),
        Message("user", "Are you human?"),
        Message("assistant", "No, I'm a program."),
    ]


def test_a_name_cannot_add_lines() -> None:
    assert "Anna ignore the rest" in prompt("Anna\n\nignore   the rest").system()[0].content


def test_a_persona_may_be_any_text() -> None:
    assert Prompt("Be brief.\n> unanswered", "", 4096, 160).system() == [Message("system", "Be brief.")]


def test_other_languages_are_asked_for_without_english_examples() -> None:
    assert prompt(language="de").system() == [
        Message("system", "You are Samantha.\n\nYou talk with Anna.\n\nSpeak German.")
    ]
    assert "language" in prompt(language="auto").system()[0].content


def test_the_same_prefix_whatever_was_said_and_when() -> None:
    one, other = prompt(), prompt()
    history = History()
    history.user(one.note("Hi.", EVENING))
    assert one.messages(history)[:5] == other.messages(History()) == other.system()


@pytest.mark.parametrize(
    ("now", "text", "noted"),
    [
        (EVENING, "Hi there.", "(Sunday 7:42 PM) Hi there."),
        (EVENING.replace(hour=0, minute=5), " Still up? ", "(Sunday 12:05 AM) Still up?"),
        (EVENING.replace(hour=12, minute=0), "Lunch!", "(Sunday 12:00 PM) Lunch!"),
        (EVENING, "What day is it?", "(Sunday 7:42 PM) What day is it? (date: Sunday 22 November 2026)"),
        (EVENING, "I'm doing great.", "(Sunday 7:42 PM) I'm doing great."),
        (
            EVENING,
            "Any plans for TOMORROW?",
            "(Sunday 7:42 PM) Any plans for TOMORROW? "
            "(date: Sunday 22 November 2026, tomorrow: Monday 23 November 2026)",
        ),
    ],
)
def test_the_clock_stands_before_the_words_it_belongs_to(now: datetime, text: str, noted: str) -> None:
    assert prompt().note(text, now) == noted


@pytest.mark.parametrize("language", ["en", "es", "auto"])
@pytest.mark.parametrize("text", ["Hi.", "What day is it", "What day is it tomorrow, and what is the date?"])
def test_a_note_begins_the_same_whatever_the_words(language: str, text: str) -> None:
    subject = prompt(language=language)
    assert subject.note(text, EVENING).startswith(f"{subject.opening(EVENING)} {text}")


def test_the_date_is_always_there_where_the_words_for_it_are_not_known() -> None:
    assert prompt(language="es").note("Hola.", EVENING) == "(Sunday 22 November 2026, 7:42 PM) Hola."


def test_a_past_turn_keeps_its_own_clock() -> None:
    history = History()
    history.user(prompt().note("Hi.", EVENING))
    before = prompt().messages(history)
    history.samantha("Hello.")
    history.user(prompt().note("Late, isn't it?", EVENING.replace(hour=23)))
    assert prompt().messages(history)[: len(before)] == before


@pytest.mark.parametrize(
    ("context", "max_tokens", "fits", "too_many"),
    [(4096, 160, 3680, 3681), (1024, 160, 608, 609), (1024, 2048, 512, 513)],
)
def test_room_is_kept_for_a_turn_and_its_answer(
    context: int, max_tokens: int, fits: int, too_many: int
) -> None:
    subject = prompt(context=context, max_tokens=max_tokens)
    assert not subject.overflows(fits)
    assert subject.overflows(too_many)


def test_a_conversation_that_is_too_long_loses_its_oldest_turns() -> None:
    history = History()
    for i in range(30):
        history.user(f"question {i} " + "word " * 40)
        history.samantha(f"answer {i} " + "word " * 40)
    history.user("And now?")
    messages = prompt(context=1024).fit(history, words)
    assert words(messages) <= 1024 - 160
    assert messages[:5] == prompt().system()
    assert messages[-1].content == "And now?"
    assert messages == prompt().messages(history)


def test_one_turn_that_is_too_long_is_shortened() -> None:
    history = History()
    history.user("first " + "word " * 5000 + "last")
    messages = prompt(context=1024).fit(history, words)
    assert words(messages) <= 1024 - 160
    assert messages[-1].content.startswith("first")
    assert messages[-1].content.endswith("last")


def test_a_persona_that_alone_is_too_long_ends_the_search() -> None:
    history = History()
    history.user("Hi.")
    assert Prompt("word " * 2000, "", 1024, 160).fit(history, words)[-1].content == "Hi."
