"""The key that what she remembers is encrypted with, in the keeping of the desktop's own keyring."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from samantha.errors import StorageError
from samantha.store.sealing import INSTALL, KEY_BYTES

if TYPE_CHECKING:
    from samantha.config import Config

log = logging.getLogger(__name__)

SERVICE, ENTRY = "samantha", "memory"
"""Under what the keyring has it; one for all folders of a user, as hexadecimal digits."""


class Vault:
    """Whether the file is `wanted` sealed, and the key. Nothing is imported or asked before a key is needed.

    A refusal stands for `pause` seconds: a locked keyring asks its person for a password each time.
    """

    def __init__(self, *, wanted: bool, pause: float = 30.0) -> None:
        self.wanted = wanted
        self._pause = pause
        self._key: bytes | None = None
        self._refused: tuple[float, StorageError] | None = None

    def key(self, make: Callable[[], bool]) -> bytes:
        """The key; if there is none and `make()` allows it, a new one.

        Raises StorageError if the keyring does not give it.
        """
        if self._refused is not None and time.monotonic() - self._refused[0] < self._pause:
            raise self._refused[1]
        if self._key is None:
            try:
                self._key = _ask(make)
            except StorageError as problem:
                self._refused = (time.monotonic(), problem)
                raise
        self._refused = None
        return self._key


def of(config: Config) -> Vault:
    """The vault that the settings ask for."""
    return Vault(wanted=config.memory.encrypted)


def _ask(make: Callable[[], bool]) -> bytes:
    try:
        import keyring
        import keyring.errors
    except ImportError as problem:
        raise StorageError(
            "What she remembers is to be encrypted, or is, and the package that asks the keyring is missing.",
            f"Install it where she is installed: {INSTALL}",
        ) from problem
    try:
        making = False
        kept = keyring.get_password(SERVICE, ENTRY)
        if kept is None and (making := make()):
            keyring.set_password(SERVICE, ENTRY, secrets.token_hex(KEY_BYTES))
            kept = keyring.get_password(SERVICE, ENTRY)  # what it really keeps, also if two asked at once
            log.info("a key for what she remembers is in the keyring now, as %s/%s", SERVICE, ENTRY)
    except keyring.errors.NoKeyringError as problem:
        raise StorageError(
            "There is no keyring that could keep the key of what she remembers.",
            "Start one (GNOME Keyring, KWallet, KeePassXC), or set memory.encrypted: false if it is not encrypted yet.",
        ) from problem
    except keyring.errors.KeyringLocked as problem:
        raise StorageError(
            "The keyring with the key of what she remembers is locked.",
            "Unlock it, for example by logging in to your desktop.",
        ) from problem
    except Exception as problem:
        raise StorageError(
            f"The keyring with the key of what she remembers cannot be asked ({type(problem).__name__}).",
            "See whether it runs and is unlocked.",
        ) from problem
    if kept is None and making:
        raise StorageError(
            "The keyring does not keep the key of what she remembers that it was given.",
            "Choose another keyring, or set memory.encrypted: false.",
        )
    if kept is None:
        raise StorageError(
            f"What she remembers is encrypted, and the keyring has no key for it ({SERVICE}/{ENTRY}).",
            "Bring back the keyring that has it: without it nobody can read the file, which is left as it is.",
        )
    try:
        key = bytes.fromhex(kept)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise StorageError(
            f"What the keyring has as {SERVICE}/{ENTRY} is no key of hers.",
            "Bring back the entry that was there; what she remembers is left as it is.",
        )
    return key
