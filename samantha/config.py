"""The settings: typed, frozen, and refused when they make no sense. The only reader of config.yaml.

Later layers win: the project's config.yaml, the user's own (or the file named by `SAMANTHA_CONFIG`), the
`SAMANTHA_…` environment (`SAMANTHA_LLM__MODEL=…` is `llm.model`), flags. The project's file shows every
setting with the default that stands here; a test keeps the two the same.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import platformdirs
import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from samantha.errors import ConfigError


class _Yaml(yaml.SafeLoader):
    """YAML as people mean it: `on`, `off` and `no` are words, only `true` and `false` are truth values."""


_Yaml.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Yaml.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|True|false|False)$"), list("tTfF"))


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class User(_Section):
    """Who she talks with."""

    name: Annotated[str, Field(max_length=60)] = ""


class Audio(_Section):
    """Which microphone and loudspeaker, and whether one hears the other."""

    input: str | int | None = None
    output: str | int | None = None
    headset: bool = False
    bluetooth_microphone: bool = False
    echo_cancellation: Literal["auto", "on", "off", "system"] = "auto"


class Hearing(_Section):
    """When somebody speaks, and what they say."""

    engine: Literal["whisper", "wyoming"] = "whisper"
    model: str = "whisper-base"
    language: Annotated[str, Field(pattern=r"^(auto|[a-z]{2})$")] = "en"
    names: tuple[str, ...] = ("Samantha",)
    threads: Annotated[int, Field(ge=1, le=64)] = 1
    threshold: Annotated[float, Field(ge=0.1, le=0.95)] = 0.5
    onset_ms: Annotated[int, Field(ge=32, le=500)] = 96
    onset_over_echo_ms: Annotated[int, Field(ge=32, le=1000)] = 480
    pause_ms: Annotated[int, Field(ge=64, le=500)] = 96
    turn_model: str = "smart-turn"
    turn_threshold: Annotated[float, Field(ge=0.05, le=0.95)] = 0.7
    end_sure_ms: Annotated[int, Field(ge=200, le=3000)] = 500
    end_likely_ms: Annotated[int, Field(ge=200, le=3000)] = 1000
    end_ms: Annotated[int, Field(ge=200, le=3000)] = 1200
    end_trailing_ms: Annotated[int, Field(ge=200, le=5000)] = 1500
    reopen_ms: Annotated[int, Field(ge=0, le=5000)] = 1500
    partial_ms: Annotated[int, Field(ge=0, le=5000)] = 1000
    pre_roll_ms: Annotated[int, Field(ge=100, le=2000)] = 500
    max_turn_s: Annotated[int, Field(ge=5, le=600)] = 60
    min_level_dbfs: Annotated[float, Field(ge=-90, le=-20)] = -55.0


class Llm(_Section):
    """The model that thinks."""

    engine: Literal["llama", "openai"] = "llama"
    model: str = "auto"
    context: Annotated[int, Field(ge=1024, le=131072)] = 4096
    max_tokens: Annotated[int, Field(ge=16, le=2048)] = 160
    temperature: Annotated[float, Field(ge=0, le=2)] = 0.5
    seed: Annotated[int, Field(ge=-1, le=2**31 - 1)] = -1
    threads: Annotated[int, Field(ge=0, le=64)] = 0
    gpu_layers: Annotated[int, Field(ge=-1, le=999)] = 0
    persona: str = ""


class Voice(_Section):
    """How she sounds."""

    engine: Literal["local", "wyoming"] = "local"
    name: str = "auto"
    speed: Annotated[float, Field(ge=0.5, le=2)] = 1.0
    volume: Annotated[float, Field(ge=0, le=1)] = 1.0
    threads: Annotated[int, Field(ge=1, le=64)] = 2


class Dialog(_Section):
    """How she takes part."""

    mode: Literal["always", "name", "ptt"] = "always"
    sign_of_life_s: Annotated[float, Field(ge=0, le=30)] = 2.0
    bets: Annotated[int, Field(ge=0, le=10)] = 3
    confirm_ms: Annotated[int, Field(ge=200, le=3000)] = 700
    say_when_not_understood: bool = True
    patience_s: Annotated[float, Field(ge=2, le=600)] = 20.0
    resume_min: Annotated[int, Field(ge=0, le=100_000)] = 60


def _callable(names: tuple[str, ...]) -> tuple[str, ...]:
    if not names or any(len(name) > 60 or not any(map(str.isalnum, name)) for name in names):
        raise ValueError("it should be one name or several, each with a letter in it and no longer than 60")
    return names


class Attention(_Section):
    """Whom she answers, and to what name."""

    names: Annotated[tuple[str, ...], AfterValidator(_callable)] = ("Samantha",)
    sound_alikes: tuple[str, ...] = ()
    likeness: Annotated[int, Field(ge=50, le=100)] = 80
    follow_up_s: Annotated[float, Field(ge=0, le=120)] = 8.0
    owner_only: bool = False
    speaker_model: str = "campplus"
    owner_likeness: Annotated[float, Field(ge=0, le=1)] = 0.3


class Memory(_Section):
    """What she keeps of what she hears, and what she makes of it."""

    enabled: bool = True
    encrypted: bool = False
    embedder: str = "minilm"
    recall_tokens: Annotated[int, Field(ge=16, le=1000)] = 96
    reflect_after_s: Annotated[float, Field(ge=5, le=3600)] = 30.0
    greet_after_min: Annotated[int, Field(ge=10, le=100_000)] = 120
    growth: bool = True


class Ptt(_Section):
    """The key to talk with."""

    key: Annotated[str, Field(max_length=80)] = "ctrl+alt+space"
    style: Literal["hold", "toggle"] = "hold"
    tap_toggles: bool = False
    mechanism: Literal["auto", "keyboard", "portal", "console", "off"] = "auto"
    keep_warm: bool = True
    cue: bool = True


Port = Annotated[int, Field(ge=1, le=65_535)]


class Api(_Section):
    """How other programs reach a running Samantha."""

    tcp: bool = False
    host: str = "127.0.0.1"
    port: Port = 8765
    openai: bool = False


class Wyoming(_Section):
    """Her ears and her voice for Home Assistant."""

    serve: bool = False
    host: str = "127.0.0.1"
    port: Port = 10_300


class Remote(_Section):
    """Engines on another machine of the owner's; used where an engine is set to `openai` or `wyoming`."""

    llm_url: Annotated[str, Field(pattern=r"^(https?://.+)?$")] = ""
    llm_model: str = ""
    llm_key_file: str = ""
    stt_url: Annotated[str, Field(pattern=r"^(tcp://.+:\d+|unix://.+)?$")] = ""
    tts_url: Annotated[str, Field(pattern=r"^(tcp://.+:\d+|unix://.+)?$")] = ""
    timeout_s: Annotated[float, Field(ge=0.5, le=120)] = 5.0


