"""What a GGUF model file says of itself, read before llama.cpp maps it.

llama.cpp checks little: a file that was cut off is mapped all the same and the process dies of SIGBUS on the
first token. So the header is read here, every length is checked against the file, and what is wrong becomes a
sentence. Format: ggml-org/ggml, docs/gguf.md.
"""

from __future__ import annotations

import errno
import mmap
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from samantha.errors import ModelError

_MAGIC = b"GGUF"
_MOST_ENTRIES = 1_000_000
_MOST_DIMENSIONS = 4
_STRING, _ARRAY = 8, 9
_SCALARS = {
    0: "<B",
    1: "<b",
    2: "<H",
    3: "<h",
    4: "<I",
    5: "<i",
    6: "<f",
    7: "<?",
    10: "<Q",
    11: "<q",
    12: "<d",
}
_LONGEST_KEPT_ARRAY = 4096  # longer ones are vocabularies

BLOCKS = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 9: (32, 36),
    10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292),
    16: (256, 66), 17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110),
    22: (256, 82), 23: (256, 136), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8),
    29: (256, 56), 30: (1, 2), 34: (256, 54), 35: (256, 66), 39: (32, 17),
}  # fmt: skip
"""ggml's tensor types: elements and bytes of one block. Newer types are missing: they are not checked."""


class _Cut(Exception):  # noqa: N818 (a signal within this file)
    """The file ends, or stops making sense, in the middle of its header."""


@dataclass(frozen=True, slots=True)
class Gguf:
    """The header of a model file."""

    path: Path
    size: int
    """Of the file, in bytes."""
    metadata: dict[str, Any]
    """Without the long arrays (vocabulary, merges)."""
    weights: int
    """Bytes of all tensors."""

    @property
    def architecture(self) -> str:
        return str(self.metadata.get("general.architecture", ""))

    @property
    def name(self) -> str:
        return str(self.metadata.get("general.name") or self.path.stem)

    @property
    def trained_context(self) -> int:
        """Tokens the model was trained to look back on; 0 if the file does not say."""
        return _whole(self._own("context_length"))

    def cache_bytes(self, context: int) -> int:
        """Memory of the key-value cache for `context` tokens in half precision; 0 if unknown."""
        layers = _whole(self._own("block_count"))
        heads = _whole(self._own("attention.head_count"))
        if not layers or not heads:
            return 0
        width = _whole(self._own("embedding_length")) // heads
        key = _whole(self._own("attention.key_length")) or width
        value = _whole(self._own("attention.value_length")) or width
        shared = self._own("attention.head_count_kv")
        cached = sum(map(_whole, shared)) if isinstance(shared, list) else layers * (_whole(shared) or heads)
        return 2 * context * cached * (key + value)

    def _own(self, key: str) -> Any:
        return self.metadata.get(f"{self.architecture}.{key}")


def _whole(value: Any) -> int:
    return (
        value
        if isinstance(value, int)
        else max(map(_whole, value), default=0)
        if isinstance(value, list)
        else 0
    )


def read(path: Path) -> Gguf:
    """The header of the model file `path`.

    Raises ModelError if it is missing, unreadable, not GGUF, of an unknown version, or shorter than its own
    list of tensors says.
    """
    again = "Fetch it again with `samantha models pull`, or name another file in llm.model."
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            if size == 0:
                raise ModelError(f"The model file {path} is empty.", again)
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
                return _parse(path, size, view, again)
    except FileNotFoundError:
        raise ModelError(
            f"There is no model file {path}.",
            "See `samantha models list` for what can be had, and fetch one with `samantha models pull`.",
        ) from None
    except IsADirectoryError:
        raise ModelError(
            f"{path} is a folder, not a model file.", "Name a .gguf file in llm.model."
        ) from None
    except OSError as problem:
        if problem.errno == errno.ENOMEM:
            raise MemoryError from problem
        raise ModelError(
            f"The model file {path} cannot be read: {problem.strerror or problem}.", "Check its permissions."
        ) from None


