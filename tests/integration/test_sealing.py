"""Without the key nobody reads the file, and no way there or back loses a word."""

from __future__ import annotations

import os
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import keyring
import keyring.backends.fail
import keyring.backends.null
import pytest
from keychain import Keychain

from samantha.errors import StorageError
from samantha.store import forgetting, vault
from samantha.store.database import MIGRATIONS, Database, KeptTurn
from samantha.store.memories import Memories, Remembered
from samantha.store.sealing import convert, fits, kind
from samantha.store.vault import Vault

pytest.importorskip("sqlcipher3")
pytestmark = pytest.mark.integration

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
WORDS = "My sister Ruth plays the bassoon."


@pytest.fixture(autouse=True)
def keychain(tmp_path: Path) -> Iterator[Keychain]:
    chain = Keychain(tmp_path / "keychain.json")
    keyring.set_keyring(chain)
    yield chain
    keyring.set_keyring(keyring.backends.fail.Keyring())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state"


def opened(folder: Path, *, sealed: bool) -> Database:
    return Database(folder, patience=0.05, vault=Vault(wanted=sealed, pause=0))


def tell(folder: Path, *, sealed: bool) -> None:
    with closing(opened(folder, sealed=sealed)) as database:
        database.add_turn("a", KeptTurn("user", WORDS, NOW))
        Memories(database.file).add(Remembered(kind="said", text=WORDS, at=NOW, turn=1), b"\1\2\3")
        assert bool(readable(folder)) != sealed


def readable(folder: Path) -> list[str]:
    """Files in `folder` that anybody can read her person's words in."""
    return sorted(file.name for file in folder.iterdir() if b"bassoon" in file.read_bytes())


def known(folder: Path, *, sealed: bool) -> None:
    """All of it comes back; asked twice at once, as a journal and a memory do, and again after a restart."""
    for _ in range(2):
        with (
            closing(opened(folder, sealed=sealed)) as first,
            closing(opened(folder, sealed=sealed)) as second,
        ):
            for database in (first, second):
                assert [turn.text for turn in database.recent("a", 10)] == [WORDS]
                memories = Memories(database.file)
                assert memories.vectors() == [(1, b"\1\2\3")]
                assert len(memories.matching("sisters", 9)) == 1
            assert bool(readable(folder)) != sealed
        assert kind(folder / "samantha.db") == ("sealed" if sealed else "plain")
        assert sorted(file.name for file in folder.iterdir()) == ["samantha.db", "samantha.db.lock"]


def refused(folder: Path, *, sealed: bool, because: str) -> None:
    """One sentence, each time, and not a byte of the file is changed."""
    before = (folder / "samantha.db").read_bytes()
    with closing(opened(folder, sealed=sealed)) as database:
        for _ in range(2):
            with pytest.raises(StorageError, match=because):
                database.add_turn("a", KeptTurn("user", "More.", NOW))
    assert (folder / "samantha.db").read_bytes() == before
    assert not list(folder.glob("*damaged*"))


def test_nobody_reads_a_sealed_file_open_or_closed(folder: Path) -> None:
    tell(folder, sealed=True)
    assert readable(folder) == []
    known(folder, sealed=True)
    with closing(sqlite3.connect(folder / "samantha.db")) as curious, pytest.raises(sqlite3.DatabaseError):
        curious.execute("SELECT * FROM turns")
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}


def test_a_plain_file_needs_no_keyring(folder: Path, keychain: Keychain) -> None:
    tell(folder, sealed=False)
    known(folder, sealed=False)
    assert keychain.asked == 0


def test_a_plain_file_is_taken_over_and_given_back(folder: Path) -> None:
    for sealed in (False, True, False, True):
        if not (folder / "samantha.db").exists():
            tell(folder, sealed=sealed)
        known(folder, sealed=sealed)


