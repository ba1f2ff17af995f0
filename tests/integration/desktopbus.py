"""A D-Bus of our own, and programs on it: media players, a notification daemon, screen savers, logind.

async with private_bus(tmp_path / "bus") as bus:
    player = await bus.join(Player(), Player.path, "org.mpris.MediaPlayer2.music")
"""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, TypeVar

import pytest
from dbus_fast import Message, MessageType, PropertyAccess
from dbus_fast.aio import MessageBus
from dbus_fast.annotations import (
    DBusBool,
    DBusDict,
    DBusDouble,
    DBusInt32,
    DBusSignature,
    DBusStr,
    DBusUInt32,
)
from dbus_fast.service import ServiceInterface, dbus_method, dbus_property, dbus_signal

BUS = "org.freedesktop.DBus"
Interface = TypeVar("Interface", bound=ServiceInterface)
SessionRef = Annotated[list[str], DBusSignature("(so)")]
Texts = Annotated[list[str], DBusSignature("as")]


class PrivateBus:
    """A running dbus-daemon at `address`."""

    def __init__(self, path: Path) -> None:
        self.address = f"unix:path={path}"
        self._path = path
        self._daemon: asyncio.subprocess.Process | None = None
        self._links: list[MessageBus] = []

    async def start(self) -> None:
        """Begin, or begin again after `kill`."""
        self._path.unlink(missing_ok=True)
        self._daemon = await asyncio.create_subprocess_exec(
            "dbus-daemon", "--session", "--nofork", "--nopidfile", f"--address={self.address}"
        )
        await until(self._listens, "dbus-daemon did not start")

    def _listens(self) -> bool:
        with socket.socket(socket.AF_UNIX) as caller:
            return caller.connect_ex(str(self._path)) == 0

    async def kill(self) -> None:
        """Take the bus away from under everybody."""
        assert self._daemon is not None
        self._daemon.kill()
        await self._daemon.wait()
        await self._leave()

    async def join(self, program: Interface, path: str, name: str) -> Interface:
        """Let `program` offer its interface under `name`."""
        link = await self.link()
        link.export(path, program)
        await link.request_name(name)
        return program

    async def link(self) -> MessageBus:
        link = await MessageBus(self.address).connect()
        self._links.append(link)
        return link

    async def settled(self) -> None:
        """Wait until what was sent before has arrived and was answered, and the answers, and theirs in turn."""
        link = await MessageBus(self.address).connect()
        ask = Message(BUS, "/org/freedesktop/DBus", BUS, "GetId")
        for _ in range(20):  # round trips through the bus, behind all that waits there
            await link.call(ask)
            await asyncio.sleep(0.005)
        link.disconnect()
        await link.wait_for_disconnect()

    async def _leave(self) -> None:
        for link in self._links:
            link.disconnect()
            await asyncio.gather(link.wait_for_disconnect(), return_exceptions=True)
        self._links.clear()


@asynccontextmanager
async def private_bus(path: Path) -> AsyncIterator[PrivateBus]:
    """A bus at the socket `path`; skips the test where there is no dbus-daemon."""
    if not shutil.which("dbus-daemon"):
        pytest.skip("a private D-Bus needs: apt-get install -y dbus")
    bus = PrivateBus(path)
    await bus.start()
    try:
        yield bus
    finally:
        await bus.kill()


async def until(holds: Callable[[], bool], otherwise: str, within_s: float = 10.0) -> None:
    """Wait until `holds`; fails with `otherwise`."""
    try:
        async with asyncio.timeout(within_s):
            while not holds():  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(f"{otherwise} within {within_s} s") from None


class Radio(ServiceInterface):
    """A player that has no volume. `calls` are those of others, not of its own buttons."""

    path = "/org/mpris/MediaPlayer2"

    def __init__(self, status: str = "Playing", can_pause: bool = True) -> None:
        super().__init__("org.mpris.MediaPlayer2.Player")
        self.status = status
        self.can_pause = can_pause
        self.calls: list[str] = []

    def become(self, status: str) -> None:
        """As if by its own button."""
        self.status = status
        self.emit_properties_changed({"PlaybackStatus": status})

    @dbus_method()
    def Pause(self) -> None:  # noqa: N802
        self.calls.append("Pause")
        self.become("Paused")

    @dbus_method()
    def Play(self) -> None:  # noqa: N802
        self.calls.append("Play")
        self.become("Playing")

    @dbus_property(access=PropertyAccess.READ)
    def PlaybackStatus(self) -> DBusStr:  # noqa: N802
        return self.status

    @dbus_property(access=PropertyAccess.READ)
    def CanPause(self) -> DBusBool:  # noqa: N802
        return self.can_pause


