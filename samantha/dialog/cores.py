"""Who may use how many cores: the one place that decides.

On two cores, engines that run side by side with two threads each bring one another nearly to a halt (16
tokens a second become 0.3); with one thread each they lose little. So the language model has all cores
while it works alone, leaves to every other engine as many as it takes, and goes on with the last one as well
as it can. Only for a voice that the person is waiting for it stops altogether, where the cores are too few
for both: what it would think meanwhile is needed later than her next word.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Threaded(Protocol):
    """An engine whose number of threads can be changed while it works; with 0 it waits."""

    threads: int


class Cores:
    """Shares the cores that the language model has at first between it and everyone else. Thread-safe."""

    def __init__(self, llm: Threaded) -> None:
        self._llm = llm
        self._cores = llm.threads
        self._lock = threading.Lock()
        self._taken = 0
        self._urgent = 0

    @contextmanager
    def shared(self, threads: int = 1, *, urgent: bool = False) -> Iterator[None]:
        """While the block runs, another engine computes with `threads`.

        `urgent` says that somebody waits for what it makes, and that what the model thinks can wait.
        """
        self._change(threads, urgent)
        try:
            yield
        finally:
            self._change(-threads, -urgent)

    def _change(self, threads: int, urgent: int) -> None:
        with self._lock:
            self._taken += threads
            self._urgent += urgent
            self._llm.threads = max(0 if self._urgent else 1, self._cores - self._taken)
