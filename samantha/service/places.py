"""Where a running Samantha is found: her socket, her token, her lock, her log."""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from samantha.errors import SamanthaError

if TYPE_CHECKING:  # it takes longer to import than a press of the talk key may
    from samantha.config import Config

APP_ID = "org.samantha.Samantha"
"""By which a desktop knows her: the name of her desktop entry."""


def runtime_folder() -> Path:
    """The per-user folder that lasts as long as the login.

    Without a login it lies among everybody's temporary files. Raises SamanthaError where another user was there
    first: he would hear what is asked of her.
    """
    try:
        with warnings.catch_warnings(action="ignore"):  # that there is no login is nothing to be warned of
            folder = platformdirs.user_runtime_path("samantha")
    except PermissionError as problem:
        raise _foreign(str(problem).partition(";")[0]) from None
    if sys.platform != "win32":
        for place, owners in ((folder, {os.getuid()}), (folder.parent, {os.getuid(), 0})):
            if os.path.lexists(place) and place.lstat().st_uid not in owners:
                raise _foreign(f"{place} belongs to another user")
    return folder


def _foreign(why: str) -> SamanthaError:
    return SamanthaError(
        "runtime",
        f"There is no safe place for her socket: {why}.",
        "Log in as yourself, not by `su` or `sudo`, or set XDG_RUNTIME_DIR to a folder of yours.",
    )


def socket() -> Path:
    """The Unix socket of the API."""
    return runtime_folder() / "api.sock"


def token_file(config: Config) -> Path:
    """The token that TCP asks for."""
    return config.state_folder / "api-token"


def lock(config: Config) -> Path:
    """Held by the one that is running; its process id stands in it."""
    return config.state_folder / "daemon.lock"


def log_file() -> Path:
    """What the service writes down where there is no journal."""
    return platformdirs.user_log_path("samantha") / "daemon.log"


def private_folder(folder: Path) -> Path:
    """`folder`, made if need be, for its owner alone."""
    for missing in reversed([place for place in (folder, *folder.parents) if not place.exists()]):
        missing.mkdir(exist_ok=True, mode=0o700)  # also where her state folder is one of the parents
    if sys.platform != "win32" and folder.stat().st_uid == os.getuid():
        folder.chmod(0o700)
    return folder
