"""What she keeps on disk: the turns of her conversations, and what else survives a restart."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Literal

from samantha.mind.secrets import redact
from samantha.store import forgetting
from samantha.store.sealing import Vault
from samantha.store.sqlitefile import SqliteFile

MIGRATIONS = (
    """
    CREATE TABLE turns (
        id INTEGER PRIMARY KEY AUTOINCREMENT,  -- the order in which they were said, whatever the clock did
        conversation TEXT NOT NULL,
        role TEXT NOT NULL CHECK (role IN ('user', 'assistant')),
        text TEXT NOT NULL,
        interrupted INTEGER NOT NULL CHECK (interrupted IN (0, 1)),
        said_at REAL NOT NULL,                 -- seconds since 1970, UTC
        utc_offset REAL NOT NULL               -- seconds that the clock on the wall was ahead of UTC
    );
    CREATE INDEX turns_by_conversation ON turns (conversation, id);
    CREATE TABLE state (
        key TEXT PRIMARY KEY,
        value TEXT NOT NULL                    -- JSON
    );
    """,
    """
    ALTER TABLE turns ADD COLUMN by TEXT NOT NULL DEFAULT 'person';  -- 'other': another voice, television, a text
    ALTER TABLE turns ADD COLUMN learnt INTEGER NOT NULL DEFAULT 0;  -- how far it went: see store/memories.py
    CREATE INDEX turns_to_learn ON turns (learnt, id) WHERE learnt < 3;
    CREATE TABLE memories (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL CHECK (kind IN ('said', 'fact', 'diary', 'thread')),
        text TEXT NOT NULL,
        at REAL NOT NULL,                      -- when it was said, or began to be true
        utc_offset REAL NOT NULL,
        turn INTEGER REFERENCES turns (id) ON DELETE CASCADE,       -- where it comes from; a diary: its first turn
        last_turn INTEGER REFERENCES turns (id) ON DELETE CASCADE,  -- a diary: its last
        importance REAL NOT NULL,              -- 0 to 1
        confidence REAL NOT NULL DEFAULT 1,    -- 0 to 1
        subject TEXT NOT NULL DEFAULT '',
        relation TEXT NOT NULL DEFAULT '',
        value TEXT NOT NULL DEFAULT '',
        feeling TEXT NOT NULL DEFAULT '',
        due REAL,                              -- a thread: when it will be settled
        until REAL,                            -- since when it is no longer so; NULL: it still is
        closed_by INTEGER REFERENCES memories (id) ON DELETE SET NULL,
        vector BLOB                            -- its meaning: signed bytes, see mind/recall.py
    );
    CREATE UNIQUE INDEX memories_said ON memories (turn) WHERE kind = 'said';
    CREATE INDEX memories_by_turn ON memories (turn);
    CREATE INDEX memories_by_time ON memories (at);
    CREATE INDEX memories_by_last_turn ON memories (last_turn) WHERE last_turn IS NOT NULL;  -- for deletions
    CREATE INDEX memories_by_closer ON memories (closed_by) WHERE closed_by IS NOT NULL;
    CREATE INDEX memories_open ON memories (kind, subject) WHERE until IS NULL;
    CREATE VIRTUAL TABLE memory_words USING fts5 (
        text, content='memories', content_rowid='id', tokenize='porter unicode61 remove_diacritics 2'
    );
    CREATE TRIGGER memory_added AFTER INSERT ON memories BEGIN
        INSERT INTO memory_words (rowid, text) VALUES (new.id, new.text);
    END;
    CREATE TRIGGER memory_gone AFTER DELETE ON memories BEGIN
        INSERT INTO memory_words (memory_words, rowid, text) VALUES ('delete', old.id, old.text);
    END;
    CREATE TRIGGER memory_changed AFTER UPDATE OF text ON memories BEGIN
        INSERT INTO memory_words (memory_words, rowid, text) VALUES ('delete', old.id, old.text);
        INSERT INTO memory_words (rowid, text) VALUES (new.id, new.text);
    END;
    CREATE TRIGGER turn_amended AFTER UPDATE OF text ON turns BEGIN
        DELETE FROM memories WHERE turn = new.id AND kind <> 'diary';
        UPDATE turns SET learnt = 0 WHERE id = new.id;
    END;
    CREATE TABLE steps (                       -- how her character moved: see mind/traits.py
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at REAL NOT NULL,
        utc_offset REAL NOT NULL,
        trait TEXT NOT NULL,
        change REAL NOT NULL,
        reason TEXT NOT NULL,                  -- in her words, never the person's
        turn INTEGER REFERENCES turns (id) ON DELETE SET NULL
    );
    """,
)
"""What makes each version of the file from the one before. What has been released never changes; it grows."""


@dataclass(frozen=True, slots=True)
class KeptTurn:
    """What one side said, as the other heard it, and when by the clock on the wall (time zone included)."""

    role: Literal["user", "assistant"]
    text: str = field(repr=False)
    said_at: datetime
    interrupted: bool = False
    by: Literal["person", "other"] = "person"
    """Of what was said to her: whether it was her person, as far as she knows."""


class Database:
    """`samantha.db` in `folder`; see `SqliteFile` for what befalls the file.

    Calls come from any thread, one at a time. Each raises StorageError if the disk refuses, or another process
    holds the file for longer than `patience` seconds. `vault`: see store/vault.py; without one the file is plain.
    """

    def __init__(self, folder: Path, *, patience: float = 2.5, vault: Vault | None = None) -> None:
        self.file = SqliteFile(
            folder / "samantha.db", MIGRATIONS, patience, vault=vault, settle=forgetting.settle
        )

    # --- turns ----------------------------------------------------------------------------------------

    def add_turn(self, conversation: str, turn: KeptTurn) -> int:
        """Commit `turn`, without secrets, as the newest; its id, which is higher than that of every turn before it."""
        offset = turn.said_at.utcoffset()
        assert offset is not None, "said_at needs a time zone"
        row = (
            conversation,
            turn.role,
            storable(redact(turn.text)),
            turn.interrupted,
            turn.said_at.timestamp(),
            offset.total_seconds(),
            turn.by,
        )
        with self.file.use() as connection:
            cursor = connection.execute(
                "INSERT INTO turns (conversation, role, text, interrupted, said_at, utc_offset, by) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                row,
            )
            assert cursor.lastrowid is not None
            return cursor.lastrowid

    def amend_turn(self, conversation: str, turn: KeptTurn) -> None:
        """Put `turn` in the place of the newest of `conversation` on its side, or after all where there is none."""
        with self.file.use() as connection:
            newest = connection.execute(
                "SELECT max(id) FROM turns WHERE conversation = ? AND role = ?", (conversation, turn.role)
            ).fetchone()[0]
            if newest is not None:
                connection.execute(
                    "UPDATE turns SET text = ?, by = ? WHERE id = ?",
                    (storable(redact(turn.text)), turn.by, newest),
                )
        if newest is None:
            self.add_turn(conversation, turn)

    def recent(self, conversation: str, limit: int) -> list[KeptTurn]:
        """The newest `limit` turns of `conversation`, oldest first."""
        with self.file.use() as connection:
            rows = connection.execute(
                "SELECT role, text, interrupted, said_at, utc_offset FROM turns WHERE conversation = ? "
                "ORDER BY id DESC LIMIT ?",
                (conversation, limit),
            ).fetchall()
        return [
            KeptTurn(
                role, text, datetime.fromtimestamp(at, timezone(timedelta(seconds=ahead))), bool(interrupted)
            )
            for role, text, interrupted, at, ahead in reversed(rows)
        ]

    def last_conversation(self, max_age: timedelta, now: datetime | None = None) -> str | None:
        """The conversation of the newest turn, unless that was said `max_age` ago or more.

        A turn from the future was said just now: the clock has been put back since.
        """
        after = (now or datetime.now(UTC)).timestamp() - max_age.total_seconds()
        with self.file.use() as connection:
            newest = connection.execute(
                "SELECT conversation, said_at FROM turns ORDER BY id DESC LIMIT 1"
            ).fetchone()
        return newest[0] if newest is not None and max_age and newest[1] > after else None

    def holds(self, text: str) -> bool:
        """Whether a turn with `text` is kept."""
        with self.file.use() as connection:
            row = connection.execute(
                "SELECT 1 FROM turns WHERE text = ? LIMIT 1", (storable(redact(text)),)
            ).fetchone()
        return row is not None

    def span(self, *, before: datetime) -> tuple[datetime | None, datetime | None]:
        """When the person said something for the first and for the last time before that."""
        with self.file.use() as connection:
            ends = [
                connection.execute(
                    "SELECT said_at, utc_offset FROM turns WHERE role = 'user' AND said_at < ? "
                    f"ORDER BY id {way} LIMIT 1",
                    (before.timestamp(),),
                ).fetchone()
                for way in ("ASC", "DESC")
            ]
        first, last = (
            None if end is None else datetime.fromtimestamp(end[0], timezone(timedelta(seconds=end[1])))
            for end in ends
        )
        return first, last

    def hers_before(self, at: datetime) -> str:
        """What she had said last by then; "" if nothing."""
        with self.file.use() as connection:
            row = connection.execute(
                "SELECT text FROM turns WHERE role = 'assistant' AND said_at <= ? ORDER BY id DESC LIMIT 1",
                (at.timestamp(),),
            ).fetchone()
        return "" if row is None else str(row[0])

    # --- state ----------------------------------------------------------------------------------------

    def get(self, key: str, default: Any = None) -> Any:
        """The value kept under `key`, or `default`."""
        with self.file.use() as connection:
            row = connection.execute("SELECT value FROM state WHERE key = ?", (key,)).fetchone()
        return default if row is None else json.loads(row[0])

    def put(self, key: str, value: Any) -> None:
        """Commit `value`, anything JSON can write, under `key`."""
        with self.file.use() as connection:
            connection.execute(
                "INSERT INTO state (key, value) VALUES (?, ?) "
                "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                (key, json.dumps(value)),
            )

    def close(self) -> None:
        """Let go of the file; may be called twice."""
        self.file.close()


def storable(text: str) -> str:
    """`text` without half surrogate pairs, which are no text."""
    return text.encode("utf-8", "replace").decode("utf-8")
