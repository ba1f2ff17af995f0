"""Keeps a conversation on disk while it goes on, and brings it back after a restart."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from itertools import dropwhile
from typing import Literal
from uuid import uuid4

from samantha.dialog.lane import Lane
from samantha.errors import StorageError
from samantha.events import Event, Heard, ReplySpoken
from samantha.mind.history import History
from samantha.mind.prompt import Prompt
from samantha.store.database import Database, KeptTurn

log = logging.getLogger(__name__)

RESTORED = 24
"""Turns that are brought back: as many as a slow machine reads again in the time of a greeting or two."""

MOST_PENDING = 1000
"""Turns that wait for a disk which takes none; after that the oldest are given up."""


class Journal:
    """Commits each turn as soon as it is one: the person's when it was heard, hers when it was spoken.

    Subscribe `on` to the events. The work is done in order on `lane`, the database's own. A turn that cannot
    be kept waits in memory and is tried again, before the next one; `complain` is told once, until it works
    again. `conversation` is one to go on with; None begins another.
    """

    def __init__(
        self,
        database: Database,
        lane: Lane,
        complain: Callable[[StorageError], None],
        *,
        conversation: str | None = None,
        now: Callable[[], datetime] = datetime.now,
    ) -> None:
        self.conversation = conversation or uuid4().hex
        self._database = database
        self._lane = lane
        self._complain = complain
        self._now = now
        self._pending: deque[KeptTurn] = deque()
        self._writing: asyncio.Task[None] | None = None
        self._failing = False

    def on(self, event: Event) -> None:
        """Keep what `event` tells of, if it is a turn. Returns at once."""
        match event:
            case Heard():
                self._keep("user", event.text)
            case ReplySpoken():
                self._keep("assistant", event.text_heard, interrupted=event.interrupted)
            case _:
                pass

    async def drain(self, patience: float = 1.5) -> bool:
        """Whether every turn is on the disk; waits for that, at most `patience` seconds."""
        if self._pending:
            self._write_soon()
        if self._writing is not None and not self._writing.done():
            await asyncio.wait((self._writing,), timeout=patience)
        return not self._pending and (self._writing is None or self._writing.done())

    def _keep(self, role: Literal["user", "assistant"], text: str, *, interrupted: bool = False) -> None:
        if text.strip():
            self._pending.append(KeptTurn(role, text, self._now().astimezone(), interrupted))
            self._write_soon()

    def _write_soon(self) -> None:
        if self._writing is None or self._writing.done():
            self._writing = asyncio.ensure_future(self._write())

    async def _write(self) -> None:
        while self._pending:
            batch, self._pending = self._pending, deque()
            try:
                await self._lane.call(partial(self._commit, batch))
            except StorageError as problem:
                if not self._failing:
                    self._failing = True
                    self._complain(problem)
                return
            finally:
                self._wait(batch)
            if self._failing:
                self._failing = False
                log.info("what is said is kept again")

    def _commit(self, batch: deque[KeptTurn]) -> None:
        """On the lane: commit the turns of `batch` in order, and take out of it those that are."""
        while batch:
            self._database.add_turn(self.conversation, batch[0])
            batch.popleft()

    def _wait(self, batch: deque[KeptTurn]) -> None:
        """What is left of `batch` comes before what was said since."""
        self._pending.extendleft(reversed(batch.copy()))
        if (too_many := len(self._pending) - MOST_PENDING) > 0:
            for _ in range(too_many):
                self._pending.popleft()
            log.warning("%d turns could not be kept and are given up", too_many)


def restore(history: History, turns: Sequence[KeptTurn], prompt: Prompt) -> None:
    """Have `turns`, oldest first, in `history` as they were, byte for byte; the newest of them if they are many.

    Where older ones are left out, the person begins.
    """
    newest = turns[-RESTORED:]
    for turn in dropwhile(_hers, newest) if len(turns) >= RESTORED else newest:
        if turn.role == "user":
            history.user(prompt.note(turn.text, turn.said_at))
        else:
            history.samantha(turn.text, interrupted=turn.interrupted)


def _hers(turn: KeptTurn) -> bool:
    return turn.role == "assistant"
