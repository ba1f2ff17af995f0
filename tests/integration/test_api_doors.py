"""Who can open the socket, who can come in by TCP, and what the others get to see."""

from __future__ import annotations

import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from scriptedcontrol import ScriptedControl, Served, served
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from samantha.errors import SamanthaError
from samantha.service.api import sockets
from samantha.service.client import Client

pytestmark = pytest.mark.integration

NOBODY = 65534


@pytest.fixture(scope="module")
def she() -> Iterator[Served]:
    with served(ScriptedControl(), tcp=True) as running:
        yield running


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder whose path is short enough for a socket."""
    made = Path(tempfile.mkdtemp(prefix="doors-"))
    yield made
    shutil.rmtree(made)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# --- the Unix socket -------------------------------------------------------------------------------------


def test_only_its_owner_can_open_the_socket(folder: Path) -> None:
    with sockets.listen_unix(folder / "run" / "api.sock"):
        assert mode(folder / "run") == 0o700
        assert mode(folder / "run" / "api.sock") == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user for a moment")
def test_another_user_is_turned_away(she: Served) -> None:
    knock = (
        "import os, socket, sys; os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "try: socket.socket(socket.AF_UNIX).connect(sys.argv[1])\n"
        "except PermissionError: sys.exit(13)"
    )

    def turned_away() -> bool:
        return subprocess.run([sys.executable, "-c", knock, she.socket], timeout=20).returncode == 13

    run, top = she.socket.parent, she.socket.parent.parent
    assert turned_away()
    try:  # even if somebody opens the folders: the socket itself is shut
        run.chmod(0o755)
        top.chmod(0o755)
        assert turned_away()
        she.socket.chmod(0o666)
        assert not turned_away(), "the test itself would not notice an open door"
    finally:
        she.socket.chmod(0o600)
        run.chmod(0o700)
        top.chmod(0o700)


def test_the_socket_of_a_dead_daemon_is_replaced_and_of_a_living_one_left_alone(folder: Path) -> None:
    path = folder / "api.sock"
    first = sockets.listen_unix(path)
    with pytest.raises(SamanthaError, match="Another Samantha listens"):
        sockets.listen_unix(path)
    assert path.is_socket()
    first.close()
    with sockets.listen_unix(path):
        pass


def test_what_is_no_socket_is_left_alone(folder: Path) -> None:
    (folder / "api.sock").write_text("a letter")
    with pytest.raises(SamanthaError, match="is in the way"):
        sockets.listen_unix(folder / "api.sock")
    assert (folder / "api.sock").read_text() == "a letter"


@pytest.mark.parametrize("bad", ["x" * 120 + "/api.sock", "file/api.sock"])
def test_a_place_where_no_socket_can_be_is_told_in_a_sentence(folder: Path, bad: str) -> None:
    (folder / "file").write_text("")
    with pytest.raises(SamanthaError, match="socket") as told:
        sockets.listen_unix(folder / bad)
    assert told.value.hint


def test_a_second_server_leaves_the_first_alone(she: Served) -> None:
    from samantha.config import Api
    from samantha.service.api.server import ApiServer

    second = ApiServer(ScriptedControl(), Api(), she.socket, she.token_file)
    with pytest.raises(SamanthaError, match="Another Samantha"):
        second.start()
    second.stop()
    assert she.client.status()


# --- TCP -------------------------------------------------------------------------------------------------


def ask(she: Served, path: str = "/status", **headers: str) -> httpx2.Response:
    with httpx2.Client(trust_env=False) as client:
        return client.get(
            she.url + path, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )


def bearer(she: Served) -> str:
    return f"Bearer {she.token}"


def test_the_token_opens_and_nothing_else(she: Served) -> None:
    assert ask(she, authorization=bearer(she)).json()["state"] == "listening"
    assert ask(she, authorization=f"bearer  {she.token}").status_code == 200
    assert Client(url=she.url, token=she.token).hush() is False
    before = list(she.control.asked)
    answers = {
        (answer.status_code, answer.text)
        for path in ("/status", "/openapi.json", "/", "/nowhere", "/config", f"/status?token={she.token}")
        for answer in (
            ask(she, path),
            ask(she, path, authorization="Bearer"),
            ask(she, path, authorization="Bearer " + "x" * 43),
            ask(she, path, authorization=bearer(she)[:-1]),
            ask(she, path, authorization=bearer(she) + "x"),
            ask(she, path, authorization=f"Basic {she.token}"),
            ask(she, path, cookie=f"token={she.token}"),
        )
    }
    assert answers == {(401, '{"error":{"code":"token","message":"A token is needed.","hint":""}}')}
    assert "server" not in ask(she).headers
    assert she.control.asked == before


def test_a_token_that_is_no_ascii_is_refused_like_any_other(she: Served) -> None:
    with socket.create_connection(("127.0.0.1", she.server.port), timeout=10) as wire:
        wire.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer t\xf6k\r\n\r\n")
        assert wire.recv(4096).startswith(b"HTTP/1.1 401 ")


def test_the_token_is_made_once_for_its_owner_alone(folder: Path) -> None:
    file = folder / "state" / "token"
    first = sockets.token(file)
    assert len(first) >= 43
    assert mode(file) == 0o600
    assert mode(folder / "state") == 0o700
    assert sockets.token(file) == first
    file.chmod(0o644)  # whoever could read it may have
    assert sockets.token(file) != first
    assert mode(file) == 0o600
    file.write_text("")
    assert len(sockets.token(file)) >= 43


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "evil.example:8765", "", "localhost@evil"]
)
def test_a_host_that_is_not_ours_is_refused(she: Served, host: str) -> None:
    assert ask(she, host=host, authorization=bearer(she)).status_code == 421


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:9000", "[::1]:8765", "LOCALHOST:1"])
def test_a_host_that_is_ours_is_not(she: Served, host: str) -> None:
    assert ask(she, host=host, authorization=bearer(she)).status_code == 200


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://localhost:1", "https://127.0.0.1", ""]
)
def test_a_web_page_of_another_origin_is_refused(she: Served, origin: str) -> None:
    answer = ask(she, origin=origin, authorization=bearer(she))
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


def test_a_page_of_our_own_is_not_refused_but_by_the_unix_socket(she: Served) -> None:
    assert ask(she, origin=she.url, authorization=bearer(she)).status_code == 200
    with httpx2.Client(transport=httpx2.HTTPTransport(uds=str(she.socket))) as client:
        assert (
            client.get("http://localhost/status", headers={"Origin": "http://localhost"}).status_code == 403
        )


def test_events_over_tcp_want_the_token_too(she: Served) -> None:
    url = she.url.replace("http", "ws") + "/events"
    for headers, protocols in (({}, None), ({"Authorization": "Bearer x"}, None), ({}, ["samantha.token.x"])):
        with pytest.raises(InvalidStatus) as refused:
            connect(url, additional_headers=headers, subprotocols=protocols, proxy=None)
        assert refused.value.response.status_code == 401
    with pytest.raises(InvalidStatus) as refused:
        connect(
            url, additional_headers={"Authorization": bearer(she)}, origin="http://evil.example", proxy=None
        )
    assert refused.value.response.status_code == 403
    with connect(url, subprotocols=["samantha", f"samantha.token.{she.token}"], proxy=None) as browser:
        assert browser.subprotocol == "samantha"
    with pytest.raises(SamanthaError, match="token"):
        next(Client(url=she.url, token="x").events())


def test_an_address_that_cannot_be_listened_on_is_told_in_a_sentence(she: Served) -> None:
    with pytest.raises(SamanthaError, match=r"cannot listen on 127\.0\.0\.1:\d+: address already in use"):
        sockets.listen_tcp("127.0.0.1", she.server.port)
    with pytest.raises(SamanthaError, match=r"cannot listen on 192\.0\.2\.1"):
        sockets.listen_tcp("192.0.2.1", 0)


def test_tcp_is_off_unless_switched_on() -> None:
    with served(ScriptedControl()) as quiet:
        assert quiet.server.port == 0
        assert not quiet.token_file.exists()


def test_a_port_that_is_taken_leaves_the_socket_working(folder: Path) -> None:
    from samantha.config import Api
    from samantha.service.api.server import ApiServer
    from samantha.service.client import Client

    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = ApiServer(
            ScriptedControl(),
            Api(tcp=True, port=taken.getsockname()[1]),
            folder / "api.sock",
            folder / "token",
        )
        server.start()
        try:
            assert "cannot listen" in server.problem
            assert Client(folder / "api.sock").status().state == "listening"
        finally:
            server.stop()
