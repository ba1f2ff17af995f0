"""The routes, to be mounted behind whatever asks for the token."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from samantha.service.bridge import Bridge
from samantha.service.guests import Guests
from samantha.service.lending import Seats
from samantha.service.openai.chat import Chat
from samantha.service.openai.host import MODEL, Host, answering
from samantha.service.openai.speech import Speech
from samantha.service.openai.transcriptions import Transcriptions

AT_ONCE = 4
"""Requests that may wait for her ears, or for her voice, at a time."""

_MODEL = {"id": MODEL, "object": "model", "created": 0, "owned_by": "samantha"}


def routes(guests: Callable[[], Guests], bridge: Bridge) -> list[Route]:
    """What OpenAI's clients ask for; `guests` is called on the conversation's loop, which `bridge` leads to."""
    host = Host(guests, bridge)
    return [
        Route("/v1/chat/completions", answering(Chat(host).answer), methods=["POST"]),
        Route("/v1/audio/speech", answering(Speech(host, Seats(AT_ONCE)).answer), methods=["POST"]),
        Route(
            "/v1/audio/transcriptions",
            answering(Transcriptions(host, Seats(AT_ONCE)).answer),
            methods=["POST"],
        ),
        Route("/v1/models", _models, methods=["GET"]),
        Route("/v1/models/{name}", _model, methods=["GET"]),
    ]


async def _models(_: Request) -> Response:
    return JSONResponse({"object": "list", "data": [_MODEL]})


async def _model(request: Request) -> Response:
    return JSONResponse({**_MODEL, "id": request.path_params["name"]})
