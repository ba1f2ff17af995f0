"""What comes to her mind: found by its words and by what it means, judged by how well it answers what is said."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from samantha.audio.pcm import Block
from samantha.mind.fitting import Question, fit, introduced
from samantha.mind.index import Index
from samantha.mind.relations import words as words_of
from samantha.mind.wording import EMPTY, pieces, stems
from samantha.ports import Embedder, Recollection
from samantha.store.memories import Memories, Remembered

THRESHOLD = 0.5
"""Of how well it fits: below it nothing comes to mind."""
_BESIDE = 0.6
"""A second one must fit so well in proportion to the first."""
_CANDIDATES = 40
_ALIKE = 0.75
"""Two pieces that are so much alike say nearly the same: the newer one holds."""
_WORDS = 30
"""Of a quotation."""
_HALF_LIFE_DAYS = 120
_FADES = 0.15
"""So much of its weight does something lose in the end by lying long ago, and as much by not mattering."""
_PAST = re.compile(
    r"\bused to\b|\b(?:before|previously|formerly|earlier|originally|back then|at first)\b|\bold (?!is|are)|"
    r"\bwhere did (?:i|we) live\b|\bwas my\b|\bwere my\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Found:
    """A memory that may be what is asked for: the words of it that matter, and how well they fit."""

    memory: Remembered
    text: str
    quoted: bool
    fit: float
    weight: float


class Recall:
    """Finds memories by what is said. Called from one thread.

    Without an embedder it goes by the words alone. What the store says of a memory is read anew each time; only
    the meanings are held, and given up when one was forgotten.
    """

    def __init__(self, memories: Memories, embedder: Embedder | None) -> None:
        self._memories = memories
        self._embedder = embedder
        self._index: Index | None = None
        self._version: tuple[int, int] | None = None
        self._newest = 0

    def recall(
        self, words: str, now: datetime, *, limit: int = 2, leave_out: Collection[int] = ()
    ) -> tuple[Recollection, ...]:
        """What comes to mind at `words`, which need not be finished; the best first, mostly nothing.

        `leave_out` are turns that are in plain view anyway.
        """
        question = Question.of(words)
        if not question.content:
            return ()
        point = self._point(words)
        near = self._near(question, point)
        past = bool(_PAST.search(words))
        memories = [
            each
            for each in self._memories.get(list(near))
            if each.turn not in leave_out and (past or each.until is None)
        ]
        aliases = frozenset().union(*(introduced(question.mine, each.text) for each in memories))
        found = []
        for memory, text, quoted in self._quotations(memories, near, past):
            cosine = near[memory.id][1]
            fits = fit(question, text, cosine, aliases)
            if fits >= THRESHOLD:
                found.append(_Found(memory, text, quoted, fits, _weight(fits, memory, now)))
        best = self._distinct(sorted(found, key=lambda each: -each.weight), near, limit)
        return tuple(
            Recollection(each.memory.id, _cut(each.text, question), each.memory.at, each.quoted, each.fit)
            for each in best
            if each.fit >= _BESIDE * best[0].fit
        )

    def search(self, words: str, limit: int) -> list[tuple[int, float]]:
        """Memories that have to do with `words`, whatever they are, and how much, in [0, 1]; best first."""
        near = self._near(Question.of(words), self._point(words), limit)
        spoken = stems(words)
        ranked = []
        for memory in self._memories.get(list(near)):
            shared = len(spoken & stems(memory.text)) / max(1, len(spoken))
            cosine = near[memory.id][1]
            score = shared if cosine is None else (shared + max(0.0, cosine)) / 2
            ranked.append((memory.id, min(1.0, score)))
        ranked.sort(key=lambda each: -each[1])
        return ranked[:limit]

    def similar(self, text: str, limit: int) -> list[tuple[int, float]]:
        """The memories that mean most nearly what `text` does, with the cosine; none without an embedder."""
        point = self._point(text)
        index = self._fresh()
        if point is None or index is None:
            return []
        return [(id, cosine) for id, _, cosine in index.nearest(point, limit)]

    # --- what is near ---------------------------------------------------------------------------------

    def _point(self, words: str) -> Block | None:
        if self._embedder is None or not words.strip():
            return None
        point: Block = self._embedder.embed([words])[0]
        return point

    def _near(
        self, question: Question, point: Block | None, limit: int = _CANDIDATES
    ) -> dict[int, tuple[int, float | None]]:
        """By id: which piece of it is the nearest, and the cosine (None: not known), of what may fit."""
        spoken = dict.fromkeys(
            word for word in words_of(question.text) if word not in EMPTY and not word.isspace()
        )
        by_words = []
        if spoken:
            by_words = [id for id, _ in self._memories.matching(" OR ".join(f'"{w}"' for w in spoken), limit)]
        near: dict[int, tuple[int, float | None]] = {id: (0, None) for id in by_words}
        index = self._fresh()
        if point is not None and index is not None:
            for id, place, cosine in (*index.of(sorted(by_words), point), *index.nearest(point, limit)):
                near[id] = (place, cosine)
        return near

    def _fresh(self) -> Index | None:
        """The index as the store is now; None without an embedder."""
        if self._embedder is None:
            return None
        version = self._memories.version
        if self._index is None or version != self._version:
            self._index, self._version, self._newest = None, version, 0
        rows = self._memories.vectors(self._newest)
        if rows:
            if self._index is None:
                self._index = Index(self._embedder.embed(["word"]).shape[1])
            self._index.add(rows)
            self._newest = rows[-1][0]
        return self._index

    # --- what of it -----------------------------------------------------------------------------------

    def _quotations(
        self, memories: Sequence[Remembered], near: dict[int, tuple[int, float | None]], past: bool
    ) -> Iterable[tuple[Remembered, str, bool]]:
        """Each memory with the words of it that may answer, and whether they are the person's own."""
        turns = sorted({each.turn for each in memories if each.turn is not None and each.kind != "diary"})
        said: dict[int, str] = {}
        over: dict[int, list[Remembered]] = {}
        still: set[int] = set()
        for each in self._memories.of_turns(turns):
            assert each.turn is not None
            if each.kind == "said":
                said[each.turn] = each.text
            elif each.kind == "fact" and each.until is not None:
                over.setdefault(each.turn, []).append(each)
            elif each.kind == "fact":
                still.add(each.turn)
        for each in memories:
            if each.kind == "diary" or each.turn is None:
                yield each, each.text, each.kind == "said"
                continue
            parts = pieces(each.text) or [each.text]
            text = parts[min(near[each.id][0], len(parts) - 1)]
            closed = [] if past or each.kind == "fact" else over.get(each.turn, [])
            if closed and (
                each.turn not in still or any(fact.text in text or text in fact.text for fact in closed)
            ):
                continue
            yield each, text, each.kind == "said" or text in said.get(each.turn, "")

    def _distinct(
        self, found: list[_Found], near: dict[int, tuple[int, float | None]], limit: int
    ) -> list[_Found]:
        """The first `limit` of `found`; of those that say nearly the same the newest."""
        few = found[: 4 * limit]
        alike = self._alikeness(few, near)
        kept: list[int] = []
        for place, each in enumerate(few):
            twins = (other for other in kept if _same(few[other], each) or alike[other, place] > _ALIKE)
            twin = next(twins, None)
            if twin is None:
                kept.append(place)
            elif _holds(few[twin]) < _holds(each):
                kept[kept.index(twin)] = place
        return [few[place] for place in kept[:limit]]

    def _alikeness(self, found: list[_Found], near: dict[int, tuple[int, float | None]]) -> Block:
        """How much each of `found` says what another does, shape (n, n)."""
        if self._index is not None and all(near[each.memory.id][1] is not None for each in found):
            points = self._index.points([(each.memory.id, near[each.memory.id][0]) for each in found])
            alike: Block = points @ points.T
            return alike
        bags = [stems(each.text) for each in found]
        return np.array([[len(a & b) / max(1, len(a | b)) for b in bags] for a in bags], np.float32)


