"""One connection to the API: how long a client may take to ask, and how to get rid of one that does not read."""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

CONNECTIONS = 256
"""Connections to one address at a time; further ones are closed at once."""


class Connection(H11Protocol):
    """uvicorn's connection with a deadline for the client: the keep-alive time is also the time to ask.

    Each request finds in its state `abort`, which ends the connection although data is waiting to be read by a
    client that has stopped reading, `local`, whether it came through the Unix socket, and `patience_s`.
    """

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        local = self.server is not None and self.server[1] is None
        self.app_state: dict[str, Any] = {
            "abort": transport.abort,
            "local": local,
            "patience_s": self.config.timeout_keep_alive,
        }
        if sum(getattr(other, "server", None) == self.server for other in self.connections) > CONNECTIONS:
            transport.abort()
        else:
            self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self._relax()
        super().connection_lost(exc)

    def _watch(self) -> None:
        """Run the deadline while it is the client's turn to send."""
        owes = self.conn.their_state in (h11.IDLE, h11.SEND_BODY)
        if owes and self.conn.our_state in (h11.IDLE, h11.DONE):
            if self._deadline is None:
                self._deadline = self.loop.call_later(self.config.timeout_keep_alive, self.transport.abort)
        else:
            self._relax()

    def _relax(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
