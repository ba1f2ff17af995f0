"""Cut-ins against waits, as a picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from soak.pausejudge import Policy, Row, hers, judge, silence_alone, sound_alone, words_alone

from samantha.config import Hearing

PAPER, INK, SOFT, FAINT = "#f7eee0", "#4a342a", "#8d7a68", "#dccbb2"
WAYS: tuple[tuple[str, str, Callable[[Hearing, float], Policy]], ...] = (
    ("silence alone", "#8d7a68", lambda settings, scale: silence_alone(800 * scale)),
    ("words and silence", "#c9a177", words_alone),
    ("sound and silence", "#a9714b", sound_alone),
    ("words, sound and silence", "#d1503a", hers),
)
SCALES = [0.3 + 0.02 * step for step in range(86)]

WIDE, HIGH, SHARP = 900, 520, 2
LEFT, RIGHT, TOP, BOTTOM = 80, 30, 90, 70
SHORTEST_MS, LONGEST_MS = 300, 1500


def draw(rows: Sequence[Row], settings: Hearing, path: Path) -> None:
    """The mean wait at the end of a turn against the pauses of 0.8 and 1 s that were taken for one."""
    image = Image.new("RGB", (WIDE * SHARP, HIGH * SHARP), PAPER)
    pen = ImageDraw.Draw(image)
    _text(pen, (24, 18), "What a shorter wait costs", 20)
    _text(
        pen,
        (24, 46),
        "Pauses of 0.8 and 1 s taken for the end of the turn, %, against the mean wait at its end, ms",
        13,
        SOFT,
    )
    for share in range(0, 101, 20):
        y = _y(share)
        pen.line(_sharp(LEFT, y, WIDE - RIGHT, y), FAINT, SHARP)
        _text(pen, (LEFT - 12, y - 8), str(share), 12, SOFT, "ra")
    for wait in range(SHORTEST_MS, LONGEST_MS + 1, 200):
        _text(pen, (_x(wait), HIGH - BOTTOM + 8), str(wait), 12, SOFT, "ma")
    for number, (name, colour, way) in enumerate(WAYS):
        verdicts = [judge(rows, way(settings, scale)) for scale in SCALES]
        points = [
            (_x(verdict.waits[0]), _y(verdict.long))
            for verdict in verdicts
            if SHORTEST_MS <= verdict.waits[0] <= LONGEST_MS
        ]
        pen.line([(x * SHARP, y * SHARP) for x, y in points], colour, 3 * SHARP, joint="curve")
        x = 24 + (0, 150, 330, 510)[number]
        pen.line(_sharp(x, HIGH - 24, x + 22, HIGH - 24), colour, 4 * SHARP)
        _text(pen, (x + 28, HIGH - 32), name, 13)
    chosen = judge(rows, hers(settings))
    x, y = _x(chosen.waits[0]), _y(chosen.long)
    pen.ellipse(_sharp(x - 7, y - 7, x + 7, y + 7), WAYS[-1][1], INK, 2 * SHARP)
    _text(pen, (x + 10, y - 24), f"chosen: {chosen.waits[0]:.0f} ms, {chosen.long:.0f} %", 13)
    image.quantize(64).save(path, optimize=True)


def _x(wait: float) -> float:
    return LEFT + (wait - SHORTEST_MS) / (LONGEST_MS - SHORTEST_MS) * (WIDE - LEFT - RIGHT)


def _y(share: float) -> float:
    return HIGH - BOTTOM - share / 100 * (HIGH - TOP - BOTTOM)


def _sharp(*edges: float) -> list[float]:
    return [edge * SHARP for edge in edges]


def _text(
    pen: ImageDraw.ImageDraw,
    at: tuple[float, float],
    words: str,
    size: int,
    colour: str = INK,
    anchor: str = "la",
) -> None:
    pen.text((at[0] * SHARP, at[1] * SHARP), words, colour, ImageFont.load_default(size * SHARP), anchor)
