"""`kill -9` at random moments of a whole daemon's conversation: what was committed is there, and she starts again.

python -m soak.daemon_kills --rounds 200      (with tests/ on the path)
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sqlite3
import tempfile
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from soak.scripteddaemon import api, start

from samantha.errors import SamanthaError
from samantha.service.client import Client

Rows = list[tuple[int, str, str]]


@dataclass
class Kills:
    """What so many kills left behind."""

    rounds: int
    seed: int
    committed: int = 0
    """Turns that were seen on the disk before a kill."""
    lost: int = 0
    """Of those, how many were gone or changed after it."""
    damaged: int = 0
    slowest_start_s: float = 0.0


def rows(folder: Path) -> Rows:
    """Every turn on the disk, as another program sees it."""
    with sqlite3.connect(f"file:{folder / 'state' / 'samantha.db'}?mode=ro", uri=True, timeout=5) as database:
        found: Rows = database.execute("SELECT id, role, text FROM turns ORDER BY id").fetchall()
    database.close()
    return found


def whole(folder: Path) -> bool:
    with sqlite3.connect(folder / "state" / "samantha.db", timeout=5) as database:
        verdict = database.execute("PRAGMA integrity_check").fetchone()[0]
    database.close()
    return bool(verdict == "ok")


def kills(rounds: int, seed: int, *, real: bool = False) -> Kills:
    """Start, talk, kill, look; `rounds` times with one state folder. Raises RuntimeError if a start fails."""
    outcome, chance = Kills(rounds, seed), random.Random(seed)
    folder = Path(tempfile.mkdtemp(prefix="soak-"))
    try:
        for number in range(rounds):
            began = time.monotonic()
            process = start(folder, real=real)
            outcome.slowest_start_s = max(outcome.slowest_start_s, round(time.monotonic() - began, 2))
            talking = threading.Thread(target=_talk, args=(Client(api(folder)), number))
            talking.start()
            time.sleep(chance.uniform(0.02, 1.0))
            committed = rows(folder)
            process.kill()
            process.wait()
            talking.join()
            after = rows(folder)
            outcome.committed = len(committed)
            outcome.lost += sum(row not in after for row in committed)
            outcome.damaged += not whole(folder)
    finally:
        shutil.rmtree(folder)
    return outcome


def _talk(client: Client, number: int) -> None:
    for turn in range(1000):
        try:
            for _ in client.chat(f"This is round {number}, turn {turn}."):
                pass
        except SamanthaError:
            return


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--real", action="store_true", help="a daemon with the small models")
    asked = parser.parse_args()
    print(json.dumps(asdict(kills(asked.rounds, asked.seed, real=asked.real)), indent=2))
