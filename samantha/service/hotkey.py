"""The key to talk: which way of hearing it works here, and that one put to work.

No way is the same everywhere, so each is asked whether it works and, if not, says why; `samantha doctor` shows
it. What needs none of them is `samantha ptt`, bound to a key by the desktop itself.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from samantha.config import Ptt
from samantha.errors import SamanthaError
from samantha.service.keys import console, keyboard
from samantha.service.keys.chord import Chord
from samantha.service.keys.talk import Talk

Name = Literal["keyboard", "portal", "console", "command"]

COMMAND = "bind a shortcut of your desktop to `samantha ptt toggle`"
_XWAYLAND = "This is a Wayland session: through X11 the key is heard only while an X11 window has the focus."


@dataclass(frozen=True, slots=True)
class Mechanism:
    """A way to hear of the key; `why` says in a sentence what it takes, or why it does not work here."""

    name: Name
    usable: bool
    why: str


def available(settings: Ptt, environ: Mapping[str, str]) -> list[Mechanism]:
    """Every way to hear of the key, the one in use first. Asks the display and the bus: takes up to seconds.

    On Wayland that is the portal, although there is an X11 display too; elsewhere the keyboard; the console and
    whatever works badly only where the settings name it. Where nothing works, or the settings say `off`, it is
    the command line.
    """
    wayland = _wayland(environ)
    ways = [_keyboard(environ, wayland), _portal(environ), _console(settings)]
    command = Mechanism(
        "command", True, f"`samantha ptt press`, `release` and `toggle` always work: {COMMAND}."
    )
    if settings.mechanism == "off":
        chosen = command
    elif settings.mechanism != "auto":
        chosen = next(way for way in ways if way.name == settings.mechanism)
    else:
        wanted = "portal" if wayland else "keyboard"
        chosen = next((way for way in ways if way.name == wanted and way.usable), command)
    return [chosen, *(way for way in [*ways, command] if way is not chosen)]


def _wayland(environ: Mapping[str, str]) -> bool:
    return bool(environ.get("WAYLAND_DISPLAY")) or environ.get("XDG_SESSION_TYPE") == "wayland"


def _keyboard(environ: Mapping[str, str], wayland: bool) -> Mechanism:
    reason = keyboard.obstacle(environ)
    if reason:
        return Mechanism("keyboard", False, reason)
    if wayland:
        return Mechanism("keyboard", True, _XWAYLAND)
    where = {"darwin": "macOS", "win32": "Windows"}.get(sys.platform, f"X11 on {environ.get('DISPLAY')}")
    return Mechanism(
        "keyboard", True, f"{where} tells which keys are pressed; the focused window gets them too."
    )


def _portal(environ: Mapping[str, str]) -> Mechanism:
    if sys.platform != "linux":
        return Mechanism("portal", False, "Portals belong to the desktops of Linux.")
    from samantha.service.keys import portal

    reason = portal.obstacle(environ)
    return Mechanism(
        "portal", not reason, reason or "The desktop's portal offers shortcuts; it owns the key."
    )


def _console(settings: Ptt) -> Mechanism:
    if sys.platform != "linux":
        return Mechanism("console", False, "/dev/input belongs to Linux.")
    if settings.mechanism != "console":
        asked = "It reads every key of every keyboard, so it is used only with ptt.mechanism: console."
        return Mechanism("console", False, asked)
    reason = console.obstacle()
    return Mechanism(
        "console", not reason, reason or f"Keys are read from {console.FOLDER}, whatever has the focus."
    )


class _Ears(Protocol):
    """One way to hear of the key, at work."""

    def start(self) -> None: ...

    def stop(self) -> None: ...


class Hotkey:
    """Says when the person begins and ends to talk, by the key of the settings.

    `pressed` and `released` are called in turns, `problem` when the key cannot be heard, and with None when it
    can, all on threads of its own. Raises ConfigError if the settings name no key that can be used.
    """

    def __init__(
        self,
        settings: Ptt,
        pressed: Callable[[], None],
        released: Callable[[], None],
        problem: Callable[[SamanthaError | None], None],
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self._settings, self._environ = settings, environ
        self._chord = Chord.parse(settings.key)
        self._pressed, self._released, self._problem = pressed, released, problem
        self._edges: queue.SimpleQueue[tuple[bool, float] | None] = queue.SimpleQueue()
        self._how = ""
        self._thread = threading.Thread(target=self._run, name="hotkey", daemon=True)

    @property
    def how(self) -> str:
        """How the key is heard of, or why it is not, for a person; "" while this is being found out."""
        return self._how

    def start(self) -> None:
        """Begin to listen; returns at once. What goes wrong is said by `problem`."""
        self._thread.start()

    def stop(self) -> None:
        """End, within two seconds; a hold ends with it. May be called twice, and without `start`."""
        self._edges.put(None)
        if self._thread.is_alive():
            self._thread.join(2)

    def _run(self) -> None:
        way = available(self._settings, self._environ)[0]
        self._how = way.why
        if way.name == "command":
            if self._settings.mechanism == "auto":
                self._state(
                    SamanthaError("hotkey", "No key to talk can be heard here.", f"Please {COMMAND}.")
                )
            return
        if not way.usable:
            self._state(SamanthaError("hotkey", way.why, f"Or {COMMAND}."))
            return
        ears = self._ears(way.name)
        ears.start()
        talk = Talk(self._settings)
        try:
            self._listen(talk)
        finally:
            ears.stop()
            if talk.talking:
                self._released()

    def _listen(self, talk: Talk) -> None:
        while True:
            wait = None if talk.due is None else max(0.0, talk.due - time.monotonic())
            try:
                edge = self._edges.get(timeout=wait)
            except queue.Empty:
                said = talk.tick(time.monotonic())
            else:
                if edge is None:
                    return
                said = talk.feed(*edge)
            for what in said:
                (self._pressed if what == "pressed" else self._released)()

    def _ears(self, name: Name) -> _Ears:
        if name == "keyboard":
            return keyboard.Keyboard(self._chord, self._edge, self._state, self._environ)
        if name == "console":
            return console.Console(self._chord, self._edge, self._state)
        from samantha.service.keys import portal

        return portal.Portal(self._chord, self._edge, self._state, self._environ)

    def _edge(self, down: bool, at: float) -> None:
        self._edges.put((down, at))

    def _state(self, state: SamanthaError | str) -> None:
        self._how = str(state)
        self._problem(state if isinstance(state, SamanthaError) else None)
