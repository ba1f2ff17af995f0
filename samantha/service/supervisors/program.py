"""What a supervisor (systemd, launchd, the task scheduler) has to know of her, and what it knows in return."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from samantha.config import Config
from samantha.errors import StorageError
from samantha.service import places

FOLDERS = ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME")


@dataclass(frozen=True, slots=True)
class Program:
    """What is to be run: with which Python, in which environment, writing where.

    `network` names the settings that need one; without any, she gets none.
    """

    command: tuple[str, ...]
    environment: Mapping[str, str]
    writes: tuple[Path, ...]
    log: Path
    network: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class State:
    """What the supervisor says: `doing` is its own word for the state, `problem` a sentence, or ""."""

    installed: bool
    running: bool
    doing: str
    pid: int = 0
    restarts: int = 0
    problem: str = ""


def this_program(config: Config, environ: Mapping[str, str] | None = None) -> Program:
    """`samantha daemon` with the Python and the settings of whoever asks."""
    environ = os.environ if environ is None else environ
    kept = {
        name: value
        for name, value in environ.items()
        if name == "SAMANTHA_CONFIG" or (name.startswith("SAMANTHA_") and "__" in name) or name in FOLDERS
    }
    if "SAMANTHA_CONFIG" in kept:
        kept["SAMANTHA_CONFIG"] = str(Path(kept["SAMANTHA_CONFIG"]).expanduser().absolute())
    return Program(
        # -P: what lies about in the home folder is not to be imported.
        command=(sys.executable, "-P", "-m", "samantha", "daemon"),
        environment=kept,
        writes=(config.state_folder.absolute(),),
        log=places.log_file(),
        network=needs_network(config),
    )


def needs_network(config: Config) -> tuple[str, ...]:
    """The settings in force that need the network; () keeps her to Unix sockets."""
    remote = config.remote
    needed = {
        "api.tcp": config.api.tcp,
        "wyoming.serve": config.wyoming.serve,
        "llm.engine": config.llm.engine == "openai",
        "hearing.engine": config.hearing.engine == "wyoming" and not remote.stt_url.startswith("unix:"),
        "voice.engine": config.voice.engine == "wyoming" and not remote.tts_url.startswith("unix:"),
    }
    return tuple(path for path, yes in needed.items() if yes)


def barred(config: Config) -> str:
    """A sentence, if settings need the network and this process may not open it; else ""."""
    if not (settings := needs_network(config)):
        return ""
    try:
        socket.socket(socket.AF_INET, socket.SOCK_STREAM).close()
    except OSError:
        return (
            f"{' and '.join(settings)} cannot work: the service was installed without the network. "
            "Run `samantha service install` again, then stop and start it."
        )
    return ""


@dataclass(frozen=True, slots=True)
class Answer:
    """How a command ended, and what it wrote."""

    code: int
    text: str


Run = Callable[[Sequence[str]], Answer]


def run(command: Sequence[str]) -> Answer:
    """Run `command` to its end; 127 if there is no such program here, 124 if it takes six minutes."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=360,
            check=False,
        )
    except FileNotFoundError:
        return Answer(127, f"there is no {command[0]} on this machine")
    except subprocess.TimeoutExpired:
        return Answer(124, f"{command[0]} does not come to an end")
    return Answer(done.returncode, done.stdout.strip())


def write(path: Path, text: str) -> None:
    """Write `text` to `path`, for its owner alone; raises StorageError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(text, "utf-8")
    except OSError as problem:
        raise StorageError(f"{path} cannot be written: {problem.strerror}.", "Check the folder.") from None
