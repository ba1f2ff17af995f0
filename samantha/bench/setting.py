"""What every part of the bench in a room is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from samantha.assistant import Parts
from samantha.config import Config


@dataclass(frozen=True, slots=True)
class Setting:
    """`parts` are the real engines, loaded once, but for the mind, which is scripted; `people` is a folder of
    recordings with a ``manifest.csv``, or None; `full` asks for all of the conditions instead of a few; `tell`
    is given a few words on how far it is. The same seed gives the same sounds.
    """

    config: Config
    parts: Parts
    seed: int
    full: bool
    people: Path | None
    tell: Callable[[str], None]
