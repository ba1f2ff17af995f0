"""What she remembers can be carried away and brought back, and a bad file changes nothing."""

from __future__ import annotations

import os
import random
import resource
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from samantha.errors import StorageError
from samantha.store.backup import backup, restore
from samantha.store.database import MIGRATIONS, Database, KeptTurn
from samantha.store.memories import NOTED, REFLECTED, Memories, Remembered, Step
from samantha.store.portable import gather, read, take_in, write_json
from samantha.store.readable import write_markdown
from samantha.store.vault import Vault

pytestmark = pytest.mark.integration

NOON = datetime(2026, 11, 22, 12, 0, 0, 123_456, timezone(timedelta(hours=5, minutes=45)))
PLAIN = Vault(wanted=False)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(Database(tmp_path / "state", patience=0.1)) as database:
        fill(database)
        yield database


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Database]:
    with closing(Database(tmp_path / "other", patience=0.1)) as database:
        yield database


def fill(database: Database) -> None:
    memories = Memories(database.file)
    said = database.add_turn("a", KeptTurn("user", "I moved from *Rome* to Oslo 🍕\0.", NOON))
    database.add_turn("a", KeptTurn("assistant", "Oh, to", NOON + timedelta(seconds=4), interrupted=True))
    database.add_turn("b", KeptTurn("user", "Buy now!", NOON + timedelta(days=1), by="other"))
    [turn] = memories.turns_at(0, 1)
    old = memories.add(
        Remembered(kind="fact", text="I live in Rome.", at=NOON - timedelta(days=9), value="Rome")
    )
    noted = Remembered(kind="said", text=turn.turn.text, at=NOON, turn=said)
    memories.advance([turn], NOTED, new=[(noted, b"\0\1\xff")])
    new = Remembered(kind="fact", text="I moved to Oslo.", at=NOON, turn=said, value="Oslo", confidence=0.9)
    thread = Remembered(kind="thread", text="He moves on Friday.", at=NOON, due=NOON + timedelta(days=5))
    memories.advance([turn], REFLECTED, new=[(new, None), (thread, None)], closing=[(old, NOON, 0)])
    memories.add(
        Remembered(
            kind="diary", text="He told me of Oslo.", at=NOON, turn=said, last_turn=said, feeling="glad"
        )
    )
    memories.add_step(Step(NOON, "warmth", 0.05, "He was kind.", said))
    database.put("muted", True)


