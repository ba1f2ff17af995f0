"""What is sent to an OpenAI-compatible server, and what is made of whatever it answers."""

from __future__ import annotations

import logging
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from wires import ChatServer, Server, begin_stream, chatting, chunk, delta, status, stream, wait_for_the_end

from samantha.config import Llm, Remote
from samantha.dialog.token import Token
from samantha.errors import Cancelled, ConfigError, SamanthaError
from samantha.ports import Message
from samantha.remote.line import UnreachableError
from samantha.remote.openai import OpenAI

pytestmark = pytest.mark.unit

SECRET = "sk-very-secret"
TURN = [Message("system", "You are Samantha."), Message("user", "My name is Ada.")]


def model(url: str, *, timeout_s: float = 20.0, llm: Llm | None = None, **remote: str) -> OpenAI:
    return OpenAI(Remote(llm_url=url, timeout_s=timeout_s, **remote), llm or Llm())  # type: ignore[arg-type]


def answer(llm: OpenAI, token: Token | None = None) -> str:
    return "".join(llm.generate(TURN, token or Token(), max_tokens=40))


def test_an_answer_comes_in_pieces_and_the_request_says_what_was_set(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text(f"{SECRET}\n")
    key.chmod(0o600)
    with chatting(stream("Hel", "lo, Ad", "a.")) as (url, asked):
        llm = model(url, llm=Llm(seed=7), llm_key_file=str(key))
        assert list(llm.generate(TURN, Token(), max_tokens=40, temperature=0.0)) == ["Hel", "lo, Ad", "a."]
        assert answer(llm) == "Hello, Ada."
    assert [request.path for request in asked] == ["/v1/models", *["/v1/chat/completions"] * 2]
    assert all(request.headers["authorization"] == f"Bearer {SECRET}" for request in asked)
    body = asked[1].body
    assert body["messages"][1] == {"role": "user", "content": "My name is Ada."}
    assert (body["model"], body["max_tokens"], body["stream"], body["seed"]) == ("tiny", 40, True, 7)
    assert (body["temperature"], asked[2].body["temperature"]) == (0.0, 0.5)


def test_what_is_pondered_is_the_likeliest() -> None:
    with chatting(stream("no", "ne")) as (url, asked):
        assert model(url).ponder(TURN, Token(), max_tokens=40, grammar='root ::= "none"') == "none"
    assert asked[-1].body["temperature"] == 0.0


@pytest.mark.parametrize(("begun", "goes_on"), [("Hello,", " Ada."), ("Hello, ", "Ada.")])
def test_an_answer_that_was_broken_off_goes_on(begun: str, goes_on: str) -> None:
    with chatting(stream(" Ada", ".")) as (url, asked):
        assert "".join(model(url).generate(TURN, Token(), max_tokens=40, begun=begun)) == goes_on
        assert answer(model(url)) == "Ada."
    continued, anew = (request.body for request in asked if request.path.endswith("completions"))
    assert continued["messages"][-1] == {"role": "assistant", "content": "Hello,"}
    assert (continued["add_generation_prompt"], continued["continue_final_message"]) == (False, True)
    assert anew["messages"][-1]["role"] == "user"
    assert not {"add_generation_prompt", "continue_final_message"} & set(anew)


def test_thoughts_are_left_out() -> None:
    def think(line: socket.socket) -> None:
        begin_stream(line)
        chunk(line, b": a comment\n\n")
        delta(line, reasoning_content="Who is Ada?")
        delta(line, content="<think>Ada who?</think>")
        delta(line, content="Hello.")
        chunk(line, b'data: {"choices": [{"delta": {}, "finish_reason": "stop"}]}\n\n')

    with chatting(think) as (url, _):
        assert answer(model(url)) == "Hello."


def test_what_says_nothing_is_passed_over() -> None:
    def odd(line: socket.socket) -> None:
        begin_stream(line)
        for event in (
            b'{"choices": null, "usage": {"total_tokens": 5}}',
            b'{"choices": [null, {"delta": null}, {"delta": {"content": null}}]}',
            b'{"choices": [{"delta": {"content": [{"type": "thinking"}]}}]}',
            b'{"choices": [{"delta": {"content": "Hello."}}], "error": null}',
        ):
            chunk(line, b"data: " + event + b"\n\n")
        chunk(line, b"data: [DONE]\n\n")

    with chatting(odd) as (url, _):
        assert answer(model(url)) == "Hello."


@pytest.mark.parametrize(
    ("about", "context"),
    [
        ({}, 4096),
        ({"models": {"data": [{"id": "a", "meta": {"n_ctx": 2048}}]}}, 2048),
        ({"models": {"data": [{"id": "a", "max_model_len": 1500}]}}, 1500),
        ({"models": {"data": [{"id": "a", "max_model_len": 131072}]}}, 4096),
        (
            {
                "models": {"data": [{"id": "a", "owned_by": "llamacpp", "meta": None}]},
                "props": {"default_generation_settings": {"n_ctx": 3000}},
            },
            3000,
        ),
    ],
)
def test_the_context_is_what_both_sides_have(about: dict[str, Any], context: int) -> None:
    with chatting(stream(), **about) as (url, asked):
        assert model(url).context == context
    assert {request.path for request in asked} <= {"/v1/models", "/props"}


def test_the_named_model_is_asked_for() -> None:
    models = {"data": [{"id": "a", "max_model_len": 1024}, {"id": "b", "max_model_len": 2048}]}
    with chatting(stream("Yes."), models=models) as (url, asked):
        llm = model(url, llm_model="b")
        assert llm.context == 2048
        assert answer(llm) == "Yes."
    assert asked[-1].body["model"] == "b"


def test_a_server_without_a_model_is_a_problem() -> None:
    with chatting(stream(), models={"data": []}) as (url, _), pytest.raises(SamanthaError, match="no model"):
        answer(model(url))


def broken(line: socket.socket) -> None:
    begin_stream(line)
    chunk(line, b"data: {broken\n\n")


def failing(line: socket.socket) -> None:
    begin_stream(line)
    chunk(line, b'data: {"error": {"message": "My name is Ada."}}\n\n')


@pytest.mark.parametrize(
    ("script", "says"),
    [
        (status("500 Internal Server Error"), "answers 500 Internal Server Error"),
        (status("503 Service Unavailable"), "answers 503"),
        (status("429 Too Many Requests"), "answers 429"),
        (stream(done=False), "its answer broke off"),
        (broken, "its answer is no JSON"),
        (failing, "it failed while answering"),
        (lambda line: line.sendall(b"SSH-2.0-OpenSSH_9.6\r\n"), "it does not speak HTTP"),
        (lambda line: None, "cannot be reached"),
    ],
)
def test_what_is_no_answer_is_an_outage(
    script: Callable[[socket.socket], None], says: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with chatting(script) as (url, _), pytest.raises(UnreachableError, match=says) as caught:
        answer(model(url))
    assert "Ada" not in str(caught.value) + caplog.text


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("401 Unauthorized", "remote.llm_key_file"),
        ("404 Not Found", "remote.llm_url"),
        ("400 Bad Request", "llm.context"),
        ("418 I'm a teapot", "the server's own log"),
    ],
)
def test_a_refusal_is_for_the_person_to_mend(code: str, hint: str) -> None:
    with chatting(status(code)) as (url, _), pytest.raises(SamanthaError, match=code) as caught:
        answer(model(url))
    assert not isinstance(caught.value, UnreachableError)
    assert hint in caught.value.hint
    assert "what he said" not in str(caught.value)


