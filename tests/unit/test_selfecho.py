"""The conditions under which she listens to herself: all that was promised, and the worst of it together."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import cast

import pytest

from samantha.assistant import Parts
from samantha.bench import overher, selfecho
from samantha.bench.selfecho import DELAYS, DRIFTS, ECHOES, FULL_SECONDS, REVERBERATIONS, paragraphs
from samantha.bench.setting import Setting
from samantha.config import Config

pytestmark = pytest.mark.unit


def setting(*, full: bool, people: Path | None = None) -> Setting:
    return Setting(Config(), cast("Parts", None), 7, full, people, lambda _: None)


def test_in_full_every_condition_meets_every_loudness() -> None:
    spaces = [space for space, _ in selfecho.conditions(setting(full=True))]
    assert {(space.echo_db, space.delay_ms) for space in spaces} >= set(itertools.product(ECHOES, DELAYS))
    assert {(space.echo_db, space.rt60) for space in spaces} >= set(itertools.product(ECHOES, REVERBERATIONS))
    assert {(space.echo_db, space.drift_ppm) for space in spaces} >= set(itertools.product(ECHOES, DRIFTS))
    assert len(spaces) * FULL_SECONDS > 25 * 60
    assert len({space.seed for space in spaces}) == len(spaces)


@pytest.mark.parametrize("full", [False, True])
def test_the_extremes_come_together(full: bool) -> None:
    spaces = [space for space, _ in selfecho.conditions(setting(full=full))]
    worst = {(s.delay_ms, s.drift_ppm) for s in spaces if s.echo_db == 10 and s.rt60 == 0.8 and s.jitter_ms}
    assert worst >= {(20, 300), (300, -300)}


def test_she_always_has_something_to_say_and_never_the_same() -> None:
    first, again, other = (list(itertools.islice(paragraphs(seed), 40)) for seed in (1, 1, 2))
    assert first == again != other
    assert len(set(first)) > 30


@pytest.mark.parametrize("full", [False, True])
def test_she_is_interrupted_where_something_was_promised(full: bool) -> None:
    echoes = {space.echo_db for space in overher.spaces(setting(full=full))}
    assert echoes >= set(overher.BOUNDS)
