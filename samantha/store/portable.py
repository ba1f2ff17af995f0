"""All that she remembers as JSON, which a person can read and she can take in again without doubling anything."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Base64Bytes, BaseModel, ConfigDict, Field, ValidationError

from samantha.errors import StorageError
from samantha.store.database import storable
from samantha.store.forgetting import notify
from samantha.store.memories import Kind
from samantha.store.outside import reading, writing
from samantha.store.sqlitefile import SqliteFile

Id = Annotated[int, Field(gt=0, lt=2**62)]


class _Record(BaseModel):
    model_config = ConfigDict(allow_inf_nan=False)


class Turn(_Record):
    """A row of `turns`."""

    id: Id
    conversation: str
    role: Literal["user", "assistant"]
    text: str
    said_at: AwareDatetime
    interrupted: bool = False
    by: Literal["person", "other"] = "person"
    learnt: Annotated[int, Field(ge=0, le=3)] = 0


class Kept(_Record):
    """A row of `memories`; `meaning` is its vector."""

    id: Id
    kind: Kind
    text: str
    at: AwareDatetime
    turn: Id | None = None
    last_turn: Id | None = None
    importance: float = 0.5
    confidence: float = 1.0
    subject: str = ""
    relation: str = ""
    value: str = ""
    feeling: str = ""
    due: AwareDatetime | None = None
    until: AwareDatetime | None = None
    closed_by: Id | None = None
    meaning: Base64Bytes | None = None


class Moved(_Record):
    """A row of `steps`."""

    at: AwareDatetime
    trait: str
    change: float
    reason: str
    turn: Id | None = None


class Everything(_Record):
    """All that she remembers."""

    samantha: Literal["memory"] = "memory"
    version: Literal[1] = 1
    turns: list[Turn] = []
    memories: list[Kept] = []
    steps: list[Moved] = []


@dataclass(frozen=True, slots=True)
class Taken:
    """How many turns and memories were new."""

    turns: int
    memories: int


def gather(file: SqliteFile) -> Everything:
    """All that is in `file`, as of one moment."""
    with file.transaction() as connection:
        turns = connection.execute(
            "SELECT id, conversation, role, text, said_at, utc_offset, interrupted, by, learnt FROM turns ORDER BY id"
        ).fetchall()
        memories = connection.execute(
            "SELECT id, kind, text, at, utc_offset, turn, last_turn, importance, confidence, subject, relation, "
            "value, feeling, due, until, closed_by, vector FROM memories ORDER BY id"
        ).fetchall()
        steps = connection.execute(
            "SELECT at, utc_offset, trait, change, reason, turn FROM steps ORDER BY id"
        ).fetchall()
    return Everything(
        turns=[
            Turn(
                id=id, conversation=conversation, role=role, text=text, said_at=_when(at, offset),
                interrupted=bool(interrupted), by=by, learnt=learnt,
            )
            for id, conversation, role, text, at, offset, interrupted, by, learnt in turns
        ],
        memories=[_kept(row) for row in memories],
        steps=[
            Moved(at=_when(at, offset), trait=trait, change=change, reason=reason, turn=turn)
            for at, offset, trait, change, reason, turn in steps
        ],
    )  # fmt: skip


def read(path: Path) -> Everything:
    """What the export `path` holds. Raises StorageError that says what is wrong with it."""
    with reading(path):
        content = path.read_bytes()
    try:
        return Everything.model_validate_json(content)
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise StorageError(
            f"{path} is not an export of what she remembers: {where and where + ': '}{first['msg']}.",
            "Name a file that `samantha memory export` has written.",
        ) from None


def take_in(file: SqliteFile, everything: Everything) -> Taken:
    """Add to `file` what it does not have yet, in one transaction."""
    with file.transaction() as connection:
        turns, new_turns = _take_turns(connection, everything.turns)
        memories, new_memories = _take_memories(connection, everything.memories, turns)
        for id, kept in new_memories:
            if kept.closed_by in memories:
                connection.execute(
                    "UPDATE memories SET closed_by = ? WHERE id = ?", (memories[kept.closed_by], id)
                )
        notify(connection)
        there = set(connection.execute("SELECT at, trait, change, reason FROM steps"))
        for step in everything.steps:
            if (step.at.timestamp(), step.trait, step.change, storable(step.reason)) not in there:
                connection.execute(
                    "INSERT INTO steps (at, utc_offset, trait, change, reason, turn) VALUES (?, ?, ?, ?, ?, ?)",
                    (*_moment(step.at), step.trait, step.change, storable(step.reason), turns.get(step.turn)),
                )
    return Taken(new_turns, len(new_memories))


def _take_turns(connection: Any, offered: list[Turn]) -> tuple[dict[int | None, int], int]:
    """Which turn each of `offered` is now, by its id, and how many are new."""
    there = {
        row[1:]: row[0]
        for row in connection.execute("SELECT id, conversation, role, said_at, text FROM turns")
    }
    used = set(there.values())
    ids: dict[int | None, int] = {}
    new = 0
    for turn in offered:
        same = (turn.conversation, turn.role, turn.said_at.timestamp(), storable(turn.text))
        if same not in there:
            cursor = connection.execute(
                "INSERT INTO turns (id, conversation, role, said_at, text, utc_offset, interrupted, by, learnt) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    None if turn.id in used else turn.id,
                    *same,
                    _moment(turn.said_at)[1],
                    turn.interrupted,
                    turn.by,
                    turn.learnt,
                ),
            )
            there[same] = cursor.lastrowid
            used.add(cursor.lastrowid)
            new += 1
        else:
            connection.execute(
                "UPDATE turns SET learnt = max(learnt, ?) WHERE id = ?", (turn.learnt, there[same])
            )
        ids[turn.id] = there[same]
    return ids, new


def _take_memories(
    connection: Any, offered: list[Kept], turns: dict[int | None, int]
) -> tuple[dict[int | None, int], list[tuple[int, Kept]]]:
    """Which memory each of `offered` is now, by its id, and those that are new, with theirs."""
    columns = "kind, text, at, subject, relation, value, turn"
    there = {row[1:]: row[0] for row in connection.execute(f"SELECT id, {columns} FROM memories")}
    used = set(there.values())
    ids: dict[int | None, int] = {}
    new = []
    for kept in offered:
        words = (storable(kept.subject), storable(kept.relation), storable(kept.value))
        same = (kept.kind, storable(kept.text), kept.at.timestamp(), *words, turns.get(kept.turn))
        if same not in there:
            cursor = connection.execute(
                f"INSERT OR IGNORE INTO memories (id, {columns}, utc_offset, last_turn, importance, confidence, "
                "feeling, due, until, vector) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    None if kept.id in used else kept.id,
                    *same,
                    _moment(kept.at)[1],
                    turns.get(kept.last_turn),
                    kept.importance,
                    kept.confidence,
                    storable(kept.feeling),
                    kept.due.timestamp() if kept.due else None,
                    kept.until.timestamp() if kept.until else None,
                    kept.meaning,
                ),
            )
            if not cursor.rowcount:
                continue  # what was said in this turn is known already
            if kept.kind == "said":
                connection.execute("UPDATE turns SET learnt = max(learnt, 1) WHERE id = ?", (same[-1],))
            there[same] = cursor.lastrowid
            used.add(cursor.lastrowid)
            new.append((cursor.lastrowid, kept))
        ids[kept.id] = there[same]
    return ids, new


def write_json(file: SqliteFile, target: Path) -> None:
    """Have all that is in `file` at `target`, as JSON."""
    text = json.dumps(gather(file).model_dump(mode="json"), ensure_ascii=False, indent=1)
    with writing(target) as part:
        part.write_text(text + "\n", "utf-8")


def _kept(row: tuple[Any, ...]) -> Kept:
    (id, kind, text, at, offset, turn, last, importance, confidence, subject, relation, value, feeling, due, until,
     closed_by, vector) = row  # fmt: skip
    return Kept.model_construct(
        id=id, kind=kind, text=text, at=_when(at, offset), turn=turn, last_turn=last, importance=importance,
        confidence=confidence, subject=subject, relation=relation, value=value, feeling=feeling,
        due=None if due is None else _when(due, offset), until=None if until is None else _when(until, offset),
        closed_by=closed_by, meaning=vector,
    )  # fmt: skip


def _when(at: float, offset: float) -> datetime:
    return datetime.fromtimestamp(at, timezone(timedelta(seconds=offset)))


def _moment(at: datetime) -> tuple[float, float]:
    return at.timestamp(), (at.utcoffset() or UTC.utcoffset(None)).total_seconds()
