"""The machine and the versions that figures belong to."""

from __future__ import annotations

import platform
from importlib import metadata
from pathlib import Path

from samantha import __version__
from samantha.store.machine import GIB, this_machine

_LIBRARIES = ("llama-cpp-python", "faster-whisper", "ctranslate2", "onnxruntime", "piper-tts")


def machine() -> dict[str, str]:
    """What to print above the figures: processor, cores and memory, system, versions."""
    here = this_machine(look_for_gpu=False)
    versions = [f"{name} {version}" for name in _LIBRARIES if (version := _version(name))]
    return {
        "processor": f"{_processor()}, {'1 core' if here.cores == 1 else f'{here.cores} cores'}",
        "memory": f"{here.ram / GIB:.0f} GiB",
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "versions": ", ".join((f"samantha {__version__}", f"Python {platform.python_version()}", *versions)),
    }


def busy() -> float:
    """How much of this machine other programs use, looked at for a second: percent of all cores."""
    import psutil

    return float(psutil.cpu_percent(interval=1.0))


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines()
    except OSError:  # not Linux
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, "") or platform.processor() or platform.machine()


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""
