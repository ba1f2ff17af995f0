"""Prompt prefixes already worked through, kept on disk: a start takes milliseconds instead of seconds.

llama.cpp trusts what it is given as a state and may abort the process, so each file carries its own length
and checksum and is handed over only whole. One that is not right is deleted, and the prefix computed again.
"""

from __future__ import annotations

import hashlib
import logging
import os
import struct
import tempfile
from collections.abc import Sequence
from pathlib import Path

from samantha.errors import StorageError

log = logging.getLogger(__name__)

_MAGIC = b"SAMPFX01"
_HEADER = struct.Struct("<8s32s32sQ")  # magic, key, SHA-256 of the state, its length
_KEPT = 3
_SUFFIX = ".prefix"
_PART = ".part"
_ABANDONED = 3600.0  # seconds; nobody writes one state for that long


class PrefixStore:
    """States of prompt prefixes in `folder`, each under the digest of everything it depends on.

    `identity` names the model, the library and the settings that shape a state.
    """

    def __init__(self, folder: Path, identity: Sequence[object]) -> None:
        self._folder = folder
        self._identity = repr(tuple(identity)).encode()

    def load(self, tokens: Sequence[int]) -> bytes | None:
        """The state after `tokens`, or None if there is none that can be trusted."""
        key = self._key(tokens)
        path = self._path(key)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as problem:
            log.info("the prefix state %s cannot be read: %s", path, problem.strerror)
            return None
        state = _trusted(content, key)
        if state is None:
            log.info("the prefix state %s is damaged: it is computed again", path)
            self.forget(tokens)
            return None
        try:
            os.utime(path)  # the newest ones are kept
        except OSError as problem:
            log.debug("the prefix state %s keeps its old date: %s", path, problem.strerror)
        return state

    def save(self, tokens: Sequence[int], state: bytes) -> None:
        """Keep `state` as what comes after `tokens`; older states make room.

        Raises StorageError if it cannot be written; what was there before is untouched then.
        """
        key = self._key(tokens)
        header = _HEADER.pack(_MAGIC, key, hashlib.sha256(state).digest(), len(state))
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            # mkstemp gives the file to its owner alone: 0600.
            handle, name = tempfile.mkstemp(dir=self._folder, suffix=_PART)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(header)
                    file.write(state)
                    file.flush()
                    os.fsync(file.fileno())
                Path(name).replace(self._path(key))
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
            self._prune()
        except OSError as problem:
            raise StorageError(
                f"Her prompt's state cannot be kept in {self._folder}: {problem.strerror or problem}.",
                "Make room there, check its permissions, or name another folder in paths.state.",
            ) from None

    def forget(self, tokens: Sequence[int]) -> None:
        """Delete the state after `tokens`."""
        try:
            self._path(self._key(tokens)).unlink(missing_ok=True)
        except OSError as problem:
            log.info("a useless prefix state stays in %s: %s", self._folder, problem.strerror)

    def _key(self, tokens: Sequence[int]) -> bytes:
        text = b"".join((self._identity, b"\0", struct.pack(f"<{len(tokens)}i", *tokens)))
        return hashlib.sha256(text).digest()

    def _path(self, key: bytes) -> Path:
        return self._folder / (key.hex()[:32] + _SUFFIX)

    def _prune(self) -> None:
        """Keep the newest few, and nothing that an earlier run left half written."""
        ages = {path: path.stat().st_mtime for path in self._folder.iterdir()}
        by_age = sorted((path for path in ages if path.suffix == _SUFFIX), key=ages.__getitem__, reverse=True)
        newest = ages[by_age[0]] if by_age else 0.0
        left = [path for path in ages if path.suffix == _PART and newest - ages[path] > _ABANDONED]
        for path in (*by_age[_KEPT:], *left):
            path.unlink(missing_ok=True)


def _trusted(content: bytes, key: bytes) -> bytes | None:
    """The state in a file's `content` if it is whole and belongs to `key`."""
    if len(content) < _HEADER.size:
        return None
    magic, written_for, digest, length = _HEADER.unpack_from(content)
    state = content[_HEADER.size :]
    whole = magic == _MAGIC and written_for == key and len(state) == length
    return state if whole and hashlib.sha256(state).digest() == digest else None


def common(held: Sequence[int], wanted: Sequence[int]) -> int:
    """How many tokens `held` and `wanted` have in common from the start."""
    for i, (a, b) in enumerate(zip(held, wanted, strict=False)):
        if a != b:
            return i
    return min(len(held), len(wanted))
