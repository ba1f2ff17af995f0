"""The bench in a room: her engines are loaded once, and each part is measured after the other."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from samantha import app
from samantha.assistant import Parts
from samantha.bench.findings import Findings
from samantha.bench.machine import machine
from samantha.bench.recital import CONTEXT, Recital
from samantha.bench.series import Tell, measured
from samantha.bench.setting import Setting
from samantha.bench.table import Table
from samantha.config import Config
from samantha.errors import AudioError
from samantha.mind.prompt import Prompt
from samantha.ports import Synthesizer

MANIFEST = "manifest.csv"

PARTS = {
    "selfecho": "her own voice comes back through the microphone, and nobody speaks",
    "overher": "somebody speaks over her voice",
    "recordings": "echo that was recorded in real rooms",
    "calls": "somebody calls her by name",
    "others": "people speak, and not to her",
    "owners": "whose voice it is",
    "nonspeech": "noise and music, and no word",
    "commands_in": "words that are understood in a room",
    "cost": "processor time of the front end",
}
"""What can be measured, in this order; each is a module of this package with a function `measure`."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be measured. `people` is a folder of recordings with a ``manifest.csv``, or None."""

    parts: tuple[str, ...] = tuple(PARTS)
    seed: int = 1
    people: Path | None = None
    full: bool = False


def measure(config: Config, wish: Wish, tell: Tell) -> Iterator[Findings]:
    """Everything that `wish` asks for; yields what there is after each part.

    `tell` is given a few words on how far it is. Raises AudioError if the folder of recordings is none, and
    ModelError if an engine cannot be loaded.
    """
    if wish.people is not None and not (wish.people / MANIFEST).is_file():
        where = f"no {MANIFEST} in {wish.people}" if wish.people.is_dir() else f"no folder {wish.people}"
        raise AudioError(
            f"There is {where}.",
            "In a room, a folder of recordings must say what each of them is: see docs/bench.md.",
        )
    config = fixed(config)
    tell("her engines")
    loaded = engines(config)
    findings = Findings(
        datetime.now().astimezone().isoformat(timespec="seconds"),
        machine(),
        {
            "hears": app.engine_names(config)["stt"],
            "voice": loaded.synthesizer.name,
            "recordings": wish.people.resolve().name if wish.people else "none",
            "conditions": "all" if wish.full else "a few",
            "seed": wish.seed,
        },
    )

    def part(name: str) -> list[Table]:
        parts = replace(loaded, synthesizer=voice(config, wish.seed))
        setting = Setting(
            config, parts, wish.seed, wish.full, wish.people, lambda words: tell(f"{name}: {words}")
        )
        found: list[Table] = importlib.import_module(f"samantha.bench.{name}").measure(setting)
        return found

    yield from measured(findings, {name: PARTS[name] for name in wish.parts}, part, tell)


def engines(config: Config) -> Parts:
    """Her real engines but for the mind, which recites. Raises ModelError."""
    return Parts(
        app.detector(config),
        app.transcriber(config),
        Recital(),
        app.synthesizer(config),
        Prompt("You are Samantha.", "", CONTEXT, config.llm.max_tokens),
        turn_model=app.turn_model(config),
        speaker_encoder=app.recognition(config)[0],
    )


def voice(config: Config, seed: int) -> Synthesizer:
    """Hers, fresh: Piper draws the pace and the tone of a sentence from a seed and from all it said before."""
    import onnxruntime

    onnxruntime.set_seed(seed)
    return app.synthesizer(config)


def fixed(config: Config) -> Config:
    """`config` with what would keep a part from setting her up as it needs her taken out."""
    return config.model_copy(
        update={
            "dialog": config.dialog.model_copy(update={"mode": "always"}),
            "attention": config.attention.model_copy(update={"owner_only": False}),
            "audio": config.audio.model_copy(update={"headset": False, "echo_cancellation": "auto"}),
        }
    )
