"""Where a source works while it fetches, and how it says that it cannot."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from samantha.store.files import digest, size_of
from samantha.store.recipe import File


class Unavailable(Exception):  # noqa: N818 (the next source is tried)
    """A source that cannot give its files now. The message is a few words for a list of reasons."""


@dataclass(frozen=True, slots=True)
class Bench:
    """Where a fetch works, all below the store's own folder so that a rename is enough at the end.

    `parts` keeps archives that are whole and verified, for the next attempt; `scratch` is emptied before
    each. `patience` is seconds a server may keep silent; None leaves it to pip's and the hub's settings.
    `progress` is called a few times a second, from another thread, with the bytes that are there.
    """

    parts: Path
    scratch: Path
    patience: float | None = None
    progress: Callable[[int], None] = lambda _: None

    @contextmanager
    def watching(self, folder: Path, before: int = 0) -> Iterator[None]:
        """Report `before` plus whatever lies under `folder` as progress, until the block ends."""
        over = threading.Event()

        def report() -> None:
            while not over.wait(0.2):
                self.progress(before + size_of(folder))

        thread = threading.Thread(target=report, name="progress", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


def is_right(path: Path, file: File) -> bool:
    """Whether `path` is there and is `file`, hashed; False while its checksum is not known."""
    if file.sha256 is None or not path.is_file():
        return False
    return file.bytes in {None, path.stat().st_size} and digest(path) == file.sha256
