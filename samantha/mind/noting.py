"""A turn's first step into memory: what her person said can come to mind, by its words and by what it means."""

from __future__ import annotations

import re
from collections.abc import Sequence

from samantha.mind import hearsay, secrets
from samantha.mind.care import wish
from samantha.mind.index import packed
from samantha.mind.relations import words as words_of
from samantha.mind.statements import sentences
from samantha.mind.wording import EMPTY, pieces
from samantha.ports import Embedder
from samantha.store.memories import NOTED, SAID, LearntTurn, Memories, Remembered

BATCH = 16
"""Turns at a time: 30 ms of one core."""

_ASKED = re.compile(
    r"^(?:what|who|whose|which|where|when|why|how|do|does|did|is|are|was|were|can|could|will|would|should|tell me)\b",
    re.IGNORECASE,
)
_ABOUT_HIM = re.compile(r"\b(?:i|i'm|i've|i'd|i'll|my|our|we|we're|we've|me|us|mine)\b", re.IGNORECASE)
_TOLD_TO = re.compile(r"\b(?:remember|don't forget|never forget|keep in mind|important)\b", re.IGNORECASE)


def note(memories: Memories, embedder: Embedder | None, *, limit: int = BATCH) -> int:
    """Take up to `limit` turns from SAID to NOTED, in one transaction; how many there were, 0 when none is left.

    What somebody else said, what she said, what asks something of her memory, and what holds a secret only, leaves
    no memory.
    """
    turns = memories.turns_at(SAID, limit)
    if not turns:
        return 0
    noted = [memory for turn in turns if (memory := _memory(turn)) is not None]
    vectors: Sequence[bytes | None] = [None] * len(noted)
    if embedder is not None:
        vectors = meanings(embedder, [memory.text for memory in noted])
    memories.advance(turns, NOTED, new=zip(noted, vectors, strict=True))
    return len(turns)


def meanings(embedder: Embedder, texts: Sequence[str]) -> list[bytes]:
    """What each of `texts` means, one point for each of its pieces, as a memory keeps it."""
    parts = [pieces(text) or [text] for text in texts]
    points = embedder.embed([piece for each in parts for piece in each])
    found, begin = [], 0
    for each in parts:
        found.append(packed(points[begin : begin + len(each)]))
        begin += len(each)
    return found


def importance(text: str) -> float:
    """How much `text`, which the person said, is worth keeping in mind, in [0, 1]."""
    said = text.strip().replace("’", "'")
    if _TOLD_TO.search(said) and not said.endswith("?"):
        return 0.9
    full = sum(word not in EMPTY for word in words_of(said))
    if full == 0:
        return 0.1
    if all(part.endswith("?") or _ASKED.match(part) for part in pieces(said)):
        return 0.1
    if _ABOUT_HIM.search(said):
        return 0.6 if full > 2 else 0.4
    return 0.4 if full > 2 else 0.2


def _memory(turn: LearntTurn) -> Remembered | None:
    if turn.turn.role != "user" or turn.turn.by != "person" or wish(turn.turn.text) is not None:
        return None
    own = hearsay.trusted(secrets.redact(turn.turn.text))
    text = " ".join(part for part in sentences(own) if secrets.HIDDEN not in part)
    if not text:
        return None
    return Remembered(kind="said", text=text, at=turn.turn.said_at, turn=turn.id, importance=importance(text))
