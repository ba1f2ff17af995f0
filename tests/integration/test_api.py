"""The control API: every verb through a real socket, and every way of asking wrongly."""

from __future__ import annotations

import contextlib
import json
import logging
import socket
import threading
import time
from collections.abc import Iterator

import httpx2
import pytest
from scriptedcontrol import ScriptedControl, Served, served

from samantha.errors import ConfigError, SamanthaError
from samantha.service.api.requests import BODY_LIMIT
from samantha.service.api.routes import TEXT_LIMIT
from samantha.service.control import Busy, Waking

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def running() -> Iterator[Served]:
    with served(ScriptedControl()) as she:
        yield she


@pytest.fixture
def she(running: Served) -> Served:
    sinks = running.control.sinks
    running.control.__init__()
    running.control.sinks = sinks
    return running


@pytest.fixture
def http(she: Served) -> Iterator[httpx2.Client]:
    with httpx2.Client(
        transport=httpx2.HTTPTransport(uds=str(she.socket)), base_url="http://localhost"
    ) as client:
        yield client


def error(response: httpx2.Response) -> dict[str, str]:
    assert response.headers["content-type"] == "application/json"
    assert list(response.json()) == ["error"]
    return response.json()["error"]


def until(true) -> None:
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)


def publish_to_a_listener(she: Served) -> None:
    """Let something happen as soon as somebody listens: what happens before is not told."""
    until(lambda: she.server._hub._listeners)
    she.control.publish(event="Heard", at=1, text="x")


def raw(she: Served, *pieces: bytes) -> bytes:
    """What comes back for bytes sent as they are, until the server hangs up."""
    with socket.socket(socket.AF_UNIX) as wire:
        wire.settimeout(10)
        wire.connect(str(she.socket))
        answer = b""
        try:
            for piece in pieces:
                wire.sendall(piece)
            while piece := wire.recv(65536):
                answer += piece
        except (BrokenPipeError, ConnectionResetError):
            pass
        return answer


# --- the verbs -------------------------------------------------------------------------------------------


def test_every_verb_reaches_her(she: Served) -> None:
    client = she.client
    assert client.status().state == "listening"
    assert client.listen(False).muted
    assert client.mode("ptt").mode == "ptt"
    assert client.ptt("press").talking
    assert not client.ptt("toggle").talking
    assert client.hush() is False
    assert client.say("Good evening.") == "Good evening."
    assert "".join(client.chat("Are you there?", aloud=True)) == "Well, yes."
    assert client.devices()[0]["name"] == "a microphone"
    assert client.config() == {"dialog": {"mode": "ptt"}}
    assert client.reload() == ["dialog.mode"]
    assert client.status().mode == "ptt"
    verbs = [what for what in she.control.asked if what != ("status",)]
    assert verbs == [
        ("listen", False),
        ("mode", "ptt"),
        ("ptt", "press"),
        ("ptt", "toggle"),
        ("hush",),
        ("say", "Good evening."),
        ("chat", "Are you there?", True),
        ("devices",),
        ("config",),
        ("reload",),
    ]


def test_a_chat_comes_as_server_sent_events_or_at_once_as_json(http: httpx2.Client) -> None:
    streamed = http.post("/chat", json={"text": "Hello."})
    assert streamed.headers["content-type"].startswith("text/event-stream")
    assert streamed.text == 'data: {"delta": "Well,"}\n\ndata: {"delta": " yes."}\n\ndata: {"done": true}\n\n'
    whole = http.post("/chat", json={"text": "Hello."}, headers={"Accept": "application/json"})
    assert whole.json() == {"text": "Well, yes."}


def test_a_chat_that_nobody_reads_any_more_is_broken_off(she: Served) -> None:
    she.control.answer, she.control.pace_s = "one two three " * 200, 0.02
    pieces = she.client.chat("Count.")
    next(pieces)
    with pytest.raises(Busy) as busy:
        next(she.client.chat("And me?"))
    assert busy.value.retry_s == 2
    pieces.close()
    assert she.control.stopped.wait(10)
    until(lambda: not she.control.turn.locked())


