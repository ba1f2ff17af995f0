"""What was said so long ago that the model no longer has it in view, in a few sentences. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from samantha.ports import Message

MOST_WORDS = 110
"""Of a summary: some 150 tokens, which are read once each time the window fills."""

REQUEST_TOKENS = 200
"""That the model may write."""

GRAMMAR = 'root ::= [^\\n<>|{}]{20,900} "\\n"?'

_TASK = (
    "Below are notes and then a piece of a conversation between {name} and Samantha. Write new notes on both, at "
    "most eighty words: what {name} said about himself, his people and his plans, and what was agreed. Only what "
    "is written there, in plain sentences, the newest last. No greeting, no advice."
)
_NAME = re.compile(r"(?<![.!?]\s)(?<!^)\b[A-Z][\w'’-]+|\b\d[\d.,:]*", re.MULTILINE)
_SENTENCE = re.compile(r"[^.!?…]+[.!?…]*")
_OF_HIS_LIFE = re.compile(r"\b(?:I|[Mm]y|[Ww]e|[Oo]ur)\b")


def request(before: str, turns: Iterable[tuple[str, str]], name: str) -> list[Message]:
    """What the model is asked for a summary of `before`, the one so far, and `turns`: who and what, oldest first."""
    person = name or "the person"
    lines = "\n".join(f"{who or person}: {text}" for who, text in turns)
    notes = before or "none"
    return [
        Message("system", _TASK.format(name=person)),
        Message("user", f"Notes: {notes}\n\n{lines}\n\nThe new notes:"),
    ]


def checked(written: str, before: str, turns: Iterable[tuple[str, str]], name: str) -> str:
    """The sentences of `written` that name nothing and count nothing which is not in its sources."""
    sources = " ".join((before, name, "Samantha", *(text for _, text in turns))).lower()
    kept = []
    for sentence in _SENTENCE.findall(" ".join(written.split())):
        named = (found.lower().removesuffix("'s").rstrip(".,:") for found in _NAME.findall(sentence.strip()))
        if all(each in sources for each in named):
            kept.append(sentence.strip())
    return newest(kept)


def gist(before: str, said: Sequence[str]) -> str:
    """A summary without a model: `before`, and of what the person `said` the sentences about his life."""
    told = [
        sentence.strip()
        for text in said
        for sentence in _SENTENCE.findall(" ".join(text.split()))
        if _OF_HIS_LIFE.search(sentence) and not sentence.strip().endswith("?")
    ]
    quoted = [f'I said: "{sentence}"' for sentence in told]
    return newest([*_SENTENCE_OR_QUOTE.findall(before), *quoted])


_SENTENCE_OR_QUOTE = re.compile(r'\s*I said: "[^"]*"|[^.!?…]+[.!?…]*')


def newest(sentences: Sequence[str]) -> str:
    """As many of `sentences` as may be, from the newest back, in their order."""
    kept: list[str] = []
    words = 0
    for sentence in reversed(sentences):
        words += len(sentence.split())
        if words > MOST_WORDS and kept:
            break
        kept.append(sentence.strip())
    return " ".join(reversed(kept))
