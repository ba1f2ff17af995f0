"""What a conversation looks like in a terminal: calm, warm, and only what matters."""

from __future__ import annotations

import json
import sys
import time
from typing import Protocol

from rich.console import Console, Group
from rich.live import Live
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from samantha.audio.choice import THINGS, gone
from samantha.events import (
    Announced,
    DeviceFound,
    DeviceLost,
    Event,
    Failed,
    Heard,
    Ignored,
    ReplyPaused,
    ReplyResumed,
    ReplySounded,
    ReplySpoken,
    ReplyStarted,
    ReplyText,
    SpeechStarted,
    Transcribed,
    TurnEnded,
    TurnMeasured,
    TurnReopened,
    to_record,
)

CREAM, WOOD, RED, MUTED = "#f0e2cc", "#b98a5e", "#d1503a", "#8d7a68"

IGNORED = {
    "too-quiet": "too quiet to be for me",
    "too-little-speech": "too short to be a word",
    "no-speech": "no words in it",
    "repetition": "I could not make it out",
    "unsure": "I could not make it out",
    "invented": "only noise",
    "empty": "no words in it",
    "own-voice": "that was me",
    "backchannel": "I go on",
    "hush": "I am quiet",
}


class View(Protocol):
    """Where a conversation is shown."""

    def step(self, what: str) -> None:
        """Something of hers is being loaded."""
        ...

    def begin(self, device: str, *, live: bool) -> None:
        """Everything is ready; `live` says that a person is at the microphone."""
        ...

    def on(self, event: Event) -> None:
        """The next event."""
        ...

    def note(self, text: str) -> None:
        """A remark that is no part of the conversation."""
        ...

    def end(self) -> None:
        """The conversation is over."""
        ...


class JsonView:
    """One JSON object a line on standard output, for programs."""

    def step(self, what: str) -> None:
        pass

    def begin(self, device: str, *, live: bool) -> None:
        pass

    def on(self, event: Event) -> None:
        print(json.dumps(to_record(event), ensure_ascii=False), flush=True)

    def note(self, text: str) -> None:
        print(text, file=sys.stderr)

    def end(self) -> None:
        pass


