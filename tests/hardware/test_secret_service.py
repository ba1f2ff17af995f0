"""The key of what she remembers in a real keyring: GNOME's, on a bus of its own, with nobody to ask for a password."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("keyring")
pytest.importorskip("sqlcipher3")

pytestmark = [
    pytest.mark.hardware,
    pytest.mark.skipif(
        not all(map(shutil.which, ("dbus-run-session", "gnome-keyring-daemon"))),
        reason="a keyring is missing: apt-get install -y gnome-keyring dbus",
    ),
]

LIFE = """
import json, subprocess, sys
import secretstorage
from keyring.backends import SecretService

def samantha(*words):
    done = subprocess.run([sys.executable, "-m", "samantha", "memory", *words], capture_output=True, text=True)
    return [done.returncode, done.stdout, done.stderr]

subprocess.run(
    ["gnome-keyring-daemon", "--unlock", "--components=secrets"], input=b"a password", check=True, capture_output=True
)
taken = samantha("import", sys.argv[1])
known = samantha("list")
collection = secretstorage.get_default_collection(secretstorage.dbus_init())
collection.lock()
locked = samantha("list")
print(json.dumps([taken, known, locked]))
"""

WORDS = "My sister Ruth plays the bassoon."


def test_the_key_is_kept_by_the_desktop_and_a_locked_keyring_keeps_it_to_itself(tmp_path: Path) -> None:
    state = tmp_path / "state"
    export = tmp_path / "export.json"
    export.write_text(
        json.dumps(
            {"memories": [{"id": 1, "kind": "fact", "text": WORDS, "at": "2026-11-22T12:00:00+01:00"}]}
        )
    )
    places = {
        name: str(tmp_path / folder)
        for name, folder in {"HOME": "home", "XDG_DATA_HOME": "data", "XDG_RUNTIME_DIR": "run"}.items()
    }
    for place in places.values():
        Path(place).mkdir(mode=0o700)
    settings = {"SAMANTHA_MEMORY__ENCRYPTED": "true", "SAMANTHA_PATHS__STATE": str(state)}
    done = subprocess.run(
        ["dbus-run-session", "--", sys.executable, "-c", LIFE, str(export)],
        env=os.environ | places | settings,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    taken, known, locked = json.loads(done.stdout)
    assert taken[:2] == [0, "New: 1 memory and 0 turns.\n"], taken
    assert WORDS in known[1], known
    assert (locked[0], locked[1]) == (1, "")
    assert "locked" in locked[2]
    assert [file.name for file in state.iterdir() if b"bassoon" in file.read_bytes()] == []
    assert (state / "samantha.db").read_bytes().startswith(b"Samantha")
