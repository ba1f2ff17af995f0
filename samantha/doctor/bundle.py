"""What a bug report needs, in one zip file: no word that was said, no sound, nothing that names a person."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import re
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import yaml

from samantha import __version__
from samantha.config import Config
from samantha.doctor import redact
from samantha.doctor.finding import Finding
from samantha.errors import StorageError
from samantha.service import places
from samantha.service.supervisors.program import run

LINES = 500
"""Of the log, from its end."""

_LINE = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} (\w+) +")
"""How a line of the log file begins; what does not begin so belongs to the line before."""

_JOURNAL = ("journalctl", "--user", "--unit=samantha", "--priority=info", f"--lines={LINES}",
            "--output=short-iso", "--no-hostname", "--no-pager", "--quiet")  # fmt: skip


def file(named: Path | None, now: datetime | None = None) -> Path:
    """Where the bundle goes: `named`, or a name by the clock in this folder. Raises StorageError if it is there."""
    path = named or Path(f"samantha-{now or datetime.now():%Y-%m-%d-%H%M%S}.zip")
    if path.exists():
        raise StorageError(f"{path} is there already.", "Name another file.")
    if not path.absolute().parent.is_dir():
        raise StorageError(f"There is no folder {path.absolute().parent}.", "Name another file.")
    return path


def write(path: Path, config: Config, findings: Sequence[Finding]) -> dict[str, str]:
    """Write the bundle to `path`, for its owner alone; its names with what each holds."""
    clean = redact.Redactor(Path.home(), redact.private_words(config))
    settings = yaml.safe_dump(redact.settings(config), sort_keys=False, allow_unicode=True)
    found = json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2)
    contents = {
        "doctor.json": ("what the doctor found", clean(found)),
        "settings.yaml": ("the settings in force, without names and places", clean(settings)),
        "system.txt": ("the system and its versions", clean(_system())),
        "packages.txt": ("the Python packages installed beside her", _packages()),
        "service.log": (f"the last {LINES} lines of the service's log", clean(_log())),
    }
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as raw, zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as bundle:
            for name, (_, text) in contents.items():
                bundle.writestr(name, text)
    except OSError as problem:
        raise StorageError(f"{path} cannot be written: {problem.strerror}.", "Name another file.") from None
    return {name: holds for name, (holds, _) in contents.items()}


def at_least_info(text: str) -> str:
    """The lines of a log file that were not written at level debug, each with what belongs to it."""
    kept, keep = [], False
    for line in text.splitlines():
        if begins := _LINE.match(line):
            keep = begins[1] != "DEBUG"
        if keep:
            kept.append(line)
    return "\n".join(kept[-LINES:])


def _log() -> str:
    journal = run(_JOURNAL) if sys.platform == "linux" else None
    if journal is not None and journal.code == 0 and journal.text:
        return journal.text
    try:
        return at_least_info(places.log_file().read_text("utf-8", "replace"))
    except FileNotFoundError:
        return ""
    except OSError as problem:
        return f"cannot be read: {problem.strerror}"


def _system() -> str:
    release = ""
    if sys.platform == "linux":
        try:
            release = platform.freedesktop_os_release().get("PRETTY_NAME", "")
        except OSError:
            release = "an unnamed Linux"
    desktop = {name: os.environ.get(name, "") for name in ("XDG_SESSION_TYPE", "XDG_CURRENT_DESKTOP")}
    facts = {
        "samantha": __version__,
        "python": sys.version,
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "distribution": release,
        "processor": platform.processor(),
        **desktop,
    }
    return "".join(f"{name}: {value}\n" for name, value in facts.items())


def _packages() -> str:
    found = {each.metadata["Name"]: each.version for each in importlib.metadata.distributions()}
    return "".join(f"{name}=={found[name]}\n" for name in sorted(found, key=str.lower))
