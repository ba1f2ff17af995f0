"""How she grows with her person, on a real file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from samantha.mind.growth import Growth
from samantha.mind.prompt import Prompt
from samantha.mind.traits import Traits
from samantha.store.database import Database, KeptTurn

pytestmark = pytest.mark.unit

NOW = datetime(2026, 5, 4, 20, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(Database(tmp_path)) as opened:
        yield opened


@pytest.fixture
def growth(database: Database) -> Growth:
    return Growth(database)


def prompt(growth: Growth) -> bytes:
    messages = Prompt("You are Samantha.", "Theo", 4096, 160, character=growth.character(NOW)).system()
    return repr(messages).encode()


def test_a_wish_moves_her_from_the_next_turn_on_and_is_kept(growth: Growth, tmp_path: Path) -> None:
    [step] = growth.hear("You talk too much.", "Once upon a time.", NOW)
    assert (step.trait, step.change, step.reason) == ("talkativeness", -0.25, "You asked me to say less.")
    with closing(Database(tmp_path)) as again:
        assert Growth(again).traits(NOW) == Traits(talkativeness=-0.25)
        assert Growth(again).log() == [step]


def test_another_voice_moves_and_names_nothing(growth: Growth) -> None:
    assert growth.hear("You talk too much. Call me Captain.", "Hello.", NOW, by="other") == []
    assert growth.log() == []
    assert growth.nickname("I") == ""


def test_what_is_read_aloud_to_her_moves_nothing(growth: Growth) -> None:
    assert growth.hear("This email says: You should talk less. Please be formal.", "Hm.", NOW) == []


def test_what_was_taken_back_leaves_no_trace(growth: Growth) -> None:
    first = prompt(growth)
    growth.hear("Be shorter.", "Hm.", NOW)
    shorter = prompt(growth)
    growth.hear("Don't be so formal.", "Hm.", NOW)
    assert len({first, shorter, prompt(growth)}) == 3
    assert [step.trait for step in growth.undo(last=1)] == ["formality"]
    assert prompt(growth) == shorter
    growth.undo([step.id for step in growth.log()])
    assert prompt(growth) == first


def test_reset_is_the_first_day_to_the_byte(growth: Growth) -> None:
    first = prompt(growth)
    for day in range(9):
        growth.hear("Be funnier. I'll call you Sam. Call me Captain.", "Hello.", NOW + day * DAY)
        growth.hear("Ha ha!", "Hello.", NOW + day * DAY)
    assert prompt(growth) != first
    growth.reset(NOW + 10 * DAY)
    assert prompt(growth) == first
    assert growth.traits(NOW) == Traits()
    assert (growth.log(), growth.nickname("I"), growth.nickname("you")) == ([], "", "")


def test_frozen_she_stays_as_she_is(growth: Growth, database: Database) -> None:
    growth.hear("Be shorter.", "Hm.", NOW)
    growth.freeze()
    assert growth.frozen
    assert growth.hear("Be shorter.", "Hm.", NOW) == []
    assert growth.traits(NOW).talkativeness == -0.25
    growth.freeze(frozen=False)
    assert growth.hear("Be shorter.", "Hm.", NOW) != []
    assert Growth(database, frozen=True).hear("Be shorter.", "Hm.", NOW) == []


def test_a_turn_that_was_reopened_counts_once(growth: Growth, database: Database) -> None:
    turn = database.add_turn("c", KeptTurn("user", "Be shorter.", NOW))
    growth.hear("Be shorter.", "Hm.", NOW, turn=turn)
    growth.hear("Be shorter. With her, I mean.", "Hm.", NOW, turn=turn)
    assert growth.traits(NOW).talkativeness == -0.25
    growth.hear("Never mind.", "Hm.", NOW, turn=turn)
    assert growth.log() == []


def test_words_that_went_on_count_as_a_whole(growth: Growth) -> None:
    growth.hear("Be shorter.", "Hm.", NOW)
    growth.hear("Be shorter with her, should I?", "Hm.", NOW + timedelta(seconds=3))
    assert growth.log() == []
    growth.hear("Be shorter.", "Hm.", NOW + timedelta(minutes=1))
    growth.hear("Be shorter, I said.", "Hm.", NOW + timedelta(minutes=5))
    assert len(growth.log()) == 2


def test_who_breaks_her_off_again_and_again_is_noticed(growth: Growth) -> None:
    for interrupted in (True, False, True):
        growth.spoke(interrupted=interrupted)
        assert growth.hear("What else?", "Once upon", NOW) == []
    growth.spoke(interrupted=True)
    [step] = growth.hear("What else?", "Once upon", NOW)
    assert (step.trait, step.change) == ("talkativeness", -0.02)


def test_nicknames_replace_one_another_and_end(growth: Growth) -> None:
    growth.hear("Call me Captain.", "Hello.", NOW)
    assert growth.nickname("I") == "Captain"
    growth.hear("Call me Teddy, please.", "Hello.", NOW + DAY)
    assert growth.nickname("I") == "Teddy"
    growth.hear("I'll call you Sam.", "Hello.", NOW + DAY)
    assert growth.shared_words() == "You call your friend Teddy. You are called Sam, too."
    growth.hear("Don't call me Teddy any more.", "Hello.", NOW + 2 * DAY)
    assert (growth.nickname("I"), growth.nickname("you")) == ("", "Sam")


def test_names_are_known_for_hearing(growth: Growth) -> None:
    growth.hear("Call me Captain.", "Hello.", NOW)
    assert growth.names() == ("Captain",)


def test_what_made_him_laugh_and_comes_back_is_a_joke_of_theirs(growth: Growth, database: Database) -> None:
    hers = "Was that a tactical toast, or an accident?"
    database.add_turn("c", KeptTurn("assistant", hers, NOW))
    growth.hear("Ha ha, good one!", hers, NOW + timedelta(seconds=9))
    growth.hear("Another tactical toast today.", "Hm.", NOW + timedelta(hours=1))
    assert growth.shared_words() == "", "the same evening it is only talk"
    growth.hear("I made a tactical toast again.", "Hm.", NOW + DAY)
    assert growth.shared_words() == "The two of you have a joke about “tactical toast”."
    growth.hear("Was that it?", "Hm.", NOW + DAY)
    growth.reset(NOW + 2 * DAY)
    assert growth.shared_words() == ""
