"""The live events: everybody gets all of them, and nobody can hold up the others."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from scriptedcontrol import ScriptedControl, Served, served
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, unix_connect

from samantha.errors import SamanthaError
from samantha.service.api.hub import LISTENERS, WAITING

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def running() -> Iterator[Served]:
    with served(ScriptedControl()) as running:
        yield running


@pytest.fixture
def she(running: Served) -> Iterator[Served]:
    yield running
    until(lambda: not running.server._hub._listeners)


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)


def listener(she: Served) -> ClientConnection:
    return unix_connect(str(she.socket), "ws://localhost/events", compression=None, max_queue=None)


def closed_with(websocket: ClientConnection) -> int | None:
    """The code it was closed with; None where what was still being sent kept the last word from arriving."""
    with pytest.raises(ConnectionClosed) as closed:
        websocket.recv(timeout=10)
    return closed.value.rcvd.code if closed.value.rcvd is not None else None


def test_every_listener_gets_every_event_in_order(she: Served) -> None:
    with listener(she) as one, listener(she) as two:
        for at in range(200):
            she.control.publish(event="Heard", at=at, text="Guten Morgen, schöne Welt")
        for websocket in (one, two):
            heard = [websocket.recv(timeout=10) for _ in range(200)]
            assert heard[0] == '{"event": "Heard", "at": 0, "text": "Guten Morgen, sch\\u00f6ne Welt"}'
            assert [text.split('"at": ')[1].split(",")[0] for text in heard] == [str(at) for at in range(200)]


def test_a_listener_that_speaks_is_shown_the_door(she: Served) -> None:
    for words in ("press", b"\x00"):
        with listener(she) as websocket:
            websocket.send(words)
            assert closed_with(websocket) == 1003
    with listener(she) as websocket:
        assert websocket.ping().wait(10)


@pytest.mark.parametrize(
    ("words", "code"), [("x" * 70_000, 1009), (["x" * 33_000] * 2, 1009), (b"\xff\xfe", 1007)]
)
def test_words_too_long_or_wrong_are_refused(she: Served, words: str | list[str] | bytes, code: int) -> None:
    with listener(she) as websocket:
        with contextlib.suppress(ConnectionClosed):  # it does not wait for the last byte
            websocket.send(words, text=True if isinstance(words, bytes) else None)
        assert closed_with(websocket) in (code, None)
    with listener(she) as websocket:
        assert websocket.ping().wait(10), "others are still welcome"


def stalled(she: Served) -> socket.socket:
    """A listener that has asked, and reads nothing any more."""
    wire = socket.socket(socket.AF_UNIX)
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    wire.connect(str(she.socket))
    wire.sendall(
        b"GET /events HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    assert b" 101 " in wire.recv(4096)
    return wire


def test_a_stalled_listener_is_dropped_and_holds_up_nobody(she: Served) -> None:
    connections = she.server._server.server_state.connections
    with stalled(she), listener(she) as awake:
        until(lambda: len(she.server._hub._listeners) == 2)
        for at in range(8 * WAITING):
            she.control.publish(event="ReplyText", at=at, delta="x" * 1000)
            awake.recv(timeout=10)
        until(lambda: len(she.server._hub._listeners) == 1)
        until(lambda: len(connections) == 1)
        she.control.publish(event="Heard", at=1, text="still there")
        assert "still there" in awake.recv(timeout=10)


def test_a_client_that_reads_too_slowly_is_told(she: Served) -> None:
    def publish_to_a_listener() -> None:
        until(lambda: bool(she.server._hub._listeners))
        she.control.publish(event="Heard", at=0, text="now")

    events = she.client.events()
    saying = threading.Thread(target=publish_to_a_listener)
    saying.start()
    assert next(events)["text"] == "now"
    saying.join()
    for at in range(100 * WAITING):
        she.control.publish(event="ReplyText", at=at, delta="x" * 1000)
        if not she.server._hub._listeners:
            break
    until(lambda: not she.server._hub._listeners)
    with pytest.raises(SamanthaError, match="read too slowly"):
        list(events)


def test_there_is_room_for_so_many_and_then_for_one_when_one_leaves(she: Served) -> None:
    with contextlib.ExitStack() as room:
        for _ in range(LISTENERS - 1):
            room.enter_context(listener(she))
        with listener(she):
            with pytest.raises(InvalidStatus) as full, listener(she):
                pass
            assert full.value.response.status_code == 503
            assert full.value.response.headers["Retry-After"]
            with pytest.raises(SamanthaError, match="Too many are listening"):
                next(she.client.events())
        until(lambda: len(she.server._hub._listeners) < LISTENERS)
        room.enter_context(listener(she))
