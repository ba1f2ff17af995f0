"""POST /v1/chat/completions: her mind."""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from samantha.errors import ModelError, SamanthaError
from samantha.ports import Message, Role
from samantha.service.api.requests import unless_gone
from samantha.service.guests import Guests
from samantha.service.lending import Begun, Ended
from samantha.service.openai.host import MODEL, Host, Refused, Stream, event, parsed, told
from samantha.service.openai.requests import ChatRequest


class Chat:
    """Answers messages, as the client sends them or, by the name of samantha, as she is."""

    def __init__(self, host: Host) -> None:
        self._host = host

    async def answer(self, request: Request) -> Response:
        asked = await parsed(request, ChatRequest)
        thought = self._host.bridge.stream(lambda: _think(self._host.guests(), asked))
        try:
            begun = await unless_gone(request, anext(thought))
        except ModelError as problem:
            raise Refused(str(problem), "messages") from None
        assert isinstance(begun, Begun)
        frame = {
            "id": f"chatcmpl-{secrets.token_hex(12)}",
            "created": int(time.time()),
            "model": asked.model,
            "system_fingerprint": None,
        }
        if asked.stream:
            told_usage = asked.stream_options is not None and asked.stream_options.include_usage
            return Stream(thought, _events(thought, frame, begun, usage=told_usage))
        async with aclosing(thought):
            return JSONResponse(await unless_gone(request, _whole(thought, frame, begun)))


async def _think(guests: Guests, asked: ChatRequest) -> AsyncGenerator[Begun | str | Ended, None]:
    messages = [Message(_role(message.role), message.text) for message in asked.messages]
    if asked.model == MODEL and not any(message.role == "system" for message in messages):
        messages = [*guests.persona(), *messages]
    most = asked.max_completion_tokens or asked.max_tokens
    answer = guests.think(messages, max_tokens=most, temperature=asked.temperature, stop=asked.stops)
    async with aclosing(answer):
        async for item in answer:
            yield item


def _role(role: str) -> Role:
    return "system" if role in ("system", "developer") else "user" if role == "user" else "assistant"


async def _whole(
    thought: AsyncIterator[Begun | str | Ended], frame: dict[str, Any], begun: Begun
) -> dict[str, Any]:
    text, ended = "", Ended("stop", 0)
    async for item in thought:
        if isinstance(item, str):
            text += item
        elif isinstance(item, Ended):
            ended = item
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": text, "refusal": None},
        "finish_reason": ended.reason,
        "logprobs": None,
    }
    return {**frame, "object": "chat.completion", "choices": [choice], "usage": _usage(begun, ended)}


async def _events(
    thought: AsyncIterator[Begun | str | Ended], frame: dict[str, Any], begun: Begun, *, usage: bool
) -> AsyncIterator[str]:
    def chunk(delta: dict[str, str], reason: str | None = None) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": reason, "logprobs": None}
        return event({**whole, "choices": [choice]})

    whole = {**frame, "object": "chat.completion.chunk", **({"usage": None} if usage else {})}
    yield chunk({"role": "assistant", "content": ""})
    try:
        async for item in thought:
            if isinstance(item, str):
                yield chunk({"content": item})
            elif isinstance(item, Ended):
                yield chunk({}, item.reason)
                if usage:
                    yield event({**whole, "choices": [], "usage": _usage(begun, item)})
    except SamanthaError as problem:
        yield event({"error": told(problem)[1]})
        return
    yield "data: [DONE]\n\n"


def _usage(begun: Begun, ended: Ended) -> dict[str, int]:
    return {
        "prompt_tokens": begun.prompt_tokens,
        "completion_tokens": ended.tokens,
        "total_tokens": begun.prompt_tokens + ended.tokens,
    }