def test_redirects_are_not_followed() -> None:
    with chatting(stream("I am another.")) as (other, asked):
        there = status("307 Temporary Redirect", f"Location: {other}/chat/completions")
        with chatting(there) as (url, _), pytest.raises(SamanthaError, match="307"):
            answer(model(url))
    assert asked == []


def test_what_was_said_before_a_break_was_said() -> None:
    with chatting(stream("One,", " two", done=False)) as (url, _):
        pieces = model(url).generate(TURN, Token(), max_tokens=40)
        assert [next(pieces), next(pieces)] == ["One,", " two"]
        with pytest.raises(UnreachableError, match="broke off"):
            next(pieces)


def test_a_machine_that_is_off_is_an_outage() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(UnreachableError, match=f"127.0.0.1:{port} cannot be reached: Connection refused"):
        answer(model(f"http://127.0.0.1:{port}/v1"))


def test_what_cannot_be_a_host_is_an_outage() -> None:
    with pytest.raises(UnreachableError, match="cannot be a host's name"):
        answer(model("http://far..example/v1"))


def pinging(line: socket.socket) -> None:
    begin_stream(line)
    for _ in range(100):
        chunk(line, b": ping\n\n")
        threading.Event().wait(0.05)


@pytest.mark.parametrize("script", [wait_for_the_end, pinging])
def test_time_runs_out_before_the_first_word(script: Callable[[socket.socket], None]) -> None:
    with (
        chatting(script) as (url, _),
        pytest.raises(UnreachableError, match=r"did not answer within 0\.5 s"),
    ):
        answer(model(url, timeout_s=0.5))


