"""The catalogue of models and the store that keeps them: what is installed, where, and whether it is sound.

Nothing is downloaded here: `samantha.store.pull` does that, when the person asks for it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from samantha.errors import ModelError
from samantha.store.files import digest
from samantha.store.machine import Machine, this_machine
from samantha.store.recipe import File, Model, Role, Source, read_model

RECEIPT = "receipt.json"
"""Beside a model's files: where they came from, and the checksums that the hub's metadata gave."""

_PACKAGE = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Catalog:
    """Every model by its id; which ones set-up installs, which voices `auto` prefers, what tests need.

    `home` is the checkout's models folder, where downloads are linked to; None in an installed package.
    """

    models: Mapping[str, Model]
    defaults: tuple[str, ...] = ()
    voices: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    home: Path | None = None

    @classmethod
    def load(cls) -> Catalog:
        """The catalogue of the checkout if this is one, else the one that the package carries."""
        home = _PACKAGE.parent / "models"
        if (home / "catalog.yaml").is_file() and (_PACKAGE.parent / "pyproject.toml").is_file():
            return cls.parse((home / "catalog.yaml").read_text("utf-8"), home)
        return cls.parse((_PACKAGE / "data" / "catalog.yaml").read_text("utf-8"))

    @classmethod
    def parse(cls, text: str, home: Path | None = None) -> Catalog:
        """A catalogue from YAML `text`; ValueError names the entry that is wrong."""
        tree = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        models = {name: read_model(name, entry) for name, entry in tree["models"].items()}
        lists = {key: tuple(tree.get(key, ())) for key in ("defaults", "voices", "tests")}
        named = [*(i for ids in lists.values() for i in ids), *(i for m in models.values() for i in m.needs)]
        if unknown := sorted(set(named) - set(models)):
            raise ValueError(f"the catalogue names {', '.join(unknown)} without saying what that is")
        return cls(models, **lists, home=home)

    def model(self, name: str) -> Model:
        """The model called `name`; ModelError with near matches if there is none."""
        try:
            return self.models[name]
        except KeyError:
            raise _unknown(name, self.models) from None

    def of_role(self, role: Role) -> list[Model]:
        """Its models of one role, in the catalogue's order."""
        return [model for model in self.models.values() if model.role == role]


@dataclass(frozen=True, slots=True)
class VoiceChoice:
    """A voice that can be loaded: `model` is the .onnx; `style` is a Kokoro voice's own file."""

    name: str
    engine: Literal["piper", "kokoro"]
    model: Path
    style: Path | None = None
    languages: tuple[str, ...] = ("en",)
    sex: Literal["female", "male", ""] = ""


