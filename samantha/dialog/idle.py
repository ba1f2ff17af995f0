"""What she does while nobody speaks: makes room in the model's window, and thinks about what was said."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from samantha.audio.pcm import samples
from samantha.dialog.background import trace
from samantha.dialog.token import Token
from samantha.errors import Cancelled, SamanthaError

log = logging.getLogger(__name__)

REST = samples(1.0)
"""How long nobody must have spoken before she uses the time for herself."""

Work = Callable[[Token], Awaitable[None]]


class Idle:
    """Does each of `works`, after the rest it waits for, once; stops as soon as anybody stirs.

    They are done in their order: one after the one before it, however long that takes. `fail` is told of what a
    person can mend.
    """

    def __init__(self, works: Sequence[tuple[int, Work]], fail: Callable[[str], None]) -> None:
        self._works = works
        self._fail = fail
        self._token = Token()
        self._since: int | None = None
        self._next = 0
        self._task: asyncio.Task[None] | None = None
        self.tasks: set[asyncio.Task[None]] = set()

    def begin(self, now: int) -> None:
        """Nothing goes on from `now`."""
        self._token.cancel()
        self._since, self._next = now, 0

    def stir(self) -> None:
        """Something goes on: whatever was done in the idle time can wait."""
        self._since = None
        self._token.cancel()

    def tick(self, now: int) -> None:
        """It is `now`."""
        if self._since is None or self._next == len(self._works):
            return
        rest, work = self._works[self._next]
        if now - self._since < rest or (self._task is not None and not self._task.done()):
            return
        self._next += 1
        self._token = Token()
        self._task = task = asyncio.ensure_future(self._run(work, self._token))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _run(self, work: Work, token: Token) -> None:
        try:
            await work(token)
        except Cancelled:
            pass  # the person came first
        except SamanthaError as problem:
            self._fail(str(problem))
        except Exception as problem:  # noqa: BLE001 (nobody waits for it)
            log.error("what is done while idle failed: %s", trace(problem))  # noqa: TRY400
