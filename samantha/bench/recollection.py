"""What comes to mind, and how fast: the labelled sentences that recall was taught with, and memories by the thousand.

The labelled sentences (recollections.txt) are those of one person; two thirds of what he asks teach the weights of
`mind.fitting`, and so does the first of the lives; the last third and the second life only judge them.
`python -m samantha.bench.recollection` learns them anew.
"""

from __future__ import annotations

import itertools
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from samantha import app
from samantha.bench import lives
from samantha.bench.memorysetting import MemorySetting
from samantha.bench.table import Cell, Table
from samantha.mind import fitting
from samantha.mind.fitting import FEATURES, Question, features, introduced
from samantha.mind.index import packed
from samantha.mind.noting import importance, note
from samantha.mind.recall import Recall
from samantha.ports import Embedder
from samantha.store.database import Database, KeptTurn
from samantha.store.memories import NOTED, Memories, Remembered

NOW = datetime(2026, 3, 11, 14, 30, tzinfo=UTC)

_RIDGE = 0.3
_NEAR = 20
"""Statements by meaning and as many by words that a question is learnt from."""
_HELD_OUT = 3
"""Every so manieth is held out."""
_ROUNDS = 12
_TALK = 500


# --- labelled sentences -------------------------------------------------------------------------------------


@dataclass(slots=True)
class Asked:
    """Something said to her, and the statements, by their place, of which any may come to mind; none: nothing may."""

    words: str
    answers: set[int]
    group: int
    """What belongs together is held out together."""
    talk: bool = False

    @property
    def held_out(self) -> bool:
        return self.group % _HELD_OUT == 0


@dataclass(slots=True)
class Labelled:
    """What a person told her, and what he says later."""

    statements: list[str] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)


def labelled() -> Labelled:
    """The sentences of recollections.txt."""
    found, part = Labelled(), ""
    for line in (Path(__file__).parent / "recollections.txt").read_text("utf-8").splitlines():
        words = line.removeprefix("? ")
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            part = line.strip("[]")
        elif part:
            found.asked.append(Asked(words, set(), len(found.asked), part == "talk"))
        elif words == line:
            found.statements.append(line)
        else:
            last = len(found.statements) - 1
            known = next((each for each in found.asked if each.words == words), None)
            if known is not None:
                known.answers.add(last)
            else:
                found.asked.append(Asked(words, {last}, last))
    return found


def told(name: str) -> Labelled:
    """The life called `name`, with small talk between: half of it told, half of it said later."""
    group = int(name == lives.NAMES[0])
    life, talk = lives.read(name), sorted(set(itertools.islice(lives.small_talk(random.Random(0)), _TALK)))
    asked = [Asked(fact.asked, {place}, group) for place, fact in enumerate(life.facts)]
    asked += [Asked(words, set(), group) for words in life.untold]
    asked += [Asked(words, set(), group, talk=True) for words in talk[1::2]]
    return Labelled([*(fact.said for fact in life.facts), *talk[::2]], asked)


def learn(embedder: Embedder | None) -> list[float]:
    """The weights that the labelled sentences and the first life teach, but for those held out."""
    xs: list[list[float]] = []
    ys: list[bool] = []
    for taught in (labelled(), told(lives.NAMES[0])):
        points = None if embedder is None else embedder.embed(taught.statements)
        for each in taught.asked:
            question = Question.of(each.words)
            if each.held_out or not (question.content or question.asks):
                continue
            cosines = np.zeros(len(taught.statements))
            if embedder is not None:
                cosines = points @ embedder.embed([each.words])[0]
            aliases = frozenset().union(*(introduced(question.people, said) for said in taught.statements))
            rows = [
                features(question, said, float(cosine), aliases)
                for said, cosine in zip(taught.statements, cosines, strict=True)
            ]
            shared = np.array([row[fitting.COVERAGE] + row[fitting.KNOWN] for row in rows])
            near = {*np.argsort(-shared, kind="stable")[:_NEAR].tolist()} & {*np.flatnonzero(shared).tolist()}
            if embedder is not None:
                near |= {*np.argsort(-cosines)[:_NEAR].tolist()}
            for place in sorted(near):
                if not fitting.impossible(question, taught.statements[place], rows[place]):
                    xs.append(rows[place])
                    ys.append(place in each.answers)
    return _regression(np.array(xs), np.array(ys, np.float64))


def _regression(x: np.ndarray, y: np.ndarray) -> list[float]:
    """Weights of a ridge logistic regression from `x`, shape (n, FEATURES), to `y`, by Newton's method."""
    weights = np.zeros(FEATURES)
    ridge = np.eye(FEATURES) * _RIDGE
    ridge[0, 0] = _RIDGE / 100  # the first feature is always 1
    for _ in range(50):
        expected = 1 / (1 + np.exp(-x @ weights))
        slope = x.T @ (y - expected) - ridge @ weights
        curve = (x * (expected * (1 - expected))[:, None]).T @ x + ridge
        weights += np.linalg.solve(curve, slope)
    return [round(float(weight), 2) for weight in weights]


