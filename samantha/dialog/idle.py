"""What she does while nobody speaks: makes room in the model's window, and reads what is left of it again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from samantha.audio.pcm import samples
from samantha.dialog.background import trace
from samantha.dialog.token import Token
from samantha.errors import Cancelled, SamanthaError

log = logging.getLogger(__name__)

REST = samples(1.0)
"""How long nobody must have spoken before she uses the time for herself."""


class Idle:
    """Starts `work` once after each rest, and stops it as soon as anybody stirs.

    `fail` is told of what a person can mend.
    """

    def __init__(self, work: Callable[[Token], Awaitable[None]], fail: Callable[[str], None]) -> None:
        self._work = work
        self._fail = fail
        self._token = Token()
        self._since: int | None = None
        self.tasks: set[asyncio.Task[None]] = set()

    def begin(self, now: int) -> None:
        """Nothing goes on from `now`."""
        self._since = now

    def stir(self) -> None:
        """Something goes on: whatever was done in the idle time can wait."""
        self._since = None
        self._token.cancel()

    def tick(self, now: int) -> None:
        """It is `now`."""
        if self._since is not None and now - self._since >= REST:
            self._since = None
            self._token = Token()
            task = asyncio.ensure_future(self._run(self._token))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def _run(self, token: Token) -> None:
        try:
            await self._work(token)
        except Cancelled:
            pass  # the person came first
        except SamanthaError as problem:
            self._fail(str(problem))
        except Exception as problem:  # noqa: BLE001 (nobody waits for it)
            log.error("what is done while idle failed: %s", trace(problem))  # noqa: TRY400
