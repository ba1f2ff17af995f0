"""How she grows with her person: what he asks of her and how he takes it moves her character, step by step.

Every step is kept with its reason and can be taken back; what she is like follows from the steps alone. What the two
call each other, and what they laughed about, is kept as facts.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

from samantha.mind.hearsay import trusted
from samantha.mind.manner import wording
from samantha.mind.nicknames import names_among, nickname_in
from samantha.mind.poles import LAUGHED
from samantha.mind.reactions import Before, evidence
from samantha.mind.traits import Traits, apply, change
from samantha.store.database import Database
from samantha.store.memories import Memories, Remembered, Step

FROZEN = "growth.frozen"
"""The key in the database's state under which `freeze` is kept."""

_NAMES = "nickname"
_JOKE = "joke"
_ANSWERS_WATCHED = 4
_ONE_TURN = timedelta(minutes=1)
"""So soon after one another, words that begin alike are one turn that was reopened."""
_LAUGHS = 20
"""Of so many of her lines that made him laugh she notices when he comes back to one."""
_DULL = frozenset(
    """that this with what your from have they them then than there their about just like really very good great nice
    well know think sure would could should because when where while which those these thing things something maybe
    will been were does doesn't don't didn't isn't it's that's you're much many more some even only also here into over
    want need make made going gonna fine okay yeah tell told said says today tomorrow yesterday""".split()
)