def _parse(path: Path, size: int, view: mmap.mmap, again: str) -> Gguf:
    if view[:4] != _MAGIC:
        raise ModelError(
            f"{path} is not a GGUF model file: it does not begin with GGUF.",
            "Name a .gguf file in llm.model; `samantha models list` shows what can be had.",
        )
    reader = _Reader(view, size)
    try:
        version = reader.number("<I")
        if version not in (2, 3):
            other = "big-endian" if version & 0xFFFF == 0 else f"of version {version}"
            raise ModelError(f"{path} is a GGUF file {other}, which is not supported.", again)
        tensors, entries = reader.count(), reader.count()
        metadata = {}
        for _ in range(entries):
            key = reader.text()
            value = reader.value(reader.number("<I"))
            if value is not None:
                metadata[key] = value
        ends = [reader.tensor() for _ in range(tensors)]
    except _Cut:
        raise ModelError(
            f"The model file {path} is damaged or was cut off: its header is incomplete.", again
        ) from None
    alignment = _whole(metadata.get("general.alignment")) or 32
    start = -(-reader.at // alignment) * alignment
    weights = max(ends, default=0)
    if start + weights > size:
        raise ModelError(
            f"The model file {path} is cut off: it has {size / 1e6:.0f} of {(start + weights) / 1e6:.0f} MB.",
            again,
        )
    return Gguf(path, size, metadata, weights)


class _Reader:
    """Walks through the header; raises _Cut where it does not hold what it announced."""

    def __init__(self, view: mmap.mmap, size: int) -> None:
        self._view = view
        self._size = size
        self.at = len(_MAGIC)

    def number(self, form: str) -> Any:
        try:
            (value,) = struct.unpack_from(form, self._view, self.at)
        except struct.error:
            raise _Cut from None
        self.at += struct.calcsize(form)
        return value

    def count(self) -> int:
        value = int(self.number("<Q"))
        if value > _MOST_ENTRIES:
            raise _Cut
        return value

    def text(self) -> str:
        length = int(self.number("<Q"))
        begin = self.at
        self._skip(length)
        return self._view[begin : self.at].decode("utf-8", "replace")

    def value(self, kind: int) -> Any:
        """A metadata value; None for a list too long to be of interest here."""
        if kind == _STRING:
            return self.text()
        if kind == _ARRAY:
            return self._array(int(self.number("<I")), int(self.number("<Q")))
        if kind not in _SCALARS:
            raise _Cut
        return self.number(_SCALARS[kind])

    def tensor(self) -> int:
        """Where the next tensor ends, in bytes from the start of the data."""
        self.text()
        dimensions = int(self.number("<I"))
        if dimensions > _MOST_DIMENSIONS:
            raise _Cut
        elements = 1
        for _ in range(dimensions):
            elements *= int(self.number("<Q"))
        kind, offset = int(self.number("<I")), int(self.number("<Q"))
        in_block, bytes_of_block = BLOCKS.get(kind, (1, 0))
        return offset + elements // in_block * bytes_of_block

    def _array(self, kind: int, length: int) -> list[Any] | None:
        if length > self._size:
            raise _Cut
        if length <= _LONGEST_KEPT_ARRAY:
            return [self.value(kind) for _ in range(length)]
        if kind in _SCALARS:
            self._skip(length * struct.calcsize(_SCALARS[kind]))
        elif kind == _STRING:
            self._skip_texts(length)
        else:
            raise _Cut
        return None

    def _skip(self, length: int) -> None:
        if self.at + length > self._size:
            raise _Cut
        self.at += length

    def _skip_texts(self, number: int) -> None:
        # A vocabulary has hundreds of thousands: as tight as Python gets, 40 ms for 300,000.
        unpack, view, at = struct.Struct("<Q").unpack_from, self._view, self.at
        try:
            for _ in range(number):
                at += 8 + unpack(view, at)[0]
        except (struct.error, OverflowError):
            raise _Cut from None
        self.at = at
        self._skip(0)
