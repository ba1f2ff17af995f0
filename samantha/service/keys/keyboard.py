"""The key to talk by pynput: X11, macOS, Windows.

It listens and takes nothing away: the window that has the focus gets the keys as well.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from samantha.errors import SamanthaError
from samantha.service.keys.chord import TYPING, Chord, Tracker

_log = logging.getLogger(__name__)
_AGAIN_S = 5.0

# Where the letters and digits are on a Mac, by virtual key code (kVK_ANSI_A is 0); `?` is none of them.
_MAC = "asdfhgzxcv?bqweryt123465?97?80?ou?ip?lj?k???nm"
_ALT_GR = 0xFE03  # ISO_Level3_Shift: what most layouts have on the right Alt key


def obstacle(environ: Mapping[str, str]) -> str:
    """Why keys cannot be heard this way, as a sentence, or nothing."""
    if sys.platform == "win32":
        return ""
    if sys.platform == "darwin":
        from HIServices import AXIsProcessTrusted

        return (
            ""
            if AXIsProcessTrusted()
            else "macOS lets no program hear keys that you have not allowed to: System Settings, Privacy & "
            "Security, Accessibility and Input Monitoring."
        )
    name = environ.get("DISPLAY", "")
    if not name:
        return "There is no X11 display here (DISPLAY is not set)."
    from Xlib import display, error

    try:
        server = display.Display(name)
    except (error.DisplayError, OSError) as problem:
        return f"The X11 display {name} does not answer: {problem}."
    try:
        return "" if server.has_extension("RECORD") else f"The X11 display {name} has no RECORD extension."
    finally:
        server.close()


class Keyboard:
    """Hears a chord on every keyboard of the desktop, on a thread of its own.

    `edge(down, at)` is called on it when the chord goes down or up, at `time.monotonic()` seconds. `state` gets how
    the key is heard, or a SamanthaError; a display that goes is looked for every five seconds.
    """

    def __init__(
        self,
        chord: Chord,
        edge: Callable[[bool, float], None],
        state: Callable[[SamanthaError | str], None],
        environ: Mapping[str, str],
    ) -> None:
        self._chord, self._edge, self._state, self._environ = chord, edge, state, environ
        self._tracker = Tracker(chord)
        self._names: dict[int, str] = {}
        self._listener: Any = None
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="hotkey-keyboard", daemon=True)

    def start(self) -> None:
        """Begin to listen; what goes wrong is said by `state`."""
        self._thread.start()

    def stop(self) -> None:
        """End, within a second."""
        self._stopped.set()
        end = time.monotonic() + 1
        while self._thread.is_alive() and time.monotonic() < end:  # again, if it was only about to listen
            if (listener := self._listener) is not None:
                _interrupt(listener)
            self._thread.join(0.1)

    def _run(self) -> None:
        told = False
        while not self._stopped.is_set():
            reason = obstacle(self._environ)
            if not reason:
                reason = self._listen()
                told = False
            if self._stopped.is_set():
                return
            if (up := self._tracker.clear()) is not None:
                self._edge(up, time.monotonic())
            if not told:
                self._state(SamanthaError("hotkey", reason, "`samantha ptt` still works."))
                told = True
            self._stopped.wait(_AGAIN_S)

    def _listen(self) -> str:
        """Listen until stopped, or until it is over: then why."""
        try:
            from pynput import keyboard

            self._names = names(keyboard, self._chord.physical)
            if self._chord.key not in self._names.values():
                return f"There is no key {self._chord.key} here that could be heard."
            self._listener = keyboard.Listener(on_press=self._press, on_release=self._release)
            if self._stopped.is_set():
                return ""
            self._state(f"pynput listens for {self._chord}")
            self._listener.run()  # on this thread, where what it raises can be caught
        except Exception as problem:  # noqa: BLE001 (each platform raises its own)
            _log.debug("pynput ended", exc_info=True)
            return f"The keyboard cannot be heard any more: {problem}."
        finally:
            self._listener = None
        return "The keyboard cannot be heard any more."

    def _press(self, key: Any) -> None:
        self._feed(key, down=True)

    def _release(self, key: Any) -> None:
        self._feed(key, down=False)

    def _feed(self, key: Any, *, down: bool) -> None:
        now = time.monotonic()
        code: int | None = getattr(getattr(key, "value", key), "vk", None)
        edge = self._tracker.feed(self._names.get(-1 if code is None else code, ""), down, now)
        if edge is not None:
            self._edge(edge, now)


def _interrupt(listener: Any) -> None:
    """Let pynput's `listener` return. On X11 its own `stop` takes effect with the next key only."""
    context = getattr(listener, "_context", None)
    if not isinstance(context, int):
        listener.stop()
        return
    from Xlib import display, error

    try:
        server = display.Display()
        server.record_disable_context(context)
        server.close()
    except (error.DisplayError, error.ConnectionClosedError, OSError):
        _log.debug("the display has gone, and the listener with it", exc_info=True)


def names(keyboard: Any, wanted: frozenset[str]) -> dict[int, str]:
    """The `vk` that pynput's module `keyboard` gives the keys of `wanted` -> their names, as far as they exist."""
    found: dict[int, str] = {}
    for name in wanted:
        code: int | None
        if name in TYPING:
            code = _typing(name)
        else:
            key = getattr(keyboard.Key, name.replace("super", "cmd"), None)
            code = None if key is None else key.value.vk
        if code is not None:
            found[code] = name
    if sys.platform not in ("darwin", "win32"):
        if "alt_r" in wanted:
            found[_ALT_GR] = "alt_r"
        _add_levels(found)
    return found


def _typing(name: str) -> int:
    if sys.platform == "darwin":
        return _MAC.index(name)
    return ord(name.upper()) if sys.platform == "win32" else ord(name)


def _add_levels(found: dict[int, str]) -> None:
    """On X11 a `vk` is what the key types; add what it types together with Shift or AltGr."""
    from Xlib import display

    server = display.Display()
    try:
        for keysym, name in list(found.items()):
            for keycode, _ in server.keysym_to_keycodes(keysym):
                for level in range(4):
                    if other := server.keycode_to_keysym(keycode, level):
                        found.setdefault(other, name)
    finally:
        server.close()
