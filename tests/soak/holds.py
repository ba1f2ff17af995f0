"""Holding the key to talk under an X server: each hold is heard once, from its press to its release.

python -m soak.holds --rounds 100      (with tests/ on the path)

With a virtual sound card besides: whatever is said while the key is held is in the turn, every bit of it.
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from unittest import mock

from hardware.xserver import Display, x_server
from soak import wholeness
from soak.figures import spread

from samantha.config import Ptt
from samantha.errors import SamanthaError
from samantha.service.hotkey import Hotkey

WAIT_S = 10.0
SHORTEST_S, LONGEST_S = 0.03, 1.5
CHORD = ("ctrl", "alt", "space")


class Ears:
    """A running hotkey, what it says and when, and what goes wrong with it."""

    def __init__(
        self, hotkey: Hotkey, heard: queue.SimpleQueue[tuple[str, float]], wrong: list[SamanthaError]
    ) -> None:
        self.hotkey, self.heard, self.wrong = hotkey, heard, wrong

    def next(self, what: str) -> float:
        """When the next thing was heard, which must be `what`."""
        said, at = self.heard.get(timeout=WAIT_S)
        assert said == what
        return at

    def silent(self, seconds: float) -> bool:
        """Whether nothing is heard for so long."""
        try:
            self.heard.get(timeout=seconds)
        except queue.Empty:
            return True
        return False


@contextmanager
def ears(display: Display, settings: Ptt, chord: Sequence[str] = CHORD) -> Iterator[Ears]:
    """A hotkey that hears `chord`, which is what X calls its keys, on `display`."""
    heard: queue.SimpleQueue[tuple[str, float]] = queue.SimpleQueue()
    wrong: list[SamanthaError] = []

    def note(what: str) -> None:
        heard.put((what, time.monotonic()))

    def state(problem: SamanthaError | None) -> None:
        if problem is not None:
            wrong.append(problem)

    with mock.patch.dict(os.environ, display.env, clear=True):
        hotkey = Hotkey(settings, lambda: note("pressed"), lambda: note("released"), state)
        hotkey.start()
        try:
            _wake(display, heard, chord)
            yield Ears(hotkey, heard, wrong)
        finally:
            hotkey.stop()


def _wake(display: Display, heard: queue.SimpleQueue[tuple[str, float]], chord: Sequence[str]) -> None:
    """Press `chord` until it is heard: nothing tells when the X server has begun to report keys."""
    end, said = time.monotonic() + WAIT_S, []
    while len(said) < 2 or len(said) % 2:
        assert time.monotonic() < end, "the hotkey never heard the keyboard"
        display.press(*chord)
        time.sleep(0.4)  # no tap, so that every style has ended after an even number
        display.release(*reversed(chord))
        time.sleep(0.1)
        while not heard.empty():
            said.append(heard.get())


def holds(rounds: int, seed: int) -> dict[str, object]:
    """Hold the chord `rounds` times for random lengths, let go in random order; raises AssertionError if one is
    not heard exactly once. Milliseconds from before xdotool is started to the callback: P50, P95, most.
    """
    dice = random.Random(seed)
    presses, releases, lengths = [], [], []
    with x_server() as display, ears(display, Ptt()) as listening:
        for _ in range(rounds):
            display.press(*CHORD[:2])
            began = _key(display, "keydown")
            pressed = listening.next("pressed")
            time.sleep(dice.uniform(SHORTEST_S, LONGEST_S))
            first, *others = dice.sample(CHORD, 3)
            ended = _key(display, "keyup", first)
            released = listening.next("released")
            display.release(*others)
            presses.append(pressed - began)
            releases.append(released - ended)
            lengths.append(abs((released - pressed) - (ended - began)))
        assert listening.silent(0.2), "something was heard that nobody pressed"
        assert not listening.wrong
    return {
        "rounds": rounds,
        "press_ms": spread(presses),
        "release_ms": spread(releases),
        "off_ms": spread(lengths),
    }


def _key(display: Display, word: str, key: str = CHORD[2]) -> float:
    """Do `word` to `key`; when, at the earliest, the server may have heard of it."""
    before = time.monotonic()
    display.do(word, key)
    return before


def whole(rounds: int, seed: int, *, warm: bool) -> dict[str, object]:
    """As `soak.wholeness` finds, in a process of its own: PortAudio keeps the sound server that it finds first."""
    command = [sys.executable, wholeness.__file__, "--rounds", str(rounds), "--seed", str(seed)]
    done = subprocess.run(
        [*command, *([] if warm else ["--cold"])], capture_output=True, text=True, timeout=60 + 15 * rounds
    )
    assert not done.returncode, done.stderr
    outcome: dict[str, object] = json.loads(done.stdout)
    return outcome


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    outcome = {
        "key": holds(asked.rounds, asked.seed),
        "warm": whole(asked.rounds, asked.seed, warm=True),
        "cold": whole(asked.rounds, asked.seed, warm=False),
    }
    print(json.dumps(outcome, indent=2))
