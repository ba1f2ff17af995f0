"""What the endpoints have in common: the way to her, bounded requests, errors in OpenAI's shape."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from samantha.errors import SamanthaError
from samantha.service.api.requests import body
from samantha.service.bridge import Bridge
from samantha.service.control import Busy, Waking
from samantha.service.guests import Guests
from samantha.service.lending import Preempted, TooLong

log = logging.getLogger(__name__)

Model = TypeVar("Model", bound=BaseModel)
Endpoint = Callable[[Request], Coroutine[Any, Any, Response]]

MODEL = "samantha"
"""The model's name with which she is herself; with any other, messages go to the bare model."""

JSON_LIMIT = 1 << 20
"""Bytes of a request in JSON."""


@dataclass(frozen=True, slots=True)
class Host:
    """Where she is: `guests` gives who looks after guests now, on her own loop; it may raise Waking."""

    guests: Callable[[], Guests]
    bridge: Bridge


class Refused(Exception):  # noqa: N818 (the client's own mistake)
    """A request that cannot be met as it is; `param` is the part of it that is wrong."""

    code = None

    def __init__(self, message: str, param: str | None = None, status: int = 400) -> None:
        super().__init__(message)
        self.param, self.status = param, status


def answering(endpoint: Endpoint) -> Endpoint:
    """`endpoint`, with whatever it raises told as OpenAI tells it."""

    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except HTTPException as problem:
            status, error = told(Refused(problem.detail, status=problem.status_code))
            headers = dict(problem.headers or {})
        except (Refused, SamanthaError) as problem:
            status, error = told(problem)
            retry = getattr(problem, "retry_s", None)
            headers = {"Retry-After": str(retry)} if retry else {}
        return JSONResponse({"error": error}, status, headers)

    return answer


def told(problem: Refused | SamanthaError) -> tuple[int, dict[str, Any]]:
    """The status and the error object of `problem`."""
    status, kind, param, code = 500, "server_error", None, problem.code
    match problem:
        case Refused():
            status, kind, param = problem.status, "invalid_request_error", problem.param
        case TooLong():
            status, kind, param, code = 400, "invalid_request_error", "messages", "context_length_exceeded"
        case Busy():
            status, kind = 429, "rate_limit_error"
        case Waking() | Preempted():
            status = 503
        case _:
            log.warning("a guest could not be served: %s", problem)
    return status, {"message": str(problem), "type": kind, "param": param, "code": code}


async def parsed(request: Request, shape: type[Model]) -> Model:
    """The body of `request` as `shape`. Raises Refused, naming what is wrong."""
    text = await body(request, JSON_LIMIT)
    return checked(lambda: shape.model_validate_json(text))


def checked(read: Callable[[], Model]) -> Model:
    """What `read` makes of a request. Raises Refused, naming what is wrong in it."""
    try:
        return read()
    except ValidationError as wrong:
        errors = wrong.errors(include_url=False, include_input=False, include_context=False)
        deepest = max(errors, key=lambda error: len(error["loc"]))  # of what could be one of several things
        path = [str(part) for part in deepest["loc"] if str(part).replace("_", "").isalnum()]
        message = deepest["msg"].removeprefix("Value error, ")
        raise Refused(
            f"{'.'.join(path)}: {message}." if path else f"{message}.", next(iter(path), None)
        ) from None


class Stream(StreamingResponse):
    """An answer that comes piece by piece out of `source`, which ends with the connection."""

    def __init__(
        self,
        source: AsyncGenerator[Any, None],
        content: AsyncIterator[str] | AsyncIterator[bytes],
        media_type: str = "text/event-stream",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(
            content, media_type=media_type, headers={"Cache-Control": "no-store", **(headers or {})}
        )
        self._source = source

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except SamanthaError as problem:
            log.warning("an answer to a guest broke off: %s", problem)
            raise ClientDisconnect from None  # all that can be told him now is that it has no end
        finally:
            await self._source.aclose()


def event(data: Any) -> str:
    """`data` as one server-sent event."""
    return f"data: {json.dumps(data, ensure_ascii=False)}\n\n"
