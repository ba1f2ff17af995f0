"""Her icon in a real panel: it is docked, in her colours, says how she is, and a click talks."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from scriptedcontrol import ScriptedControl, Served, served
from soundserver import until
from xserver import Display, x_server

from samantha.service.control import State, Status

pytest.importorskip("PySide6", reason="the icon needs Qt: pip install 'PySide6-Essentials>=6.8'")

pytestmark = pytest.mark.hardware

PROGRAMS = {"openbox": "openbox", "tint2": "tint2", "scrot": "scrot", "xwininfo": "x11-utils"}

CREAM, SAND, RED = (0xF3, 0xE7, 0xD3), (0xCD, 0xB7, 0x97), (0xD1, 0x50, 0x3A)
TRAY = [sys.executable, "-m", "samantha", "tray"]

Pixel = tuple[int, int, int]


class She(ScriptedControl):
    """Is in the state that the test sets."""

    state: State = "listening"

    async def status(self) -> Status:
        status = await super().status()
        return status if self.muted else status.model_copy(update={"state": self.state})

    def become(self, state: State) -> None:
        self.state = state
        self.publish(event="SpeechStarted", at=0, began=0)


@dataclass
class Panel:
    """A panel with her icon in it."""

    display: Display
    folder: Path

    def place(self) -> tuple[int, int, int]:
        """Where the icon lies on the screen: left, top, size; zeros while it is not inside the panel."""
        tree = subprocess.run(
            ["xwininfo", "-root", "-tree"], env=self.display.env, capture_output=True, text=True, timeout=10
        ).stdout
        found = re.search(r'"Samantha": .* (\d\d+)x\1\+0\+0 +\+(\d+)\+(\d+)', tree)
        size, left, top = map(int, found.groups()) if found else (0, 0, 0)
        return (left, top, size) if size >= 16 else (0, 0, 0)

    def pixels(self) -> list[list[Pixel]]:
        """What is to be seen where the icon is, row by row."""
        from PySide6.QtGui import QImage

        shot = self.folder / "shot.png"
        subprocess.run(["scrot", "-o", str(shot)], env=self.display.env, check=True, timeout=10)
        left, top, size = self.place()
        image = QImage(str(shot)).copy(left, top, size, size)
        return [[image.pixelColor(x, y).getRgb()[:3] for x in range(size)] for y in range(size)]

    def share(self, colour: Pixel) -> float:
        """How much of the icon has about this colour, in [0, 1]."""
        flat = [pixel for row in self.pixels() for pixel in row]
        near = sum(max(abs(a - b) for a, b in zip(pixel, colour, strict=True)) < 12 for pixel in flat)
        return near / max(1, len(flat))

    def click(self, button: int) -> None:
        left, top, size = self.place()
        self.display.do("mousemove", str(left + size // 2), str(top + size // 2), "click", str(button))

    def menu(self) -> list[tuple[int, ...]]:
        """Open windows of hers that are menus: width, height, left, top."""
        tree = subprocess.run(
            ["xwininfo", "-root", "-tree"], env=self.display.env, capture_output=True, text=True, timeout=10
        ).stdout
        lines = (line for line in tree.splitlines() if '("samantha"' in line)
        places = (re.search(r"(\d+)x(\d+)\+-?\d+\+-?\d+ +\+(\d+)\+(\d+)", line) for line in lines)
        return [found for p in places if p and (found := tuple(map(int, p.groups())))[0] > 80]


@pytest.fixture(scope="module")
def desktop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Display]:
    """A display with a window manager and a panel, and no D-Bus: the icon is docked by the X protocol."""
    if absent := sorted({package for program, package in PROGRAMS.items() if not shutil.which(program)}):
        pytest.skip(f"a panel needs: apt-get install -y {' '.join(absent)}")
    with x_server(screen="640x360x24") as display, ExitStack() as stack:
        display.env["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=/nowhere"
        display.env["HOME"] = str(tmp_path_factory.mktemp("home"))
        stack.enter_context(running(["openbox"], display.env))
        stack.enter_context(running(["tint2"], display.env))
        yield display


@contextmanager
def running(command: list[str], env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    quiet = subprocess.DEVNULL
    child = subprocess.Popen(command, env=env, stdin=quiet, stdout=quiet, stderr=quiet)
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


@contextmanager
def icon(desktop: Display, runtime: Path, folder: Path) -> Iterator[Panel]:
    """`samantha tray` on `desktop`, looking for her in `runtime`."""
    with running(TRAY, desktop.env | {"XDG_RUNTIME_DIR": str(runtime)}):
        panel = Panel(desktop, folder)
        until(lambda: panel.place() != (0, 0, 0), "no icon was docked in the panel")
        yield panel


@pytest.fixture
def she() -> Iterator[Served]:
    with served(She()) as running:
        yield running


def asked(she: Served, what: tuple[object, ...]) -> Callable[[], bool]:
    return lambda: what in she.control.asked


def test_the_icon_shows_how_she_is_in_her_colours(desktop: Display, she: Served, tmp_path: Path) -> None:
    with icon(desktop, she.socket.parent.parent, tmp_path) as panel:
        until(lambda: panel.share(CREAM) > 0.35, "the icon is not cream")
        middle = panel.pixels()[panel.place()[2] // 2][panel.place()[2] // 2]
        assert middle == RED, "her dot is not red"
        listening = panel.share(RED)
        until(lambda: bool(she.control.sinks), "the icon follows no events")
        she.control.become("speaking")
        until(lambda: panel.share(RED) > 2 * listening, "speaking is not red")
        she.control.become("hearing")
        until(lambda: panel.share(CREAM) > panel.share(RED) > listening, "no ring on cream")
        assert all(blue <= red for row in panel.pixels() for red, _, blue in row), "there is blue in it"


def test_a_click_talks_and_another_one_ends_it(desktop: Display, she: Served, tmp_path: Path) -> None:
    with icon(desktop, she.socket.parent.parent, tmp_path) as panel:
        until(lambda: panel.share(CREAM) > 0.35, "the icon is not awake")
        panel.click(1)
        until(asked(she, ("ptt", "toggle")), "the click asked for nothing")
        until(lambda: she.control.held, "she was asked, and does not listen")
        time.sleep(0.6)  # a double click talks once
        panel.click(1)
        until(lambda: not she.control.held, "the second click ended nothing")


def test_the_menu_mutes(desktop: Display, she: Served, tmp_path: Path) -> None:
    with icon(desktop, she.socket.parent.parent, tmp_path) as panel:
        until(lambda: panel.share(CREAM) > 0.35, "the icon is not awake")
        red = panel.share(RED)
        panel.click(3)
        until(lambda: len(panel.menu()) == 1, "no menu opened")
        desktop.do("key", "m")
        until(asked(she, ("listen", False)), "she was not asked to stop listening")
        until(lambda: panel.share(RED) != red, "the icon does not show it")


def test_she_falls_asleep_and_wakes_with_the_daemon(desktop: Display, tmp_path: Path) -> None:
    with served(She()) as first:
        runtime = first.socket.parent.parent
        with icon(desktop, runtime, tmp_path) as panel:
            until(lambda: panel.share(CREAM) > 0.35, "the icon is not awake")
            first.server.stop()
            until(lambda: panel.share(SAND) > 0.35, "the icon does not sleep")
            first.server.start()
            until(lambda: panel.share(CREAM) > 0.35, "the icon did not find her again")


def tray(env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(TRAY, env=env, capture_output=True, text=True, timeout=60)


def test_a_desktop_without_a_panel_is_named(tmp_path: Path) -> None:
    with x_server(screen="640x360x24") as display:
        done = tray(display.env | {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"})
    assert done.returncode == 1
    assert "This desktop has no panel that shows icons." in done.stderr
    assert "Traceback" not in done.stderr


def test_no_desktop_is_named() -> None:
    env = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    done = tray(env)
    assert (done.returncode, "There is no desktop here." in done.stderr) == (1, True)
    unreachable = tray(env | {"DISPLAY": ":4711"})
    assert (unreachable.returncode, "Qt cannot show anything" in unreachable.stderr) == (1, True)


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    hidden = "import sys; sys.modules['PySide6'] = None; from samantha.__main__ import main; main()"
    done = subprocess.run([sys.executable, "-c", hidden, "tray"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "pip install 'PySide6-Essentials>=6.8'" in done.stderr
