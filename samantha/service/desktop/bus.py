"""A connection to a D-Bus that comes back when it goes away, and never keeps anybody waiting."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from dbus_fast import BusType, Message, MessageType, Variant
from dbus_fast.aio import MessageBus
from dbus_fast.errors import DBusFastError
from dbus_fast.unpack import unpack_variants

log = logging.getLogger(__name__)

CALL_S = 0.5
"""How long an answer may take: a program that hangs is left alone."""

CONNECT_S = 5.0
"""How long a bus may take to let her in."""

RETRY_S = 1.0
"""The first pause before a bus is tried again; it doubles up to `RETRY_MOST_S`."""
RETRY_MOST_S = 30.0

BUS = "org.freedesktop.DBus"
BUS_PATH = "/org/freedesktop/DBus"
PROPERTIES = "org.freedesktop.DBus.Properties"


class BusError(Exception):
    """A call that was refused, was not answered in time, or found no bus; its text says which."""


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal from the bus; `name` is interface and member in one, `body` holds plain values."""

    sender: str
    path: str
    name: str
    body: list[Any]


class Part(Protocol):
    """Whoever uses a bus."""

    @property
    def rules(self) -> Sequence[str]:
        """Match rules of the signals that it wants; it gets those of the others on this bus too."""
        ...

    async def joined(self) -> None:
        """The bus is there, for the first time or again. May raise BusError."""
        ...

    def signal(self, signal: Signal) -> None:
        """The next signal."""
        ...


class Bus:
    """The person's session bus, or the machine's system bus."""

    def __init__(self, kind: Literal["session", "system"]) -> None:
        self.kind = kind
        self._parts: list[Part] = []
        self._link: MessageBus | None = None
        self._task: asyncio.Task[None] | None = None
        self._lost = False

    def add(self, part: Part) -> None:
        """Give `part` the signals it wants; before `start`."""
        self._parts.append(part)

    def start(self) -> None:
        """Join the bus, now and whenever it comes back."""
        self._task = asyncio.create_task(self._stay())

    async def stop(self) -> None:
        """Leave the bus."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def call(
        self, to: str, path: str, interface: str, member: str, signature: str = "", *body: Any
    ) -> Any:
        """The answer's first value, variants unpacked (None: it has none). Raises BusError within `CALL_S`."""
        if self._link is None or not self._link.connected:
            raise BusError(f"there is no {self.kind} bus")
        message = Message(to, path, interface, member, signature=signature, body=list(body))
        try:
            async with asyncio.timeout(CALL_S):
                reply = await self._link.call(message)
        except TimeoutError:
            raise BusError(f"{to} does not answer") from None
        except (OSError, EOFError, DBusFastError) as problem:
            raise BusError(f"the {self.kind} bus broke off: {problem}") from None
        if reply is None:
            raise BusError(f"the {self.kind} bus broke off")
        if reply.message_type is MessageType.ERROR:
            raise BusError(f"{to} refused {member}: {reply.body[0] if reply.body else reply.error_name}")
        return unpack_variants(reply.body[0]) if reply.body else None

    async def get(self, to: str, path: str, interface: str, name: str) -> Any:
        """The property `name`."""
        return await self.call(to, path, PROPERTIES, "Get", "ss", interface, name)

    async def put(self, to: str, path: str, interface: str, name: str, value: Variant) -> None:
        """Set the property `name`."""
        await self.call(to, path, PROPERTIES, "Set", "ssv", interface, name, value)

    async def ask(self, member: str, signature: str = "", *body: Any) -> Any:
        """What the bus itself answers."""
        return await self.call(BUS, BUS_PATH, BUS, member, signature, *body)

    async def _stay(self) -> None:
        pause = RETRY_S
        while True:
            try:
                link = await self._connect()
                try:
                    await self._join(link)
                    pause = RETRY_S
                    await link.wait_for_disconnect()  # type: ignore[no-untyped-call]
                finally:
                    self._link = None
                    await _close(link)
                reason = "it went away"
            except (OSError, EOFError, DBusFastError, BusError) as problem:
                reason = str(problem) or type(problem).__name__
            if not self._lost:
                self._lost = True
                log.warning("the %s bus cannot be reached (%s); I keep trying", self.kind, reason)
            await asyncio.sleep(pause)
            pause = min(2 * pause, RETRY_MOST_S)

    async def _connect(self) -> MessageBus:
        address = _session_address() if self.kind == "session" else None
        link = MessageBus(address, BusType.SYSTEM)  # an address wins
        async with asyncio.timeout(CONNECT_S):
            return await link.connect()

    async def _join(self, link: MessageBus) -> None:
        self._link = link
        link.add_message_handler(self._take)
        for part in self._parts:
            for rule in part.rules:
                await self.ask("AddMatch", "s", f"type='signal',{rule}")
        if self._lost:
            self._lost = False
            log.info("the %s bus is there again", self.kind)
        for part in self._parts:
            try:
                await part.joined()
            except BusError as problem:
                log.info("%s", problem)

    def _take(self, message: Message) -> None:
        if message.message_type is MessageType.SIGNAL:
            name = f"{message.interface}.{message.member}"
            signal = Signal(
                message.sender or "", message.path or "", name, [unpack_variants(v) for v in message.body]
            )
            for part in self._parts:
                part.signal(signal)


async def _close(link: MessageBus) -> None:
    link.disconnect()
    with contextlib.suppress(OSError, EOFError, DBusFastError):  # it is over, whatever ended it
        await link.wait_for_disconnect()  # type: ignore[no-untyped-call]


def _session_address() -> str:
    """Where the session bus is; a service that no login started finds it in the runtime folder."""
    if address := os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return address
    runtime = os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
    return f"unix:path={runtime}/bus"
