"""What the model is asked: who she is and what was said, made to fit its window."""

from __future__ import annotations

from collections.abc import Sequence

from samantha.dialog.reply import Engines, Reply
from samantha.dialog.token import Token
from samantha.mind.history import History
from samantha.mind.prompt import Prompt
from samantha.ports import Message


class Context:
    """`prompt` is who she is and whom she talks with, `history` what was said and heard."""

    def __init__(self, engines: Engines, prompt: Prompt) -> None:
        self.history = History()
        self.prompt = prompt
        self._engines = engines

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

        Whole thirds at once: each time the start of the prompt changes, all of it must be read anew.
        """
        engines = self._engines
        messages = self.messages()
        if self.prompt.overflows(await self._count(messages)) and not token.cancelled:
            self.history.drop_oldest_third()
            messages = self.messages()
        if not token.cancelled:
            await engines.llm_lane.call(lambda: engines.llm.prefill(messages, token))

    async def _count(self, messages: Sequence[Message]) -> int:
        llm = self._engines.llm
        # Not on the model's own lane: it may be reading ahead, and this is allowed from any thread.
        return await self._engines.small_lane.call(lambda: llm.count(messages))
