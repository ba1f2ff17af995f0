"""A database file that is encrypted, and the way from a plain one to that and back.

SQLCipher encrypts page by page and leaves the first 16 bytes of a file, its salt, in the clear. With a random key
the salt need not be random: ours says that the file is Samantha's, and tells one key from another. So a file
whose key is not there is never taken for a damaged one.
"""

from __future__ import annotations

import hmac
import importlib
import logging
import os
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Literal, Protocol

from samantha.errors import StorageError
from samantha.store.files import sync_file, sync_folder

log = logging.getLogger(__name__)

KEY_BYTES = 32

INSTALL = "pip install 'sqlcipher3>=0.6.4,<0.7' 'keyring>=25.6'."
"""What a person types to have the packages of the extra `encryption`."""

Kind = Literal["plain", "sealed", "neither"]

DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}

_PLAIN = b"SQLite format 3\0"
_SEALED = b"Samantha"


class Vault(Protocol):
    """Whether a file is to be sealed, and the key: see store/vault.py."""

    wanted: bool

    def key(self, make: Callable[[], bool]) -> bytes:
        """The key; if there is none and `make()` allows it, a new one. Raises StorageError."""


def engine() -> Any:
    """SQLCipher's module, which is like `sqlite3` but for its exceptions. Raises StorageError if it is missing."""
    try:
        return importlib.import_module("sqlcipher3.dbapi2")
    except ImportError as problem:
        raise StorageError(
            "What she remembers is to be encrypted, or is, and the package for that is missing.",
            f"Install it where she is installed: {INSTALL}",
        ) from problem


def errors() -> tuple[type[Exception], ...]:
    """What either engine raises; the one that encrypts has classes of its own, once it is used."""
    sealed: Any = sys.modules.get("sqlcipher3.dbapi2")
    return (sqlite3.Error, sealed.Error) if sealed is not None else (sqlite3.Error,)


def kind(path: Path) -> Kind:
    """What `path` is by its first bytes; "neither" is one that is damaged, empty or not there.

    Not to be asked while this process uses the file: to close it would drop the locks on it.
    """
    head = _head(path)
    if head == _PLAIN:
        return "plain"
    return "sealed" if head.startswith(_SEALED) else "neither"


def fits(path: Path, key: bytes) -> bool:
    """Whether `path`, a sealed file, is sealed with `key`; not to be asked either while it is in use."""
    return _head(path) == _salt(key)


def connect(path: Path | str, key: bytes | None, patience: float) -> sqlite3.Connection:
    """A connection to `path`, on which each statement is a transaction, unless one is begun. No `key`: plain."""
    module: Any = sqlite3 if key is None else engine()
    connection: sqlite3.Connection = module.connect(
        path, timeout=patience, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA temp_store = MEMORY")  # no words in the system's folder for such files
    if key is not None:
        connection.execute("PRAGMA cipher_log_level = NONE")  # it would write to standard error
        connection.execute(f'PRAGMA key = "{_secret(key)}"')
    return connection


def wanted_key(path: Path, vault: Vault | None) -> bytes | None:
    """The key that `path` should be sealed with; None: it should be plain. Raises StorageError."""
    if vault is None or not vault.wanted:
        return None
    engine()
    return vault.key(lambda: kind(path) != "sealed")


def adapted(path: Path, key: bytes | None, vault: Vault | None, patience: float) -> bool:
    """Whether `path`, which cannot be opened with `key`, was whole in the other form, and is in that one now.

    Nobody in this process has it open, then. Raises StorageError if it is sealed and its key is not there, and
    what the engine raises if it cannot be converted just now.
    """
    found = kind(path)
    if found == "neither" or (found == "plain" and key is None):
        return False
    old = None
    if found == "sealed":
        if vault is None:
            raise StorageError(f"{path} cannot be used: it is encrypted.", "Set memory.encrypted: true.")
        engine()
        old = vault.key(lambda: False)
        if not fits(path, old):
            raise StorageError(
                f"{path} cannot be used: it is encrypted with another key than your keyring has.",
                "Bring back the keyring that has it; the file is left as it is.",
            )
        if old == key:
            return False
    try:
        convert(path, old, key, patience)
    except errors() as problem:
        if getattr(problem, "sqlite_errorcode", 0) & 0xFF in DAMAGE:
            return False
        raise
    log.info("%s is %s now", path, "plain" if key is None else "encrypted")
    return True


def convert(path: Path, old: bytes | None, new: bytes | None, patience: float) -> None:
    """Have `path`, sealed with `old`, be sealed with `new` (None: plain): a kill leaves the one or the other.

    Nothing of the old file is left in the folder. Raises what the engine raises: SQLITE_BUSY if another process
    has the file open, SQLITE_CORRUPT or SQLITE_NOTADB if it is damaged.
    """
    made = fresh(path)
    try:
        _export(path, old, made, new, patience)
        sync_file(made)
        made.replace(path)
    finally:
        discard(path)
    sync_folder(path.parent)


def _export(path: Path, old: bytes | None, made: Path, new: bytes | None, patience: float) -> None:
    """Write what `path` holds to the empty file `made`."""
    module = engine()
    with closing(module.connect(path, timeout=patience, isolation_level=None)) as connection:
        connection.execute("PRAGMA cipher_log_level = NONE")
        if old is not None:
            connection.execute(f'PRAGMA key = "{_secret(old)}"')
        [verdict] = connection.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise damage(verdict)
        # Only who is alone can leave WAL: from here on nobody writes what the new file would lack, and there is no
        # write-ahead log that it would be taken to have.
        [mode] = connection.execute("PRAGMA journal_mode = DELETE").fetchone()
        if mode != "delete":
            raise _error("another connection keeps it in WAL", sqlite3.SQLITE_BUSY)
        [version] = connection.execute("PRAGMA user_version").fetchone()
        connection.execute(f'ATTACH ? AS made KEY "{"" if new is None else _secret(new)}"', (str(made),))
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("SELECT sqlcipher_export('made')")
        connection.execute(f"PRAGMA made.user_version = {version}")
        connection.execute("COMMIT")
        connection.execute("DETACH made")


def fresh(path: Path) -> Path:
    """An empty private file beside `path`, for what will take its place; one that a kill left is emptied."""
    made = path.with_name(f"{path.name}.new")
    discard(path)
    os.close(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    return made


def discard(path: Path) -> None:
    """Delete what a kill left half made beside `path`."""
    for more in ("", "-wal", "-shm", "-journal"):
        path.with_name(f"{path.name}.new{more}").unlink(missing_ok=True)


def damage(found: str) -> sqlite3.DatabaseError:
    """The exception of a file that is damaged, as `found` says."""
    return _error(found, sqlite3.SQLITE_CORRUPT)


def _error(found: str, code: int) -> sqlite3.DatabaseError:
    problem = sqlite3.DatabaseError(found)
    problem.sqlite_errorcode = code
    return problem


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(16)
    except FileNotFoundError:
        return b""


def _salt(key: bytes) -> bytes:
    return _SEALED + hmac.digest(key, b"which key", "sha256")[:8]


def _secret(key: bytes) -> str:
    assert len(key) == KEY_BYTES
    return f"x'{key.hex()}{_salt(key).hex()}'"
