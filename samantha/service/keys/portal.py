"""The key to talk by the desktop's portal, org.freedesktop.portal.GlobalShortcuts: Wayland.

The desktop owns the key: it asks the person once, may give another key than the one that was asked for, and swallows
it. It says when the key goes down and up, and nothing of other keys is heard.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from samantha.errors import SamanthaError
from samantha.service import places
from samantha.service.keys.calls import DBUS, PASSING, PATH, PORTAL, PROPERTIES, Refused, call, connected
from samantha.service.keys.chord import Chord

SHORTCUT = "talk"
SHORTCUTS = "org.freedesktop.portal.GlobalShortcuts"
REGISTRY = "org.freedesktop.host.portal.Registry"
REQUEST = "org.freedesktop.portal.Request"
SESSION = "org.freedesktop.portal.Session"

_log = logging.getLogger(__name__)
_AGAIN_S = (1.0, 2.0, 5.0, 10.0, 30.0)
_HINT = "Bind a shortcut of your desktop to `samantha ptt toggle`."

_MODIFIERS = {"ctrl": "CTRL", "alt": "ALT", "shift": "SHIFT", "super": "LOGO"}
_KEYSYMS = {
    "enter": "Return",
    "tab": "Tab",
    "esc": "Escape",
    "backspace": "BackSpace",
    "page_up": "Page_Up",
    "page_down": "Page_Down",
    "scroll_lock": "Scroll_Lock",
    "print_screen": "Print",
    "ctrl_r": "Control_R",
    "alt_r": "Alt_R",
    "shift_r": "Shift_R",
    "super_r": "Super_R",
}


def trigger(chord: Chord) -> str:
    """`chord` as the shortcuts specification of freedesktop.org writes it: ``"CTRL+ALT+space"``."""
    key = chord.key
    if key not in _KEYSYMS and len(key) > 1 and key != "space":
        key = key.capitalize()  # F9, Home, Insert, Pause
    return "+".join(
        [*(_MODIFIERS[word] for word in _MODIFIERS if word in chord.modifiers), _KEYSYMS.get(key, key)]
    )


def obstacle(environ: Mapping[str, str]) -> str:
    """Why there is no such portal here, as a sentence, or nothing. Takes seconds; runs a loop of its own."""
    return asyncio.run(_obstacle(environ))


async def _obstacle(environ: Mapping[str, str]) -> str:
    try:
        async with connected(environ) as bus:
            await call(bus, PROPERTIES, "Get", "ss", SHORTCUTS, "version")
    except (Refused, TimeoutError):
        return (
            "The portal of this desktop offers no global shortcuts (those of KDE, GNOME 48 and Hyprland do)."
        )
    except PASSING as problem:
        return f"The session bus does not answer: {problem}."
    return ""


class _Over(Exception):  # noqa: N818
    """The portal, the bus or the session has gone; it may come back."""


class Portal:
    """Hears of a chord from the desktop, on a thread and loop of its own.

    `edge(down, at)` is called on it when the key goes down or up, at `time.monotonic()` seconds. `state` gets how
    the key is heard, or a SamanthaError. A session that was closed, or a portal that was restarted, is taken up
    again; what the person declined is not asked twice.
    """

    def __init__(
        self,
        chord: Chord,
        edge: Callable[[bool, float], None],
        state: Callable[[SamanthaError | str], None],
        environ: Mapping[str, str],
    ) -> None:
        self._trigger = trigger(chord)
        self._edge, self._state, self._environ = edge, state, environ
        self._down = False
        self._owner = self._session = ""
        self._responses: dict[str, asyncio.Future[tuple[int, dict[str, Any]]]] = {}
        self._loop = asyncio.new_event_loop()
        self._over: asyncio.Future[str] = self._loop.create_future()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="hotkey-portal", daemon=True)

    def start(self) -> None:
        """Begin to listen; what goes wrong is said by `state`."""
        self._thread.start()

    def stop(self) -> None:
        """End, within a second."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(1)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._until_stopped())

    async def _until_stopped(self) -> None:
        serve = asyncio.ensure_future(self._serve())
        await self._stop.wait()
        serve.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await serve
        self._let_go()

    async def _serve(self) -> None:
        tries, told = 0, False
        while True:
            began = time.monotonic()
            try:
                async with connected(self._environ) as bus:
                    self._state(await self._bind(bus))
                    told = False
                    raise _Over(await self._over)
            except SamanthaError as declined:
                self._state(declined)
                return
            except (*PASSING, _Over, Refused) as problem:
                _log.debug("the portal's session is over", exc_info=True)
                reason = str(problem) or type(problem).__name__
            self._let_go()
            # A portal that was restarted is not worth a word; one that is not there at the second try is.
            tries = 1 if time.monotonic() - began > _AGAIN_S[-1] else tries + 1
            if tries > 1 and not told:
                told = True
                self._state(_problem(f"The desktop does not say when the key is pressed: {reason}."))
            await asyncio.sleep(_AGAIN_S[min(tries, len(_AGAIN_S)) - 1])

    async def _bind(self, bus: MessageBus) -> str:
        """A session with our shortcut in it; how the key is heard. Raises SamanthaError if the person declines."""
        self._over, self._session = self._loop.create_future(), ""
        self._responses.clear()
        bus.add_message_handler(self._heard)
        gone = asyncio.ensure_future(bus.wait_for_disconnect())  # type: ignore[no-untyped-call]
        gone.add_done_callback(lambda task: self._end("the session bus is gone", task))
        for rule in (f"sender='{PORTAL}'", f"sender='{DBUS}',member='NameOwnerChanged',arg0='{PORTAL}'"):
            await call(bus, DBUS, "AddMatch", "s", f"type='signal',{rule}", to=DBUS)
        try:
            await call(bus, REGISTRY, "Register", "sa{sv}", places.APP_ID, {})
        except Refused as problem:  # an older portal, or no desktop file: it may do without
            _log.debug("the portal does not take our name: %s", problem)
            await call(bus, PROPERTIES, "Get", "ss", SHORTCUTS, "version")
        self._owner = await call(bus, DBUS, "GetNameOwner", "s", PORTAL, to=DBUS)
        name = {"session_handle_token": Variant("s", "samantha")}
        code, results = await self._request(bus, "CreateSession", "a{sv}", name)
        if code:
            raise Refused("it opens no session")
        self._session = results["session_handle"].value
        return await self._shortcut(bus)

    async def _shortcut(self, bus: MessageBus) -> str:
        """Take the key that the desktop has for us, or ask for one."""
        # Some desktops remember, and would show their dialog again at each start if they were asked again.
        _, results = await self._request(bus, "ListShortcuts", "oa{sv}", self._session, {})
        if (given := _given(results)) is None:
            wish = {
                "description": Variant("s", "Talk with Samantha"),
                "preferred_trigger": Variant("s", self._trigger),
            }
            shortcuts = [[SHORTCUT, wish]]
            signature = "oa(sa{sv})sa{sv}"
            code, results = await self._request(
                bus, "BindShortcuts", signature, self._session, shortcuts, "", {}
            )
            if code == 1:
                raise _problem("You declined the key to talk when the desktop asked.")
            if code or (given := _given(results)) is None:
                raise _problem("The desktop gave the key to talk to nobody.")
        key = given or "the key that the settings of your desktop name"
        _log.info("the portal gives the key to talk: %s", key)
        return f"the desktop's portal listens for {key}"

    async def _request(
        self, bus: MessageBus, member: str, signature: str, *body: Any
    ) -> tuple[int, dict[str, Any]]:
        """Call a method that answers by a signal; the last of `body` is its options. 0 is yes, 1 no, 2 neither."""
        token = f"samantha_{secrets.token_hex(8)}"
        path = f"{PATH}/request/{(bus.unique_name or '')[1:].replace('.', '_')}/{token}"
        answer: asyncio.Future[tuple[int, dict[str, Any]]] = self._loop.create_future()
        self._responses[path] = answer
        options = body[-1] | {"handle_token": Variant("s", token)}
        handle = await call(bus, SHORTCUTS, member, signature, *body[:-1], options)
        self._responses[handle] = answer  # portals before 0.9 choose another path
        first: set[asyncio.Future[Any]] = {answer, self._over}
        await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            raise _Over(self._over.result())
        return answer.result()

    def _heard(self, message: Message) -> None:
        if message.message_type is not MessageType.SIGNAL:
            return
        if message.interface == DBUS and message.member == "NameOwnerChanged":
            if self._owner:
                self._end("the portal was restarted")
        elif message.interface == REQUEST and message.member == "Response":
            answer = self._responses.get(message.path or "")
            if answer is not None and not answer.done():
                answer.set_result((message.body[0], message.body[1]))
        elif message.sender != self._owner:
            return
        elif message.interface == SESSION and message.path == self._session:
            self._end("it closed the session")
        elif message.interface == SHORTCUTS and message.member in ("Activated", "Deactivated"):
            session, shortcut, *_ = message.body
            if (session, shortcut) == (self._session, SHORTCUT):
                self._move(message.member == "Activated")

    def _end(self, reason: str, task: asyncio.Future[None] | None = None) -> None:
        if task is not None and not task.cancelled():
            task.exception()  # taken note of
        if not self._over.done():
            self._over.set_result(reason)

    def _move(self, down: bool) -> None:
        self._down = down
        self._edge(down, time.monotonic())

    def _let_go(self) -> None:
        self._owner = self._session = ""
        if self._down:
            self._move(False)


def _problem(message: str) -> SamanthaError:
    return SamanthaError("hotkey", message, _HINT)


def _given(results: dict[str, Any]) -> str | None:
    """What the desktop calls our shortcut's key, "" if it does not say; None if we have none."""
    shortcuts = results.get("shortcuts", Variant("a(sa{sv})", [])).value
    for name, about in shortcuts:
        if name == SHORTCUT:
            return str(about["trigger_description"].value) if "trigger_description" in about else ""
    return None
