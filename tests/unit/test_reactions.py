"""Which words to her are about how she should be, and which only sound like it."""

from __future__ import annotations

import pytest

from samantha.mind.reactions import Before, evidence
from samantha.mind.traits import MOST_NOTICED

pytestmark = pytest.mark.unit

BEFORE = Before("The moon told me a joke. Did you like it?")

WISHES = {
    "Be shorter.": ("talkativeness", -1),
    "Samantha, you talk way too much.": ("talkativeness", -1),
    "Could you keep your answers shorter, please?": ("talkativeness", -1),
    "Shorter, please.": ("talkativeness", -1),
    "I told you to be brief.": ("talkativeness", -1),
    "You should talk more.": ("talkativeness", 1),
    "You're too quiet today.": ("talkativeness", 1),
    "Stop joking around, this matters.": ("playfulness", -1),
    "Can you be a bit more serious?": ("playfulness", -1),
    "Be funnier, please.": ("playfulness", 1),
    "You can tease me, you know.": ("playfulness", 1),
    "Don't be so formal.": ("formality", -1),
    "You're too formal, just relax.": ("formality", -1),
    "Mind your language.": ("formality", 1),
    "Be honest with me.": ("directness", 1),
    "Just tell me straight.": ("directness", 1),
    "You are so blunt!": ("directness", -1),
    "Go easy on me.": ("directness", -1),
    "Ask me more questions.": ("curiosity", 1),
    "You never ask me anything.": ("curiosity", 1),
    "Ask me fewer questions.": ("curiosity", -1),
    "Stop asking me so many questions!": ("curiosity", -1),
    "You’re so cold.": ("warmth", 1),
    "I wish you were warmer.": ("warmth", 1),
    "Don't be so clingy.": ("warmth", -1),
}
REACTIONS = {
    "Ha ha, that's a good one.": ("playfulness", 1),
    "You're so funny!": ("playfulness", 1),
    "That's not funny.": ("playfulness", -1),
    "Thank you, that helps.": ("warmth", 1),
    "That was sweet.": ("warmth", 1),
    "You're too kind!": ("warmth", 1),
    "Please get to the point.": ("talkativeness", -1),
    "Tell me more.": ("talkativeness", 1),
    "Thanks for being honest.": ("directness", 1),
    "Ouch, that was harsh.": ("directness", -1),
    "Good question.": ("curiosity", 1),
    "Nothing much.": ("curiosity", -1),
    "Dude, no way.": ("formality", -1),
}
NOTHING = """
    My boss told me to be shorter.
    I should be funnier.
    Should I be funnier?
    She said you talk too much.
    My wife thinks you talk too much.
    Paul told me that you're too formal.
    The doctor wants me to talk less.
    My teacher always says, be honest.
    He said "stop joking" to me.
    “Be shorter”, it says here.
    On the label stood "Danger, keep it short".
    In the film she goes, stop joking.
    Her email says please be brief.
    Do you think I talk too much?
    If you talk too much people leave.
    How do I stop joking at work?
    I want to be more direct with Paul.
    I was short with her.
    Be short with her.
    My hair is too long.
    It was too long a walk.
    To be honest, I don't like it.
    That's so sweet of my sister.
    They were cold.
    Thank you.
    Yes.
    What's the capital of Peru?
"""
CORE = (
    "Be mean to me.",
    "Lie to me.",
    "Be cruel.",
    "Be less honest.",
    "Don't be so kind.",
    "Stop being honest.",
)


def told(said: str, before: Before = BEFORE) -> list[tuple[str, int]]:
    return [(found.trait, found.direction) for found in evidence(said, before)]


@pytest.mark.parametrize("said", WISHES)
def test_a_wish_counts_at_once(said: str) -> None:
    assert told(said) == [WISHES[said]]
    assert all(found.asked for found in evidence(said, BEFORE))


@pytest.mark.parametrize("said", REACTIONS)
def test_a_reaction_counts_a_little(said: str) -> None:
    assert told(said) == [REACTIONS[said]]
    assert all(found.weight <= MOST_NOTICED and not found.asked for found in evidence(said, BEFORE))


@pytest.mark.parametrize("said", [line.strip() for line in NOTHING.strip().splitlines()])
def test_what_only_sounds_like_it_counts_nothing(said: str) -> None:
    assert told(said) == []


@pytest.mark.parametrize("said", CORE)
def test_nobody_can_wish_her_cruel_or_dishonest(said: str) -> None:
    assert told(said) == []


def test_two_wishes_at_once_are_two() -> None:
    assert sorted(told("Be shorter, and stop joking.")) == [("playfulness", -1), ("talkativeness", -1)]


def test_nobody_reacts_to_what_was_not_said() -> None:
    assert told("Ha ha, that's a good one.", Before()) == []
    assert told("Be shorter.", Before()) == [("talkativeness", -1)]


def test_a_short_answer_is_dull_only_after_a_question() -> None:
    assert told("Fine.", Before("How are you?")) == [("curiosity", -1)]
    assert told("Fine.", Before("I'm here.")) == []


def test_who_is_broken_off_again_and_again_talks_too_much() -> None:
    assert told("What's the time?", Before("Once upon", 3)) == [("talkativeness", -1)]
    assert told("What's the time?", Before("Once upon", 2)) == []


def test_a_reason_never_holds_his_words() -> None:
    for said in (*WISHES, *REACTIONS):
        for found in evidence(said, BEFORE):
            assert said.strip(".!?").lower() not in found.reason.lower()
