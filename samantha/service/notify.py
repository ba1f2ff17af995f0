"""How the service manager is told: ready, reloading, stopping, still alive (sd_notify(3)).

Where no manager listens, nothing is sent.
"""

from __future__ import annotations

import logging
import os
import socket
import time

log = logging.getLogger(__name__)


def ready(doing: str = "") -> None:
    """She is up, or the reload has ended; `doing` is one line for `systemctl status`."""
    _send("READY=1", *_status(doing))


def reloading() -> None:
    """A reload begins; `ready` ends it."""
    # The manager compares this clock with its own, to know that the signal it sent was seen.
    _send("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")


def stopping() -> None:
    """She is on her way out."""
    _send("STOPPING=1")


def status(doing: str) -> None:
    """What she is at, in one line for `systemctl status`; never what was said."""
    _send(*_status(doing))


def watchdog() -> None:
    """She is alive; due every `WATCHDOG_USEC`, which the manager sets, or it starts her anew."""
    _send("WATCHDOG=1")


def _status(doing: str) -> list[str]:
    return [f"STATUS={' '.join(doing.split())}"] if doing else []


def _send(*fields: str) -> None:
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")) or not fields:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]  # an abstract socket has no place in the file system
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.setblocking(False)  # this runs on the audio loop
            manager.sendto("\n".join(fields).encode(), address)
    except OSError as problem:
        log.warning("the service manager does not hear %s: %s", fields[0], problem)
