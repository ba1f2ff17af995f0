"""How they meet again: what is known of the time apart, and what she said first the last few times."""

from __future__ import annotations

from datetime import datetime, timedelta

from samantha.mind.greeting import Apart, Opening, opening
from samantha.store.database import Database
from samantha.store.memories import Memories

OPENINGS = "openings"
"""State: the shapes of her latest openings, the newest last; no word of the person's is in them."""

TAKEN_UP = "taken_up"
"""State: when each thread was asked after, by its id."""

KEPT = 6


class Reunion:
    """Called from one thread; errors as of `Database`. `name` is her person's; who was away `apart` is greeted."""

    def __init__(self, database: Database, name: str, apart: timedelta) -> None:
        self._database = database
        self._memories = Memories(database.file)
        self._name = name
        self._apart = apart
        self._offered: Opening | None = None

    def greet(self, words: str, now: datetime) -> tuple[str, bool]:
        """How she begins her answer to `words`, said at `now`, and whether that is all of it; or ""."""
        now = now.astimezone()
        since, last = self._database.span(before=now)
        facts = self._memories.listed(("fact",))
        nickname = next(
            (fact.value for fact in facts if (fact.subject, fact.relation) == ("I", "nickname")), ""
        )
        self._offered = found = opening(
            words,
            now,
            Apart(
                last=last,
                since=since,
                name=nickname or self._name,
                threads=self._memories.listed(("thread",)),
                asked={
                    int(id): [datetime.fromisoformat(each) for each in times]
                    for id, times in self._database.get(TAKEN_UP, {}).items()
                },
                birthdays=[
                    (fact.subject, fact.value)
                    for fact in facts
                    if "birthday" in fact.relation or fact.relation.startswith("born")
                ],
                recent=self._database.get(OPENINGS, []),
            ),
            after=self._apart,
        )
        return (found.text, found.whole) if found else ("", False)

    def spoke(self, text: str) -> None:
        """She said `text`: if it was her opening, that is noted."""
        offered, self._offered = self._offered, None
        if offered is None or not text.startswith(offered.text[:12]):
            return
        recent = [*self._database.get(OPENINGS, []), offered.shape]
        self._database.put(OPENINGS, recent[-KEPT:])
        if offered.thread is not None:
            asked: dict[str, list[str]] = self._database.get(TAKEN_UP, {})
            asked.setdefault(str(offered.thread), []).append(datetime.now().astimezone().isoformat())
            self._database.put(TAKEN_UP, asked)
