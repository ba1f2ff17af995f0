"""Who may use how many cores."""

from __future__ import annotations

import pytest

from samantha.dialog.cores import Cores

pytestmark = pytest.mark.unit


class Model:
    def __init__(self, threads: int) -> None:
        self.threads = threads


def test_the_model_leaves_a_core_to_each_engine_that_works_and_takes_it_back() -> None:
    model = Model(4)
    cores = Cores(model)
    with cores.shared():
        assert model.threads == 3
        with cores.shared():
            assert model.threads == 2
        assert model.threads == 3
    assert model.threads == 4


def test_one_core_is_always_left_to_the_model() -> None:
    model = Model(2)
    cores = Cores(model)
    with cores.shared(), cores.shared(), cores.shared():
        assert model.threads == 1
