"""Manners towards the rest of the desktop, by D-Bus: who plays gives way, what needs attention is shown, a
locked screen closes the microphone. Each is a setting; on a machine without D-Bus nothing happens."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from samantha.config import Desktop as Settings
from samantha.events import Event
from samantha.service.desktop.exchange import Exchange, Way

if TYPE_CHECKING:
    from samantha.service.desktop.bus import Bus
    from samantha.service.desktop.lockscreen import LockMute
    from samantha.service.desktop.notices import Notices
    from samantha.service.desktop.players import Players

log = logging.getLogger(__name__)

STOP_S = 1.5
"""How long players may take to be given back when she stops."""


class Desktop:
    """Lives on the event loop of the conversation and hears its events; never raises and never waits there.

    `mute` closes the microphone (True) and opens it again; it should not be kept across restarts, for the
    screen is asked anew at each start. `ledger` is a file in which what was paused is noted, so that a
    killed process gives it back when it starts again.

    With `media: pause`, speech makes players quieter at once, and they pause when it is plain that she is
    meant: the talk key, words that she heard, her own answer. With `duck` they only become quieter.
    """

    def __init__(
        self, settings: Settings, mute: Callable[[bool], None], *, ledger: Path | None = None
    ) -> None:
        self._settings = settings
        self._mute = mute
        self._ledger = ledger
        self._exchange = Exchange()
        self._timer: asyncio.TimerHandle | None = None
        self._buses: list[Bus] = []
        self._players: Players | None = None
        self._notices: Notices | None = None
        self._lock: LockMute | None = None

    async def start(self) -> None:
        """Join the buses that the settings need, in the background."""
        wanted = self._settings
        if not (wanted.notifications or wanted.lock_mutes or wanted.media != "off"):
            return
        if sys.platform != "linux":
            log.warning("media, notifications and the lock of the screen are heeded on Linux only")
            return
        from samantha.service.desktop.bus import Bus
        from samantha.service.desktop.lockscreen import SAVERS, LockMute, Logind, Saver
        from samantha.service.desktop.notices import Notices
        from samantha.service.desktop.players import Players

        session = Bus("session")
        self._buses.append(session)
        if wanted.media != "off":
            self._players = Players(session, self._ledger)
            session.add(self._players)
        if wanted.notifications:
            self._notices = Notices(session)
            session.add(self._notices)
        if wanted.lock_mutes:
            self._lock = lock = LockMute(self._mute)
            for name in SAVERS:
                session.add(Saver(session, name, partial(lock.tell, name)))
            system = Bus("system")
            system.add(Logind(system, partial(lock.tell, "logind")))
            self._buses.append(system)
        for bus in self._buses:
            bus.start()

    async def stop(self) -> None:
        """Give back what was paused and leave, within two seconds. The microphone stays as it is."""
        self._cancel()
        if self._players is not None:
            await self._players.release(STOP_S)
        if self._notices is not None:
            await self._notices.stop()
        for bus in self._buses:
            await bus.stop()
        self._buses.clear()

    def on(self, event: Event) -> None:
        """The next thing that happened."""
        if self._lock is not None:
            self._lock.on(event)
        if self._notices is not None:
            self._notices.on(event)
        if self._players is not None:
            self._exchange.on(event)
            self._give_way()

    def _give_way(self) -> None:
        assert self._players is not None
        most = Way.STILL if self._settings.media == "pause" else Way.SOFT
        self._players.want(min(self._exchange.way, most))
        self._cancel()
        if (lasts := self._exchange.lasts_s) is not None:
            self._timer = asyncio.get_running_loop().call_later(lasts, self._over)

    def _over(self) -> None:
        self._exchange.end()
        self._give_way()

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
