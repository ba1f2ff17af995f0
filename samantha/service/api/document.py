"""The OpenAPI document of the control API, made of the table of routes."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from samantha import __version__
from samantha.service.api.routes import VERBS, Problem, Verb

DESCRIPTION = """How a running Samantha is asked and told things.

On the Unix socket there is no token: only its owner can open it. On TCP every request carries
`Authorization: Bearer …`, with the token of the file that `samantha status` names.

`GET /events` is a WebSocket that gives each event as JSON text, and takes nothing. Over TCP a browser gives the
token as a subprotocol, `samantha.token.…`, beside `samantha`. One that reads too slowly is closed with 1013.

`POST /chat` gives server-sent events: `{"delta": "…"}` for each piece, then `{"done": true}`, or `{"error": …}`
if it broke off; with `Accept: application/json`, one JSON answer."""

_EVERYWHERE = {
    401: "A token is needed (TCP only).",
    403: "A web page of another origin may not use this.",
    405: "There is no such method here.",
    421: "This is not the host that was asked for (TCP only).",
}
_CALLED = {
    409: "She cannot do that now; the message says why.",
    429: "She is busy; Retry-After says when to try again.",
    503: "She is waking up; Retry-After says when to try again.",
}
_BODY = {
    400: "The body is not valid JSON in UTF-8.",
    408: "The body took too long to arrive.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    422: "The body is not what is asked for.",
}


def document() -> dict[str, Any]:
    """The document, as it is served at /openapi.json."""
    models: set[type[BaseModel]] = {Problem}
    for verb in VERBS:
        models |= {verb.gives} | ({verb.takes} if verb.takes else set())
    ordered = sorted(models, key=lambda model: model.__name__)
    _, schemas = models_json_schema(
        [(model, "validation" if issubclass(model, _taken()) else "serialization") for model in ordered],
        ref_template="#/components/schemas/{model}",
    )
    paths: dict[str, dict[str, Any]] = {}
    for verb in VERBS:
        paths.setdefault(verb.path, {})[verb.method.lower()] = _operation(verb)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Samantha", "version": __version__, "description": DESCRIPTION},
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _taken() -> tuple[type[BaseModel], ...]:
    return tuple(verb.takes for verb in VERBS if verb.takes)


def _operation(verb: Verb) -> dict[str, Any]:
    good: dict[str, Any] = {"application/json": {"schema": _ref(verb.gives)}}
    if verb.streams:
        data = {"type": "string", "contentMediaType": "application/json"}
        event = {"type": "object", "properties": {"data": data}, "required": ["data"]}
        good["text/event-stream"] = {"schema": event}
    troubles = _EVERYWHERE | (_CALLED if verb.path != "/" else {}) | (_BODY if verb.takes else {})
    operation: dict[str, Any] = {
        "summary": verb.summary,
        "operationId": verb.path.strip("/") or "about",
        "responses": {
            "200": {"description": (verb.gives.__doc__ or "").partition("\n")[0], "content": good},
            **{str(status): _trouble(status, why) for status, why in sorted(troubles.items())},
        },
    }
    if verb.takes:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _ref(verb.takes)}},
        }
    return operation


def _trouble(status: int, why: str) -> dict[str, Any]:
    response: dict[str, Any] = {
        "description": why,
        "content": {"application/json": {"schema": _ref(Problem)}},
    }
    if status in (429, 503):
        response["headers"] = {
            "Retry-After": {
                "required": True,
                "description": "Seconds.",
                "schema": {"type": "integer", "minimum": 1},
            }
        }
    return response


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{model.__name__}"}
