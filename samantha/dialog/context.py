"""What the model is asked: who she is, what was said and what comes to her mind, made to fit its window."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import TypeVar

from samantha.dialog.remembrance import Moment, Remembrance
from samantha.dialog.reply import Engines, Reply
from samantha.dialog.token import Token
from samantha.errors import ModelError
from samantha.mind import summary
from samantha.mind.history import History, Turn
from samantha.mind.prompt import Prompt
from samantha.ports import Message

log = logging.getLogger(__name__)

T = TypeVar("T")

AT_ONCE = 2400
"""Characters of conversation that are summed up in one go: half a minute of work on a slow machine."""


class Context:
    """`prompt` is who she is and whom she talks with, `history` what was said and heard, `remembrance` her memory.

    `now` gives the time of day.
    """

    def __init__(self, engines: Engines, prompt: Prompt, now: Callable[[], datetime]) -> None:
        self.remembrance = Remembrance(engines.memory, now)
        self.history = History()
        self.prompt = prompt
        self._engines = engines
        self._draft: tuple[tuple[Turn, ...], str] = ((), "")
        """The oldest turns that are summed up already, together with what was before them, and how."""

    def messages(self, note: str = "") -> list[Message]:
        """The prompt for her next answer; `note` is what is being said, and not history yet."""
        return self.prompt.messages(self.history, note)

    async def fitting(self, reply: Reply, note: str | None) -> list[Message]:
        """The messages for `reply`, which answers `note` if it is still a bet; the oldest turns make room."""
        if not reply.committed and note is not None:
            messages = self.messages(note)
            if self.prompt.fits(await self._count(messages)):
                return messages
            await reply.commitment()  # what is forgotten now is forgotten for good
        messages = self.messages()
        while not self.prompt.fits(await self._count(messages)):  # so long a turn is rare
            if not self.history.make_room():
                break
            messages = self.messages()
        return messages

    async def make_room(self, token: Token) -> None:
        """Let the oldest turns go before the window is full, and have the rest worked through again.

        Whole thirds at once: each time the start of the prompt changes, all of it must be read anew. A summary
        takes their place; they stay until it is written, which may take several rests.
        """
        engines = self._engines
        messages = self.messages()
        if self.prompt.overflows(await self._count(messages)) and not token.cancelled:
            await self._condense(token)
            messages = self.messages()
        if not token.cancelled:
            await engines.llm_lane.call(lambda: engines.llm.prefill(messages, token))

    def forget(self, texts: Collection[str]) -> bool:
        """Have it that nothing was said that holds one of `texts`; whether anything was."""
        self._draft = ((), "")
        return self.history.forget(texts)

    # --- what she remembers ---------------------------------------------------------------------------

    async def remember(self, work: Callable[[], T]) -> T:
        """What `work` finds in her memory, on its thread; she may have none."""
        return await self._engines.memory_lane.call(work) if self.remembrance else work()

    async def think_of(self, words: str, moment: Moment) -> None:
        """Have what belongs to `words` come to mind, and nothing that somebody has had forgotten."""
        said = [turn.words for turn in self.history.turns if turn.role == "user"]
        if lost := await self.remember(lambda: self.remembrance.lost(said)):
            self.forget(lost)
        await self.remember(lambda: self.remembrance.think_of(words, moment))

    async def become(self) -> None:
        """Be who she has become with her person."""
        before = self.prompt.character
        character = await self.remember(lambda: self.remembrance.character(before))
        if character != before:
            self.prompt = self.prompt.become(character)

    async def reflect(self, token: Token) -> None:
        """Think about what was said, until nothing is left or `token` is cancelled."""
        llm = self._engines.llm
        await self._engines.llm_lane.call(lambda: self.remembrance.reflect(llm, token))

    # --- room -----------------------------------------------------------------------------------------

    async def _condense(self, token: Token) -> None:
        history = self.history
        gone = history.oldest_third()
        done, text = self._draft
        if not done or gone[: len(done)] != done:
            done, text = (), history.summary
        while len(done) < len(gone):
            piece = _beginning(gone[len(done) :])
            text = await self._summed_up(text, piece, token)
            done += piece
            self._draft = (done, text)
        if not token.cancelled and done == history.turns[: len(done)]:
            history.condense(done, text)
            self._draft = ((), "")

    async def _summed_up(self, before: str, turns: Sequence[Turn], token: Token) -> str:
        llm, name = self._engines.llm, self.prompt.name
        lines = [("" if turn.role == "user" else "Samantha", turn.words) for turn in turns]
        asked = summary.request(before, lines, name)
        try:
            written = await self._engines.llm_lane.call(
                lambda: llm.ponder(asked, token, max_tokens=summary.REQUEST_TOKENS, grammar=summary.GRAMMAR)
            )
        except ModelError as problem:  # one turn can be too long for a thought: it must go all the same
            log.info("a summary is made without a model: %s", problem)
            written = ""
        told = [turn.words for turn in turns if turn.role == "user"]
        return summary.checked(written, before, lines, name) or summary.gist(before, told)

    async def _count(self, messages: Sequence[Message]) -> int:
        llm = self._engines.llm
        # Not on the model's own lane: it may be reading ahead, and this is allowed from any thread.
        return await self._engines.small_lane.call(lambda: llm.count(messages))


def _beginning(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """The first of `turns`, as many as can be summed up at once."""
    length = 0
    for number, turn in enumerate(turns):
        length += len(turn.words)
        if length > AT_ONCE and number:
            return tuple(turns[:number])
    return tuple(turns)
