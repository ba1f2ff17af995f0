"""What comes to her mind while somebody talks with her, and what she is asked to do with her memory."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeVar

from samantha.dialog.background import trace
from samantha.dialog.token import Token
from samantha.errors import Cancelled, SamanthaError, StorageError
from samantha.mind import care, deixis
from samantha.ports import Attended, LanguageModel, Memory, Recollection

log = logging.getLogger(__name__)

T = TypeVar("T")

_HIS_NAME = re.compile(r"\bmy (?:own |first )?name\b|\bwho am i\b", re.IGNORECASE)

AGAIN_TOGETHER = timedelta(minutes=10)
"""Who was here so lately is not greeted."""


@dataclass(slots=True)
class Moment:
    """One turn, as far as her memory is concerned."""

    began: datetime
    before: datetime | None
    """When the person was heard before that."""
    recalled: tuple[Recollection, ...] = ()
    """What has come to mind."""
    by: Literal["person", "other"] = "person"
    """Whose turn it is: nobody but her person is told what she knows of him, or may change it."""
    language: str = "en"
    """ISO 639-1 code. What code says for her is English, and left to the model otherwise."""


class Remembrance:
    """The memory of a conversation; without one (`memory` is None) nothing comes to mind.

    Blocking: for the memory's thread. `now` gives the time of day. What the disk does not give up is said in the log,
    once; she goes on without it.
    """

    def __init__(self, memory: Memory | None, now: Callable[[], datetime]) -> None:
        self._memory = memory
        self._now = now
        self._failing = False
        self._last_heard: datetime | None = None
        self.moment = Moment(now(), None)
        """The turn that is open, or was last."""

    def __bool__(self) -> bool:
        return self._memory is not None

    def begin(self, by: Literal["person", "other"] = "person", language: str = "en") -> Moment:
        """Another turn begins."""
        self.moment = Moment(self._now(), self._last_heard, by=by, language=language)
        return self.moment

    # --- an answer ------------------------------------------------------------------------------------

    def think_of(self, words: str, moment: Moment) -> None:
        """Have what belongs to `words`, as far as they are known, come to mind.

        What the model has read already stays where that is right too: to read something else takes time.
        """
        memory = self._memory
        if memory is None or not words.strip():
            return
        if moment.by == "other":
            moment.recalled = ()
            return
        nothing: tuple[Recollection, ...] = ()
        found = self._ask(lambda: memory.recall(words, moment.began), nothing)
        known = {each.memory for each in moment.recalled}
        if not found or not {each.memory for each in found} <= known:
            moment.recalled = found

    def asked(self, words: str, moment: Moment) -> bool:
        """Whether `words` ask for something that is done with her memory, and not thought of."""
        memory = self._memory
        if memory is None or moment.by == "other":
            return False
        return care.wish(words) is not None or self._ask(lambda: memory.expects(words), otherwise=False)

    def private(self, words: str, moment: Moment) -> bool:
        """Whether `words` ask to forget something, so that they must not be kept themselves."""
        forgetting = (care.ForgetLast, care.Forget, care.ForgetAll)
        mine = self._memory is not None and moment.by == "person"
        return mine and isinstance(care.wish(words), forgetting)

    def attend(self, words: str, moment: Moment) -> Attended | None:
        """Do what `words` ask of her memory."""
        memory = self._memory
        if memory is None or moment.by == "other":
            return None
        return self._ask(lambda: memory.attend(words, moment.began), None)

    def opening(self, words: str, moment: Moment) -> tuple[str, bool]:
        """How her answer to `words` begins, if that is not left to the model, and whether that is all of it."""
        memory, last, began = self._memory, moment.before, moment.began
        if memory is None or moment.by == "other" or moment.language != "en":
            return "", False
        own_name = _HIS_NAME.search(words) is not None  # that stands in her description
        begun = "" if own_name else self._ask(lambda: memory.tell(words, began), "")
        whole = bool(begun)
        if not whole and (moment.recalled or deixis.about(words)):
            begun = deixis.opening(words)
        if last is None or began - last > AGAIN_TOGETHER:
            greeting, alone = self._ask(lambda: memory.greeting(words, began), ("", False))
            if alone:
                return greeting, True
            begun = f"{greeting} {begun}".strip()
        return begun, whole

    def heard(self) -> None:
        """The person has said something."""
        self._last_heard = self._now()

    def spoke(self, text: str, *, interrupted: bool) -> None:
        """Of an answer of hers `text` was heard."""
        memory = self._memory
        if memory is not None:
            self._ask(lambda: memory.spoke(text, interrupted=interrupted), None)

    @property
    def length(self) -> float:
        """By how much her longest answer is to be longer than at first."""
        memory = self._memory
        return 1.0 if memory is None else self._ask(lambda: memory.length, 1.0)

    def bounded(self, pieces: Iterator[str]) -> Iterator[str]:
        """The `pieces` of an answer up to where somebody of her character would end it."""
        return pieces if self._memory is None else self._memory.bounded(pieces)

    def lost(self, said: Sequence[str]) -> tuple[str, ...]:
        """What of `said` somebody has had forgotten since this was last asked."""
        memory = self._memory
        nothing: tuple[str, ...] = ()
        return nothing if memory is None else self._ask(lambda: memory.lost(said), nothing)

    def names(self) -> tuple[str, ...]:
        """Names she should expect to hear."""
        memory = self._memory
        nothing: tuple[str, ...] = ()
        return nothing if memory is None else self._ask(memory.names, nothing)

    def called(self) -> str:
        """What her person calls her besides her name."""
        memory = self._memory
        return "" if memory is None else self._ask(lambda: memory.called, "")

    # --- while nobody speaks --------------------------------------------------------------------------

    def character(self, before: str) -> str:
        """What she has become; `before` if that is not known."""
        memory = self._memory
        return before if memory is None else self._ask(lambda: memory.character, before)

    def reflect(self, llm: LanguageModel, token: Token) -> None:
        """Think about what was said until there is nothing left to think about; for the model's thread.

        Raises Cancelled when `token` is. What a disk or another machine refuses is tried again in the next rest.
        """
        memory = self._memory
        try:
            while memory is not None and memory.reflect(self._now(), llm, token):
                token.check()
        except Cancelled:
            raise
        except SamanthaError as problem:
            log.info("she could not think about what was said: %s", problem)

    def _ask(self, work: Callable[[], T], otherwise: T) -> T:
        try:
            answer = work()
        except StorageError as problem:
            if not self._failing:
                log.warning("what she remembers cannot be reached: %s", problem)
            self._failing = True
            return otherwise
        except Exception as problem:  # noqa: BLE001 (an answer without memory is better than none)
            log.error("her memory failed: %s", trace(problem))  # noqa: TRY400
            return otherwise
        self._failing = False
        return answer
