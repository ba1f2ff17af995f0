"""Devices that vanish, appear and change, and a sound server that is killed, under a card that runs on.

python -m soak.device_chaos --rounds 50      (with tests/ on the path)
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from hardware.soundserver import SoundServer, sound_server

ROOT = Path(__file__).parents[2]
PATIENCE = 15.0
"""Seconds after which a card that is still silent has not recovered."""

BEAT = 0.05

# What runs: a tone out, blocks in, and twenty times a second a line about how things stand. Its clock is the
# machine's, so that moments can be compared with those at which something was done to it.
PROGRAM = """
import asyncio, json, os, sys, threading, time
import numpy as np, psutil
from samantha.audio.choice import Lost
from samantha.audio.hotplug import LiveCard
from samantha.audio.pcm import VOICE_RATE
from samantha.config import Audio

settings, beat = Audio(**json.loads(sys.argv[1])), float(sys.argv[2])
tone = 0.1 * np.sin(np.arange(VOICE_RATE) * 2 * np.pi * 440 / VOICE_RATE)
state = {"blocks": 0, "rendered": 0, "lags": [], "lost": []}
def say(**what): print(json.dumps(what), flush=True)
def on(notice):
    say(notice=type(notice).__name__, t=time.monotonic(), side=notice.side, name=notice.name,
        acoustic=getattr(notice, "acoustic", None))
    (state["lost"].append if isinstance(notice, Lost) else lambda side: side in state["lost"]
     and state["lost"].remove(side))(notice.side)
def capture(block): state["blocks"] += 1
def render(samples):
    start = state["rendered"] % VOICE_RATE
    state["rendered"] += samples
    return tone[start : start + samples].astype(np.float32)
async def feel():
    while True:
        before = time.monotonic()
        await asyncio.sleep(0.005)
        state["lags"].append(time.monotonic() - before - 0.005)
def census():
    me = psutil.Process()
    return {"fds": me.num_fds(), "threads": me.num_threads(), "rss": me.memory_info().rss}
