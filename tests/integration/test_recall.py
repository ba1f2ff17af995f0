"""What comes to mind, with the real model of meaning and the real store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sounds import installed

from samantha.bench.recollection import learn, quality
from samantha.mind.embedder import MiniLm
from samantha.mind.fitting import BY_WORDS, WEIGHTS
from samantha.mind.noting import meanings, note
from samantha.mind.recall import Recall
from samantha.store.database import Database, KeptTurn
from samantha.store.memories import Memories, Remembered

pytestmark = pytest.mark.integration

NOW = datetime(2026, 3, 11, 14, 30, tzinfo=UTC)  # a Wednesday


@pytest.fixture(scope="module")
def minilm() -> MiniLm:
    return MiniLm(installed("minilm"))


class Life:
    """A person who says one thing a day, the last one yesterday."""

    def __init__(self, folder: Path, embedder: MiniLm) -> None:
        self.database = Database(folder)
        self.memories = Memories(self.database.file)
        self.embedder = embedder
        self.recall = Recall(self.memories, embedder)

    def say(self, *said: str) -> None:
        for days, text in enumerate(said):
            self.database.add_turn("c", KeptTurn("user", text, NOW - timedelta(days=len(said) - days)))
        while note(self.memories, self.embedder):
            pass

    def fact(self, text: str, turn: int, subject: str, relation: str, value: str) -> int:
        [vector] = meanings(self.embedder, [text])
        told = self.memories.turn(turn)
        assert told is not None
        fact = Remembered(
            kind="fact",
            text=text,
            at=told.turn.said_at,
            turn=turn,
            subject=subject,
            relation=relation,
            value=value,
        )
        return self.memories.add(fact, vector)

    def comes(self, words: str, **more) -> list[str]:
        return [each.text for each in self.recall.recall(words, NOW, **more)]


@pytest.fixture
def life(tmp_path, minilm) -> Iterator[Life]:
    life = Life(tmp_path, minilm)
    yield life
    life.database.close()


RUTH = "My sister Ruth plays the bassoon."
TEA = "I drink my tea without milk."


def test_it_comes_in_other_words_and_by_half_a_question(life):
    life.say(RUTH, TEA, "We went to the market.", "The boiler is broken again.")
    assert life.comes("Which instrument does my sister play?") == [RUTH]
    assert life.comes("Does Ruth make music?") == [RUTH]
    assert life.comes("What instrument does my sister") == [RUTH]


@pytest.mark.parametrize(
    "words",
    [
        "What's my brother's name?",
        "I think I'll have a cup of tea now.",
        "What's your favourite colour?",
        "Hm, okay.",
        "Tell me a joke.",
        "",
        "   ",
        '"" OR * NEAR(',
    ],
)
def test_nothing_comes_rather_than_something_wrong(life, words):
    life.say(RUTH, TEA, "My favourite colour is green.")
    assert life.comes(words) == []


def test_a_sentence_comes_with_the_one_it_leans_on_and_without_the_others(life):
    life.say("I had a nice walk today. My sister is called Ruth. She plays the bassoon. It rained a lot.")
    [found] = life.recall.recall("What instrument does my sister play?", NOW)
    assert found.text == "My sister is called Ruth. She plays the bassoon."
    assert found.quoted
    assert found.at == NOW - timedelta(days=1)


def test_who_was_named_once_is_found_by_what_he_is(life):
    life.say("My brother is called Tom.", "Tom works as a plumber in Bristol.")
    assert "Tom works as a plumber in Bristol." in life.comes("In which town does my brother work?")


def test_what_is_in_plain_view_is_left_out(life):
    life.say(RUTH)
    assert life.comes("What does my sister play?", leave_out={1}) == []


def test_of_what_says_nearly_the_same_the_newest_comes(life):
    life.say("My sister Ruth plays the bassoon in Leeds.", "My sister Ruth plays the bassoon in York.")
    assert life.comes("Where does my sister play the bassoon?") == [
        "My sister Ruth plays the bassoon in York."
    ]


def test_what_is_no_longer_so_comes_only_when_the_past_is_asked_for(life):
    old, new = "I live in a flat in Leeds.", "I live in a flat in York now."
    life.say(old)
    moved = life.fact(old, 1, "I", "live in", "Leeds")
    assert life.comes("Where is my flat?") == [old]
    life.memories.close(moved, NOW)
    assert life.comes("Where is my flat?") == []
    life.say(new)
    assert life.comes("Where is my flat?") == [new]
    assert old in life.comes("Where was my flat before, where did I live?")


def test_a_fact_stands_for_its_turn(life):
    life.say(RUTH)
    fact = life.fact(RUTH, 1, "my sister", "plays", "the bassoon")
    [found] = life.recall.recall("What does my sister play?", NOW)
    assert (found.memory, found.text, found.quoted) == (fact, RUTH, True)


def test_what_was_told_by_no_turn_is_no_quotation(life):
    [vector] = meanings(life.embedder, ["His sister Ruth plays the bassoon."])
    told = Remembered(kind="fact", text="His sister Ruth plays the bassoon.", at=NOW, subject="my sister")
    life.memories.add(told, vector)
    [found] = life.recall.recall("What does my sister play, what is her instrument?", NOW)
    assert not found.quoted


def test_a_time_in_the_question_bounds_what_comes(life):
    life.say(*["Well, hello."] * 5, "Ruth bought a cello.", "Ruth sold her violin.", "I painted the shed.")
    assert life.comes("What did I say yesterday?") == ["I painted the shed."]
    assert life.comes("What did I tell you about Ruth on Monday?") == ["Ruth sold her violin."]
    assert life.comes("What did I say last year?") == []


def test_what_was_forgotten_or_came_from_elsewhere_is_noticed(life, tmp_path):
    life.say(RUTH)
    assert life.comes("What does my sister play?") == [RUTH]
    other = Life(tmp_path, life.embedder)  # another process
    other.say("My uncle collects stamps.")
    with other.database.file.use() as connection:
        connection.execute("DELETE FROM turns WHERE text = ?", (RUTH,))
    other.database.close()
    assert life.comes("What does my sister play?") == []
    assert life.comes("What does my uncle collect?") == ["My uncle collects stamps."]


def test_without_a_model_the_words_alone_find_it(tmp_path, minilm):
    life = Life(tmp_path, minilm)
    life.say("I had a walk. My sister Ruth plays the bassoon.")
    alone = Recall(life.memories, None)
    assert [each.text for each in alone.recall("What does my sister play?", NOW)] == [RUTH]
    assert alone.recall("What's my brother's name?", NOW) == ()
    assert [id for id, _ in alone.search("bassoon", 3)] == [1]
    life.database.close()


def test_search_shows_what_has_to_do_with_it(life):
    life.say(RUTH, TEA, "We went to the market.")
    found = life.recall.search("bassoon", 2)
    assert found[0][0] == 1
    assert found[0][1] > found[1][1]
    assert life.recall.search("", 2) == []


def test_the_labelled_sentences_are_recalled(minilm):
    first, two, wrong, nothing, talk, precision, *another_life = (
        {cell.condition.split(",")[0]: cell.value for cell in table.cells} for table in quality(minilm)
    )
    for part in ("taught", "held out"):
        assert first[part] >= 0.75
        assert two[part] >= first[part]
        assert wrong[part] <= 0.05
        assert nothing[part] <= 0.2
        assert talk[part] == 0
        assert precision[part] >= 0.85
    assert another_life[0]["held out"] >= 0.55
    assert another_life[4]["held out"] <= 0.03


def test_the_weights_are_those_that_the_labelled_sentences_teach(minilm):
    assert learn(minilm) == pytest.approx(WEIGHTS, abs=0.1)
    assert learn(None) == pytest.approx(BY_WORDS, abs=0.1)
