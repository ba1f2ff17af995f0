"""What guests are told, and what they may take: the values that her lending is done in."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from samantha.errors import SamanthaError
from samantha.service.control import Busy

PIECE_S = 20.0
"""Seconds of sound that a guest may have heard at a time: for so long the person's own turn might wait."""

LONGEST_CLAUSE = 300
"""Letters that a guest may have spoken at a time."""

MOST_TOKENS = 2048
"""Tokens of the longest answer."""


class Preempted(SamanthaError):  # noqa: N818 (no fault of anybody)
    """She has turned to the person in the middle of a guest's request; `retry_s` is when to try again."""

    def __init__(self, message: str, retry_s: int = 5) -> None:
        super().__init__("preempted", message, f"Try again in {retry_s} s.")
        self.retry_s = retry_s


class TooLong(SamanthaError):  # noqa: N818 (a name that says more)
    """A prompt that leaves no room for an answer."""

    def __init__(self, context: int) -> None:
        super().__init__(
            "context",
            f"The messages are too long: {context} tokens is all that can be kept in view.",
            "Send fewer or shorter messages, or raise llm.context.",
        )


@dataclass(frozen=True, slots=True)
class Begun:
    """She has begun to think about a prompt of so many tokens."""

    prompt_tokens: int


@dataclass(frozen=True, slots=True)
class Ended:
    """The answer is over: by itself or at a string to stop at, or because it grew too long."""

    reason: Literal["stop", "length"]
    tokens: int


class Seats:
    """How many may come at once; for use on one event loop."""

    def __init__(self, number: int) -> None:
        self._free = number

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Within the block one seat is taken. Raises Busy where none is free."""
        if not self._free:
            raise Busy("Too many programs ask for this at once.")
        self._free -= 1
        try:
            yield
        finally:
            self._free += 1


def breaths(spoken: str) -> list[str]:
    """`spoken`, a clause in spoken form, in parts that do not take the voice too long: nearly always one."""
    return textwrap.wrap(spoken, LONGEST_CLAUSE)
