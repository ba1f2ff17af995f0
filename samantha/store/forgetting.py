"""Forgetting for good: the rows, the index of their words, what was made of them, and their bytes on the disk.

What is to be forgotten goes in one transaction, which leaves a mark. Then the file is purged: SQLite keeps deleted
words in the segments of its index, in pages that nobody uses, and in the write-ahead log. A kill in between, a full
disk, or another process that reads just then leaves the mark, and the next to open the file purges it.
"""

from __future__ import annotations

import logging
import re
import shutil
import sqlite3
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from samantha.errors import StorageError
from samantha.store.sqlitefile import SqliteFile

log = logging.getLogger(__name__)

WORDS = "words."
"""Begins the keys of `state` under which something is kept that was made of what was said."""

_ONE_TURN_S = 120.0
"""Between the beginning of a turn and its being kept."""
_TOLD, _REFLECTED = 3, 2  # see store/memories.py
SWITCHES = ("muted", "mode", "growth.frozen")
"""Of `state`, what was switched by hand and tells nothing of the person."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What is gone."""

    memories: int
    """How many."""
    turns: tuple[str, ...] = field(repr=False)
    """The texts of the turns, so that whoever holds them can let go of them, too."""
    purged: bool
    """Whether the disk has nothing of it; if not, another program was reading: it is wiped at the next start."""
    aside: tuple[Path, ...] = ()
    """Files that were put aside some day and may hold some of it."""


def forget(
    file: SqliteFile, memories: Sequence[int] = (), turns: Sequence[int] = (), *, patience: float = 3.0
) -> Forgotten:
    """Forget `turns`, with her replies to them and all that was taken out of them, and `memories` with their turns.

    A diary entry that covers one of the turns goes too, and its other turns wait to be told anew; of one that is
    named itself the turns stay. Raises StorageError with nothing changed.
    """
    with file.transaction() as connection:
        forgotten, texts = _delete(connection, memories, turns)
        _mark(connection)
    return Forgotten(forgotten, texts, purge(file, patience), tuple(file.aside()))


def foresee(file: SqliteFile, memories: Sequence[int] = (), turns: Sequence[int] = ()) -> Forgotten:
    """What `forget` would make of the same; nothing is changed."""
    with file.use() as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            forgotten, texts = _delete(connection, memories, turns)
        finally:
            connection.execute("ROLLBACK")
    return Forgotten(forgotten, texts, purged=False)


def forget_all(file: SqliteFile, *, patience: float = 3.0) -> Forgotten:
    """Forget all that was ever said and remembered, and how her character moved; files put aside go, too."""
    with file.transaction() as connection:
        forgotten = _count(connection)
        texts = tuple(text for (text,) in connection.execute("SELECT text FROM turns ORDER BY id"))
        for table in ("steps", "memories", "turns"):
            connection.execute(f"DELETE FROM {table}")
        kept = ("forgotten", *SWITCHES)
        connection.execute(f"DELETE FROM state WHERE key NOT IN ({','.join('?' * len(kept))})", kept)
        _mark(connection)
    for path in file.aside():
        path.unlink(missing_ok=True)
    return Forgotten(forgotten, texts, purge(file, patience))


def purge(file: SqliteFile, patience: float) -> bool:
    """Whether the file and what belongs to it has nothing of what was forgotten; tries for `patience` seconds."""
    until = time.monotonic() + patience
    while True:
        try:
            with file.use() as connection:
                if settle(connection):
                    return True
        except StorageError as problem:
            log.warning("what was forgotten waits to be wiped from the disk: %s", problem)
        if time.monotonic() > until:
            return False
        time.sleep(0.1)


def settle(connection: sqlite3.Connection) -> bool:
    """Wipe what is marked from the disk; whether nothing is left to wipe. Raises sqlite3.Error."""
    if connection.execute("SELECT 1 FROM state WHERE key = 'purge'").fetchone() is None:
        return True
    connection.execute("INSERT INTO memory_words (memory_words) VALUES ('rebuild')")
    connection.execute("VACUUM")
    [busy, _, _] = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        return False
    connection.execute("DELETE FROM state WHERE key = 'purge'")
    return True


def drop_prefixes(state_folder: Path) -> None:
    """Delete the prompt states in `state_folder`, which may know her person. Raises StorageError."""
    try:
        shutil.rmtree(state_folder / "prefix")
    except FileNotFoundError:
        return
    except OSError as problem:
        raise StorageError(
            f"{problem.filename} cannot be deleted: {problem.strerror}.",
            "Delete the folder `prefix` by hand.",
        ) from problem


def _delete(
    connection: sqlite3.Connection, memories: Sequence[int], turns: Sequence[int]
) -> tuple[int, tuple[str, ...]]:
    """How many memories went, and the texts of the turns that did."""
    before = _count(connection)
    alone, sources = _sources(connection, memories)
    gone = _with_replies(connection, [*sources, *turns])
    texts = _texts(connection, gone)
    said = _said(connection, gone)
    _untell(connection, gone)
    connection.executemany("DELETE FROM turns WHERE id = ?", gone)
    connection.executemany("DELETE FROM memories WHERE id = ?", alone)
    connection.executemany("DELETE FROM memories WHERE id = ?", _told_in(connection, said))
    connection.execute("DELETE FROM state WHERE substr(key, 1, ?) = ?", (len(WORDS), WORDS))
    return before - _count(connection), texts


