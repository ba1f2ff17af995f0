"""Who may use how many cores: the one place that decides.

On two cores, engines that run side by side with two threads each bring one another nearly to a halt (16
tokens a second become 0.3); with one thread each they lose little. So the language model has all cores
while it works alone, and leaves one as soon as another engine works.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Threaded(Protocol):
    """An engine whose number of threads can be changed while it works."""

    threads: int


class Cores:
    """Shares the cores that the language model has at first between it and everyone else. Thread-safe."""

    def __init__(self, llm: Threaded) -> None:
        self._llm = llm
        self._cores = llm.threads
        self._lock = threading.Lock()
        self._others = 0

    @contextmanager
    def shared(self) -> Iterator[None]:
        """While the block runs, another engine needs a core."""
        self._change(+1)
        try:
            yield
        finally:
            self._change(-1)

    def _change(self, by: int) -> None:
        with self._lock:
            self._others += by
            self._llm.threads = max(1, self._cores - self._others)
