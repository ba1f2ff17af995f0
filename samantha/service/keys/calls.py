"""Calls to the desktop's portal, over a connection that is its own: a portal knows a program by its connection."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Any

from dbus_fast import DBusFastError, Message, MessageType
from dbus_fast.aio import MessageBus

PORTAL = "org.freedesktop.portal.Desktop"
PATH = "/org/freedesktop/portal/desktop"
DBUS = "org.freedesktop.DBus"
PROPERTIES = "org.freedesktop.DBus.Properties"

_ANSWER_S = 5.0

PASSING = (OSError, EOFError, TimeoutError, DBusFastError)
"""What a bus raises that is not there, or not any more."""


class Refused(Exception):  # noqa: N818
    """The bus or the portal answered with an error."""


@contextlib.asynccontextmanager
async def connected(environ: Mapping[str, str]) -> AsyncIterator[MessageBus]:
    """The person's session bus, for as long as the block runs; raises one of PASSING if it is not there."""
    address = environ.get("DBUS_SESSION_BUS_ADDRESS") or f"unix:path={environ.get('XDG_RUNTIME_DIR', '')}/bus"
    bus = await MessageBus(bus_address=address).connect()
    try:
        yield bus
    finally:
        if bus.connected:
            bus.disconnect()
            with contextlib.suppress(*PASSING):
                await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]


async def call(
    bus: MessageBus, interface: str, member: str, signature: str, *body: Any, to: str = PORTAL
) -> Any:
    """What the method answers, if anything; raises Refused if it answers with an error, TimeoutError if not."""
    path = PATH if to == PORTAL else "/org/freedesktop/DBus"
    message = Message(to, path, interface, member, signature=signature, body=list(body))
    reply = await asyncio.wait_for(bus.call(message), _ANSWER_S)
    if reply.message_type is MessageType.ERROR:
        raise Refused(str(reply.body[0]) if reply.body else reply.error_name)
    return reply.body[0] if reply.body else None
