"""What the service writes down: to the journal where there is one, else to a file that does not grow for ever."""

from __future__ import annotations

import logging
import os
import sys
import traceback
from collections.abc import Iterator
from logging.handlers import RotatingFileHandler
from typing import Any

from samantha.config import Log
from samantha.errors import SamanthaError
from samantha.service import places

SIZE, KEPT = 1 << 20, 3
PRIORITIES = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2}
"""Of syslog, which the journal reads in front of a line (sd-daemon(3))."""


class Discreet(logging.Formatter):
    """Tells of an exception what it was and where; what it says may quote the person, and is told at debug only."""

    def format(self, record: logging.LogRecord) -> str:
        if record.name == "asyncio" and record.exc_info and not _debugging():
            # It would name the arguments of what broke, and what it was to give.
            record = logging.makeLogRecord(record.__dict__ | {"msg": "broke in the background", "args": ()})
        return super().format(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802 (the name is logging's)
        if _debugging():
            return super().formatException(ei)
        return "\n".join(_outline(ei[1]))


def _debugging() -> bool:
    return logging.getLogger().isEnabledFor(logging.DEBUG)


def _outline(problem: BaseException) -> Iterator[str]:
    """The traceback of `problem` and of what led to it, without their messages, but for our own and the system's."""
    led = problem.__cause__ or (None if problem.__suppress_context__ else problem.__context__)
    if led is not None:
        yield from _outline(led)
        yield "which led to"
    yield "Traceback (most recent call last):"
    yield from (line.rstrip("\n") for line in traceback.format_tb(problem.__traceback__))
    yield repr(problem) if isinstance(problem, SamanthaError | OSError) else type(problem).__qualname__
    if isinstance(problem, BaseExceptionGroup):
        for inner in problem.exceptions:
            yield from _outline(inner)


class _Journal(Discreet):
    def format(self, record: logging.LogRecord) -> str:
        priority = PRIORITIES.get(record.levelno, 6)
        return "\n".join(f"<{priority}>{line}" for line in super().format(record).splitlines())


def begin(settings: Log) -> None:
    """Write from now on at the level of `settings`; called again, only the level changes."""
    root = logging.getLogger()
    root.setLevel(settings.level.upper())
    for chatty in ("uvicorn", "asyncio", "httpx2", "httpcore2", "faster_whisper", "websockets", "wyoming"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    if not root.handlers:
        root.addHandler(_handler())


def _handler() -> logging.Handler:
    if os.environ.get("JOURNAL_STREAM"):
        handler: logging.Handler = logging.StreamHandler()
        handler.setFormatter(_Journal("%(name)s: %(message)s"))
        return handler
    line = Discreet("%(asctime)s %(levelname)-7s %(name)s: %(message)s")
    try:
        path = places.log_file()
        places.private_folder(path.parent)
        path.touch(mode=0o600)
        path.chmod(0o600)
        handler = RotatingFileHandler(
            path, maxBytes=SIZE, backupCount=KEPT, encoding="utf-8", delay=True, errors="replace"
        )
    except OSError as problem:
        handler = logging.StreamHandler()
        print(f"samantha: no log file: {problem}; it goes to standard error.", file=sys.stderr)
    handler.setFormatter(line)
    return handler
