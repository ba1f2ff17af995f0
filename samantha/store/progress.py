"""A download as a person sees it: bars in a terminal, a line now and then elsewhere. On standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from samantha.store.pull import Show

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_EVERY = 10.0
"""Seconds between two lines of the same download."""


@contextmanager
def watched() -> Iterator[Show]:
    """What `pull` shows its progress on, until the block ends."""
    if not sys.stderr.isatty():
        yield Lines()
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn()
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as progress:
        yield Bars(progress)


class Bars:
    """One bar for each model."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def say(self, text: str) -> None:
        """A line above the bars."""
        self._progress.console.print(text, highlight=False, markup=False)

    def advance(self, label: str, done: int, total: int) -> None:
        """Move the bar of `label`."""
        if label not in self._tasks:
            self._tasks[label] = self._progress.add_task(label, total=None)
        known = total if total >= done else None
        self._progress.update(self._tasks[label], completed=done, total=known)


class Lines:
    """For a log: every line whole, none too often."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def say(self, text: str) -> None:
        """A line."""
        print(text, file=sys.stderr, flush=True)
        self._last = time.monotonic()

    def advance(self, label: str, done: int, total: int) -> None:
        """A line, if the last one is some time ago."""
        if time.monotonic() - self._last < _EVERY:
            return
        share = f" of {total / 1e6:.0f} MB, {100 * done // total} %" if total >= done > 0 else " MB"
        self.say(f"{label}: {done / 1e6:.0f}{share}")
