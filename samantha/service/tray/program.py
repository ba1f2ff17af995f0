"""`samantha tray`: her icon in the panel, a small program of its own that asks the running Samantha."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys

from samantha.errors import SamanthaError

PROBE_S = 20.0
"""How long Qt may take to reach the desktop, in seconds."""


def run() -> None:
    """Show the icon until the person quits it. Raises SamanthaError where there can be none."""
    if importlib.util.find_spec("PySide6") is None:
        raise SamanthaError(
            "tray",
            "The icon needs Qt.",
            "Install it: .venv/bin/pip install 'PySide6-Essentials>=6.8'",
        )
    _reach_the_desktop()
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Qt's loop would never let Python see it
    from samantha.service.tray import panel

    panel.run()


def _reach_the_desktop() -> None:
    """Qt aborts its whole process where it finds no desktop, so another process tries first."""
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise SamanthaError(
            "tray", "There is no desktop here.", "Run `samantha tray` in a graphical session."
        )
    try:
        tried = subprocess.run(
            [sys.executable, "-c", "from PySide6.QtGui import QGuiApplication; QGuiApplication([])"],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=PROBE_S,
        )
    except subprocess.TimeoutExpired:
        raise SamanthaError("tray", "The desktop does not answer.", "Try again when it does.") from None
    if tried.returncode != 0:
        why = next((line for line in tried.stderr.splitlines() if line.strip()), "Qt does not say why")
        raise SamanthaError(
            "tray",
            f"Qt cannot show anything on this desktop: {why.strip().rstrip('.')}.",
            "On Linux it may need: apt install libxcb-cursor0 libegl1 libxkbcommon-x11-0.",
        )
