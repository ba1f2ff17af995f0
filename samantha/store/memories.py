"""What she remembers, on disk: what her person said, what she made of it, and how her character moved.

A turn goes through steps, kept in `turns.learnt`: 0 it was said; 1 it can come to mind (a `said` memory with its
meaning, if it was her person's); 2 reflection has taken facts and threads out of it; 3 it is in the diary, or will
never be. Each step commits what it makes together with the new number, so that a kill at any moment loses nothing
and doubles nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any, Literal

from samantha.store.database import KeptTurn, storable
from samantha.store.sqlitefile import SqliteFile

Kind = Literal["said", "fact", "diary", "thread"]
KINDS: tuple[Kind, ...] = ("said", "fact", "diary", "thread")

SAID, NOTED, REFLECTED, TOLD = 0, 1, 2, 3
"""The steps of a turn."""

_COLUMNS = (
    "id, kind, text, at, utc_offset, turn, last_turn, importance, confidence, subject, relation, value, feeling, "
    "due, until, closed_by"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """One thing she remembers.

    `said` is a turn of her person's; `fact` what she took out of one: `subject`, `relation` and `value` in the
    person's words ("I", "my sister"), `text` the sentence they come from; `thread` something that is open and may
    be `due`; `diary` her own words on the turns `turn` to `last_turn`, with a `feeling`. `until` is when it ceased
    to be so (a thread: to be open), `closed_by` the memory that says so. Nothing is overwritten.
    """

    kind: Kind
    text: str = field(repr=False)
    at: datetime
    id: int = 0
    """0: not in the store yet."""
    turn: int | None = None
    last_turn: int | None = None
    importance: float = 0.5
    confidence: float = 1.0
    subject: str = field(default="", repr=False)
    relation: str = field(default="", repr=False)
    value: str = field(default="", repr=False)
    feeling: str = ""
    due: datetime | None = None
    until: datetime | None = None
    closed_by: int | None = None


@dataclass(frozen=True, slots=True)
class LearntTurn:
    """A turn on its way into memory."""

    id: int
    conversation: str
    turn: KeptTurn


@dataclass(frozen=True, slots=True)
class Step:
    """One small move of her character: `change` of `trait`, for `reason`, which is in her words."""

    at: datetime
    trait: str
    change: float
    reason: str
    turn: int | None = None
    id: int = 0


class Memories:
    """The memories in `file`; errors as of `SqliteFile.use`. Calls come from any thread, one at a time."""

    def __init__(self, file: SqliteFile) -> None:
        self._file = file

    # --- turns on their way ---------------------------------------------------------------------------

    def turns_at(self, step: int, limit: int) -> list[LearntTurn]:
        """The oldest turns, of both sides, that have come as far as `step` and no further."""
        with self._file.use() as connection:
            rows = connection.execute(
                "SELECT id, conversation, role, text, interrupted, said_at, utc_offset, by FROM turns "
                "WHERE learnt = ? AND learnt < 3 ORDER BY id LIMIT ?",
                (step, limit),
            ).fetchall()
        return [_learnt(row) for row in rows]

    def turn(self, id: int) -> LearntTurn | None:
        """The turn `id`."""
        with self._file.use() as connection:
            row = connection.execute(
                "SELECT id, conversation, role, text, interrupted, said_at, utc_offset, by FROM turns WHERE id = ?",
                (id,),
            ).fetchone()
        return None if row is None else _learnt(row)

    def newest_turns(self, limit: int, after: datetime) -> tuple[int, ...]:
        """The ids of the newest turns, of those that were said `after` that."""
        with self._file.use() as connection:
            rows = connection.execute(
                "SELECT id FROM (SELECT id, said_at FROM turns ORDER BY id DESC LIMIT ?) WHERE said_at > ?",
                (limit, after.timestamp()),
            ).fetchall()
        return tuple(id for (id,) in rows)

    def last_said(self) -> int | None:
        """The id of the newest turn of the person's."""
        with self._file.use() as connection:
            row = connection.execute("SELECT max(id) FROM turns WHERE role = 'user'").fetchone()
        return None if row[0] is None else int(row[0])

    def with_words(self, words: Sequence[str]) -> tuple[list[int], list[int]]:
        """The memories and the turns, of both sides, in which each of `words` begins a word; whatever their case."""

        def every(text: str) -> bool:
            spoken = text.casefold()
            return bool(wanted) and all(one.search(spoken) for one in wanted)

        wanted = [re.compile(rf"(?<!\w){re.escape(word.casefold())}") for word in words]
        with self._file.use() as connection:
            memories = [
                id
                for id, *texts in connection.execute(
                    "SELECT id, text, subject, relation, value FROM memories ORDER BY id"
                )
                if every(" ".join(texts))
            ]
            turns = [
                id for id, text in connection.execute("SELECT id, text FROM turns ORDER BY id") if every(text)
            ]
        return memories, turns

    def turns_after(self, id: int, limit: int) -> list[LearntTurn]:
        """The oldest turns, of both sides, after the turn `id`."""
        with self._file.use() as connection:
            rows = connection.execute(
                "SELECT id, conversation, role, text, interrupted, said_at, utc_offset, by FROM turns "
                "WHERE id > ? ORDER BY id LIMIT ?",
                (id, limit),
            ).fetchall()
        return [_learnt(row) for row in rows]

    def advance(
        self,
        turns: Sequence[LearntTurn],
        step: int,
        *,
        new: Iterable[tuple[Remembered, bytes | None]] = (),
        closing: Iterable[tuple[int, datetime, int | None]] = (),
    ) -> list[int] | None:
        """Bring `turns` from the step before to `step`, and with that add `new` memories (each with its meaning).

        `closing` says which memories are no longer so, since when, and which of `new` (its place) says so. Returns
        the ids of `new`; None, with nothing changed, if one of the turns is not as it was: it was amended,
        forgotten, or somebody else was first.
        """
        with self._file.use() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                for each in turns:
                    moved = connection.execute(
                        "UPDATE turns SET learnt = ? WHERE id = ? AND learnt = ? AND text = ?",
                        (step, each.id, step - 1, storable(each.turn.text)),
                    )
                    if moved.rowcount != 1:
                        connection.execute("ROLLBACK")
                        return None
                ids = [_add(connection, memory, vector) for memory, vector in new]
                for closed, since, place in closing:
                    connection.execute(
                        "UPDATE memories SET until = ?, closed_by = ? WHERE id = ? AND until IS NULL",
                        (since.timestamp(), None if place is None else ids[place], closed),
                    )
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
        return ids

    # --- memories -------------------------------------------------------------------------------------

    def add(self, memory: Remembered, vector: bytes | None = None) -> int:
        """Keep `memory`, with its meaning; its id."""
        with self._file.use() as connection:
            return _add(connection, memory, vector)

    def get(self, ids: Sequence[int]) -> list[Remembered]:
        """Those of `ids` that there are, in the order of `ids`."""
        found: dict[int, Remembered] = {}
        with self._file.use() as connection:
            for start in range(0, len(ids), 500):
                some = ids[start : start + 500]
                marks = ",".join("?" * len(some))
                for row in connection.execute(
                    f"SELECT {_COLUMNS} FROM memories WHERE id IN ({marks})", tuple(some)
                ):
                    found[row[0]] = _remembered(row)
        return [found[id] for id in ids if id in found]

    def listed(
        self,
        kinds: Sequence[Kind] = ("fact", "thread", "diary"),
        *,
        current: bool = True,
        since: datetime | None = None,
        before: datetime | None = None,
        limit: int = -1,
    ) -> list[Remembered]:
        """Memories of `kinds`, newest first; `current` leaves out what is no longer so; by when it was said."""
        marks = ",".join("?" * len(kinds))
        wanted = [f"kind IN ({marks})"]
        values: list[Any] = [*kinds]
        if current:
            wanted.append("until IS NULL")
        if since is not None:
            wanted.append("at >= ?")
            values.append(since.timestamp())
        if before is not None:
            wanted.append("at < ?")
            values.append(before.timestamp())
        with self._file.use() as connection:
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM memories WHERE {' AND '.join(wanted)} ORDER BY at DESC, id DESC LIMIT ?",
                (*values, limit),
            ).fetchall()
        return [_remembered(row) for row in rows]

    def of_turns(self, turns: Sequence[int]) -> list[Remembered]:
        """What comes from `turns`."""
        marks = ",".join("?" * len(turns))
        with self._file.use() as connection:
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM memories WHERE turn IN ({marks}) ORDER BY id", tuple(turns)
            ).fetchall()
        return [_remembered(row) for row in rows]

    def matching(self, query: str, limit: int) -> list[tuple[int, float]]:
        """Memories with the words of `query`, an FTS5 expression, and how well each fits (BM25; higher is better)."""
        with self._file.use() as connection:
            rows = connection.execute(
                "SELECT rowid, -bm25(memory_words) FROM memory_words WHERE memory_words MATCH ? "
                "ORDER BY bm25(memory_words) LIMIT ?",
                (query, limit),
            ).fetchall()
        return [(int(id), float(score)) for id, score in rows]

    def mentioning(self, query: str, limit: int) -> list[int]:
        """The newest memories with the words of `query`, an FTS5 expression: quick, however many there are."""
        with self._file.use() as connection:
            rows = connection.execute(
                "SELECT rowid FROM memory_words WHERE memory_words MATCH ? ORDER BY rowid DESC LIMIT ?",
                (query, limit),
            ).fetchall()
        return [int(id) for (id,) in rows]

    def vectors(self, after: int = 0) -> list[tuple[int, bytes]]:
        """The meaning of each memory whose id is above `after`, by id."""
        with self._file.use() as connection:
            return connection.execute(
                "SELECT id, vector FROM memories WHERE id > ? AND vector IS NOT NULL ORDER BY id", (after,)
            ).fetchall()

    def replace(self, old: int, new: Remembered, vector: bytes | None = None) -> int | None:
        """Keep `new`, with its meaning, and have `old` be no longer so since then.

        Its id; None, with nothing changed, if `old` is no longer so already, or gone.
        """
        with self._file.transaction() as connection:
            id = _add(connection, new, vector)
            closed = connection.execute(
                "UPDATE memories SET until = ?, closed_by = ? WHERE id = ? AND until IS NULL",
                (new.at.timestamp(), id, old),
            )
            if closed.rowcount:
                return id
            connection.execute("DELETE FROM memories WHERE id = ?", (id,))
        return None

    def close(self, id: int, since: datetime, by: int | None = None) -> None:
        """Memory `id` is no longer so, which memory `by` says."""
        with self._file.use() as connection:
            connection.execute(
                "UPDATE memories SET until = ?, closed_by = ? WHERE id = ? AND until IS NULL",
                (since.timestamp(), by, id),
            )

    @property
    def version(self) -> tuple[int, int]:
        """Changes when memories were forgotten, by whichever process, or the file is another; not when some came."""
        with self._file.use() as connection:
            row = connection.execute("SELECT value FROM state WHERE key = 'forgotten'").fetchone()
        return self._file.openings, int(row[0]) if row else 0

    # --- how her character moved ----------------------------------------------------------------------

    def add_step(self, step: Step) -> int:
        """Keep `step`; its id."""
        with self._file.use() as connection:
            cursor = connection.execute(
                "INSERT INTO steps (at, utc_offset, trait, change, reason, turn) VALUES (?, ?, ?, ?, ?, ?)",
                (*_moment(step.at), step.trait, step.change, step.reason, step.turn),
            )
            assert cursor.lastrowid is not None
            return cursor.lastrowid

    def steps(self) -> list[Step]:
        """All of them, oldest first."""
        with self._file.use() as connection:
            rows = connection.execute(
                "SELECT at, utc_offset, trait, change, reason, turn, id FROM steps ORDER BY id"
            ).fetchall()
        return [Step(_when(at, offset), *rest) for at, offset, *rest in rows]

    def remove_steps(self, ids: Sequence[int]) -> None:
        """As if they had not been."""
        with self._file.use() as connection:
            connection.executemany("DELETE FROM steps WHERE id = ?", [(id,) for id in ids])


