"""From the bytes of a model's tokens to text that can be shown and spoken. Pure."""

from __future__ import annotations

import codecs

THOUGHTS = (("<think>", "</think>"), ("<thinking>", "</thinking>"), ("[THINK]", "[/THINK]"))
"""How models mark reasoning that is not part of the answer."""


class Pieces:
    """Joins the bytes of tokens to whole characters and leaves out what the model only thinks."""

    def __init__(self, *, goes_on: bool = False) -> None:
        """`goes_on` says that words of the answer are there already: a blank before the first one counts."""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held = ""
        self._closing = ""
        self._began = goes_on

    @property
    def thinking(self) -> bool:
        """Whether the last piece was inside a thought."""
        return bool(self._closing)

    def feed(self, piece: bytes) -> str:
        """What has become ready with `piece`; empty while a character or a mark is incomplete."""
        self._held += self._decoder.decode(piece)
        return self._ready()

    def finish(self) -> str:
        """What was still held when the model stopped."""
        self._held += self._decoder.decode(b"", final=True)
        left = "" if self._closing else self._held
        self._held = ""
        return self._begin(left)

    def _ready(self) -> str:
        ready = ""
        while True:
            if self._closing:
                _, mark, rest = self._held.partition(self._closing)
                if not mark:
                    self._held = self._held[-len(self._closing) :]
                    return self._begin(ready)
                self._held, self._closing = rest.lstrip(), ""
            opening = min(
                ((at, pair) for pair in THOUGHTS if (at := self._held.find(pair[0])) >= 0), default=None
            )
            if opening is None:
                keep = _beginning_of_mark(self._held)
                cut = len(self._held) - keep
                ready, self._held = ready + self._held[:cut], self._held[cut:]
                return self._begin(ready)
            at, (mark, self._closing) = opening
            ready, self._held = ready + self._held[:at], self._held[at + len(mark) :]

    def _begin(self, text: str) -> str:
        """Without the blank that templates leave before the first word."""
        if not self._began:
            text = text.lstrip()
            self._began = bool(text)
        return text


def _beginning_of_mark(text: str) -> int:
    """How many characters at the end of `text` may be the beginning of an opening mark."""
    return max(
        (n for mark, _ in THOUGHTS for n in range(1, len(mark)) if text.endswith(mark[:n])),
        default=0,
    )