class Player(Radio):
    """A player with a volume."""

    def __init__(self, status: str = "Playing", volume: float = 0.8, can_pause: bool = True) -> None:
        super().__init__(status, can_pause)
        self.volume = volume
        self.volumes: list[float] = []

    @dbus_property()
    def Volume(self) -> DBusDouble:  # noqa: N802
        return self.volume

    @Volume.setter
    def Volume(self, volume: DBusDouble) -> None:  # noqa: N802
        self.volume = volume
        self.volumes.append(volume)


class Notifications(ServiceInterface):
    """A notification daemon."""

    path = "/org/freedesktop/Notifications"
    name = "org.freedesktop.Notifications"

    def __init__(self) -> None:
        super().__init__(self.name)
        self.shown: list[tuple[int, str]] = []
        """What it was asked to replace, and all words that it was given."""
        self.closed: list[int] = []

    @dbus_method()
    def Notify(  # noqa: N802
        self,
        app_name: DBusStr,
        replaces: DBusUInt32,
        icon: DBusStr,
        summary: DBusStr,
        body: DBusStr,
        actions: Texts,
        hints: DBusDict,
        expires: DBusInt32,
    ) -> DBusUInt32:
        self.shown.append((replaces, f"{app_name} {icon} {summary} {body} {hints}"))
        return replaces or 40 + len(self.shown)

    @dbus_method()
    def CloseNotification(self, number: DBusUInt32) -> None:  # noqa: N802
        self.closed.append(number)
        self.NotificationClosed(number, 3)

    @dbus_signal()
    def NotificationClosed(  # noqa: N802
        self, number: int, reason: int
    ) -> Annotated[list[int], DBusSignature("uu")]:
        return [number, reason]


class ScreenSaver(ServiceInterface):
    """A desktop's screen saver; `name` is its name and its interface."""

    def __init__(self, name: str, active: bool = False) -> None:
        super().__init__(name)
        self.name = name
        self.path = "/" + name.replace(".", "/")
        self.active = active

    def become(self, active: bool) -> None:
        self.active = active
        self.ActiveChanged()

    @dbus_method()
    def GetActive(self) -> DBusBool:  # noqa: N802
        return self.active

    @dbus_signal()
    def ActiveChanged(self) -> DBusBool:  # noqa: N802
        return self.active


class LoginUser(ServiceInterface):
    """The user's object of logind, whose desktop runs in session 7."""

    path = "/org/freedesktop/login1/user/self"
    name = "org.freedesktop.login1"

    def __init__(self) -> None:
        super().__init__("org.freedesktop.login1.User")

    @dbus_property(access=PropertyAccess.READ)
    def Display(self) -> SessionRef:  # noqa: N802
        return ["7", LoginSession.mine]


class LoginSession(ServiceInterface):
    """A session's object of logind."""

    mine = "/org/freedesktop/login1/session/_37"
    others = "/org/freedesktop/login1/session/_38"

    def __init__(self, locked: bool = False) -> None:
        super().__init__("org.freedesktop.login1.Session")
        self.locked = locked

    def hint(self, locked: bool) -> None:
        self.locked = locked
        self.emit_properties_changed({"LockedHint": locked})

    @dbus_signal()
    def Lock(self) -> None:  # noqa: N802
        pass

    @dbus_signal()
    def Unlock(self) -> None:  # noqa: N802
        pass

    @dbus_property(access=PropertyAccess.READ)
    def LockedHint(self) -> DBusBool:  # noqa: N802
        return self.locked


async def logind(bus: PrivateBus, *, locked: bool = False) -> tuple[LoginSession, LoginSession]:
    """logind with the person's session and somebody else's."""
    link = await bus.link()
    mine, others = LoginSession(locked), LoginSession()
    link.export(LoginUser.path, LoginUser())
    link.export(LoginSession.mine, mine)
    link.export(LoginSession.others, others)
    await link.request_name(LoginUser.name)
    return mine, others


async def hanging(bus: PrivateBus, name: str) -> list[str]:
    """A program that takes every call and answers none; what it was called."""
    calls: list[str] = []

    def swallow(message: Message) -> Any:
        if message.message_type is MessageType.METHOD_CALL and message.path == Radio.path:
            calls.append(message.member or "")
            return True
        return None

    link = await bus.link()
    link.add_message_handler(swallow)
    await link.request_name(name)
    return calls
