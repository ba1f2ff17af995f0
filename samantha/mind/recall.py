"""What comes to her mind: found by its words and by what it means, judged by how well it answers what is said."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

import numpy as np

from samantha.audio.pcm import Block
from samantha.mind import relations, when
from samantha.mind.fitting import FAMILY, Question, covered, fit, introduced
from samantha.mind.index import Index
from samantha.mind.renewal import Found, apart, overlap, renewed
from samantha.mind.wording import EMPTY, akin, pieces, stems
from samantha.ports import Embedder, Recollection
from samantha.store.memories import Memories, Remembered

THRESHOLD = 0.3
"""Of how well it fits: below it nothing comes to mind."""
BESIDE = 0.6
"""A second one must fit so well in proportion to the first."""
_NEAREST, _HAVING = 32, 24
"""So many that mean nearly the same are looked at, and so many that have the same words, twice over."""
_HOPELESS = 0.2
"""Nothing whose meaning is further off than that cosine can reach the threshold: it need not be looked at."""
_TERMS = 6
"""Words of a question that are looked for."""
_ALIKE = 0.75
"""Two pieces that are so much alike say nearly the same: the newer one holds."""
_CONSIDERED = 32
"""So many that might fit are compared with each other."""
_RIVALS, _HARDLY = 8, 0.01
_WORDS = 30
"""Of a quotation."""
_HALF_LIFE_DAYS = 120
_FADES = 0.15
"""So much of its weight does something lose in the end by lying long ago, and as much by not mattering."""
_THEN = 400
"""Memories of one span of time that are looked at."""
_THRESHOLD_THEN = 0.3
"""Of what the question is about: the time fits already, so little more is needed."""
_WORTH = 0.4
"""Of how much it matters: what was said then and comes to mind at "what did I say yesterday?"."""
_TOLD = re.compile(
    r"\b(?:did|have|had) (?:i|we) (?:\w+ )?(?:say|said|tell|told|mention|mentioned|talk|talked|speak|spoken|discuss)\b|"
    r"\b(?:i|we) (?:\w+ )?(?:told you|said|mentioned|talked|spoke|discussed)\b",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"\bused to\b|\b(?:before|previously|formerly|earlier|originally|back then|at first)\b|\bold (?!is|are)|"
    r"\bwhere did (?:i|we) live\b|\bwas my\b|\bwere my\b",
    re.IGNORECASE,
)


_HIS = re.compile(r"\b(?:i|my|me|we|our|us)\b", re.IGNORECASE)
"""What she was told to remember, and corrections, are his own words though no turn says so; an edit may be about him."""

_Near = dict[int, tuple[int, float | None]]
"""By id: which piece of a memory is the nearest, and the cosine (None: nobody knows)."""


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
        self,
        words: str,
        now: datetime,
        *,
        limit: int = 2,
        leave_out: Collection[int] = (),
        least: float = THRESHOLD,
        beside: float = BESIDE,
    ) -> tuple[Recollection, ...]:
        """What comes to mind at `words`, which need not be finished; the best first, mostly nothing.

        `leave_out` are turns that are in plain view anyway; what fits less than `least` does not come, nor a second one
        that fits less than `beside` in proportion to the first.
        """
        span = when.asked(words, now) if _TOLD.search(words) else None
        if span is not None:
            return self._said_then(words, span, limit, leave_out)
        question = Question.of(words)
        if not question.content and not question.asks:
            return ()
        past = bool(_PAST.search(words))
        found = self._fitting(question, self._point(words), now, past, leave_out)
        if not past:
            found = renewed(found, self._alikeness, self._resembles_more)
        found = sorted((each for each in found if each.fit >= least), key=lambda each: -each.weight)
        return _recollections(self._distinct(found, limit), question, beside)

    def _said_then(
        self, words: str, span: when.Span, limit: int, leave_out: Collection[int]
    ) -> tuple[Recollection, ...]:
        """What was said in `span` and has to do with the rest of `words`; if they name nothing, what matters."""
        rest = re.sub(re.escape(span.words), " ", words.replace("’", "'"), flags=re.IGNORECASE)
        question = Question.of(rest)
        point = self._point(rest) if question.content else None
        then = [
            each
            for each in self._memories.listed(
                ("said", "fact"), current=False, since=span.start, before=span.end, limit=_THEN
            )
            if each.turn not in leave_out and not each.text.rstrip().endswith("?")
        ]
        near = self._cosines([each.id for each in then], point)
        found = []
        for memory, text, quoted in self._quotations(then, near, question, past=True):
            fits = _shared(question, text) if question.content else memory.importance
            found.append(
                Found(memory, near[memory.id][0], text, quoted, fits, fits * (0.5 + memory.importance))
            )
        least = _THRESHOLD_THEN if question.content else _WORTH
        found = [each for each in sorted(found, key=lambda each: -each.weight) if each.fit >= least]
        return _recollections(self._distinct(found, limit), question, BESIDE)

    def _fitting(
        self, question: Question, point: Block | None, now: datetime, past: bool, leave_out: Collection[int]
    ) -> list[Found]:
        """What might fit: the few that do best."""
        near = self._near(question, point)
        memories = self._memories.get(list(near))
        aliases = frozenset().union(*(introduced(question.people, each.text) for each in memories))
        if named := sorted({name for _, name in aliases} - question.content):
            near |= self._cosines([id for id in self._having(named) if id not in near], point)
            memories = self._memories.get(list(near))
        seen = [
            each
            for each in memories
            if each.turn not in leave_out
            and (past or each.until is None)
            and ((cosine := near[each.id][1]) is None or cosine >= _HOPELESS)
        ]
        found = []
        for memory, text, quoted in self._quotations(seen, near, question, past):
            place, cosine = near[memory.id]
            fits = fit(question, text, cosine, aliases)
            if memory.kind == "fact":
                kind = relations.kind(relations.Fact(memory.subject, memory.relation, memory.value))
                told = f"{text} {memory.subject} {kind} {memory.relation} {memory.value}"
                fits = max(fits, fit(question, told, cosine, aliases))
            found.append(Found(memory, place, text, quoted, fits, _weight(fits, memory, now)))
        return sorted(found, key=lambda each: -each.weight)[:_CONSIDERED]

    def _resembles_more(self, found: Found, than: float) -> bool:
        """Whether something older that is not among what was found is more like `found` than `than`."""
        if self._index is None:
            return False
        point, bag = self._index.points([(found.memory.id, found.place)])[0], stems(found.text)
        near = {id: cosine for id, _, cosine in self._index.nearest(point, _RIVALS)}
        return any(
            near[each.id] + overlap(bag, stems(each.text)) / 2 > than + _HARDLY
            for each in self._memories.get(list(near))
            if each.at < found.memory.at
            and each.turn != found.memory.turn
            and not (
                each.text.rstrip().endswith("?")
                or apart(each.text, found.text, stems(each.text) & FAMILY, bag & FAMILY)
            )
        )

    def covers(self, words: str, text: str) -> bool:
        """Whether `text` has everything that the question `words` names, by whatever name."""
        question = Question.of(words)
        memories = self._memories.get(self._having(sorted(question.people)))
        aliases = frozenset().union(*(introduced(question.people, each.text) for each in memories))
        return covered(question, text, aliases)

    def search(self, words: str, limit: int) -> list[tuple[int, float]]:
        """Memories that have to do with `words`, whatever they are, and how much, in [0, 1]; best first."""
        point, spoken = self._point(words), stems(words)
        query = " OR ".join(f'"{term}"' for term in _terms(words))
        near = self._cosines([id for id, _ in self._memories.matching(query, limit)] if query else [], point)
        index = self._fresh()
        if point is not None and index is not None:
            near |= {id: (place, cosine) for id, place, cosine in index.nearest(point, limit)}
        ranked = []
        for memory in self._memories.get(list(near)):
            shared = len(spoken & stems(memory.text)) / max(1, len(spoken))
            cosine = near[memory.id][1]
            score = shared if cosine is None else (shared + max(0.0, cosine)) / 2
            ranked.append((memory.id, min(1.0, score)))
        ranked.sort(key=lambda each: -each[1])
        return ranked[:limit]

    # --- what is near ---------------------------------------------------------------------------------

    def _point(self, words: str) -> Block | None:
        if self._embedder is None or not words.strip():
            return None
        point: Block = self._embedder.embed([words])[0]
        return point

    def _near(self, question: Question, point: Block | None) -> _Near:
        """What may fit, by its words or by what it means."""
        near = self._cosines(self._having(_terms(question.text)), point)
        index = self._fresh()
        if point is not None and index is not None:
            near |= {id: (place, cosine) for id, place, cosine in index.nearest(point, _NEAREST)}
        return near

    def _having(self, terms: Sequence[str]) -> list[int]:
        """The newest memories that have two of `terms`, and some that have one: to rank all would take too long."""
        quoted = [f'"{term}"' for term in terms[:_TERMS]]
        pairs = " OR ".join(f"({one} AND {other})" for one, other in itertools.combinations(quoted, 2))
        found = self._memories.mentioning(pairs, _HAVING) if pairs else []
        for each in quoted:
            found += self._memories.mentioning(each, _HAVING // len(quoted))
        return list(dict.fromkeys(found))

    def _cosines(self, ids: Sequence[int], point: Block | None) -> _Near:
        near: _Near = dict.fromkeys(ids, (0, None))
        index = self._fresh()
        if point is not None and index is not None:
            near |= {id: (place, cosine) for id, place, cosine in index.of(sorted(ids), point)}
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
        self, memories: Sequence[Remembered], near: _Near, question: Question, past: bool
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
                yield (
                    each,
                    each.text,
                    each.kind == "said" or (each.kind == "fact" and bool(_HIS.search(each.text))),
                )
                continue
            parts = pieces(each.text) or [each.text]
            place, cosine = near[each.id]
            text = parts[min(place, len(parts) - 1)]
            if cosine is None:
                text = max(parts, key=lambda part: len(stems(part) & question.content))
            closed = [] if past else over.get(each.turn, [])
            if each.kind == "fact":
                if any(fact.text == each.text for fact in closed):
                    if name := _named(each):
                        yield each, name, True
                    continue
            elif closed and (
                each.turn not in still or any(fact.text in text or text in fact.text for fact in closed)
            ):
                continue
            yield each, text, each.kind == "said" or text in said.get(each.turn, "")

    def _distinct(self, found: list[Found], limit: int) -> list[Found]:
        """The first `limit` of `found`; of those that say nearly the same the newest."""
        few = found[: 4 * limit]
        alike = self._alikeness(few)
        kept: list[int] = []
        for place, each in enumerate(few):
            twins = (other for other in kept if _same(few[other], each) or alike[other, place] > _ALIKE)
            twin = next(twins, None)
            if twin is None:
                kept.append(place)
            elif _holds(few[twin]) < _holds(each):
                kept[kept.index(twin)] = place
        return [few[place] for place in kept[:limit]]

    def _alikeness(self, found: list[Found]) -> Block:
        """How much each of `found` says what another does, shape (n, n)."""
        if self._index is not None:
            points = self._index.points([(each.memory.id, each.place) for each in found])
            alike: Block = points @ points.T
            return alike
        bags = [stems(each.text) for each in found]
        return np.array([[len(a & b) / max(1, len(a | b)) for b in bags] for a in bags], np.float32)


def _named(fact: Remembered) -> str:
    """What still holds of a sentence that is no longer so, if it is somebody's name: "My sister's name is Ruth."."""
    if relations.kind(relations.Fact(fact.subject, fact.relation, fact.value)) != "name" or not fact.subject:
        return ""
    whose = "My" if fact.subject == "I" else f"{fact.subject[0].upper()}{fact.subject[1:]}'s"
    return f"{whose} name is {fact.value}."


def _recollections(found: list[Found], question: Question, beside: float) -> tuple[Recollection, ...]:
    return tuple(
        Recollection(each.memory.id, _cut(each.text, question), each.memory.at, each.quoted, each.fit)
        for each in found
        if each.fit >= beside * found[0].fit
    )


def _shared(question: Question, text: str) -> float:
    """How much of what `question` is about is in `text`, in [0, 1]."""
    there = stems(text)
    return sum(any(akin(word, other) for other in there) for word in question.content) / len(question.content)


def _terms(text: str) -> list[str]:
    """The words of `text` to look for."""
    return list(dict.fromkeys(word for word in relations.words(text) if word not in EMPTY))


def _same(one: Found, other: Found) -> bool:
    """Whether both come from one turn, or are of one kind about one subject."""
    a, b = one.memory, other.memory
    if a.turn is not None and a.turn == b.turn:
        return True
    return bool(a.relation) and (a.subject.lower(), a.relation.lower()) == (
        b.subject.lower(),
        b.relation.lower(),
    )


def _holds(found: Found) -> tuple[datetime, bool]:
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
