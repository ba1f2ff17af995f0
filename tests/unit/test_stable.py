"""Which words are settled while somebody is still speaking."""

from __future__ import annotations

import pytest

from samantha.hearing.stable import Stable

pytestmark = pytest.mark.unit


def settled(*transcripts: str) -> list[str]:
    stable = Stable()
    return [stable.feed(transcript) for transcript in transcripts]


def test_words_settle_one_transcript_later_but_for_the_last() -> None:
    assert settled("What", "What time", "What time is it", "What time is it in Rome") == [
        "",
        "",
        "What",
        "What time is",
    ]


def test_a_word_that_is_only_half_heard_settles_nothing() -> None:
    assert settled("Tell me about Bar", "Tell me about Barcelona")[-1] == "Tell me"
    assert settled("Tell me about Bar", "Tell me about Bar")[-1] == "Tell me about"


def test_spelling_is_the_newest_and_punctuation_and_capitals_need_not_agree() -> None:
    assert settled("I think.", "I think, therefore", "i think; Therefore I", "i think; Therefore I am")[
        1:
    ] == [
        "I",
        "i think",
        "i think; Therefore",
    ]


def test_what_follows_the_last_settled_word_is_left_open() -> None:
    assert settled("Well, hello there", "Well, hello, there")[-1] == "Well, hello"
    assert settled('He said "go!" and', 'He said "go!" and')[-1] == 'He said "go'


def test_a_changed_mind_takes_words_back() -> None:
    assert settled("I scream for", "I scream for more", "Ice cream for more")[1:] == ["I scream", ""]
    assert settled("a b c", "a b c d", "a x c d", "a x c d e")[1:] == ["a b", "", "a x c"]


@pytest.mark.parametrize("nothing", ["", "  ", "…"])
def test_nothing_settles_nothing(nothing: str) -> None:
    assert settled("Hello there", nothing, "Hello there", "Hello there") == ["", "", "", "Hello"]
    assert Stable().text == ""


def test_without_spaces_there_are_no_words_to_settle() -> None:
    assert settled("今日は天気が", "今日は天気がいい")[-1] == ""


def test_contractions_are_words_as_they_stand() -> None:
    assert settled("it's twenty-one o'clock", "It's twenty-one o'clock now")[-1] == "It's twenty-one"