class Store:
    """The models on this machine: a folder with one folder for each id, and a checkout's beside it.

    `machine` is what `auto` has to fit on; None: this one.
    """

    def __init__(self, catalog: Catalog, folder: Path, machine: Machine | None = None) -> None:
        self.catalog = catalog
        self.folder = folder
        self._machine = machine

    # --- what is there ------------------------------------------------------------------------------------

    def path(self, name: str) -> Path:
        """The folder of the model `name`: where it is installed, else where it would be."""
        model = self.catalog.model(name)
        places = [self.folder / name]
        if self.catalog.home is not None:
            places.append(self.catalog.home / name)
        return next((place for place in places if _match(model, place)), places[0])

    def installed(self, name: str) -> bool:
        """Whether `name` and all it needs are there with their right sizes. Cheap: nothing is hashed."""
        model = self.catalog.model(name)
        return _match(model, self.path(name)) is not None and all(map(self.installed, model.needs))

    def require(self, name: str) -> Path:
        """The folder of the installed model `name`.

        Raises ModelError that names the file which is missing or too short, of it or of what it needs.
        """
        model = self.catalog.model(name)
        place = self.path(name)
        if _match(model, place) is None:
            raise ModelError(_complaint(model, place), f"Get it with `samantha models pull {name}`.")
        for need in model.needs:
            self.require(need)
        return place

    def file(self, name: str, suffix: str) -> Path:
        """The one file of the installed model `name` whose name ends with `suffix`."""
        place = self.require(name)
        found = [place / file.name for file in self.expected(name) if file.name.endswith(suffix)]
        if len(found) != 1:
            raise ModelError(f"{name} has {len(found)} files that end with {suffix}, not one.")
        return found[0]

    def expected(self, name: str) -> tuple[File, ...]:
        """The files of `name` as they should be: of the source it came from, completed by its receipt."""
        model = self.catalog.model(name)
        place = self.path(name)
        return _match(model, place) or _nearest(model, place)

    def verify(self, name: str) -> tuple[str, ...]:
        """Hash every file of the installed model `name`; returns those of which no checksum is known.

        Raises ModelError that names the file which is missing, too short or damaged.
        """
        place = self.require(name)
        unknown = []
        for file in self.expected(name):
            if file.sha256 is None:
                unknown.append(file.name)
            elif digest(place / file.name) != file.sha256:
                raise ModelError(
                    f"{name}: {file.name} is damaged: its checksum is not the one it should have.",
                    f"Mend it with `samantha models pull {name}`.",
                )
        return tuple(unknown)

    # --- what a setting means -----------------------------------------------------------------------------

    def voice(self, name: str) -> VoiceChoice:
        """`auto`, an id with or without `piper-` or `kokoro-`, or the path to a Piper voice's .onnx."""
        if name == "auto":
            name = next((known for known in self.catalog.voices if self.installed(known)), "")
            if not name:
                raise ModelError(
                    "No woman's voice is installed.", "Get one with `samantha models pull --defaults`."
                )
        known = next((i for i in (name, f"piper-{name}", f"kokoro-{name}") if i in self.catalog.models), "")
        if not known and _is_path(name):
            return _own_voice(Path(name).expanduser())
        model = self._of_role(known or name, "voice")
        if model.engine == "kokoro":
            onnx, style = self.file(model.needs[0], ".onnx"), self.file(model.id, ".bin")
            return VoiceChoice(model.id, "kokoro", onnx, style, model.languages, model.sex)
        onnx = self.file(model.id, ".onnx")
        return VoiceChoice(model.id, "piper", onnx, None, model.languages, model.sex)

    def llm(self, name: str) -> Path:
        """The .gguf of `auto` (the best installed one that fits this machine), of an id, or of a path."""
        if name == "auto":
            machine = self._machine or this_machine(look_for_gpu=False)
            best = machine.best(model for model in self.catalog.of_role("llm") if self.installed(model.id))
            if best is None:
                default = next(
                    (i for i in self.catalog.defaults if self.catalog.models[i].role == "llm"), "ID"
                )
                raise ModelError(
                    "No chat model is installed.", f"Get one with `samantha models pull {default}`."
                )
            name = best.id
        if name not in self.catalog.models and _is_path(name):
            return _existing(Path(name).expanduser(), "chat model", "llm.model")
        return self.file(self._of_role(name, "llm").id, ".gguf")

    def stt(self, name: str) -> Path:
        """The folder of a Whisper model by its id, or one of your own with a model.bin in it."""
        if name in self.catalog.models or not _is_path(name):
            return self.require(self._of_role(name, "stt").id)
        own = Path(name).expanduser()
        _existing(own / "model.bin", "speech-to-text model", "hearing.model")
        return own

    def turn(self, name: str) -> Path:
        """The .onnx of a turn model by its id, or by a path."""
        if name not in self.catalog.models and _is_path(name):
            return _existing(Path(name).expanduser(), "turn model", "hearing.turn_model")
        return self.file(self._of_role(name, "turn").id, ".onnx")

    def speaker(self, name: str) -> Path:
        """The one file of a model of voices by its id."""
        model = self._of_role(name, "speaker")
        return self.file(model.id, "")

    def embedder(self, name: str) -> Path:
        """The folder of a model of meaning by its id."""
        return self.require(self._of_role(name, "embedder").id)

    def _of_role(self, name: str, role: Role) -> Model:
        model = self.catalog.models.get(name)
        if model is None:
            raise _unknown(name, [known.id for known in self.catalog.of_role(role)])
        if model.role != role:
            what = {
                "stt": "a speech-to-text model",
                "llm": "a chat model",
                "voice": "a voice",
                "turn": "a turn model",
                "speaker": "a model of voices",
                "embedder": "a model of meaning",
            }[role]
            raise ModelError(f"{name} is not {what}.", "See `samantha models list`.")
        return model


