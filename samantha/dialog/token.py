"""One attempt's right to go on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from samantha.errors import Cancelled


class Token:
    """Set once, never cleared, shared with nobody but the threads that work for one attempt.

    Thread-safe. Engines look at `cancelled` between steps; native work that cannot look is stopped by a hook
    that is installed for exactly as long as it runs (`stopping`).
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()  # Ctrl-C may cancel in the middle of `stopping`, on the same thread
        self._cancelled = False
        self._hooks: list[Callable[[], None]] = []

    @property
    def cancelled(self) -> bool:
        return self._cancelled

    def cancel(self) -> None:
        """Ask everyone who works for this attempt to stop; hooks run at once, on the caller's thread."""
        with self._lock:
            if self._cancelled:
                return
            self._cancelled = True
            for hook in self._hooks:
                hook()

    def check(self) -> None:
        """Raise `Cancelled` if the attempt was abandoned."""
        if self._cancelled:
            raise Cancelled

    @contextmanager
    def stopping(self, hook: Callable[[], None]) -> Iterator[None]:
        """While the block runs, `cancel` calls `hook`; if the token is cancelled already, it is called now.

        `hook` must return within a millisecond and must not touch this token.
        """
        with self._lock:
            if self._cancelled:
                hook()
            self._hooks.append(hook)
        try:
            yield
        finally:
            with self._lock:
                self._hooks.remove(hook)
