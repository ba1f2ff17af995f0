"""Files in places that her person names, which may be anywhere and in any state."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from samantha.errors import StorageError
from samantha.store.files import sync_file


@contextmanager
def writing(target: Path) -> Iterator[Path]:
    """An empty private file that becomes `target` when it is written, whole or not at all."""
    part = target.with_name(f".{target.name}.part")
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        yield part
        sync_file(part)
        part.replace(target)
    except OSError as problem:
        raise StorageError(
            f"{target} cannot be written: {problem.strerror or problem}.",
            "Free some space, or choose another place.",
        ) from problem
    finally:
        for more in ("", "-journal", "-wal", "-shm"):
            part.with_name(f"{part.name}{more}").unlink(missing_ok=True)


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what the disk says of reading `path` into a StorageError."""
    try:
        yield
    except FileNotFoundError:
        raise StorageError(f"There is no file {path}.", "Check the path.") from None
    except OSError as problem:
        raise StorageError(f"{path} cannot be read: {problem.strerror}.", "Check the path.") from problem
