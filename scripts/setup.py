"""Set Samantha up in this checkout: system packages, .venv, engines, models, a self-test.

`scripts/run` calls it when something is missing; on Windows call it by hand: `python scripts/setup.py`.
It may be interrupted at any moment and run again: what is done is not done twice. It needs nothing but the
standard library of Python 3.11 to 3.13.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes.util
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import llama_wheel
from steps import UNREACHABLE, Stop, cache_folder, child, say

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = ROOT / "scripts"
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
INTERRUPTED = VENV / "samantha-unfinished"
"""There while packages are being installed. If it is found at the start, the environment is made anew."""
EDITABLE = VENV / "samantha-editable"

HARDWARE_TESTS = [
    *("pipewire", "wireplumber", "pipewire-pulse", "pulseaudio-utils", "dbus"),
    *("xvfb", "xdotool", "openbox", "tint2", "scrot", "x11-utils"),
    *("libegl1", "libxkbcommon-x11-0", "libxcb-cursor0", "libxcb-icccm4", "libxcb-keysyms1", "libxcb-shape0"),
    *("systemd", "dbus-user-session", "util-linux", "openssl", "faketime", "gnome-keyring"),
]
"""A sound card, a desktop and a login, without one."""

# Python 3.14: every dependency has wheels for it, but it has not been tried; pyproject.toml says the same.
OLDEST, TOO_NEW = (3, 11), (3, 14)


def main() -> None:
    """Exit 0: everything is there; 1: something is missing that one printed line names; 130: Ctrl-C."""
    arguments = argparse.ArgumentParser(description="Set Samantha up in this checkout.")
    arguments.add_argument("--dev", action="store_true", help="also what the tests and checks need")
    arguments.add_argument("--no-models", action="store_true", help="stop before the models")
    chosen = arguments.parse_args()
    try:
        with only_one():
            set_up(dev=chosen.dev, models=not chosen.no_models)
    except Stop as problem:
        print(f"set-up: {problem}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("set-up: interrupted; run it again and it goes on from here.", file=sys.stderr)
        sys.exit(130)
    except OSError as problem:
        print(f"set-up: {problem.filename or 'the disk'}: {problem.strerror}.", file=sys.stderr)
        sys.exit(1)


def set_up(*, dev: bool, models: bool) -> None:
    """Every step, in order; each looks first whether it is done."""
    if not OLDEST <= sys.version_info[:2] < TOO_NEW:
        raise Stop(f"Samantha needs Python 3.11, 3.12 or 3.13; this is {platform.python_version()}.")
    system_packages(dev=dev)
    environment()
    packages(dev=dev)
    if not models:
        return
    program = [str(PYTHON), "-m", "samantha"]
    say("models: hearing, thinking, a woman's voice")
    if child([*program, "models", "pull", "--defaults", *(["--tests"] if dev else [])]):
        raise SystemExit(1)  # it has said which one, and what to do
    if not child([*program, "doctor", "--help"], quiet=True):
        say("self-test of each engine")
        if child([*program, "doctor", "--quick"]):
            raise Stop("the self-test found a problem, see above; `.venv/bin/samantha doctor` says more.")
    for name in ["samantha-stamp", *(["samantha-stamp-dev"] if dev else [])]:
        (VENV / name).write_text(stamp() + "\n", "ascii")


# --- the system's packages --------------------------------------------------------------------------------


def system_packages(*, dev: bool) -> None:
    """On Debian and Ubuntu: install what is missing as root or through sudo, else print the line."""
    if platform.system() != "Linux":
        return
    wanted = []
    if ctypes.util.find_library("portaudio") is None:
        wanted += ["libportaudio2", "libasound2-plugins"]
    must = []
    compiles = llama_wheel.needs_compiler(SCRIPTS) or not any(VENV.glob("lib/python*/site-packages/evdev"))
    if compiles and not any(map(shutil.which, ("c++", "g++", "clang++"))):
        must.append("g++")
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    if not _has_venv():
        must.append(f"{version}-venv")
    if compiles and Path(sys.executable).resolve().parent == Path("/usr/bin") and not _has_headers():
        must.append(f"{version}-dev")
    if dev:
        wanted += [name for name in HARDWARE_TESTS if not _has_package(name)]
    if not (wanted or must):
        return
    if _apt_install([*must, *wanted]):
        return
    line = f"sudo apt-get install -y {' '.join([*must, *wanted])}"
    if must:
        raise Stop(f"{' and '.join(must)} is missing. Install it, then run this again: {line}")
    say(f"missing, without which there may be no sound or some tests are skipped. Install it with: {line}")


def _has_venv() -> bool:
    from importlib.util import find_spec

    return find_spec("venv") is not None and find_spec("ensurepip") is not None


def _has_headers() -> bool:
    return (Path(sysconfig.get_path("include")) / "Python.h").is_file()


def _has_package(name: str) -> bool:
    query = ["dpkg-query", "-W", "-f", "${db:Status-Status}", name]
    return shutil.which(query[0]) is not None and _output(query) == "installed"


def _output(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def _apt_install(names: list[str]) -> bool:
    if shutil.which("apt-get") is None:
        return False
    root = os.geteuid() == 0
    if not root and (shutil.which("sudo") is None or child(["sudo", "-n", "true"], quiet=True)):
        return False
    before = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    before = before if root else ["sudo", "-n", *before]
    say(f"system packages: {' '.join(names)}")
    child([*before, "update", "-qq"], quiet=True)  # an old list may do; the next line tells
    return not child([*before, "install", "-y", "-qq", "--no-install-recommends", *names], quiet=True)


# --- the environment --------------------------------------------------------------------------------------


def environment() -> None:
    """A working .venv that belongs to this checkout and this Python."""
    if INTERRUPTED.exists() or (VENV.exists() and not _usable()):
        say(".venv is not whole; making it anew")
        shutil.rmtree(VENV)
    if not PYTHON.exists():
        say(f"environment in {VENV}")
        if child([sys.executable, "-m", "venv", str(VENV)]):
            shutil.rmtree(VENV, ignore_errors=True)
            raise Stop(f"{sys.executable} cannot make a virtual environment.")


def _usable() -> bool:
    """Whether its Python starts, is one we support, has pip, and was made for this folder."""
    if not PYTHON.exists():
        return False
    question = "import pip, sys; print(sys.prefix); sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))"
    answer = subprocess.run([PYTHON, "-c", question], capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        return False
    notes = (VENV / "pyvenv.cfg").read_text("utf-8", errors="replace")
    commands = [line for line in notes.splitlines() if line.startswith("command")]
    return all(line.endswith(str(VENV)) for line in commands)  # else the checkout was moved


def packages(*, dev: bool) -> None:
    """The pinned packages, with a llama-cpp-python made for this processor, and Samantha herself."""
    wheel = llama_wheel.have(SCRIPTS, PYTHON, cache_folder() / "wheels")
    lists = [SCRIPTS / "requirements.txt", *([SCRIPTS / "requirements-dev.txt"] if dev else [])]
    noted = [VENV / f"samantha-{path.stem}" for path in lists]
    state = digest([*lists[:1], ROOT / "pyproject.toml"], str(wheel), str(ROOT))
    states = [state, *(digest([path], state) for path in lists[1:])]
    if [path.read_text("ascii") if path.is_file() else "" for path in noted] == states:
        return
    pip = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--retries=3"]
    INTERRUPTED.touch()
    _pip([*pip, "--no-deps", *_fresh(wheel), str(wheel)], f"llama-cpp-python from {wheel.parent.name}")
    _pip([*pip, *(part for path in lists for part in ("-r", str(path)))], "Python packages")
    if not _installed_from_here():
        _pip([*pip, "--no-deps", "-e", str(ROOT)], "Samantha")
        EDITABLE.write_text(digest([ROOT / "pyproject.toml"]), "ascii")
    for path, text in zip(noted, states, strict=True):
        path.write_text(text, "ascii")
    INTERRUPTED.unlink()


def _installed_from_here() -> bool:
    """Making an editable installation asks the package index for a build tool, so not without need."""
    return EDITABLE.is_file() and EDITABLE.read_text("ascii") == digest([ROOT / "pyproject.toml"])


def _fresh(wheel: Path) -> list[str]:
    """pip takes two builds of one version for the same; ours may differ in their flags."""
    noted = VENV / "samantha-llama"
    if noted.is_file() and noted.read_text("utf-8") == str(wheel):
        return []
    noted.write_text(str(wheel), "utf-8")
    return ["--force-reinstall"]


def _pip(command: list[str], what: str) -> None:
    say(what)
    if problem := child(command, watch=("Collecting ", "Downloading ", "Building ", "Installing ")):
        if problem.startswith(UNREACHABLE):
            INTERRUPTED.unlink()  # pip gave up before it changed anything
        raise Stop(f"{what} could not be installed: {problem}.")


# --- whether all this is needed ---------------------------------------------------------------------------


def stamp() -> str:
    """What `scripts/run` compares, computed there by sha256sum: these files and where they are."""
    lists = sorted(SCRIPTS.glob("requirements*.txt"))
    scripts = sorted(SCRIPTS.glob("*.py"))
    return digest([*lists, ROOT / "pyproject.toml", ROOT / "models" / "catalog.yaml", *scripts], str(ROOT))


def digest(files: list[Path], *texts: str) -> str:
    """SHA-256 over the files' contents and the texts, one after the other."""
    sha = hashlib.sha256()
    for path in files:
        sha.update(path.read_bytes())
    for text in texts:
        sha.update(text.encode())
    return sha.hexdigest()


@contextlib.contextmanager
def only_one() -> Iterator[None]:
    """Two set-ups of one checkout would trip over each other: the second waits."""
    if os.name == "nt":
        yield
        return
    import fcntl

    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"setup-{hashlib.sha256(str(ROOT).encode()).hexdigest()[:12]}.lock").open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another set-up of this checkout is at work; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    main()
