"""What comes to her mind while somebody talks with her, and what she is asked to do with her memory."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Literal, TypeVar

from samantha.dialog.background import trace
from samantha.dialog.token import Token
from samantha.errors import StorageError
from samantha.mind import care, deixis
from samantha.ports import Attended, LanguageModel, Memory, Recollection

log = logging.getLogger(__name__)

T = TypeVar("T")

AGAIN_TOGETHER = timedelta(minutes=10)
"""Who was here so lately is not greeted."""


class Remembrance:
    """The memory of a conversation; without one (`memory` is None) nothing comes to mind.

    Blocking: for the memory's thread. `now` gives the time of day. What the disk does not give up is said in the log,
    once; she goes on without it.
    """

    def __init__(self, memory: Memory | None, now: Callable[[], datetime]) -> None:
        self.recalled: tuple[Recollection, ...] = ()
        """What has come to mind in the turn that is open."""
        self._memory = memory
        self._now = now
        self._failing = False
        self._began = now()
        self._before: datetime | None = None
        self._last_heard: datetime | None = None

    def __bool__(self) -> bool:
        return self._memory is not None

    def begin(self) -> None:
        """Another turn begins."""
        self.recalled = ()
        self._began, self._before = self._now(), self._last_heard

    # --- an answer ------------------------------------------------------------------------------------

    def think_of(self, words: str) -> None:
        """Have what belongs to `words`, as far as they are known, come to mind.

        What the model has read already stays where that is right too: to read something else takes time.
        """
        memory = self._memory
        if memory is None or not words.strip():
            return
        nothing: tuple[Recollection, ...] = ()
        found = self._ask(lambda: memory.recall(words, self._now()), nothing)
        known = {each.memory for each in self.recalled}
        if not found or not {each.memory for each in found} <= known:
            self.recalled = found

    def asked(self, words: str) -> bool:
        """Whether `words` ask for something that is done with her memory, and not thought of."""
        memory = self._memory
        return memory is not None and (care.wish(words) is not None or memory.expects(words))

    def private(self, words: str) -> bool:
        """Whether `words` ask to forget something, so that they must not be kept themselves."""
        forgetting = (care.ForgetLast, care.Forget, care.ForgetAll)
        return self._memory is not None and isinstance(care.wish(words), forgetting)

    def attend(self, words: str) -> Attended | None:
        """Do what `words` ask of her memory."""
        memory = self._memory
        return None if memory is None else self._ask(lambda: memory.attend(words, self._now()), None)

    def opening(self, words: str) -> tuple[str, bool]:
        """How her answer to `words` begins, if that is not left to the model, and whether that is all of it."""
        memory, last, began = self._memory, self._before, self._began
        if memory is None:
            return "", False
        if last is None or began - last > AGAIN_TOGETHER:
            greeting = self._ask(lambda: memory.greeting(words, began), ("", False))
            if greeting[0]:
                return greeting
        about = deixis.about(words)
        if about in ("person", "other") and not self.recalled:
            return deixis.unknown(words), True
        return (deixis.opening(words), False) if self.recalled or about else ("", False)

    def heard(self, words: str, *, before: str, by: Literal["person", "other"]) -> None:
        """The person has said `words`, after what she said `before`."""
        memory, now = self._memory, self._now()
        self._last_heard = now
        if memory is not None:
            self._ask(lambda: memory.heard(words, now, before=before, by=by), None)

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

    # --- while nobody speaks --------------------------------------------------------------------------

    def character(self, before: str) -> str:
        """What she has become; `before` if that is not known."""
        memory = self._memory
        return before if memory is None else self._ask(lambda: memory.character, before)

    def reflect(self, llm: LanguageModel, token: Token) -> None:
        """Think about what was said until there is nothing left to think about; for the model's thread.

        Raises Cancelled when `token` is.
        """
        memory = self._memory
        while memory is not None and memory.reflect(self._now(), llm, token):
            token.check()

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
