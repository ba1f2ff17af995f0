"""What stands for the turns that the model no longer has in view."""

from __future__ import annotations

from datetime import datetime

import pytest

from samantha.mind.history import History
from samantha.mind.prompt import Prompt
from samantha.mind.secrets import HIDDEN, redact
from samantha.mind.summary import MOST_WORDS, checked, gist, request
from samantha.ports import Recollection

pytestmark = pytest.mark.unit

NOON = datetime(2026, 3, 2, 12)

TURNS = (("", "My sister Ruth moved to Leeds in 2019."), ("Samantha", "Leeds is lovely."))


def test_the_model_is_given_what_was_known_and_who_said_what() -> None:
    asked = request("Theo has a dog.", TURNS, "Theo")[-1].content
    assert "Notes: Theo has a dog." in asked
    assert "Theo: My sister Ruth moved to Leeds in 2019." in asked
    assert "Samantha: Leeds is lovely." in asked


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Theo's sister Ruth moved to Leeds in 2019.", "Theo's sister Ruth moved to Leeds in 2019."),
        ("His sister moved to Paris. Samantha likes Leeds.", "Samantha likes Leeds."),
        ("His sister Ruth moved in 1999.", ""),
        ("He spoke with Samantha about his brother Max.", ""),
        ("", ""),
    ],
)
def test_a_sentence_that_names_what_nobody_said_is_dropped(written: str, kept: str) -> None:
    assert checked(written, "", TURNS, "Theo") == kept


def test_without_a_model_the_plain_sentences_about_his_life_are_kept() -> None:
    said = ["What a day! My sister Ruth is here. Is it raining?", "The film was long.", "I work in Leeds."]
    assert gist("", said) == 'I said: "My sister Ruth is here." I said: "I work in Leeds."'
    assert gist(gist("", said), ["I have a dog."]).endswith(
        'I said: "I work in Leeds." I said: "I have a dog."'
    )


def test_a_summary_does_not_grow_without_end() -> None:
    summary = ""
    for number in range(60):
        summary = gist(summary, [f"I have read book number {number} of my list today."])
    assert len(summary.split()) <= MOST_WORDS + 15
    assert "number 59" in summary


def test_what_goes_suddenly_leaves_its_gist_in_front_of_what_is_left() -> None:
    history = History()
    for number in range(6):
        history.user(f"(Monday 9:15 AM) My number is {number}.", f"My number is {number}.")
        history.samantha("Good.")
    assert history.make_room()
    first = history.messages()[0].content
    assert first.startswith('(Earlier we talked: I said: "My number is 0."')
    assert "(Monday 9:15 AM) My number is 2." in first
    assert sum(f"My number is {n}." in str(history.messages()) for n in range(6)) == 6


def test_what_is_forgotten_leaves_with_its_answer_and_with_the_summary() -> None:
    history = History()
    history.summary = "He told of Paul."
    for text in ("My friend Paul is ill.", "It rains."):
        history.user(f"(Monday 9:15 AM) {text}", text)
        history.samantha(f"Oh, {text}")
    assert history.forget(["My friend Paul is ill."])
    assert [message.content for message in history.messages()] == [
        "(Monday 9:15 AM) It rains.",
        "Oh, It rains.",
    ]
    assert not history.forget([])


def test_what_is_forgotten_is_in_no_note_and_in_no_other_answer() -> None:
    ruth = "My sister Ruth plays the bassoon."
    came = Recollection(1, ruth, NOON, quoted=True, score=1.0)
    prompt = Prompt("You are Samantha.", "Theo", 4096, 160)
    history = History()
    for said, recalled, answer in (
        ("What does my sister play?", [came], "Your sister Ruth plays the bassoon."),
        ("Is it hard to learn?", [came], "Yes."),
        ("My password is hunter2.", [], "OK."),
        ("OK. What a day!", [], "OK."),
    ):
        history.user(prompt.note(said, NOON, recalled), said)
        history.samantha(answer)
    gone = (f"My password is {HIDDEN}.", "OK.", "Your sister Ruth plays the bassoon.")
    assert redact("My password is hunter2.") == gone[0]
    assert history.forget(gone)
    shown = [message.content for message in history.messages()]
    assert shown == ["Is it hard to learn?", "Yes.", prompt.note("OK. What a day!", NOON), "OK."]
