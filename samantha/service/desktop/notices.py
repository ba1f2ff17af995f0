"""Desktop notifications for what needs the person's attention, and for nothing else.

A lock screen shows them to whoever stands before it: they hold no word of a conversation, not even of an
error's text, which may quote one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from dbus_fast import Variant

from samantha.events import DeviceFound, DeviceLost, Event, Failed, Side
from samantha.service.desktop.bus import Bus, BusError, Signal

log = logging.getLogger(__name__)

SERVICE = "org.freedesktop.Notifications"
PATH = "/org/freedesktop/Notifications"

RECOVERY_S = 3.0
"""A device that is replaced sooner than this, in seconds, is not worth a word."""

ORGAN = {"input": "microphone", "output": "loudspeaker"}
ICON = {"input": "audio-input-microphone", "output": "audio-speakers"}


class Notices:
    """Shows one notification per topic: a newer one takes the place of the older."""

    rules = (f"interface='{SERVICE}',member='NotificationClosed',path='{PATH}'",)

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._shown: dict[str, int] = {}
        self._waiting: dict[Side, asyncio.TimerHandle] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._complained = False

    async def joined(self) -> None:
        """Another bus, other numbers."""
        self._shown.clear()
        self._complained = False

    def signal(self, signal: Signal) -> None:
        if signal.name == f"{SERVICE}.NotificationClosed":
            self._shown = {topic: number for topic, number in self._shown.items() if number != signal.body[0]}

    def on(self, event: Event) -> None:
        """The next thing that happened."""
        match event:
            case DeviceLost(side=side, name=name):
                self._cancel(side)
                later = asyncio.get_running_loop().call_later
                self._waiting[side] = later(RECOVERY_S, self._lost, side, name)
            case DeviceFound(side=side):
                self._cancel(side)
                self._start(self._withdraw(side))
            case Failed():
                body = "Something broke while I was answering. `samantha doctor` says what is wrong."
                self._start(self._show("failed", "dialog-warning", body))
            case _:
                pass

    async def stop(self) -> None:
        """Show nothing more; what is shown stays."""
        for side in [*self._waiting]:
            self._cancel(side)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _lost(self, side: Side, name: str) -> None:
        del self._waiting[side]
        named = f" ({_plain(name)})" if name else ""
        body = f"My {ORGAN[side]}{named} has gone, and there is no other. Plug it in again."
        self._start(self._show(side, ICON[side], body))

    def _cancel(self, side: Side) -> None:
        if timer := self._waiting.pop(side, None):
            timer.cancel()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(self._try(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _try(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except BusError as problem:
            if not self._complained:
                self._complained = True
                log.info("a notification cannot be shown: %s", problem)

    async def _show(self, topic: str, icon: str, body: str) -> None:
        hints = {"urgency": Variant("y", 1), "category": Variant("s", "device.error")}
        arguments = ["Samantha", self._shown.get(topic, 0), icon, "Samantha", body, [], hints, -1]
        self._shown[topic] = await self._bus.call(
            SERVICE, PATH, SERVICE, "Notify", "susssasa{sv}i", *arguments
        )

    async def _withdraw(self, topic: str) -> None:
        if number := self._shown.pop(topic, 0):
            await self._bus.call(SERVICE, PATH, SERVICE, "CloseNotification", "u", number)


def _plain(name: str) -> str:
    """`name` without what a notification may read as markup."""
    return "".join(letter for letter in name if letter not in "<>&")
