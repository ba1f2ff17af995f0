"""Short clauses that she says often, such as "Sure,": made once, and at once there the next time."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from samantha.audio.pcm import Block

_WORDS = 3
"""Longer clauses come back too seldom."""

_REMEMBERED = 64


class Openers:
    """The sound of the short clauses used last, in memory only."""

    def __init__(self) -> None:
        self._sounds: dict[tuple[str, float], list[Block]] = {}  # the one used last is last

    def recall(self, text: str, pace: float, make: Callable[[], Iterator[Block]]) -> Iterator[Block]:
        """The blocks of `text` at `pace`: as they were the last time, or else as `make` makes them."""
        if len(text.split()) > _WORDS:
            yield from make()
            return
        key = (text, pace)
        if key in self._sounds:
            self._sounds[key] = known = self._sounds.pop(key)
            yield from (block.copy() for block in known)
            return
        made = []
        for block in make():
            made.append(block.copy())
            yield block
        self._sounds[key] = made
        if len(self._sounds) > _REMEMBERED:
            del self._sounds[next(iter(self._sounds))]
