"""What was found in a room: as JSON that is kept, and as tables for a person."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

from rich.console import Group
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from samantha.bench.report import about, columns
from samantha.bench.table import Cell, Table
from samantha.commands.terminal import CREAM, MUTED, RED, WOOD

MOST = 16
"""Cells of one table that a person is shown: the worst of them, if there are more."""


@dataclass(slots=True)
class Findings:
    """`tables` holds those of each part that was measured, in order."""

    when: str
    """ISO 8601, with the offset from UTC."""
    machine: dict[str, str]
    settings: dict[str, str | int]
    tables: dict[str, list[Table]] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    """Why a part could not be measured, as a sentence."""
    seconds: dict[str, float] = field(default_factory=dict)
    """What each part took."""

    def record(self) -> dict[str, Any]:
        """As an object of JSON; with each table goes its worst cell, and whether that is within the bound."""
        tables = {part: [_record(table) for table in tables] for part, tables in self.tables.items()}
        return {**dataclasses.asdict(self), "tables": tables}


def shown(findings: Findings) -> Group:
    """`findings` for a terminal: the worst cell of each table is red, and below stands its bound."""
    parts: list[Any] = [about({**findings.machine, **findings.settings})]
    for part, tables in findings.tables.items():
        for table in tables:
            parts.append(_grid(table))
            told = ". ".join(filter(None, (part, table.note.rstrip("."), _verdict(table)))) + "."
            shade = RED if _kept(table) is False else MUTED
            parts.append(Padding(Text(told, style=shade), (0, 2, 1, 2)))
    for part, problem in findings.problems.items():
        parts.append(
            Padding(Text(f"{part} was not measured. {problem}", style=f"italic {RED}"), (0, 2, 1, 2))
        )
    return Group(*parts)


def _grid(table: Table) -> Grid:
    grid = columns(table.name, table.unit, "of", "", width=0)
    cells = list(table.cells)
    if len(cells) > MOST:
        cells = sorted(cells, key=lambda cell: cell.value, reverse=table.better == "lower")[:MOST]
    for cell in cells:
        worst = cell is table.worst
        note = "; ".join(filter(None, ("worst" if worst else "", cell.note)))
        shade = RED if worst else WOOD
        grid.add_row(
            Text(cell.condition, style=RED if worst else CREAM),
            Text(_number(cell.value), style=shade),
            Text(str(cell.trials), style=shade),
            Text(note, style=shade),
        )
    if left := len(table.cells) - len(cells):
        grid.add_row(Text(f"{left} more, none worse than the last", style=MUTED))
    return grid


def _verdict(table: Table) -> str:
    if table.bound is None:
        return ""
    promised = f"{'At most' if table.better == 'lower' else 'At least'} {_number(table.bound)} {table.unit}"
    match _kept(table):
        case None:
            return f"{promised}: not measured"
        case kept:
            return f"{promised}: {'kept' if kept else 'not kept'}"


def _kept(table: Table) -> bool | None:
    """Whether every cell is within the bound; None if nothing was promised, or nothing measured."""
    worst = table.worst
    if worst is None or table.bound is None:
        return None
    return worst.value <= table.bound if table.better == "lower" else worst.value >= table.bound


def _record(table: Table) -> dict[str, Any]:
    worst: Cell | None = table.worst
    return {
        **dataclasses.asdict(table),
        "worst": None if worst is None else dataclasses.asdict(worst),
        "kept": _kept(table),
    }


def _number(value: float) -> str:
    """With at most two digits after the point."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
