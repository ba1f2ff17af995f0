"""The control API as a table: each route, what it takes, what it gives, what can go wrong."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from samantha import __version__
from samantha.errors import SamanthaError
from samantha.events import Mode
from samantha.service.api.requests import unless_gone
from samantha.service.control import Control, Status, Talk

TEXT_LIMIT = 8000
"""Characters of a text that she is given to say or to answer."""

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")

Text = Annotated[
    str,
    Field(
        min_length=1,
        max_length=TEXT_LIMIT,
        pattern=r"[^\x00-\x20\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]",
        description="At least one character must be visible.",
    ),
    AfterValidator(lambda text: _CONTROL.sub(" ", text)),
]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Listen(_Body):
    """Whether the microphone is open."""

    on: bool


class SetMode(_Body):
    """When she listens."""

    mode: Mode


class Press(_Body):
    """What is done to the key to talk."""

    action: Talk


class Say(_Body):
    """What she should say aloud."""

    text: Text


class Chat(_Body):
    """What she should answer, and whether aloud too."""

    text: Text
    aloud: bool = False


class About(BaseModel):
    """Who answers here."""

    name: Literal["samantha"] = "samantha"
    version: str = __version__
    openapi: str = "/openapi.json"


class Hushed(BaseModel):
    """Whether there was anything to hush."""

    hushed: bool


class Said(BaseModel):
    """What was heard of it."""

    heard: str


class Answer(BaseModel):
    """Her answer."""

    text: str


class Devices(BaseModel):
    """Microphones and loudspeakers."""

    devices: list[dict[str, Any]]


class Settings(BaseModel):
    """The settings in force."""

    settings: dict[str, Any]


class Reloaded(BaseModel):
    """The paths of the settings that changed."""

    changed: list[str]


class Trouble(BaseModel):
    """`code` is for programs; `message` says what happened, `hint` what to do."""

    code: str
    message: str
    hint: str


class Problem(BaseModel):
    """What every refusal and error looks like."""

    error: Trouble


@dataclass(frozen=True, slots=True)
class Asked:
    """A request whose body has been read as what its route takes."""

    control: Control
    request: Request
    body: Any


@dataclass(frozen=True, slots=True)
class Verb:
    """One route: what it takes, what it gives, and how."""

    method: Literal["GET", "POST"]
    path: str
    summary: str
    gives: type[BaseModel]
    call: Callable[[Asked], Awaitable[BaseModel | Response]]
    takes: type[BaseModel] | None = None
    streams: bool = False
    """Gives server-sent events, unless the client asks for JSON."""


async def _about(_: Asked) -> About:
    return About()


async def _hush(asked: Asked) -> Hushed:
    return Hushed(hushed=await asked.control.hush())


async def _say(asked: Asked) -> Said:
    return Said(heard=await unless_gone(asked.request, asked.control.say(asked.body.text)))


async def _devices(asked: Asked) -> Devices:
    return Devices(devices=await asked.control.devices())


async def _settings(asked: Asked) -> Settings:
    return Settings(settings=await asked.control.config())


async def _reload(asked: Asked) -> Reloaded:
    return Reloaded(changed=await asked.control.reload())


async def _chat(asked: Asked) -> Answer | Response:
    """Her answer; what goes wrong before its first piece is told by the status."""
    pieces = asked.control.chat(asked.body.text, aloud=asked.body.aloud)
    accepted = asked.request.headers.get("accept", "")
    if "application/json" in accepted and "text/event-stream" not in accepted:
        return Answer(text=await unless_gone(asked.request, _joined(pieces)))
    return _Events(await unless_gone(asked.request, _next(pieces)), pieces)


class _Events(StreamingResponse):
    """An answer as server-sent events; ends it when there is nobody to send it to."""

    def __init__(self, first: str | None, rest: AsyncGenerator[str, None]) -> None:
        super().__init__(
            _events(first, rest), headers={"Cache-Control": "no-store"}, media_type="text/event-stream"
        )
        self._rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with aclosing(self._rest):
            await super().__call__(scope, receive, send)


async def _joined(pieces: AsyncIterator[str]) -> str:
    return "".join([piece async for piece in pieces])


async def _next(pieces: AsyncIterator[str]) -> str | None:
    return await anext(pieces, None)


async def _events(first: str | None, rest: AsyncIterator[str]) -> AsyncIterator[str]:
    def event(data: dict[str, Any]) -> str:
        return f"data: {json.dumps(data)}\n\n"

    try:
        if first is not None:
            yield event({"delta": first})
            async for piece in rest:
                yield event({"delta": piece})
        yield event({"done": True})
    except SamanthaError as problem:
        yield event({"error": {"code": problem.code, "message": problem.message, "hint": problem.hint}})


VERBS = (
    Verb("GET", "/", "Who answers here.", About, _about),
    Verb("GET", "/status", "How she is.", Status, lambda asked: asked.control.status()),
    Verb(
        "POST",
        "/listen",
        "Open the microphone, or close it for real.",
        Status,
        lambda asked: asked.control.listen(asked.body.on),
        Listen,
    ),
    Verb(
        "POST",
        "/mode",
        "Answer always, when called by name, or while the key to talk is held.",
        Status,
        lambda asked: asked.control.mode(asked.body.mode),
        SetMode,
    ),
    Verb(
        "POST",
        "/ptt",
        "Press or let go the key to talk.",
        Status,
        lambda asked: asked.control.ptt(asked.body.action),
        Press,
    ),
    Verb("POST", "/hush", "Be silent at once.", Hushed, _hush),
    Verb("POST", "/say", "Say a text aloud; answers when it is over.", Said, _say, Say),
    Verb("POST", "/chat", "Answer a text, piece by piece.", Answer, _chat, Chat, streams=True),
    Verb("GET", "/devices", "Microphones and loudspeakers.", Devices, _devices),
    Verb("GET", "/config", "The settings in force.", Settings, _settings),
    Verb("POST", "/reload", "Read the settings again.", Reloaded, _reload),
)
