"""What is forgotten is gone by every route, the bytes on the disk included."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from samantha.store.database import MIGRATIONS, Database, KeptTurn
from samantha.store.forgetting import drop_prefixes, forget, forget_all, purge
from samantha.store.memories import NOTED, REFLECTED, SAID, TOLD, Memories, Remembered, Step
from samantha.store.sqlitefile import SqliteFile

pytestmark = pytest.mark.unit

NOON = datetime(2026, 11, 22, 12, 0, 0, 0, timezone(timedelta(hours=1)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def database(folder: Path) -> Iterator[Database]:
    with closing(Database(folder, patience=0.05)) as database:
        yield database


@pytest.fixture
def memories(database: Database) -> Memories:
    return Memories(database.file)


def tell(database: Database, *exchanges: tuple[str, str], conversation: str = "a") -> list[int]:
    """What was said and what she answered, as far as the diary; the ids of the turns."""
    ids = []
    for said, answer in exchanges:
        for role, text in (("user", said), ("assistant", answer)):
            at = NOON + timedelta(minutes=len(ids))
            ids.append(database.add_turn(conversation, KeptTurn(role, text, at)))  # type: ignore[arg-type]
    memories = Memories(database.file)
    turns = [turn for id in ids if (turn := memories.turn(id)) is not None]
    noted = [
        (Remembered(kind="said", text=each.turn.text, at=each.turn.said_at, turn=each.id), b"\1" * 8)
        for each in turns
        if each.turn.role == "user"
    ]
    facts = [
        (
            Remembered(kind="fact", text=m.text, at=m.at, turn=m.turn, subject="I", value=m.text.split()[-1]),
            None,
        )
        for m, _ in noted
    ]
    diary = Remembered(
        kind="diary",
        text="We spoke of " + "; ".join(said for said, _ in exchanges),
        at=NOON,
        turn=ids[0],
        last_turn=ids[-1],
    )
    assert memories.advance(turns, NOTED, new=noted) is not None
    assert memories.advance(turns, REFLECTED, new=facts) is not None
    assert memories.advance(turns, TOLD, new=[(diary, None)]) is not None
    return ids


def held(folder: Path, words: str) -> list[str]:
    """Files in `folder` with the bytes of `words`, in any case."""
    return sorted(
        file.name
        for file in folder.rglob("*")
        if file.is_file() and words.lower().encode() in file.read_bytes().lower()
    )


def sound(database: Database) -> None:
    """The index of words and the keys between the tables agree with what is there."""
    with database.file.use() as connection:
        connection.execute("INSERT INTO memory_words (memory_words, rank) VALUES ('integrity-check', 1)")
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


RUTH = ("My sister Ruth plays the bassoön.", "Ruth plays the bassoön? How lovely.")
TEA = ("I like green tea.", "So do I, in a way.")
RAIN = ("It rains again.", "Then stay in with a book.")


def test_what_was_said_goes_with_her_reply_and_all_that_came_of_it(
    folder: Path, database: Database, memories: Memories
) -> None:
    ids = tell(database, TEA, RUTH, RAIN)
    assert held(folder, "bassoön")
    gone = forget(database.file, turns=[ids[2]])
    assert (gone.memories, gone.turns, gone.purged, gone.aside) == (3, RUTH, True, ())  # said, fact, diary
    assert held(folder, "bassoön") == held(folder, "ruth") == held(folder, "bassoo") == []
    assert memories.matching("ruth OR bassoon", 10) == []
    assert [turn.text for turn in database.recent("a", 10)] == [*TEA, *RAIN]
    assert len(memories.matching("tea", 10)) == 2
    sound(database)


def test_the_rest_of_a_diary_entry_is_told_anew(database: Database, memories: Memories) -> None:
    other = tell(database, TEA, conversation="b")
    ids = tell(database, RUTH, RAIN)
    forget(database.file, turns=ids[:1])
    assert [turn.id for turn in memories.turns_at(REFLECTED, 10)] == ids[2:]
    assert [entry.turn for entry in memories.listed(["diary"])] == other[:1]


def test_a_fact_is_forgotten_with_the_turn_it_came_from(
    folder: Path, database: Database, memories: Memories
) -> None:
    tell(database, TEA, RUTH)
    [fact] = [m for m in memories.listed(["fact"]) if "Ruth" in m.text]
    assert forget(database.file, [fact.id]).turns == RUTH
    assert held(folder, "ruth") == []


def test_a_diary_entry_and_a_fact_without_a_turn_go_alone(database: Database, memories: Memories) -> None:
    ids = tell(database, TEA)
    [entry] = memories.listed(["diary"])
    fact = memories.add(Remembered(kind="fact", text="The kettle is red.", at=NOON))
    gone = forget(database.file, [entry.id, fact, 999])
    assert (gone.memories, gone.turns) == (2, ())
    assert memories.turns_at(REFLECTED, 10) == []
    assert [turn.id for turn in memories.turns_at(SAID, 10)] == []
    assert memories.turn(ids[0]) is not None


def test_what_quotes_a_turn_without_pointing_to_it_goes_too(
    folder: Path, database: Database, memories: Memories
) -> None:
    memories.add(Remembered(kind="fact", text=RUTH[0], at=NOON, relation="joke", value="bassoön"))
    memories.add(Remembered(kind="fact", text="The kettle is red.", at=NOON))
    assert forget(database.file, turns=tell(database, RUTH)[:1]).memories == 4
    assert held(folder, "bassoön") == []
    assert [each.text for each in memories.listed(["fact"])] == ["The kettle is red."]


def test_her_words_alone_can_be_forgotten(database: Database) -> None:
    ids = tell(database, RUTH, TEA)
    assert forget(database.file, turns=[ids[1]]).turns == RUTH[1:]
    assert [turn.text for turn in database.recent("a", 10)] == [RUTH[0], *TEA]


def test_what_closed_a_fact_may_go_and_the_fact_stays_closed(database: Database, memories: Memories) -> None:
    old = memories.add(Remembered(kind="fact", text="I live in Rome.", at=NOON))
    new = memories.add(Remembered(kind="fact", text="I live in Oslo.", at=NOON))
    memories.close(old, NOON, new)
    forget(database.file, [new])
    [left] = memories.get([old, new])
    assert (left.until, left.closed_by) == (NOON, None)


def test_what_was_made_of_words_in_the_state_goes_and_her_switches_stay(database: Database) -> None:
    tell(database, RUTH)
    database.put("words.summary", "He told me of Ruth.")
    database.put("muted", True)
    forget(database.file, turns=[1])
    assert (database.get("words.summary"), database.get("muted")) == (None, True)


def test_others_notice(folder: Path, database: Database, memories: Memories) -> None:
    tell(database, RUTH, TEA)
    with closing(Database(folder)) as other:
        theirs = Memories(other.file)
        before = theirs.version, memories.version
        forget(database.file, turns=[1])
        forget(database.file, turns=[3])
        assert theirs.version != before[0]
        assert memories.version[1] == before[1][1] + 2


def test_everything_can_be_forgotten(folder: Path, database: Database, memories: Memories) -> None:
    tell(database, RUTH, TEA)
    memories.add_step(Step(NOON, "warmth", 0.1, "Ruth was mentioned."))
    database.put("muted", True)
    database.put("patience", "ruthless")
    (folder / "samantha.db.damaged-2026-01-01-1").write_text("Ruth")
    version = memories.version
    gone = forget_all(database.file)
    assert (gone.memories, gone.turns, gone.purged) == (5, (*RUTH, *TEA), True)
    assert held(folder, "ruth") == held(folder, "tea") == []
    assert (memories.listed(), memories.steps(), database.get("muted")) == ([], [], True)
    assert memories.version != version
    assert tell(database, TEA)[0] > 4  # no id is given twice
    sound(database)


def test_files_that_were_put_aside_are_named(folder: Path, database: Database) -> None:
    tell(database, RUTH)
    aside = folder / "samantha.db.damaged-2026-01-01-1"
    aside.write_text("Ruth")
    assert forget(database.file, turns=[1]).aside == (aside,)


def test_an_older_file_kept_deleted_words_and_is_purged_of_them(folder: Path) -> None:
    folder.mkdir()
    with closing(sqlite3.connect(folder / "samantha.db", isolation_level=None)) as old:
        old.execute("PRAGMA secure_delete = OFF")
        old.executescript(f"{MIGRATIONS[0]}; PRAGMA user_version = 1")
        for text in ("About Ruth " + "and her bassoon " * 40, "About tea"):
            old.execute(
                "INSERT INTO turns (conversation, role, text, interrupted, said_at, utc_offset) "
                "VALUES ('a', 'user', ?, 0, 1, 0)",
                (text,),
            )
        old.execute("UPDATE turns SET text = 'About nobody' WHERE id = 1")
    assert held(folder, "bassoon")
    with closing(Database(folder)) as database:
        assert [turn.id for turn in Memories(database.file).turns_at(SAID, 10)] == [
            1,
            2,
        ]  # she will remember them
        assert forget(database.file, turns=[2]).purged
        assert held(folder, "bassoon") == held(folder, "tea") == []


def test_a_reader_in_another_process_delays_the_wiping_and_does_not_prevent_it(
    folder: Path, database: Database
) -> None:
    tell(database, RUTH, TEA)
    with closing(sqlite3.connect(folder / "samantha.db", isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT * FROM turns").fetchone()
        assert not forget(database.file, turns=[1], patience=0.1).purged
        assert database.recent("a", 10)[0].text == TEA[0]
        assert held(folder, "ruth")
        other.execute("ROLLBACK")
        assert purge(database.file, 1.0)
        assert held(folder, "ruth") == []


def test_a_connection_that_only_stays_open_does_not_delay_it(folder: Path, database: Database) -> None:
    tell(database, RUTH, TEA)
    with closing(Database(folder)) as other:
        assert len(other.recent("a", 10)) == 4
        assert forget(database.file, turns=[1], patience=0).purged
        assert held(folder, "ruth") == []
        assert [turn.text for turn in other.recent("a", 10)] == list(TEA)


KILLED = """
import os, sys
from pathlib import Path
from samantha.store.database import Database
from samantha.store.forgetting import forget
database = Database(Path(sys.argv[1]))
with database.file.use() as connection:
    connection.set_trace_callback(lambda done: os.kill(os.getpid(), 9) if done.startswith(sys.argv[2]) else None)
