"""From one event loop to another: the API's requests are answered on the loop that owns the conversation."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

AHEAD = 64
"""Items that may wait for a slow reader before the producer waits for him."""


class Bridge:
    """Runs work on the event loop `loop`, which belongs to another thread, for a caller on his own loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    async def call(self, work: Callable[[], Awaitable[T]]) -> T:
        """What `work()` returns or raises over there; if the caller is cancelled, so is the work."""

        async def run() -> T:
            return await work()

        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(run(), self._loop))

    async def do(self, work: Callable[[], T]) -> T:
        """What the synchronous `work` returns or raises over there."""

        async def run() -> T:
            return work()

        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(run(), self._loop))

    def soon(self, work: Callable[[], None]) -> None:
        """Have `work` done over there, from any thread; nobody waits for it."""
        with contextlib.suppress(RuntimeError):  # that loop has closed
            self._loop.call_soon_threadsafe(work)

    async def stream(self, items: Callable[[], AsyncGenerator[T, None]]) -> AsyncGenerator[T, None]:
        """Each item of `items()` over there, in order; leaving the loop early closes the generator."""
        here = asyncio.get_running_loop()
        arrived: asyncio.Queue[tuple[bool, T | None]] = asyncio.Queue()
        room = asyncio.Semaphore(AHEAD)

        async def run() -> None:
            source = items()
            try:
                async for item in source:
                    await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(room.acquire(), here))
                    here.call_soon_threadsafe(arrived.put_nowait, (True, item))
            finally:
                await source.aclose()

        def ended(_: object) -> None:
            here.call_soon_threadsafe(arrived.put_nowait, (False, None))

        work = asyncio.run_coroutine_threadsafe(run(), self._loop)
        work.add_done_callback(ended)
        try:
            while True:
                more, item = await arrived.get()
                if not more:
                    break
                room.release()
                yield item  # type: ignore[misc]
            work.result()
        finally:
            work.cancel()