def test_files_put_aside_that_stay_plain_are_named(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    tell(folder, sealed=False)
    (folder / "samantha.db.damaged-2026-01-01-1").write_text("bassoon")
    with closing(opened(folder, sealed=True)) as database:
        database.get("muted")
    assert "samantha.db.damaged-2026-01-01-1" in caplog.text


def test_what_is_only_in_the_write_ahead_log_is_taken_over_too(folder: Path, tmp_path: Path) -> None:
    with closing(opened(tmp_path / "running", sealed=False)) as database:
        database.add_turn("a", KeptTurn("user", WORDS, NOW))
        Memories(database.file).add(Remembered(kind="said", text=WORDS, at=NOW, turn=1), b"\1\2\3")
        folder.mkdir()
        for name in ("samantha.db", "samantha.db-wal"):
            (folder / name).write_bytes((tmp_path / "running" / name).read_bytes())
    assert readable(folder) == ["samantha.db-wal"]
    known(folder, sealed=True)


def test_an_older_layout_is_taken_over(folder: Path) -> None:
    folder.mkdir()
    with closing(sqlite3.connect(folder / "samantha.db", isolation_level=None)) as old:
        old.executescript(f"{MIGRATIONS[0]}; PRAGMA user_version = 1")
        old.execute("INSERT INTO turns VALUES (7, 'a', 'user', ?, 0, 1, 0)", (WORDS,))
    with closing(opened(folder, sealed=True)) as database:
        assert [turn.id for turn in Memories(database.file).turns_at(0, 10)] == [7]
        assert database.add_turn("a", KeptTurn("user", "More.", NOW)) == 8
    assert readable(folder) == []


KILLED = """
import os, sys
from pathlib import Path
from samantha.store.database import Database
from samantha.store.vault import Vault
folder, event, sealed = Path(sys.argv[1]), sys.argv[2], sys.argv[3] == "sealed"
def watch(name, about):
    if name == event and (name != "open" or str(about[0]) == sys.argv[1]):
        os.kill(os.getpid(), 9)
sys.addaudithook(watch)
Database(folder, vault=Vault(wanted=sealed)).get("muted")
"""


@pytest.mark.parametrize("to", ["sealed", "plain"])
@pytest.mark.parametrize(
    "moment", ["os.rename", "open"]
)  # before it takes the place of the old one, and after
def test_a_kill_leaves_the_one_or_the_other(folder: Path, tmp_path: Path, moment: str, to: str) -> None:
    tell(folder, sealed=to == "plain")
    where = {"PYTHON_KEYRING_BACKEND": "keychain.Keychain", "KEYCHAIN": str(tmp_path / "keychain.json")}
    known(folder, sealed=to == "plain")
    command = [sys.executable, "-c", KILLED, str(folder), moment, to]
    paths = os.pathsep.join([str(Path(__file__).parents[1]), *filter(None, sys.path)])
    environ = os.environ | where | {"PYTHONPATH": paths}
    assert subprocess.run(command, env=environ, check=False).returncode == -9
    assert kind(folder / "samantha.db") == (
        "plain" if (moment == "os.rename") == (to == "sealed") else "sealed"
    )
    known(folder, sealed=to == "sealed")


def test_what_a_kill_left_half_made_is_deleted(folder: Path) -> None:
    tell(folder, sealed=False)
    for name in ("samantha.db.new", "samantha.db.new-journal"):
        (folder / name).write_text("bassoon")
    known(folder, sealed=True)


@pytest.mark.parametrize("sealed", [True, False])
def test_a_disk_without_room_for_both_keeps_the_old_one(folder: Path, sealed: bool) -> None:
    tell(folder, sealed=not sealed)
    size = (folder / "samantha.db").stat().st_size
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size - 4096, before[1]))
    try:
        with closing(opened(folder, sealed=sealed)) as database:
            for _ in range(2):
                with pytest.raises(
                    StorageError, match=r"samantha\.db cannot be used: (the disk is full|its disk)"
                ):
                    database.get("muted")
        assert sorted(file.name for file in folder.iterdir()) == ["samantha.db", "samantha.db.lock"]
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    known(folder, sealed=sealed)


