"""Who may use how many cores."""

from __future__ import annotations

import pytest

from samantha.dialog.cores import Cores

pytestmark = pytest.mark.unit


class Model:
    def __init__(self, threads: int) -> None:
        self.threads = threads


def test_the_model_leaves_to_each_engine_what_it_takes_and_has_it_back() -> None:
    model = Model(4)
    cores = Cores(model)
    with cores.shared():
        assert model.threads == 3
        with cores.shared(2):
            assert model.threads == 1
        assert model.threads == 3
    assert model.threads == 4


def test_one_core_is_left_to_the_model_however_many_work() -> None:
    model = Model(2)
    cores = Cores(model)
    with cores.shared(2), cores.shared(), cores.shared():
        assert model.threads == 1


def test_the_model_waits_for_a_voice_that_somebody_waits_for() -> None:
    model = Model(2)
    cores = Cores(model)
    with cores.shared():
        with cores.shared(2, urgent=True):
            assert model.threads == 0
        assert model.threads == 1
    assert model.threads == 2


def test_the_model_does_not_wait_where_there_are_cores_for_both() -> None:
    model = Model(4)
    with Cores(model).shared(2, urgent=True):
        assert model.threads == 2


def test_the_model_goes_on_after_an_engine_has_failed() -> None:
    model = Model(2)
    cores = Cores(model)
    with pytest.raises(RuntimeError), cores.shared(2, urgent=True):
        raise RuntimeError
    assert model.threads == 2
