"""The key to talk by evdev: any Linux machine, with or without a display; only where the person asks for it.

It reads /dev/input, which is to hear every key of every keyboard on every screen: that is why it needs the group
`input` and a setting. It reads only: no keyboard is grabbed, nothing is written or kept.
"""

from __future__ import annotations

import os
import selectors
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Protocol

from samantha.errors import SamanthaError
from samantha.service.keys.chord import FUNCTION, TYPING, Chord, Tracker

FOLDER = Path("/dev/input")
_SCAN_S = 2.0
_HINT = "Join the group `input` (sudo usermod -aG input $USER), and log in again."

_CODES = {
    **{key: f"KEY_{key.upper()}" for key in (*TYPING, *FUNCTION)},
    **{f"{word}_l": f"KEY_LEFT{word.upper()}" for word in ("ctrl", "alt", "shift")},
    **{f"{word}_r": f"KEY_RIGHT{word.upper()}" for word in ("ctrl", "alt", "shift")},
    "super_l": "KEY_LEFTMETA",
    "super_r": "KEY_RIGHTMETA",
    "scroll_lock": "KEY_SCROLLLOCK",
    "print_screen": "KEY_SYSRQ",
    "menu": "KEY_COMPOSE",
    "page_up": "KEY_PAGEUP",
    "page_down": "KEY_PAGEDOWN",
}


class Event(Protocol):
    """One event of a device, as evdev gives it: `value` is 1 down, 0 up, 2 repeated."""

    type: int
    code: int
    value: int


class Device(Protocol):
    """What evdev.InputDevice is to this module; a test gives another."""

    def fileno(self) -> int:
        """To wait on."""
        ...

    def read(self) -> Iterable[Event]:
        """What has happened since the last time; raises OSError when the device has gone."""
        ...

    def close(self) -> None:
        """Let go."""
        ...


def obstacle(folder: Path = FOLDER) -> str:
    """Why keys cannot be heard this way, as a sentence, or nothing."""
    nodes = list(folder.glob("event*"))
    if not nodes:
        return f"There are no input devices in {folder}."
    if not any(os.access(node, os.R_OK) for node in nodes):
        return f"No input device in {folder} may be read. {_HINT}"
    return ""


def codes(wanted: Iterable[str]) -> dict[int, str]:
    """evdev's codes for the keys of `wanted` -> their names. Letters are places on an American keyboard."""
    from evdev import ecodes

    return {int(ecodes.ecodes[_CODES.get(name, f"KEY_{name.upper()}")]): name for name in wanted}


def open_device(node: Path, code: int) -> Device | None:
    """The device `node` if it is a keyboard with the key `code`, else None; raises OSError if it may not be read."""
    from evdev import InputDevice, ecodes

    device: Any = InputDevice(str(node), readonly=True)
    if code in device.capabilities().get(ecodes.EV_KEY, []):
        return device  # type: ignore[no-any-return]
    device.close()
    return None


class Console:
    """Hears a chord on every keyboard of the machine, on a thread of its own, those plugged in later included.

    `edge(down, at)` is called on it when the chord goes down or up, at `time.monotonic()` seconds. `state` gets how
    the key is heard, or a SamanthaError while there is no keyboard to hear. A keyboard that goes takes
    its keys with it: a hold on it ends.
    """

    def __init__(
        self,
        chord: Chord,
        edge: Callable[[bool, float], None],
        state: Callable[[SamanthaError | str], None],
        *,
        folder: Path = FOLDER,
        opened: Callable[[Path, int], Device | None] = open_device,
    ) -> None:
        self._chord, self._edge, self._state, self._folder, self._opened = chord, edge, state, folder, opened
        self._codes = codes(chord.physical)
        self._key = next(code for code, name in self._codes.items() if name == chord.key)
        self._tracker = Tracker(chord)
        self._seen: dict[Path, Device | None] = {}
        self._silent: bool | None = None
        self._wake, self._woken = os.pipe()
        self._thread = threading.Thread(target=self._run, name="hotkey-console", daemon=True)

    def start(self) -> None:
        """Begin to listen; what goes wrong is said by `state`."""
        self._thread.start()

    def stop(self) -> None:
        """End, at once."""
        os.write(self._woken, b"x")
        self._thread.join(1)
        os.close(self._wake)
        os.close(self._woken)

    def _run(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._wake, selectors.EVENT_READ)
            scan = 0.0
            while True:
                if (now := time.monotonic()) >= scan:
                    self._scan(selector)
                    scan = now + _SCAN_S
                for key, _ in selector.select(scan - now if scan > now else _SCAN_S):
                    if key.data is None:
                        for device in filter(None, self._seen.values()):
                            device.close()
                        return
                    self._read(selector, key.data)

    def _scan(self, selector: selectors.BaseSelector) -> None:
        nodes = set(self._folder.glob("event*"))
        for node in sorted(nodes - self._seen.keys()):
            try:
                device = self._opened(node, self._key)
            except OSError:  # not ours to read, or not yet: the rights come a moment after the device
                continue
            self._seen[node] = device
            if device is not None:
                selector.register(device.fileno(), selectors.EVENT_READ, node)
        for node in self._seen.keys() - nodes:
            self._lose(selector, node)
        silent = not any(self._seen.values())
        if silent != self._silent:
            self._silent = silent
            message = obstacle(self._folder) or f"No keyboard in {self._folder} has this key."
            self._state(
                SamanthaError("hotkey", message, "`samantha ptt` still works.")
                if silent
                else f"evdev listens for {self._chord} in {self._folder}"
            )

    def _read(self, selector: selectors.BaseSelector, node: Path) -> None:
        device = self._seen.get(node)
        if device is None:
            return
        try:
            for event in device.read():
                self._take(event)
        except OSError:
            self._lose(selector, node)

    def _take(self, event: Event) -> None:
        if event.type != 1 or event.value not in (0, 1):  # EV_KEY; 2 is the kernel repeating a key
            return
        now = time.monotonic()
        edge = self._tracker.feed(self._codes.get(event.code, ""), event.value == 1, now)
        if edge is not None:
            self._edge(edge, now)

    def _lose(self, selector: selectors.BaseSelector, node: Path) -> None:
        device = self._seen.pop(node)
        if device is None:
            return
        selector.unregister(device.fileno())
        device.close()
        if (up := self._tracker.clear()) is not None:
            self._edge(up, time.monotonic())
