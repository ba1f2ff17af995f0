"""Her ears and her voice for Home Assistant, by the Wyoming protocol. In a thread of its own, like the API."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from collections.abc import Callable

from samantha.config import Wyoming
from samantha.errors import ConfigError
from samantha.remote.reach import is_loopback
from samantha.service.bridge import Bridge
from samantha.service.control import Busy
from samantha.service.guests import Guests
from samantha.service.lending import Seats
from samantha.service.wyoming.session import Session

log = logging.getLogger(__name__)

CONNECTIONS = 8
"""Clients at a time."""

LEAVING_S = 1.0
"""Seconds that a client who is sent away may go on."""

STOPPING_S = 2.0
"""Seconds that stopping may take."""


class WyomingServer:
    """Serves the guests of `guests`, which is called on the conversation's loop, from `start` to `stop`."""

    def __init__(self, guests: Callable[[], Guests], bridge: Bridge, settings: Wyoming) -> None:
        self._guests = guests
        self._bridge = bridge
        self._settings = settings
        self._seats = Seats(CONNECTIONS)
        self._sessions: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stopped = asyncio.Event()
        self.port = 0
        """Where it listens, once it does."""

    def start(self) -> None:
        """Returns when clients can connect. Raises ConfigError, with a sentence, if they never could."""
        listening = _listen(self._settings)
        self.port = listening.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, args=(self._loop, listening), name="wyoming")
        self._thread.start()

    def stop(self) -> None:
        """Hang up on everybody; may be called twice."""
        loop, self._loop = self._loop, None
        if loop is None or self._thread is None:
            return
        loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join(STOPPING_S)

    def _run(self, loop: asyncio.AbstractEventLoop, listening: socket.socket) -> None:
        try:
            loop.run_until_complete(self._serve(listening))
        finally:
            loop.close()

    async def _serve(self, listening: socket.socket) -> None:
        server = await asyncio.start_server(self._connected, sock=listening)
        async with server:
            await self._stopped.wait()
            for session in self._sessions:
                session.cancel()
            await asyncio.gather(*self._sessions, return_exceptions=True)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = asyncio.ensure_future(self._receive(reader, writer))
        self._sessions.add(session)
        session.add_done_callback(self._sessions.discard)

    async def _receive(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = Session(reader, writer, self._guests, self._bridge)
        try:
            try:
                with self._seats.taken():
                    await session.run()
            except Busy as problem:
                await session.complain(problem)
                await _hear_out(reader)
        except (OSError, EOFError, TimeoutError):
            log.debug("a Wyoming client has vanished")
        except Exception:
            log.exception("a Wyoming client could not be served")
        finally:
            writer.close()


async def _hear_out(reader: asyncio.StreamReader) -> None:
    """Let a client finish who is sent away: he would not read why if he were cut off while he speaks."""
    async with asyncio.timeout(LEAVING_S):
        while await reader.read(1 << 16):
            pass


def _listen(settings: Wyoming) -> socket.socket:
    """A listening socket. Raises ConfigError if that would let strangers in, or cannot be done."""
    host = "127.0.0.1" if settings.host.lower() == "localhost" else settings.host.strip("[]")
    if not is_loopback(host):
        raise ConfigError(
            f"wyoming.host cannot be {settings.host}: Wyoming knows no password, so anybody there could listen in.",
            "Set it to 127.0.0.1, and run Home Assistant on this machine or reach it through an SSH tunnel.",
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, settings.port), family=family)
    except OSError as problem:
        raise ConfigError(
            f"Wyoming cannot listen on {host}:{settings.port}: {(problem.strerror or str(problem)).lower()}.",
            "Choose another wyoming.port, or set wyoming.serve to false.",
        ) from None
