"""What this user may do with sound hardware and files, and who else is at it."""

from __future__ import annotations

import contextlib
import getpass
import os
import stat
import sys
from pathlib import Path

from samantha.config import Config
from samantha.doctor.finding import Finding, Trouble, finding
from samantha.errors import SamanthaError
from samantha.service import places

SND = Path("/dev/snd")
MOST = 1000
"""Files after which no more are looked for: a folder may have been named by mistake."""


def sound(folder: Path = SND) -> list[Trouble]:
    """What keeps this user from the sound cards themselves, where no sound server keeps them; Linux only."""
    if sys.platform != "linux":
        return []
    nodes = list(folder.glob("pcm*"))
    if not nodes:
        return [
            Trouble("The kernel knows no sound card.", "In a container or a virtual machine, give it one.")
        ]
    if not any(os.access(node, os.R_OK | os.W_OK) for node in nodes):
        return [
            Trouble(
                f"You may not use the sound cards in {folder}.",
                f"sudo usermod -aG audio {getpass.getuser()}, then log out and in again.",
            )
        ]
    return []


def users(processes: Path = Path("/proc"), folder: Path = SND) -> str:
    """Who has a sound card open now, as advice, as far as this user may know; Linux only."""
    names = set()
    for process in processes.glob("[0-9]*"):
        try:
            held = [descriptor.readlink() for descriptor in (process / "fd").iterdir()]
            theirs = any(path.parent == folder and path.name.startswith("pcm") for path in held)
            if theirs and process.name != str(os.getpid()):
                names.add((process / "comm").read_text("utf-8").strip())
        except OSError:
            continue  # it has ended, or is another user's
    return (
        f"{' and '.join(sorted(names))} has a sound card open: end it, or use a sound server."
        if names
        else ""
    )


def files(config: Config) -> Finding:
    """Whether what she keeps is for its owner alone."""
    part = "private files"
    if sys.platform == "win32":
        return Finding(part, "ok", f"Who may read {config.state_folder} is said by its folder.")
    folders = [config.state_folder, places.log_file().parent]
    with contextlib.suppress(SamanthaError):  # another user's, of which the way to her socket tells
        folders.append(places.runtime_folder())
    keys = [Path(config.remote.llm_key_file).expanduser()] if config.remote.llm_key_file else []
    found = [exposed(folder) for folder in folders if folder.exists()]
    open_ = [path for paths in found for path in paths] + [key for key in keys if _open(key)]
    if not open_:
        return Finding(part, "ok", f"Only you can read what she keeps in {config.state_folder}.")
    shown = ", ".join(map(str, open_[:3])) + (f" and {len(open_) - 3} more" if len(open_) > 3 else "")
    trees = sorted({str(next((f for f in folders if path.is_relative_to(f)), path)) for path in open_})
    mend = f"`chmod -R go= {' '.join(trees)}` closes them."
    return finding(part, f"Others on this machine can look into {shown}.", [Trouble("", mend)])


def exposed(folder: Path) -> list[Path]:
    """What in `folder` others than its owner can reach; nothing if the folder itself is closed to them."""
    found: list[Path] = []
    waiting = [folder]
    while waiting and len(found) < MOST:
        path = waiting.pop()
        if not _open(path):
            continue
        found.append(path)
        if path.is_dir():
            waiting += sorted(path.iterdir(), reverse=True)
    return found


def _open(path: Path) -> bool:
    """Whether anybody but its owner may do anything with it."""
    try:
        mode = path.lstat().st_mode
    except OSError:
        return False
    return not stat.S_ISLNK(mode) and bool(stat.S_IMODE(mode) & 0o077)