class Desktop(_Section):
    """Manners towards the rest of the desktop."""

    notifications: bool = False
    media: Literal["off", "pause", "duck"] = "off"
    lock_mutes: bool = False


class Log(_Section):
    """What the service writes down."""

    level: Literal["debug", "info", "warning", "error"] = "info"


class Paths(_Section):
    """Where things are kept; empty means the platform's own folder."""

    models: str = ""
    state: str = ""


class Config(_Section):
    """All settings."""

    user: User = User()
    audio: Audio = Audio()
    hearing: Hearing = Hearing()
    llm: Llm = Llm()
    voice: Voice = Voice()
    dialog: Dialog = Dialog()
    attention: Attention = Attention()
    memory: Memory = Memory()
    ptt: Ptt = Ptt()
    api: Api = Api()
    wyoming: Wyoming = Wyoming()
    remote: Remote = Remote()
    desktop: Desktop = Desktop()
    log: Log = Log()
    paths: Paths = Paths()

    @property
    def models_folder(self) -> Path:
        """The per-user folder of downloaded models, shared between checkouts."""
        return _folder(self.paths.models, platformdirs.user_cache_path("samantha") / "models")

    @property
    def state_folder(self) -> Path:
        """The per-user folder of what she keeps: prefix states, recordings, the meeting's result."""
        return _folder(self.paths.state, platformdirs.user_state_path("samantha"))


def _folder(named: str, default: Path) -> Path:
    return Path(named).expanduser() if named else default


def project_file() -> Path:
    """The commented config.yaml that comes with her: of the checkout, or else inside the package."""
    here = Path(__file__).parent
    checkout = here.parent / "config.yaml"
    return checkout if (here.parent / "pyproject.toml").exists() else here / "data" / "config.yaml"


def user_file() -> Path:
    """Where the user's own settings are looked for."""
    named = os.environ.get("SAMANTHA_CONFIG")
    return Path(named).expanduser() if named else platformdirs.user_config_path("samantha") / "config.yaml"


