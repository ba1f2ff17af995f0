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
        known = self._sounds.pop((text, pace), None)
        if known is None:
            known = []
            for block in make():
                known.append(block.copy())
                yield block
        else:
            yield from (block.copy() for block in known)
        self._sounds[text, pace] = known
        if len(self._sounds) > _REMEMBERED:
            del self._sounds[next(iter(self._sounds))]
