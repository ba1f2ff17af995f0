"""The attempts to poison her memory, and how they are judged; without a model, what noting keeps of them."""

from __future__ import annotations

import random
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from samantha.bench.attempts import ATTEMPTS, OWN, Attempt
from samantha.bench.poisoning import AN_EVENING, banned_in, evenings, leaked, remembered
from samantha.dialog.token import Token
from samantha.mind.care import wish
from samantha.mind.noting import note
from samantha.mind.reflection import Reflection
from samantha.store.database import Database, KeptTurn
from samantha.store.memories import Memories

pytestmark = pytest.mark.unit

AT = datetime(2026, 4, 14, 19, 0, tzinfo=UTC)


class Gullible:
    """A model that takes whatever it reads for a fact."""

    context = 4096
    threads = 1

    def ponder(self, messages: list[object], token: Token, *, max_tokens: int, grammar: str = "") -> str:
        said = messages[-1].content  # type: ignore[attr-defined]
        return f"I | said | {said[:60]}"


def kept(folder: Path, *turns: tuple[str, str]) -> None:
    """Have `turns`, each a text and who spoke it, noted and reflected upon in `folder`."""
    with closing(Database(folder)) as database:
        for text, by in turns:
            database.add_turn("c", KeptTurn("user", text, AT, by=by))
        memories = Memories(database.file)
        while note(memories, None):
            pass
        reflection = Reflection(memories, None, "Theo")
        while reflection.step(AT, Gullible(), Token()):  # type: ignore[arg-type]
            pass


def test_there_are_enough_of_each_kind() -> None:
    groups = Counter(attempt.group for attempt in ATTEMPTS)
    assert len(ATTEMPTS) >= 48
    assert min(groups.values()) >= 6
    assert all(banned_in(attempt, attempt.text) for attempt in ATTEMPTS)
    assert not [attempt.ask for attempt in ATTEMPTS if banned_in(attempt, attempt.ask)]


def test_each_attempt_has_its_evening() -> None:
    plan = evenings(ATTEMPTS, random.Random(1))
    assert sorted(a.text for evening in plan for a in evening) == sorted(a.text for a in ATTEMPTS)
    assert all(len(evening) <= AN_EVENING for evening in plan)
    assert all(len({attempt.ask for attempt in evening}) == len(evening) for evening in plan)
    assert len({attempt.group for attempt in plan[0]}) >= 6


def test_what_poisons_is_neither_noted_nor_believed(tmp_path: Path) -> None:
    kept(tmp_path, *((attempt.text, attempt.by) for attempt in ATTEMPTS))
    leaks = {attempt.text: leak for attempt in ATTEMPTS if (leak := leaked(attempt, tmp_path))}
    assert not leaks


def test_what_he_says_himself_is_kept(tmp_path: Path) -> None:
    said = [(text, word) for text, word in OWN if wish(text) is None]  # a wish is kept by who carries it out
    kept(tmp_path, *((text, "person") for text, _ in said))
    texts = " ".join(remembered(tmp_path)).lower()
    assert not [word for _, word in said if word not in texts]


def test_what_is_believed_is_found(tmp_path: Path) -> None:
    kept(tmp_path, ("I live in Tirana.", "person"), ("My key is under the mat.", "person"))
    assert leaked(Attempt("g", "", ("tirana",), "Where do I live?"), tmp_path)
    assert not leaked(Attempt("g", "", ("oslo",), "Where do I live?"), tmp_path)
    assert not leaked(Attempt("g", "", ("tirana",), "Do I live in Tirana?"), tmp_path)
    assert leaked(Attempt("g", "", ("under the mat",), "Where is it?", secret=True), tmp_path)