@pytest.mark.parametrize("path", [b"/say", b"/chat"])
def test_who_hangs_up_before_the_answer_stops_it(she: Served, path: bytes) -> None:
    she.control.pace_s = 60
    with socket.socket(socket.AF_UNIX) as wire:
        wire.connect(str(she.socket))
        body = b'{"text": "A long story."}'
        head = b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        wire.sendall(head % (path, len(body)) + body)
        until(lambda: she.control.asked)
    assert she.control.stopped.wait(10)


@pytest.mark.parametrize(
    ("problem", "status", "retry"),
    [
        (Busy("She is in a turn.", 5), 429, "5"),
        (Waking(), 503, "2"),
        (SamanthaError("muted", "The microphone is off.", "Switch it on."), 409, None),
        (ConfigError("voice.speed cannot be 9."), 409, None),
    ],
)
def test_what_she_refuses_is_told_by_status_and_sentence(she, http, problem, status, retry) -> None:
    she.control.problem = problem
    for answer in (http.post("/ptt", json={"action": "press"}), http.post("/chat", json={"text": "Hello."})):
        assert answer.status_code == status
        assert answer.headers.get("retry-after") == retry
        assert error(answer) == {"code": problem.code, "message": problem.message, "hint": problem.hint}
    with pytest.raises(SamanthaError, match=str(problem)) as told:
        she.client.ptt("press")
    assert told.value.code == problem.code


def test_a_chat_that_fails_halfway_says_so_in_the_stream(she: Served) -> None:
    she.control.breaks_after = 1
    pieces = she.client.chat("Hello.")
    assert next(pieces) == "Well,"
    with pytest.raises(SamanthaError, match="train of thought"):
        next(pieces)


def test_a_bug_of_ours_is_logged_and_tells_nothing(she, http, caplog) -> None:
    she.control.problem = RuntimeError("secret words")
    with caplog.at_level(logging.INFO):
        answer = http.get("/status")
    assert answer.status_code == 500
    assert error(answer)["code"] == "bug"
    assert "secret" not in answer.text
    until(lambda: "/status failed: RuntimeError at " in caplog.text)
    assert "secret" not in caplog.text
    she.control.problem = None
    assert http.get("/status").status_code == 200


# --- asking wrongly --------------------------------------------------------------------------------------

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{", JSON, 400),
        (b"", JSON, 400),
        (b'{"text": "\xff"}', JSON, 400),
        (rb'{"text": "\ud800"}', JSON, 400),
        (b"[" * 5000, JSON, 400),
        (b'{"text": "x"}', {"Content-Type": "text/plain"}, 415),
        (b'{"text": "x"}', {}, 415),
        (b"[]", JSON, 422),
        (b"{}", JSON, 422),
        (b'{"text": ""}', JSON, 422),
        (b'{"text": " \\n\\u2003"}', JSON, 422),
        (b'{"text": 1}', JSON, 422),
        (b'{"text": "x", "loud": true}', JSON, 422),
        (b'{"text": "%s"}' % (b"x" * (TEXT_LIMIT + 1)), JSON, 422),
        (b'{"text": "%s"}' % (b"x" * BODY_LIMIT), JSON, 413),
    ],
)
def test_a_wrong_body_is_refused_before_it_reaches_her(she, http, body, headers, status) -> None:
    answer = http.post("/say", content=body, headers=headers)
    assert answer.status_code == status
    assert error(answer)["message"]
    assert she.control.asked == []


def test_control_characters_do_not_reach_her(she, http) -> None:
    assert http.post("/say", json={"text": "a\x00b\x1b[2Jc\nd"}).json() == {"heard": "a b [2Jc\nd"}


def test_truth_values_and_words_are_not_guessed(http: httpx2.Client) -> None:
    assert http.post("/listen", json={"on": "yes"}).status_code == 422
    assert http.post("/listen", json={"on": 1}).status_code == 422
    assert http.post("/mode", json={"mode": "named"}).status_code == 422
    assert "'press', 'release' or 'toggle'" in error(http.post("/ptt", json={"action": "pull"}))["message"]