forget(database.file, turns=[1])
"""


@pytest.mark.parametrize(
    ("moment", "kept"),
    [
        ("INSERT INTO state", True),  # in the middle of the transaction
        ("INSERT INTO memory_words (memory_words)", False),
        ("VACUUM", False),
        ("PRAGMA wal_checkpoint", False),
        ("DELETE FROM state WHERE key = 'purge'", False),
    ],
)
def test_a_kill_leaves_all_of_it_or_what_the_next_start_wipes(
    folder: Path, database: Database, moment: str, kept: bool
) -> None:
    tell(database, RUTH, TEA)
    database.close()
    assert subprocess.run([sys.executable, "-c", KILLED, str(folder), moment], check=False).returncode == -9
    assert held(folder, "ruth") or moment.startswith("DELETE")
    texts = [turn.text for turn in database.recent("a", 10)]
    assert texts == [*RUTH, *TEA] if kept else texts == [*TEA]
    assert (held(folder, "ruth") == []) == (not kept)
    sound(database)


def test_prompt_states_can_be_dropped(folder: Path) -> None:
    (folder / "prefix").mkdir(parents=True)
    (folder / "prefix" / "ab.prefix").write_bytes(b"Ruth")
    drop_prefixes(folder)
    drop_prefixes(folder)
    assert held(folder, "ruth") == []


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_done_the_index_agrees_and_nothing_forgotten_is_left(
    folder: Path, database: Database, memories: Memories, seed: int
) -> None:
    chance = random.Random(seed)
    living: dict[int, str] = {}
    gone: list[str] = []
    for number in range(40):
        match chance.randrange(6):
            case 0 | 1 | 2:
                word = f"quokka{seed}x{number}y"
                living[tell(database, (f"Tell of the {word}.", f"A {word}!"))[0]] = word
            case 3 if living:
                turn = chance.choice(list(living))
                with database.file.use() as connection:
                    connection.execute("UPDATE turns SET text = 'Amended.' WHERE id = ?", (turn,))
                gone.append(living.pop(turn))
                forget(database.file, turns=[turn])
            case 4 if living:
                turn = chance.choice(list(living))
                facts = [memory.id for memory in memories.of_turns([turn]) if memory.kind == "fact"]
                forget(database.file, facts[:1])
                gone.append(living.pop(turn))
            case _ if living:
                fact = memories.of_turns([chance.choice(list(living))])[0]
                memories.close(fact.id, NOON)
        sound(database)
    assert gone
    assert [word for word in gone if held(folder, word)] == []
    assert [word for word in living.values() if not memories.matching(word, 1)] == []
    with closing(SqliteFile(folder / "samantha.db", MIGRATIONS, 1.0)) as again, again.use() as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_who_holds_memories_reads_them_anew_after_forgetting_and_not_after_each_turn(
    folder: Path, database: Database, memories: Memories
) -> None:
    tell(database, TEA, RUTH)
    before = memories.version
    with closing(Database(folder)) as other:
        ids = tell(other, RAIN, conversation="b")
        assert memories.version == before
        forget(other.file, turns=ids[:1])
    after = memories.version
    assert after != before
    database.file.close()
    assert memories.version != after  # it may be another file


@pytest.mark.parametrize("by_turn", [True, False])
def test_what_she_was_told_to_remember_goes_with_the_turn_and_the_turn_with_it(
    database: Database, memories: Memories, *, by_turn: bool
) -> None:
    told = "Remember that my sister Ruth plays the bassoön, please."
    right = "No, her name is Nadia."
    turns = [database.add_turn("a", KeptTurn("user", text, NOON)) for text in (told, right, "I like tea.")]
    made = [
        memories.add(Remembered(kind="fact", text=text, value=value, at=NOON - timedelta(seconds=9)))
        for text, value in (
            ("My sister Ruth plays the bassoön.", ""),
            ("My sister's name is Nadia.", "Nadia"),
            ("I like teapots.", ""),
        )
    ]
    gone = forget(database.file, turns=turns[:2]) if by_turn else forget(database.file, memories=made[:2])
    assert gone.turns == (told, right)
    assert [each.text for each in memories.listed(("fact",))] == ["I like teapots."]
    assert memories.turn(turns[2]) is not None
