"""States on disk are given back whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from samantha.errors import StorageError
from samantha.mind.prefix import PrefixStore, common

pytestmark = pytest.mark.unit

STATE = bytes(range(256)) * 8


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


@pytest.mark.parametrize(
    ("held", "wanted", "same"),
    [
        ([], [1], 0),
        ([1, 2, 3], [1, 2, 3], 3),
        ([1, 2, 3], [1, 2], 2),
        ([1, 2], [1, 2, 3], 2),
        ([1, 9, 3], [1, 2, 3], 1),
    ],
)
def test_what_two_prompts_have_in_common(held: list[int], wanted: list[int], same: int) -> None:
    assert common(held, wanted) == same


def test_a_state_comes_back(tmp_path: Path) -> None:
    PrefixStore(tmp_path / "p", ("model", 1)).save([1, 2, 3], STATE)
    assert PrefixStore(tmp_path / "p", ("model", 1)).load([1, 2, 3]) == STATE


def test_a_state_belongs_to_its_tokens_and_its_model(tmp_path: Path) -> None:
    PrefixStore(tmp_path, ("model", 1)).save([1, 2, 3], STATE)
    assert PrefixStore(tmp_path, ("model", 1)).load([1, 2]) is None
    assert PrefixStore(tmp_path, ("model", 2)).load([1, 2, 3]) is None


def test_a_state_under_another_states_name_is_not_trusted(tmp_path: Path) -> None:
    store = PrefixStore(tmp_path, ())
    store.save([1], STATE)
    (one,) = files(tmp_path)
    content = one.read_bytes()
    one.unlink()
    store.save([2], STATE[:100])
    (other,) = files(tmp_path)
    other.write_bytes(content)
    assert store.load([2]) is None


@pytest.mark.parametrize("damage", [lambda b: b[:-1], lambda b: b[:40], lambda b: b"", lambda b: b + b"x",
                                    lambda b: b[:-9] + b"\xff" + b[-8:], lambda b: b"x" + b[1:]])  # fmt: skip
def test_a_damaged_state_is_ignored_and_deleted(tmp_path: Path, damage: object) -> None:
    store = PrefixStore(tmp_path, ())
    store.save([1], STATE)
    (path,) = files(tmp_path)
    assert callable(damage)
    path.write_bytes(damage(path.read_bytes()))
    assert store.load([1]) is None
    assert not path.exists()
    store.save([1], STATE)
    assert store.load([1]) == STATE


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps the owner's files to the owner by other means")
def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    PrefixStore(tmp_path / "p", ()).save([1], STATE)
    assert stat.S_IMODE((tmp_path / "p").stat().st_mode) == 0o700
    assert [stat.S_IMODE(path.stat().st_mode) for path in files(tmp_path / "p")] == [0o600]


def test_three_are_kept_and_they_are_the_last_ones_used(tmp_path: Path) -> None:
    store = PrefixStore(tmp_path, ())
    for age, tokens in ((40, [1]), (30, [2]), (20, [3])):
        store.save(tokens, STATE)
        for path in files(tmp_path):
            if path.stat().st_mtime > 1e9:
                os.utime(path, (1e9 - age, 1e9 - age))
    assert store.load([1]) == STATE
    store.save([4], STATE)
    assert [store.load([n]) is not None for n in (1, 2, 3, 4)] == [True, False, True, True]


def test_what_an_earlier_run_left_half_written_goes(tmp_path: Path) -> None:
    left = tmp_path / "x.part"
    left.write_bytes(b"half")
    os.utime(left, (1e9, 1e9))
    store = PrefixStore(tmp_path, ())
    store.save([1], STATE)
    assert not left.exists()
    assert store.load([1]) == STATE


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StorageError, match=r"cannot be kept in .*file"):
        PrefixStore(tmp_path / "file" / "p", ()).save([1], STATE)
