"""Text into the sounds of a language, with espeak: the one place in the process that touches it.

espeak-ng keeps its state in globals, so two voices may not use it at once; and while it works it holds the
interpreter lock (about 0.2 ms for a phrase), so callers give it a clause at a time.

espeak decides for itself where sentences end and drops dashes and ellipses, joining the words beside them;
so punctuation is taken out here, each phrase goes to espeak alone, and the marks are put back after it.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

SENTENCE_MARKS = ".!?"
CLAUSE_MARKS = ",;:—…"

_lock = threading.Lock()
_espeak: Any = None  # piper's EspeakPhonemizer; created once, under the lock

_MARK = re.compile(r"\s*(?:([.!?…]+|[,;:]+)[\"')\]”’]*(?=\s|$)|[-–]+(?=\s)|([—–]+|[。！？；，、：।]+))\s*")
_PLAIN = str.maketrans("。！？；，、：।–", ".!?;,,:.—")

# What people say with a closed mouth has few vowels, and espeak spells it: "mhm" becomes "em aitch em".
_ENGLISH_SOUNDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(rf"(?<![\w'])(?:{pattern})(?![\w'])", re.IGNORECASE if fold else 0), ipa)
    for pattern, ipa, fold in (
        (r"m+-?h+m+", "əmhˈəm", True),
        (r"h+m+", "hˈəm", True),
        (r"m{2,}", "ˈəm", True),
        (r"a+w{2,}", "ˈɔː", True),
        (r"s+h{2,}", "ʃˈʌʃ", True),
        (r"[gb]r{2,}", "bɹˈɜː", True),
        (r"pf+t", "pˈəft", True),
        (r"z{2,}", "zˈəz", True),
        (r"AM", "ˌeɪˈɛm", False),
    )
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words spoken in one breath: `ipa`, and the `mark` after them: one of .!?,;:—… or "" at an open end."""

    ipa: str
    mark: str


def sentences(text: str, voice: str) -> list[list[Phrase]]:
    """`text` as spoken by espeak's `voice` (such as ``"en-us"``): its sentences, each a list of phrases.

    Raises ValueError if espeak has no such voice.
    """
    found: list[list[Phrase]] = [[]]
    for words, mark in _phrases(text):
        ipa = _spoken(words, voice)
        if not ipa:
            continue
        found[-1].append(Phrase(ipa, mark))
        if mark and mark in SENTENCE_MARKS:
            found.append([])
    return [sentence for sentence in found if sentence]


def _phrases(text: str) -> Iterator[tuple[str, str]]:
    start = 0
    for match in _MARK.finditer(text):
        yield text[start : match.start()], _mark(match.group())
        start = match.end()
    yield text[start:], ""


def _mark(run: str) -> str:
    """The one mark that says what a run of punctuation such as ``"?!"`` means for the melody."""
    run = run.strip().translate(_PLAIN)
    if "..." in run or "…" in run:
        return "…"
    return next((mark for mark in "?!.;:,—" if mark in run), "—")


def _spoken(words: str, voice: str) -> str:
    if not any(character.isalnum() for character in words):
        return ""
    pieces: list[str] = []
    for plain, ipa in _pieces(words) if voice.startswith("en") else [(words, "")]:
        pieces.append(ipa or _ipa(plain, voice))
    return " ".join(piece for piece in pieces if piece)


def _pieces(words: str) -> Iterator[tuple[str, str]]:
    """Plain words for espeak, and sounds whose `ipa` is known already, in order."""
    found = sorted((m.start(), m.end(), ipa) for sound, ipa in _ENGLISH_SOUNDS for m in sound.finditer(words))
    start = 0
    for begin, end, ipa in found:
        if begin >= start:
            yield words[start:begin], ""
            yield words[begin:end], ipa
            start = end
    yield words[start:], ""


def _ipa(words: str, voice: str) -> str:
    global _espeak
    if not any(character.isalnum() for character in words):
        return ""
    with _lock:
        if _espeak is None:
            from piper.phonemize_espeak import EspeakPhonemizer

            _espeak = EspeakPhonemizer()
        try:
            found = _espeak.phonemize(voice, words)
        except RuntimeError as problem:
            raise ValueError(f"espeak has no voice {voice!r}") from problem
    return " ".join("".join(sentence).strip() for sentence in found)
