"""Kills her while she writes, at random moments, and looks for what she said was kept.

`python tests/soak/kills.py --rounds 200` is the long proof; the tests run a few rounds of the same.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

from samantha.errors import StorageError
from samantha.events import Heard, ReplySpoken
from samantha.store.database import Database, KeptTurn
from samantha.store.journal import Journal

EVER = timedelta(days=100_000)
LONGEST = 0.12
"""Seconds after the start of a writer by which it is killed."""

FRESH = 8
"""Every so many rounds the folder is a new one, so that kills also meet the making of the file."""


@dataclass
class Kills:
    """What `rounds` kills did."""

    rounds: int = 0
    folders: int = 0
    acknowledged: int = 0
    """Turns whose commit had returned."""
    lost: int = 0
    found: int = 0
    """Turns on disk, with those that were committed but killed before they could be acknowledged."""
    before_the_first: int = 0
    """Rounds that were killed before their first turn: while the file was opened or made."""
    damaged: int = 0
    failed_starts: int = 0
    slowest_start_ms: float = 0.0


def kills(rounds: int, seed: int) -> Kills:
    """Kill a writer `rounds` times, at moments that `seed` chooses; nothing may be lost, ever."""
    chance, outcome = random.Random(seed), Kills()
    with tempfile.TemporaryDirectory() as place:
        acknowledged: dict[int, str] = {}
        for round_ in range(rounds):
            folder = Path(place) / str(round_ // FRESH)
            if round_ % FRESH == 0:
                outcome.folders += 1
                acknowledged = {}
            new = _kill_a_writer(folder, round_, chance.uniform(0, LONGEST))
            acknowledged |= new
            outcome.rounds += 1
            outcome.acknowledged += len(new)
            outcome.before_the_first += not new
            _look(folder, acknowledged, outcome, last=round_ % FRESH == FRESH - 1 or round_ == rounds - 1)
    return outcome


def _kill_a_writer(folder: Path, round_: int, after: float) -> dict[int, str]:
    """The ids that a writer acknowledged before it was killed, with what it said."""
    command = [sys.executable, __file__, "--write", str(folder), str(round_)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        killer = threading.Timer(after, writer.kill)
        killer.start()
        lines = writer.stdout.read().splitlines(keepends=True)  # all along, so that the writer never waits
        killer.join()
    assert writer.returncode == -signal.SIGKILL
    whole = [line.split() for line in lines if line.endswith("\n")]
    return {int(id_): words(round_, int(number)) for id_, number in whole}


def _look(folder: Path, acknowledged: dict[int, str], outcome: Kills, *, last: bool) -> None:
    """Start again on what the kill left, and compare."""
    began = time.perf_counter()
    with closing(Database(folder)) as database:
        try:
            database.last_conversation(EVER)
        except StorageError:
            outcome.failed_starts += 1
            return
    outcome.slowest_start_ms = max(outcome.slowest_start_ms, (time.perf_counter() - began) * 1000)
    outcome.damaged += len(list(folder.glob("*damaged*")))
    with closing(sqlite3.connect(folder / "samantha.db")) as raw:
        outcome.damaged += raw.execute("PRAGMA integrity_check").fetchall() != [("ok",)]
        rows = raw.execute("SELECT id, text FROM turns ORDER BY id").fetchall()
    found = dict(rows)
    outcome.lost += sum(found.get(id_) != text for id_, text in acknowledged.items())
    order = [tuple(map(int, text.split(" ", 2)[:2])) for _, text in rows]
    assert order == sorted(set(order)), "turns are out of order, or twice"
    outcome.found += len(rows) if last else 0


def words(round_: int, number: int) -> str:
    """What is said: short and long, so that some turns take several pages."""
    return f"{round_} {number} begin" + " and so on" * (
        (round_ * 7919 + number * 104_729) % 2000 // (1 + number % 7)
    )


class _Acknowledging(Database):
    """Tells whoever reads the pipe, as soon as a commit has returned."""

    def add_turn(self, conversation: str, turn: KeptTurn) -> int:
        id_ = super().add_turn(conversation, turn)
        os.write(1, f"{id_} {turn.text.split(' ', 2)[1]}\n".encode())
        if id_ % 16 == 0:
            self.close()  # checkpoints, and the next turn opens it again: moments to be killed in, too
        return id_


async def _write(folder: Path, round_: int) -> None:
    """Converse as fast as the disk takes it, until killed."""

    def never(problem: StorageError) -> None:
        raise AssertionError(problem)

    os.write(1, b"ready\n")
    journal = Journal(_Acknowledging(folder), never)
    await journal.resume(EVER)
    number = 0
    while True:
        for _ in range(1 + number % 5):  # a few at once, as when she is interrupted
            text = words(round_, number)
            journal.on(
                ReplySpoken(at=number, text_heard=text, interrupted=number % 3 == 0)
                if number % 2
                else Heard(at=number, text=text)
            )
            number += 1
        journal.put("number", number)
        await journal.drain(60)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", nargs=2, metavar=("FOLDER", "ROUND"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.write:
        asyncio.run(_write(Path(options.write[0]), int(options.write[1])))
    outcome = kills(options.rounds, options.seed)
    print(json.dumps(asdict(outcome), indent=2))
    return 1 if outcome.lost or outcome.damaged or outcome.failed_starts else 0


if __name__ == "__main__":
    sys.exit(main())