def quality(embedder: Embedder | None) -> list[Table]:
    """How often the right thing comes to mind, and how often a wrong one, where all is known from one store."""
    return [*_quality(labelled(), embedder, ""), *_quality(told(lives.NAMES[1]), embedder, ", another life")]


def _quality(sentences: Labelled, embedder: Embedder | None, whose: str) -> list[Table]:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Path(folder))
        try:
            memories = Memories(database.file)
            for days, said in enumerate(sentences.statements):
                database.add_turn(
                    "c", KeptTurn("user", said, NOW - timedelta(days=len(sentences.statements) - days))
                )
            while note(memories, embedder):
                pass
            recall = Recall(memories, embedder)
            place = {each.id: each.turn - 1 for each in memories.listed(("said",)) if each.turn}
            came = [
                [place[found.memory] for found in recall.recall(each.words, NOW)] for each in sentences.asked
            ]
        finally:
            database.close()
    return _judged(sentences.asked, came, ("by meaning and words" if embedder else "by words alone") + whose)


def _judged(asked: Sequence[Asked], came: Sequence[list[int]], how: str) -> list[Table]:
    cells: dict[str, list[Cell]] = {
        name: [] for name in ("first", "first two", "wrong", "nothing", "talk", "precision")
    }
    for part, held_out in (("taught", False), ("held out", True)):
        here = [(each, found) for each, found in zip(asked, came, strict=True) if each.held_out == held_out]
        if not here:
            continue
        known = [(each, found) for each, found in here if each.answers]
        unknown = [found for each, found in here if not each.answers and not each.talk]
        talk = [found for each, found in here if each.talk]
        right = [each.answers & set(found) for each, found in known]
        any_came = sum(bool(found) for _, found in here)
        for name, hits, trials in (
            ("first", sum(bool(found) and found[0] in each.answers for each, found in known), len(known)),
            ("first two", sum(map(bool, right)), len(known)),
            (
                "wrong",
                sum(bool(found) and not hit for (_, found), hit in zip(known, right, strict=True)),
                len(known),
            ),
            ("nothing", sum(map(bool, unknown)), len(unknown)),
            ("talk", sum(map(bool, talk)), len(talk)),
            ("precision", sum(map(bool, right)), any_came),
        ):
            cells[name].append(Cell(f"{part}, {how}", hits / max(1, trials), trials))
    return [
        Table("questions: the right memory comes first", "share", "higher", tuple(cells["first"])),
        Table(
            "questions: the right memory comes first or second", "share", "higher", tuple(cells["first two"])
        ),
        Table("questions: only wrong ones come", "share", "lower", tuple(cells["wrong"])),
        Table("questions she cannot know: something comes", "share", "lower", tuple(cells["nothing"])),
        Table("small talk: something comes", "share", "lower", tuple(cells["talk"])),
        Table(
            "where something comes, the right one is among it", "share", "higher", tuple(cells["precision"])
        ),
    ]


# --- how fast, how large ------------------------------------------------------------------------------------

_WHO = (
    "I", "we", "my sister Ruth", "my brother Tom", "Nadia", "my boss", "Paul", "our neighbour", "my mother", "Omar",
    "my cousin Bea", "the landlord", "my daughter", "Jonas from work", "Hannah", "my uncle Walter", "the dentist",
)  # fmt: skip
_DID = (
    "bought", "lost", "found", "painted", "repaired", "forgot", "sold", "talked about", "dreamt of", "wants", "hates",
    "was given", "borrowed", "cooked", "planted", "photographed", "broke", "wrote about", "read about",
    "complained about",
)  # fmt: skip
_WHAT = (
    "bicycle", "bassoon", "cake", "passport", "garden", "telescope", "novel", "kitchen", "umbrella", "violin",
    "suitcase", "printer", "boiler", "rabbit", "window", "roses", "watch", "guitar", "carpet", "bridge", "ferry",
    "lighthouse", "museum", "speech", "recipe", "blanket", "lamp", "letter", "hammer", "teapot", "mirror", "ladder",
    "puzzle", "scarf", "compass", "kettle", "radio", "canoe", "chimney", "piano",
)  # fmt: skip
_LIKE = "old new red green broken heavy tiny strange expensive borrowed wooden noisy yellow famous second-hand".split()
_WHERE = (
    "in Leeds", "on the train", "at work", "in the garden", "near the harbour", "in Norway", "at the market", "upstairs",
    "in the cellar", "by the lake", "at Easter", "before breakfast", "after the storm", "on Tuesday", "last winter",
)  # fmt: skip
_QUESTIONS = (
    "What instrument did my sister Ruth buy?",
    "Where did I lose my passport?",
    "What does Nadia complain about?",
    "Who repaired the boiler in the cellar?",
    "I think I'll have a cup of tea now.",
    "What colour was the canoe that Omar sold?",
    "What's my brother's name?",
    "Who wrote about the lighthouse?",
)


