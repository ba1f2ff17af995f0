"""Who may use the API: the owner, through his socket or with his token; no web page, no name that is not ours."""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import logging
import traceback
from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger(__name__)

PACE_S = 0.002
"""Seconds between the beginnings of two requests: her hearing shares the interpreter with them."""

SUBPROTOCOL = "samantha"
"""What a WebSocket client offers beside its token, and what is chosen: the token is never sent back."""

_TOKEN_PROTOCOL = f"{SUBPROTOCOL}.token."


def refusal(
    status: int, code: str, message: str, hint: str = "", headers: dict[str, str] | None = None
) -> JSONResponse:
    """An error as every route of the API tells it."""
    return JSONResponse({"error": {"code": code, "message": message, "hint": hint}}, status, headers)


class Guard:
    """Stands before every route: asks for host, origin and token, and survives what is behind it."""

    def __init__(self, app: ASGIApp, host: str, token: str) -> None:
        """`token` is what TCP clients must know; `host` is the address or name under which they reach it."""
        self._app = app
        self._names = {"localhost", "127.0.0.1", "::1", host.lower()}
        self._everywhere = host in ("", "0.0.0.0", "::")
        self._token = token.encode()
        self._free = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        if (refused := self._refuse(scope, headers)) is not None:
            await refused(scope, receive, send)
            return
        state = scope["state"]

        async def bounded_send(message: Message) -> None:
            try:
                async with asyncio.timeout(state["patience_s"]):
                    await send(message)
            except TimeoutError:  # a client that asks and does not read
                state["abort"]()
                raise ClientDisconnect from None

        await self._turnstile()
        try:
            await self._app(scope, receive, bounded_send)
        except ClientDisconnect:
            return
        except Exception as bug:  # noqa: BLE001 (whatever it is, one request must not end the others)
            _note(scope["path"], bug)

    async def _turnstile(self) -> None:
        """Wait until the next request may begin."""
        now = asyncio.get_running_loop().time()
        self._free = max(now, self._free + PACE_S)
        if self._free > now:
            await asyncio.sleep(self._free - now)

    def _refuse(self, scope: Scope, headers: Headers) -> JSONResponse | None:
        origins = headers.getlist("origin")
        if scope["state"]["local"]:
            return refusal(403, "origin", "A web page may not use this.") if origins else None
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self._ours(hosts[0]):
            return refusal(421, "host", "This is not the host that was asked for.")
        if any(origin.lower() != f"http://{hosts[0].lower()}" for origin in origins):
            return refusal(403, "origin", "A web page of another origin may not use this.")
        if not any(hmac.compare_digest(known.encode(), self._token) for known in _tokens(scope, headers)):
            return refusal(401, "token", "A token is needed.", headers={"WWW-Authenticate": "Bearer"})
        return None

    def _ours(self, host: str) -> bool:
        """Whether the Host header names this machine as its owner does (a page of elsewhere could not)."""
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host
        name = name.removeprefix("[").removesuffix("]").lower()
        return name in self._names or (self._everywhere and _is_address(name))


def _note(path: str, bug: Exception) -> None:
    """Write down where it happened; its message may hold what the person said."""
    where = traceback.extract_tb(bug.__traceback__)[-1]
    log.error("%s failed: %s at %s:%s", path, type(bug).__name__, where.filename, where.lineno)
    log.debug("It failed like this.", exc_info=bug)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _tokens(scope: Scope, headers: Headers) -> Iterable[str]:
    """What the client gives as token, in the header or, where a browser cannot, as a subprotocol."""
    for value in headers.getlist("authorization"):
        scheme, _, given = value.partition(" ")
        if scheme.lower() == "bearer":
            yield given.strip()
    if scope["type"] == "websocket":
        for protocol in scope["subprotocols"]:
            if protocol.startswith(_TOKEN_PROTOCOL):
                yield protocol.removeprefix(_TOKEN_PROTOCOL)
