"""What a Wyoming client sends, on its way to her: sound at her rate, text in clauses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from samantha.audio.pcm import HEARING_RATE, Block, samples, seconds
from samantha.errors import SamanthaError
from samantha.service.lending import breaths
from samantha.voice.clauses import ClauseSplitter
from samantha.voice.spoken import Speakable

if TYPE_CHECKING:
    from wyoming.audio import AudioChunk

LONGEST_S = 600
"""Seconds of sound that are heard at a time."""

LONGEST_TEXT = 20_000
"""Letters that are spoken at a time."""

_WIDTHS: dict[int, tuple[str, float, float]] = {
    1: ("u1", 128.0, 128.0),
    2: ("<i2", 0.0, 32768.0),
    4: ("<i4", 0.0, 2147483648.0),
}
"""Bytes of a sample -> numpy's name of it, its zero, its full scale."""

_RATES = range(4000, 384_001)
_CHANNELS = range(1, 17)


class Refused(SamanthaError):  # noqa: N818 (the client's own mistake)
    """Something that cannot be met as it is."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__("request", message, hint)


class Sound:
    """What somebody says, as it arrives: any rate, 8, 16 or 32 bits, any channels, which are averaged."""

    def __init__(self) -> None:
        self._blocks: list[Block] = []
        self._heard = 0
        self._rate = 0
        self._resampler: Any = None

    def add(self, chunk: AudioChunk) -> None:
        """The next chunk. Raises Refused for one that is no sound, and for more than LONGEST_S."""
        if chunk.rate not in _RATES or chunk.width not in _WIDTHS or chunk.channels not in _CHANNELS:
            raise Refused(
                f"Sound of {chunk.rate} Hz, {chunk.width} bytes, {chunk.channels} channels cannot be heard.",
                "Send 16-bit samples at 16000 Hz.",
            )
        kind, zero, full = _WIDTHS[chunk.width]
        frame = chunk.width * chunk.channels
        data = np.frombuffer(chunk.audio[: len(chunk.audio) // frame * frame], kind)
        mono = ((data.astype(np.float32) - zero) / full).reshape(-1, chunk.channels).mean(axis=1)
        self._keep(self._resampled(mono.astype(np.float32), chunk.rate))

    def blocks(self) -> Iterator[Block]:
        """All of it, at HEARING_RATE."""
        if self._resampler is not None:
            self._keep(self._resampler.resample_chunk(np.zeros(0, np.float32), last=True))
            self._resampler = None
        yield from self._blocks

    def _resampled(self, mono: Block, rate: int) -> Block:
        if rate != self._rate:
            import soxr

            self._rate = rate
            same = rate == HEARING_RATE
            self._resampler = None if same else soxr.ResampleStream(rate, HEARING_RATE, 1, dtype="float32")
        return mono if self._resampler is None else self._resampler.resample_chunk(mono)

    def _keep(self, block: Block) -> None:
        self._heard += len(block)
        if self._heard > samples(LONGEST_S):
            raise Refused(f"That is more than {seconds(samples(LONGEST_S)) / 60:g} minutes of sound.")
        self._blocks.append(block)


class Text:
    """What she should say, as it arrives; `said` counts the samples that were made of it."""

    def __init__(self, language: str) -> None:
        self.said = 0
        self._length = 0
        self._splitter = ClauseSplitter()
        self._speakable = Speakable(language)

    def feed(self, text: object) -> list[str]:
        """What can be spoken now that `text` has come, in spoken form. Raises Refused beyond LONGEST_TEXT."""
        if not isinstance(text, str):
            raise Refused("The text to speak is no text.")
        self._length += len(text)
        if self._length > LONGEST_TEXT:
            raise Refused(f"The text is longer than {LONGEST_TEXT} letters.")
        return self._spoken(self._splitter.feed(text))

    def flush(self) -> list[str]:
        """The rest."""
        return self._spoken(self._splitter.flush())

    def _spoken(self, clauses: list[str]) -> list[str]:
        return [part for clause in clauses for part in breaths(self._speakable(clause))]