def sentence(chance: random.Random) -> str:
    """One of some hundred thousand sentences as a person might say them."""
    who = chance.choice(_WHO)
    said = f"{who} {chance.choice(_DID)} the {chance.choice(_LIKE)} {chance.choice(_WHAT)} {chance.choice(_WHERE)}."
    return said[0].upper() + said[1:]


def fill(memories: Memories, embedder: Embedder | None, count: int, seed: int) -> None:
    """Put `count` memories of a few years into the store.

    The points of most are those of a thousand real sentences, moved a little: to look through them takes as long.
    """
    chance, noise = random.Random(seed), np.random.default_rng(seed)
    texts = [sentence(chance) for _ in range(count)]
    points = None if embedder is None else embedder.embed(texts[:1000])
    for start in range(0, count, 10_000):
        some = texts[start : start + 10_000]
        vectors: list[bytes | None] = [None] * len(some)
        if points is not None:
            moved = points[np.arange(start, start + len(some)) % len(points)]
            if start + len(some) > len(points):
                moved = moved + noise.normal(0, 0.02, moved.shape).astype(np.float32)
            vectors = [packed(point[None]) for point in moved]
        new = [
            Remembered(
                kind="said",
                text=text,
                at=NOW - timedelta(minutes=count - start - place),
                importance=importance(text),
            )
            for place, text in enumerate(some)
        ]
        memories.advance((), NOTED, new=zip(new, vectors, strict=True))


def speed(
    embedder: Embedder | None, counts: Sequence[int], seed: int, tell: Callable[[str], None]
) -> list[Table]:
    """How long recall takes and loading what it needs, at so many memories."""
    wall: list[Cell] = []
    work: list[Cell] = []
    start: list[Cell] = []
    for count in counts:
        tell(f"recall among {count:,} memories")
        with tempfile.TemporaryDirectory() as folder:
            database = Database(Path(folder))
            try:
                memories = Memories(database.file)
                fill(memories, embedder, count, seed)
                recall = Recall(memories, embedder)
                began = time.process_time()
                recall.recall(_QUESTIONS[0], NOW)
                start.append(Cell(f"{count:,} memories", time.process_time() - began, 1))
                clock, core = _spent(lambda words, recall=recall: recall.recall(words, NOW))  # type: ignore[misc]
            finally:
                database.close()
        wall += _cells(f"{count:,} memories", clock)
        work += _cells(f"{count:,} memories", core)
    alone = (
        []
        if embedder is None
        else _cells("the model of meaning", _spent(lambda words: embedder.embed([words]))[1])
    )
    return [
        Table("recall, by the clock", "ms", "lower", tuple(wall)),
        Table("recall, time of one core", "ms", "lower", tuple(work), bound=30),
        Table("of that, to understand the question, time of one core", "ms", "lower", tuple(alone)),
        Table("recall for the first time, time of one core", "s", "lower", tuple(start)),
    ]


def size(embedder: Embedder | None, seed: int) -> Table:
    """By how much the file grows in a thousand turns, half of them hers, with what makes them come to mind."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Path(folder))
        try:
            memories = Memories(database.file)
            for place in range(500):
                at = NOW + timedelta(minutes=place)
                database.add_turn("c", KeptTurn("user", f"{sentence(chance)} {sentence(chance)}", at))
                database.add_turn(
                    "c", KeptTurn("assistant", "Oh, did you? Tell me more about it, if you like.", at)
                )
            while note(memories, embedder):
                pass
        finally:
            database.close()
        grown = sum(file.stat().st_size for file in Path(folder).iterdir())
    return Table(
        "the file grows, per 1,000 turns", "KB", "lower", (Cell("two sentences a turn", grown / 1000, 1000),)
    )


def measure(setting: MemorySetting) -> list[Table]:
    """All of it."""
    embedder = app.embedder(setting.config)
    counts = (1000, 100_000) if setting.full else (1000, 10_000)
    setting.tell("what comes to mind")
    return [
        *quality(embedder),
        *speed(embedder, counts, setting.seed, setting.tell),
        size(embedder, setting.seed),
    ]


def _spent(call: Callable[[str], object]) -> tuple[list[float], list[float]]:
    """Milliseconds by the clock, and of processor time, that `call` takes for each question, many times."""
    clock, core = [], []
    for words in _QUESTIONS * _ROUNDS:
        began, work = time.perf_counter(), time.process_time()
        call(words)
        clock.append(1000 * (time.perf_counter() - began))
        core.append(1000 * (time.process_time() - work))
    return clock, core


def _cells(condition: str, spent: Sequence[float]) -> list[Cell]:
    return [
        Cell(f"{condition}, P{share}", float(np.percentile(spent, share)), len(spent)) for share in (50, 95)
    ]


if __name__ == "__main__":
    from samantha import config

    found = app.embedder(config.load(), must_exist=True)
    print(f"WEIGHTS = {learn(found)}\nBY_WORDS = {learn(None)}")
