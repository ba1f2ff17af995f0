"""What she answers when she is asked about her memory, and what a correction takes back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from samantha.mind.memory import Companion
from samantha.store.database import Database, KeptTurn
from samantha.store.memories import Memories, Remembered

pytestmark = pytest.mark.unit

NOW = datetime(2026, 11, 22, 20, 30).astimezone()
FRIDAY = NOW - timedelta(days=2)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path)
    yield database
    database.close()


@pytest.fixture
def companion(tmp_path: Path) -> Iterator[Companion]:
    companion = Companion(
        lambda: Database(tmp_path), None, name="Theo", tokens=96, apart=timedelta(hours=2), grows=True
    )
    yield companion
    companion.close()


def told(database: Database, *words: str, at: datetime = FRIDAY) -> list[int]:
    return [database.add_turn("one", KeptTurn("user", each, at)) for each in words]


def answer(companion: Companion, words: str) -> str:
    companion.recall("Hello.", NOW)  # what was said is taken in
    attended = companion.attend(words, NOW)
    assert attended is not None
    return attended.line


def test_a_day_is_told_by_what_matters(database: Database, companion: Companion) -> None:
    told(
        database, "Good morning.", "My sister Ruth plays the bassoon.", "Haha, so funny.", "Call me Captain."
    )
    line = answer(companion, "What did we talk about on Friday?")
    assert "bassoon" in line
    assert not any(word in line for word in ("morning", "Haha", "Captain"))
    assert "anything from then" in answer(companion, "What did we talk about last Monday?")


def test_what_he_asked_is_not_what_he_told(database: Database, companion: Companion) -> None:
    told(database, "What does my sister play?")
    assert "you told me" not in answer(companion, "What do you know about my sister?").lower()


def test_a_correction_takes_back_what_it_contradicts_and_no_more(
    database: Database, companion: Companion
) -> None:
    text = "My sister Ruth plays the bassoon."
    [turn] = told(database, text)
    memories = Memories(database.file)
    name, plays = (
        memories.add(
            Remembered(
                kind="fact", text=text, at=FRIDAY, turn=turn, subject=subject, relation=how, value=value
            )
        )
        for subject, how, value in (("my sister", "name", "Ruth"), ("Ruth", "plays", "the bassoon"))
    )
    companion.recall("What does my sister play?", NOW)
    attended = companion.attend("That's wrong, she plays the oboe.", NOW)
    assert attended is not None
    assert "your sister plays the oboe" in attended.line.lower()
    still = {each.id: each.text for each in memories.listed(("fact",))}
    assert name in still
    assert plays not in still
    assert any("oboe" in text and text[0].isupper() for text in still.values())
    known = answer(companion, "What do you know about my sister?")
    assert "oboe" in known
    assert "bassoon" not in known
    came = {each.text for each in companion.recall("What does my sister play?", NOW)}
    assert not any("bassoon" in text for text in came)
    name_of_hers = {each.text for each in companion.recall("What is my sister's name?", NOW)}
    assert "My sister's name is Ruth." in name_of_hers
    assert (
        companion.tell("What does my sister play?", NOW + timedelta(hours=1)) == "Your sister plays the oboe."
    )
