"""Where the time of a turn goes, as a picture: one line for her, one for the plain pipeline."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from samantha.bench.report import Report
from samantha.bench.turns import STEPS, Turns
from samantha.errors import SamanthaError, StorageError

if TYPE_CHECKING:
    from PIL import ImageDraw, ImageFont

PAPER, INK, SOFT, FAINT = "#f7eee0", "#4a342a", "#8d7a68", "#dccbb2"
COLOURS = {
    "turn_end": "#e3cfae",
    "transcript": "#c9a177",
    "first_token": "#a9714b",
    "first_clause": "#c9583f",
    "first_sound": "#8f2f25",
}
LABELS = {
    "turn_end": "waiting",
    "transcript": "hearing",
    "first_token": "thinking",
    "first_clause": "writing",
    "first_sound": "speaking",
}
_WIDE, _HIGH, _LEFT, _RIGHT, _SCALE = 900, 300, 150, 60, 2


def needs() -> None:
    """Raises SamanthaError if there is no library to draw with."""
    try:
        import PIL.ImageDraw  # noqa: F401
    except ImportError:
        raise SamanthaError(
            "plot", "A picture needs Pillow, which is not installed.", "Run `pip install 'Pillow>=11'`."
        ) from None


def draw(report: Report, path: Path) -> None:
    """Write `report` to `path` as a PNG. Raises StorageError if that cannot be done."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (_WIDE * _SCALE, _HIGH * _SCALE), PAPER)
    pen = ImageDraw.Draw(image)
    bars = [(name, turns) for name, turns in (("Samantha", report.turns), ("plain", report.plain)) if turns]
    longest = max((each for _, turns in bars for each in _values(turns)), default=1.0)
    step = next(
        step for step in (100, 250, 500, 1000, 2500, 5000, 10_000) if longest / step <= 8 or step == 10_000
    )
    room = (_WIDE - _LEFT - _RIGHT) / longest
    _text(pen, (24, 18), "From your last word to her first", 20)
    _text(pen, (24, 46), f"{report.machine['processor']} · {report.settings['voice']} · median, ms", 12, SOFT)
    for value in range(0, int(longest) + 1, step):
        x = _LEFT + value * room
        _line(pen, x, 84, x, 226)
        _text(pen, (x, 230), str(value), 11, SOFT, middle=True)
    for row, (name, turns) in enumerate(bars):
        y = 94 + row * 66
        _text(pen, (24, y + 12), name, 15)
        for begin, end, colour in pieces(turns):
            box = (_LEFT + begin * room, y, _LEFT + end * room, y + 42)
            pen.rectangle([edge * _SCALE for edge in box], fill=colour)
        if turns.latency.p50 is not None:
            _text(pen, (_LEFT + max(_values(turns)) * room + 6, y + 12), f"{turns.latency.p50:.0f}", 14)
    x = float(_LEFT)
    for step_name, label in LABELS.items():
        pen.rectangle([edge * _SCALE for edge in (x, 264, x + 14, 278)], fill=COLOURS[step_name])
        _text(pen, (x + 20, 263), label, 12)
        x += 110
    try:
        image.save(path, "PNG", optimize=True)
    except OSError as problem:
        raise StorageError(
            f"{path} cannot be written: {problem.strerror or problem}.", "Name another file."
        ) from None


def pieces(turns: Turns) -> list[tuple[float, float, str]]:
    """(begin, end, colour) of each step in ms, in the order in which they were done.

    A step that was done before the one in front of it, because she bets on the end of a turn, takes no time.
    """
    done = sorted(
        (value, STEPS.index(step), step) for step in STEPS if (value := turns.split[step]) is not None
    )
    found, at = [], 0.0
    for value, _, step in done:
        found.append((at, value, COLOURS[step]))
        at = value
    return found


def _values(turns: Turns) -> list[float]:
    return [value for value in (*turns.split.values(), turns.latency.p50) if value is not None]


def _line(pen: ImageDraw.ImageDraw, *ends: float) -> None:
    pen.line([end * _SCALE for end in ends], fill=FAINT, width=_SCALE)


def _text(
    pen: ImageDraw.ImageDraw,
    at: tuple[float, float],
    words: str,
    size: int,
    colour: str = INK,
    *,
    middle: bool = False,
) -> None:
    pen.text(
        (at[0] * _SCALE, at[1] * _SCALE), words, colour, _font(size * _SCALE), anchor="ma" if middle else "la"
    )


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    from PIL import ImageFont

    return ImageFont.load_default(size)
