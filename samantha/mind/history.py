"""What was said and heard, on both sides. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from samantha.ports import Message, Role

_OPENING = "Hello."
"""Stands for the person where a conversation begins with Samantha: chat models know none that does."""

_CUT_OFF = "—"


@dataclass(frozen=True, slots=True)
class Turn:
    """What one side said, as the other heard it."""

    role: Role
    text: str
    interrupted: bool = False
    """Whether she would have gone on."""


class History:
    """The turns of a conversation, oldest first.

    A turn never changes once another has followed it: the model has worked through its very bytes.
    """

    def __init__(self) -> None:
        self._turns: list[Turn] = []

    @property
    def turns(self) -> tuple[Turn, ...]:
        return tuple(self._turns)

    @property
    def unanswered(self) -> bool:
        """Whether the last word was the person's."""
        return bool(self._turns) and self._turns[-1].role == "user"

    def user(self, text: str) -> None:
        """The person said `text` (with whatever note the model is given along with it)."""
        if text.strip():
            self._turns.append(Turn("user", text.strip()))

    def samantha(self, text_heard: str, *, interrupted: bool = False) -> None:
        """Of what she said, `text_heard` was heard; nothing is kept of an answer nobody heard."""
        if text_heard.strip():
            self._turns.append(Turn("assistant", text_heard.strip(), interrupted))

    def take_back(self) -> None:
        """What the person said last was not all: it is forgotten, and will be said again with the rest."""
        if self.unanswered:
            self._turns.pop()

    def messages(self, said: str = "") -> list[Message]:
        """The turns as a chat model knows them: roles alternate and the person begins.

        Turns of one side that follow each other are joined, as when she was interrupted before a word of hers
        was heard. With `said`, as if the person had said that too.
        """
        turns = [*self._turns, Turn("user", said.strip())] if said.strip() else self._turns
        messages = [
            Message(role, "\n".join(map(_written, group)))
            for role, group in groupby(turns, key=lambda turn: turn.role)
        ]
        if messages and messages[0].role == "assistant":
            messages.insert(0, Message("user", _OPENING))
        return messages

    def make_room(self) -> bool:
        """Become shorter by all means: oldest turns first, then the middle of the newest; False if none helps."""
        return self.drop_oldest_third() or self.shorten_newest()

    def drop_oldest_third(self) -> bool:
        """Forget the oldest third of the turns, at least one; False if only the newest is left.

        What remains begins with the person, and the newest turn always remains.
        """
        cut = max(1, len(self._turns) // 3)
        while cut < len(self._turns) - 1 and self._turns[cut].role == "assistant":
            cut += 1
        if cut >= len(self._turns):
            return False
        del self._turns[:cut]
        return True

    def shorten_newest(self) -> bool:
        """Halve the newest turn, its beginning and its end remain; False if it is too short for that."""
        if not self._turns:
            return False
        newest = self._turns[-1]
        keep = len(newest.text) // 4
        if keep < _SHORTEST:
            return False
        text = f"{newest.text[:keep]} … {newest.text[-keep:]}"
        self._turns[-1] = Turn(newest.role, text, newest.interrupted)
        return True


_SHORTEST = 40  # characters at either end


def _written(turn: Turn) -> str:
    complete = not turn.interrupted or turn.text.endswith((".", "!", "?", "…", _CUT_OFF))
    return turn.text if complete else turn.text.rstrip(",;: -") + _CUT_OFF
