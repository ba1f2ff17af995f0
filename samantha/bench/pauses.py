"""Sentences with a pause in the middle: does she wait, and if not, does she notice that it was a pause?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from samantha.audio.pcm import HEARING_RATE, Block
from samantha.bench.listen import Span, Spread, audible, extent_within, heard_within, onset, spread
from samantha.bench.perform import Performance
from samantha.bench.speech import Clip
from samantha.bench.turns import EDGE_MS

LENGTHS = (0.3, 0.5, 0.8, 1.0)
"""Seconds."""

TAKEN_MS = 1000.0
"""So long a sound of hers while the person has the turn is a take-over, as in Full-Duplex-Bench; less is none."""

ALIKE = 70.0
"""Similarity, 0-100, from which on what she heard is the whole sentence and not one half of it."""


@dataclass(frozen=True, slots=True, eq=False)
class Paused:
    """A sentence with a pause of `seconds` in it; `pause` is where, in ms of the clip."""

    clip: Clip
    pause: Span
    seconds: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one of them."""

    ended: bool
    """She took the pause for the end of the turn."""
    reopened: bool
    joined: bool | None
    """What she heard in the end was the whole sentence; None where its words are not known."""
    heard_ms: float
    """Of her voice between the first half and the end of the second."""
    taken: bool
    missed: bool
    """Nothing more came from her once the sentence was over."""
    latency: float | None
    """From the end of the whole sentence to her answer, ms; None if she was speaking already, or missed it."""


@dataclass(frozen=True, slots=True)
class Pauses:
    """All sentences with pauses of one length; `ended` and what follows it are counts."""

    seconds: float
    sentences: int
    ended: int
    reopened: int
    joined: int
    joined_of: int
    heard: Spread
    """Ms of her voice in those pauses in which she was heard at all."""
    taken: int
    missed: int
    latency: Spread


def judge(sentences: Sequence[Paused], performance: Performance, hers: Block) -> list[Pauses]:
    """What a conversation of `sentences` came to; `hers` is what she said, aligned, at HEARING_RATE."""
    heard, end = audible(hers), 1000 * len(hers) / HEARING_RATE
    begins = [1000 * (at or 0) / HEARING_RATE for at in performance.said]
    verdicts = []
    for i, (sentence, begin) in enumerate(zip(sentences, begins, strict=True)):
        until = begins[i + 1] if i + 1 < len(begins) else end
        verdicts.append(verdict(sentence, begin, until, heard, performance.events))
    return [
        _sum(seconds, [v for s, v in zip(sentences, verdicts, strict=True) if s.seconds == seconds])
        for seconds in sorted({sentence.seconds for sentence in sentences})
    ]


def verdict(
    sentence: Paused, begin: float, until: float, heard: Sequence[Span], events: Sequence[dict[str, Any]]
) -> Verdict:
    """What came of `sentence`, which began at `begin`, before `until` (ms), when the next was said."""
    pause = Span(begin + sentence.pause.begin, begin + sentence.pause.end)
    spoken = Span(begin + sentence.clip.speech.begin, begin + sentence.clip.speech.end)
    mine = [(_ms(event["at"]), event) for event in events if begin <= _ms(event["at"]) < until]
    ended = any(
        event["event"] == "TurnEnded" and _ms(event["speech_end"]) < pause.end - EDGE_MS for _, event in mine
    )
    texts = [event["text"] for _, event in mine if event["event"] == "Heard"]
    answer = onset(heard, spoken.end - EDGE_MS, until)
    return Verdict(
        ended=ended,
        reopened=ended and any(event["event"] == "TurnReopened" for _, event in mine),
        joined=whole(sentence.clip.text, texts[-1] if texts else "") if sentence.clip.text else None,
        heard_ms=heard_within(heard, pause.begin, spoken.end),
        taken=extent_within(heard, spoken.begin, spoken.end) >= TAKEN_MS,
        missed=not heard_within(heard, spoken.end - EDGE_MS, until),
        latency=None if answer is None else answer - spoken.end,
    )


def whole(meant: str, heard: str) -> bool:
    """Whether `heard` is all of the sentence `meant`, as far as a speech-to-text model can be trusted."""
    from rapidfuzz import fuzz, utils

    return fuzz.ratio(meant, heard, processor=utils.default_process) >= ALIKE


def _sum(seconds: float, verdicts: Sequence[Verdict]) -> Pauses:
    ended = [verdict for verdict in verdicts if verdict.ended]
    return Pauses(
        seconds,
        len(verdicts),
        len(ended),
        sum(verdict.reopened for verdict in ended),
        sum(bool(verdict.joined) for verdict in ended),
        sum(verdict.joined is not None for verdict in ended),
        spread([verdict.heard_ms for verdict in verdicts if verdict.heard_ms]),
        sum(verdict.taken for verdict in verdicts),
        sum(verdict.missed for verdict in verdicts),
        spread([verdict.latency for verdict in verdicts if verdict.latency is not None]),
    )


def _ms(samples: int) -> float:
    return 1000 * samples / HEARING_RATE
