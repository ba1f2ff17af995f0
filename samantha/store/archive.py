"""Taking data files out of archives and joining their parts. Archives are read, never unpacked or run."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from samantha.store.files import CHUNK
from samantha.store.recipe import File

Member = Callable[[], BinaryIO]


@contextmanager
def opened(archives: Iterable[Path]) -> Iterator[Callable[[str], Member]]:
    """A function from a member's path to what opens it, over several wheels, .tgz files and folders.

    `archive.npz!array` is that array of a numpy archive as raw little-endian float32, `archive.zip!member` that
    file of a zip. A member that none of them has raises ValueError when it is asked for, and so does an archive
    that is none.
    """
    with ExitStack() as stack:
        places: list[Callable[[str], Member | None]] = []
        for path in archives:
            try:
                places.append(_place(path, stack))
            except (zipfile.BadZipFile, tarfile.TarError) as problem:
                raise ValueError(f"{path.name} is not an archive: {problem}") from problem

        def member(name: str) -> Member:
            outer, _, inner = name.partition("!")
            for place in places:
                if (found := place(outer)) is not None:
                    return (lambda: _inner(found(), outer, inner)) if inner else found
            raise ValueError(f"no archive has {outer}")

        yield member


def join(members: Iterable[Member], target: Path, file: File) -> None:
    """Write the members, one after the other, as `target`, which is there only once it is right and on disk.

    Raises ValueError if size or checksum are not those of `file`.
    """
    sha = hashlib.sha256()
    size = 0
    part = target.with_name(target.name + ".part")
    with part.open("wb") as output:
        for member in members:
            with member() as piece:
                while chunk := piece.read(CHUNK):
                    output.write(chunk)
                    sha.update(chunk)
                    size += len(chunk)
        output.flush()
        os.fsync(output.fileno())
    if size != (file.bytes if file.bytes is not None else size):
        part.unlink()
        raise ValueError(f"{file.name} has {size} bytes instead of {file.bytes}")
    if file.sha256 is not None and sha.hexdigest() != file.sha256:
        part.unlink()
        raise ValueError(f"{file.name} has another checksum than it should have")
    part.replace(target)


def _place(path: Path, stack: ExitStack) -> Callable[[str], Member | None]:
    if path.is_dir():
        return lambda name: (lambda: (path / name).open("rb")) if (path / name).is_file() else None
    if path.suffix == ".tgz":
        tar = stack.enter_context(tarfile.open(path, "r:gz"))  # noqa: SIM115 (the stack closes it)
        files = {info.name: info for info in tar.getmembers() if info.isfile()}
        return lambda name: (
            (lambda: cast("BinaryIO", tar.extractfile(files[name]))) if name in files else None
        )
    wheel = stack.enter_context(zipfile.ZipFile(path))
    names = set(wheel.namelist())
    return lambda name: (lambda: cast("BinaryIO", wheel.open(name))) if name in names else None


def _inner(archive: BinaryIO, outer: str, name: str) -> BinaryIO:
    return _array(archive, name) if outer.endswith(".npz") else _member(archive, name)


def _array(archive: BinaryIO, name: str) -> BinaryIO:
    import numpy as np

    with archive, np.load(io.BytesIO(archive.read()), allow_pickle=False) as arrays:
        if name not in arrays:
            raise ValueError(f"the numpy archive has no array {name}")
        return io.BytesIO(arrays[name].astype("<f4").tobytes())


def _member(archive: BinaryIO, name: str) -> BinaryIO:
    with archive, zipfile.ZipFile(archive) as files:
        if name not in files.namelist():
            raise ValueError(f"the zip has no file {name}")
        return io.BytesIO(files.read(name))
