"""What the sound server of a Linux desktop, PulseAudio or PipeWire, says about its devices.

PortAudio knows such a server as one device that never changes. The server itself knows what is behind it: real
names, which is the default, which is a headset, and when any of that changes.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable
from typing import Any

from samantha.audio.choice import Endpoint, Offer
from samantha.events import Side

log = logging.getLogger(__name__)

WORN = ("headset", "headphone", "hands-free", "handset")
"""Form factors of what sits on the ear."""

NOTHING = ("auto_null", "auto_null.monitor")
"""What a server offers when it has no device at all."""

SETTLE = 0.05
"""Seconds of quiet after a change before it is looked at: a change seldom comes alone."""

ANSWER = 1.0
"""Seconds that a server may take to answer when it is first asked; a dead one is not waited for."""

AGAIN = (0.1, 0.25, 0.5)
"""Seconds between attempts to reach a server that has gone; the last is repeated."""


class Server:
    """The server's own account of its devices, kept current by a thread; it reconnects for ever."""

    def __init__(self) -> None:
        """Ask once, so that `offer` is there; nothing is watched yet."""
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self.seen = False
        """Whether there ever was a server."""
        self.offer: Offer | None = None
        """The latest account, replaced as a whole; None while there is no server."""
        self._pulse: Any = None
        self._first = threading.Thread(target=self._ask, name="sound server", daemon=True)
        self._first.start()
        self._first.join(ANSWER)

    def watch(self, changed: Callable[[], None]) -> None:
        """Call `changed`, on a thread of its own, whenever `offer` has changed."""
        if available():
            self._thread = threading.Thread(
                target=self._run, args=(changed,), name="sound server", daemon=True
            )
            self._thread.start()

    def stop(self) -> None:
        """Watch no longer; the thread ends within a second. May be called twice."""
        self._stopping.set()
        if self._thread is None and self._pulse is not None:
            self._pulse.close()

    def _ask(self) -> None:
        pulse = connect()
        if pulse is None:
            return
        try:
            self._look(pulse, 0)
        except Exception as problem:  # noqa: BLE001 (pulsectl's have nothing in common, and mean one thing)
            log.info("the sound server does not answer: %s", problem)
        self._pulse = pulse

    def _run(self, changed: Callable[[], None]) -> None:
        if self._first.is_alive():  # its answer must not come after a later one
            self._first.join()
            changed()
        pulse, connection, failures = self._pulse, 0, 0
        while not self._stopping.is_set():
            if pulse is not None:
                failures = 0
                with pulse:
                    self._follow(pulse, connection, changed)
            if self.offer is not None:
                self.offer = None
                changed()
            self._stopping.wait(AGAIN[min(failures, len(AGAIN) - 1)])
            pulse, connection, failures = connect(), connection + 1, failures + 1

    def _follow(self, pulse: Any, connection: int, changed: Callable[[], None]) -> None:
        """Until the connection ends."""
        from pulsectl import PulseLoopStop

        stirred = True

        def stir(_: object) -> None:
            nonlocal stirred
            stirred = True
            raise PulseLoopStop

        try:
            pulse.event_callback_set(stir)
            pulse.event_mask_set("sink", "source", "server", "card")
            while not self._stopping.is_set():
                if stirred:
                    stirred = False
                    before = self.offer
                    self._look(pulse, connection)
                    if self.offer != before:
                        changed()
                    self._stopping.wait(SETTLE)
                pulse.event_listen(timeout=0.0 if stirred else 1.0)
        except Exception as problem:  # noqa: BLE001 (pulsectl's have nothing in common, and mean one thing)
            log.info("the sound server has gone: %s", str(problem) or type(problem).__name__)

    def _look(self, pulse: Any, connection: int) -> None:
        """Renew `offer`."""
        info = pulse.server_info()
        listed: dict[Side, list[Any]] = {"input": pulse.source_list(), "output": pulse.sink_list()}
        nodes = [
            _endpoint(side, node, connection)
            for side, there in listed.items()
            for node in there
            if node.name not in NOTHING
        ]
        defaults: dict[Side, str] = {
            "input": info.default_source_name or "",
            "output": info.default_sink_name or "",
        }
        self.offer = Offer(tuple(nodes), defaults, served=True)
        self.seen = True


def available() -> bool:
    """Whether there may be such a server: on Linux, with libpulse, and not on another machine."""
    if sys.platform != "linux" or "tcp" in os.environ.get("PULSE_SERVER", ""):
        return False
    try:
        import pulsectl  # noqa: F401
    except (ImportError, OSError):  # OSError: there is no libpulse
        return False
    return True


def connect() -> Any:
    """A connection, to be closed by who asked for it; None if there is no server."""
    if not available():
        return None
    import pulsectl

    pulse = pulsectl.Pulse("samantha", connect=False)
    try:
        pulse.connect(autospawn=False)
    except pulsectl.PulseError as problem:
        log.debug("no sound server: %s", problem)
        pulse.close()
        return None
    return pulse


def _endpoint(side: Side, node: Any, connection: int) -> Endpoint:
    told = node.proplist
    port = node.port_active
    plugged = port is not None and ("headphone" in port.name.lower() or "headset" in port.name.lower())
    bluetooth = told.get("device.bus") == "bluetooth" or told.get("device.api", "").startswith("bluez")
    label = node.description or node.name
    return Endpoint(
        side,
        node.name,
        port.description if plugged and not bluetooth else label,
        node.sample_spec.rate,
        serial=(connection, node.index),
        worn=plugged or told.get("device.form_factor") in WORN,
        bluetooth=bluetooth,
        monitor=told.get("device.class") == "monitor" or node.name.endswith(".monitor"),
        about=label,
        canceller=_canceller(node),
    )


def _canceller(node: Any) -> str:
    """To which echo canceller `node` belongs; "" if to none."""
    group = node.proplist.get("node.link-group", "")  # PipeWire
    if group.startswith("echo-cancel"):
        return str(group)
    # PulseAudio; PipeWire calls all that it has by its own name.
    return f"{node.driver} {node.owner_module}" if "echo-cancel" in (node.driver or "") else ""
