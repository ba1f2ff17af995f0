"""The live events: each one to every WebSocket listener, none of which can slow another, her, or fill the memory."""

from __future__ import annotations

import asyncio
import json
from typing import Any, NoReturn

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from samantha.service.api.guard import SUBPROTOCOL, refusal

LISTENERS = 64
"""At a time."""

WAITING = 256
"""Events that may wait for a listener; one that has fallen further behind is dropped."""

GRACE_S = 1.0
"""Seconds that a listener has to take his leave."""

UNSUPPORTED, TOO_LATE = 1003, 1013


class _Listener:
    def __init__(self) -> None:
        self.queue: asyncio.Queue[str] = asyncio.Queue(WAITING)
        self.late = asyncio.Event()

    def give(self, text: str) -> None:
        try:
            self.queue.put_nowait(text)
        except asyncio.QueueFull:
            self.late.set()


class Hub:
    """Takes events on the conversation's loop and hands them out on the API's."""

    def __init__(self) -> None:
        self._listeners: set[_Listener] = set()
        self._loop: asyncio.AbstractEventLoop | None = None

    def open(self) -> None:
        """Hand out on the running loop from now on."""
        self._loop = asyncio.get_running_loop()

    def put(self, record: dict[str, Any]) -> None:
        """Give `record` to whoever listens; may be called on any thread, costs it microseconds."""
        if self._loop is not None and self._listeners:
            self._loop.call_soon_threadsafe(self._spread, record)

    def _spread(self, record: dict[str, Any]) -> None:
        text = json.dumps(record)
        for listener in self._listeners:
            listener.give(text)

    async def serve(self, websocket: WebSocket) -> None:
        """One listener, until he leaves, falls too far behind, or says something."""
        if len(self._listeners) >= LISTENERS:
            full = refusal(
                503, "listeners", "Too many are listening.", "Try again later.", {"Retry-After": "10"}
            )
            await websocket.send_denial_response(full)
            return
        listener = _Listener()
        self._listeners.add(listener)
        try:
            offered = websocket.scope["subprotocols"]
            await websocket.accept(SUBPROTOCOL if SUBPROTOCOL in offered else None)
            if code := await self._attend(websocket, listener):
                await _dismiss(websocket, code)
        except WebSocketDisconnect:
            pass
        finally:
            self._listeners.discard(listener)

    async def _attend(self, websocket: WebSocket, listener: _Listener) -> int:
        """Send what comes; the code to close with, or 0 if the listener has left."""

        async def send() -> NoReturn:
            while True:
                await websocket.send_text(await listener.queue.get())

        async def read() -> int:
            message = await websocket.receive()
            return 0 if message["type"] == "websocket.disconnect" else UNSUPPORTED

        sending, reading = asyncio.create_task(send()), asyncio.create_task(read())
        late = asyncio.create_task(listener.late.wait())
        tasks = (sending, reading, late)
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if late.done():
                return TOO_LATE
            if sending.done():
                await sending  # raises: the connection is lost
            return await reading
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _dismiss(websocket: WebSocket, code: int) -> None:
    reasons = {TOO_LATE: "too far behind", UNSUPPORTED: "there is nothing to be said here"}
    abort = websocket.state.abort
    if websocket.application_state is WebSocketState.CONNECTED:
        try:
            async with asyncio.timeout(GRACE_S):
                await websocket.close(code, reasons[code])
        except TimeoutError:
            abort()
            return
    # The closing words may lie in a buffer that nobody will read.
    asyncio.get_running_loop().call_later(GRACE_S, abort)
