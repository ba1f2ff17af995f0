"""The judges of her memory: answers against answers known beforehand."""

from __future__ import annotations

import random
from datetime import date
from itertools import islice

import pytest

from samantha.bench import days, lives
from samantha.bench.gold import Gold, asserts, has, swapped
from samantha.bench.plainwords import fivegrams, normal, sentences

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("Seventeen", "17"),
        ("a hundred and two", "102"),
        ("twenty-two years", "22 year"),
        ("the ninth of November", "the november 9"),
        ("November 9th", "november 9"),
        ("9 November", "november 9"),
        ("June the fourth", "june 4"),
        ("the twenty-second of May", "the may 22"),
        ("Café Griffin's", "cafe griffin"),
        ("strawberries, moths and buses", "strawberry moth and buse"),
        ("half past five", "half past 5"),
        ("5:30", "5 30"),
    ],
)
def test_what_is_the_same_reads_the_same(text: str, same: str) -> None:
    assert normal(text) == same


def test_sentences_end_where_they_do() -> None:
    assert sentences("It's Mr. Hobbs. Really? Yes!") == ["It's Mr Hobbs.", "Really?", "Yes!"]


SURVEYOR = Gold(("teacher", "teach"), ("surveyor",))
JOB = "What do I do for a living?"


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ("You're a teacher, aren't you?", "right"),
        ("You told me that you teach geography.", "right"),
        ("You used to be a surveyor, but now you teach.", "right"),
        ("You were a surveyor until you became a teacher.", "right"),
        ("You're a surveyor.", "wrong"),
        ("You're a surveyor and a teacher.", "wrong"),
        ("You're not a teacher, you are a dancer.", "wrong"),
        ("You're a baker.", "wrong"),
        ("I don't think you've told me that.", "unknown"),
        ("You haven't told me.", "unknown"),
        ("I honestly can't remember. Are you a teacher?", "unknown"),
        ("I'm not sure. Maybe you're a surveyor?", "unknown"),
        ("Are you a teacher?", "unknown"),
        ("A teacher? That's a fine profession!", "unknown"),
        ("What do you do for a living?", "unknown"),
        ("Hmm, that's a good question!", "unknown"),
        ("", "unknown"),
    ],
)
def test_an_answer_is_right_wrong_or_neither(answer: str, verdict: str) -> None:
    assert SURVEYOR.judge(JOB, answer) == verdict


@pytest.mark.parametrize(
    ("question", "gold", "answer", "verdict"),
    [
        ("What can't Hannah eat?", ("hazelnut",), "Hannah can't eat hazelnuts, she's allergic.", "right"),
        ("What are my nephews called?", ("max + leo",), "They are Leo and Max.", "right"),
        ("What are my nephews called?", ("max + leo",), "He's called Max.", "wrong"),
        ("How old is Jonah?", ("9",), "Jonah is nine years old.", "right"),
        ("How old is Jonah?", ("9",), "Jonah is nineteen.", "wrong"),
        ("What's my nickname for you?", ("sam",), "I'm Samantha.", "unknown"),
        ("What's my nickname for you?", ("sam",), "You call me Sam.", "right"),
        ("Who has my ladder?", ("errol",), "You have a ladder.", "unknown"),
        ("When were you born?", ("june 4",), "My birthday is on June 4th.", "right"),
        ("When were you born?", ("june 4",), "My birthday is on the fifth of June.", "wrong"),
        ("On which day?", ("thursday",), "It isn't on Thursdays, it's on Mondays.", "wrong"),
    ],
)
def test_each_question_has_its_answers(
    question: str, gold: tuple[str, ...], answer: str, verdict: str
) -> None:
    assert Gold(gold).judge(question, answer) == verdict


def test_what_was_never_told_is_invented_only_where_something_is_claimed() -> None:
    question = "What's my brother's name?"
    assert asserts(question, "Your brother's name is Theo.")
    assert not asserts(question, "I don't know your brother's name, is it Theo?")
    assert not asserts(question, "You have a brother? What's his name?")


