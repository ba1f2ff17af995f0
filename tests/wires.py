"""A server on loopback that does what a test says, for clients of machines elsewhere."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any


class Server:
    """Runs `script` for each connection, one after the other, on a thread of its own; ends with the block.

    It listens on a free port of loopback, or on the Unix socket `path`.
    """

    def __init__(self, script: Callable[[socket.socket], None], path: Path | None = None) -> None:
        self._script = script
        if path is None:
            self._socket = socket.create_server(("127.0.0.1", 0))
        else:
            self._socket = socket.create_server(str(path), family=socket.AF_UNIX)
        self._lines: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve, name="test-server")
        self.port = 0 if path else int(self._socket.getsockname()[1])

    def __enter__(self) -> Server:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        for line in (self._socket, *self._lines):
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)
        self._socket.close()
        assert not self._thread.is_alive()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                line, _ = self._socket.accept()
                self._lines.append(line)
                with line, contextlib.suppress(OSError):  # the client has gone
                    self._script(line)


@dataclass
class Asked:
    """One HTTP request."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any = None


@dataclass
class ChatServer:
    """What an OpenAI-compatible server would do: `models` on GET, then `answer` on POST."""

    answer: Callable[[socket.socket], None]
    models: Any = field(default_factory=lambda: {"data": [{"id": "tiny"}]})
    props: Any = None
    asked: list[Asked] = field(default_factory=list)

    def __call__(self, line: socket.socket) -> None:
        request = read_request(line)
        if request is None:
            return
        self.asked.append(request)
        if request.method == "POST":
            self.answer(line)
        else:
            send_json(line, self.props if request.path.endswith("/props") else self.models)


def read_request(line: socket.socket) -> Asked | None:
    with line.makefile("rb") as reader:
        first = reader.readline().decode().split()
        if not first:
            return None
        headers = {}
        while text := reader.readline().strip().decode():
            name, _, value = text.partition(":")
            headers[name.lower()] = value.strip()
        body = reader.read(int(headers.get("content-length", 0)))
    return Asked(first[0], first[1], headers, json.loads(body) if body else None)


def send_json(line: socket.socket, value: Any) -> None:
    body = json.dumps(value).encode()
    line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))


def status(code: str, *headers: str) -> Callable[[socket.socket], None]:
    """Answer with `code`, such as ``"503 Service Unavailable"``, and a body that repeats what was said."""
    head = "\r\n".join((f"HTTP/1.1 {code}", *headers, "Content-Length: 12", "", ""))
    return lambda line: line.sendall(head.encode() + b"what he said")


def begin_stream(line: socket.socket) -> None:
    line.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")


def chunk(line: socket.socket, data: bytes) -> None:
    line.sendall(b"%x\r\n%s\r\n" % (len(data), data))


def delta(line: socket.socket, **fields: str) -> None:
    event = {"choices": [{"index": 0, "delta": fields, "finish_reason": None}]}
    chunk(line, b"data: %s\n\n" % json.dumps(event).encode())


def stream(*pieces: str, done: bool = True) -> Callable[[socket.socket], None]:
    """Stream `pieces` as deltas; not `done`: hang up after them."""

    def answer(line: socket.socket) -> None:
        begin_stream(line)
        delta(line, role="assistant")
        for piece in pieces:
            delta(line, content=piece)
        if done:
            chunk(line, b"data: [DONE]\n\n")
            line.sendall(b"0\r\n\r\n")

    return answer


def wait_for_the_end(line: socket.socket) -> None:
    """Say nothing until the client hangs up."""
    while line.recv(1 << 16):
        pass


@contextlib.contextmanager
def chatting(answer: Callable[[socket.socket], None], **about: Any) -> Iterator[tuple[str, list[Asked]]]:
    """The URL of a chat server that gives `answer`, and what it is asked."""
    script = ChatServer(answer, **about)
    with Server(script) as server:
        yield f"http://127.0.0.1:{server.port}/v1", script.asked
