"""The key to talk from a desktop's portal, on a real session bus."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from desktopbus import PrivateBus, private_bus, until
from shortcutsportal import ShortcutsPortal

from samantha.config import Ptt
from samantha.errors import SamanthaError
from samantha.service import places
from samantha.service.hotkey import Hotkey, Mechanism, available

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(sys.platform != "linux", reason="D-Bus is Linux's"),
]


class Desk:
    """A Wayland desktop with a portal, and a hotkey on it."""

    def __init__(self, bus: PrivateBus, portal: ShortcutsPortal) -> None:
        self.bus, self.portal = bus, portal
        self.said: list[str] = []
        self.wrong: list[SamanthaError] = []
        self.environ = {"WAYLAND_DISPLAY": "wayland-0", "DBUS_SESSION_BUS_ADDRESS": bus.address}

    @asynccontextmanager
    async def hotkey(self, **settings: Any) -> AsyncIterator[Hotkey]:
        note = self.said.append
        hotkey = Hotkey(
            Ptt(**settings),
            lambda: note("pressed"),
            lambda: note("released"),
            lambda problem: self.wrong.extend([problem] if problem else []),
            self.environ,
        )
        hotkey.start()
        try:
            yield hotkey
        finally:
            await asyncio.to_thread(hotkey.stop)

    async def ready(self, sessions: int = 1) -> None:
        """Wait for a session with the key bound."""
        await until(lambda: self.portal.given >= sessions, f"no session number {sessions} with the key")

    async def hears(self, *said: str) -> None:
        await until(lambda: self.said == list(said), f"{said} was not said")

    async def ways(self, settings: Ptt) -> list[Mechanism]:
        return await asyncio.to_thread(available, settings, self.environ)


@asynccontextmanager
async def desk(folder: Path, **manners: Any) -> AsyncIterator[Desk]:
    async with private_bus(folder / "bus") as bus:
        portal = ShortcutsPortal(bus, **manners)
        await portal.start()
        yield Desk(bus, portal)


def test_the_desktop_is_asked_for_the_key_and_says_when_it_is_held(tmp_path: Path) -> None:
    async def run() -> None:
        async with desk(tmp_path) as here, here.hotkey(key="ctrl+alt+space") as hotkey:
            await until(lambda: "Ctrl+Alt+Space" in hotkey.how, "the key was not bound")
            wish = {"description": "Talk with Samantha", "preferred_trigger": "CTRL+ALT+space"}
            assert here.portal.bound == [("talk", wish)]
            assert list(here.portal.apps.values())[-1] == places.APP_ID
            here.portal.key(True)
            await here.hears("pressed")
            here.portal.key(True, shortcut="another")
            here.portal.key(False, shortcut="another")
            await asyncio.sleep(0.1)
            assert here.said == ["pressed"]
            here.portal.key(False)
            await here.hears("pressed", "released")
            assert not here.wrong

    asyncio.run(run())


def test_what_the_desktop_remembers_is_not_asked_again(tmp_path: Path) -> None:
    async def run() -> None:
        async with desk(tmp_path, remembers=True) as here, here.hotkey():
            await here.ready()
            here.portal.key(True)
            await here.hears("pressed")
            assert not here.portal.bound

    asyncio.run(run())


def test_who_declines_is_not_asked_twice(tmp_path: Path) -> None:
    async def run() -> None:
        async with desk(tmp_path, answer=1) as here, here.hotkey() as hotkey:
            await until(lambda: bool(here.wrong), "the refusal was not told")
            assert "declined" in hotkey.how
            assert "samantha ptt toggle" in here.wrong[0].hint
            await asyncio.sleep(1.2)
            assert len(here.portal.sessions) == len(here.wrong) == 1

    asyncio.run(run())


def test_a_session_that_is_closed_ends_the_hold_and_is_opened_again(tmp_path: Path) -> None:
    async def run() -> None:
        async with desk(tmp_path) as here, here.hotkey():
            await here.ready()
            here.portal.key(True)
            await here.hears("pressed")
            here.portal.close()
            await here.hears("pressed", "released")
            await here.ready(sessions=2)
            here.portal.key(True)
            await here.hears("pressed", "released", "pressed")
            assert not here.wrong

    asyncio.run(run())


@pytest.mark.parametrize("whole_bus", [False, True])
def test_a_portal_that_is_restarted_ends_the_hold_and_is_taken_up_again(
    tmp_path: Path, whole_bus: bool
) -> None:
    async def run() -> None:
        async with desk(tmp_path) as here, here.hotkey():
            await here.ready()
            here.portal.key(True)
            await here.hears("pressed")
            await (here.bus.kill() if whole_bus else here.portal.stop())
            await here.hears("pressed", "released")
            if whole_bus:
                await here.bus.start()
            await here.portal.start()
            await here.ready(sessions=2)
            here.portal.key(True)
            await here.hears("pressed", "released", "pressed")
            assert not here.wrong

    asyncio.run(run())


def test_a_portal_that_stays_away_is_told_once(tmp_path: Path) -> None:
    async def run() -> None:
        async with desk(tmp_path) as here, here.hotkey() as hotkey:
            await here.ready()
            await here.portal.stop()
            await until(lambda: bool(here.wrong), "nobody said that the portal is gone")
            assert "does not say when the key is pressed" in hotkey.how
            await here.portal.start()
            await here.ready(sessions=2)
            await until(lambda: "portal listens" in hotkey.how, "it was not taken up again")
            assert len(here.wrong) == 1

    asyncio.run(run())


def test_another_program_cannot_press_the_key(tmp_path: Path) -> None:
    async def run() -> None:
        async with desk(tmp_path) as here, here.hotkey():
            await here.ready()
            thief = ShortcutsPortal(here.bus)
            thief._link = await here.bus.link()
            thief.sessions = here.portal.sessions
            thief.key(True)
            await asyncio.sleep(0.2)
            assert not here.said
            here.portal.key(True)
            await here.hears("pressed")

    asyncio.run(run())


def test_stopping_ends_the_hold(tmp_path: Path) -> None:
    async def run() -> None:
        async with desk(tmp_path) as here:
            async with here.hotkey():
                await here.ready()
                here.portal.key(True)
                await here.hears("pressed")
            assert here.said == ["pressed", "released"]

    asyncio.run(run())


def test_wayland_means_the_portal_although_x11_is_there_too(tmp_path: Path) -> None:
    async def run() -> None:
        async with desk(tmp_path) as here:
            first, *_ = await here.ways(Ptt())
            assert (first.name, first.usable) == ("portal", True)
            here.portal.offers = False
            first, *others = await here.ways(Ptt())
            assert first.name == "command"
            assert any("no global shortcuts" in way.why for way in others)

    asyncio.run(run())
