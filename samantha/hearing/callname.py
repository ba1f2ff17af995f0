"""Where in a text her name is, as a transcriber may have misheard it. Pure.

A name is compared by its letters and by its sound with the words of the text, and with neighbours joined: "some
antha" is one name heard as two words.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from rapidfuzz import fuzz

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_JOINED = re.compile(r"[\s\-‐]+")
_POSSESSIVE = re.compile(r"['’]s$")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")
"""Scripts that write no spaces between words."""

_PLAIN = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)

_SPELLINGS = tuple(
    (re.compile(pattern), to)
    for pattern, to in (
        (r"ph", "f"),
        (r"ck|q", "k"),
        (r"y", "i"),
        (r"(\w)\1+", r"\1"),
        (r"(?<=\w[^aeiou])e$", ""),
    )
)
"""One way to write what is spelt in several."""

_SOUNDS = tuple(
    (re.compile(pattern), to)
    for pattern, to in (
        (r"sch|sh|ch|j|g(?=[ei])", "J"),
        (r"th", "0"),
        (r"[fv]", "F"),
        (r"x", "KS"),
        (r"c(?=[ei])|[sz]", "S"),
        (r"[ckg]", "K"),
        (r"[dt]", "T"),
        (r"[pb]", "P"),
        (r"[aeiou]+", "a"),
        (r"[hw]", ""),
        (r"(\w)\1+", r"\1"),
    )
)
"""Letters that are taken for one another."""

_SHORT = 4
"""Letters of a name, or fewer, that are easily found in other words."""

_SURE = 91.0
"""How alike a word must be to a short name, and joined words to any."""

_NEAR = 78.0
"""How alike a run of sounds must be to a name to be worth a second look."""


@dataclass(frozen=True, slots=True)
class Span:
    """The characters of a text from `begin` up to `end`, which are `likeness` (0-100) to her name."""

    begin: int
    end: int
    likeness: float


@dataclass(frozen=True, slots=True)
class _Name:
    spelt: str
    sound: str
    words: int
    least: float


class CallName:
    """Finds `names`, of one word or several, in any letters.

    What sounds at least `likeness` (0-100) like a name is taken for it; a name of four letters or fewer must be
    all but right. `sound_alikes` are other spellings, which must be exact.
    """

    def __init__(self, names: Sequence[str], sound_alikes: Sequence[str], likeness: float) -> None:
        self._names = [_name(name, likeness) for name in names] + [_name(name, 100) for name in sound_alikes]
        self._unspaced = [name for name in (*names, *sound_alikes) if _UNSPACED.search(name)]

    def find(self, text: str) -> list[Span]:
        """Where she is named in `text`, from left to right."""
        words = list(_WORD.finditer(text))
        form = cache(_form)  # each word is compared several times; it is not kept
        found = [
            span
            for name in self._names
            for first in range(len(words))
            for count in range(1, min(name.words + 2, len(words) - first + 1))
            if (span := self._compare(name, text, words[first : first + count], form)) is not None
        ]
        for name in self._unspaced:
            found += [Span(hit.start(), hit.end(), 100.0) for hit in re.finditer(re.escape(name), text)]
        kept: list[Span] = []
        for span in sorted(found, key=lambda span: -span.likeness):
            if all(span.end <= other.begin or span.begin >= other.end for other in kept):
                kept.append(span)
        return sorted(kept, key=lambda span: span.begin)

    def near(self, text: str) -> bool:
        """Whether something in `text`, across its words, sounds a little like a name: "it's a man, though"."""
        sound = "".join(_sound(_spelt(word)) for word in _WORD.findall(text))
        return any(
            len(name.sound) > _SHORT
            and len(sound) >= len(name.sound)
            and fuzz.partial_ratio(name.sound, sound) >= _NEAR
            for name in self._names
        )

    def _compare(
        self, name: _Name, text: str, words: list[re.Match[str]], form: Callable[[str], tuple[str, str]]
    ) -> Span | None:
        gaps = [text[a.end() : b.start()] for a, b in itertools.pairwise(words)]
        if not all(_JOINED.fullmatch(gap) for gap in gaps):
            return None
        raw = [word.group() for word in words]
        owner = _POSSESSIVE.sub("", raw[-1])
        forms = [form(word) for word in (*raw[:-1], owner)]
        spelt, sound = ("".join(parts) for parts in zip(*forms, strict=True))
        end = words[-1].start() + len(owner)
        likeness = (fuzz.ratio(spelt, name.spelt) + fuzz.ratio(sound, name.sound)) / 2
        least = name.least if len(words) == name.words else max(name.least, _SURE)
        return Span(words[0].start(), end, likeness) if likeness >= least else None


def _name(name: str, likeness: float) -> _Name:
    words = [_spelt(word) for word in _WORD.findall(name)]
    spelt = "".join(words)
    least = max(likeness, _SURE) if len(spelt) <= _SHORT else likeness
    return _Name(spelt, "".join(map(_sound, words)), max(1, len(words)), least)


def _form(word: str) -> tuple[str, str]:
    """`word` by its letters and by its sound."""
    spelt = _spelt(word)
    return spelt, _sound(spelt)


def _spelt(word: str) -> str:
    """`word` without case, accents and what is spelt in two ways."""
    letters = unicodedata.normalize("NFKD", word.casefold().translate(_PLAIN))
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter) and letter.isalnum())
    for pattern, to in _SPELLINGS:
        plain = pattern.sub(to, plain)
    return plain


def _sound(spelt: str) -> str:
    """What `spelt` roughly sounds like; letters other than Latin stay as they are."""
    for pattern, to in _SOUNDS:
        spelt = pattern.sub(to, spelt)
    return spelt
