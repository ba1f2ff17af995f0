"""What a person is shown, from scripted events."""

from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from samantha.commands.terminal import JsonView, PlainView, WarmView, meter
from samantha.events import (
    Event,
    Failed,
    Heard,
    Ignored,
    ReplySounded,
    ReplySpoken,
    ReplyStarted,
    ReplyText,
    SpeechStarted,
    TurnMeasured,
)

pytestmark = pytest.mark.unit

TURN: list[Event] = [
    SpeechStarted(at=1, began=0),
    Heard(at=2, text="How are you?"),
    ReplyStarted(at=3),
    ReplyText(at=4, delta="Splendid, "),
    ReplySounded(at=5),
    ReplyText(at=6, delta="thanks."),
    ReplySpoken(at=7, text_heard="Splendid,", interrupted=True),
    TurnMeasured(at=7, turn_end=800, transcript=900, first_token=1000, first_clause=1100, first_sound=1240),
    Ignored(at=8, reason="invented", text="Thank you for watching."),
    Failed(at=9, error="The mind broke."),
]


def test_the_warm_view_shows_who_said_what_and_how_long_she_took() -> None:
    shown = io.StringIO()
    view = WarmView(Console(file=shown, width=60, force_terminal=False))
    view.begin("a headset", live=True)
    try:
        for event in TURN:
            view.on(event)
    finally:
        view.end()
    text = shown.getvalue()
    for words in ("a headset", "How are you?", "Splendid, —", "1.2 s", "The mind broke."):
        assert words in text
    assert "Thank you for watching" not in text


def test_what_she_says_is_shown_while_it_comes() -> None:
    view = WarmView(Console(file=io.StringIO()))
    for event in TURN[:4]:
        view.on(event)
    shown = io.StringIO()
    Console(file=shown, width=60).print(view)
    assert "Splendid," in shown.getvalue()


def test_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    view = PlainView()
    for event in TURN:
        view.on(event)
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "You: How are you?",
        "Samantha: Splendid, —",
        "          (1.2 s)",
        "(not answered: only noise)",
    ]
    assert err == "samantha: The mind broke.\n"


def test_json_is_nothing_but_json(capsys: pytest.CaptureFixture[str]) -> None:
    view = JsonView()
    view.step("ears")
    view.begin("a headset", live=True)
    for event in TURN:
        view.on(event)
    view.note("a remark")
    view.end()
    out, _ = capsys.readouterr()
    assert [json.loads(line)["event"] for line in out.splitlines()] == [
        type(event).__name__ for event in TURN
    ]


@pytest.mark.parametrize(("level", "filled"), [(-120.0, 0), (-60.0, 0), (-30.0, 12), (0.0, 24), (3.0, 24)])
def test_the_meter(level: float, filled: int) -> None:
    assert meter(level).plain.count("▮") == filled