class Growth:
    """Her character in `database`; errors as of `Database`. Called from one thread.

    `frozen` (the setting `memory.growth: false`) keeps it as it is, as `freeze` does until `thaw`.
    """

    def __init__(self, database: Database, *, frozen: bool = False) -> None:
        self._database = database
        self._memories = Memories(database.file)
        self._held = frozen
        self._answers: deque[bool] = deque(maxlen=_ANSWERS_WATCHED)
        self._newest: tuple[str, datetime, list[int]] = ("", datetime.min.replace(tzinfo=UTC), [])

    # --- what moves her -------------------------------------------------------------------------------

    def spoke(self, *, interrupted: bool) -> None:
        """An answer of hers is over; `interrupted`: he broke it off."""
        self._answers.append(interrupted)

    def hear(
        self,
        said: str,
        before: str,
        at: datetime,
        *,
        turn: int | None = None,
        by: Literal["person", "other"] = "person",
    ) -> list[Step]:
        """Learn from what her person `said` after her words `before`; the steps that were kept.

        `turn` is its id in the journal. Told of the same turn again, as when it was reopened, she forgets what she
        made of it at first: of the same id, or of words that these go on from. What another voice
        says moves nothing, and neither does what he reads aloud.
        """
        if by != "person":
            return []
        self._take_back(said, at, turn)
        own = trusted(said)
        self._learn_names(own, at, turn)
        if self.frozen:
            return []
        steps = self._memories.steps()
        kept = []
        for found in evidence(own, Before(before, sum(self._answers))):
            if moved := change(found, steps, at):
                step = Step(at, found.trait, moved, found.reason, turn)
                kept.append(Step(at, found.trait, moved, found.reason, turn, self._memories.add_step(step)))
        self._learn_joke(own, at, turn, steps)
        self._newest = (said, at, [step.id for step in kept])
        return kept

    # --- what she is like -----------------------------------------------------------------------------

    def traits(self, now: datetime) -> Traits:
        """Where she stands."""
        return apply(self._memories.steps(), now)

    def character(self, now: datetime) -> str:
        """What she has become, in the form of mind/persona.md; "" on the first day."""
        return " ".join(filter(None, (self.shared_words(), wording(self.traits(now)))))

    def log(self) -> list[Step]:
        """Every step that counts, oldest first."""
        return self._memories.steps()

    def undo(self, ids: Sequence[int] = (), *, last: int = 0) -> list[Step]:
        """Take back the steps `ids` and the `last` newest, as if they had not been; those that there were."""
        steps = self._memories.steps()
        newest = {step.id for step in steps[-last:]} if last else set()
        gone = [step for step in steps if step.id in newest or step.id in set(ids)]
        self._memories.remove_steps([step.id for step in gone])
        return gone

    def reset(self, now: datetime) -> list[Step]:
        """Be as on the first day: no step, no nickname, no joke of theirs. The steps that were."""
        for fact in self._shared():
            self._memories.close(fact.id, now)
        return self.undo([step.id for step in self._memories.steps()])

    @property
    def frozen(self) -> bool:
        """Whether nothing moves her now."""
        return self._held or bool(self._database.get(FROZEN, default=False))

    def freeze(self, *, frozen: bool = True) -> None:
        """Stay as she is, whatever is said; until told otherwise."""
        self._database.put(FROZEN, frozen)

    # --- what the two share ---------------------------------------------------------------------------

    def nickname(self, of: Literal["I", "you"]) -> str:
        """What he wants to be called ("I"), or calls her ("you"); "" if he has not said."""
        return next((f.value for f in self._shared() if f.relation == _NAMES and f.subject == of), "")

    def shared_words(self) -> str:
        """A phrase for her description: "You call your friend Captain."; "" on the first day."""
        facts = self._shared()
        parts = []
        if his := next((f.value for f in facts if f.relation == _NAMES and f.subject == "I"), ""):
            parts.append(f"You call your friend {his}.")
        if hers := next((f.value for f in facts if f.relation == _NAMES and f.subject == "you"), ""):
            parts.append(f"You are called {hers}, too.")
        if joke := next((f.value for f in facts if f.relation == _JOKE), ""):
            parts.append(f"The two of you have a joke about “{joke}”.")
        return " ".join(parts)

    def names(self) -> tuple[str, ...]:
        """Names that come up between them, for speech-to-text to spell right."""
        facts = self._memories.listed(("fact",))
        known = [fact.value for fact in facts if fact.relation == _NAMES]
        return names_among((text for fact in facts for text in (fact.subject, fact.value)), known)

    def _shared(self) -> list[Remembered]:
        return [f for f in self._memories.listed(("fact",)) if f.relation in (_NAMES, _JOKE)]

    def _take_back(self, said: str, at: datetime, turn: int | None) -> None:
        """Forget what was made of the beginning of `said`, if it was taken for all of it and the turn went on."""
        before, when, ids = self._newest
        if (
            before != said
            and at - when < _ONE_TURN
            and said.lower().startswith(before.rstrip(" .,!?…").lower())
        ):
            self._memories.remove_steps(ids)
        if turn is not None:
            self._memories.remove_steps([step.id for step in self._memories.steps() if step.turn == turn])

    def _learn_names(self, said: str, at: datetime, turn: int | None) -> None:
        if (given := nickname_in(said)) is None:
            return
        old = [f for f in self._shared() if f.relation == _NAMES and f.subject == given.of]
        if not given.over and any(f.value == given.name for f in old):
            return
        new = None if given.over else self._keep(given.of, _NAMES, given.name, said, at, turn)
        for fact in old:
            if not given.over or fact.value == given.name:
                self._memories.close(fact.id, at, new)

    def _learn_joke(self, said: str, at: datetime, turn: int | None, steps: Iterable[Step]) -> None:
        """Whether `said` comes back to something of hers that made him laugh on another day."""
        laughs = [step for step in steps if step.reason == LAUGHED and step.at.date() != at.date()]
        for laugh in reversed(laughs[-_LAUGHS:]):
            phrase = _phrase_of_both(said, self._database.hers_before(laugh.at))
            if phrase and all(fact.value != phrase for fact in self._shared()):
                self._keep("we", _JOKE, phrase, said, at, turn)
                return

    def _keep(
        self, subject: str, relation: str, value: str, said: str, at: datetime, turn: int | None
    ) -> int:
        return self._memories.add(
            Remembered(
                kind="fact", text=said, at=at, turn=turn, importance=0.8,
                subject=subject, relation=relation, value=value,
            )
        )  # fmt: skip


def _phrase_of_both(his: str, hers: str) -> str:
    """The longest run of two to four words in both that nobody says by chance: two of them mean something."""
    mine, yours = (re.findall(r"[^\W\d_][\w'’-]*", text.lower()) for text in (his, hers))
    for length in (4, 3, 2):
        runs = {tuple(yours[i : i + length]) for i in range(len(yours) - length + 1)}
        for i in range(len(mine) - length + 1):
            run = tuple(mine[i : i + length])
            telling = [len(word) > 3 and word not in _DULL for word in run]
            if run in runs and sum(telling) > 1 and telling[0] and telling[-1]:
                return " ".join(run)
    return ""
