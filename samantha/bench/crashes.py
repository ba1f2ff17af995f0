"""Reflection that is killed again and again: what it leaves is what it would have made undisturbed, no more, no less.

Half of the kills come from outside at a random moment; the other half inside a transaction, between two steps of
SQLite's machine, which a kill from outside hardly ever meets. A scripted mind thinks, in no time, so that what is
killed is the keeping and not the thinking.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from samantha.bench.memorysetting import MemorySetting
from samantha.bench.recital import Recital
from samantha.bench.table import Cell, Table
from samantha.dialog.token import Token
from samantha.mind.noting import note
from samantha.mind.reflection import Reflection
from samantha.ports import Message
from samantha.store.database import Database, KeptTurn
from samantha.store.memories import Memories

NAME = "Theo"
MANY, FEW = 100, 6
"""Kills, in full and in short."""
_BEGAN = datetime(2026, 3, 2, 9, tzinfo=UTC)
_A_CONVERSATION = 10  # turns
_TURNS_A_KILL = 6
_LONGEST_MS = 30.0  # from its readiness to a kill from outside
_STEPS_INSIDE = 1500  # of SQLite's machine, in transactions, to a kill from inside
_PATIENCE_S = 60.0

Rows = list[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Crashes:
    """What so many kills left behind, beside the same turns reflected on undisturbed."""

    turns: int
    kills: int
    """That met a reflection at work."""
    inside: int
    """Of these, how many met it inside a transaction."""
    memories: int
    """Of the undisturbed run."""
    lost: int
    doubled: int
    """Memories that the killed run has too few, and too many."""
    unfinished: int
    """Turns that did not come to the end of their way."""
    damaged: bool
    """Whether the file, or its index of words, is not whole."""

    @property
    def clean(self) -> bool:
        """Whether nothing was lost, doubled, left over or damaged."""
        return not (self.lost or self.doubled or self.unfinished or self.damaged)


def measure(setting: MemorySetting) -> list[Table]:
    """A hundred kills, or a few."""
    kills = MANY if setting.full else FEW
    setting.tell(f"{kills} kills")
    found = endure(kills, setting.seed)
    wrong = {"lost": found.lost, "doubled": found.doubled, "turns left over": found.unfinished}
    cells = [Cell(name, number, found.kills) for name, number in wrong.items()]
    note = f"{found.turns} turns, {found.memories} memories; {found.inside} of the kills in a transaction."
    return [
        Table("after all kills, beside an undisturbed run", "", "lower", tuple(cells), 0.0, note),
        Table("files damaged", "", "lower", (Cell("all", float(found.damaged), found.kills),), 0.0),
    ]


def endure(kills: int, seed: int = 1) -> Crashes:
    """Reflect on as many turns as `kills` need, being killed so often. Raises RuntimeError if it gets nowhere."""
    chance = random.Random(seed)
    turns = _TURNS_A_KILL * kills + 2 * _A_CONVERSATION
    folder = Path(tempfile.mkdtemp(prefix="crashes-"))
    try:
        for each in ("calm", "killed"):
            _fill(folder / each, turns)
        _child(folder / "calm", 0).wait(_PATIENCE_S + turns)
        met = inside = 0
        for number in range(20 * kills):
            if met == kills:
                break
            from_inside = number % 2 == 1
            process = _child(folder / "killed", chance.randint(1, _STEPS_INSIDE) if from_inside else 0)
            if not from_inside:
                time.sleep(chance.uniform(0, _LONGEST_MS) / 1000)
                process.kill()
            killed = process.wait(_PATIENCE_S) == -signal.SIGKILL
            met += killed
            inside += killed and from_inside
        if _child(folder / "killed", 0).wait(_PATIENCE_S + turns):
            raise RuntimeError("after the kills she does not come to the end of what was said")
        return _compared(folder / "calm", folder / "killed", turns, met, inside)
    finally:
        shutil.rmtree(folder)


def _child(folder: Path, inside: int) -> subprocess.Popen[bytes]:
    """A process that reflects on what is in `folder`, and has just begun to."""
    process = subprocess.Popen(
        [sys.executable, "-m", __name__, str(folder), str(inside)],
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdout is not None
    with process.stdout as said:
        if said.readline() != b"ready\n":
            process.kill()
            process.wait()
            raise RuntimeError("a process that is to reflect does not start")
    return process


def _compared(calm: Path, killed: Path, turns: int, met: int, inside: int) -> Crashes:
    expected, [unfinished], damaged = _left(calm)
    found, [left], also = _left(killed)
    assert unfinished == 0, "undisturbed, every turn comes to its end"
    return Crashes(
        turns=turns,
        kills=met,
        inside=inside,
        memories=len(expected),
        lost=_more(expected, found),
        doubled=_more(found, expected),
        unfinished=left,
        damaged=damaged or also,
    )


def _more(some: Rows, others: Rows) -> int:
    """How many of `some` have no counterpart in `others`."""
    rest = list(others)
    missing = 0
    for row in some:
        if row in rest:
            rest.remove(row)
        else:
            missing += 1
    return missing


def _left(folder: Path) -> tuple[Rows, tuple[int], bool]:
    """The memories in `folder`, how many turns are on their way yet, and whether the file is damaged."""
    with contextlib.closing(sqlite3.connect(folder / "samantha.db")) as connection:
        rows: Rows = connection.execute(
            "SELECT m.kind, m.text, m.turn, m.last_turn, m.subject, m.relation, m.value, m.feeling, m.until, "
            "c.turn, c.value FROM memories m LEFT JOIN memories c ON c.id = m.closed_by ORDER BY m.id"
        ).fetchall()
        left = connection.execute("SELECT count(*) FROM turns WHERE learnt < 3").fetchone()
        whole = connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        try:
            connection.execute("INSERT INTO memory_words (memory_words, rank) VALUES ('integrity-check', 1)")
        except sqlite3.DatabaseError:
            whole = False
    return rows, left, not whole


# --- the process that is killed ----------------------------------------------------------------------------


class Scribe(Recital):
    """A mind that finds the facts of `_fill` at once."""

    def ponder(self, messages: Sequence[Message], token: Token, *, max_tokens: int, grammar: str = "") -> str:  # noqa: ARG002
        """The facts in the last of `messages`, or a diary entry about it."""
        said = messages[-1].content
        if said.startswith(f"{NAME}: "):
            return f"glad\n{NAME} mentioned {re.findall(r'[A-Z][a-z]+', said)[-1]}."
        if home := re.search(r"live in (\w+)", said):
            return f"I | live in | {home[1]}"
        if friend := re.search(r"friend (\w+) plays the (\w+)", said):
            return f"my friend | name | {friend[1]}\n{friend[1]} | play | the {friend[2]}"
        return "none"


def _fill(folder: Path, turns: int) -> None:
    """Lay `turns` turns of conversations into a new database in `folder`."""
    database = Database(folder)
    for number in range(turns):
        name = "".join(chr(97 + int(digit)) for digit in str(number)).title()
        said = (
            f"We live in {name}ville now.",
            f"My friend {name}o plays the bassoon.",
            f"I'm meeting {name}a on Tuesday.",
            "What do you think?",
        )[number // 2 % 4]
        at = _BEGAN + timedelta(hours=number // _A_CONVERSATION, minutes=number % _A_CONVERSATION)
        turn = KeptTurn("assistant", "I see.", at) if number % 2 else KeptTurn("user", said, at)
        database.add_turn(str(number // _A_CONVERSATION), turn)
    database.close()


def _reflect(folder: Path, inside: int) -> None:
    """Reflect on all that is in `folder`; with `inside`, until that many steps have been made in transactions."""
    database = Database(folder)
    memories = Memories(database.file)
    reflection = Reflection(memories, None, NAME)
    with database.file.use() as connection:
        left = inside

        def step() -> int:
            nonlocal left
            left -= connection.in_transaction
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return 0

        if inside:
            connection.set_progress_handler(step, 1)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    now = _BEGAN + timedelta(days=3650)
    mind, token = Scribe(), Token()
    while note(memories, None) or reflection.step(now, mind, token):
        pass
    database.close()


if __name__ == "__main__":
    _reflect(Path(sys.argv[1]), int(sys.argv[2]))
