"""What of a model's answer is believed of what somebody said, and what it makes of what is known already."""

from __future__ import annotations

import pytest

from samantha.mind import facts, statements, threads
from samantha.mind.relations import Fact, closes, ends, kind, named, same

pytestmark = pytest.mark.unit


def believed(answer: str, said: str) -> list[str]:
    """The facts of `answer` that `said` bears out, as lines."""
    found = [each.fact for each in facts.checked(facts.parse(answer), said)]
    return [f"{fact.subject} | {fact.relation} | {fact.value}" for fact in found]


def test_what_is_said_is_believed() -> None:
    said = "My sister Ruth plays the bassoon in an orchestra."
    answer = "my sister | name | Ruth\nRuth | play | the bassoon in an orchestra"
    assert believed(answer, said) == answer.splitlines()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("I | live in | Paris", "I drive an old green Volvo."),
        ("my brother | live in | Zurich", "My brother works at a bank in Zurich."),
        ("Karl | play | bassoon", "My sister plays the bassoon."),
        ("my wife | play | the bassoon", "My sister plays the bassoon."),
        ("I | live in | Rome", "My friend Tom says he lives in Rome."),
        ("I | live in | Paris", "If I were rich I would live in Paris."),
        ("I | live in | Paris", "Do I live in Paris?"),
        ("I | live in | Leeds", "I don't live in Leeds any more."),
        ("I | name | Tom", "My name isn't Tom."),
        ("I | name | Mia", "I've two kids, Mia and Jonas."),
        ("you | be | a pirate", "You are a pirate."),
        ("I | cooked | lasagne", "Yesterday I cooked lasagne."),
        ("my boss | strictness | very", "My boss is very strict."),
        ("I | decided | red", "I decided on red."),
        ("none", "My teacher said I am lazy."),
        ("my sister | name | has given up", "My sister has given up the bassoon."),
        ("rubbish | and no fact", "I live in Leeds."),
    ],
)
def test_what_is_not_said_is_dropped(answer: str, said: str) -> None:
    assert not set(believed(answer, said)) & set(answer.splitlines())


def test_what_is_denied_is_no_fact_or_its_opposite() -> None:
    assert believed("I | like | coriander", "I don't like coriander.") == ["I | dislike | coriander"]
    assert believed("I | eat | meat", "I don't eat meat.") == ["I | don't eat | meat"]


def test_a_favourite_is_whose_the_sentence_says() -> None:
    assert believed("I | favourite colour | red", "Your favourite colour is red.") == [
        "you | favourite colour | red"
    ]
    assert believed("you | birthday | the third of May", "My birthday is the third of May.") == [
        "I | birthday | the third of May"
    ]


def test_a_question_that_tells_is_heard() -> None:
    said = "Did I tell you that my uncle Pete has a boat?"
    assert believed("Pete | have | a boat", said) == ["my uncle | name | Pete", "Pete | have | a boat"]


@pytest.mark.parametrize(
    "said", ["Okay.", "What's the capital of Peru?", "Yes, sure.", "Tell me a joke.", ""]
)
def test_no_model_looks_at_what_can_hold_nothing(said: str) -> None:
    assert not statements.may_hold(said)


def test_a_doubt_makes_less_sure() -> None:
    sure, unsure = (
        facts.checked(facts.parse("I | allergic to | walnuts"), said)[0].confidence
        for said in ("I'm allergic to walnuts.", "I think I'm allergic to walnuts.")
    )
    assert sure > unsure


RUTH = Fact("my sister", "name", "Ruth")
NAMES = named([RUTH])


@pytest.mark.parametrize(
    ("new", "old", "said"),
    [
        (Fact("we", "moved to", "Bristol"), Fact("I", "live in", "Leeds"), "We moved to Bristol."),
        (
            Fact("Ruth", "play", "the cello"),
            Fact("my sister", "plays", "bassoon"),
            "Ruth plays the cello now.",
        ),
        (
            Fact("I", "favourite colour", "blue"),
            Fact("I", "favorite color", "green"),
            "My favourite colour is blue.",
        ),
        (Fact("I", "be", "a nurse"), Fact("I", "work as", "a carpenter"), "I'm a nurse now."),
        (Fact("I", "dislike", "tea"), Fact("I", "love", "tea"), "I can't stand tea."),
        (Fact("my car", "be", "a red Kia"), Fact("my car", "be", "a blue Fiat"), "My car is a red Kia now."),
    ],
)
def test_a_new_fact_closes_the_old_one(new: Fact, old: Fact, said: str) -> None:
    assert closes(new, old, said, NAMES)


@pytest.mark.parametrize(
    ("new", "old", "said"),
    [
        (Fact("I", "like", "jazz"), Fact("I", "like", "tea"), "I like jazz now."),
        (Fact("I", "play", "chess"), Fact("I", "play", "the piano"), "I play chess."),
        (Fact("I", "play", "chess"), Fact("I", "play", "the piano"), "Now I play chess too."),
        (Fact("my brother", "live in", "Rome"), Fact("I", "live in", "Leeds"), "My brother lives in Rome."),
        (Fact("I", "live in", "Leeds"), Fact("I", "moved to", "Leeds in April"), "I live in Leeds."),
        (Fact("I", "live near", "the harbour"), Fact("I", "live in", "Leeds"), "I live near the harbour."),
    ],
)
def test_what_can_be_beside_it_closes_nothing(new: Fact, old: Fact, said: str) -> None:
    assert not closes(new, old, said, NAMES)


@pytest.mark.parametrize(
    ("clause", "old", "over"),
    [
        ("We sold the Volvo", Fact("I", "drive", "an old green Volvo"), True),
        ("My sister has given up the bassoon", Fact("Ruth", "play", "the bassoon"), True),
        ("I don't live in Leeds any more", Fact("we", "live in", "Leeds"), True),
        ("My cat isn't called Coco", Fact("my cat", "name", "Coco"), True),
        ("Ruth has given up the bassoon", RUTH, False),
        ("I sold the piano", Fact("I", "drive", "a Volvo"), False),
        ("Tom sold the Volvo", Fact("I", "drive", "a Volvo"), False),
        ("I love the Volvo", Fact("I", "drive", "a Volvo"), False),
    ],
)
def test_what_is_over_is_closed(clause: str, old: Fact, over: bool) -> None:
    assert ends(clause, old, NAMES) is over


def test_two_ways_to_say_one_thing_are_the_same() -> None:
    assert same(
        Fact("Ruth", "plays", "the bassoon"), Fact("my sister", "play", "bassoon in an orchestra"), NAMES
    )
    assert kind(Fact("we", "moved to", "Leeds")) == kind(Fact("I", "live in", "Leeds")) == "home"


@pytest.mark.parametrize(
    ("sentence", "opens"),
    [
        ("I'm meeting Paul on Tuesday to talk about the flat.", True),
        ("My exam is next week.", True),
        ("I have to see the dentist on Thursday at four.", True),
        ("I'm looking for a new flat in Hackney.", True),
        ("I have to go now.", False),
        ("I'm going to bed.", False),
        ("I go running every Tuesday.", False),
        ("I saw the dentist on Thursday.", False),
        ("I live on the fourth floor.", False),
        ("I need to renew my passport soon.", True),
        ("I work on Sunday mornings.", False),
        ("The shop is closed tomorrow.", False),
        ("My birthday is on the third of May.", False),
    ],
)
def test_what_is_to_come(sentence: str, opens: bool) -> None:
    assert threads.opens(sentence) is opens
