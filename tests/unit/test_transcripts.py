"""A transcript as text, subtitles and JSON."""

from __future__ import annotations

import pytest

from samantha.ports import Transcript
from samantha.service.openai.transcripts import PLAIN, Segment, as_json

pytestmark = pytest.mark.unit

SEGMENTS = [
    Segment(0.0, 12.5, Transcript("Hello <there>.", "en", 0.1, -0.2, 1.1)),
    Segment(12.5, 20.0, Transcript("", "en", 0.9)),
    Segment(20.0, 3725.04, Transcript("Good-bye & thanks.", "en")),
]


def test_plain() -> None:
    assert PLAIN["text"](SEGMENTS) == "Hello <there>. Good-bye & thanks.\n"
    assert PLAIN["text"]([]) == "\n"


def test_subtitles() -> None:
    assert PLAIN["srt"](SEGMENTS) == (
        "1\n00:00:00,000 --> 00:00:12,500\nHello <there>.\n\n"
        "2\n00:00:20,000 --> 01:02:05,040\nGood-bye & thanks.\n\n"
    )
    assert PLAIN["vtt"](SEGMENTS) == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:12.500\nHello &lt;there&gt;.\n\n"
        "00:00:20.000 --> 01:02:05.040\nGood-bye &amp; thanks.\n\n"
    )


def test_json() -> None:
    assert as_json(SEGMENTS, verbose=False) == {
        "text": "Hello <there>. Good-bye & thanks.",
        "usage": {"type": "duration", "seconds": 3725.04},
    }
    verbose = as_json(SEGMENTS, verbose=True)
    assert (verbose["task"], verbose["language"], verbose["duration"]) == ("transcribe", "en", 3725.04)
    assert [(one["id"], one["start"], one["end"]) for one in verbose["segments"]] == [
        (0, 0.0, 12.5),
        (1, 20.0, 3725.04),
    ]
    assert as_json([], verbose=True)["segments"] == []