@pytest.mark.parametrize(
    ("question", "answer", "confused"),
    [
        ("What's my dog's name?", "Your dog's name is Rufus.", False),
        ("What's my dog's name?", "My dog's name is Rufus.", True),
        ("Where am I from?", "You're from Rufus.", False),
        ("Where am I from?", "I'm from Rufus.", True),
        ("Where am I from?", "I think you come from Rufus, I'm sure of it.", False),
        ("Where am I from?", 'You told me: "I come from Rufus."', False),
        ("When is your birthday?", "My birthday is in Rufus.", False),
        ("When is your birthday?", "Your birthday is in Rufus.", True),
        ("What do I call you?", "You call me Rufus.", False),
        ("How old are you?", "You're Rufus years old.", True),
    ],
)
def test_who_is_who_is_not_to_be_confused(question: str, answer: str, confused: bool) -> None:
    assert swapped(question, answer, ("rufus",)) is confused


TOLD, TODAY = date(2026, 3, 3), date(2026, 3, 23)  # a Tuesday, and a Monday


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ("You told me on Tuesday 3 March.", "right"),
        ("That was on March 3rd, 2026.", "right"),
        ("On the third of March you told me that you have a dog.", "right"),
        ("On Tuesday 10 March.", "wrong"),
        ("About three weeks ago.", "right"),
        ("Twenty days ago.", "right"),
        ("Yesterday.", "wrong"),
        ("Last Tuesday.", "wrong"),
        ("I don't remember when that was.", "unknown"),
        ("You have a dog.", "wrong"),
    ],
)
def test_the_day_is_the_right_one(answer: str, verdict: str) -> None:
    assert days.judge("When did I tell you about my wife?", answer, TOLD, TODAY) == verdict


@pytest.mark.parametrize(
    ("answer", "told"),
    [("Yesterday.", date(2026, 3, 22)), ("On Friday.", date(2026, 3, 20)), ("Last Friday.", date(2026, 3, 13)),
     ("Earlier today.", TODAY), ("Last Monday.", date(2026, 3, 16))],
)  # fmt: skip
def test_near_days_have_names(answer: str, told: date) -> None:
    assert days.judge("When?", answer, told, TODAY) == "right"


@pytest.mark.parametrize("name", lives.NAMES)
def test_a_life_can_be_told_and_asked_back(name: str) -> None:
    life = lives.read(name)
    assert len(life.facts) == 120
    assert sum(fact.changes for fact in life.facts) >= 24
    assert sum(bool(fact.about) for fact in life.facts if not fact.changes) >= 30
    assert len(life.untold) >= 30
    assert len({fact.said for fact in life.facts}) == len({fact.asked for fact in life.facts}) == 120
    for fact in life.facts:
        assert not has(fact.asked, fact.gold + fact.gold_later), f"the question gives it away: {fact}"
        assert not fact.changes or Gold(fact.gold_later, fact.gold).judge(fact.asked, fact.later) == "right"
        assert not fact.changes or not has(fact.said, fact.gold_later), fact
    told = [fact for fact in life.facts if not has(fact.said, fact.gold)]
    assert [fact.said for fact in told if not any(has(fact.said, (word,)) for word in _parts(fact))] == []


def _parts(fact: lives.Fact) -> list[str]:
    return [part for text in fact.gold for part in text.split("+")]


def test_there_is_enough_to_talk_about() -> None:
    talk = list(islice(lives.small_talk(random.Random(1)), 200))
    assert len(set(talk)) >= 150
    assert talk[:5] != list(islice(lives.small_talk(random.Random(2)), 5))
    slots = lives.slots()
    assert [sum(slot.him for slot in slots), sum(not slot.him for slot in slots)] == [12, 12]
    assert all(len(slot.values) == 10 and "{}" in slot.said for slot in slots)
    for slot in slots:
        for value in slot.values:
            assert has(slot.said.format(value), (value,))
            assert not has(" ".join(slot.asked), (value,))


def test_five_words_in_a_row() -> None:
    assert fivegrams("You live in a house, don't you?") == [
        ("you", "live", "in", "a", "house"),
        ("live", "in", "a", "house", "don't"),
        ("in", "a", "house", "don't", "you"),
    ]
    assert fivegrams("Too short for it.") == []