def held(line: socket.socket) -> None:
    begin_stream(line)
    delta(line, content="One,")
    wait_for_the_end(line)


@pytest.mark.parametrize("script", [wait_for_the_end, held])
def test_a_cancelled_answer_ends_at_once(script: Callable[[socket.socket], None]) -> None:
    token, ended = Token(), []

    def work(llm: OpenAI) -> None:
        try:
            answer(llm, token)
        except Cancelled as problem:
            ended.append(problem)

    with chatting(script) as (url, asked):
        thread = threading.Thread(target=work, args=[model(url, timeout_s=120)])
        thread.start()
        while len(asked) < 2:
            threading.Event().wait(0.01)
        token.cancel()
        thread.join(5)
        assert not thread.is_alive()
    assert len(ended) == 1


def test_a_connection_that_never_opens_can_be_given_up() -> None:
    token, reached = Token(), threading.Event()

    def silent(line: socket.socket) -> None:
        reached.set()
        wait_for_the_end(line)

    with Server(silent) as server:  # which never shakes hands
        llm = model(f"https://127.0.0.1:{server.port}/v1", timeout_s=120)
        threading.Thread(target=lambda: (reached.wait(5), token.cancel())).start()
        with pytest.raises(Cancelled):
            answer(llm, token)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A key and a certificate for 127.0.0.1 in one file, signed by nobody else."""
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl: apt install openssl")
    file = tmp_path / "server.pem"
    request = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=test"
    named = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", file, "-out", tmp_path / "cert.pem"]
    subprocess.run(["openssl", *request.split(), *named], check=True, capture_output=True, timeout=20)
    file.write_text(file.read_text() + (tmp_path / "cert.pem").read_text())
    return file


@pytest.mark.parametrize("trusted", [True, False])
def test_only_a_trusted_certificate_will_do(
    certificate: Path, trusted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    script = ChatServer(stream("In secret."))

    def encrypted(line: socket.socket) -> None:
        with context.wrap_socket(line, server_side=True) as inner:
            script(inner)

    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate.with_name("cert.pem")))
    with Server(encrypted) as server:
        llm = model(f"https://127.0.0.1:{server.port}/v1")
        if trusted:
            assert answer(llm) == "In secret."
            return
        with pytest.raises(UnreachableError, match="a certificate that is not trusted here"):
            answer(llm)
    assert script.asked == []


def test_no_proxy_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with chatting(stream("I am the proxy.")) as (proxy, asked), chatting(stream("I am she.")) as (url, _):
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.removesuffix("/v1"))
        assert answer(model(url)) == "I am she."
    assert asked == []


def test_the_key_stays_secret(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    key = tmp_path / "key"
    key.write_text(SECRET)
    key.chmod(0o644)
    caplog.set_level(logging.DEBUG)
    with chatting(status("401 Unauthorized")) as (url, _):
        llm = model(url, llm_key_file=str(key))
        with pytest.raises(SamanthaError) as caught:
            answer(llm)
    assert "chmod 600" in caplog.text
    assert SECRET not in caplog.text + str(caught.value) + repr(vars(caught.value))


@pytest.mark.parametrize("content", [b"", b"two words", b"one\ntwo", "schlüssel".encode(), None])
def test_a_key_that_is_none_is_a_problem_of_the_settings(tmp_path: Path, content: bytes | None) -> None:
    key = tmp_path / "key"
    if content is not None:
        key.write_bytes(content)
    with pytest.raises(ConfigError, match=r"remote\.llm_key_file"):
        model("http://far/v1", llm_key_file=str(key))


@pytest.mark.parametrize(
    ("text", "tokens"), [("", 8), ("Hello there", 12), ("7:30", 12), ("Приве́т", 15), ("早上好", 13)]
)
def test_tokens_are_estimated_from_the_script(text: str, tokens: int) -> None:
    assert model("http://far/v1").count([Message("user", text)]) == tokens