def load(
    *,
    file: Path | None = None,
    flags: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Config:
    """The settings in force. `flags` maps dotted paths such as ``"llm.model"`` to values; None is left out.

    Raises ConfigError naming the key, the reason and the allowed range, and where the value came from.
    """
    environ = os.environ if environ is None else environ
    tree = _read(project_file(), must_exist=False)
    check(tree, str(project_file()))
    source = file or user_file()
    _merge(tree, _read(source, must_exist=file is not None or bool(environ.get("SAMANTHA_CONFIG"))))
    check(tree, str(source))
    for path, value in _environment(environ).items():
        _set(tree, path, value)
    check(tree, "the environment")
    for key, value in (flags or {}).items():
        if value is not None:
            _set(tree, key.split("."), value)
    return check(tree, "the command line")


def check(tree: Mapping[str, Any], source: str) -> Config:
    """`tree` as settings; raises ConfigError with one line for each problem."""
    try:
        return Config.model_validate(tree)
    except ValidationError as problem:
        lines = [_sentence(error, source) for error in problem.errors()]
        raise ConfigError(
            " ".join(lines), "See config.yaml of the project for every setting and its range."
        ) from None


def _sentence(error: Any, source: str) -> str:
    path = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        from rapidfuzz import process

        near = process.extractOne(path, list(settings()), score_cutoff=60)
        maybe = f" Did you mean {near[0]}?" if near else ""
        return f"{path} in {source} is not a setting.{maybe}"
    reason = _range(path) or error["msg"].removeprefix("Value error, ").replace("Input should", "it should")
    return f"{path} in {source} cannot be {error['input']!r}: {reason}."


def _range(path: str) -> str:
    """The numbers that `path` may be, in words; "" if it is no number with bounds."""
    section, _, name = path.partition(".")
    model = type(Config.model_fields[section].default) if section in Config.model_fields else _Section
    field = model.model_fields.get(name)
    bounds = {type(bound).__name__: bound for bound in (field.metadata if field else ())}
    if "Ge" not in bounds or "Le" not in bounds:
        return ""
    kind = "whole number" if field and field.annotation is int else "number"
    return f"it should be a {kind} from {bounds['Ge'].ge} to {bounds['Le'].le}"


def settings() -> dict[str, Any]:
    """Every setting's dotted path with its default."""
    found: dict[str, Any] = {}
    for section, field in Config.model_fields.items():
        for name, leaf in type(field.default).model_fields.items():
            found[f"{section}.{name}"] = leaf.default
    return found


def _read(source: Path, *, must_exist: bool) -> dict[str, Any]:
    try:
        text = source.read_text("utf-8")
    except FileNotFoundError:
        if must_exist:
            raise ConfigError(f"There is no settings file {source}.", "Check the path.") from None
        return {}
    except UnicodeDecodeError as problem:
        raise ConfigError(f"{source} is not UTF-8 text: {problem.reason}.", "Save it as UTF-8.") from None
    except OSError as problem:
        raise ConfigError(f"{source} cannot be read: {problem.strerror}.", "Check its permissions.") from None
    try:
        tree = yaml.load(text, _Yaml)
    except yaml.YAMLError as problem:
        where = getattr(problem, "problem_mark", None)
        line = f" near line {where.line + 1}" if where else ""
        raise ConfigError(
            f"{source} is not valid YAML{line}.", "Mend that line, or delete the file."
        ) from None
    if tree is None:
        return {}
    if not isinstance(tree, dict):
        raise ConfigError(
            f"{source} should hold settings as `section: {{key: value}}`.", "Mend or delete it."
        )
    return {key: {} if value is None else value for key, value in tree.items()}  # all keys commented out


def value_of(text: str) -> Any:
    """What `text`, from a flag or the environment, is as a value of the settings."""
    try:
        return yaml.load(text, _Yaml)
    except yaml.YAMLError:
        return text


def _environment(environ: Mapping[str, str]) -> dict[tuple[str, ...], Any]:
    return {
        tuple(name.removeprefix("SAMANTHA_").lower().split("__")): value_of(text)
        for name, text in environ.items()
        if name.startswith("SAMANTHA_") and "__" in name
    }


def _merge(tree: dict[str, Any], over: Mapping[str, Any]) -> None:
    for key, value in over.items():
        if isinstance(value, Mapping) and isinstance(tree.get(key), dict):
            _merge(tree[key], value)
        else:
            tree[key] = value


def _set(tree: dict[str, Any], path: Sequence[str], value: Any) -> None:
    for part in path[:-1]:
        branch = tree.setdefault(part, {})
        if not isinstance(branch, dict):
            raise ConfigError(f"{part} is a section, not a value.", "Write it as `section: {key: value}`.")
        tree = branch
    tree[path[-1]] = value
