"""How many words were understood wrongly. Pure."""

from __future__ import annotations

import re

from samantha.voice.spoken import speakable

_WORD = re.compile(r"[a-z0-9']+")


def word_errors(meant: str, understood: str) -> tuple[int, int]:
    """Words that must be put in, left out or replaced to get from one English text to the other, and those meant.

    Case and punctuation do not count, nor whether a number is written in figures.
    """
    from rapidfuzz.distance import Levenshtein

    said, heard = _words(meant), _words(understood)
    return Levenshtein.distance(said, heard), len(said)


def _words(text: str) -> list[str]:
    return _WORD.findall(speakable(text, "en").lower().replace("’", "'"))
