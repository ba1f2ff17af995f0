"""How the words look where somebody stops."""

from __future__ import annotations

import pytest

from samantha.hearing.ending import ending

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "text",
    [
        "What time is it?",
        "Yes.",
        "No, thank you.",
        "Turn it off.",
        "That was great!",
        "I had pasta for lunch, and it was good.",
        "What are you listening to?",
        "Who is she?",
        "How are you?",
        "When is your birthday?",
        "I don't like it.",
        "If it rains, we stay at home.",
        "I will tell you when I see you.",
        'She said "come in."',
        "He didn’t come.",
        "Let's go.",
        "It is 7.",
        "I think that it is over. Tell him.",
        "It ended in 1984.",
        "Let us talk about something else for a while.",
        "If it rains tomorrow we will have to stay at home.",
    ],
)
def test_what_looks_finished(text):
    assert ending(text) == "complete"


@pytest.mark.parametrize(
    "text",
    [
        "I wanted to ask",  # no mark: the transcriber heard no end either
        "my sister",
        "I am looking for.",
        "The lights were on when he was.",
        "When I came home from work last night.",
        "Even if nobody else comes.",
        "Could you tell me?",
        "You know.",
        "I don't really know.",
        "I would like to know.",
        "I was there. If it rains tomorrow.",
        "Well.",
        "Hello. So.",
        "7",
    ],
)
def test_what_may_go_on(text):
    assert ending(text) == "open"


@pytest.mark.parametrize(
    "text",
    [
        "I went to the shop and",
        "I went to the shop, and.",
        "I like it, but...",
        "I like it, but…",
        "It was, um.",
        "It was, uh",
        "I don't know, because",
        "Could you bring me the",
        "Could you bring me a.",
        "If the weather stays like this,",
        "My favourite colour is",
        "I am thinking of -",
        "First of all:",
        "I wonder whether",
        "and you’re",
        "",
        "   ",
    ],
)
def test_what_has_to_go_on(text):
    assert ending(text) == "trailing"


@pytest.mark.parametrize(
    ("text", "looks"),
    [
        ("Ich gehe in den", "open"),
        ("Wie geht es dir?", "complete"),
        ("Um.", "complete"),  # "at", "around"; no filler there
        ("Ich wollte fragen,", "trailing"),
        ("你好。", "complete"),
        ("是的，", "trailing"),
        ("你好", "open"),
        ("", "trailing"),
    ],
)
def test_in_other_languages_the_marks_alone_decide(text, looks):
    assert ending(text, "de") == looks


def test_a_filler_alone_is_no_beginning_of_a_sentence():
    assert ending("Mm.") == "complete"  # a short yes
    assert ending("Yes, mm.") == "trailing"