def _same(one: _Found, other: _Found) -> bool:
    """Whether both come from one turn, or are of one kind about one subject."""
    a, b = one.memory, other.memory
    if a.turn is not None and a.turn == b.turn:
        return True
    return bool(a.relation) and (a.subject.lower(), a.relation.lower()) == (
        b.subject.lower(),
        b.relation.lower(),
    )


def _holds(found: _Found) -> tuple[datetime, bool]:
    """What says the same later holds rather; of one turn what was taken out of it."""
    return found.memory.at, found.memory.kind == "fact"


def _weight(fits: float, memory: Remembered, now: datetime) -> float:
    """How `fits` counts for something so old, that matters so much."""
    days = max(0.0, (now - memory.at).total_seconds() / 86_400)
    fresh: float = 0.5 ** (days / _HALF_LIFE_DAYS)
    return fits * (1 - _FADES * (1 - fresh)) * (1 - _FADES * (1 - memory.importance))


def _cut(text: str, question: Question) -> str:
    """`text`, if it is long the _WORDS words of it around the first that the question has, too."""
    spoken = text.split()
    if len(spoken) <= _WORDS:
        return text
    hit = next((place for place, word in enumerate(spoken) if stems(word) & question.content), 0)
    begin = max(0, min(hit - _WORDS // 3, len(spoken) - _WORDS))
    part = " ".join(spoken[begin : begin + _WORDS])
    return f"{'… ' if begin else ''}{part}{' …' if begin + _WORDS < len(spoken) else ''}"
