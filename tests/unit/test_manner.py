"""How her traits show in her description, and where an answer ends."""

from __future__ import annotations

import itertools

import pytest

from samantha.mind.manner import Bounds, length, wording
from samantha.mind.prompt import Prompt
from samantha.mind.traits import TRAITS, Traits

pytestmark = pytest.mark.unit

PERSONA = "You are Samantha.\n\n> (Monday 9:15 AM) Are you human?\nNo."


def bounded(text: str, traits: Traits, size: int) -> str:
    bounds = Bounds(traits)
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    return "".join(map(bounds.feed, pieces)) + bounds.finish()


def test_on_the_first_day_nothing_is_said() -> None:
    assert wording(Traits()) == ""
    assert wording(Traits(*(0.19,) * 6)) == ""
    before = Prompt(PERSONA, "Theo", 4096, 160).system()
    assert Prompt(PERSONA, "Theo", 4096, 160, character=wording(Traits())).system() == before


@pytest.mark.parametrize("trait", TRAITS)
def test_each_trait_has_five_levels(trait: str) -> None:
    levels = [wording(Traits(**{trait: value})) for value in (-1, -0.6, -0.59, -0.2, 0, 0.2, 0.59, 0.6, 1)]
    assert len({level for level, _ in itertools.groupby(levels)}) == 5


def test_the_strongest_are_mentioned_and_no_more() -> None:
    said = wording(Traits(1, 0.9, 0.8, 0.3, 0.3, 0.3))
    assert said == "You are very affectionate, full of jokes and blunt but kind now."


def test_how_she_talks_is_shown_by_an_example() -> None:
    prompt = Prompt(PERSONA, "Theo", 4096, 160, character=wording(Traits(talkativeness=-1)))
    assert [message.content for message in prompt.system()][-1] == "Lucky you!"
    assert "fox" not in prompt.system()[0].content


def test_the_longest_answer_grows_and_never_shrinks() -> None:
    assert [length(Traits(talkativeness=value)) for value in (-1, 0, 1)] == [1.0, 1.0, 1.5]


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_the_first_day_lets_everything_through(size: int) -> None:
    text = "Oh no! That's a sad day. How did it happen? Tell me."
    assert bounded(text, Traits(), size) == text


@pytest.mark.parametrize("size", [1, 4, 1000])
@pytest.mark.parametrize(
    ("value", "kept"),
    [(-1, "Oh no! That's a sad day."), (-0.3, "Oh no! That's a sad day. How did it happen?")],
)
def test_who_talks_little_ends_after_a_sentence_or_two(size: int, value: float, kept: str) -> None:
    text = "Oh no! That's a sad day. How did it happen? Tell me all."
    assert bounded(text, Traits(talkativeness=value), size) == kept


@pytest.mark.parametrize("size", [1, 4, 1000])
def test_who_asks_little_leaves_out_the_question_behind(size: int) -> None:
    quiet = Traits(curiosity=-1)
    assert bounded("That's a sad day. How did it happen?", quiet, size).rstrip() == "That's a sad day."
    assert bounded("How did it happen?", quiet, size) == "How did it happen?"
    assert bounded("How did it happen? Tell me.", quiet, size) == "How did it happen? Tell me."
    assert bounded("It cost 3.50 euros. Nice.", quiet, size) == "It cost 3.50 euros. Nice."


def test_the_first_sentence_is_never_held_back() -> None:
    bounds = Bounds(Traits(talkativeness=-1, curiosity=-1))
    assert bounds.feed("I thi") == "I thi"
    assert bounds.feed("nk so") == "nk so"
