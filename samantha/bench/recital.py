"""A mind that says what was written for it, so that what is measured is her hearing and not her wit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from samantha.dialog.token import Token
from samantha.errors import Cancelled
from samantha.ports import Message

CONTEXT = 1 << 20
"""Tokens: no conversation of a bench is that long."""


class Recital:
    """A `LanguageModel` that answers with one of `lines` after the other, and then from the first again.

    Which one depends on how many of the person's messages it is shown, and on nothing else: answers that are
    begun and given up leave no trace, and one recital serves any number of conversations. It is meant for a
    persona without examples, since those would count.
    """

    threads = 1
    context = CONTEXT

    def __init__(self, lines: Sequence[str] = ("I see.",)) -> None:
        """`lines` must not be empty."""
        self._lines = tuple(lines)

    def count(self, messages: Sequence[Message]) -> int:
        """Words, in the place of tokens."""
        return sum(len(message.content.split()) for message in messages)

    def prefill(self, messages: Sequence[Message], token: Token, *, unfinished: bool = False) -> None:
        """There is nothing to work through."""

    def generate(
        self,
        messages: Sequence[Message],
        token: Token,
        *,
        max_tokens: int,  # noqa: ARG002 (the port's)
        temperature: float | None = None,  # noqa: ARG002
        begun: str = "",
    ) -> Iterator[str]:
        """The line that is due, word by word and to its end, however long it is; what follows `begun` of it."""
        asked = sum(message.role == "user" for message in messages)
        line = self._lines[max(0, asked - 1) % len(self._lines)].split()
        said = len(begun.split())
        for i, word in enumerate(line[said:], said):
            if token.cancelled:
                raise Cancelled
            yield f" {word}" if i else word

    def ponder(self, messages: Sequence[Message], token: Token, *, max_tokens: int, grammar: str = "") -> str:  # noqa: ARG002
        """Nothing comes to this mind by itself."""
        return ""
