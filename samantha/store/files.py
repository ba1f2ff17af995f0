"""Files that must survive a power cut, and a disk that says no."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from samantha.errors import StorageError

CHUNK = 1 << 20


def digest(path: Path) -> str:
    """The SHA-256 of a file, as 64 hexadecimal digits. Raises OSError if it cannot be read."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_file(path: Path) -> None:
    """Have the content of `path` on the disk."""
    with path.open("r+b") as file:  # Windows flushes only what may be written
        os.fsync(file.fileno())


def write_private(path: Path, text: str) -> None:
    """Have `text` at `path`, whole or not at all, for its owner alone (0600, its folder 0700 if it is made)."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def sync_folder(folder: Path) -> None:
    """Have the names in `folder` on the disk; where a system cannot (Windows), nothing."""
    try:
        handle = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    except PermissionError:  # Windows opens no folders
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Turn a full or read-only disk into a StorageError that names `folder` and what to do."""
    try:
        yield
    except OSError as problem:
        if (sentence := complaint(problem, folder)) is None:
            raise
        raise sentence from problem


def complaint(problem: OSError, folder: Path) -> StorageError | None:
    """What `problem` means for a person who wants something written to `folder`; None: something else."""
    match problem.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return StorageError(f"The disk of {folder} is full.", "Free some space; what is there is kept.")
        case errno.EFBIG:
            return StorageError(f"The disk of {folder} does not take files this large.", MOVE)
        case errno.EROFS:
            return StorageError(f"{folder} is on a read-only disk.", MOVE)
        case errno.EACCES | errno.EPERM:
            return StorageError(f"You may not write to {folder}.", MOVE)
        case errno.EEXIST | errno.ENOTDIR:
            return StorageError(f"{problem.filename or folder} is a file where a folder should be.", MOVE)
        case _:
            return None


MOVE = "Choose another folder: set SAMANTHA_PATHS__MODELS, or paths.models in your config.yaml."


def size_of(folder: Path) -> int:
    """Bytes of all files under `folder`, which may change meanwhile."""
    total = 0
    for base, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(base) / name).lstat().st_size
            except OSError:
                continue  # gone since it was listed
    return total
