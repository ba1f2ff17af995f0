"""What she knows from your first meeting: your name, and that you have met. Yours alone to read."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass
from pathlib import Path

from samantha.store.files import write_private

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
    write_private(folder / "profile.json", json.dumps(asdict(profile), ensure_ascii=False))
