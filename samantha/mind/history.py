"""What was said and heard, on both sides. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from samantha.mind.secrets import redact
from samantha.mind.summary import gist
from samantha.ports import Message, Role

_OPENING = "Hello."
"""Stands for the person where a conversation begins with Samantha: chat models know none that does."""

_CUT_OFF = "—"
_FEW = 3  # words, which anybody may say again
REMEMBERED = "You remember"
"""Begins in a note what came to mind: see mind/prompt.py."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one side said, as the other heard it."""

    role: Role
    text: str
    interrupted: bool = False
    """Whether she would have gone on."""
    said: str = ""
    """Of the person: the words alone, without the note that the model is given along with them."""

    @property
    def words(self) -> str:
        """What was said, and nothing else."""
        return self.said or self.text


class History:
    """The turns of a conversation, oldest first.

    A turn never changes once another has followed it: the model has worked through its very bytes.
    """

    def __init__(self) -> None:
        self._turns: list[Turn] = []
        self.summary = ""
        """What was said before the first of the turns, in a few sentences."""

    @property
    def turns(self) -> tuple[Turn, ...]:
        return tuple(self._turns)

    @property
    def unanswered(self) -> bool:
        """Whether the last word was the person's."""
        return bool(self._turns) and self._turns[-1].role == "user"

    def user(self, text: str, said: str = "") -> None:
        """The person said `text`; `said` is that without whatever note the model is given along with it."""
        if text.strip():
            self._turns.append(Turn("user", text.strip(), said=said.strip()))

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
        if messages and self.summary:
            messages[0] = Message("user", f"(Earlier we talked: {self.summary})\n{messages[0].content}")
        return messages

    def make_room(self) -> bool:
        """Become shorter by all means: oldest turns first, then the middle of the newest; False if none helps.

        Of turns that go so suddenly the person's plainest sentences are kept in the summary.
        """
        if gone := self.oldest_third():
            said = [turn.words for turn in gone if turn.role == "user"]
            self.condense(gone, gist(self.summary, said))
            return True
        return self.shorten_newest()

    def oldest_third(self) -> tuple[Turn, ...]:
        """The turns that go next, at least one; none if only the newest is left.

        What remains begins with the person, and the newest turn always remains.
        """
        cut = max(1, len(self._turns) // 3)
        while cut < len(self._turns) - 1 and self._turns[cut].role == "assistant":
            cut += 1
        return tuple(self._turns[:cut]) if cut < len(self._turns) else ()

    def condense(self, gone: Sequence[Turn], summary: str) -> None:
        """Let `gone`, which are the oldest, go; `summary` stands for them and for all before them."""
        assert list(gone) == self._turns[: len(gone)]
        del self._turns[: len(gone)]
        self.summary = summary

    def forget(self, texts: Collection[str]) -> bool:
        """Have it that nothing was said, on either side, that holds one of `texts`; whether anything was.

        What was said goes with its answer, and an answer with what it was given to. `texts` are as they were kept,
        without secrets. Notes that quote what came to mind go, too.
        """
        if not texts:
            return False
        kept: list[Turn] = []
        exchange: list[Turn] = []
        for turn in (*self._turns, None):
            if turn is None or turn.role == "user":
                if not any(_holds(each, text) for each in exchange for text in texts):
                    kept += map(_without_memories, exchange)
                exchange = []
            if turn is not None:
                exchange.append(turn)
        changed = kept != self._turns or bool(self.summary)
        self._turns, self.summary = kept, ""
        return changed

    def shorten_newest(self) -> bool:
        """Halve the newest turn, its beginning and its end remain; False if it is too short for that."""
        if not self._turns:
            return False
        newest = self._turns[-1]
        keep = len(newest.text) // 4
        if keep < _SHORTEST:
            return False
        text = f"{newest.text[:keep]} … {newest.text[-keep:]}"
        self._turns[-1] = Turn(newest.role, text, newest.interrupted, newest.said)
        return True


_SHORTEST = 40  # characters at either end


def _written(turn: Turn) -> str:
    complete = not turn.interrupted or turn.text.endswith((".", "!", "?", "…", _CUT_OFF))
    return turn.text if complete else turn.text.rstrip(",;: -") + _CUT_OFF


def _holds(turn: Turn, text: str) -> bool:
    """Whether `text` is what was said in `turn`, or a good part of it."""
    said, sought = redact(turn.words), text.strip()
    telling = len(sought.split()) > _FEW
    return sought in said if telling else turn.role == "user" and sought == said


def _without_memories(turn: Turn) -> Turn:
    return replace(turn, text=turn.words) if REMEMBERED in turn.text else turn
