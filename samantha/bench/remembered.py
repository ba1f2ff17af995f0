"""A voice that makes each sentence once."""

from __future__ import annotations

from collections.abc import Iterator

from samantha.audio.pcm import Block
from samantha.dialog.token import Token
from samantha.ports import Synthesizer


class Remembered:
    """The `Synthesizer` that it is given, and what that has said already: many conversations, one synthesis."""

    def __init__(self, voice: Synthesizer) -> None:
        self.name = voice.name
        self.languages = voice.languages
        self._voice = voice
        self._known: dict[tuple[str, float], list[Block]] = {}

    def synthesize(self, text: str, token: Token, *, speed: float = 1.0) -> Iterator[Block]:
        """As the voice itself would, or did."""
        key = (text, speed)
        if key not in self._known:
            # To the end, although somebody may have stopped it: half a clause must not be remembered.
            self._known[key] = list(self._voice.synthesize(text, Token(), speed=speed))
        for block in self._known[key]:
            token.check()
            yield block
