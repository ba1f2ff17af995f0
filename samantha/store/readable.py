"""All that she remembers as a page that a person reads: what she knows, what is open, her diary, what was said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import groupby
from pathlib import Path

from samantha.store.memories import LearntTurn, Memories, Remembered
from samantha.store.outside import writing
from samantha.store.sqlitefile import SqliteFile

_MARKS = re.compile(r"([\\`*_\[\]<>#|~])")
_PAGE = 1000


def write_markdown(file: SqliteFile, target: Path) -> None:
    """Have all that is in `file` at `target`, as Markdown. Raises StorageError."""
    memories = Memories(file)
    with writing(target) as part, part.open("w", encoding="utf-8") as page:
        page.writelines(f"{line}\n" for line in _lines(memories))


def day(at: datetime | date) -> str:
    """Such as "Sunday, 22 November 2026"."""
    return f"{at:%A}, {at.day} {at:%B %Y}"


def short_day(at: datetime) -> str:
    """Such as "22 Nov 2026"."""
    return f"{at.day} {at:%b %Y}"


def _lines(memories: Memories) -> Iterator[str]:
    yield "# What Samantha remembers"
    facts = sorted(
        memories.listed(["fact"], current=False), key=lambda fact: (fact.subject.casefold(), fact.at)
    )
    if facts:
        yield from ("", "## What she knows", "")
    for fact in facts:
        yield _item(fact, f"told on {short_day(fact.at)}", "until")
    threads = memories.listed(["thread"], current=False)
    if threads:
        yield from ("", "## What is open, and what was", "")
    for thread in threads:
        due = f", due on {short_day(thread.due)}" if thread.due else ""
        yield _item(thread, f"told on {short_day(thread.at)}{due}", "settled on")
    diary = memories.listed(["diary"])
    if diary:
        yield from ("", "## Her diary")
    for when, entries in groupby(diary[::-1], key=lambda entry: entry.at.date()):
        yield from ("", f"### {day(when)}", "")
        for entry in entries:
            yield _plain(entry.text) + (f" *({_plain(entry.feeling)})*" if entry.feeling else "")
    yield from _said(memories)


def _item(memory: Remembered, told: str, ended: str) -> str:
    if memory.until is None:
        return f"- {_plain(memory.text)} ({told})"
    return f"- ~~{_plain(memory.text)}~~ ({told}, {ended} {short_day(memory.until)})"


def _said(memories: Memories) -> Iterator[str]:
    for number, (when, turns) in enumerate(
        groupby(_all(memories), key=lambda each: each.turn.said_at.date())
    ):
        if not number:
            yield from ("", "## What was said")
        yield from ("", f"### {day(when)}")
        conversation = ""
        for each in turns:
            if each.conversation != conversation:
                conversation = each.conversation
                yield ""
            who = (
                "Samantha"
                if each.turn.role == "assistant"
                else "You"
                if each.turn.by == "person"
                else "Another"
            )
            yield (
                f"- {each.turn.said_at:%H:%M} **{who}:** {_plain(each.turn.text)}"
                + " —" * each.turn.interrupted
            )


def _all(memories: Memories) -> Iterable[LearntTurn]:
    after = 0
    while page := memories.turns_after(after, _PAGE):
        yield from page
        after = page[-1].id


def _plain(text: str) -> str:
    return _MARKS.sub(r"\\\1", " ".join(text.split()))
