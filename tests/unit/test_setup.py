"""Set-up's judgement: how a build is named, what it is built with, when there is nothing to do."""

from __future__ import annotations

import importlib
import platform
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

pytestmark = pytest.mark.unit

SCRIPTS = Path(__file__).parents[2] / "scripts"


@pytest.fixture
def load(monkeypatch):
    """A module of scripts/, which is no package."""
    monkeypatch.syspath_prepend(str(SCRIPTS))

    def module(name: str) -> ModuleType:
        return importlib.import_module(name)

    yield module
    for name in ("setup", "steps", "llama_wheel"):
        sys.modules.pop(name, None)


def test_a_builds_name_tells_version_machine_flags_and_processor(load, monkeypatch):
    llama_wheel = load("llama_wheel")
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    monkeypatch.delenv("CMAKE_ARGS", raising=False)
    flags = llama_wheel.build_flags()
    assert flags == (
        "-DCMAKE_C_FLAGS='-mno-amx-tile -mno-amx-int8 -mno-amx-bf16' "
        "-DCMAKE_CXX_FLAGS='-mno-amx-tile -mno-amx-int8 -mno-amx-bf16'"
    )
    plain = llama_wheel.name("0.3.36", flags, "avx2 fma")
    assert re.fullmatch(r"llama-cpp-python-0\.3\.36-py3-linux-x86_64-no-amx-cpu[0-9a-f]{8}", plain)
    assert llama_wheel.name("0.3.36", flags, "avx2 fma amx_tile") != plain
    monkeypatch.setenv("CMAKE_ARGS", "-DGGML_CUDA=on")
    cuda = llama_wheel.build_flags()
    assert cuda.startswith("-DGGML_CUDA=on -DCMAKE_C_FLAGS='-mno-amx-tile")
    name = r"llama-cpp-python-0\.3\.36-py3-linux-x86_64-no-amx-flags[0-9a-f]{8}-cpu[0-9a-f]{8}"
    assert re.fullmatch(name, llama_wheel.name("0.3.36", cuda, "avx2 fma"))


@pytest.mark.parametrize(
    ("system", "machine"), [("Linux", "aarch64"), ("Darwin", "arm64"), ("Windows", "AMD64")]
)
def test_amx_is_not_spoken_of_where_no_compiler_knows_it(load, monkeypatch, system, machine):
    monkeypatch.setattr(platform, "system", lambda: system)
    monkeypatch.setattr(platform, "machine", lambda: machine)
    monkeypatch.delenv("CMAKE_ARGS", raising=False)
    assert load("llama_wheel").build_flags() == ""


def test_the_processor_is_its_instructions_not_its_kernel(load):
    known = load("llama_wheel")._INSTRUCTIONS
    flags = "fpu sse2 ssse3 avx512_vnni amx_tile constant_tsc ibrs smep asimddp sve2 sme2 fma nopl hypervisor"
    assert [flag for flag in flags.split() if known.match(flag)] == [
        "sse2", "ssse3", "avx512_vnni", "amx_tile", "asimddp", "sve2", "sme2", "fma",
    ]  # fmt: skip


def test_the_version_is_the_pinned_one(load):
    assert re.fullmatch(r"0\.3\.\d+", load("llama_wheel").version(SCRIPTS))


def test_the_cache_is_where_the_program_looks_for_it(load, monkeypatch, tmp_path):
    import platformdirs

    assert load("steps").cache_folder() == platformdirs.user_cache_path("samantha")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert load("steps").cache_folder() == platformdirs.user_cache_path("samantha")


def test_run_and_setup_agree_on_when_all_is_done(load):
    command = f'root={SCRIPTS.parent}; source "$root/scripts/ready.sh"; stamp'
    shell = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True).stdout.strip()
    assert shell == load("setup").stamp()


@pytest.mark.parametrize(
    ("output", "code", "reason"),
    [
        ("fine", 0, ""),
        ("odd", 3, "exit code 3"),
        ("OSError: [Errno 28] No space left on device", 1, "the disk is full"),
        ("NewConnectionError: no", 1, "the package index cannot be reached"),
        (
            "NewConnectionError: no\nERROR: No matching distribution found for rich==1",
            1,
            "the package index cannot be reached, and rich==1 is missing",
        ),
    ],
)
def test_why_a_program_failed_in_a_few_words(load, output, code, reason):
    command = [sys.executable, "-c", f"print({output!r}); raise SystemExit({code})"]
    assert load("steps").child(command, watch=("Collecting",)) == reason


def test_no_package_index_is_named_and_every_dependency_is_pinned():
    import tomllib

    project = tomllib.loads((SCRIPTS.parent / "pyproject.toml").read_text("utf-8"))["project"]
    pinned: set[str] = set()
    for name, wanted in (
        ("requirements.txt", project["dependencies"]),
        ("requirements-dev.txt", project["optional-dependencies"]["dev"]),
    ):
        pins = (SCRIPTS / name).read_text("utf-8")
        assert "://" not in pins
        assert not re.search(r"^[^#\s]+$", re.sub(r"^[\w.-]+==.*$", "", pins, flags=re.M), re.M)
        pinned |= set(re.findall(r"^([\w.-]+)==", pins, re.M))
        for requirement in wanted:
            assert re.match(r"[\w.-]+", requirement)[0].lower() in pinned, requirement
