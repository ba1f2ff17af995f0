"""Keeps a conversation on disk while it goes on, and brings it back after a restart."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import dropwhile
from typing import Any, Literal
from uuid import uuid4

from samantha.dialog.lane import Lane, Load
from samantha.errors import StorageError
from samantha.events import Event, Heard, ReplySpoken, TurnReopened
from samantha.mind.history import History
from samantha.mind.prompt import Prompt
from samantha.store.database import Database, KeptTurn

log = logging.getLogger(__name__)

RESTORED = 24
"""Turns that are brought back: about a thousand tokens, which a slow machine reads in a quarter of a minute."""

MOST_PENDING = 200
"""Writes that wait for a disk which takes none, an hour of talk or so; after that the oldest are given up."""


class Journal:
    """Commits each turn as soon as it is one: the person's when it was heard, hers when it was spoken.

    Subscribe `on` to the events. The database's work is done on a thread of its own, in order. What cannot be
    written waits in memory and is tried again before the next thing; `complain` is told on the loop, once,
    until the disk works again. The turns belong to a new conversation unless `resume` finds one to go on with.
    """

    def __init__(
        self,
        database: Database,
        complain: Callable[[StorageError], None],
        *,
        now: Callable[[], datetime] = datetime.now,
    ) -> None:
        self.conversation = uuid4().hex
        self._database = database
        self._complain = complain
        self._now = now
        self._lane = Lane("database", Load())
        self._pending: deque[Callable[[], object]] = deque()
        self._writing: asyncio.Task[None] | None = None
        self._failing = False
        self._reopened = False
        self._private = False
        """Whether the newest turn is not kept: what goes on from it amends none."""

    @property
    def failing(self) -> bool:
        """Whether the disk refused the last write."""
        return self._failing

    async def resume(self, max_age: timedelta) -> list[KeptTurn]:
        """Go on with the last conversation if it is younger than `max_age`: its newest turns, for `restore`."""

        def find() -> tuple[str, list[KeptTurn]] | None:
            last = self._database.last_conversation(max_age)
            return (last, self._database.recent(last, RESTORED)) if last is not None else None

        try:
            found = await self._lane.call(find)
        except StorageError as problem:
            self._fail(problem)
            return []
        if found is None:
            return []
        self.conversation, turns = found
        return turns

    async def get(self, key: str, default: Any = None) -> Any:
        """What was `put` under `key`, or `default`, also where the disk cannot tell."""
        try:
            return await self._lane.call(lambda: self._database.get(key, default))
        except StorageError as problem:
            self._fail(problem)
            return default

    def put(self, key: str, value: Any) -> None:
        """Keep `value`, anything JSON can write, beyond a restart. Returns at once."""
        self._write_soon(partial(self._database.put, key, value))

    def on(self, event: Event) -> None:
        """Keep what `event` tells of, if it is a turn. Returns at once."""
        match event:
            case TurnReopened(text=text):
                self._reopened = bool(text) and not self._private
            case Heard(private=True):
                self._private, self._reopened = True, False
            case ReplySpoken(private=True):
                pass
            case Heard():
                self._keep("user", event.text, amends=self._reopened, by=event.by)
                self._private = self._reopened = False
            case ReplySpoken():
                self._keep("assistant", event.text_heard, interrupted=event.interrupted)
            case _:
                pass

    async def drain(self, patience: float = 1.5) -> bool:
        """Whether everything is on the disk; waits for that, at most `patience` seconds."""
        if self._pending:
            self._write_soon()
        if self._writing is not None:
            await asyncio.wait((self._writing,), timeout=patience)
        return not self._pending and (self._writing is None or self._writing.done())

    async def close(self, patience: float = 1.5) -> None:
        """Write what is left and let go of the file, within `patience` seconds if the disk works at all."""
        if not await self.drain(patience):
            log.warning("the newest turns could not be kept")
        if self._writing is not None and not self._writing.done():
            self._writing.cancel()  # the disk hangs: nothing can close its file either
        else:
            await self._lane.call(self._database.close)
        self._lane.close()

    def _keep(
        self,
        role: Literal["user", "assistant"],
        text: str,
        *,
        interrupted: bool = False,
        amends: bool = False,
        by: Literal["person", "other"] = "person",
    ) -> None:
        if text.strip():
            turn = KeptTurn(role, text, self._now().astimezone(), interrupted, by)
            write = self._database.amend_turn if amends else self._database.add_turn
            self._write_soon(partial(write, self.conversation, turn))

    def _write_soon(self, *writes: Callable[[], object]) -> None:
        self._pending += writes
        if self._writing is None or self._writing.done():
            self._writing = asyncio.ensure_future(self._write())

    async def _write(self) -> None:
        while self._pending:
            batch, self._pending = self._pending, deque()
            try:
                await self._lane.call(partial(_carry_out, batch))
            except StorageError as problem:
                self._fail(problem)
                return
            finally:
                self._wait(batch)
            if self._failing:
                self._failing = False
                log.info("what is said is kept again")

    def _wait(self, batch: deque[Callable[[], object]]) -> None:
        """What is left of `batch` comes before what was said since."""
        self._pending.extendleft(reversed(batch.copy()))
        if (too_many := len(self._pending) - MOST_PENDING) > 0:
            for _ in range(too_many):
                self._pending.popleft()
            log.warning("turns that could not be kept and are given up: %d", too_many)

    def _fail(self, problem: StorageError) -> None:
        if not self._failing:
            self._failing = True
            self._complain(problem)


def _carry_out(batch: deque[Callable[[], object]]) -> None:
    """Do the writes of `batch` in order, taking out of it what is on the disk."""
    while batch:
        batch[0]()
        batch.popleft()


def restore(history: History, turns: Sequence[KeptTurn], prompt: Prompt) -> None:
    """Have `turns`, oldest first, in `history` as they were, byte for byte; the newest of them if they are many.

    Where older ones are left out, the person begins.
    """
    newest = turns[-RESTORED:]
    for turn in dropwhile(_hers, newest) if len(turns) >= RESTORED else newest:
        if turn.role == "user":
            history.user(prompt.note(turn.text, turn.said_at), turn.text)
        else:
            history.samantha(turn.text, interrupted=turn.interrupted)


def _hers(turn: KeptTurn) -> bool:
    return turn.role == "assistant"
