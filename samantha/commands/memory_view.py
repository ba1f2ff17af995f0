"""How what she remembers looks in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby

from rich.console import Console
from rich.table import Table
from rich.text import Text

from samantha.commands.terminal import MUTED, RED, WOOD
from samantha.store.memories import LearntTurn, Remembered
from samantha.store.readable import day, short_day

_WHO = {"user": "You", "assistant": "Samantha"}
_KINDS = {"fact": "she knows", "thread": "open", "diary": "her diary", "said": "you said"}


def listed(memories: Sequence[Remembered], every: Sequence[Remembered]) -> None:
    """Facts, threads and the diary, each by date, newest first. Of `every` one, those of one sentence are told apart."""
    of = {kind: [each for each in memories if each.kind == kind] for kind in ("fact", "thread", "diary")}
    table = _table()
    texts = [each.text for each in every if each.kind == "fact"]
    for kind, title in (("fact", "What she knows"), ("thread", "What is open")):
        if of[kind]:
            _head(table, title)
        for each in of[kind]:
            _add(table, each, apart=kind == "fact" and texts.count(each.text) > 1)
    if of["diary"]:
        _head(table, "Her diary")
    for when, entries in groupby(of["diary"], key=lambda entry: entry.at.date()):
        table.add_row("", Text(day(when), style=MUTED), "")
        for each in entries:
            _add(table, each, dated=False)
    _show(table, "She remembers nothing yet.")


def found(memories: Sequence[Remembered]) -> None:
    """Memories of any kind, in the order given."""
    table = _table()
    for each in memories:
        _add(table, each)
    _show(table, "She remembers nothing of that.")


def said(turns: Iterable[LearntTurn]) -> None:
    """Turns, by day."""
    table = _table()
    for when, of_day in groupby(turns, key=lambda each: each.turn.said_at.date()):
        _head(table, day(when))
        for each in of_day:
            who, style = _who(each)
            words = plain(each.turn.text) + " —" * each.turn.interrupted
            when = f"{each.turn.said_at:%H:%M}"
            table.add_row(f"t{each.id}", Text.assemble((f"{who}: ", style), words), when)
    _show(table, "Nothing has been said yet.")


def memory(what: Remembered, source: LearntTurn | None, closer: Remembered | None) -> None:
    """All there is about one."""
    rows = [
        (_KINDS[what.kind], plain(what.text)),
        ("that is", _told(what)),
        ("since", _moment(what.at)),
        ("due", _moment(what.due)),
        ("until", _moment(what.until)),
        ("because of", f"{plain(closer.text)} ({closer.id})" if closer else ""),
        ("feeling", plain(what.feeling)),
        ("sure", f"{what.confidence:.0%}" if what.kind == "fact" else ""),
        ("matters", f"{what.importance:.0%}"),
        (
            "from",
            f"{_moment(source.turn.said_at)}, t{source.id}: {plain(source.turn.text)}" if source else "",
        ),
    ]
    _rows(rows)


def turn(what: LearntTurn, came: Sequence[Remembered]) -> None:
    """One turn, and what came of it."""
    rows = [(_who(what)[0], plain(what.turn.text)), ("at", _moment(what.turn.said_at))]
    _rows(rows)
    if came:
        found(came)


def preview(texts: Sequence[str], most: int = 8) -> None:
    """The first of `texts`, of which there may be many."""
    console = Console(highlight=False)
    for text in texts[:most]:
        console.print(Text(f"  {plain(text)}", style=MUTED), no_wrap=True, overflow="ellipsis")
    if len(texts) > most:
        console.print(Text(f"  … and {len(texts) - most} more", style=MUTED))


def plain(text: str) -> str:
    """`text` on one line, without what would command the terminal."""
    return "".join(c if c.isprintable() else " " for c in text)


def _table() -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True, justify="right", style=WOOD, min_width=4)
    table.add_column(overflow="fold")
    table.add_column(no_wrap=True, style=MUTED)
    return table


def _head(table: Table, title: str) -> None:
    if table.row_count:
        table.add_row()
    table.add_row("", Text(title, style=f"bold {RED}"), "")


def _add(table: Table, each: Remembered, *, dated: bool = True, apart: bool = False) -> None:
    words = Text(plain(each.text), style=MUTED if each.until else "")
    if apart:
        words.append(f"\n{_told(each)}", style=MUTED)
    if each.feeling:
        words.append(f"  {plain(each.feeling)}", style=WOOD)
    when = short_day(each.at) if dated else ""
    if each.until is not None:
        when += f" to {short_day(each.until)}"
    elif each.due is not None:
        when = f"due {short_day(each.due)}"
    table.add_row(str(each.id), words, when)


def _told(fact: Remembered) -> str:
    return " · ".join(plain(part) for part in (fact.subject, fact.relation, fact.value) if part)


def _show(table: Table, nothing: str) -> None:
    console = Console(highlight=False)
    console.print(table if table.row_count else Text(nothing))


def _rows(rows: Iterable[tuple[str, str]]) -> None:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True, justify="right", style=WOOD)
    table.add_column(overflow="fold")
    for name, text in rows:
        if text:
            table.add_row(name, Text(text))
    Console(highlight=False).print(table)


def _who(each: LearntTurn) -> tuple[str, str]:
    if each.turn.role == "user" and each.turn.by == "other":
        return "Another", MUTED
    return _WHO[each.turn.role], RED if each.turn.role == "assistant" else WOOD


def _moment(at: datetime | None) -> str:
    return f"{day(at)}, {at:%H:%M}" if at else ""
