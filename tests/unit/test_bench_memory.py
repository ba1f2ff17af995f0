"""The bench of her memory: what is said when, and what is made of the answers; no model is asked."""

from __future__ import annotations

import importlib.util
import random
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from samantha import config
from samantha.audio.pcm import HEARING_BLOCK
from samantha.bench import forgotten, lasting, lives, paired, planted, remembering, twenty
from samantha.bench.companion import Answer
from samantha.bench.memorysetting import Clock
from samantha.bench.person import Line
from samantha.bench.planted import FULL, SHORT, Asked, Plan
from samantha.ports import Message
from samantha.store import forgetting
from samantha.store.database import Database, KeptTurn
from samantha.store.memories import Memories, Remembered

pytestmark = pytest.mark.unit


def test_the_clock_stands_still_until_it_is_moved() -> None:
    clock = Clock(datetime(2026, 3, 2, 18, 30, tzinfo=UTC))
    clock.forward(timedelta(days=2))
    assert clock() == clock() == datetime(2026, 3, 4, 18, 30, tzinfo=UTC)


@pytest.mark.parametrize("part", remembering.PARTS)
def test_every_part_is_a_module(part: str) -> None:
    assert importlib.util.find_spec(f"samantha.bench.{part}") is not None


def test_nothing_of_the_person_is_touched(tmp_path: Path) -> None:
    hers = config.load(environ={}, flags={"memory.enabled": False, "memory.encrypted": True, "llm.seed": -1})
    fixed = remembering.fixed(hers, seed=4)
    assert (fixed.memory.enabled, fixed.memory.encrypted, fixed.llm.seed) == (True, False, 4)
    assert remembering.kept_in(tmp_path, fixed).state_folder == tmp_path


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("plan", [SHORT, FULL])
def test_a_life_is_told_in_the_midst_of_other_talk(plan: Plan, seed: int) -> None:
    dice = random.Random(seed)
    life = planted.some(lives.life(seed), plan, dice)
    turns = planted.schedule(life, plan, dice)
    assert (len(life.facts), len(turns), len(life.untold)) == (plan.facts, plan.turns, plan.untold)
    said = [text for text, _ in turns]
    assert {fact for _, fact in turns if fact} == set(life.facts)
    assert all(said.count(fact.said) == 1 for fact in life.facts)
    changing = [fact for fact in life.facts if fact.changes]
    assert len(changing) == plan.changes
    assert max(said.index(fact.said) for fact in changing) < min(said.index(fact.later) for fact in changing)
    assert len([text for text, fact in turns if fact is None]) >= plan.turns // 3


def test_another_seed_is_another_life() -> None:
    assert [lives.life(seed).name for seed in (1, 2, 3)] == ["Tom", "Nora", "Tom"]


def test_parts_are_of_a_size() -> None:
    assert [list(part) for part in planted.parts(range(7), 3)] == [[0, 1], [2, 3], [4, 5, 6]]


def test_the_figures_are_shares_and_keep_what_went_wrong() -> None:
    asked = [
        Asked("once", "a?", "right", "x", "right"),
        Asked("changed", "b?", "old", "y", "wrong"),
        Asked("changed", "c?", "no idea", "z", "unknown"),
        Asked("untold", "d?", "Theo", "", "wrong"),
    ]
    right, wrong, changed, dated, untold = planted.tables(asked)
    assert [table.cells[0].value for table in (right, wrong, changed, untold)] == [
        pytest.approx(value) for value in (100 / 3, 100 / 3, 0, 100)
    ]
    assert [failure.asked for failure in right.failures] == ["b?", "c?"]
    assert [failure.asked for failure in wrong.failures] == ["b?"]
    assert dated.cells == ()


@pytest.mark.parametrize("which", [0, 9])
def test_a_conversation_of_ten_minutes_asks_for_everything_twice(which: int) -> None:
    lines = twenty.script(which, random.Random(1))
    asks = [line for line in lines if line.slot]
    assert len(asks) == 48
    assert 60 <= len(lines) <= 90
    for slot in lives.slots():
        first, second = (i for i, line in enumerate(lines) if line.slot == slot)
        assert second - first >= 24
        told = next(i for i, line in enumerate(lines) if slot.said.format(slot.values[which]) in line.text)
        assert told < first


def test_what_she_says_twice_must_be_the_same() -> None:
    slot = lives.slots()[0]
    lines = [twenty.Line("Hello."), *(twenty.Line(asked, slot, "Rufus") for asked in slot.asked)]
    for answers, right, contradictions, swaps in (
        (["Hi.", "Your dog is called Rufus.", "Rufus!"], 2, 0, 0),
        (["Hi.", "Your dog is called Rufus.", "Your dog is Bello."], 1, 1, 0),
        (["Hi.", "Your dog is called Bello.", "Your dog is called Bello."], 0, 2, 0),
        (["Hi.", "Your dog is called Bello.", "Your dog is called Hasso."], 0, 3, 0),
        (["Hi.", "I don't know.", "My dog's name is Rufus."], 1, 0, 1),
    ):
        found = twenty.judge(lines, answers)
        assert (found.right, len(found.contradictions), len(found.swaps)) == (right, contradictions, swaps)


