"""A transcript in the forms that clients ask for. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from samantha.ports import Transcript


@dataclass(frozen=True, slots=True)
class Segment:
    """What is said between two moments of a file, in seconds; its text may be empty."""

    start: float
    end: float
    transcript: Transcript


def text_of(segments: Sequence[Segment]) -> str:
    """All of what is said."""
    return " ".join(segment.transcript.text for segment in segments if segment.transcript.text)


def usage(segments: Sequence[Segment]) -> dict[str, Any]:
    """How much was heard."""
    return {"type": "duration", "seconds": round(segments[-1].end, 2) if segments else 0}


def as_json(segments: Sequence[Segment], *, verbose: bool) -> dict[str, Any]:
    """The text or, if `verbose`, everything that is known about it."""
    brief: dict[str, Any] = {"text": text_of(segments), "usage": usage(segments)}
    if not verbose:
        return brief
    return {
        "task": "transcribe",
        "language": segments[0].transcript.language if segments else "en",
        "duration": brief["usage"]["seconds"],
        **brief,
        "segments": [_described(number, segment) for number, segment in enumerate(_spoken(segments))],
    }


def _described(number: int, segment: Segment) -> dict[str, Any]:
    said = segment.transcript
    return {
        "id": number,
        "seek": round(segment.start * 100),
        "start": round(segment.start, 2),
        "end": round(segment.end, 2),
        "text": said.text,
        "tokens": [],
        "temperature": 0.0,
        "avg_logprob": said.logprob,
        "compression_ratio": said.compression,
        "no_speech_prob": said.no_speech,
    }


def _text(segments: Sequence[Segment]) -> str:
    return text_of(segments) + "\n"


def _srt(segments: Sequence[Segment]) -> str:
    return "".join(
        f"{number}\n{_clock(one.start, ',')} --> {_clock(one.end, ',')}\n{one.transcript.text}\n\n"
        for number, one in enumerate(_spoken(segments), 1)
    )


def _vtt(segments: Sequence[Segment]) -> str:
    cues = (
        f"{_clock(one.start, '.')} --> {_clock(one.end, '.')}\n{_escaped(one.transcript.text)}\n\n"
        for one in _spoken(segments)
    )
    return "WEBVTT\n\n" + "".join(cues)


PLAIN: dict[str, Callable[[Sequence[Segment]], str]] = {"text": _text, "srt": _srt, "vtt": _vtt}
"""The forms that are plain text, and how they are written."""


def _spoken(segments: Sequence[Segment]) -> list[Segment]:
    return [segment for segment in segments if segment.transcript.text]


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _clock(moment: float, point: str) -> str:
    whole, thousandths = divmod(round(moment * 1000), 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}{point}{thousandths:03}"
