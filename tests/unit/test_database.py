"""What is kept comes back as it was, and nothing that befalls the file loses it silently."""

from __future__ import annotations

import logging
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from samantha.errors import StorageError
from samantha.store.database import Database, KeptTurn
from samantha.store.sqlitefile import SqliteFile

pytestmark = pytest.mark.unit

NOON = datetime(2026, 11, 22, 12, 0, 0, 123_456, timezone(timedelta(hours=5, minutes=45)))
HOUR = timedelta(hours=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def database(folder: Path) -> Iterator[Database]:
    with closing(Database(folder, patience=0.05)) as database:
        yield database


def said(text: str = "Hello.", at: datetime = NOON) -> KeptTurn:
    return KeptTurn("user", text, at)


def files(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def texts(database: Database, conversation: str = "a") -> list[str]:
    return [turn.text for turn in database.recent(conversation, 1000)]


# --- what is kept -----------------------------------------------------------------------------------------


def test_a_turn_comes_back_as_it_was(database: Database) -> None:
    turns = [
        said("Where's my \N{SLICE OF PIZZA}?\nI put it \0 here."),
        KeptTurn("assistant", "I was going to", NOON + timedelta(seconds=3), interrupted=True),
    ]
    first, second = (database.add_turn("a", turn) for turn in turns)
    assert first < second
    database.close()
    assert database.recent("a", 10) == turns
    assert database.recent("a", 10)[0].said_at.utcoffset() == NOON.utcoffset()


def test_half_a_surrogate_pair_does_not_stop_what_follows(database: Database) -> None:
    database.add_turn("a", said("broken \ud83d here"))
    assert texts(database) == ["broken ? here"]


def test_recent_turns_are_the_newest_of_one_conversation_in_order(database: Database) -> None:
    for number in range(6):
        database.add_turn("ab"[number % 2], said(str(number)))
    assert [turn.text for turn in database.recent("a", 2)] == ["2", "4"]
    assert database.recent("c", 2) == []


def test_a_clock_that_is_put_back_does_not_reorder_turns(database: Database) -> None:
    for number, shift in enumerate((0, -HOUR, 2 * HOUR, -300 * HOUR)):
        database.add_turn("a", said(str(number), NOON + (shift or timedelta())))
    assert texts(database) == ["0", "1", "2", "3"]


@pytest.mark.parametrize(
    ("age", "found"),
    [
        (timedelta(minutes=59), "b"),
        (timedelta(minutes=61), None),
        (timedelta(), "b"),
        (-300 * HOUR, "b"),  # said in the future: the clock was put back
    ],
)
def test_the_last_conversation_is_that_of_the_newest_turn_if_it_is_young(
    database: Database, age: timedelta, found: str | None
) -> None:
    database.add_turn("a", said("older, by a clock that was ahead", NOON + 1000 * HOUR))
    database.add_turn("b", said())
    assert database.last_conversation(HOUR, NOON.astimezone(UTC) + age) == found


def test_nothing_is_gone_on_with_if_nothing_is_to_be(database: Database) -> None:
    assert database.last_conversation(HOUR) is None
    database.add_turn("a", said(at=NOON + HOUR))
    assert database.last_conversation(timedelta(), NOON) is None


def test_state_is_kept_until_it_changes(database: Database) -> None:
    assert database.get("muted") is None
    assert database.get("muted", default=False) is False
    database.put("muted", True)
    database.put("mode", {"was": ["ptt", None]})
    database.close()
    assert database.get("muted") is True
    database.put("muted", False)
    assert (database.get("muted"), database.get("mode")) == (False, {"was": ["ptt", None]})


def test_a_turn_hides_its_words(database: Database) -> None:
    assert "Hello" not in repr(said("Hello."))


# --- the file ---------------------------------------------------------------------------------------------


def test_only_the_owner_can_read_any_of_it(folder: Path, database: Database) -> None:
    before = os.umask(0)
    try:
        database.add_turn("a", said())
    finally:
        os.umask(before)
    assert files(folder) == ["samantha.db", "samantha.db-shm", "samantha.db-wal", "samantha.db.lock"]
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_file_that_was_open_to_all_is_closed_to_them(folder: Path, database: Database) -> None:
    database.add_turn("a", said())
    database.close()
    (folder / "samantha.db").chmod(0o644)
    assert texts(database) == ["Hello."]
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}


def test_closing_leaves_one_file(folder: Path, database: Database) -> None:
    database.add_turn("a", said())
    database.close()
    database.close()
    assert files(folder) == ["samantha.db", "samantha.db.lock"]


def test_commits_are_synced_and_written_ahead(folder: Path) -> None:
    file = SqliteFile(folder / "samantha.db", (), 1.0)
    with closing(file), file.use() as connection:
        answers = [
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert answers == ["wal", 2, 1]


def test_an_older_layout_grows_and_keeps_what_is_there(folder: Path) -> None:
    path = folder / "samantha.db"
    one, two = "CREATE TABLE t (x); INSERT INTO t VALUES (1)", "ALTER TABLE t ADD y DEFAULT 2"
    with closing(SqliteFile(path, (one,), 1.0)) as file, file.use() as connection:
        pass
    with closing(SqliteFile(path, (one, two), 1.0)) as file, file.use() as connection:
        assert connection.execute("SELECT x, y FROM t").fetchall() == [(1, 2)]
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)


def test_a_migration_that_breaks_leaves_the_layout_before_it(folder: Path) -> None:
    path = folder / "samantha.db"
    one, broken = "CREATE TABLE t (x)", "INSERT INTO t VALUES (1); CREATE nonsense"
    with (
        closing(SqliteFile(path, (one, broken), 1.0)) as file,
        pytest.raises(sqlite3.OperationalError, match="nonsense"),
        file.use(),
    ):
        pass
    with closing(SqliteFile(path, (one,), 1.0)) as file, file.use() as connection:
        assert connection.execute("SELECT * FROM t").fetchall() == []


def test_a_newer_layout_is_refused_and_left_alone(folder: Path, database: Database) -> None:
    database.add_turn("a", said())
    database.close()
    with closing(sqlite3.connect(folder / "samantha.db")) as raw:
        raw.execute("PRAGMA user_version = 99")
    before = (folder / "samantha.db").read_bytes()
    for _ in range(2):
        with pytest.raises(StorageError, match=r"newer Samantha \(its layout is version 99.*Update Samantha"):
            database.add_turn("a", said())
    assert (folder / "samantha.db").read_bytes() == before


def garbage(path: Path) -> None:
    path.write_bytes(b"not a database at all " * 1000)


def half(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def scribbled(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096:8192] = b"\xa5" * 4096
    path.write_bytes(content)


@pytest.mark.parametrize("damage", [garbage, half, scribbled])
def test_a_damaged_file_is_put_aside_and_said(
    folder: Path, database: Database, damage, caplog: pytest.LogCaptureFixture
) -> None:
    for round_ in ("1", "2"):
        for number in range(20):
            database.add_turn("a", said(f"turn {number} " * 50))
        database.close()
        damage(folder / "samantha.db")
        damaged = (folder / "samantha.db").read_bytes()
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            assert texts(database) == []
        aside = folder / f"samantha.db.damaged-{datetime.now():%Y-%m-%d}-{round_}"
        assert aside.read_bytes() == damaged
        assert aside.stat().st_mode & 0o777 == 0o600
        assert aside.name in caplog.text
        assert "turn 1" not in caplog.text


def test_damage_that_is_met_while_it_runs_is_mended_with_the_next_turn(
    folder: Path, database: Database
) -> None:
    database.add_turn("a", said("before"))
    database.close()
    database.get("muted")
    with closing(Database(folder)) as other:
        other.put("muted", True)  # so that nothing is taken from what was read before
    path = folder / "samantha.db"
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (path.stat().st_size - 4096))
    with pytest.raises(StorageError, match="damaged"):
        database.add_turn("a", said("meanwhile"))
    database.add_turn("a", said("after"))
    assert texts(database) == ["after"]
    assert any("damaged" in name for name in files(folder))


def test_turns_whose_file_was_deleted_are_not_lost_with_it(folder: Path, database: Database) -> None:
    """SQLite would delete a write-ahead log that it finds alone."""
    database.add_turn("a", said("unique words"))
    (folder / "samantha.db").unlink()
    with closing(Database(folder)) as other:
        assert texts(other) == []
    [aside] = folder.glob("*damaged*-wal")
    assert b"unique words" in aside.read_bytes()


@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_file_deleted_while_in_use_is_begun_anew(
    folder: Path, database: Database, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    database.add_turn("a", said("before"))
    if what == "folder":
        shutil.rmtree(folder)
    else:
        for file in folder.glob("samantha.db*"):
            file.unlink()
    database.add_turn("a", said("after"))
    assert "deleted" in caplog.text
    with closing(Database(folder)) as other:
        assert texts(other) == ["after"]


def test_a_folder_that_is_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    with pytest.raises(StorageError, match=r"state.*paths\.state"):
        Database(tmp_path / "state").put("a", 1)


def test_a_lock_is_waited_for_and_then_said(folder: Path, database: Database) -> None:
    database.put("a", 1)
    with closing(sqlite3.connect(folder / "samantha.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StorageError, match="another program has locked it"):
            database.put("a", 2)
        assert database.get("a") == 1
    database.put("a", 3)
    assert database.get("a") == 3


@contextmanager
def files_at_most(size: int) -> Iterator[None]:
    """No file of this process may grow beyond `size`."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def fill(database: Database, size: int = 2000) -> int:
    """Turns that were added until the disk said no."""
    for number in range(1000):
        try:
            database.add_turn("a", said(f"{number} " + "x" * size))
        except StorageError as problem:
            assert "disk" in problem.message  # noqa: PT017 (the next lines count on it too)
            return number
    raise AssertionError("the disk never said no")


def test_a_file_that_may_not_grow_keeps_what_it_has(database: Database) -> None:
    with files_at_most(300_000):
        kept = fill(database)
        assert len(texts(database)) == kept
    database.add_turn("a", said("room again"))
    assert len(texts(database)) == kept + 1


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 300 kB."""
    place = tmp_path / "disk"
    place.mkdir()
    if os.geteuid() or subprocess.call(["mount", "-t", "tmpfs", "-o", "size=300k", "none", place]):
        pytest.skip("only root can mount a small disk")
    yield place
    subprocess.check_call(["umount", place])


def test_a_full_disk_is_said_and_nothing_is_lost(small_disk: Path) -> None:
    with closing(Database(small_disk / "state")) as database:
        kept = fill(database)
        assert len(texts(database)) == kept
        subprocess.check_call(["mount", "-o", "remount,size=1m", small_disk])
        database.add_turn("a", said("room again"))
        assert len(texts(database)) == kept + 1


def test_a_disk_that_was_full_from_the_start_is_used_when_there_is_room(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    with pytest.raises(OSError, match="No space"):
        ballast.write_bytes(b"\0" * 400_000)
    with closing(Database(small_disk / "state")) as database:
        with pytest.raises(StorageError, match=r"full|cannot be used"):
            database.add_turn("a", said())
        ballast.unlink()
        database.add_turn("a", said())
        assert texts(database) == ["Hello."]


@contextmanager
def nobody() -> Iterator[None]:
    """Without the right to write wherever one likes."""
    if root := os.geteuid() == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def test_a_folder_that_may_only_be_read_is_said() -> None:
    home = Path(tempfile.mkdtemp())
    home.chmod(0o555)
    database = Database(home / "state")
    try:
        with nobody(), pytest.raises(StorageError, match=r"Permission denied.*paths\.state"):
            database.add_turn("a", said())
        home.chmod(0o777)
        with nobody(), closing(database):
            database.add_turn("a", said())
            assert texts(database) == ["Hello."]
    finally:
        home.chmod(0o700)
        shutil.rmtree(home)


WRITER = """
import sys
from datetime import datetime, timezone
from pathlib import Path
from samantha.store.database import Database, KeptTurn
database = Database(Path(sys.argv[1]))
for number in range(20):
    database.add_turn(sys.argv[2], KeptTurn("user", str(number), datetime.now(timezone.utc)))
database.close()
"""


def test_two_processes_at_once_lose_nothing(folder: Path, database: Database) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(folder), name]) for name in "ab"]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0]
    for name in "ab":
        assert texts(database, name) == [str(number) for number in range(20)]
