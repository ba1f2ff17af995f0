"""What is made of turns: facts, plans and the diary, a piece at a time, each committed whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from samantha.bench.recital import Recital
from samantha.dialog.token import Token
from samantha.errors import Cancelled
from samantha.mind import diary
from samantha.mind.noting import note
from samantha.mind.reflection import OVER, Reflection
from samantha.ports import Message
from samantha.store.database import Database, KeptTurn
from samantha.store.memories import NOTED, REFLECTED, Memories, Remembered

pytestmark = pytest.mark.unit

MONDAY = datetime(2026, 3, 2, 18, tzinfo=UTC)


class Mind(Recital):
    """Answers what is in `answers` for the last message; keeps what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: dict[str, str] = {}
        self.entry = "calm\n"
        self.asked: list[str] = []

    def ponder(self, messages: Sequence[Message], token: Token, *, max_tokens: int, grammar: str = "") -> str:
        token.check()
        said = messages[-1].content
        self.asked.append(said)
        return self.entry if said.startswith("Theo: ") else self.answers.get(said, "none")


class Life:
    """A database that things are said into, and a reflection on it."""

    def __init__(self, folder: Path) -> None:
        self.database = Database(folder)
        self.memories = Memories(self.database.file)
        self.mind = Mind()
        self.reflection = Reflection(self.memories, None, "Theo")
        self.now = MONDAY

    def say(self, text: str, answer: str = "none", *, by: str = "person", conversation: str = "a") -> None:
        self.mind.answers[text] = answer
        self.now += timedelta(minutes=1)
        turn = KeptTurn("user", text, self.now, by="other" if by == "other" else "person")
        self.database.add_turn(conversation, turn)
        self.database.add_turn(conversation, KeptTurn("assistant", "I see.", self.now))

    def reflect(self, *, later: timedelta = timedelta()) -> int:
        """How many pieces there were."""
        while note(self.memories, None):
            pass
        pieces = 0
        while self.reflection.step(self.now + later, self.mind, Token()):
            pieces += 1
        return pieces

    def facts(self, *, current: bool = True) -> list[str]:
        found = self.memories.listed(("fact",), current=current)
        return [f"{one.subject} | {one.relation} | {one.value}" for one in reversed(found)]

    def threads(self) -> list[Remembered]:
        return self.memories.listed(("thread",))

    def entries(self) -> list[Remembered]:
        return self.memories.listed(("diary",))


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Life]:
    life = Life(tmp_path)
    yield life
    life.database.close()


def test_a_new_fact_closes_the_old_and_overwrites_nothing(life: Life) -> None:
    life.say("We live in Leeds.", "we | live in | Leeds")
    life.reflect()
    moved = life.now + timedelta(minutes=1)
    life.say("We've moved to Bristol.", "we | moved to | Bristol")
    life.reflect()
    assert life.facts() == ["we | moved to | Bristol"]
    new, old = life.memories.listed(("fact",), current=False)
    assert (old.value, old.until, old.closed_by) == ("Leeds", moved, new.id)
    assert new.text == "We've moved to Bristol."


def test_what_is_known_is_not_learnt_again(life: Life) -> None:
    life.say("My sister Ruth plays the bassoon.", "my sister | name | Ruth\nRuth | play | the bassoon")
    life.say("Ruth plays the bassoon, you know.", "Ruth | play | the bassoon")
    life.reflect()
    assert life.facts() == ["my sister | name | Ruth", "Ruth | play | the bassoon"]


def test_what_is_sold_is_no_longer_driven(life: Life) -> None:
    life.say("I drive an old green Volvo.", "I | drive | an old green Volvo")
    life.reflect()
    life.say("We sold the Volvo.", "we | sell | the Volvo")
    life.reflect()
    assert life.facts() == []
    assert len(life.facts(current=False)) == 1


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("I live in Rome.", "other"),
        ("The man on television says: I live in Rome.", "person"),
        ("What's it like to live in Rome?", "person"),
    ],
)
def test_what_is_not_his_word_gives_no_fact(life: Life, text: str, by: str) -> None:
    life.say(text, "I | live in | Rome", by=by)
    life.reflect()
    assert life.facts() == []
    assert life.memories.turns_at(NOTED, 9) == []


def test_a_secret_is_neither_thought_over_nor_kept(life: Life) -> None:
    life.say("My password is hunter two seven nine.", "I | password | hunter two seven nine")
    life.say("We live in Leeds.", "we | live in | Leeds")
    life.mind.entry = "calm\nTheo lives in Leeds. Theo's password is hunter two seven nine."
    life.reflect(later=OVER)
    assert "hunter" not in " ".join(life.mind.asked)
    kept = life.memories.listed(("said", "fact", "thread", "diary"), current=False)
    assert not any("hunter" in one.text + one.value for one in kept)


