"""The figures: as JSON that is kept, and as a table for a person."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from samantha.bench.interruptions import Interruptions
from samantha.bench.listen import Spread
from samantha.bench.pauses import Pauses
from samantha.bench.turns import Turns
from samantha.commands.terminal import CREAM, MUTED, RED, WOOD

BUSY = 10.0
"""Percent of the machine in other hands from which on figures are worse than they need be."""


@dataclass(frozen=True, slots=True)
class Idle:
    """With the microphone open for `seconds`: CPU as percent of one core, memory in bytes."""

    seconds: float
    quiet: float
    """Nobody speaks."""
    nearby: float
    """Somebody speaks all the time, too softly to be meant for her."""
    rss: int
    card: float | None = None
    """Nobody speaks, on this machine's sound card."""


@dataclass(slots=True)
class Report:
    """All that was measured; None: not asked for."""

    when: str
    """ISO 8601, with the offset from UTC."""
    machine: dict[str, str]
    settings: dict[str, str | int | float]
    busy: float
    """Percent of the whole machine that other programs used before it began."""
    turns: Turns | None = None
    plain: Turns | None = None
    pauses: list[Pauses] | None = None
    interruptions: Interruptions | None = None
    idle: Idle | None = None

    @property
    def ratio(self) -> float | None:
        """How many times sooner than the plain pipeline she is heard, by the medians."""
        if not (self.turns and self.plain and self.turns.latency.p50 and self.plain.latency.p50):
            return None
        return round(self.plain.latency.p50 / self.turns.latency.p50, 2)

    def record(self) -> dict[str, Any]:
        """As an object of JSON; times in ms unless their name says otherwise, memory in bytes."""
        return {**dataclasses.asdict(self), "ratio": self.ratio}


def shown(report: Report) -> Group:
    """`report` for a terminal."""
    parts: list[Any] = [about({**report.machine, **report.settings})]
    if report.busy > BUSY:
        warning = f"Other programs use {report.busy:.0f} % of this machine: she is faster than this when it is quiet."
        parts.append(Padding(Text(warning, style=f"italic {RED}"), (0, 2, 1, 2)))
    for title, note, rows in _sections(report):
        table = columns(title, "median", "95 %", "most")
        for row in rows:
            table.add_row(Text(row[0], style=CREAM), *(Text(cell, style=WOOD) for cell in row[1:]))
        parts.append(table)
        parts.append(Padding(Text(note, style=MUTED), (0, 2, 1, 2)))
    return Group(*parts)


PAUSES = "Taken for the end: the turn was over for her. Heard whole: both halves were one turn in the end."

Rows = list[tuple[str, ...]]


def _sections(report: Report) -> Iterator[tuple[str, str, Rows]]:
    if report.turns:
        yield from _turns(report.turns, report)
    if report.plain:
        yield (
            "the plain pipeline",
            "The same words to the same models, one step after the other: 800 ms of silence, Whisper's whole window, "
            "a whole sentence, its sound.",
            [_spread("voice to voice, ms", report.plain.latency), *_steps(report.plain)],
        )
    if report.pauses:
        yield "pauses inside a sentence", PAUSES, [row for each in report.pauses for row in _pauses(each)]
    if report.interruptions:
        yield _interruptions(report.interruptions)
    if report.idle:
        rows = [
            ("microphone open, nobody speaks, % of a core", f"{report.idle.quiet:.1f}"),
            ("somebody speaks in the next room, %", f"{report.idle.nearby:.1f}"),
        ]
        if report.idle.card is not None:
            rows.append(("nobody speaks, on the sound card, %", f"{report.idle.card:.1f}"))
        yield "at rest", f"{report.idle.seconds:.0f} s each.", [*rows, _memory(report.idle.rss)]


def _turns(turns: Turns, report: Report) -> Iterator[tuple[str, str, Rows]]:
    rows = [_spread("voice to voice, ms", turns.latency), *_steps(turns)]
    if report.ratio:
        rows.insert(1, ("times sooner than the plain pipeline", f"{report.ratio:.1f}"))
    rows += [
        _spread("silence after her first clause, ms", turns.gap),
        ("processor seconds a turn", f"{turns.cpu_per_turn:.1f}"),
        ("event loop late, ms (median, 99 %)", f"{turns.lag_p50:.1f}", f"{turns.lag_p99:.1f}"),
        ("blocks too late for a sound card", str(turns.underruns)),
        _memory(turns.rss),
    ]
    yield (
        "turns",
        f"{turns.latency.count} of {turns.turns} answered, {turns.signs} of them with a “hmm” first; she began too "
        f"soon in {turns.cut_ins}, and was still heard at the end of {turns.talked_over}. From the last speech sample "
        "of the person to her first audible sample, read off the two sounds.",
        rows,
    )


def _steps(turns: Turns) -> Rows:
    names = {
        "turn_end": "  the turn is over",
        "transcript": "  its words are known",
        "first_token": "  the first word of the answer",
        "first_clause": "  its first clause",
        "first_sound": "  its first sound",
    }
    return [(name, _number(turns.split[step])) for step, name in names.items()]


def _pauses(pauses: Pauses) -> Rows:
    of = pauses.sentences
    return [
        (f"{pauses.seconds:.1f} s: taken for the end", _share(pauses.ended, of)),
        ("  of those noticed and reopened", _share(pauses.reopened, pauses.ended)),
        ("  of those heard whole in the end", _share(pauses.joined, pauses.joined_of)),
        _spread("  her voice in it, where any, ms", pauses.heard),
        ("  take-overs (a second or more)", _share(pauses.taken, of)),
        ("  ends missed", _share(pauses.missed, of)),
        _spread("  voice to voice after it, ms", pauses.latency),
    ]


def _interruptions(found: Interruptions) -> tuple[str, str, Rows]:
    return (
        "interruptions",
        f"Meant to stop her: {found.interruptions}. Coughs and words such as “mm-hm”: {found.noises}. "
        f"Left out, because she was silent anyway: {found.void}.",
        [
            _spread("speech to her silence, ms", found.silent),
            ("not silenced", _share(found.not_silenced, found.interruptions)),
            _spread("end of the interruption to her answer, ms", found.answer),
            ("answered within 0.8 s", _share(found.answered_promptly, found.interruptions)),
            ("went on after a false one", _share(found.resumed, found.noises)),
            ("  of those without a silence", _share(found.went_through, found.resumed)),
            _spread("  end of the sound to her going on, ms", found.resume),
        ],
    )


def about(what: Mapping[str, object]) -> Padding:
    """What figures belong to, to stand above them."""
    table = columns("", "", "")
    for name, value in what.items():
        table.add_row(Text(name, style=MUTED), Text(str(value), style=CREAM))
    return Padding(table, (1, 0))


def columns(*headings: str, width: int = 44) -> Table:
    """A table without a row, in her look; the first heading is its title, its column at least so wide."""
    table = Table(box=None, header_style=MUTED, padding=(0, 2), show_header=any(headings))
    for i, heading in enumerate(headings):
        if i == 0:
            table.add_column(Text(heading, style=f"bold {RED}"), min_width=width if heading else 0)
        else:
            table.add_column(heading, justify="right" if heading else "left", overflow="fold")
    return table


def _spread(name: str, spread: Spread) -> tuple[str, ...]:
    return (name, _number(spread.p50), _number(spread.p95), _number(spread.most))


def _memory(rss: int) -> tuple[str, ...]:
    return ("memory, MB", f"{rss / 1e6:.0f}")


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}"


def _share(part: int, of: int) -> str:
    return f"{part}/{of}"
