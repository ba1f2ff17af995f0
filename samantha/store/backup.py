"""The whole file as it is at one moment, elsewhere, through SQLite's own backup; and the way back."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from samantha.errors import StorageError
from samantha.store import sealing
from samantha.store.database import MIGRATIONS
from samantha.store.forgetting import SWITCHES, notify, settle
from samantha.store.outside import reading, writing
from samantha.store.sealing import Vault
from samantha.store.sqlitefile import SqliteFile


@dataclass(frozen=True, slots=True)
class Restored:
    """How many turns and memories there are now, and the file with what was there before, if anything was."""

    turns: int
    memories: int
    aside: Path | None


def backup(file: SqliteFile, target: Path) -> None:
    """Have `file`, as it is at one moment, at `target`; sealed with the same key if it is sealed."""
    with writing(target) as part, file.use() as connection:
        try:
            with closing(sealing.connect(part, file.key, 1.0)) as copy:
                connection.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE").fetchone()
                settle(copy)
        except sealing.errors() as problem:
            raise StorageError(
                f"{target} cannot be written: {problem}.", "Free some space, or choose another place."
            ) from problem


def restore(file: SqliteFile, source: Path, vault: Vault) -> Restored:
    """Have in `file` what the backup `source` holds, in place of what is there, which is put aside.

    Whoever has the file open goes on with what it holds now. Raises StorageError with nothing changed.
    """
    if source.exists() and file.path.exists() and source.samefile(file.path):
        raise StorageError(f"{source} is what she remembers already.", "Name a backup.")
    with _from(source, vault) as rows:
        with file.use() as connection:
            anything = connection.execute("SELECT EXISTS (SELECT 1 FROM turns UNION SELECT 1 FROM memories)")
            aside = file.path.with_name(file.name_aside("before")) if anything.fetchone()[0] else None
        if aside is not None:
            backup(file, aside)
        with file.transaction() as connection:
            connection.execute("PRAGMA defer_foreign_keys = ON")
            kept = ("forgotten", "purge", *SWITCHES)
            marks = ",".join("?" * len(kept))
            connection.execute(f"DELETE FROM state WHERE key NOT IN ({marks})", kept)
            for table in ("steps", "memories", "turns"):
                connection.execute(f"DELETE FROM {table}")
            for table in ("turns", "memories", "steps", "state"):
                columns, content = rows(
                    table, [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
                )
                if columns:
                    connection.executemany(
                        f"INSERT OR IGNORE INTO {table} ({','.join(columns)}) "
                        f"VALUES ({','.join('?' * len(columns))})",
                        (row for row in content if table != "state" or row[0] not in kept),
                    )
            notify(connection)
            turns, memories = (
                int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
                for table in ("turns", "memories")
            )
    return Restored(turns, memories, aside)


Rows = Callable[[str, list[str]], tuple[list[str], Any]]
"""The rows of a table, in those of the columns that it has."""


@contextmanager
def _from(source: Path, vault: Vault) -> Iterator[Rows]:
    """Reads the tables of the backup `source`, of any version up to ours, of which nothing is missing."""
    with reading(source):
        source.open("rb").close()
    key = None
    if sealing.kind(source) == "sealed":
        key = vault.key(lambda: False)
        if not sealing.fits(source, key):
            raise StorageError(f"{source} is encrypted with another key than your keyring has.")
    no_backup = StorageError(
        f"{source} is not a backup of what she remembers, or it is damaged.",
        "Name a .db file that `samantha memory export` has written.",
    )
    if sealing.kind(source) == "neither":
        raise no_backup
    with closing(sealing.connect(source, key, 1.0)) as connection:

        def rows(table: str, wanted: list[str]) -> tuple[list[str], Any]:
            there = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
            columns = [column for column in wanted if column in there]
            return columns, connection.execute(f"SELECT {','.join(columns)} FROM {table}") if columns else ()

        try:
            [verdict] = connection.execute("PRAGMA quick_check(1)").fetchone()
            [version] = connection.execute("PRAGMA user_version").fetchone()
            whole = verdict == "ok" and bool(rows("turns", ["text"])[0])
        except sealing.errors() as problem:
            raise no_backup from problem
        if version > len(MIGRATIONS):
            raise StorageError(f"{source} was written by a newer Samantha.", "Update Samantha.")
        if not (whole and version):
            raise no_backup
        try:
            yield rows
        except sqlite3.IntegrityError as problem:
            raise no_backup from problem
