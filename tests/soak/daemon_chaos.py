"""Devices that vanish and a sound server that dies under a whole daemon in the middle of a conversation.

python -m soak.daemon_chaos --rounds 50      (with tests/ on the path)
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import statistics
import tempfile
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from hardware.soundserver import sound_server
from soak.daemon_kills import rows
from soak.device_chaos import Devices, stir
from soak.scripteddaemon import api, start

from samantha.errors import SamanthaError
from samantha.service.client import Client

DEEDS = ("remove", "remove", "add", "add", "default", "pulse", "wireplumber", "server")
PATIENCE = 15.0
STEADY = 1.5
"""Seconds for which she must be whole before it counts: a loss is noticed within one."""


@dataclass
class Chaos:
    """What so many deeds did to her."""

    rounds: int
    seed: int
    answers: int = 0
    """Spoken answers that were asked for meanwhile."""
    turns: int = 0
    """Turns on the disk at the end."""
    lost: int = 0
    """Turns that were on the disk once and are not there any more."""
    unrecovered: int = 0
    p50_s: float = 0.0
    max_s: float = 0.0
    recoveries: list[float] = field(default_factory=list)
    lag_ms: float = 0.0


def chaos(rounds: int, seed: int) -> Chaos:
    """A daemon with the small models talks aloud while `rounds` of trouble befall its devices."""
    outcome, chance = Chaos(rounds, seed), random.Random(seed)
    folder = Path(tempfile.mkdtemp(prefix="soak-"))
    with sound_server() as server:
        devices = Devices(server)
        for kind in ("sink", "source"):
            devices.add(kind)
            server.pactl(f"set-default-{kind}", devices.there[kind][0])
        process = start(folder, real=True, env=server.env)
        client, over = Client(api(folder)), threading.Event()
        talking = threading.Thread(target=_talk, args=(client, over, outcome))
        talking.start()
        seen = set[tuple[int, str, str]]()
        try:
            for _ in range(rounds):
                since = stir(chance.choice(DEEDS), devices, chance)
                took = _recovered(client, since)
                outcome.unrecovered += took is None
                outcome.recoveries += [] if took is None else [round(took, 2)]
                now = set(rows(folder))
                outcome.lost += len(seen - now)
                seen = now
                time.sleep(chance.uniform(0.2, 1.5))
            outcome.lag_ms = client.status().lag_ms
        finally:
            over.set()
            process.terminate()
            code = process.wait(20)
            talking.join()
    outcome.turns = len(rows(folder))
    shutil.rmtree(folder)
    outcome.p50_s, outcome.max_s = statistics.median(outcome.recoveries), max(outcome.recoveries)
    assert code == 0, f"she left with {code}"
    return outcome


def _recovered(client: Client, since: float) -> float | None:
    """Seconds from `since` until she had a loudspeaker and an open microphone for good; 0 if she always did."""
    good = since
    while (now := time.monotonic()) < since + PATIENCE:
        status = client.status()
        if not (status.microphone and status.input and status.output):
            good = time.monotonic()
        elif now - good > STEADY:
            return good - since
        time.sleep(0.02)
    return None


def _talk(client: Client, over: threading.Event, outcome: Chaos) -> None:
    while not over.is_set():
        try:
            for _ in client.chat("Tell me something about the sea.", aloud=True):
                pass
            outcome.answers += 1
        except SamanthaError:
            time.sleep(0.2)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    print(json.dumps(asdict(chaos(asked.rounds, asked.seed)), indent=2))
