"""The way set-up builds llama-cpp-python, tried on a package that takes a second."""

from __future__ import annotations

import importlib
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

BACKEND = """
import os, zipfile
INFO = "standin-1.0.dist-info/"
def get_requires_for_build_wheel(settings=None):
    return []
def build_wheel(folder, settings=None, metadata=None):
    if os.environ["CMAKE_ARGS"] == "broken":
        raise SystemExit("the compiler is unhappy")
    print("[1/2] compiling", flush=True)
    name = "standin-1.0-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(folder, name), "w") as wheel:
        wheel.writestr("standin.txt", os.environ["CMAKE_ARGS"] + " " + os.environ["TMPDIR"])
        wheel.writestr(INFO + "METADATA", "Metadata-Version: 2.1\\nName: standin\\nVersion: 1.0\\n")
        wheel.writestr(INFO + "WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(INFO + "RECORD", "")
    return name
"""


@pytest.fixture
def llama_wheel(monkeypatch, tmp_path):
    source = tmp_path / "standin-1.0"
    source.mkdir()
    (source / "backend.py").write_text(BACKEND)
    (source / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
        '[project]\nname = "standin"\nversion = "1.0"\n'
    )
    (source / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: standin\nVersion: 1.0\n")
    with tarfile.open(tmp_path / "standin-1.0.tar.gz", "w:gz") as archive:
        archive.add(source, "standin-1.0")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "scripts"))
    yield importlib.import_module("llama_wheel")
    for name in ("steps", "llama_wheel"):
        sys.modules.pop(name, None)


def test_a_build_has_its_flags_and_is_there_only_when_it_is_whole(llama_wheel, tmp_path):
    folder = tmp_path / "wheels" / "standin-with-flags"
    wheel = llama_wheel.build("standin==1.0", Path(sys.executable), folder, "-DSOME=flag")
    assert wheel.parent == folder
    with zipfile.ZipFile(wheel) as archive:
        flags, _, temporary = archive.read("standin.txt").decode().partition(" ")
    assert flags == "-DSOME=flag"
    assert Path(temporary).is_relative_to(tmp_path / "wheels")  # what a kill leaves is found again
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_a_failed_build_says_so_and_leaves_nothing(llama_wheel, tmp_path):
    from steps import Stop

    folder = tmp_path / "wheels" / "standin"
    with pytest.raises(Stop, match=r"standin==1\.0 is not here and could not be built: exit code 1"):
        llama_wheel.build("standin==1.0", Path(sys.executable), folder, "broken")
    assert not list(folder.parent.iterdir())
