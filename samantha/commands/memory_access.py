"""Her memory as `samantha memory` reaches it: opened for a moment, by ids that a person types, as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import typer

from samantha import app, config
from samantha.config import Config
from samantha.errors import SamanthaError
from samantha.store.memories import LearntTurn, Memories, Remembered
from samantha.store.sqlitefile import SqliteFile

_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Access:
    """What is open. The ids are those of memories; with a t before them, of turns.

    For an id that there is not, SamanthaError; for what is no id, wrong usage.
    """

    config: Config
    file: SqliteFile
    memories: Memories

    def memory(self, id: str) -> Remembered:
        """The memory `id`."""
        if is_turn(id) or not (found := self.memories.get([_number(id)])):
            raise _nothing(id)
        return found[0]

    def turn(self, id: str) -> LearntTurn:
        """The turn `id`, such as t12."""
        if (found := self.memories.turn(_number(id))) is None:
            raise _nothing(id)
        return found

    def named(self, ids: Sequence[str]) -> tuple[list[int], list[int]]:
        """The memories and the turns among `ids`, all of which there are."""
        which = [self.memory(id).id for id in ids if not is_turn(id)]
        return which, [self.turn(id).id for id in ids if is_turn(id)]

    def turns(self) -> list[LearntTurn]:
        """All that was said, oldest first."""
        turns: list[LearntTurn] = []
        while page := self.memories.turns_after(turns[-1].id if turns else 0, _PAGE):
            turns += page
        return turns


@contextmanager
def opened() -> Iterator[Access]:
    """Her memory, as the settings have it; a running Samantha may use it, too."""
    settings = config.load()
    with closing(app.database(settings)) as database:
        yield Access(settings, database.file, Memories(database.file))


def is_turn(id: str) -> bool:
    """Whether `id` is one of a turn."""
    return id.startswith("t")


def problem(message: str, hint: str) -> SamanthaError:
    """Something about her memory that a person can do something about."""
    return SamanthaError("memory", message, hint)


def as_json(memory: Remembered) -> dict[str, Any]:
    """A memory for a program."""
    known = {"id": memory.id, **asdict(memory)}
    return {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in known.items()
    }


def turn_as_json(each: LearntTurn) -> dict[str, Any]:
    """A turn for a program."""
    turn = each.turn
    return {
        "id": f"t{each.id}",
        "conversation": each.conversation,
        "role": turn.role,
        "by": turn.by,
        "text": turn.text,
        "said_at": turn.said_at.isoformat(),
        "interrupted": turn.interrupted,
    }


def _number(id: str) -> int:
    digits = id.removeprefix("t")
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 18):
        raise typer.BadParameter(f"{id!r} is no id: it is a number, or t and a number", param_hint="ID")
    return int(digits)


def _nothing(id: str) -> SamanthaError:
    return problem(f"She remembers nothing as {id}.", "See `samantha memory list --all`.")