async def main():
    card = LiveCard(settings, on, wait=True)
    loop = asyncio.get_running_loop()
    def obey():
        for word in sys.stdin:
            loop.call_soon_threadsafe(card.listen, word == "hear\\n")
    card.start(capture, render)
    began, lag = time.monotonic(), asyncio.create_task(feel())
    over = loop.run_in_executor(None, obey)
    seen, first = {}, None
    while not over.done():
        await asyncio.sleep(beat)
        lines = card._lines
        calls = {side: (id(line), line.calls) for side, line in lines.items() if line}
        alive = {side: side not in state["lost"] and calls.get(side, 0) != seen.get(side, 0) and side in calls
                 for side in lines}
        seen = calls
        if first is None and time.monotonic() - began > 3 and all(alive.values()): first = census()
        say(t=time.monotonic(), hearing=card.hearing and alive["input"], playing=alive["output"])
    seconds, lags = time.monotonic() - began, sorted(state["lags"])
    last = census()
    lag.cancel()
    card.stop()
    say(figures={"blocks_per_second": round(state["blocks"] / seconds, 2), "seconds": round(seconds, 1),
                 "lag_p99_ms": round(1000 * lags[int(0.99 * len(lags))], 1), "lag_max_ms": round(1000 * lags[-1], 1),
                 "lag_p50_ms": round(1000 * lags[len(lags) // 2], 2), "first": first, "last": last})
asyncio.run(main())
"""


class Talker:
    """The program with the card, and how it stands."""

    def __init__(self, server: SoundServer, **settings: object) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, json.dumps(settings), str(BEAT)],
            env=server.env | {"PYTHONPATH": str(ROOT), "PYTHONFAULTHANDLER": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.state: dict[str, Any] = {"t": 0.0, "hearing": False, "playing": False}
        self.notices: list[dict[str, Any]] = []
        self.figures: dict[str, Any] = {}
        self.errors = ""
        self._threads = [threading.Thread(target=self._read), threading.Thread(target=self._errors)]
        for thread in self._threads:
            thread.start()

    def recovered(self, since: float) -> float | None:
        """Seconds from `since` until it hears and is heard, or None if it does not."""
        while time.monotonic() < since + PATIENCE:
            state = self.state
            # What was counted began before that moment if the last beat did.
            if state["t"] > since + BEAT and state["hearing"] and state["playing"]:
                return float(state["t"] - since)
            if self.process.poll() is not None:
                return None
            time.sleep(0.01)
        return None

    def tell(self, word: str) -> None:
        """`hear` or `deaf`: whether its microphone is to be open."""
        assert self.process.stdin
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()

    def end(self) -> int:
        """Stop it; returns its exit code."""
        assert self.process.stdin
        try:
            self.process.stdin.close()
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
        for thread in self._threads:
            thread.join()
        for pipe in (self.process.stdout, self.process.stderr):
            assert pipe
            pipe.close()
        return self.process.wait()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            told = json.loads(line)
            if "figures" in told:
                self.figures = told["figures"]
            elif "notice" in told:
                self.notices.append(told)
            else:
                self.state = told

    def _errors(self) -> None:
        assert self.process.stderr
        self.errors = self.process.stderr.read()


@contextmanager
def talking(server: SoundServer, *, whole: bool = True, **settings: object) -> Iterator[Talker]:
    """A card that runs on `server` with these settings of `audio`; `whole`: it hears and is heard."""
    talker = Talker(server, **settings)
    try:
        if whole and talker.recovered(time.monotonic()) is None:
            raise RuntimeError(f"the card did not begin: {talker.state} {talker.notices} {talker.errors}")
        yield talker
    finally:
        talker.end()


@dataclass
class Outcome:
    """What `rounds` of it did to the card."""

    rounds: int
    seed: int
    crashed: bool = False
    lost: int = 0
    """Rounds after which it was not heard again."""
    hangs: int = 0
    """Times at which the sound server itself answered nobody any more and was restarted."""
    recoveries: dict[str, list[float]] = field(default_factory=dict)
    """Seconds from the moment at which there was a device again, by what was done."""
    p50: float = 0.0
    max: float = 0.0
    streams: int = 0
    """The most streams it ever had open at the end of a round; more than two is a leak."""
    figures: dict[str, Any] = field(default_factory=dict)
    errors: str = ""


class Devices:
    """What is plugged in: two loudspeakers and two microphones at most, never none of either for long."""

    def __init__(self, server: SoundServer) -> None:
        self.server = server
        self.there: dict[str, list[str]] = {"sink": [], "source": []}
        self._count = 0

    def add(self, kind: str, *, headset: bool = False) -> None:
        self._count += 1
        name = f"{kind}-{self._count}"
        self.server.add(name, source=kind == "source", headset=headset)
        self.there[kind].append(name)

    def remove(self, kind: str, name: str) -> None:
        self.there[kind].remove(name)
        self.server.remove(name)

    def used(self, kind: str) -> str:
        """The default, or whatever there is."""
        asked = self.server.pactl(f"get-default-{kind}").strip()
        return asked if asked in self.there[kind] else self.there[kind][0]

    def gone(self) -> None:
        """All at once; `again` brings back as many."""
        for name in [*self.there["sink"], *self.there["source"]]:
            self.server.remove(name)

    def again(self) -> None:
        """As it was, after the server has forgotten everything."""
        had, self.there = self.there, {"sink": [], "source": []}
        for kind, names in had.items():
            for _ in names:
                self.add(kind)


def stir(what: str, devices: Devices, chance: random.Random) -> float:
    """Do `what` to the devices; returns the moment from which on the card could be whole again."""
    server, kind = devices.server, chance.choice(["sink", "source"])
    since = time.monotonic()
    match what:
        case "remove" if len(devices.there[kind]) > 1:
            devices.remove(kind, devices.used(kind))
        case "remove":  # the last one: something else is plugged in a little later
            devices.remove(kind, devices.used(kind))
            time.sleep(chance.uniform(0, 2))
            since = time.monotonic()
            devices.add(kind)
        case "add":
            if len(devices.there[kind]) > 1:
                devices.remove(kind, next(n for n in devices.there[kind] if n != devices.used(kind)))
            since = time.monotonic()
            devices.add(kind, headset=chance.random() < 0.5)
        case "default":
            if len(devices.there[kind]) < 2:
                devices.add(kind)
            server.pactl(
                f"set-default-{kind}", next(n for n in devices.there[kind] if n != devices.used(kind))
            )
        case "pulse":
            server.kill("pipewire-pulse")
            time.sleep(chance.uniform(0, 2))
            server.start("pipewire-pulse")
            devices.again()
            since = time.monotonic()
        case "wireplumber":
            server.kill("wireplumber")
            devices.gone()  # those of a real machine are wireplumber's own
            time.sleep(chance.uniform(0, 2))
            server.start("wireplumber")
            devices.again()
            since = time.monotonic()
        case "server":
            server.kill()
            time.sleep(chance.uniform(0, 2))
            server.start("pipewire", "wireplumber", "pipewire-pulse")
            devices.again()
            since = time.monotonic()
    return since


WHAT = ["remove"] * 3 + ["add"] * 2 + ["default"] * 2 + ["pulse", "wireplumber", "server"]


def chaos(rounds: int, seed: int = 1, progress: Callable[[str], None] = lambda _: None) -> Outcome:
    """`rounds` random misfortunes, one after the other, each once the last was survived."""
    chance = random.Random(seed)
    outcome = Outcome(rounds, seed)
    with sound_server() as server:
        for name in ("spk", "micbus"):
            server.remove(name)
        devices = Devices(server)
        for kind in ("sink", "source"):
            devices.add(kind)
            devices.add(kind)
        with talking(server) as talker:
            for _ in range(rounds):
                what = chance.choice(WHAT)
                try:
                    since = stir(what, devices, chance)
                except subprocess.TimeoutExpired:  # the server hangs, for everybody
                    outcome.hangs += 1
                    devices.server.kill()
                    devices.server.start("pipewire", "wireplumber", "pipewire-pulse")
                    devices.again()
                    since = time.monotonic()
                took = talker.recovered(since)
                progress(f"{what}: {'lost' if took is None else f'{took:.2f} s'}")
                if talker.process.poll() is not None:
                    break
                if took is None:
                    outcome.lost += 1
                else:
                    outcome.recoveries.setdefault(what, []).append(round(took, 3))
                time.sleep(chance.uniform(0, 1))
                streams = server.names("sink-inputs") + server.names("source-outputs")
                outcome.streams = max(outcome.streams, len(streams))
            outcome.crashed = talker.process.poll() is not None
    outcome.figures = talker.figures
    # PortAudio itself has a word to say about each stream that dies.
    outcome.errors = "".join(
        line for line in talker.errors.splitlines(True) if not line.startswith("Expression ")
    )
    times = sorted(time for times in outcome.recoveries.values() for time in times)
    outcome.p50 = round(statistics.median(times), 3) if times else 0.0
    outcome.max = times[-1] if times else 0.0
    return outcome


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    outcome = chaos(arguments.rounds, arguments.seed, lambda line: print(line, file=sys.stderr, flush=True))
    print(json.dumps(asdict(outcome), indent=2))
    sys.exit(1 if outcome.crashed or outcome.lost or outcome.max > 3.0 or outcome.streams > 2 else 0)


if __name__ == "__main__":
    main()
