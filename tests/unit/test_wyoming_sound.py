"""What Wyoming clients send: sound of any kind, text in any pieces."""

from __future__ import annotations

import numpy as np
import pytest
from wyoming.audio import AudioChunk

from samantha.audio.pcm import HEARING_RATE, Block
from samantha.service.wyoming.sound import LONGEST_TEXT, Refused, Sound, Text

pytestmark = pytest.mark.unit


def tone(rate: int, seconds: float = 1.0) -> Block:
    return (0.5 * np.sin(2 * np.pi * 440 * np.arange(round(rate * seconds)) / rate)).astype(np.float32)


def sent(tone_: Block, rate: int, width: int, channels: int) -> AudioChunk:
    frames = np.repeat(tone_[:, None], channels, axis=1)
    data = {
        1: lambda: np.rint(frames * 127 + 128).astype("u1"),
        2: lambda: np.rint(frames * 32767).astype("<i2"),
        4: lambda: np.rint(frames.astype(np.float64) * 2147483647).astype("<i4"),
    }[width]()
    return AudioChunk(rate, width, channels, data.tobytes())


@pytest.mark.parametrize("rate", [8000, 16_000, 44_100, 48_000])
@pytest.mark.parametrize(("width", "channels"), [(1, 1), (2, 1), (2, 2), (4, 1)])
def test_any_sound_becomes_hers(rate: int, width: int, channels: int) -> None:
    sound, whole = Sound(), tone(rate)
    for start in range(0, len(whole), 1000):
        sound.add(sent(whole[start : start + 1000], rate, width, channels))
    heard = np.concatenate(list(sound.blocks()))
    assert len(heard) == pytest.approx(HEARING_RATE, abs=2)
    middle = slice(2000, 14_000)
    assert np.abs(heard[middle] - tone(HEARING_RATE)[middle]).max() < 0.02


@pytest.mark.parametrize(
    ("rate", "width", "channels"), [(0, 2, 1), (16_000, 3, 1), (16_000, 2, 0), ("16000", 2, 1)]
)
def test_what_is_no_sound_is_refused(rate: int, width: int, channels: int) -> None:
    with pytest.raises(Refused, match="cannot be heard"):
        Sound().add(AudioChunk(rate, width, channels, b"\0" * 12))


def test_too_much_sound_is_refused() -> None:
    sound = Sound()
    minute = AudioChunk(8000, 1, 1, b"\x80" * 8000 * 60)
    for _ in range(9):
        sound.add(minute)
    with pytest.raises(Refused, match="10 minutes"):
        sound.add(AudioChunk(8000, 1, 1, b"\x80" * 8000 * 61))


def test_text_becomes_clauses_as_it_comes() -> None:
    text = Text("en")
    assert text.feed("Hello there, my fri") == ["Hello there,"]
    assert text.feed("end, it is good to hear you. It is") == ["my friend, it is good to hear you."]
    assert text.feed(" 7:30") == []
    assert text.flush() == ["It is seven thirty"]
    with pytest.raises(Refused, match="longer"):
        text.feed("a" * LONGEST_TEXT)
    with pytest.raises(Refused):
        text.feed(None)


def test_a_word_without_end_is_spoken_in_parts() -> None:
    text = Text("en")
    parts = [*text.feed("babble" * 200), *text.flush()]
    assert "".join(parts) == "babble" * 200
    assert max(map(len, parts)) <= 300
