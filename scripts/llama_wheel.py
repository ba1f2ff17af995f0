"""A llama-cpp-python that suits this processor: built once for a user, kept under a name that tells how.

pip's own cache takes two builds with different flags for the same, so it is not used. `GGML_NATIVE` makes
the compiler use whatever this processor has; hence the processor is part of the name.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
import subprocess
import time
import uuid
from pathlib import Path

from steps import Stop, cache_folder, child, say

_NO_AMX = "-mno-amx-tile -mno-amx-int8 -mno-amx-bf16"
"""Virtual machines that report AMX without letting anyone use it kill the default build with SIGSEGV (or
SIGILL) on the first prompt; GGML_AMX_*=OFF is not enough, because -march=native defines AMX again."""

_INSTRUCTIONS = re.compile(
    r"^(s?sse\w*|avx\w*|fma|f16c|bmi\d|amx\w*|aes|vaes|sha\w*|gfni|v?pclmul\w*|popcnt|movbe|abm|lzcnt"
    r"|asimd\w*|sve\w*|sme(?!p)\w*|i8mm|bf16|neon|fphp|vfpv\d)$"
)
"""Of a processor's flags, those that a compiler makes instructions of; others change with the kernel."""


def version(scripts: Path) -> str:
    """The pinned version."""
    found = re.search(r"^llama-cpp-python==([\w.]+)", (scripts / "requirements.txt").read_text("utf-8"), re.M)
    if found is None:
        raise Stop("scripts/requirements.txt names no llama-cpp-python.")
    return found[1]


def build_flags() -> str:
    """CMAKE_ARGS for this machine: the person's own, and AMX off where there may be AMX."""
    own = os.environ.get("CMAKE_ARGS", "").strip()
    if platform.system() == "Windows" or platform.machine() not in {"x86_64", "AMD64"} or "_FLAGS=" in own:
        return own
    return f"{own} -DCMAKE_C_FLAGS='{_NO_AMX}' -DCMAKE_CXX_FLAGS='{_NO_AMX}'".strip()


def name(wanted: str, flags: str, instructions: str) -> str:
    """The folder a build is kept in, such as llama-cpp-python-0.3.36-py3-linux-x86_64-no-amx-cpu1a2b3c4d."""
    rest = flags.replace(f"-DCMAKE_C_FLAGS='{_NO_AMX}' -DCMAKE_CXX_FLAGS='{_NO_AMX}'", "").strip()
    parts = ["llama-cpp-python", wanted, "py3", platform.system().lower(), platform.machine().lower()]
    parts += ["no-amx"] if rest != flags else []
    parts += [f"flags{_short(rest)}"] if rest else []
    return "-".join([*parts, f"cpu{_short(instructions)}"])


def processor() -> str:
    """The instructions this processor has, as one line."""
    try:
        text = Path("/proc/cpuinfo").read_text("utf-8", errors="replace")
    except OSError:
        if platform.system() == "Darwin":
            query = ["sysctl", "-n", "machdep.cpu.brand_string"]
            return subprocess.run(query, capture_output=True, text=True, check=False).stdout.strip()
        return os.environ.get("PROCESSOR_IDENTIFIER", platform.processor())
    line = re.search(r"^(?:flags|Features)\s*:(.*)$", text, re.M)
    return " ".join(sorted(filter(_INSTRUCTIONS.match, line[1].split() if line else ())))


def kept(scripts: Path, wheels: Path) -> Path | None:
    """The wheel that was built for this machine, if it was."""
    folder = wheels / name(version(scripts), build_flags(), processor())
    return next(iter(sorted(folder.glob("*.whl"))), None)


def needs_compiler(scripts: Path) -> bool:
    """Whether something is still to be compiled."""
    return kept(scripts, cache_folder() / "wheels") is None


def have(scripts: Path, python: Path, wheels: Path) -> Path:
    """The wheel for this machine, built if need be: 5 minutes on two cores."""
    if (wheel := kept(scripts, wheels)) is not None:
        return wheel
    wanted, flags = version(scripts), build_flags()
    say(f"llama-cpp-python {wanted}: compiling for this processor, about 10 core-minutes, once")
    return build(f"llama-cpp-python=={wanted}", python, wheels / name(wanted, flags, processor()), flags)


def build(requirement: str, python: Path, folder: Path, flags: str) -> Path:
    """Compile `requirement` with CMAKE_ARGS=`flags` into `folder`, which is there only once it is whole."""
    wheels = folder.parent
    wheels.mkdir(parents=True, exist_ok=True)
    for old in wheels.glob(".building-*"):
        if time.time() - old.stat().st_mtime > 24 * 3600:  # of somebody who was killed
            shutil.rmtree(old, ignore_errors=True)
    work = wheels / f".building-{uuid.uuid4().hex[:8]}"
    (work / "tmp").mkdir(parents=True)
    (work / "out").mkdir()
    command = [str(python), "-m", "pip", "wheel", "-v", "--no-deps", "--no-cache-dir", "--no-input"]
    command += ["--disable-pip-version-check", f"--no-binary={re.split('[=@ ]', requirement)[0]}"]
    command += ["-w", str(work / "out"), requirement]
    surroundings = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(work / "tmp")) | {"CMAKE_ARGS": flags}
    try:
        if problem := child(
            command, watch=("Collecting ", "Downloading ", "Building "), environment=surroundings
        ):
            raise Stop(f"{requirement} is not here and could not be built: {problem}. {_advice()}".strip())
        shutil.rmtree(folder, ignore_errors=True)
        (work / "out").rename(folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return next(iter(sorted(folder.glob("*.whl"))))


def _advice() -> str:
    if platform.system() == "Darwin" and shutil.which("c++") is None:
        return "It needs Apple's compiler: xcode-select --install"
    if platform.system() == "Windows":
        return "It needs the C++ build tools of Visual Studio."
    return ""


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
