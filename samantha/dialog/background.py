"""Work that nobody waits for: it may fail without any harm but time."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Coroutine
from typing import Any

from samantha.errors import Cancelled

log = logging.getLogger(__name__)


class Background:
    """Runs coroutines side by side until they end or `close`."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Do `work`; if it fails, that is in the log."""
        task = asyncio.ensure_future(_guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: work.close())  # it may have been given up before it began

    async def close(self) -> None:
        """Give up what is not done."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _guarded(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except Cancelled:
        pass  # the person came first
    except Exception as problem:  # noqa: BLE001 (whoever needs the engine will say that it does not work)
        log.warning("what was done beforehand failed: %s", trace(problem))


def trace(problem: BaseException) -> str:
    """What kind of thing broke, and where, without its own words, which may be the person's."""
    return f"{type(problem).__name__}\n{''.join(traceback.format_tb(problem.__traceback__))}"
