"""What this machine can carry: cores, memory, a GPU; found out in milliseconds, without loading an engine."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from samantha.store.recipe import Model

GIB = 1024**3
_SLACK = 0.9
"""A machine sold with 8 GB reports a little less: firmware and integrated graphics take theirs."""


@dataclass(frozen=True, slots=True)
class Machine:
    """`cores` are physical; `ram` is bytes in all; `gpu` names a usable GPU or is empty, `vram` its bytes."""

    cores: int
    ram: int
    gpu: str = ""
    vram: int = 0

    @property
    def metal(self) -> bool:
        """An Apple GPU: used by a llama-cpp-python as it comes, and it shares the machine's memory."""
        return self.gpu.startswith("Apple")

    def fits(self, model: Model) -> bool:
        """Whether `model` runs here in comfort, with an engine as set-up builds it."""
        enough = self.ram >= model.ram * GIB * _SLACK
        return enough and (self.metal or self.cores >= model.cores)

    def fits_gpu(self, model: Model) -> bool:
        """Whether the whole of `model` and its context fit into the GPU's own memory."""
        return bool(self.vram) and self.vram >= model.size * 1.2 + GIB

    def best(self, models: Iterable[Model]) -> Model | None:
        """The best of `models` that fits; if none does, the least demanding; None of nothing.

        One that is for tests only counts if there is no other.
        """
        everything = list(models)
        candidates = [model for model in everything if model.quality > 0] or everything
        fitting = [model for model in candidates if self.fits(model)]
        if fitting:
            return max(fitting, key=lambda model: model.quality)
        return min(candidates, key=lambda model: (model.ram, model.cores, model.size), default=None)

    def __str__(self) -> str:
        gpu = f", {self.gpu}" if self.gpu else ", no GPU that is used"
        if self.vram:
            gpu += f" with {self.vram / GIB:.0f} GiB"
        cores = "1 core" if self.cores == 1 else f"{self.cores} cores"
        return f"{cores}, {self.ram / GIB:.0f} GiB of memory{gpu}"


def this_machine(*, look_for_gpu: bool = True) -> Machine:
    """The machine we run on. `look_for_gpu` may ask `nvidia-smi`, which takes up to a second."""
    import psutil

    cores = psutil.cpu_count(logical=False) or os.cpu_count() or 1
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else cores
    ram = min(int(psutil.virtual_memory().total), _memory_limit())
    if platform.system() == "Darwin" and platform.machine() == "arm64":
        return Machine(cores, ram, "Apple silicon")
    gpu, vram = _nvidia() if look_for_gpu else ("", 0)
    return Machine(min(cores, usable), ram, gpu, vram)


def _memory_limit() -> int:
    """What a container may use, or more than any machine has."""
    try:
        return int(Path("/sys/fs/cgroup/memory.max").read_text("ascii"))
    except (OSError, ValueError):  # no such file, or the word "max"
        return 1 << 62


def _nvidia() -> tuple[str, int]:
    program = shutil.which("nvidia-smi")
    if program is None:
        return "", 0
    try:
        answer = subprocess.run(
            [program, "--query-gpu=name,memory.total", "--format=csv,noheader,nounits"],
            capture_output=True,
            text=True,
            timeout=5,
            check=True,
        ).stdout
        name, megabytes = answer.strip().splitlines()[0].rsplit(",", 1)
        return name.strip(), int(megabytes) * 1024**2
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return "", 0  # a driver that does not answer is a GPU that cannot be used
