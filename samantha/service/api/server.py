"""The API of a running Samantha: HTTP and WebSocket, in a thread of its own, so that no request delays her hearing."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket as sockets_of_python
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from samantha.config import Api
from samantha.errors import SamanthaError
from samantha.service.api import document as openapi
from samantha.service.api import sockets
from samantha.service.api.guard import Guard, refusal
from samantha.service.api.hub import Hub
from samantha.service.api.requests import read
from samantha.service.api.routes import VERBS, Asked, Verb
from samantha.service.api.wire import Connection
from samantha.service.control import Busy, Control, Waking

log = logging.getLogger(__name__)

MESSAGE_LIMIT = 64 * 1024
"""Bytes of a WebSocket message, whether in one frame or many."""

STOPPING_S = 1.0
"""Seconds that stopping may take; whoever is not answered by then is not answered."""

_CODES = {404: "unknown", 405: "method", 408: "slow", 413: "large", 415: "type", 422: "invalid"}


def application(control: Control, hub: Hub, extra: Sequence[BaseRoute] = ()) -> Starlette:
    """The routes, with errors told as `Problem`."""
    document = JSONResponse(openapi.document())

    async def serve_document(_: Request) -> Response:
        return document

    async def no_page(_: Request) -> Response:
        raise HTTPException(426, "This is a WebSocket.", {"Upgrade": "websocket", "Connection": "Upgrade"})

    app = Starlette(
        routes=[
            *(Route(verb.path, _endpoint(verb, control), methods=[verb.method]) for verb in VERBS),
            Route("/openapi.json", serve_document),
            WebSocketRoute("/events", hub.serve),
            Route("/events", no_page),
            *extra,
        ],
        exception_handlers={SamanthaError: _problem, HTTPException: _http_problem, Exception: _bug},
    )
    app.router.redirect_slashes = False
    return app


def _endpoint(verb: Verb, control: Control) -> Callable[[Request], object]:
    async def answer(request: Request) -> Response:
        body = await read(request, verb.takes) if verb.takes else None
        given = await verb.call(Asked(control, request, body))
        if isinstance(given, Response):
            return given
        return Response(given.model_dump_json(), media_type="application/json")

    return answer


async def _problem(_: Request, problem: Exception) -> Response:
    assert isinstance(problem, SamanthaError)
    status, headers = 409, {}
    if isinstance(problem, Busy | Waking):
        status = 429 if isinstance(problem, Busy) else 503
        headers = {"Retry-After": str(problem.retry_s)}
    return refusal(status, problem.code, problem.message, problem.hint, headers)


async def _http_problem(_: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)
    headers = dict(problem.headers or {})
    return refusal(problem.status_code, _CODES.get(problem.status_code, "http"), problem.detail, "", headers)


async def _bug(_: Request, __: Exception) -> Response:
    """What the client sees of it; the guard writes it down."""
    return refusal(500, "bug", "This is a bug of ours.", "Look at the log.")


class ApiServer:
    """Serves `control` from `start`, called on the thread of the conversation's loop, to `stop`, on any."""

    def __init__(
        self,
        control: Control,
        settings: Api,
        socket: Path,
        token_file: Path,
        extra_routes: Sequence[BaseRoute] = (),
        patience_s: int = 10,
    ) -> None:
        """`patience_s` is how long a client may take to ask, and how long he may leave an answer unread."""
        self._control = control
        self._settings = settings
        self._path = socket
        self._token_file = token_file
        self._extra = extra_routes
        self._patience_s = patience_s
        self._hub = Hub()
        self.problem = ""
        """Why there is no TCP although it was asked for, as a sentence."""
        self._listening: list[sockets_of_python.socket] = []
        self._inode = 0
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self._unsubscribe: Callable[[], None] = lambda: None

    @property
    def port(self) -> int:
        """The TCP port; 0 while TCP is off."""
        tcp = [s for s in self._listening if s.family != getattr(sockets_of_python, "AF_UNIX", None)]
        return int(tcp[0].getsockname()[1]) if tcp else 0

    def start(self) -> None:
        """Returns when clients can connect. Raises SamanthaError, with a sentence, if they never could."""
        token = self._listen()
        guard = Guard(application(self._control, self._hub, self._extra), self._settings.host, token)
        self._server = uvicorn.Server(_uvicorn(guard, self._patience_s))
        self._unsubscribe = self._control.subscribe(self._hub.put)
        self._thread = threading.Thread(target=self._run, name="api", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Within a second: hang up on everybody, and take the socket away. May be called twice."""
        self._unsubscribe()
        if self._server is not None:
            self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(STOPPING_S)
        with contextlib.suppress(FileNotFoundError):
            if self._inode and self._path.stat().st_ino == self._inode:
                self._path.unlink()
        self._listening, self._server, self._thread, self._inode = [], None, None, 0
        self._unsubscribe = lambda: None

    def _listen(self) -> str:
        """Open the sockets; the token that TCP asks for. Where there is a Unix socket, TCP may fail without it."""
        token = ""
        if sockets.UNIX:
            self._listening.append(sockets.listen_unix(self._path))
            self._inode = self._path.stat().st_ino
        if self._settings.tcp or not sockets.UNIX:
            try:
                token = sockets.token(self._token_file)
                self._listening.append(sockets.listen_tcp(self._settings.host, self._settings.port))
            except SamanthaError as problem:
                if not self._listening:
                    raise
                self.problem = str(problem)
        return token

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        server = self._server
        assert server is not None
        self._hub.open()
        await server.serve(self._listening)
        for connection in list(server.server_state.connections):
            connection.transport.abort()
        await asyncio.sleep(0)  # lets the transports close


def _uvicorn(app: Guard, patience_s: int) -> uvicorn.Config:
    config = uvicorn.Config(
        app,
        http=Connection,
        ws="websockets-sansio",
        ws_max_size=MESSAGE_LIMIT,
        ws_per_message_deflate=False,
        loop="asyncio",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        log_level="critical",  # what is ours to say is logged by the guard; a client's nonsense is not news
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=patience_s,
        timeout_graceful_shutdown=0,
    )
    config.load()
    return config
