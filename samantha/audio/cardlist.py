"""PortAudio's list of cards, which is made when PortAudio starts and never changes by itself."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from samantha.audio.cards import DeviceInfo, devices, restart
from samantha.audio.errands import Errands
from samantha.errors import AudioError

log = logging.getLogger(__name__)

RESTARTING = 3.0
"""Seconds that PortAudio may take to start."""

APART = 10.0
"""Seconds between restarts of PortAudio while a stream is open, which each of them interrupts."""


class CardList:
    """What PortAudio has found, and whether it is to look again."""

    def __init__(self, sd: Any, errands: Errands, clock: Callable[[], float]) -> None:
        """`sd` is the sounddevice module; `clock` in seconds."""
        self._sd, self._errands, self._clock = sd, errands, clock
        self._restarted = -APART
        self.stale = False
        """Whether it is to be made anew."""
        self.cards = self._look()

    def renew(self, *, playing: bool, let_go: Callable[[], None]) -> None:
        """Make it anew, if it is stale; `let_go` closes what is open, `playing` says whether anything is."""
        if not self.stale or self._errands.hanging():
            return
        if playing and self._clock() - self._restarted < APART:
            return
        let_go()
        if self._errands.hanging():
            return
        self.stale, self._restarted = False, self._clock()
        try:
            self._errands.run(RESTARTING, lambda: restart(self._sd))
        except (AudioError, TimeoutError) as problem:
            log.warning("%s", problem)
        self.cards = self._look()

    def _look(self) -> list[DeviceInfo]:
        try:
            return devices(self._sd)
        except AudioError as problem:
            log.info("%s", problem)
            return []
