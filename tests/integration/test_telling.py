"""What she answers out of her memory alone, with the real model of meaning and the real store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sounds import installed

from samantha.mind.embedder import MiniLm
from samantha.mind.noting import note
from samantha.mind.recall import Recall
from samantha.mind.telling import Telling
from samantha.store.database import Database, KeptTurn
from samantha.store.memories import Memories

pytestmark = pytest.mark.integration

NOW = datetime(2026, 3, 11, 14, 30, tzinfo=UTC)

Answers = Callable[[str], str]


@pytest.fixture(scope="module")
def minilm() -> MiniLm:
    return MiniLm(installed("minilm"))


@pytest.fixture
def telling(tmp_path: Path, minilm: MiniLm) -> Iterator[Callable[..., Answers]]:
    database = Database(tmp_path)
    memories = Memories(database.file)

    def told(*said: str, ago: timedelta = timedelta(days=1)) -> Answers:
        for place, text in enumerate(said):
            at = NOW - ago - timedelta(hours=len(said) - place - 1)
            database.add_turn("c", KeptTurn("user", text, at))
        while note(memories, minilm):
            pass
        telling = Telling(Recall(memories, minilm), memories)
        return lambda words: telling.tell(words, NOW)

    yield told
    database.close()


def test_what_is_sure_is_said_back(telling) -> None:
    ask = telling("My sister Ruth plays the bassoon.", "I had a sandwich.")
    assert ask("What instrument does my sister play?") == "Your sister Ruth plays the bassoon."


def test_what_is_not_sure_is_said_with_a_doubt(telling) -> None:
    ask = telling("My best friend since school is Callum.", "I had a sandwich.")
    answer = ask("What's Callum's surname?")
    assert "not" in answer.lower()
    assert "our best friend since school is Callum" in answer


def test_nothing_is_made_up_of_somebody_he_has_named(telling) -> None:
    ask = telling("Elsie painted a dragon.")
    assert "haven't told me" in (answer := ask("What time does Elsie go to bed?")) or "told me that" in answer


def test_what_anybody_knows_is_left_to_the_model(telling) -> None:
    ask = telling("I was in Paris last summer.", "Who wrote Hamlet?")
    assert ask("Who wrote Hamlet?") == ""
    assert ask("What's the capital of France?") == ""
    assert ask("Where is Paris?") == ""


def test_what_was_just_said_is_left_to_the_model(telling) -> None:
    ask = telling("My sister Ruth plays the bassoon.", ago=timedelta(minutes=1))
    assert ask("What instrument does my sister play?") == ""


def test_what_is_otherwise_now_answers_what_it_was(telling) -> None:
    ask = telling(
        "Priya is a radiographer at the children's hospital.",
        "My wife's name is Priya.",
        "Priya isn't a radiographer any more, she runs a flower shop now.",
        "Mum has lived in Kendal since she retired.",
        "We've moved house, we live in Whitby now.",
    )
    assert "flower shop" in ask("What's my wife's job?")
    assert "hospital" not in ask("What's my wife's job?")
    assert "Kendal" in ask("Where does my mother live?")
