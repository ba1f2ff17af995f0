"""What the model reads: who she is, then the turns as they were. Pure.

(The API that dialog/conversation.py, commands/chat.py, app.py and tests/fakes.py use already: keep these names
and signatures, replace the insides.)
"""

from __future__ import annotations

from datetime import datetime

from samantha.mind.history import History
from samantha.ports import Message


class Prompt:
    """`persona` is her description of herself, `context` the tokens that fit, `answer` those of an answer."""

    def __init__(self, persona: str, user_name: str, context: int, answer: int) -> None:
        self._persona = persona.strip().replace("{name}", user_name or "a friend")
        self._budget = context - answer

    def system(self) -> list[Message]:
        """The stable beginning, the same bytes on every day."""
        return [Message("system", self._persona)]

    def note(self, words: str, now: datetime) -> str:
        """The person's `words` with what the model should know at this moment; stays in the history so."""
        return f"(It is {now:%A}, {now.day} {now:%B %Y}, {now:%H:%M}.) {words}"

    def messages(self, history: History) -> list[Message]:
        """All that the model reads."""
        return [*self.system(), *history.messages()]

    def overflows(self, tokens: int) -> bool:
        """Whether a prompt of `tokens` leaves too little room for the next turns."""
        return tokens > self._budget * 3 // 4
