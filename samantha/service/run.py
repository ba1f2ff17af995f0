"""From the command `samantha daemon` to a running one, and back to an exit code."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from samantha.config import Config
from samantha.errors import SamanthaError
from samantha.service import logs, places
from samantha.service.attachments import Attachments
from samantha.service.daemon import Daemon
from samantha.service.verify import verify
from samantha.store.lock import exclusive

log = logging.getLogger(__name__)

OUR_BUG = 70

LEAVING_S = 1.8
"""Seconds after which she leaves without whatever has not stopped by then: a disk, a bus, a thread that hangs."""


def run(read: Callable[[], Config], make: Callable[[Callable[[], Config]], Daemon] = Daemon) -> None:
    """Be the daemon until SIGTERM or Ctrl-C. `read` gives the settings, now and at each SIGHUP.

    `make` makes the daemon of them. What ends her otherwise is written down, without words that may be the
    person's: a bug of ours ends with 70 and no traceback, the rest is raised.
    """
    os.umask(0o077)
    _open_standard_streams()
    config = read()
    verify(config)
    try:
        with alone(_lockable(places.lock(config))):
            logs.begin(config.log)  # not before: two programs that write one log would lose lines
            asyncio.run(_live(make, read))
    except SamanthaError as problem:
        log.error("%s", problem)  # noqa: TRY400 (a sentence is all there is to say)
        raise
    except (MemoryError, ImportError, OSError):
        log.exception("she broke off")
        raise
    except Exception:
        log.exception("she broke off")
        print("samantha: She broke off. This is a bug of ours; her log says where.", file=sys.stderr)
        sys.exit(OUR_BUG)
    _leave()


async def _live(make: Callable[[Callable[[], Config]], Daemon], read: Callable[[], Config]) -> None:
    daemon = make(read)
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
        with suppress(OSError):  # a full disk: then nobody is told who it is
            note.write_text(f"{os.getpid()} {datetime.now():%Y-%m-%d %H:%M}\n", "ascii")
        try:
            yield
        finally:
            with suppress(OSError):
                note.unlink()


def _lockable(lock: Path) -> Path:
    """`lock`, or one in the runtime folder where the disk takes no new file."""
    try:
        places.private_folder(lock.parent)
        lock.touch(0o600)
    except OSError as problem:
        log.warning("%s cannot be made (%s)", lock, problem.strerror)
        return places.private_folder(places.runtime_folder()) / lock.name
    return lock


def _on_signals(daemon: Daemon) -> None:
    loop = asyncio.get_running_loop()
    reloading: set[asyncio.Task[Any]] = set()

    def leave() -> None:
        daemon.stop()
        late = threading.Timer(LEAVING_S, _leave)
        late.daemon = True
        late.start()

    async def reload() -> None:
        await daemon.awake()
        try:
            await daemon.reload()
        except SamanthaError as problem:
            daemon.note("settings", f"The new settings are not used. {problem}")
        except Exception as problem:
            log.exception("the new settings broke")
            daemon.note("settings", f"The new settings are not used, because of a bug: {problem!r}.")
        else:
            daemon.note("settings", "")

    def hang_up() -> None:
        task = loop.create_task(reload())
        reloading.add(task)
        task.add_done_callback(reloading.discard)

    if sys.platform == "win32":
        for name in (signal.SIGINT, signal.SIGBREAK, signal.SIGTERM):
            signal.signal(name, lambda *_: loop.call_soon_threadsafe(leave))
        return
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, leave)
    loop.add_signal_handler(signal.SIGHUP, hang_up)


def _open_standard_streams() -> None:
    """Have 0, 1 and 2 lead nowhere where they are closed: else a file of hers would get what libraries print."""
    while (handle := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(handle, True)
    os.close(handle)


def _leave() -> None:
    """End now: everything is saved, and an engine may be in the middle of something that cannot be stopped."""
    logging.shutdown()
    if sys.stdout is not None:
        sys.stdout.flush()
    os._exit(0)
