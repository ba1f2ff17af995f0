"""The bench of her memory: the mind is loaded once, and each part is measured after the other."""

from __future__ import annotations

import importlib
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from samantha import app
from samantha.bench.companion import Companion
from samantha.bench.findings import Findings
from samantha.bench.machine import machine
from samantha.bench.memorysetting import Clock, MemorySetting
from samantha.bench.series import Tell, measured
from samantha.bench.table import Table
from samantha.config import Config
from samantha.ports import LanguageModel

PARTS = {
    "planted": "what was told is asked back weeks later, in other words",
    "twenty": "conversations of ten minutes hold together",
    "lasting": "a conversation of hundreds of turns",
    "forgotten": "what is to be forgotten is gone, by every way to ask for it",
    "poisoning": "what others say, instructions and secrets do not become hers",
    "recollection": "how fast what she remembers comes to mind, and how the file grows",
    "paired": "voice to voice with memory and without",
    "character": "a month of reactions moves her character, within bounds",
    "crashes": "killed in the middle of reflection",
}
"""What can be measured, in this order; each is a module of this package with a function `measure`."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be measured."""

    parts: tuple[str, ...] = tuple(PARTS)
    seed: int = 1
    full: bool = False


def measure(config: Config, wish: Wish, tell: Tell) -> Iterator[Findings]:
    """Everything that `wish` asks for; yields what there is after each part. `tell`: how far it is, in words."""
    config = fixed(config, wish.seed)
    findings = Findings(
        datetime.now().astimezone().isoformat(timespec="seconds"),
        machine(),
        {
            "thinks": app.engine_names(config)["llm"],
            "embedder": config.memory.embedder,
            "length": "full" if wish.full else "short",
            "seed": wish.seed,
        },
    )
    with tempfile.TemporaryDirectory(prefix="samantha-") as scratch, ExitStack() as open_:

        @cache
        def mind() -> LanguageModel:
            return app.mind(kept_in(Path(scratch) / "mind", config))[0]

        def companion(folder: Path, clock: Clock, name: str) -> Companion:
            talk = Companion(kept_in(folder, config), mind(), clock, name)
            open_.callback(talk.close)
            return talk

        def part(name: str) -> list[Table]:
            folder = Path(scratch) / name
            folder.mkdir(mode=0o700)
            setting = MemorySetting(
                kept_in(folder, config),
                wish.seed,
                wish.full,
                lambda words: tell(f"{name}: {words}"),
                folder,
                companion,
            )
            found: list[Table] = importlib.import_module(f"samantha.bench.{name}").measure(setting)
            return found

        yield from measured(findings, {name: PARTS[name] for name in wish.parts}, part, tell)


def kept_in(folder: Path, config: Config) -> Config:
    """`config` with her state in `folder`, where nothing of the person's own is."""
    return config.model_copy(update={"paths": config.paths.model_copy(update={"state": str(folder)})})


def fixed(config: Config, seed: int) -> Config:
    """`config` with memory on and readable, and with what would make two runs differ taken out."""
    llm = config.llm if config.llm.seed >= 0 else config.llm.model_copy(update={"seed": seed})
    memory = config.memory.model_copy(update={"enabled": True, "encrypted": False})
    return config.model_copy(update={"llm": llm, "memory": memory})
