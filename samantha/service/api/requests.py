"""What comes with a request: a body of bounded size that arrives in bounded time, as the model that was asked for."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)

BODY_LIMIT = 64 * 1024
"""Bytes of the body of a control request."""

OVER = 16
"""A body up to this many times too large is read to its end, so that its sender reads the answer."""

CLOSE = {"Connection": "close"}


async def body(request: Request, limit: int = BODY_LIMIT) -> bytes:
    """The body, of at most `limit` bytes, however it is sent, within the patience of the connection.

    Raises HTTPException 408 or 413.
    """
    too_large = HTTPException(413, f"The body is larger than {limit} bytes.", CLOSE)
    if int(request.headers.get("content-length", "0")) > OVER * limit:
        raise too_large
    size, kept = 0, []
    try:
        async with asyncio.timeout(request.state.patience_s):
            async for chunk in request.stream():
                size += len(chunk)
                if size <= limit:
                    kept.append(chunk)
                elif size > OVER * limit:
                    raise too_large
    except TimeoutError:
        raise HTTPException(408, "The body took too long to arrive.", CLOSE) from None
    if size > limit:
        raise HTTPException(413, too_large.detail)
    return b"".join(kept)


async def read(request: Request, model: type[M]) -> M:
    """The JSON body as `model`. Raises HTTPException 400, 408, 413, 415 or 422."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise HTTPException(415, "The body should be JSON: set Content-Type to application/json.")
    data = await body(request)
    try:
        return model.model_validate_json(data)
    except ValidationError as problem:
        errors = problem.errors(include_url=False, include_context=False, include_input=False)
        if errors[0]["type"] == "json_invalid":
            raise HTTPException(400, "The body is not valid JSON in UTF-8.") from None
        raise HTTPException(
            422, " ".join(_sentence(error["loc"], error["msg"]) for error in errors)
        ) from None


def _sentence(where: tuple[int | str, ...], what: str) -> str:
    name = ".".join(str(part) for part in where) or "The body"
    return f"{name}: {what}."


async def unless_gone(request: Request, work: Awaitable[T]) -> T:
    """What `work` gives; it is cancelled, and ClientDisconnect raised, when the client hangs up before."""

    async def hung_up() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    working, gone = asyncio.ensure_future(work), asyncio.ensure_future(hung_up())
    try:
        await asyncio.wait((working, gone), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientDisconnect
        return working.result()
    finally:
        for task in (working, gone):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await task
