"""What she remembers of her person: taken in while he speaks, found again when it matters, thought about when alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from samantha.dialog.token import Token
from samantha.mind import care, manner
from samantha.mind.deixis import about
from samantha.mind.errands import Errands
from samantha.mind.growth import Growth
from samantha.mind.nicknames import nickname_in
from samantha.mind.noting import note
from samantha.mind.reactions import Before, evidence
from samantha.mind.recall import Recall
from samantha.mind.reflection import Reflection
from samantha.mind.reunion import Reunion
from samantha.mind.telling import Telling
from samantha.mind.traits import Traits
from samantha.ports import Attended, Embedder, LanguageModel, Recollection
from samantha.store.database import Database
from samantha.store.memories import SAID, Memories

IN_VIEW = timedelta(minutes=10)
"""What was said so lately is before the model anyhow, unless it is asked for."""

NEWEST = 8
"""Turns of both sides that count as in view."""

AT_ONCE = 8
"""Turns that are taken in before something is to come to mind: a conversation makes one at a time."""

TOKENS_A_WORD = 1.4

BRIEF = 10
"""Words; who wants her to be otherwise and says more has something else to say."""


class Companion:
    """Implements ports.Memory. `open` makes a connection; reflection has one of its own, and another thread.

    `name` is her person's, `tokens` how much may come to mind at once, `apart` how long he must have been away to
    be greeted; unless she `grows` her character stays as it is.
    """

    def __init__(
        self,
        open: Callable[[], Database],
        embedder: Embedder | None,
        *,
        name: str,
        tokens: int,
        apart: timedelta,
        grows: bool,
    ) -> None:
        self._database, self._aside = open(), open()
        self._embedder = embedder
        self._words = int(tokens / TOKENS_A_WORD)
        self._memories = Memories(self._database.file)
        self._recall = Recall(self._memories, embedder)
        self._telling = Telling(self._recall, self._memories)
        self._growth = Growth(self._database, frozen=not grows)
        self._errands = Errands(self._database, self._recall, embedder)
        self._reunion = Reunion(self._database, name, apart)
        self._reflection = Reflection(Memories(self._aside.file), embedder, name)
        self._now: datetime | None = None
        self._held = Traits()
        self._forgettings: int | None = None

    # --- while he speaks ------------------------------------------------------------------------------

    def recall(self, words: str, now: datetime) -> tuple[Recollection, ...]:
        """What comes to mind at `words`, the best first; few or none."""
        self._now = now = now.astimezone()
        self._take_in()
        if care.wish(words) is not None:
            return ()
        in_view = () if about(words) else self._in_view(now)
        found = self._recall.recall(words, now, leave_out=in_view)
        kept: list[Recollection] = []
        room = self._words
        for each in found:
            room -= len(each.text.split())
            if room >= 0 or not kept:
                kept.append(each)
        self._errands.last = tuple(kept)
        return tuple(kept)

    def expects(self, words: str) -> bool:
        """Whether `words` ask something of her that code knows best, or answer what she has asked about her memory."""
        return self._errands.expects(words) or bool(self._agreed(words))

    def attend(self, words: str, now: datetime) -> Attended | None:
        """Do what `words` ask of her memory; None: nothing."""
        if (done := self._errands.attend(words, now)) is not None:
            return done
        line = self._agreed(words)
        return Attended(line) if line else None

    def greeting(self, words: str, now: datetime) -> tuple[str, bool]:
        """How she begins her answer to the first `words` after a while, and whether that is all of it; or ""."""
        return self._reunion.greet(words, now)

    def tell(self, words: str, now: datetime) -> str:
        """What she answers to `words` out of her memory alone; "" leaves it to the model."""
        line = self._telling.tell(words, now.astimezone())
        if line and self._telling.last:
            self._errands.last = self._telling.last  # "Why do you think so?"
        return line

    def spoke(self, text: str, *, interrupted: bool) -> None:
        """Of an answer of hers `text` was heard."""
        self._growth.spoke(interrupted=interrupted)
        self._reunion.spoke(text)
        if self._now is not None:
            self._telling.spoke(text, self._now)

    @property
    def character(self) -> str:
        """What she has become; "" on the first day."""
        self._take_in()
        now = (self._now or datetime.now()).astimezone()
        self._held = self._growth.traits(now)
        return self._growth.character(now)

    @property
    def length(self) -> float:
        """By how much her longest answer is to be longer than on the first day."""
        return manner.length(self._held)

    def bounded(self, pieces: Iterator[str]) -> Iterator[str]:
        """The `pieces` of an answer up to where somebody of her character would end it."""
        bounds = manner.Bounds(self._held)
        for piece in pieces:
            if ready := bounds.feed(piece):
                yield ready
            if bounds.found:
                return
        if rest := bounds.finish():
            yield rest

    def names(self) -> tuple[str, ...]:
        """Names she should expect to hear."""
        return self._growth.names()

    @property
    def called(self) -> str:
        """What her person calls her besides her name; "": nothing."""
        return self._growth.nickname("you")

    def lost(self, said: Sequence[str]) -> tuple[str, ...]:
        """What of `said` somebody has had forgotten since this was last asked."""
        forgettings = self._database.get("forgotten", 0)
        before, self._forgettings = self._forgettings, forgettings
        return () if forgettings == before else tuple(text for text in said if not self._database.holds(text))

    # --- while nobody speaks --------------------------------------------------------------------------

    def reflect(self, now: datetime, llm: LanguageModel, token: Token) -> bool:
        """Think about the next bit of what was said; False if there is nothing left. From the model's thread."""
        if note(self._reflection.memories, self._embedder, limit=AT_ONCE):
            return True  # what was said before she could remember
        return self._reflection.step(now.astimezone(), llm, token)

    def close(self) -> None:
        """Let go of the disk; may be called twice."""
        self._database.close()
        self._aside.close()

    def _take_in(self) -> None:
        """Have the newest turns be able to come to mind, and move her as far as they do."""
        for turn in self._memories.turns_at(SAID, AT_ONCE):
            if turn.turn.role == "user":
                before = self._database.hers_before(turn.turn.said_at)
                self._growth.hear(turn.turn.text, before, turn.turn.said_at, turn=turn.id, by=turn.turn.by)
        note(self._memories, self._embedder, limit=AT_ONCE)

    def _agreed(self, words: str) -> str:
        """What she says if how he wants her to be, or whom to call what, is all that `words` say."""
        if len(words.split()) > BRIEF:
            return ""
        named = nickname_in(words)
        if named is not None and not named.over and not words.rstrip().endswith("?"):
            return f"{named.name} it is." if named.of == "I" else f"{named.name}. I like that."
        wishes = [each for each in evidence(words, Before()) if each.asked]
        return manner.agreed(wishes[0]) if wishes and not self._growth.frozen else ""

    def _in_view(self, now: datetime) -> tuple[int, ...]:
        return self._memories.newest_turns(NEWEST, now - IN_VIEW)
