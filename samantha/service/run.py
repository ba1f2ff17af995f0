"""From the command `samantha daemon` to a running one, and back to an exit code."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from samantha.config import Config
from samantha.errors import SamanthaError
from samantha.service import logs, places
from samantha.service.attachments import Attachments
from samantha.service.daemon import Daemon
from samantha.store.lock import exclusive

log = logging.getLogger(__name__)


def run(read: Callable[[], Config]) -> None:
    """Be the daemon until SIGTERM or Ctrl-C. `read` gives the settings, now and at each SIGHUP."""
    os.umask(0o077)
    config = read()
    logs.begin(config.log)
    with alone(places.lock(config)):
        asyncio.run(_live(read))
    _leave()


async def _live(read: Callable[[], Config]) -> None:
    daemon = Daemon(read)
    attachments = Attachments(daemon)
    daemon.changed, daemon.leaving = attachments.change, attachments.leave
    _on_signals(daemon)
    await attachments.begin()
    try:
        await daemon.run()
    finally:
        await attachments.end()


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Be the only one of this person. Raises SamanthaError that says who else is running."""
    places.private_folder(lock.parent)
    note = lock.with_suffix(".pid")

    def refuse() -> None:
        try:
            who, since = note.read_text("ascii").split(" ", 1)
            running = f"process {who}, since {since.strip()}"
        except (OSError, ValueError):
            running = "its process is not known"
        raise SamanthaError(
            "running",
            f"Samantha is running already ({running}).",
            "Stop her with `samantha service stop`, or end that process.",
        )

    with exclusive(lock, refuse):
        note.write_text(f"{os.getpid()} {datetime.now():%Y-%m-%d %H:%M}\n", "ascii")
        try:
            yield
        finally:
            note.unlink(missing_ok=True)


def _on_signals(daemon: Daemon) -> None:
    loop = asyncio.get_running_loop()
    reloading: set[asyncio.Task[Any]] = set()

    async def reload() -> None:
        try:
            await daemon.reload()
        except SamanthaError as problem:
            daemon.note("settings", f"The new settings are not used. {problem}")
        else:
            daemon.note("settings", "")

    def hang_up() -> None:
        task = loop.create_task(reload())
        reloading.add(task)
        task.add_done_callback(reloading.discard)

    if sys.platform == "win32":
        for name in (signal.SIGINT, signal.SIGBREAK, signal.SIGTERM):
            signal.signal(name, lambda *_: loop.call_soon_threadsafe(daemon.stop))
        return
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, daemon.stop)
    loop.add_signal_handler(signal.SIGHUP, hang_up)


def _leave() -> None:
    """End now: everything is saved, and an engine may be in the middle of something that cannot be stopped."""
    logging.shutdown()
    sys.stdout.flush()
    os._exit(0)
