"""A locked screen closes the microphone: logind and the desktop's screen saver say when it is."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from samantha.events import Event, ListeningChanged
from samantha.service.desktop.bus import PROPERTIES, Bus, BusError, Signal

log = logging.getLogger(__name__)

LOGIND = "org.freedesktop.login1"
SESSION = "org.freedesktop.login1.Session"
SESSIONS = "/org/freedesktop/login1/session"
MYSELF = "/org/freedesktop/login1/user/self"

SAVERS = {
    "org.freedesktop.ScreenSaver": "/org/freedesktop/ScreenSaver",
    "org.gnome.ScreenSaver": "/org/gnome/ScreenSaver",
}


class LockMute:
    """Closes the microphone while the screen is locked; opens it again only if it was this that closed it."""

    def __init__(self, mute: Callable[[bool], None]) -> None:
        self._mute = mute
        self._said: dict[str, bool] = {}
        self._locked = False
        self._ours = False
        self._muted = False

    def on(self, event: Event) -> None:
        """The next thing that happened: who opens the microphone while the screen is locked has his way."""
        if isinstance(event, ListeningChanged):
            self._muted = event.muted
            self._ours = self._ours and event.muted

    def tell(self, who: str, locked: bool) -> None:
        """What `who` says of the screen; it is locked as long as anybody says so."""
        self._said[who] = locked
        before, self._locked = self._locked, any(self._said.values())
        if self._locked and not before and not self._muted:
            self._ours = True
            self._mute(True)
        elif before and not self._locked and self._ours:
            self._ours = False
            self._mute(False)


class Logind:
    """The person's graphical session on the system bus; `locked` is told what becomes of its lock.

    `Lock` and `Unlock` are what the session is asked to do, `LockedHint` what the desktop says it has done.
    A user's service belongs to no session, so the session is the one that the person's desktop runs in.
    """

    rules = (
        f"sender='{LOGIND}',interface='{SESSION}',path_namespace='{SESSIONS}'",
        f"sender='{LOGIND}',interface='{PROPERTIES}',member='PropertiesChanged',path_namespace='{SESSIONS}'",
    )

    def __init__(self, bus: Bus, locked: Callable[[bool], None]) -> None:
        self._bus = bus
        self._locked = locked
        self._mine = ""
        self._tasks: set[asyncio.Task[None]] = set()

    async def joined(self) -> None:
        await self._find()
        self._locked(bool(self._mine and await self._bus.get(LOGIND, self._mine, SESSION, "LockedHint")))

    def signal(self, signal: Signal) -> None:
        match signal.name, signal.body:
            case "org.freedesktop.login1.Session.Lock", _:
                self._said(signal.path, True)
            case "org.freedesktop.login1.Session.Unlock", _:
                self._said(signal.path, False)
            case _, [str(), {"LockedHint": bool(locked)}, *_]:
                self._said(signal.path, locked)
            case _:
                pass

    def _said(self, session: str, locked: bool) -> None:
        """Others may be logged in on this machine: only the person's own session counts."""
        if session == self._mine:
            self._locked(locked)
        else:
            task = asyncio.create_task(self._perhaps(session, locked))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _perhaps(self, session: str, locked: bool) -> None:
        """The person may have logged in anew."""
        try:
            await self._find()
        except BusError as problem:
            log.info("whose screen was locked is not known: %s", problem)
        if session == self._mine:
            self._locked(locked)

    async def _find(self) -> None:
        name, path = await self._bus.get(LOGIND, MYSELF, f"{LOGIND}.User", "Display")
        self._mine = path if name else ""


class Saver:
    """A desktop's screen saver on the session bus, by the freedesktop's interface or GNOME's."""

    def __init__(self, bus: Bus, interface: str, locked: Callable[[bool], None]) -> None:
        self.rules = (f"sender='{interface}',interface='{interface}',member='ActiveChanged'",)
        self._bus = bus
        self._interface = interface
        self._locked = locked

    async def joined(self) -> None:
        there = await self._bus.ask("NameHasOwner", "s", self._interface)
        self._locked(bool(there and await self._active()))

    def signal(self, signal: Signal) -> None:
        match signal.name, signal.body:
            case name, [bool(active), *_] if name == f"{self._interface}.ActiveChanged":
                self._locked(active)
            case _:
                pass

    async def _active(self) -> bool:
        try:
            return bool(
                await self._bus.call(self._interface, SAVERS[self._interface], self._interface, "GetActive")
            )
        except BusError as problem:  # GNOME answers to the other name with an inhibitor only
            log.debug("%s", problem)
            return False
