"""When the judge of speech is asked, and about what."""

from __future__ import annotations

import numpy as np
import pytest

from samantha.audio.pcm import Block
from samantha.hearing.vad import GatedDetector

pytestmark = pytest.mark.unit


class Script:
    """A gate that opens for given windows, numbered by the value of their samples."""

    def __init__(self, *opens: int) -> None:
        self.opens = opens

    def is_open(self, sound: Block) -> bool:
        return int(sound[0]) in self.opens


class Judge:
    """Remembers which windows it was asked about."""

    window = 4

    def __init__(self) -> None:
        self.asked: list[int] = []

    def probability(self, block: Block) -> float:
        self.asked.append(int(block[0]))
        return 0.9

    def reset(self) -> None:
        self.asked.clear()


def hear(detector: GatedDetector, numbers: range) -> list[float]:
    block = np.zeros(4, np.float32)
    found = []
    for number in numbers:
        block[:] = number  # the same memory every time, as a device may hand it out
        found.append(detector.probability(block))
    return found


def test_a_shut_gate_leaves_the_judge_in_peace() -> None:
    judge = Judge()
    assert hear(GatedDetector(Script(), judge), range(50)) == [0.0] * 50
    assert judge.asked == []


def test_the_judge_catches_up_and_lingers() -> None:
    judge = Judge()
    detector = GatedDetector(Script(10), judge, linger=2, catch_up=3)
    assert hear(detector, range(16)) == [0.0] * 10 + [0.9] * 3 + [0.0] * 3
    assert judge.asked == [7, 8, 9, 10, 11, 12]


def test_nothing_is_judged_twice() -> None:
    judge = Judge()
    hear(GatedDetector(Script(0, 2, 6), judge, linger=2, catch_up=5), range(9))
    assert judge.asked == [0, 1, 2, 3, 4, 5, 6, 7, 8]


def test_reset_forgets_what_was_kept_for_the_judge() -> None:
    judge = Judge()
    detector = GatedDetector(Script(5), judge, catch_up=3)
    hear(detector, range(5))
    detector.reset()
    hear(detector, range(5, 6))
    assert judge.asked == [5]
    assert detector.window == 4
