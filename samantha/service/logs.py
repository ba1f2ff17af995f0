"""What the service writes down: to the journal where there is one, else to a file that does not grow for ever."""

from __future__ import annotations

import logging
import os
import sys
from logging.handlers import RotatingFileHandler

from samantha.config import Log
from samantha.service import places

SIZE, KEPT = 1 << 20, 3
PRIORITIES = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2}
"""Of syslog, which the journal reads in front of a line (sd-daemon(3))."""


class _Journal(logging.Formatter):
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
    line = logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s")
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