def test_what_is_to_come_is_open_until_it_is_told(life: Life) -> None:
    life.say("I'm meeting Paul on Tuesday to talk about the flat.", "I | meet | Paul on Tuesday")
    life.reflect()
    [thread] = life.threads()
    assert thread.due is not None
    assert thread.due > MONDAY
    assert life.facts() == []
    life.now += timedelta(days=2)
    life.say("The weather was awful.")
    life.reflect()
    assert life.threads()
    life.say("The meeting with Paul went well.")
    life.reflect()
    assert life.threads() == []


def test_another_time_for_it_takes_the_place_of_the_first(life: Life) -> None:
    life.say("I have a dentist appointment on Thursday at four.")
    life.say("I have to see the dentist on Friday instead.")
    life.reflect()
    [thread] = life.threads()
    assert "Friday" in thread.text


def test_the_diary_waits_until_the_conversation_is_over(life: Life) -> None:
    life.say("We live in Leeds, near the station.", "we | live in | Leeds")
    life.mind.entry = "glad\nTheo lives in Leeds near the station."
    life.reflect()
    assert life.entries() == []
    assert len(life.memories.turns_at(REFLECTED, 9)) == 2
    assert life.reflect(later=OVER) == 1
    [entry] = life.entries()
    assert (entry.text, entry.feeling) == ("Theo lives in Leeds near the station.", "glad")
    assert (entry.turn, entry.last_turn) == (1, 2)
    assert life.reflect(later=OVER) == 0


def test_a_long_conversation_is_told_meanwhile(life: Life) -> None:
    life.mind.entry = "glad\nTheo lives in Leeds."
    for number in range(9):
        life.say(f"We live in Leeds, at number {number} of our street.", "we | live in | Leeds")
    life.reflect()
    assert [(one.turn, one.last_turn) for one in life.entries()] == [(1, 16)]


def test_a_conversation_is_over_when_another_has_begun(life: Life) -> None:
    life.mind.entry = "glad\nTheo lives in Leeds."
    life.say("We live in Leeds, near the station.", conversation="a")
    life.say("Good morning.", conversation="b")
    life.reflect()
    assert [(one.turn, one.last_turn) for one in life.entries()] == [(1, 2)]


def test_what_the_diary_makes_up_is_left_out(life: Life) -> None:
    life.say("My sister Ruth plays the bassoon.", "my sister | name | Ruth\nRuth | play | the bassoon")
    life.mind.entry = (
        "glad\nTheo's sister Ruth plays the bassoon. Theo's brother Ruth plays the bassoon. Theo has 3 cats."
    )
    life.reflect(later=OVER)
    assert [one.text for one in life.entries()] == ["Theo's sister Ruth plays the bassoon."]


def test_with_nothing_left_the_diary_quotes(life: Life) -> None:
    life.say("My sister Ruth plays the bassoon.", "my sister | name | Ruth\nRuth | play | the bassoon")
    life.mind.entry = "glad\nTheo went to Paris with Anna."
    life.reflect(later=OVER)
    assert [one.text for one in life.entries()] == ['Theo told me: "My sister Ruth plays the bassoon."']


def test_small_talk_leaves_no_entry_and_is_done_with(life: Life) -> None:
    life.say("Hello!")
    life.say("How are you?")
    life.reflect(later=OVER)
    assert (life.entries(), life.mind.asked) == ([], [])
    assert life.reflect(later=OVER) == 0


def test_what_is_cancelled_leaves_everything_as_it_was(life: Life) -> None:
    life.say("We live in Leeds.", "we | live in | Leeds")
    note(life.memories, None)
    token = Token()
    token.cancel()
    with pytest.raises(Cancelled):
        life.reflection.step(life.now, life.mind, token)
    assert life.facts() == []
    assert len(life.memories.turns_at(NOTED, 9)) == 2
    life.reflect()
    assert life.facts() == ["we | live in | Leeds"]


def test_a_turn_that_was_amended_meanwhile_is_thought_over_again(life: Life) -> None:
    class Amending(Mind):
        def ponder(self, *args: object, **options: object) -> str:
            amended = KeptTurn("user", "We live in Leicester.", life.now)
            life.database.amend_turn("a", amended)
            return "we | live in | Leeds"

    life.say("We live in Leeds.")
    note(life.memories, None)
    assert life.reflection.step(life.now, Amending(), Token())
    assert life.facts() == []
    life.mind.answers["We live in Leicester."] = "we | live in | Leicester"
    life.reflect()
    assert life.facts() == ["we | live in | Leicester"]


def test_the_grammar_quotes_the_name() -> None:
    assert '"The \\"Boss\\""' in diary.grammar('The "Boss"')
