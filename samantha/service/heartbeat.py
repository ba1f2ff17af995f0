"""How late the audio loop is, and a sign of life to whoever watches over the service."""

from __future__ import annotations

import asyncio
import os
import time
from collections import deque

from samantha.service import notify

BEAT = 0.05
"""Seconds between two looks at the clock."""

REMEMBERED = 1200
"""Looks that count: one minute."""


class Heartbeat:
    """Runs on the audio loop; `lag_ms` is its lateness, 99th percentile of the last minute."""

    def __init__(self) -> None:
        self._late: deque[float] = deque(maxlen=REMEMBERED)
        self._task: asyncio.Task[None] | None = None

    @property
    def lag_ms(self) -> float:
        late = sorted(self._late)
        return round(1000 * late[int(len(late) * 0.99)], 1) if late else 0.0

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._beat(), name="heartbeat")

    def forget(self) -> None:
        """What was until now does not count: the engines were being loaded."""
        self._late.clear()

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _beat(self) -> None:
        # A third of what systemd allows: two beats may be missed (sd_watchdog_enabled(3) advises half).
        watched = int(os.environ.get("WATCHDOG_USEC", 0)) / 1e6 / 3
        told = time.monotonic()
        while True:
            began = time.monotonic()
            await asyncio.sleep(BEAT)
            now = time.monotonic()
            self._late.append(max(0.0, now - began - BEAT))
            if watched and now - told >= watched:
                told = now
                notify.watchdog()
