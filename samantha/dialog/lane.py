"""One thread for each engine, and the count of engines at work that a virtual clock waits for."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import TypeVar

from samantha.dialog.token import Token

T = TypeVar("T")


class Load:
    """How many lanes are at work. Used on the event loop only."""

    def __init__(self) -> None:
        self._busy = 0
        self._calm = asyncio.Event()
        self._calm.set()

    def enter(self) -> None:
        self._busy += 1
        self._calm.clear()

    def leave(self) -> None:
        self._busy -= 1
        if self._busy == 0:
            self._calm.set()

    async def settle(self) -> None:
        """Return when nothing but the passing of time can make anything happen.

        Results reach coroutines through a few turns of the loop, so calm must last for several of them.
        """
        turns = 0
        while turns < 10:
            if self._busy:
                await self._calm.wait()
                turns = 0
            await asyncio.sleep(0)
            turns += 1


class FastPace:
    """The virtual clock of `--pace fast`: the next block comes as soon as nobody works on the last one."""

    def __init__(self, load: Load) -> None:
        self._load = load

    async def tick(self) -> None:
        await self._load.settle()


class Lane:
    """Runs the blocking calls of one engine, one after the other, on a thread of its own.

    `working` is entered on that thread around each call, with whether the call is urgent; it is how the cores
    are shared out.
    """

    def __init__(
        self,
        name: str,
        load: Load,
        working: Callable[[bool], AbstractContextManager[None]] = lambda _: contextlib.nullcontext(),
    ) -> None:
        self._thread = ThreadPoolExecutor(1, f"samantha-{name}")
        self._load = load
        self._working = working
        self._in_hand = 0

    async def call(self, work: Callable[[], T], *, urgent: bool = False) -> T:
        """What `work` returns, or raises. If the caller is cancelled, work that has begun goes on, unheeded.

        `urgent` says that somebody waits for it, and that what other engines do can wait.
        """
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[T] = loop.create_future()

        def finish(result: T | None, problem: BaseException | None) -> None:
            # One step on the loop: whoever sees the load fall also sees the result.
            self._in_hand -= 1
            if not self._in_hand:
                self._load.leave()
            if outcome.cancelled():
                return
            if problem is not None:
                outcome.set_exception(problem)
            else:
                outcome.set_result(result)  # type: ignore[arg-type]

        def run() -> None:
            result, problem = None, None
            try:
                if not outcome.cancelled():
                    with self._working(urgent):
                        result = work()
            except BaseException as raised:  # noqa: BLE001 (handed to the caller, whatever it is)
                problem = raised
            with contextlib.suppress(RuntimeError):  # the loop has closed: nobody waits any more
                loop.call_soon_threadsafe(finish, result, problem)

        self._in_hand += 1
        if self._in_hand == 1:
            self._load.enter()
        self._thread.submit(run)
        return await outcome

    async def stream(
        self,
        items: Callable[[], Iterator[T]],
        token: Token,
        sink: Callable[[T], None],
        *,
        urgent: bool = False,
    ) -> None:
        """Give each item to `sink` on the loop, in order, until they end or `token` is cancelled."""
        loop = asyncio.get_running_loop()
        problems: list[Exception] = []

        def deliver(item: T) -> None:
            if not token.cancelled and not problems:
                try:
                    sink(item)
                except Exception as problem:  # noqa: BLE001 (it belongs to whoever waits for the stream)
                    problems.append(problem)

        def work() -> None:
            token.check()
            for item in items():
                token.check()
                loop.call_soon_threadsafe(deliver, item)

        await self.call(work, urgent=urgent)
        if problems:
            raise problems[0]

    async def closed(self) -> None:
        """Wait until the thread, told to end by `close`, has ended."""
        await asyncio.to_thread(self._thread.shutdown)

    def close(self) -> None:
        """Let the thread end after what it is doing; do not wait."""
        self._thread.shutdown(wait=False, cancel_futures=True)
