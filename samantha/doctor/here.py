"""This machine, the folders she uses, and the models that are meant."""

from __future__ import annotations

import platform
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

from samantha import app
from samantha.config import Config, user_file
from samantha.doctor.finding import Finding, Trouble, finding
from samantha.errors import ModelError
from samantha.store.advice import advise
from samantha.store.catalog import Store
from samantha.store.machine import GIB, Machine, this_machine

Role = Literal["hears", "thinks", "speaks"]

PROGRAM = 0.6 * GIB
"""Bytes that she needs besides her models: the libraries, the context of a conversation, sound."""

VERIFY = "`samantha models verify` checks them byte for byte."

RELEASED = 2025
"""A clock that shows an earlier year is wrong, and she would tell you so."""


def machine() -> Finding:
    here = this_machine()
    detail = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, {here}."
    found = []
    if here.ram < 3.5 * GIB:
        found.append(Trouble("With less than 4 GB she will be slow.", "Close other programs."))
    if (year := time.localtime().tm_year) < RELEASED:
        found.append(Trouble(f"The clock shows the year {year}.", "Set it: she tells the time by it."))
    return finding("machine", detail, found)


def settings() -> Finding:
    path = user_file()
    return Finding(
        "settings", "ok", f"{path} is fine." if path.exists() else f"The defaults; yours would be {path}."
    )


def folder(part: str, folder: Path) -> Finding:
    """Whether `folder` can be written and has room."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder):
            free = shutil.disk_usage(folder).free
    except OSError as problem:
        return Finding(
            part, "fault", f"{folder} cannot be written: {problem.strerror}.", "Check its permissions."
        )
    if free < GIB:
        return Finding(part, "warning", f"{folder}: {free / 2**20:.0f} MB free.", "Free some space.")
    return Finding(part, "ok", f"{folder}, {free / GIB:.0f} GB free.")


def chosen(config: Config) -> dict[Role, tuple[str, Path] | ModelError]:
    """For each task the model that is meant, with its file or folder, or why there is none."""
    store = app.store(config)

    def hears() -> tuple[str, Path]:
        path = store.stt(config.hearing.model)
        return path.name, path

    def thinks() -> tuple[str, Path]:
        path = store.llm(config.llm.model)
        return (path.parent.name if path.parent.name in store.catalog.models else path.stem), path

    def speaks() -> tuple[str, Path]:
        voice = store.voice(config.voice.name)
        return voice.name, voice.model

    tasks: dict[Role, Callable[[], tuple[str, Path]]] = {
        "hears": hears, "thinks": thinks, "speaks": speaks
    }  # fmt: skip
    found: dict[Role, tuple[str, Path] | ModelError] = {}
    for task, choose in tasks.items():
        try:
            found[task] = choose()
        except ModelError as problem:
            found[task] = problem
    return found


def models(config: Config) -> Iterator[Finding]:
    """Which models she would use, whether they are whole, and whether they suit this machine."""
    place = folder("models", config.models_folder)
    store, here, found = app.store(config), this_machine(), chosen(config)
    troubles = []
    named = []
    for task, model in found.items():
        if isinstance(model, ModelError):
            troubles.append(Trouble(model.message, model.hint))
            continue
        name = model[0]
        named.append(f"{name} {task}")
        troubles += _of_catalogue(store, here, name)
    mine = f"{', '.join(named) or 'No model'}. {place.detail}"
    if place.verdict != "ok":
        troubles.append(Trouble("", place.advice))
    told = finding("models", mine, troubles, f"{_better(store, here, mine)}{VERIFY}")
    missing = any(isinstance(model, ModelError) for model in found.values())
    yield replace(told, verdict="fault") if missing else told
    yield _memory(found)


def _better(store: Store, here: Machine, named: str) -> str:
    """What else than the models of `named` this machine is recommended, as a sentence; "" if nothing."""
    others = [advice.model.id for advice in advise(store.catalog, here) if advice.model.id not in named]
    return f"Recommended here: {', '.join(others)} (`samantha models recommend`). " if others else ""


def _of_catalogue(store: Store, here: Machine, name: str) -> list[Trouble]:
    model = store.catalog.models.get(name)
    if model is None:
        return []
    found = []
    if not here.fits(model):
        recommend = "`samantha models recommend` says what suits it."
        found.append(Trouble(f"{name} asks for more than this machine has.", recommend))
    if unknown := [file.name for file in store.expected(name) if file.sha256 is None]:
        found.append(
            Trouble(
                f"No checksum is known of {', '.join(unknown)}.",
                f"`samantha models pull {name}` notes it, if the file came otherwise.",
            )
        )
    return found


def _memory(found: dict[Role, tuple[str, Path] | ModelError]) -> Finding:
    import psutil

    paths = [model[1] for model in found.values() if not isinstance(model, ModelError)]
    needed = PROGRAM + sum(map(_size, paths))
    free = min(int(psutil.virtual_memory().available), this_machine(look_for_gpu=False).ram)
    detail = f"{free / GIB:.1f} GiB are free; she needs about {needed / GIB:.1f}."
    if free >= needed:
        return Finding("memory", "ok", detail)
    return Finding(
        "memory",
        "warning",
        f"{detail} She would be slow, or be ended by the system.",
        "Close other programs (is she running twice?), or choose smaller models: `samantha models recommend`.",
    )


def _size(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())