def _add(connection: Any, memory: Remembered, vector: bytes | None) -> int:
    assert memory.id == 0, "it is kept already"
    cursor = connection.execute(
        "INSERT INTO memories (kind, text, at, utc_offset, turn, last_turn, importance, confidence, subject, "
        "relation, value, feeling, due, until, closed_by, vector) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            memory.kind,
            storable(memory.text),
            *_moment(memory.at),
            memory.turn,
            memory.last_turn,
            memory.importance,
            memory.confidence,
            storable(memory.subject),
            storable(memory.relation),
            storable(memory.value),
            memory.feeling,
            memory.due.timestamp() if memory.due else None,
            memory.until.timestamp() if memory.until else None,
            memory.closed_by,
            vector,
        ),
    )
    assert cursor.lastrowid is not None
    return int(cursor.lastrowid)


def _moment(at: datetime) -> tuple[float, float]:
    offset = at.utcoffset()
    assert offset is not None, "a time needs a time zone"
    return at.timestamp(), offset.total_seconds()


def _when(at: float, offset: float) -> datetime:
    return datetime.fromtimestamp(at, timezone(timedelta(seconds=offset)))


def _learnt(row: tuple[Any, ...]) -> LearntTurn:
    id, conversation, role, text, interrupted, at, offset, by = row
    return LearntTurn(id, conversation, KeptTurn(role, text, _when(at, offset), bool(interrupted), by))


def _remembered(row: tuple[Any, ...]) -> Remembered:
    (id, kind, text, at, offset, turn, last, importance, confidence, subject, relation, value, feeling, due, until,
     closed_by) = row  # fmt: skip
    return Remembered(
        kind=kind,
        text=text,
        at=_when(at, offset),
        id=id,
        turn=turn,
        last_turn=last,
        importance=importance,
        confidence=confidence,
        subject=subject,
        relation=relation,
        value=value,
        feeling=feeling,
        due=None if due is None else _when(due, offset),
        until=None if until is None else _when(until, offset),
        closed_by=closed_by,
    )
