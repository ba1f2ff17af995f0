"""Weights out of a file that PyTorch saved, without PyTorch and without trusting it.

Such a file is a zip archive: a pickle that names the tensors, and beside it their numbers. A pickle can call
whatever it names, so this one may name the few things that tensors are made of, and nothing else.
"""

from __future__ import annotations

import math
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

_STORAGES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


def read(path: Path) -> Mapping[str, Array]:
    """The tensors of the state that was saved at `path`, by their names.

    Raises ValueError if it is damaged or holds anything but named tensors, OSError if it cannot be read.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if any(member.compress_type != zipfile.ZIP_STORED for member in archive.infolist()):
                raise ValueError("PyTorch packs nothing")  # so what is read is never larger than the file
            pickled = next(name for name in archive.namelist() if name.endswith("/data.pkl"))
            with archive.open(pickled) as file:
                tensors: dict[str, Array] = _Tensors(file, archive, pickled.removesuffix("data.pkl")).load()
    except OSError:
        raise
    except Exception as problem:  # a pickle that is damaged fails in any way it likes
        raise ValueError("no file of tensors") from problem
    named = isinstance(tensors, dict) and all(isinstance(name, str) for name in tensors)
    if not (named and all(isinstance(tensor, np.ndarray) for tensor in tensors.values())):
        raise ValueError("not named tensors, and nothing else")
    return tensors


class _Tensors(pickle.Unpickler):
    """Reads the pickle; the tensors' numbers are under `folder` of `archive`."""

    def __init__(self, file: Any, archive: zipfile.ZipFile, folder: str) -> None:
        super().__init__(file)
        self._archive = archive
        self._folder = folder

    def find_class(self, module: str, name: str) -> Any:
        match module, name:
            case "collections", "OrderedDict":
                return OrderedDict
            case "torch._utils", "_rebuild_tensor_v2":
                return self._tensor
            case "torch", _ if name in _STORAGES:
                return _STORAGES[name]
        raise ValueError(f"{module}.{name} has no place among tensors")

    def persistent_load(self, pid: Any) -> Array:
        _, dtype, key, _, count = pid
        return np.frombuffer(self._archive.read(f"{self._folder}data/{key}"), dtype, count)

    def _tensor(
        self, storage: Array, offset: int, shape: Sequence[int], strides: Sequence[int], *_: object
    ) -> Array:
        """The part of `storage` that a tensor is; only one without gaps, which cannot reach beyond it."""
        plain = tuple(math.prod(shape[axis + 1 :]) for axis in range(len(shape)))
        if tuple(strides) != plain or min((offset, *shape)) < 0:
            raise ValueError("not contiguous")
        return storage[offset : offset + math.prod(shape)].reshape(shape)
