"""Files by PyTorch, made by hand: what is in them is read, and nothing in them is run."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from samantha.hearing.torchfile import read

pytestmark = pytest.mark.unit

NUMBERS = np.arange(8, dtype="<f4")


def numbers(*values: int) -> bytes:
    """A tuple of whole numbers, as a pickle says it."""
    return b"(" + b"".join(b"I%d\n" % value for value in values) + b"t"


def tensor(
    shape: tuple[int, ...] = (2, 3),
    strides: tuple[int, ...] = (3, 1),
    *,
    offset: int = 1,
    count: int = 8,
    kind: bytes = b"torch\nFloatStorage",
    key: bytes = b"7",
) -> bytes:
    """What a tensor is in a pickle: a call, with where its numbers lie and how."""
    storage = b"(Vstorage\nc%b\nV%b\nVcpu\nI%d\ntQ" % (kind, key, count)
    rest = b"I%d\n%b%bI00\nccollections\nOrderedDict\n)R" % (offset, numbers(*shape), numbers(*strides))
    return b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + rest + b"tR"


def state(**values: bytes) -> bytes:
    return b"}(" + b"".join(b"V%b\n%b" % (name.encode(), value) for name, value in values.items()) + b"u."


def saved(path: Path, pickled: bytes, packed: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path / "weights.pt", "w", packed) as archive:
        archive.writestr("archive/data.pkl", pickled)
        archive.writestr("archive/data/7", NUMBERS.tobytes())
        archive.writestr("archive/data/8", np.array([5], "<i8").tobytes())
    return path / "weights.pt"


def test_tensors_are_read(tmp_path):
    count = tensor((), (), offset=0, count=1, kind=b"torch\nLongStorage", key=b"8")
    found = read(saved(tmp_path, state(weight=tensor(), row=tensor((4,), (1,), offset=4), count=count)))
    assert found["weight"].tolist() == [[1, 2, 3], [4, 5, 6]]
    assert found["row"].tolist() == [4, 5, 6, 7]
    assert found["count"] == 5
    assert found["weight"].dtype == np.float32


@pytest.mark.parametrize(
    "call",
    [
        b"cos\nsystem\n(Vtouch %b\ntR",
        b"cbuiltins\nexec\n(Vopen('%b', 'w')\ntR",
        b"cbuiltins\ngetattr\n(cpathlib\nPath\nVtouch\ntR0Vno\n",
        b"ccollections\nOrderedDict.__init__.__globals__\n0Vno\n",
        b"csamantha.hearing.torchfile\npickle\n0Vno\n",
        b"ctorch\nload\n(V%b\ntR",
    ],
)
def test_nothing_in_it_is_run(tmp_path, call):
    made = tmp_path / "made"
    call = call.replace(b"%b", bytes(made))
    for pickled in (state(weight=tensor(), x=call), call + b"."):
        with pytest.raises(ValueError, match="no file of tensors"):
            read(saved(tmp_path, pickled))
    assert not made.exists()


def test_a_state_cannot_be_pushed_onto_what_reads_it(tmp_path):
    # BUILD sets attributes of whatever lies on the stack: here of the function that makes tensors.
    pushed = b"ctorch._utils\n_rebuild_tensor_v2\n(N}V__code__\nVx\nstb0"
    with pytest.raises(ValueError, match="no file of tensors"):
        read(saved(tmp_path, pushed + state(weight=tensor())))


@pytest.mark.parametrize(
    "wrong",
    [
        tensor((2, 3), (1, 2)),  # turned round
        tensor((2, 3), (0, 1)),
        tensor((2, 3), (300_000, 1)),  # beyond its storage
        tensor(offset=-1),
        tensor(offset=3),
        tensor((2, -3), (-3, 1)),
        tensor(count=9),
        tensor(key=b"../data.pkl"),
        tensor(key=b"9"),
        tensor(kind=b"collections\nOrderedDict"),
        tensor(kind=b"torch\nHalfStorage"),
        b"Vtext\n",
    ],
)
def test_what_is_no_plain_tensor_is_refused(tmp_path, wrong):
    with pytest.raises(ValueError, match="tensors"):
        read(saved(tmp_path, state(weight=wrong)))


def test_damage_is_told(tmp_path):
    whole = saved(tmp_path, state(weight=tensor())).read_bytes()
    path = tmp_path / "weights.pt"
    for size in (0, 10, len(whole) // 2, len(whole) - 30):
        path.write_bytes(whole[:size])
        with pytest.raises(ValueError, match="no file of tensors"):
            read(path)
    pickled, stored = whole.index(b"}(V"), whole.index(NUMBERS.tobytes())
    for at in (*range(pickled, pickled + 100, 7), *range(stored, stored + 32, 5)):  # members have checksums
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        with pytest.raises(ValueError, match="no file of tensors"):
            read(path)
    saved(tmp_path, b"(Vweight\n" + tensor() + b"l.")
    with pytest.raises(ValueError, match="not named tensors"):
        read(path)


def test_what_would_unfold_to_more_than_the_file_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no file of tensors"):
        read(saved(tmp_path, state(weight=tensor()), zipfile.ZIP_DEFLATED))
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("model/graph.txt", "nothing here")
    (tmp_path / "other.pt").write_bytes(other.getvalue())
    with pytest.raises(ValueError, match="no file of tensors"):
        read(tmp_path / "other.pt")
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "absent.pt")
