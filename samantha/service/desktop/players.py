"""Media players on the session bus (MPRIS) that give way while the person and she talk."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable
from dataclasses import asdict, dataclass
from pathlib import Path

from dbus_fast import Variant

from samantha.service.desktop.bus import PROPERTIES, Bus, BusError, Signal
from samantha.service.desktop.exchange import Way

log = logging.getLogger(__name__)

PREFIX = "org.mpris.MediaPlayer2."
PATH = "/org/mpris/MediaPlayer2"
PLAYER = "org.mpris.MediaPlayer2.Player"

NOT_PLAYERS = ("playerctld", "kdeconnect")
"""What speaks MPRIS and makes no sound here: playerctl's stand-in for another player, a telephone's players."""

SOFT = 0.25
"""Of a player's own volume, while somebody speaks."""

SAME_VOLUME = 0.05
"""Players round their volume: nearer than this is the volume that we set, farther the person's own."""


@dataclass(slots=True)
class Held:
    """What was done to a player, to be undone. `owner` is its unique name: a restarted player is another."""

    name: str
    owner: str
    paused: bool = False
    volume: float | None = None
    """What its volume was before it was softened; None: it was not."""
    settled: bool = True
    """Whether it has answered: from then on, a change of its playback is the person's."""


class Players:
    """Softens or pauses what plays, and gives it back as it was, unless the person has had a hand in it.

    `ledger` is a file that remembers what is held, so that a process that was killed gives it back when it
    starts again; None: it does not.
    """

    rules = (f"interface='{PROPERTIES}',member='PropertiesChanged',path='{PATH}',arg0='{PLAYER}'",)

    def __init__(self, bus: Bus, ledger: Path | None = None) -> None:
        self._bus = bus
        self._ledger = ledger
        self._bus_id = ""
        self._held: dict[str, Held] = {}
        self._wanted = Way.FREE
        self._task: asyncio.Task[None] | None = None
        self._silent: set[str] = set()

    def want(self, way: Way) -> None:
        """From now on players should give way so far. Returns at once."""
        if way is not self._wanted:
            self._wanted = way
            self._wake()

    async def release(self, within_s: float) -> None:
        """Give everything back; players that hang are not waited for longer than `within_s`."""
        self.want(Way.FREE)
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=within_s)
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def joined(self) -> None:
        self._bus_id = await self._bus.ask("GetId")
        self._silent.clear()
        self._held = self._remembered()
        self._wake()

    def signal(self, signal: Signal) -> None:
        """Whoever plays or stops what we paused has taken over."""
        match signal.body:
            case [_, {"PlaybackStatus": "Playing" | "Stopped"}, *_]:
                held = self._held.get(signal.sender)
                if held and held.paused and held.settled:
                    self._forget(held)
            case _:
                pass

    def _wake(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work())

    async def _work(self) -> None:
        while True:
            way = self._wanted
            if way is Way.FREE:
                await asyncio.gather(*(self._try(h.name, self._give_back(h)) for h in [*self._held.values()]))
            else:
                found = await self._players()
                await asyncio.gather(
                    *(self._try(n, self._quieten(n, owner, way)) for owner, n in found.items())
                )
            if way is self._wanted:
                return

    async def _try(self, name: str, work: Awaitable[None]) -> None:
        try:
            await work
        except BusError as problem:
            if name not in self._silent:
                log.info("a media player cannot be spoken to: %s", problem)
                self._silent.add(name)

    async def _players(self) -> dict[str, str]:
        """Who is there: names by their owner, for one program may go by two."""
        found = {}
        try:
            for name in await self._bus.ask("ListNames"):
                player = name.removeprefix(PREFIX)
                if player != name and not player.startswith(NOT_PLAYERS):
                    found[await self._bus.ask("GetNameOwner", "s", name)] = name
        except BusError as problem:
            log.info("which media players there are is not known: %s", problem)
        return found

    async def _quieten(self, name: str, owner: str, way: Way) -> None:
        state = await self._bus.call(owner, PATH, PROPERTIES, "GetAll", "s", PLAYER)
        if not isinstance(state, dict):
            raise BusError(f"{name} answers nonsense")
        if state.get("PlaybackStatus") != "Playing" or not state.get("CanControl", True):
            return
        held = self._held.get(owner) or Held(name, owner)
        if way is Way.STILL and state.get("CanPause", True):
            await self._pause(held)
        elif held.volume is None and isinstance(volume := state.get("Volume"), float) and volume > 0:
            held.volume = volume
            self._hold(held)
            await self._set_volume(held, SOFT * volume)

    async def _pause(self, held: Held) -> None:
        held.paused, held.settled = True, False
        self._hold(held)
        await self._bus.call(held.owner, PATH, PLAYER, "Pause")
        held.settled = True
        if held.volume is not None:
            await self._restore_volume(held)
            held.volume = None
            self._hold(held)

    async def _give_back(self, held: Held) -> None:
        try:
            if held.volume is not None:
                await self._restore_volume(held)
            if held.paused:
                status = await self._bus.get(held.owner, PATH, PLAYER, "PlaybackStatus")
                if status == "Paused" and held.owner in self._held:
                    await self._bus.call(held.owner, PATH, PLAYER, "Play")
        finally:
            self._forget(held)

    async def _restore_volume(self, held: Held) -> None:
        assert held.volume is not None
        now = await self._bus.get(held.owner, PATH, PLAYER, "Volume")
        if isinstance(now, float) and abs(now - SOFT * held.volume) < SAME_VOLUME:
            await self._set_volume(held, held.volume)

    async def _set_volume(self, held: Held, volume: float) -> None:
        await self._bus.put(held.owner, PATH, PLAYER, "Volume", Variant("d", volume))

    # --- what is remembered across a crash ------------------------------------------------------------

    def _hold(self, held: Held) -> None:
        self._held[held.owner] = held
        self._remember()

    def _forget(self, held: Held) -> None:
        self._held.pop(held.owner, None)
        self._remember()

    def _remember(self) -> None:
        """Write down what is held; not synced: a power cut silences the players too."""
        if self._ledger is None:
            return
        try:
            if not self._held:
                self._ledger.unlink(missing_ok=True)
                return
            beside = self._ledger.with_suffix(".new")
            note = {"bus": self._bus_id, "held": [asdict(held) for held in self._held.values()]}
            beside.touch(0o600)
            beside.write_text(json.dumps(note))
            beside.replace(self._ledger)
        except OSError as problem:
            log.info("what I paused cannot be written to %s: %s", self._ledger, problem.strerror)

    def _remembered(self) -> dict[str, Held]:
        """What an earlier process held on this very bus: elsewhere the same unique name is another program."""
        try:
            note = json.loads(self._ledger.read_text()) if self._ledger else {}
            if note.get("bus") != self._bus_id:
                return {}
            return {entry["owner"]: Held(**(entry | {"settled": True})) for entry in note["held"]}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, TypeError) as problem:
            log.info("what an earlier process paused cannot be read from %s: %s", self._ledger, problem)
            return {}
