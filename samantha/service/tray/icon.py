"""Her icon: a cream disc with her red on it. Drawn, so that it is sharp at every size.

She hears: a red dot in a ring on cream. She speaks: the same, the other way round.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap

from samantha.service.control import State

Look = State | Literal["asleep"]
"""What the icon shows; asleep: she is not running."""

CREAM, SAND, WOOD, RED, INK = map(QColor, ("#f3e7d3", "#cdb797", "#b98a5e", "#d1503a", "#4a3428"))

SIZES = (16, 22, 24, 32, 48, 64, 128)
"""Pixels; panels take the nearest."""


def icon(look: Look) -> QIcon:
    """The icon for `look` in all sizes."""
    made = QIcon()
    for size in SIZES:
        made.addPixmap(pixmap(look, size))
    return made


def pixmap(look: Look, size: int) -> QPixmap:
    """The icon for `look`, `size` pixels square, on nothing."""
    made = QPixmap(size, size)
    made.fill(Qt.GlobalColor.transparent)
    with QPainter(made) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(size / 2, size / 2)
        painter.translate(1, 1)  # from here on the icon is a circle of radius 1
        _disc(painter, {"speaking": RED, "asleep": SAND, "waking": SAND}.get(look, CREAM))
        _MARKS[look](painter)
    return made


def _disc(painter: QPainter, colour: QColor) -> None:
    """The ground. Its rim keeps it apart from a panel of its own colour."""
    painter.setBrush(colour)
    painter.setPen(QPen(RED.darker(115) if colour == RED else WOOD, 0.07))
    painter.drawEllipse(QPointF(), 0.94, 0.94)


def _dot(painter: QPainter, colour: QColor, radius: float, x: float = 0.0) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawEllipse(QPointF(x, 0), radius, radius)


def _ring(painter: QPainter, colour: QColor, radius: float, width: float) -> None:
    painter.setPen(QPen(colour, width))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(QPointF(), radius, radius)


def _asleep(painter: QPainter) -> None:
    """A closed eye."""
    painter.setPen(QPen(INK, 0.16, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawArc(QRectF(-0.46, -0.62, 0.92, 0.92), -145 * 16, 110 * 16)


def _muted(painter: QPainter) -> None:
    """Hollow, and struck through."""
    _ring(painter, RED, 0.42, 0.16)
    painter.setPen(QPen(CREAM, 0.42, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
    painter.drawLine(QPointF(-0.5, 0.5), QPointF(0.5, -0.5))
    painter.setPen(QPen(RED, 0.16, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawLine(QPointF(-0.52, 0.52), QPointF(0.52, -0.52))


def _waiting(painter: QPainter) -> None:
    _dot(painter, WOOD, 0.32)


def _listening(painter: QPainter) -> None:
    _dot(painter, RED, 0.36)


def _hearing(painter: QPainter) -> None:
    _dot(painter, RED, 0.32)
    _ring(painter, RED, 0.6, 0.14)


def _thinking(painter: QPainter) -> None:
    for x in (-0.46, 0.0, 0.46):
        _dot(painter, RED, 0.17, x)


def _speaking(painter: QPainter) -> None:
    _dot(painter, CREAM, 0.32)
    _ring(painter, CREAM, 0.6, 0.14)


def _waking(painter: QPainter) -> None:
    for x in (-0.46, 0.0, 0.46):
        _dot(painter, INK, 0.17, x)


_MARKS: dict[Look, Callable[[QPainter], None]] = {
    "asleep": _asleep,
    "waking": _waking,
    "muted": _muted,
    "waiting": _waiting,
    "listening": _listening,
    "hearing": _hearing,
    "thinking": _thinking,
    "speaking": _speaking,
}
