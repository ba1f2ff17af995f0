"""How long she waits in a pause."""

from __future__ import annotations

import itertools
import random

import pytest

from samantha.config import Hearing
from samantha.hearing.patience import Patience

pytestmark = pytest.mark.unit

MS = 16
SETTINGS = Hearing(turn_threshold=0.6, end_sure_ms=500, end_likely_ms=700, end_ms=1000, end_trailing_ms=1500)


@pytest.mark.parametrize(
    ("words", "sound", "ms"),
    [
        ("complete", 0.6, 500),
        ("complete", 0.59, 700),
        ("complete", None, 700),
        ("open", 1.0, 1000),
        ("open", 0.0, 1000),
        ("open", None, 1000),
        ("trailing", 1.0, 1500),
        ("trailing", None, 1500),
        (None, 1.0, 1500),
        (None, None, 1500),
    ],
)
def test_the_better_it_looks_the_shorter_the_wait(words, sound, ms):
    assert Patience(SETTINGS).wait(words, sound) == ms * MS


@pytest.mark.parametrize("words", ["complete", "open", "trailing"])
@pytest.mark.parametrize("sound", [0.0, 0.5, 0.9])
def test_to_know_more_is_never_to_wait_longer(words, sound):
    patience = Patience(Hearing())
    for order in itertools.permutations(("words", "sound")):
        known: dict[str, object] = {"words": None, "sound": None}
        waits = [patience.wait(None, None)]
        for what in order:
            known[what] = words if what == "words" else sound
            waits.append(patience.wait(**known))
        assert waits == sorted(waits, reverse=True)


def test_a_cut_in_makes_her_wait_longer_and_clean_turns_slowly_less():
    patience = Patience(SETTINGS)
    patience.reopened()
    assert patience.factor == pytest.approx(1.1)
    assert patience.wait("complete", 1.0) == 550 * MS
    for _ in range(5):
        patience.ended()
    assert 1.0 < patience.factor < 1.1


def test_a_pause_that_was_nearly_the_end_teaches_a_little():
    patience = Patience(SETTINGS)
    granted = patience.wait("complete", 0.0)
    patience.went_on(granted // 2)
    assert patience.factor == 1.0
    assert patience.wait("complete", 0.0) == granted
    patience.went_on(granted - 32 * MS)
    assert 1.0 < patience.factor < 1.1


def test_a_pause_that_nobody_asked_about_teaches_nothing():
    patience = Patience(SETTINGS)
    patience.went_on(200 * MS)
    patience.wait("complete", 1.0)
    patience.went_on(200 * MS)
    patience.went_on(600 * MS)
    assert patience.factor == 1.0


def test_it_stays_within_bounds():
    patience = Patience(SETTINGS)
    for _ in range(100):
        patience.reopened()
    assert patience.factor == 1.8
    for _ in range(500):
        patience.ended()
    assert patience.factor == 0.8


@pytest.mark.parametrize(("kept", "factor"), [(1.3, 1.3), (0.0, 0.8), (9.0, 1.8)])
def test_what_was_learned_can_be_kept(kept, factor):
    assert Patience(SETTINGS, factor=kept).factor == factor


@pytest.mark.parametrize(
    ("pause_ms", "least", "most"), [(300, 0.8, 0.85), (560, 1.05, 1.5), (2000, 1.6, 1.8)]
)
def test_it_comes_to_rest_where_few_turns_are_reopened(pause_ms, least, most):
    """Every fifth turn has a pause of about `pause_ms` in it, at a place that looks finished."""
    dice = random.Random(1)
    patience = Patience(SETTINGS)
    reopened = turns = 0
    for turn in range(1000):
        pause = dice.gauss(pause_ms, 30) * MS
        if turn % 5 == 0:
            if pause >= patience.wait("complete", 1.0):
                patience.reopened()
                reopened += turn >= 200
            else:
                patience.went_on(round(pause))
        patience.ended()
        turns += turn >= 200
    assert least <= patience.factor <= most
    if pause_ms < 1000:
        assert reopened / turns < 0.1