def test_what_she_has_said_before_is_counted() -> None:
    assert twenty.repeated(["one two three four five six"]) == 0.0
    assert twenty.repeated(["one two three four five", "one two three four five"]) == 50.0
    assert twenty.repeated([]) == 0.0


def answers(windows: list[list[str]]) -> list[Answer]:
    def written(text: str) -> str:
        return text if text.startswith("(Earlier") else f"(Monday 9:15 AM) {text}"

    return [
        Answer("", 0.1, 10, tuple(Message("user", written(text)) for text in window)) for window in windows
    ]


SAID = ["one", "two", "three", "four"]


@pytest.mark.parametrize(
    ("last", "lost"),
    [
        (["one", "two", "three", "four"], []),
        (["(Earlier we talked: of one)\n(Monday 9:14 AM) two", "three", "four"], []),
        (["(Earlier we talked: of one)", "two", "four"], ["three"]),
        (["two", "three", "four"], ["one"]),
        (["three", "four"], ["one", "two"]),
    ],
)
def test_no_turn_falls_between(last: list[str], lost: list[str]) -> None:
    windows = [["one"], ["one", "two"], ["one", "two", "three"], last]
    assert [failure.asked for failure in lasting.gaps(SAID, answers(windows))] == lost


def test_a_long_conversation_says_nothing_twice() -> None:
    dice = random.Random(1)
    said = lasting.script(lives.life(1).facts[:20], lasting.TURNS, dice)
    assert len(said) == len(set(said)) == lasting.TURNS
    assert {fact.said for fact in lives.life(1).facts[:20]} <= set(said[:50])


def cases() -> Iterator[forgotten.Case]:
    yield from (*forgotten.SPOKEN, *forgotten.WRITTEN, *forgotten.ALL)


def test_what_is_to_be_forgotten_stands_nowhere_else() -> None:
    words = [word for case in cases() for word in case.words]
    assert len({word[: forgotten.STEM] for word in words}) == len(words)
    talk = " ".join(text for text, _ in zip(lives.small_talk(random.Random(1)), range(200), strict=False))
    for case in cases():
        for word in case.words:
            assert word in " ".join(case.told).lower()
            assert word not in case.ask.lower()
            assert word not in talk.lower()


def test_what_is_left_is_found_wherever_it_is(tmp_path: Path) -> None:
    def found() -> set[str]:
        return set(forgotten.found(tmp_path, "quillemotte"))

    with closing(Database(tmp_path)) as database:
        at = datetime(2026, 4, 6, tzinfo=UTC)
        turn = database.add_turn("c", KeptTurn("user", "The boat is called Quillemotte.", at))
        assert found() == {"samantha.db-wal"}
        memory = Remembered(kind="said", text="The boat is called Quillemotte.", at=at, turn=turn)
        Memories(database.file).add(memory)
        assert {"what is listed", "the index of words", "samantha.db-wal"} <= found()
        assert forgotten._ids(tmp_path, "quillemotte") == [f"t{turn}"]
        assert forgetting.forget(database.file, turns=[turn]).purged
        assert found() == set()
    (tmp_path / "prefix.bin").write_bytes(b"\0QUILLEMO\0")
    assert found() == {"prefix.bin"}


def test_the_same_is_said_to_both_and_each_goes_first_half_of_the_time() -> None:
    baton = paired.Baton(3)
    order = []
    while (holder := baton.holder) is not None:
        order.append(holder)
        baton.passes()
    assert order == ["with", "without", "without", "with", "with", "without"]


def test_a_person_waits_for_the_baton_and_gives_it_away_when_answered() -> None:
    baton = paired.Baton(2)
    lines = [Line(np.ones(HEARING_BLOCK, np.float32), wait=paired.GAP)] * 2
    people = {side: paired.Alternating(lines, side, baton) for side in paired.SIDES}
    spoke: list[str] = []
    for _ in range(4 * 200):
        for side, person in people.items():
            if person.speak().any():
                spoke.append(side)
                hers = 60
            person.hear(side == spoke[-1] and hers > 0)
        hers -= 1
    assert spoke == ["with", "without", "without", "with"]
    assert all(person.finished for person in people.values())


def test_what_memory_costs_is_the_median_of_the_differences() -> None:
    pairs = [paired.Pair("asks", 900, 800), paired.Pair("other", 910, 900), paired.Pair("asks", 1000, 980)]
    all_, kinds, both = paired.tables(pairs, 300, 3)
    assert all_.cells[0].value == 20
    assert [(cell.condition, cell.value) for cell in kinds.cells] == [("asks", 60), ("other", 10)]
    assert [cell.value for cell in both.cells] == [910, 900]
    assert paired.tables([], 300, 3)[0].cells == ()