def _sources(connection: sqlite3.Connection, memories: Iterable[int]) -> tuple[list[tuple[int]], list[int]]:
    """Those of `memories` that are not gone with a turn, and the turns of the others."""
    alone, turns = [], []
    for id in memories:
        row = connection.execute("SELECT kind, turn FROM memories WHERE id = ?", (id,)).fetchone()
        if row is not None and row[0] != "diary" and row[1] is not None:
            turns.append(row[1])
        else:
            alone.append((id,))
            if row is not None and row[0] != "diary":
                turns += _tellers(connection, id)
    return alone, turns


def _tellers(connection: sqlite3.Connection, memory: int) -> list[int]:
    """The turns of the person's in which `memory`, which points to none, was told."""
    told = connection.execute("SELECT text, value, at FROM memories WHERE id = ?", (memory,)).fetchone()
    turns = connection.execute("SELECT id, text, said_at FROM turns WHERE role = 'user'")
    return [id for id, text, at in turns if _tells(_bare(text), at, *told)]


def _told_in(connection: sqlite3.Connection, said: Sequence[tuple[str, float]]) -> list[tuple[int]]:
    """The memories that point to no turn and were told in one that was `said`; rows for `executemany`."""
    rootless = connection.execute("SELECT id, text, value, at FROM memories WHERE turn IS NULL").fetchall()
    bare = [(_bare(text), at) for text, at in said]
    return [(id,) for id, *told in rootless if any(_tells(text, at, *told) for text, at in bare)]


def _tells(turn: str, said_at: float, text: str, value: str, at: float) -> bool:
    """Whether the words `turn` quote a memory's `text`, or were said when it was made and name its `value`."""
    if _bare(text) in turn:
        return True
    return abs(said_at - at) < _ONE_TURN_S and value.strip() != "" and _bare(value) in turn


def _said(connection: sqlite3.Connection, turns: Iterable[tuple[int]]) -> list[tuple[str, float]]:
    rows = (
        connection.execute("SELECT text, said_at FROM turns WHERE id = ? AND role = 'user'", turn).fetchone()
        for turn in turns
    )
    return [row for row in rows if row is not None]


def _bare(text: str) -> str:
    """The words of `text`, to be looked for among others."""
    words = " ".join(re.findall(r"\w+", text.casefold()))
    return f" {words} "


def _with_replies(connection: sqlite3.Connection, turns: Iterable[int]) -> list[tuple[int]]:
    """`turns`, and what she said after each of them before the next was said to her; rows for `executemany`."""
    found = set(turns)
    for id in sorted(found):
        found.update(
            reply
            for (reply,) in connection.execute(
                "SELECT id FROM turns WHERE conversation = (SELECT conversation FROM turns WHERE id = ?1) "
                "AND id > ?1 AND id < ifnull((SELECT min(id) FROM turns WHERE id > ?1 AND role = 'user' AND "
                "conversation = (SELECT conversation FROM turns WHERE id = ?1)), 9e18)",
                (id,),
            )
        )
    return [(id,) for id in sorted(found)]


def _texts(connection: sqlite3.Connection, turns: Iterable[tuple[int]]) -> tuple[str, ...]:
    rows = (connection.execute("SELECT text FROM turns WHERE id = ?", turn).fetchone() for turn in turns)
    return tuple(row[0] for row in rows if row is not None)


def _untell(connection: sqlite3.Connection, turns: Iterable[tuple[int]]) -> None:
    """Take out the diary entries on `turns`, and have what else they tell of be told anew."""
    gone = {id for (id,) in turns}
    entries = connection.execute(
        "SELECT id, turn, ifnull(last_turn, turn) FROM memories WHERE kind = 'diary' AND turn IS NOT NULL"
    ).fetchall()
    for id, first, last in entries:
        if gone.isdisjoint(range(first, last + 1)):
            continue
        connection.execute(
            "UPDATE turns SET learnt = ? WHERE learnt = ? AND id BETWEEN ? AND ? "
            "AND conversation = (SELECT conversation FROM turns WHERE id = ?)",
            (_REFLECTED, _TOLD, first, last, first),
        )
        connection.execute("DELETE FROM memories WHERE id = ?", (id,))


def _count(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM memories").fetchone()[0])


def notify(connection: sqlite3.Connection) -> None:
    """Have whoever holds memories in mind read them anew: see `Memories.version`."""
    connection.execute(
        "INSERT INTO state (key, value) VALUES ('forgotten', '1') "
        "ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1"
    )


def _mark(connection: sqlite3.Connection) -> None:
    notify(connection)
    connection.execute("INSERT OR REPLACE INTO state (key, value) VALUES ('purge', 'true')")