HOLDING = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
print(connection.execute("SELECT count(*) FROM turns").fetchone(), flush=True)
sys.stdin.read()
"""


def test_it_waits_for_who_has_the_plain_file_open(folder: Path) -> None:
    tell(folder, sealed=False)
    path = folder / "samantha.db"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with closing(opened(folder, sealed=True)) as database:
            with pytest.raises(StorageError, match="another program has locked it"):
                database.get("muted")
            other.communicate()
            assert database.recent("a", 1)[0].text == WORDS
    known(folder, sealed=True)


@pytest.mark.parametrize("sealed", [True, False])
def test_without_its_key_a_sealed_file_is_left_alone(
    folder: Path, keychain: Keychain, monkeypatch: pytest.MonkeyPatch, sealed: bool
) -> None:
    tell(folder, sealed=True)
    keychain.locked = True
    refused(folder, sealed=sealed, because="is locked.*Unlock it")
    keychain.locked = False
    key = keychain.get_password(vault.SERVICE, vault.ENTRY)
    assert key is not None
    keychain.delete_password(vault.SERVICE, vault.ENTRY)
    refused(folder, sealed=sealed, because="the keyring has no key for it")
    keychain.set_password(vault.SERVICE, vault.ENTRY, "00" * 32)
    refused(folder, sealed=sealed, because="another key than your keyring has")
    keychain.set_password(vault.SERVICE, vault.ENTRY, "a password")
    refused(folder, sealed=sealed, because="no key of hers")
    keyring.set_keyring(keyring.backends.fail.Keyring())
    refused(folder, sealed=sealed, because="no keyring that could keep the key")
    keyring.set_keyring(keychain)
    keychain.set_password(vault.SERVICE, vault.ENTRY, key)
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "keyring", None)
        refused(folder, sealed=sealed, because="package.*missing.*pip install")
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "sqlcipher3.dbapi2", None)
        refused(folder, sealed=sealed, because="package.*missing.*pip install")
    known(folder, sealed=sealed)


def test_a_file_nobody_gave_a_key_for_says_so(folder: Path) -> None:
    tell(folder, sealed=True)
    with (
        closing(Database(folder)) as database,
        pytest.raises(StorageError, match=r"encrypted.*memory\.encrypted"),
    ):
        database.get("muted")
    known(folder, sealed=True)


def test_nothing_is_sealed_with_a_key_that_is_not_kept(folder: Path) -> None:
    tell(folder, sealed=False)
    keyring.set_keyring(keyring.backends.null.Keyring())
    refused(folder, sealed=True, because="does not keep the key")
    known(folder, sealed=False)


def test_a_locked_keyring_is_not_asked_for_each_word(folder: Path, keychain: Keychain) -> None:
    keychain.locked = True
    with closing(Database(folder, vault=Vault(wanted=True))) as database:
        for _ in range(5):
            with pytest.raises(StorageError, match="locked"):
                database.get("muted")
    assert keychain.asked == 1


def scribbled(content: bytearray) -> None:
    content[4096:8192] = b"\xa5" * 4096


def half(content: bytearray) -> None:
    del content[len(content) // 2 :]


def beheaded(content: bytearray) -> None:
    content[:4096] = b"\xa5" * 4096


@pytest.mark.parametrize("was", [True, False])
@pytest.mark.parametrize("damage", [scribbled, half, beheaded])
def test_a_damaged_file_is_put_aside(folder: Path, damage, was: bool) -> None:  # type: ignore[no-untyped-def]
    tell(folder, sealed=was)
    content = bytearray((folder / "samantha.db").read_bytes())
    damage(content)
    (folder / "samantha.db").write_bytes(content)
    with closing(opened(folder, sealed=True)) as database:
        assert database.recent("a", 1) == []
        database.add_turn("a", KeptTurn("user", WORDS, NOW))
    [aside] = folder.glob("*damaged*")
    assert aside.read_bytes() == content
    assert kind(folder / "samantha.db") == "sealed"


def test_forgetting_works_in_a_sealed_file(folder: Path) -> None:
    tell(folder, sealed=True)
    with closing(opened(folder, sealed=True)) as database:
        gone = forgetting.forget(database.file, turns=[1])
        assert (gone.turns, gone.purged) == ((WORDS,), True)
        size = (folder / "samantha.db").stat().st_size
    with closing(opened(folder, sealed=False)) as database:
        assert database.recent("a", 1) == []
    assert readable(folder) == []
    assert size


def test_callers_know_one_kind_of_exception(folder: Path) -> None:
    tell(folder, sealed=True)
    with (
        closing(opened(folder, sealed=True)) as database,
        pytest.raises(sqlite3.OperationalError, match="unterminated string"),
    ):
        Memories(database.file).matching('"', 1)


def test_the_key_is_told_by_the_file(folder: Path, keychain: Keychain) -> None:
    tell(folder, sealed=True)
    key = bytes.fromhex(keychain.get_password(vault.SERVICE, vault.ENTRY) or "")
    path = folder / "samantha.db"
    assert fits(path, key)
    assert not fits(path, b"\0" * 32)
    other = bytes(reversed(key))
    convert(path, key, other, 1.0)
    assert fits(path, other)
    assert readable(folder) == []
