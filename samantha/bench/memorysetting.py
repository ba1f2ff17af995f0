"""What every part of the bench of her memory is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from samantha.config import Config

if TYPE_CHECKING:
    from samantha.bench.companion import Companion


class Clock:
    """The time of a story: it stands still until somebody moves it."""

    def __init__(self, at: datetime) -> None:
        """`at` has a time zone."""
        assert at.utcoffset() is not None, "a time needs a time zone"
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def forward(self, by: timedelta) -> None:
        """Let `by` pass."""
        self.at += by


@dataclass(frozen=True, slots=True)
class MemorySetting:
    """`folder` is new and empty, this part's own; in `config` it is her state folder, and nothing of the person's
    own is touched. `full` asks for all of it instead of a short version; `tell` is given a few words on how far
    it is. The same seed asks the same. `companion` opens a talk by text with the real mind, which is loaded at
    the first call and shared by all parts: with what she remembers in a folder, at the time of a clock, with a
    person of some name; see `Companion`. It raises ModelError.
    """

    config: Config
    seed: int
    full: bool
    tell: Callable[[str], None]
    folder: Path
    companion: Callable[[Path, Clock, str], Companion]
