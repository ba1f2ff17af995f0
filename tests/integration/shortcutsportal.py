"""A desktop's portal for global shortcuts, on a bus of its own, as the specification describes it.

It is what a test stands on where there is no Wayland desktop: it checks what it is asked, keeps sessions, and
presses the keys itself.
"""

from __future__ import annotations

from typing import Any

from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus
from desktopbus import PrivateBus

NAME = "org.freedesktop.portal.Desktop"
PATH = "/org/freedesktop/portal/desktop"
SHORTCUTS = "org.freedesktop.portal.GlobalShortcuts"


class ShortcutsPortal:
    """`answer` is what the person says to the dialog: 0 yes, 1 no; `named` whether apps must register."""

    def __init__(
        self, bus: PrivateBus, *, answer: int = 0, named: bool = True, remembers: bool = False
    ) -> None:
        self.answer, self.named, self.remembers = answer, named, remembers
        self.offers = True
        self.apps: dict[str, str] = {}
        self.sessions: list[tuple[str, str]] = []
        """Path and owner, in the order they were opened."""
        self.bound: list[tuple[str, dict[str, Any]]] = []
        """What the person was asked for."""
        self.given = 0
        """How many sessions have been given the key: whoever opened one hears of it from then on."""
        self._bus = bus
        self._link: MessageBus | None = None

    async def start(self) -> None:
        """Take the name."""
        self._link = await self._bus.link()
        self._link.add_message_handler(self._handle)
        await self._link.request_name(NAME)

    async def stop(self) -> None:
        """Vanish from the bus."""
        assert self._link is not None
        self._link.disconnect()
        await self._link.wait_for_disconnect()
        self.apps.clear()

    def key(self, down: bool, shortcut: str = "talk") -> None:
        """The person presses the key, or lets it go."""
        path, owner = self.sessions[-1]
        member = "Activated" if down else "Deactivated"
        self._signal(owner, PATH, SHORTCUTS, member, "osta{sv}", path, shortcut, 12345, {})

    def close(self) -> None:
        """End the newest session."""
        path, owner = self.sessions[-1]
        self._signal(owner, path, "org.freedesktop.portal.Session", "Closed", "a{sv}", {})

    def _signal(self, to: str, path: str, interface: str, member: str, signature: str, *body: Any) -> None:
        assert self._link is not None
        message = Message.new_signal(path, interface, member, signature, list(body))
        message.destination = to
        self._link.send(message)

    def _handle(self, message: Message) -> Message | bool | None:
        if message.message_type is not MessageType.METHOD_CALL or message.path != PATH:
            return None
        sender = message.sender or ""
        match message.member:
            case "Get" if self.offers:
                return Message.new_method_return(message, "v", [Variant("u", 2)])
            case "Register":
                self.apps[sender] = message.body[0]
                return Message.new_method_return(message)
            case "CreateSession" if self.named and sender not in self.apps:
                return Message.new_error(
                    message, "org.freedesktop.portal.Error.NotAllowed", "An app id is required"
                )
            case "CreateSession":
                path = self._path("session", sender, message.body[0]["session_handle_token"].value)
                self.sessions.append((path, sender))
                return self._answer(message, 0, {"session_handle": Variant("s", path)})
            case "ListShortcuts":
                self.given += self.remembers
                return self._answer(message, 0, self._given() if self.remembers else {})
            case "BindShortcuts" if (message.body[0], sender) in self.sessions:
                self.bound += [
                    (name, {k: v.value for k, v in about.items()}) for name, about in message.body[1]
                ]
                self.given += 1
                return self._answer(message, self.answer, self._given())
        return Message.new_error(
            message, "org.freedesktop.DBus.Error.UnknownMethod", f"No {message.member} here"
        )

    def _given(self) -> dict[str, Variant]:
        about = {"trigger_description": Variant("s", "Ctrl+Alt+Space")}
        return {"shortcuts": Variant("a(sa{sv})", [["talk", about]])}

    def _answer(self, message: Message, code: int, results: dict[str, Variant]) -> bool:
        """The request's path now, its response right after."""
        assert self._link is not None
        sender = message.sender or ""
        path = self._path("request", sender, message.body[-1]["handle_token"].value)
        self._link.send(Message.new_method_return(message, "o", [path]))
        self._signal(sender, path, "org.freedesktop.portal.Request", "Response", "ua{sv}", code, results)
        return True

    @staticmethod
    def _path(kind: str, sender: str, token: str) -> str:
        return f"{PATH}/{kind}/{sender[1:].replace('.', '_')}/{token}"