def test_a_body_is_bounded_while_it_arrives(she: Served, http: httpx2.Client) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(100_000):
            yield b" " * 65536

    sent = 0

    def counted() -> Iterator[bytes]:
        nonlocal sent
        for piece in endless():
            sent += len(piece)
            yield piece

    with contextlib.suppress(
        httpx2.WriteError, httpx2.ReadError
    ):  # it may hang up while we are still sending
        assert http.post("/say", content=counted(), headers=JSON).status_code == 413
    assert sent < 64 * BODY_LIMIT
    assert b" 413 " in raw(
        she,
        b"POST /say HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9999999999\r\n\r\n",
    )


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/nowhere", 404, None),
        ("GET", "/status/", 404, None),
        ("GET", "/../etc/passwd", 404, None),
        ("POST", "/status", 405, {"GET", "HEAD"}),
        ("GET", "/hush", 405, {"POST"}),
        ("OPTIONS", "/hush", 405, {"POST"}),
        ("GET", "/events", 426, None),
    ],
)
def test_unknown_places_and_methods(http, method, path, status, allow) -> None:
    answer = http.request(method, path)
    assert answer.status_code == status
    error(answer)
    if allow:
        assert set(answer.headers["allow"].split(", ")) == allow
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_head_is_get_without_a_body(http: httpx2.Client) -> None:
    head = http.head("/status")
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == http.get("/status").headers["content-length"]


@pytest.mark.parametrize(
    "nonsense", [b"\x16\x03\x01\x02\x00\x01" * 10, b"GET\r\n\r\n", b"\r\n\r\n GET / FTP/1\r\n\r\n"]
)
def test_what_is_no_http_is_hung_up_on(she: Served, nonsense: bytes) -> None:
    assert raw(she, nonsense).startswith(b"HTTP/1.1 400 ")
    assert she.client.status()


def test_headers_without_end_are_hung_up_on(she: Served) -> None:
    assert (
        raw(she, b"GET / HTTP/1.1\r\n", *(b"X-%d: %s\r\n" % (i, b"y" * 1000) for i in range(500))) is not None
    )
    assert she.client.status()


# --- slow and stopping clients ---------------------------------------------------------------------------


def test_slow_clients_are_given_up_on() -> None:
    with served(ScriptedControl(answer="word " * 200_000), patience_s=1) as she:
        head = (
            b"POST /say HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n"
        )
        assert raw(she) == b""
        assert raw(she, b"GET / HTTP") == b""
        assert b" 408 " in raw(she, head, b'{"te')
        with socket.socket(socket.AF_UNIX) as unread:
            unread.connect(str(she.socket))
            body = b'{"text": "Talk."}'
            unread.sendall(head.replace(b"/say", b"/chat").replace(b"20", b"%d" % len(body)) + body)
            assert she.control.stopped.wait(10)
        until(lambda: not she.server._server.server_state.connections)
        assert she.client.status()


def test_stopping_hangs_up_on_everybody_and_leaves_nothing(caplog) -> None:
    control = ScriptedControl(answer="word " * 1000, pace_s=0.01)
    with served(control) as she:
        chat, events = she.client.chat("Talk."), she.client.events()
        next(chat)
        saying = threading.Thread(target=publish_to_a_listener, args=(she,))
        saying.start()
        next(events)
        saying.join()
        idle = socket.socket(socket.AF_UNIX)
        idle.connect(str(she.socket))
        thread = she.server._thread
        she.server.stop()
        assert not thread.is_alive()
        assert not she.socket.exists()
        assert control.stopped.is_set()
        assert control.sinks == []
        assert list(events) == []
        with pytest.raises(SamanthaError, match=r"broke|stopped"):
            list(chat)
        assert idle.recv(1) == b""
        idle.close()
        with pytest.raises(SamanthaError, match="not running"):
            she.client.status()
        she.server.start()
        assert she.client.status()
    assert not caplog.records


def test_the_document_names_every_verb(http: httpx2.Client) -> None:
    document = http.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert len(document["paths"]) == 11
    assert document["paths"]["/chat"]["post"]["responses"].keys() >= {
        "200",
        "401",
        "409",
        "413",
        "422",
        "429",
    }
    assert json.dumps(document).count("#/components/schemas/Status") == 4
