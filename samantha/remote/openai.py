"""A chat model behind an OpenAI-compatible server: llama-server, vLLM, Ollama and their like."""

from __future__ import annotations

import json
import logging
import re
import stat
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from typing import Any

from samantha.config import Llm, Remote
from samantha.dialog.token import Token
from samantha.errors import ConfigError, SamanthaError
from samantha.mind.pieces import Pieces
from samantha.ports import Message
from samantha.remote.line import UnreachableError, connected
from samantha.remote.reach import Address, address

log = logging.getLogger(__name__)

_LONGEST_LINE = 1 << 20
_LONGEST_BODY = 1 << 22
_BUSY = (408, 425, 429)
_FRAME = 8  # tokens that a chat template puts around a message; 5 with ChatML
_PLAIN = re.compile(r"[A-Za-z ]")


class OpenAI:
    """Implements ports.LanguageModel; keeps no connection open between two calls.

    Raises ConfigError if the settings name no server or a key that cannot be read. Whatever asks the server
    raises UnreachableError if it does not answer as one should, and SamanthaError if it refuses.
    """

    threads = 1

    def __init__(self, remote: Remote, llm: Llm) -> None:
        self._address = address(remote, "llm_url", "llm.engine: openai")
        self._remote = remote
        self._llm = llm
        self._key = _key(remote.llm_key_file)
        self._told: tuple[str, int] | None = None

    @property
    def context(self) -> int:
        """Tokens that fit: as many as the server keeps in view, if it says so, and not above `llm.context`."""
        return self._about(Token())[1]

    def count(self, messages: Sequence[Message]) -> int:
        """An estimate on the safe side, since only the server knows its vocabulary.

        Three letters or blanks of English make a token, any other ASCII character makes one, and so do two
        bytes of any other script. That is up to twice what the text takes in a large vocabulary.
        """
        return sum(_FRAME + _estimate(message.content) for message in messages)

    def prefill(self, messages: Sequence[Message], token: Token, *, unfinished: bool = False) -> None:
        """Nothing: these servers keep what they have read, and reading costs them little."""

    def generate(
        self,
        messages: Sequence[Message],
        token: Token,
        *,
        max_tokens: int,
        temperature: float | None = None,
        begun: str = "",
    ) -> Iterator[str]:
        """Pieces of the assistant's next message, without what the model only thinks.

        `begun` is how the message begins already: llama-server and vLLM go on from there; a server that knows
        no way to do so begins anew. Raises UnreachableError, also in the middle; raises SamanthaError if the
        server refuses; raises Cancelled.
        """
        request: dict[str, Any] = {
            "model": self._about(token)[0],
            "messages": [{"role": message.role, "content": message.content} for message in messages],
            "max_tokens": max_tokens,
            "temperature": self._llm.temperature if temperature is None else temperature,
            "stream": True,
            # Models that can think aloud are asked not to; who does not know the word ignores it.
            "chat_template_kwargs": {"enable_thinking": False},
        }
        if self._llm.seed >= 0:
            request["seed"] = self._llm.seed
        if begun:
            request["messages"].append({"role": "assistant", "content": begun.rstrip()})
            request |= {"add_generation_prompt": False, "continue_final_message": True}
        pieces = Pieces(goes_on=begun == begun.rstrip() != "")
        with self._asked("POST", "/chat/completions", token, request) as response:
            for text in self._deltas(response):
                token.check()
                if ready := pieces.feed(text.encode()):
                    yield ready
        if rest := pieces.finish():
            yield rest

    def ponder(
        self,
        messages: Sequence[Message],
        token: Token,
        *,
        max_tokens: int,
        grammar: str = "",  # noqa: ARG002 (each server has another word for it, and who asks checks the answer)
    ) -> str:
        """An answer to `messages` at temperature 0, of whatever form; errors as of `generate`."""
        return "".join(self.generate(messages, token, max_tokens=max_tokens, temperature=0.0))

    def _deltas(self, response: HTTPResponse) -> Iterator[str]:
        """What the model writes, thoughts that the server has set apart as empty strings."""
        deadline = time.monotonic() + self._remote.timeout_s
        for event in _events(response):
            for choice in _list(event.get("choices")):
                delta = _dict(choice.get("delta"))
                text = delta.get("content")
                if text and isinstance(text, str):
                    yield text
                if text or delta.get("reasoning_content") or delta.get("reasoning"):
                    deadline = float("inf")  # it works: from now on the line's own timeout holds
                if choice.get("finish_reason"):
                    return
            if time.monotonic() > deadline:  # signs of life alone are no answer
                raise TimeoutError

    def _about(self, token: Token) -> tuple[str, int]:
        """The model's name there, and the tokens that fit; asked once, and again after an outage."""
        if self._told is None:
            models = _list(self._read("/models", token).get("data"))
            wanted = self._remote.llm_model
            model = next((m for m in models if not wanted or m.get("id") == wanted), {})
            name = wanted or str(model.get("id") or "")
            if not name:
                raise SamanthaError(
                    "remote", f"{self._address} offers no model.", "Load one there, or set remote.llm_model."
                )
            room = [_dict(model.get("meta")).get("n_ctx"), model.get("max_model_len")]
            if model.get("owned_by") == "llamacpp":
                props = self._read("/props", token, above=True)
                room.append(_dict(props.get("default_generation_settings")).get("n_ctx"))
            known = [tokens for tokens in room if isinstance(tokens, int) and tokens > 0]
            self._told = name, min([self._llm.context, *known])
        return self._told

    def _read(self, path: str, token: Token, *, above: bool = False) -> dict[str, Any]:
        """The JSON object at `path`; with `above`, beside the API's own folder and not in it."""
        with self._asked("GET", path, token, above=above) as response:
            try:
                return _dict(json.loads(response.read(_LONGEST_BODY)))
            except ValueError:
                raise ConnectionError("it does not speak JSON") from None

    @contextmanager
    def _asked(
        self, method: str, path: str, token: Token, body: object = None, *, above: bool = False
    ) -> Iterator[HTTPResponse]:
        """The server's answer, its body still to be read. Redirects are refusals."""
        there = self._address
        base = there.path.removesuffix("/v1") if above else there.path
        headers = {"Accept": "application/json, text/event-stream", "Connection": "close"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            with connected(there, self._remote.timeout_s, token) as line:
                http = HTTPConnection(there.host, there.port)
                http.sock = line
                try:
                    http.request(method, base + path, None if body is None else json.dumps(body), headers)
                    with http.getresponse() as response:
                        _accept(response, there)
                        yield response
                except HTTPException as problem:
                    raise ConnectionError("it does not speak HTTP as it should") from problem
        except UnreachableError:
            self._told = None
            raise


def _accept(response: HTTPResponse, there: Address) -> None:
    """Raise what the status of `response` means, unless it is success."""
    status = response.status
    if status == 200:
        return
    # The body may repeat the conversation: it is for debugging, and never part of an error.
    log.debug("%s answers %d: %s", there, status, response.read(2000))
    says = f"answers {status} {response.reason}".rstrip()
    if status >= 500 or status in _BUSY:
        raise UnreachableError(there, says)
    hints = {
        400: "Lower llm.context to what that machine keeps in view, and see its own log.",
        401: "Check remote.llm_key_file.",
        403: "Check remote.llm_key_file.",
        404: f"Check {there.setting}, which mostly ends in /v1, and remote.llm_model.",
    }
    moved = f"Name the address it redirects to in {there.setting}; redirects are not followed."
    hint = moved if 300 <= status < 400 else hints.get(status, "See the server's own log.")
    raise SamanthaError("remote", f"{there} {says}.", hint)


def _events(response: HTTPResponse) -> Iterator[dict[str, Any]]:
    """The JSON objects of a stream of server-sent events, until it says that it is done.

    An empty one stands for each sign of life that is no event: a comment, a blank line.
    """
    while line := response.readline(_LONGEST_LINE):
        field, _, data = line.partition(b":")
        if field != b"data":
            yield {}
            continue
        if data.strip() == b"[DONE]":
            return
        try:
            event = _dict(json.loads(data))
        except ValueError:
            raise ConnectionError("its answer is no JSON") from None
        if event.get("error"):
            log.debug("the stream reports: %s", event)
            raise ConnectionError("it failed while answering")
        yield event
    raise ConnectionError("its answer broke off")


def _estimate(text: str) -> int:
    plain = len(_PLAIN.findall(text))
    costly = len(text.encode("ascii", "ignore")) - plain
    foreign = len(text.encode()) - plain - costly
    return -(-plain // 3) + costly + -(-foreign // 2)


def _key(named: str) -> str:
    """The key in the file `named`; "" if none is named. It is shown nowhere."""
    if not named:
        return ""
    file = Path(named).expanduser()
    try:
        key = file.read_text("ascii").strip()
        mode = file.stat().st_mode
    except OSError as problem:
        raise ConfigError(
            f"remote.llm_key_file: {file} cannot be read: {problem.strerror}.", "Check the path."
        ) from None
    except UnicodeDecodeError:
        key, mode = "", 0
    if not key.isprintable() or " " in key or not key:
        raise ConfigError(
            f"remote.llm_key_file: {file} holds no key.", "Put the key into it, alone on one line."
        )
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        log.warning("%s can be read by others on this machine: run `chmod 600 %s`", file, file)
    return key


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
