"""One SQLite file that is private to its owner, whole, and of a known layout, or a sentence that says why not."""

from __future__ import annotations

import itertools
import logging
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from samantha.errors import StorageError
from samantha.store import sealing
from samantha.store.lock import exclusive

log = logging.getLogger(__name__)

ELSEWHERE = "Choose another folder: set SAMANTHA_PATHS__STATE, or paths.state in your config.yaml."

_FAULTS = {
    sqlite3.SQLITE_FULL: ("the disk is full", "Free some space; what is there is kept."),
    sqlite3.SQLITE_READONLY: ("it may only be read", ELSEWHERE),
    sqlite3.SQLITE_PERM: ("you may not", ELSEWHERE),
    sqlite3.SQLITE_CANTOPEN: ("it cannot be opened", ELSEWHERE),
    sqlite3.SQLITE_IOERR: ("its disk does not take it", "See whether the disk is full or failing."),
    sqlite3.SQLITE_BUSY: ("another program has locked it", "End the program that has it open."),
    sqlite3.SQLITE_PROTOCOL: ("another program has locked it", "End the program that has it open."),
    sqlite3.SQLITE_CORRUPT: ("it is damaged", "It is put aside, and a new one is begun."),
    sqlite3.SQLITE_NOTADB: ("it is damaged", "It is put aside, and a new one is begun."),
}
_PASSING = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_FULL}
"""After these the file that is open is as good as before."""


