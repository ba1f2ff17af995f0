"""An X server with no screen and a keyboard that `xdotool` presses, on a display of its own.

with x_server() as display:
    display.press("ctrl", "alt", "space")
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

PROGRAMS = {"Xvfb": "xvfb", "xdotool": "xdotool"}


class Display:
    """`env` is the environment in which a program finds this display and no other desktop."""

    def __init__(self, name: str, server: subprocess.Popen[bytes]) -> None:
        kept = {
            key: value
            for key, value in os.environ.items()
            if key not in ("WAYLAND_DISPLAY", "XDG_SESSION_TYPE")
        }
        self.env = kept | {"DISPLAY": name}
        self._server = server

    def press(self, *keys: str) -> None:
        """Press `keys`, named as X names them, in this order, and hold them."""
        self.do(*(word for key in keys for word in ("keydown", key)))

    def release(self, *keys: str) -> None:
        """Let go of `keys`, in this order."""
        self.do(*(word for key in keys for word in ("keyup", key)))

    def do(self, *words: str) -> None:
        """Run xdotool."""
        subprocess.run(["xdotool", *words], env=self.env, check=True, timeout=10)

    def kill(self) -> None:
        """Take the display away."""
        self._server.kill()
        self._server.wait()


def missing() -> str:
    """Why no display can be had here, or nothing."""
    absent = sorted({package for program, package in PROGRAMS.items() if not shutil.which(program)})
    return f"a display without a screen needs: apt-get install -y {' '.join(absent)}" if absent else ""


@contextmanager
def x_server(name: str = "", screen: str = "320x240x8") -> Iterator[Display]:
    """A running display, by default on a free number; `screen` is width, height and bits of colour.

    Skips the test if programs are missing.
    """
    if reason := missing():
        pytest.skip(reason)
    reader, writer = os.pipe()
    command = ["Xvfb", *([name] if name else []), "-displayfd", str(writer), "-screen", "0", screen]
    server = subprocess.Popen(
        [*command, "-nolisten", "tcp", "-noreset"],
        pass_fds=[writer],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(writer)
    try:
        with os.fdopen(reader) as ready:
            number = ready.readline().strip()  # written when the display can be used, closed if it never can
        if not number:
            raise RuntimeError(f"Xvfb did not start: it exited with {server.wait(5)}")
        yield Display(f":{number}", server)
    finally:
        server.terminate()
        server.wait(10)
