"""What the doctor's visit looks like in a terminal."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from samantha.commands.terminal import CREAM, MUTED, RED, WOOD, meter
from samantha.doctor.finding import Finding, Verdict

MARKS: dict[Verdict, str] = {"ok": "●", "warning": "◐", "fault": "○"}
COLOURS: dict[Verdict, str] = {"ok": WOOD, "warning": CREAM, "fault": RED}


class Page:
    """Findings under their headings, and in the last line what is under way."""

    def __init__(self, *, quiet: bool = False) -> None:
        """`quiet` shows nothing at all."""
        self.console = Console(highlight=False, quiet=quiet)
        self.live = self.console.is_terminal and not quiet
        """Whether a person may be watching."""
        self._busy = ""
        self._level: float | None = None
        self._line = Live(self, console=self.console, refresh_per_second=12, transient=True)

    def __enter__(self) -> Page:
        if self.live:
            self._line.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._line.stop()

    def heading(self, title: str) -> None:
        self.console.print()
        self.console.print(Text(f"  {title}", style=f"bold {RED}"))

    def busy(self, what: str) -> None:
        """Say what is being looked at."""
        self._busy, self._level = what, None

    def level(self, dbfs: float) -> None:
        """The microphone's level now."""
        self._level = dbfs

    def finding(self, finding: Finding) -> None:
        colour = COLOURS[finding.verdict]
        row = Table.grid(padding=(0, 1))
        row.add_column(width=3, justify="right")
        row.add_column(width=18)
        row.add_column(overflow="fold")
        words = Text(finding.detail)
        if finding.advice:
            style = MUTED if finding.verdict == "ok" else f"italic {COLOURS[finding.verdict]}"
            words.append(f"\n{finding.advice}", style=style)
        row.add_row(Text(MARKS[finding.verdict], style=colour), Text(finding.part, style=colour), words)
        self.console.print(row)

    def say(self, text: str, style: str = "") -> None:
        """A sentence of its own."""
        self.console.print()
        self.console.print(Padding(Text(text, style=style), (0, 2)))

    def bundle(self, path: Path, holds: Mapping[str, str]) -> None:
        """What was written for a bug report."""
        self.say(f"{path} is for a bug report. It holds, names and places taken out:", CREAM)
        for name, what in holds.items():
            self.console.print(Text(f"    {name:<15}{what}"))
        self.say("Nothing you said is in it. Look at it before you send it.", MUTED)

    def __rich__(self) -> Text:
        dot = "●" if int(time.monotonic() * 2) % 2 else "○"
        line = Text.assemble(("  ", ""), (dot, RED), (f" {self._busy} … ", MUTED))
        if self._level is not None:
            line.append_text(meter(self._level))
        return line