class PlainView:
    """Plain lines, for a pipe or a log."""

    def step(self, what: str) -> None:
        print(f"Getting ready: {what} …", file=sys.stderr, flush=True)

    def begin(self, device: str, *, live: bool) -> None:
        print(f"{'Listening on' if live else 'Playing'} {device}.", file=sys.stderr, flush=True)

    def on(self, event: Event) -> None:
        match event:
            case Heard(text=text):
                print(f"You: {text}", flush=True)
            case ReplySpoken(text_heard=text, interrupted=interrupted) if text:
                print(f"Samantha: {text}{' —' if interrupted else ''}", flush=True)
            case TurnMeasured(first_sound=first_sound) if first_sound is not None:
                print(f"          ({first_sound / 1000:.1f} s)", flush=True)
            case TurnReopened(text=text) if text:
                print("(you went on)", flush=True)
            case Ignored(reason=reason):
                print(f"(not answered: {IGNORED[reason]})", flush=True)
            case Failed(error=error):
                print(f"samantha: {error}", file=sys.stderr, flush=True)
            case Announced(text=text):
                print(f"Samantha: {text}", flush=True)
            case DeviceLost() | DeviceFound():
                print(f"({_moved(event)})", file=sys.stderr, flush=True)
            case _:
                pass

    def note(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    def end(self) -> None:
        pass


def _moved(event: DeviceLost | DeviceFound) -> str:
    if isinstance(event, DeviceFound):
        return f"The {THINGS[event.side]} is now {event.name}."
    return f"{gone(event.side, event.name)} Waiting for another."


class WarmView:
    """The conversation as it comes: who says what, what she is doing, how long she took."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False)
        self._live: Live | None = None
        self._state = ""
        self._words = ""
        self._reply = ""
        self.level = -120.0
        """Of the microphone, in dBFS, while it is worth showing (the first meeting); else -120."""

    def step(self, what: str) -> None:
        if self._live is None:
            self._live = Live(self, console=self.console, refresh_per_second=12, transient=True)
            self._live.start()
        self._state = f"waking up: {what}"

    def begin(self, device: str, *, live: bool) -> None:
        self.step("")
        self._state = "listening" if live else "playing"
        self.console.print()
        self.console.print(Text("  Samantha", style=f"bold {RED}"))
        self.console.print(Text(f"  {device}", style=MUTED))
        if live:
            self.console.print(Text("  Ctrl-C hushes her, twice ends.", style=MUTED))
        self.console.print()

    def on(self, event: Event) -> None:
        match event:
            case SpeechStarted():
                self._state = "hearing you"
            case Transcribed(text=text, final=False):
                self._state, self._words = "hearing you", text
            case TurnEnded():
                self._state = "understanding"
            case TurnReopened(text=text) if text:
                self.note("You went on.")
                self._state = "hearing you"
            case ReplyPaused():
                self._state = "hearing you"
            case ReplyResumed():
                self._state = "speaking"
            case Heard(text=text):
                self._line("You", text, WOOD)
                self._state, self._words = "thinking", ""
            case Ignored(reason="backchannel"):
                self._words = ""
            case Ignored(reason=reason):
                self._words = ""
                self._state = f"listening ({IGNORED[reason]})"
            case ReplyStarted():
                self._state, self._reply = "thinking", ""
            case ReplyText(delta=delta):
                self._reply += delta
            case ReplySounded():
                self._state = "speaking"
            case ReplySpoken(text_heard=text, interrupted=interrupted):
                self._reply = ""
                if text:
                    self._line("Samantha", text + (" —" if interrupted else ""), RED)
                self._state = "hearing you" if interrupted else "listening"
            case TurnMeasured(first_sound=first_sound) if first_sound is not None:
                self.console.print(Text(f"{'':>13}{first_sound / 1000:.1f} s", style=MUTED))
                self.console.print()
            case Failed(error=error):
                self.console.print(Padding(Text(error, style=f"italic {RED}"), (0, 2)))
                self._state, self._reply = "listening", ""
            case Announced(text=text):
                self._line("Samantha", text, RED)
            case DeviceLost() | DeviceFound():
                self.note(_moved(event))
            case _:
                pass

    def note(self, text: str) -> None:
        self.console.print(Padding(Text(text, style=MUTED), (0, 2)))

    def end(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _line(self, who: str, words: str, colour: str) -> None:
        self.console.print(_row(who, colour, words, CREAM))

    def __rich__(self) -> Group:
        parts: list[Table | Text] = []
        for who, colour, words in (("You", WOOD, self._words), ("Samantha", RED, self._reply.strip())):
            if words:
                parts.append(_row(who, colour, words, MUTED))
        dot = "●" if int(time.monotonic() * 2) % 2 or self._state == "listening" else "○"
        line = Text.assemble(("  ", ""), (dot, RED), (f" {self._state}", MUTED))
        if self.level > -120:
            line.append("   ")
            line.append_text(meter(self.level))
        parts.append(line)
        return Group(*parts)


def _row(who: str, colour: str, words: str, shade: str) -> Table:
    row = Table.grid(padding=(0, 1))
    row.add_column(width=11, justify="right")
    row.add_column(overflow="fold")
    row.add_row(Text(who, style=colour), Text(words, style=shade))
    return row


def meter(level: float, width: int = 24) -> Text:
    """A microphone's level as a bar: -60 dBFS is empty, 0 full; comfortable speech lies in its middle."""
    filled = round(width * min(1.0, max(0.0, (level + 60) / 60)))
    colour = RED if level > -6 else WOOD
    return Text.assemble(
        ("▮" * filled, colour), ("▯" * (width - filled), MUTED), (f" {level:4.0f} dBFS", MUTED)
    )