def _match(model: Model, place: Path) -> tuple[File, ...] | None:
    """The files of the source that `place` holds completely, sizes and all; None if of none."""
    noted = _receipt(place)
    for source in model.sources:
        files = _noted(source, noted)
        if all(_has(place, file) for file in files):
            return files
    return None


def _nearest(model: Model, place: Path) -> tuple[File, ...]:
    """The files of the source of which `place` holds most."""
    noted = _receipt(place)
    candidates = [_noted(source, noted) for source in model.sources]
    return max(candidates, key=lambda files: sum(_has(place, file) for file in files))


def _noted(source: Source, noted: Mapping[str, Any]) -> tuple[File, ...]:
    """The source's files, with what only the receipt knows."""
    facts = noted.get("files", {}) if noted.get("source") == str(source) else {}
    return tuple(_with(file, facts.get(file.name, {})) for file in source.files)


def _with(file: File, facts: Mapping[str, Any]) -> File:
    return File(file.name, file.bytes or facts.get("bytes"), file.sha256 or facts.get("sha256"))


def _receipt(place: Path) -> Mapping[str, Any]:
    try:
        noted = json.loads((place / RECEIPT).read_text("utf-8"))
    except (OSError, ValueError):
        return {}  # put there by hand: sizes and checksums of the catalogue alone decide
    return noted if isinstance(noted, dict) else {}


def _has(place: Path, file: File) -> bool:
    try:
        size = (place / file.name).stat().st_size
    except OSError:
        return False
    return size == file.bytes if file.bytes is not None else size > 0


def _complaint(model: Model, place: Path) -> str:
    for file in _nearest(model, place):
        path = place / file.name
        if not place.is_dir():
            break
        if not path.is_file():
            return f"{model.id} is not complete: {path} is missing."
        if not _has(place, file):
            of = f" of {file.bytes}" if file.bytes else ""
            return f"{model.id} is not complete: {path} has {path.stat().st_size}{of} bytes."
    return f"{model.id} is not installed in {place.parent}."


def _unknown(name: str, known: Any) -> ModelError:
    from rapidfuzz import process

    near = [found[0] for found in process.extract(name, list(known), limit=3, score_cutoff=55)]
    maybe = f" Did you mean {' or '.join(near)}?" if near else ""
    return ModelError(f"There is no model called {name!r}.{maybe}", "See `samantha models list`.")


def _is_path(name: str) -> bool:
    return name.startswith("~") or "/" in name or "\\" in name or Path(name).suffix in {".onnx", ".gguf"}


def _existing(path: Path, what: str, key: str) -> Path:
    if not path.is_file():
        raise ModelError(f"There is no {what} {path}.", f"Check {key}, or set it to auto or an id.")
    return path


def _own_voice(path: Path) -> VoiceChoice:
    """A Piper voice of the person's own, `path` and its .onnx.json."""
    _existing(path, "voice", "voice.name")
    settings = _existing(path.with_name(path.name + ".json"), "description of a voice", "voice.name")
    try:
        voice = json.loads(settings.read_text("utf-8"))
        language = str(voice.get("language", {}).get("family") or voice["espeak"]["voice"])[:2]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise ModelError(
            f"{settings} does not describe a Piper voice.", "Take the .onnx.json that came with the voice."
        ) from None
    return VoiceChoice(path.stem, "piper", path, languages=(language,))
