"""What is kept on disk, and for whose eyes."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from samantha.audio.pcm import silence
from samantha.commands.keep import EventFile, Recording
from samantha.errors import StorageError
from samantha.events import Heard
from samantha.store import profile

pytestmark = pytest.mark.scenario

POSIX = pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")


def test_a_profile_is_read_as_it_was_written(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    profile.write(folder, profile.Profile("Zoë", met=True))
    assert profile.read(folder) == profile.Profile("Zoë", met=True)
    assert [path.name for path in folder.iterdir()] == ["profile.json"]


@pytest.mark.parametrize("damaged", [b"", b"{", b"[]", b'{"name": "x"}', b"\xff\xfe"])
def test_a_damaged_profile_is_a_strangers(tmp_path: Path, damaged: bytes) -> None:
    (tmp_path / "profile.json").write_bytes(damaged)
    assert profile.read(tmp_path) == profile.Profile()


@POSIX
def test_only_the_owner_may_read(tmp_path: Path) -> None:
    (tmp_path / "open.jsonl").write_text("old")
    (tmp_path / "open.jsonl").chmod(0o644)
    log = EventFile(tmp_path / "open.jsonl", lambda: None)
    log.on(Heard(at=1, text="private"))
    log.close()
    recording = Recording(tmp_path / "recording", lambda: None)
    recording.tap(silence(320), silence(480))
    recording.close()
    profile.write(tmp_path / "state", profile.Profile("Theo", met=True))
    files = [
        tmp_path / "open.jsonl",
        *(tmp_path / "recording").iterdir(),
        tmp_path / "state" / "profile.json",
    ]
    assert {oct(path.stat().st_mode & 0o777) for path in files} == {"0o600"}
    assert {oct((tmp_path / name).stat().st_mode & 0o777) for name in ("recording", "state")} == {"0o700"}


def test_every_line_is_written_through(tmp_path: Path) -> None:
    log = EventFile(tmp_path / "events.jsonl", lambda: None)
    log.on(Heard(at=1, text="one"))
    log.on(Heard(at=2, text="two"))
    assert [json.loads(line)["text"] for line in (tmp_path / "events.jsonl").read_text().splitlines()] == [
        "one",
        "two",
    ]
    log.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_disk_stops_the_conversation_once_and_says_why() -> None:
    stopped: list[bool] = []
    log = EventFile(Path("/dev/full"), lambda: stopped.append(True))
    log.on(Heard(at=1, text="one"))
    log.on(Heard(at=2, text="two"))
    log.close()
    assert stopped == [True]
    assert "/dev/full" in str(log.problem)


def test_a_recording_is_never_overwritten(tmp_path: Path) -> None:
    Recording(tmp_path / "kept", lambda: None).close()
    with pytest.raises(StorageError, match="holds a recording already"):
        Recording(tmp_path / "kept", lambda: None)