class SqliteFile:
    """A database at `path`, laid out by `migrations`: script n makes version n of version n - 1.

    Written ahead (WAL) and synced at every commit: what was committed survives a kill at any instruction and a
    power cut. It is opened by the first use, and anew after a fault or when the file was deleted, so that a
    disk that was full for a while costs no restart. A damaged file is put aside, with a warning in the log, and
    never overwritten; one of a newer version is refused, and so is a sealed one whose key is not there. What is
    deleted is overwritten. With a `vault` the file is sealed, or unsealed, as that wants it, when it is opened.
    Uses come from any thread, one at a time, and wait at most `patience` seconds for another process.

    `settle` is called with each new connection; what it raises because of a full disk, or of another process, is
    no reason not to use the file.
    """

    def __init__(
        self,
        path: Path,
        migrations: Sequence[str],
        patience: float,
        *,
        vault: sealing.Vault | None = None,
        settle: Callable[[sqlite3.Connection], object] | None = None,
    ) -> None:
        self.path = path
        self.key: bytes | None = None
        """What the file was opened with last; None: it is plain."""
        self.openings = 0
        """How often it was opened: after one of them it may be another file."""
        self._migrations = migrations
        self._patience = patience
        self._vault = vault
        self._settle = settle
        self._connection: sqlite3.Connection | None = None
        self._opened: tuple[int, int] | None = None

    def close(self) -> None:
        """Have everything in the one file, and let go of it; may be called twice."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()  # the last one to close checkpoints

    @contextmanager
    def use(self) -> Iterator[sqlite3.Connection]:
        """A connection on which each statement is a transaction, unless one is begun.

        Raises StorageError if the disk refuses, the file is of a newer version, or another process holds it.
        """
        try:
            if self._connection is not None and self._identity() != self._opened:
                log.warning("%s was deleted or replaced while in use; it is begun anew", self.path)
                self.close()
            if self._connection is None:
                self._connection = self._open()
                self._opened = self._identity()
                self.openings += 1
                self._settle_down(self._connection)
            yield self._connection
        except sealing.errors() as problem:
            fault = _fault(problem)
            if fault not in _FAULTS:
                if isinstance(problem, sqlite3.Error):
                    raise
                raise _as_sqlite3(problem) from problem
            if fault not in _PASSING:
                self.close()
            reason, hint = _FAULTS[fault]
            raise StorageError(f"{self.path} cannot be used: {reason}.", hint) from problem
        except OSError as problem:
            self.close()
            raise StorageError(
                f"{problem.filename or self.path} cannot be used: {problem.strerror or problem}.", ELSEWHERE
            ) from problem

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """As `use`, with all that is done in one transaction, which is undone by whatever is raised."""
        with self.use() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def aside(self) -> list[Path]:
        """Files that were put aside as damaged, or before others were restored, by name."""
        return sorted(
            found
            for kind in ("damaged", "before")
            for found in self.path.parent.glob(f"{self.path.name}.{kind}-*")
        )

    def name_aside(self, kind: str) -> str:
        """A name for what is put aside today, as "damaged" or "before" another was restored, that is free."""
        folder, stem = self.path.parent, f"{self.path.name}.{kind}-{datetime.now():%Y-%m-%d}"
        return next(f"{stem}-{n}" for n in itertools.count(1) if not any(folder.glob(f"{stem}-{n}*")))

    def _settle_down(self, connection: sqlite3.Connection) -> None:
        try:
            if self._settle is not None:
                self._settle(connection)
        except sealing.errors() as problem:
            if _fault(problem) not in _PASSING:
                raise
            log.warning("%s: what was forgotten waits to be wiped from the disk (%s)", self.path, problem)

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = self.path.with_name(f"{self.path.name}.lock")
        _private(lock)
        with exclusive(lock, lambda: None):  # of two processes one looks for damage and migrates
            sealing.discard(self.path)
            self.key = sealing.wanted_key(self.path, self._vault)
            try:
                return self._connect()
            except sealing.errors() as problem:
                if _fault(problem) not in sealing.DAMAGE:
                    raise
                if not sealing.adapted(self.path, self.key, self._vault, self._patience):
                    self._put_aside(problem)
                elif self.key is not None and (plain := self.aside()):
                    names = ", ".join(file.name for file in plain)
                    log.warning("put aside once, and not encrypted: %s; delete what you do not need", names)
                return self._connect()

    def _connect(self) -> sqlite3.Connection:
        file, ahead, *others = self._files()
        if ahead.exists() and ahead.stat().st_size and not (file.exists() and file.stat().st_size):
            raise sealing.damage(f"only {ahead.name} is left of it")  # SQLite would delete that
        _private(file)
        for companion in (ahead, *others):
            if companion.exists():
                _private(companion)
        connection = sealing.connect(file, self.key, self._patience)
        with ExitStack() as unless_whole:
            unless_whole.callback(connection.close)
            [verdict] = connection.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                raise sealing.damage(verdict)
            connection.execute("PRAGMA journal_mode = WAL").fetchone()
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA secure_delete = ON").fetchone()
            self._migrate(connection)
            unless_whole.pop_all()
        return connection

    def _migrate(self, connection: sqlite3.Connection) -> None:
        [version] = connection.execute("PRAGMA user_version").fetchone()
        if version > len(self._migrations):
            raise StorageError(
                f"{self.path} was written by a newer Samantha (its layout is version {version}, this one knows "
                f"{len(self._migrations)}).",
                f"Update Samantha. {ELSEWHERE}",
            )
        for number, script in enumerate(self._migrations[version:], version + 1):
            connection.executescript(f"BEGIN IMMEDIATE; {script}; PRAGMA user_version = {number}; COMMIT;")

    def _put_aside(self, damage: Exception) -> None:
        name = self.name_aside("damaged")
        for file in self._files():
            with suppress(FileNotFoundError):
                file.rename(file.with_name(file.name.replace(self.path.name, name)))
        log.warning("%s is damaged (%s): it is now %s, and a new one is begun", self.path, damage, name)

    def _files(self) -> list[Path]:
        """The file, its write-ahead log, the index of that, and the journal that makes a new file."""
        return [self.path.with_name(f"{self.path.name}{more}") for more in ("", "-wal", "-shm", "-journal")]

    def _identity(self) -> tuple[int, int] | None:
        """Which file the path leads to; SQLite would go on writing to one that was deleted."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return None
        return found.st_dev, found.st_ino


def _private(file: Path) -> None:
    """Let only the owner read `file`, which is made if it is not there.

    One that is there is not opened: to close it would drop the locks that this process has on it.
    """
    try:
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        if file.stat().st_mode & 0o077:
            file.chmod(0o600)


def _as_sqlite3(problem: Exception) -> sqlite3.Error:
    """The same exception of the standard library, which is all that callers know."""
    kind: type[sqlite3.Error] = getattr(sqlite3, type(problem).__name__)
    return kind(*problem.args)


def _fault(problem: Exception) -> int:
    """SQLite's primary result code; 0 for what did not come from SQLite itself."""
    return getattr(problem, "sqlite_errorcode", 0) & 0xFF
