"""A desktop's keyring, as the package `keyring` knows them, that a test can lock, empty and take away."""

from __future__ import annotations

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked


class Keychain(KeyringBackend):
    """Keeps what it is given in a file, which `KEYCHAIN` names for another process."""

    priority = 0.1  # never chosen by itself

    def __init__(self, file: Path | None = None) -> None:
        super().__init__()
        self._named = file
        self.locked = False
        self.asked = 0

    @property
    def _file(self) -> Path:
        return self._named or Path(os.environ["KEYCHAIN"])

    def _entries(self) -> dict[str, str]:
        self.asked += 1
        if self.locked:
            raise KeyringLocked("not now")
        return json.loads(self._file.read_text()) if self._file.exists() else {}

    def get_password(self, service: str, username: str) -> str | None:
        return self._entries().get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._file.write_text(json.dumps(self._entries() | {f"{service}/{username}": password}))

    def delete_password(self, service: str, username: str) -> None:
        entries = self._entries()
        del entries[f"{service}/{username}"]
        self._file.write_text(json.dumps(entries))
