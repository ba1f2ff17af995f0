"""What of a turn can come to mind, and how it is found again: without any model."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from samantha.mind.index import Index, packed
from samantha.mind.noting import importance, note
from samantha.mind.wording import PIECES, akin, names, pieces, stems
from samantha.store.database import Database, KeptTurn
from samantha.store.memories import NOTED, SAID, Memories

pytestmark = pytest.mark.unit

NOW = datetime(2026, 3, 11, 14, 30, tzinfo=UTC)


@pytest.fixture
def database(tmp_path):
    database = Database(tmp_path)
    yield database
    database.close()


def test_only_what_her_person_said_is_noted_and_every_turn_goes_on(database):
    for turn in (
        KeptTurn("user", "My sister Ruth plays the bassoon.", NOW),
        KeptTurn("assistant", "How lovely.", NOW),
        KeptTurn("user", "Buy now and save ten pounds!", NOW, by="other"),
        KeptTurn("user", "My password is hunter two. My dog is called Biscuit.", NOW),
        KeptTurn("user", "My password is hunter two.", NOW),
    ):
        database.add_turn("c", turn)
    memories = Memories(database.file)
    assert note(memories, None, limit=3) == 3
    assert note(memories, None, limit=3) == 2
    assert note(memories, None, limit=3) == 0
    assert memories.turns_at(SAID, 9) == []
    assert len(memories.turns_at(NOTED, 9)) == 5
    noted = memories.listed(("said",))
    assert [(each.turn, each.text) for each in reversed(noted)] == [
        (1, "My sister Ruth plays the bassoon."),
        (4, "My dog is called Biscuit."),
    ]


@pytest.mark.parametrize(
    ("text", "worth"),
    [
        ("Hm, okay.", 0.1),
        ("What does my sister play?", 0.1),
        ("My sister Ruth plays the bassoon.", 0.6),
        ("The bassoon is a difficult instrument.", 0.4),
        ("Remember that the key is under the pot.", 0.9),
    ],
)
def test_what_he_tells_of_his_life_matters_more_than_what_he_asks(text, worth):
    assert importance(text) == worth


def test_a_sentence_that_leans_on_another_stays_with_it():
    text = "My sister is called Ruth. She plays the bassoon. I saw Dr. Singh at 4.30. And it hurt."
    assert pieces(text) == [
        "My sister is called Ruth.",
        "My sister is called Ruth. She plays the bassoon.",
        "I saw Dr. Singh at 4.30.",
        "I saw Dr. Singh at 4.30. And it hurt.",
    ]
    assert pieces("   ") == []
    assert len(pieces("I went to the market. " * 50)) == PIECES


def test_words_that_stand_for_the_same_and_such_that_do_not():
    assert akin(*stems("mum mother"))
    assert akin(*stems("sibling brother"))
    assert not akin(*stems("sister brother"))
    assert not akin(*stems("grandmother grandfather"))
    assert akin(*stems("photographs photographer"))
    assert stems("What did I say about it?") == frozenset()
    assert names("Does Ruth know Paul's cat?") == {"ruth", "paul"}


def test_points_are_found_again_and_each_memory_once():
    chance = np.random.default_rng(1)
    points = chance.normal(size=(3000, 128)).astype(np.float32)
    index = Index(128)
    index.add([(7, packed(points[:2])), (8, packed(points[2:3]))])
    index.add([(number + 10, packed(points[number : number + 1])) for number in range(3, 3000)])
    wanted = points[2500] / np.linalg.norm(points[2500])
    [(id, place, cosine), *others] = index.nearest(wanted, 5)
    assert (id, place) == (2510, 0)
    assert cosine == pytest.approx(1, abs=0.01)
    assert len(others) == 4
    second = points[1] / np.linalg.norm(points[1])
    assert [found[:2] for found in index.of([7, 8, 9], second)] == [(7, 1), (8, 0)]
    assert index.points([(7, 1), (9, 0)])[:, 0] == pytest.approx([second[0], 0], abs=0.01)
    assert Index(128).nearest(wanted, 5) == []


def test_a_turn_that_was_amended_meanwhile_waits_for_the_next_time(database):
    database.add_turn("c", KeptTurn("user", "My sister plays", NOW))
    memories = Memories(database.file)

    class Slow:
        name = "slow"

        def embed(self, texts):
            database.amend_turn(
                "c", KeptTurn("user", "My sister plays the bassoon.", NOW + timedelta(seconds=1))
            )
            return np.ones((len(texts), 64), np.float32)

    note(memories, Slow())
    assert memories.listed(("said",)) == []
    assert len(memories.turns_at(SAID, 9)) == 1
    note(memories, None)
    assert [each.text for each in memories.listed(("said",))] == ["My sister plays the bassoon."]