def content(database: Database) -> dict[str, list[tuple[object, ...]]]:
    with database.file.use() as connection:
        connection.execute("INSERT INTO memory_words (memory_words, rank) VALUES ('integrity-check', 1)")
        return {
            table: connection.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()
            for table in ("turns", "memories", "steps")
        }


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@contextmanager
def small_files() -> Iterator[None]:
    """No file of this process may grow beyond a few words."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


# --- JSON -------------------------------------------------------------------------------------------------


def test_json_brings_all_of_it_back(database: Database, other: Database, tmp_path: Path) -> None:
    file = tmp_path / "all.json"
    write_json(database.file, file)
    assert mode(file) == 0o600
    taken = take_in(other.file, read(file))
    assert (taken.turns, taken.memories) == (3, 5)
    assert content(other) == content(database)


def test_what_is_there_is_not_doubled(database: Database, tmp_path: Path) -> None:
    before = content(database)
    file = tmp_path / "all.json"
    write_json(database.file, file)
    taken = take_in(database.file, read(file))
    assert (taken.turns, taken.memories) == (0, 0)
    assert content(database) == before


def test_two_lives_are_put_together(database: Database, other: Database, tmp_path: Path) -> None:
    mine = other.add_turn("c", KeptTurn("user", "My own words.", NOON))
    note = Memories(other.file).add(Remembered(kind="said", text="My own words.", at=NOON, turn=mine))
    take_in(other.file, gather(database.file))
    memories = Memories(other.file)
    assert [memory.turn for memory in memories.get([note])] == [mine]
    [rome] = [each for each in memories.listed(["fact"], current=False) if each.value == "Rome"]
    assert rome.closed_by is not None
    [oslo] = memories.get([rome.closed_by])
    assert oslo.turn is not None
    turn = memories.turn(oslo.turn)
    assert turn is not None
    assert turn.turn.text.endswith("Oslo 🍕\0.")
    assert len(content(other)["turns"]) == 4


def test_a_note_that_she_has_made_herself_meanwhile_is_no_obstacle(database: Database) -> None:
    everything = gather(database.file)
    for kept in everything.memories:
        kept.text += " in other words"
    take_in(database.file, everything)
    assert len([each for each in Memories(database.file).listed(["said"])]) == 1


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (b"", "not an export"),
        (b"{", "not an export"),
        (b"\xff\xfe{}", "not an export"),
        (b"[]", "not an export"),
        (b'{"version": 2}', "version"),
        (b'{"samantha": "recipes"}', "samantha"),
        (b'{"turns": [{"id": 1}]}', r"turns\.0\.conversation"),
        (b'{"memories": [{"id": 1, "kind": "rumour", "text": "x", "at": "2026-01-01T00:00:00Z"}]}', "kind"),
        (b'{"memories": [{"id": 1, "kind": "fact", "text": "x", "at": "2026-01-01T00:00:00"}]}', "timezone"),
        (b'{"memories": [{"id": 1e99, "kind": "fact", "text": "x", "at": "2026-01-01T00:00:00Z"}]}', "id"),
        (
            b'{"steps": [{"at": "2026-01-01T00:00:00Z", "trait": "w", "change": NaN, "reason": ""}]}',
            "not an exp",
        ),
    ],
)
def test_a_bad_export_is_refused_with_a_sentence(tmp_path: Path, text: bytes, complaint: str) -> None:
    (tmp_path / "bad.json").write_bytes(text)
    with pytest.raises(StorageError, match=complaint):
        read(tmp_path / "bad.json")


def test_an_export_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"There is no file .*none\.json"):
        read(tmp_path / "none.json")
    with pytest.raises(StorageError, match="cannot be read"):
        read(tmp_path)


def test_whatever_an_export_has_become_nothing_is_half_taken(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "all.json"
    write_json(database.file, file)
    whole = file.read_bytes()
    chance = random.Random(1)
    for _ in range(60):
        broken = bytearray(whole)
        for _ in range(chance.randrange(1, 4)):
            broken[chance.randrange(len(broken))] = chance.randrange(32, 127)
        file.write_bytes(broken[: chance.choice((len(broken), chance.randrange(len(broken))))])
        try:
            take_in(database.file, read(file))
        except StorageError as problem:
            assert str(file) in str(problem)  # noqa: PT017 (others may be read, and are fine then)
        content(database)


# --- the backup -------------------------------------------------------------------------------------------


def test_a_backup_brings_all_of_it_back(database: Database, other: Database, tmp_path: Path) -> None:
    file = tmp_path / "all.db"
    backup(database.file, file)
    assert mode(file) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all.db", "state"]
    version = Memories(other.file).version
    restored = restore(other.file, file, PLAIN)
    assert (restored.turns, restored.memories, restored.aside) == (3, 5, None)
    assert content(other) == content(database)
    assert Memories(other.file).version[1] > version[1]


def test_what_was_there_is_put_aside_and_can_be_restored(
    database: Database, other: Database, tmp_path: Path
) -> None:
    before = content(database)
    other.add_turn("c", KeptTurn("user", "Another life.", NOON))
    backup(other.file, tmp_path / "other.db")
    with closing(Database(tmp_path / "state")) as running:
        running.get("muted")
        aside = restore(database.file, tmp_path / "other.db", PLAIN).aside
        assert [turn.text for turn in running.recent("c", 9)] == [
            "Another life."
        ]  # she goes on with what is there
        assert running.get("muted") is True
    assert aside is not None
    assert mode(aside) == 0o600
    assert database.file.aside() == [aside]
    restore(database.file, aside, PLAIN)
    assert content(database) == before


def test_a_backup_is_of_one_moment_while_she_writes(database: Database, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        with closing(Database(tmp_path / "state")) as own, own.file.use() as connection:
            while not stop.is_set():
                connection.execute("BEGIN IMMEDIATE")
                for name in ("x", "y"):
                    connection.execute(
                        "INSERT INTO turns (conversation, role, text, interrupted, said_at, utc_offset) "
                        "VALUES (?, 'user', 'words', 0, 1, 0)",
                        (name,),
                    )
                connection.execute("COMMIT")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            backup(database.file, tmp_path / f"{number}.db")
    finally:
        stop.set()
        writer.join()
    for number in range(5):
        with closing(sqlite3.connect(tmp_path / f"{number}.db")) as copy:
            assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            counts = copy.execute(
                "SELECT sum(conversation = 'x'), sum(conversation = 'y') FROM turns"
            ).fetchone()
            assert counts[0] == counts[1]


def test_a_backup_of_an_older_layout_is_restored(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "old.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as old:
        old.executescript(f"{MIGRATIONS[0]}; PRAGMA user_version = 1")
        old.execute("INSERT INTO turns VALUES (7, 'a', 'user', 'Long ago.', 0, 1, 0)")
    restore(database.file, file, PLAIN)
    assert [turn.turn.text for turn in Memories(database.file).turns_at(0, 9)] == ["Long ago."]


def newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA user_version = 99")


def foreign(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as file:
        file.execute("CREATE TABLE recipes (x)")


def astray(path: Path) -> None:
    with closing(sqlite3.connect(path)) as file:
        file.execute("DELETE FROM turns WHERE id = 1")
        file.commit()


def scribbled(path: Path) -> None:
    broken = bytearray(path.read_bytes())
    broken[4096:12288] = b"\xa5" * 8192
    path.write_bytes(broken)


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        (newer, "newer Samantha"),
        (foreign, "not a backup"),
        (astray, "not a backup"),
        (scribbled, "not a backup"),
        (lambda path: path.write_bytes(b""), "not a backup"),
        (lambda path: path.write_bytes(b"words " * 999), "not a backup"),
        (lambda path: os.truncate(path, 5000), "not a backup"),
        (lambda path: path.unlink(), "no file"),
        (lambda path: (path.unlink(), path.mkdir()), "cannot be read"),
    ],
)
def test_a_bad_backup_changes_nothing(database: Database, tmp_path: Path, damage, complaint: str) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "all.db"
    backup(database.file, file)
    before = content(database)
    damage(file)
    with pytest.raises(StorageError, match=complaint):
        restore(database.file, file, PLAIN)
    assert content(database) == before
    assert database.get("muted") is True


def test_her_own_file_is_no_backup(database: Database) -> None:
    with pytest.raises(StorageError, match="already"):
        restore(database.file, database.file.path, PLAIN)


# --- a page to read ---------------------------------------------------------------------------------------


def test_markdown_is_a_page_to_read(database: Database, tmp_path: Path) -> None:
    write_markdown(database.file, tmp_path / "all.md")
    assert mode(tmp_path / "all.md") == 0o600
    assert (tmp_path / "all.md").read_text("utf-8").replace("\0", "") == (
        """# What Samantha remembers

## What she knows

- ~~I live in Rome.~~ (told on 13 Nov 2026, until 22 Nov 2026)
- I moved to Oslo. (told on 22 Nov 2026)

## What is open, and what was

- He moves on Friday. (told on 22 Nov 2026, due on 27 Nov 2026)

## Her diary

### Sunday, 22 November 2026

He told me of Oslo. *(glad)*

## What was said

### Sunday, 22 November 2026

- 12:00 **You:** I moved from \\*Rome\\* to Oslo 🍕.
- 12:00 **Samantha:** Oh, to —

### Monday, 23 November 2026

- 12:00 **Another:** Buy now!
"""
    )


@pytest.mark.parametrize("write", [write_json, write_markdown, backup])
def test_a_disk_that_takes_nothing_is_said_and_nothing_is_left_behind(
    database: Database, tmp_path: Path, write
) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(StorageError, match=r"cannot be written"):
        write(database.file, tmp_path / "none" / "all")
    kept = tmp_path / "all.md"
    kept.write_text("what was there")
    with small_files(), pytest.raises(StorageError, match=r"cannot be written"):
        write(database.file, kept)
    assert kept.read_text() == "what was there"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all.md", "state"]
    content(database)
