"""What she has said already in this conversation and need not say again in the same words. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from samantha.ports import Message

MOST = 2048
"""Tokens that are looked back on."""

_CHUNK = re.compile(r"\s*\S+")
_WORD = re.compile(r"[^\W_]+")
_SHORT = 4  # letters; what is shorter is mostly no word that matters
_NOT_A_NAME = frozenset(("I", "I'm", "I've", "I'd", "I'll"))


def said_before(
    messages: Sequence[Message], tokens_of: Callable[[str], Sequence[int]], cut: int
) -> list[int]:
    """The tokens of her messages in `messages`, the newest MOST; `tokens_of` gives those of a word with its blank.

    What a fact is told with may be said as often as it is asked for: names, numbers and the words of the newest
    message are left out, and the token `cut` stands in their place and between two messages, so that no run of
    words goes across.
    """
    asked = {word.lower() for word in _WORD.findall(messages[-1].content)} if messages else set()
    free = {word for word in asked if len(word) >= _SHORT}
    runs: list[list[int]] = []
    room = MOST
    for message in reversed(messages):
        if message.role == "assistant" and room > 0:
            runs.append([cut, *_runs(message.content, free, tokens_of, cut)])
            room -= len(runs[-1])
    return [token for run in reversed(runs) for token in run][-MOST:]


def _runs(text: str, free: set[str], tokens_of: Callable[[str], Sequence[int]], cut: int) -> Iterator[int]:
    begins = True
    for chunk in _CHUNK.findall(text):
        word = _looked_at(chunk)
        if word.number or (word.capital and not begins) or not free.isdisjoint(word.forms):
            yield cut
        else:
            yield from tokens_of(chunk)
        begins = word.ends


class _Word(NamedTuple):
    number: bool
    capital: bool
    """Whether it is a name, unless a sentence begins with it."""
    forms: tuple[str, ...]
    """Its parts, small, and without their last letter: "dog's", "plays"."""
    ends: bool
    """Whether a sentence ends with it."""


@lru_cache(maxsize=8192)
def _looked_at(chunk: str) -> _Word:
    word = chunk.strip()
    capital = word[0].isupper() and word.replace("’", "'").rstrip(".,!?") not in _NOT_A_NAME
    parts = [part.lower() for part in _WORD.findall(word)]
    return _Word(
        number=any(letter.isdigit() for letter in word),
        capital=capital,
        forms=(*parts, *(part[:-1] for part in parts)),
        ends=word.endswith((".", "!", "?", "…")),
    )
