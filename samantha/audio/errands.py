"""Calls that may hang: with a dead card, any of PortAudio's may."""

from __future__ import annotations

import atexit
import contextlib
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from samantha.audio.cards import loud

LOOK = 0.1
"""Seconds between looks at whether something is still worth waiting for."""

T = TypeVar("T")


class Errands:
    """Each call on a thread of its own, which is left behind if it does not come back."""

    def __init__(self, sd: Any) -> None:
        """`sd` is the sounddevice module."""
        self._sd = sd
        self._hung: list[threading.Thread] = []

    def hanging(self) -> int:
        """How many calls have not come back yet."""
        self._hung = [thread for thread in self._hung if thread.is_alive()]
        return len(self._hung)

    def run(
        self,
        limit: float,
        call: Callable[[], T],
        worth: Callable[[], bool] = lambda: True,
        late: Callable[[T], object] = lambda _: None,
    ) -> T:
        """What `call` gives or raises; TimeoutError after `limit` seconds or once it is not `worth` it.

        Then `late` gets what comes yet.
        """
        outcome: Future[T] = Future()

        def run() -> None:
            try:
                outcome.set_result(call())
            except Exception as problem:  # noqa: BLE001 (whoever asked gets it)
                outcome.set_exception(problem)

        thread = threading.Thread(target=run, name="sound card", daemon=True)
        thread.start()
        end = time.monotonic() + limit
        while time.monotonic() < end and worth():
            with contextlib.suppress(TimeoutError):
                return outcome.result(LOOK)
        self._hung.append(thread)
        loud()
        atexit.unregister(self._sd._exit_handler)  # it would wait for that thread, perhaps for ever
        outcome.add_done_callback(lambda done: done.exception() or late(done.result()))
        raise TimeoutError("The sound system did not answer in time.")
