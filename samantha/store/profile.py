"""What she knows from your first meeting: your name, and that you have met. Yours alone to read."""

from __future__ import annotations

import json
import logging
import os
from dataclasses import asdict, dataclass
from pathlib import Path

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Profile:
    """The person she met."""

    name: str = ""
    met: bool = False


def read(folder: Path) -> Profile:
    """The profile in `folder`; a missing or damaged one is a stranger's."""
    path = folder / "profile.json"
    try:
        known = json.loads(path.read_text("utf-8"))
        return Profile(name=str(known["name"]), met=bool(known["met"]))
    except FileNotFoundError:
        return Profile()
    except (OSError, ValueError, KeyError, TypeError) as problem:
        log.warning("%s cannot be read (%s): she will introduce herself again", path, problem)
        return Profile()


def write(folder: Path, profile: Profile) -> None:
    """Keep `profile`; whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = folder / f"profile.json.{os.getpid()}"
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(asdict(profile), file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    new.replace(folder / "profile.json")
