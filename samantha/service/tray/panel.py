"""Her icon in the desktop's panel, and its menu."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtGui import QAction, QActionGroup, QColor, QPalette
from PySide6.QtWidgets import QApplication, QMenu, QSystemTrayIcon

from samantha.errors import SamanthaError
from samantha.events import Mode
from samantha.service import client
from samantha.service.control import Status
from samantha.service.tray.icon import CREAM, INK, RED, Look, icon
from samantha.service.tray.link import Asked, Link

PANEL_S = 5.0
"""After a login the panel may come later than this program; so long it is waited for, in seconds."""

SAYS: dict[Look, str] = {
    "asleep": "She is asleep: samantha service start wakes her",
    "waking": "She is waking up",
    "muted": "She hears nothing",
    "waiting": "She waits for you to talk",
    "listening": "She is listening",
    "hearing": "She hears you",
    "thinking": "She is thinking",
    "speaking": "She is speaking",
}

MODES: dict[Mode, str] = {
    "always": "Listen &always",
    "name": "Listen for her &name",
    "ptt": "Listen while I hold the talk &key",
}


class Tray:
    """The icon: a click talks, the menu has the rest."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._looks = {look: icon(look) for look in SAYS}
        self._look: Look | None = None
        self._menu = QMenu()
        self._says = self._menu.addAction("")
        self._says.setEnabled(False)
        self._menu.addSeparator()
        self._talk = self._item("&Talk", lambda her, _: her.ptt("toggle"), checkable=True)
        self._hush = self._item("&Hush", lambda her, _: her.hush())
        self._mute = self._item("&Mute", lambda her, on: her.listen(not on), checkable=True)
        self._menu.addSeparator()
        modes = QActionGroup(self._menu)
        self._modes = {mode: self._mode(mode, modes) for mode in MODES}
        self._menu.addSeparator()
        self._menu.addAction("&Quit this icon", QApplication.quit)
        self._icon = QSystemTrayIcon()
        self._icon.setContextMenu(self._menu)
        self._icon.activated.connect(self._activated)
        link.seen.connect(self.show)
        link.refused.connect(self._refused)
        self.show(None)
        self._icon.show()

    def show(self, status: Status | None) -> None:
        """Look like `status`; None: she is not running."""
        look: Look = status.state if status else "asleep"
        if look != self._look:
            self._look = look
            self._icon.setIcon(self._looks[look])
            self._icon.setToolTip(f"Samantha\n{SAYS[look]}")
            self._says.setText(SAYS[look])
        for action in (self._talk, self._hush, self._mute, *self._modes.values()):
            action.setEnabled(status is not None)
        self._talk.setChecked(bool(status and status.talking))
        self._mute.setChecked(bool(status and status.muted))
        for mode, action in self._modes.items():
            action.setChecked(bool(status and status.mode == mode))

    def hide(self) -> None:
        """Leave the panel."""
        self._icon.hide()

    def _item(self, text: str, work: Callable[[Asked, bool], object], *, checkable: bool = False) -> QAction:
        action = self._menu.addAction(text)
        action.setCheckable(checkable)
        action.triggered.connect(lambda on: self._link.ask(lambda her: work(her, on)))
        return action

    def _mode(self, mode: Mode, group: QActionGroup) -> QAction:
        action = self._item(MODES[mode], lambda her, _: her.mode(mode), checkable=True)
        group.addAction(action)
        return action

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is QSystemTrayIcon.ActivationReason.Trigger:
            self._link.ask(lambda her: her.ptt("toggle"))

    def _refused(self, sentence: str) -> None:
        self._icon.showMessage("Samantha", sentence, self._looks[self._look or "asleep"])


def run(connect: Callable[[], Asked] = client.local) -> None:
    """Show the icon until it is quit. Raises SamanthaError if the desktop has no place for icons."""
    app = QApplication(["samantha"])
    app.setApplicationDisplayName("Samantha")
    app.setQuitOnLastWindowClosed(False)
    app.setStyle("Fusion")
    app.setPalette(_palette())
    _wait_for_panel(app)
    link = Link(connect)
    tray = Tray(link)
    app.aboutToQuit.connect(tray.hide)
    app.aboutToQuit.connect(link.close)
    link.start()
    app.exec()


def _wait_for_panel(app: QApplication) -> None:
    until = time.monotonic() + PANEL_S
    while not QSystemTrayIcon.isSystemTrayAvailable():
        if time.monotonic() > until:
            raise SamanthaError(
                "tray",
                "This desktop has no panel that shows icons.",
                "On GNOME, install the extension AppIndicator; `samantha ptt` and `samantha status` need no icon.",
            )
        app.processEvents()
        time.sleep(0.1)


def _palette() -> QPalette:
    """Cream, ink and her red."""
    palette = QPalette(CREAM, CREAM)
    role = QPalette.ColorRole
    for text in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(text, INK)
        palette.setColor(QPalette.ColorGroup.Disabled, text, INK.lighter(175))
    palette.setColor(role.Highlight, RED)
    palette.setColor(role.HighlightedText, QColor("white"))
    palette.setColor(role.Base, CREAM)
    return palette
