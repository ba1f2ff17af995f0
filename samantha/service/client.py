"""The client of a running Samantha, for the command line, the tray and the tests; blocking.

`samantha ptt press` should be felt at once, so nothing is imported here that is not needed to ask one question.
"""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from samantha.errors import SamanthaError

if TYPE_CHECKING:
    from samantha.events import Mode
    from samantha.service.control import Status, Talk

TIMEOUT_S = 10.0
"""Seconds to wait for an answer that needs no thinking."""

GOING = 1012
"""What a WebSocket is closed with when she stops."""

_START = "Start her with `samantha daemon` or `samantha service start`."


class Client:
    """Asks through the Unix socket at `path`, or over TCP at `url`, such as http://127.0.0.1:8765, with a token.

    Every method raises SamanthaError: with the daemon's own words, or because she is not running.
    """

    def __init__(self, path: Path | None = None, *, url: str = "", token: str = "") -> None:
        if (path is None) == (not url):
            raise ValueError("a socket or a URL")
        self._path = path
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def status(self) -> Status:
        return self._status("GET", "/status")

    def listen(self, on: bool) -> Status:
        return self._status("POST", "/listen", {"on": on})

    def mode(self, mode: Mode) -> Status:
        return self._status("POST", "/mode", {"mode": mode})

    def ptt(self, action: Talk) -> Status:
        return self._status("POST", "/ptt", {"action": action})

    def hush(self) -> bool:
        """Whether there was anything to hush."""
        return bool(self.ask("POST", "/hush")["hushed"])

    def say(self, text: str) -> str:
        """What was heard of it, when it is over."""
        return str(self.ask("POST", "/say", {"text": text}, timeout=None)["heard"])

    def chat(self, text: str, *, aloud: bool = False) -> Iterator[str]:
        """Her answer, piece by piece. Leaving the iterator early makes her stop."""
        body = {"text": text, "aloud": aloud}
        with self._request("POST", "/chat", body, timeout=None, accept="text/event-stream") as response:
            for line in response:
                if not line.startswith(b"data:"):
                    continue
                event = json.loads(line[5:])
                if "error" in event:
                    raise _problem(event["error"], {})
                if event.get("done"):
                    return
                yield event["delta"]
        raise SamanthaError("api", "She stopped in the middle of her answer.", "Look at `samantha status`.")

    def devices(self) -> list[dict[str, Any]]:
        return list(self.ask("GET", "/devices")["devices"])

    def config(self) -> dict[str, Any]:
        return dict(self.ask("GET", "/config")["settings"])

    def reload(self) -> list[str]:
        """The paths of the settings that changed."""
        return list(self.ask("POST", "/reload", timeout=None)["changed"])

    def events(self) -> Iterator[dict[str, Any]]:
        """Each event's record from now on, until she stops."""
        from websockets.exceptions import ConnectionClosed, InvalidStatus
        from websockets.sync.client import connect, unix_connect

        limits: dict[str, Any] = {"compression": None, "additional_headers": self._headers, "proxy": None}
        with self._reaching():
            try:
                websocket = (
                    unix_connect(str(self._path), "ws://localhost/events", **limits)
                    if self._path is not None
                    else connect(self._url.replace("http", "ws", 1) + "/events", **limits)
                )
            except InvalidStatus as refused:
                answer = refused.response
                raise _refused(answer.status_code, bytes(answer.body or b""), answer.headers) from None
        with websocket:
            try:
                for text in websocket:
                    yield json.loads(text)
            except ConnectionClosed as closed:
                if closed.rcvd is not None and closed.rcvd.code == GOING:
                    return
                raise SamanthaError(
                    "api.events",
                    "The events broke off: they were read too slowly, or she died.",
                    "Ask again.",
                ) from None

    def ask(
        self, method: str, path: str, body: dict[str, Any] | None = None, *, timeout: float | None = TIMEOUT_S
    ) -> dict[str, Any]:
        """The answer to one request, as it came."""
        with self._request(method, path, body, timeout=timeout) as response:
            answer: dict[str, Any] = json.loads(response.read())
            return answer

    def _status(self, method: str, path: str, body: dict[str, Any] | None = None) -> Status:
        from samantha.service.control import Status

        return Status.model_validate(self.ask(method, path, body))

    @contextlib.contextmanager
    def _request(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None,
        *,
        timeout: float | None,
        accept: str = "application/json",
    ) -> Iterator[HTTPResponse]:
        connection = (
            _UnixConnection(self._path, timeout)
            if self._path is not None
            else HTTPConnection(urlsplit(self._url).netloc, timeout=timeout)
        )
        headers = {"Accept": accept, "Connection": "close", **self._headers}
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            with self._reaching():
                connection.request(method, path, None if body is None else json.dumps(body), headers)
                response = connection.getresponse()
                if response.status != 200:
                    raise _refused(response.status, response.read(), response.headers)
                with response:
                    yield response
        finally:
            connection.close()

    @contextlib.contextmanager
    def _reaching(self) -> Iterator[None]:
        """Turn what the network says into what a person can do."""
        where = self._path or self._url
        try:
            yield
        except (FileNotFoundError, ConnectionRefusedError):
            raise SamanthaError("not-running", "Samantha is not running.", _START) from None
        except PermissionError:
            raise SamanthaError(
                "api.socket", f"{where} belongs to another user.", "Ask as the user who started her."
            ) from None
        except TimeoutError:
            raise SamanthaError(
                "api", f"Samantha runs, but does not answer on {where}.", "Look at her log, or restart her."
            ) from None
        except (OSError, HTTPException, EOFError) as problem:
            raise SamanthaError(
                "api", f"The connection to Samantha broke ({problem or type(problem).__name__}).", _START
            ) from None


class _Headers(Protocol):
    def get(self, name: str, default: str, /) -> str: ...


class _UnixConnection(HTTPConnection):
    def __init__(self, path: Path, timeout: float | None) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def _refused(status: int, body: bytes, headers: _Headers) -> SamanthaError:
    try:
        return _problem(json.loads(body)["error"], headers)
    except (ValueError, KeyError, TypeError):
        return SamanthaError("api", f"Something that is not Samantha answered with {status}.")


def _problem(error: dict[str, str], headers: _Headers) -> SamanthaError:
    if error["code"] == "busy":
        from samantha.service.control import Busy

        return Busy(error["message"], int(headers.get("Retry-After", "2")))
    return SamanthaError(error["code"], error["message"], error["hint"])


def running() -> Client | None:
    """The client of this user's own daemon, if there is one."""
    try:
        client = local()
        client.ask("GET", "/status")
    except SamanthaError as problem:
        if problem.code == "not-running":
            return None
        raise
    return client


def local() -> Client:
    """The client of this user's own daemon: through its socket, or, where there are none, over TCP."""
    from samantha.service import places
    from samantha.service.api import sockets

    if sockets.UNIX:
        return Client(places.socket())
    from samantha import config

    settings = config.load()
    file = places.token_file(settings)
    if not file.exists():
        raise SamanthaError("not-running", "Samantha is not running.", _START)
    return Client(
        url=f"http://{settings.api.host}:{settings.api.port}", token=file.read_text("ascii").strip()
    )
