"""What the steps of set-up share: how they speak, fail, and run other programs."""

from __future__ import annotations

import ctypes
import os
import platform
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path


class Stop(Exception):  # noqa: N818 (no error of the program)
    """Set-up cannot go on; the message is one line: what is missing, and what to do."""


def say(text: str) -> None:
    """One line of progress."""
    print(f"· {text}", flush=True)


def cache_folder() -> Path:
    """The per-user cache of Samantha, where `platformdirs` puts it too."""
    if platform.system() == "Windows":
        base = os.environ.get("LOCALAPPDATA") or str(Path.home() / "AppData/Local")
        return Path(base) / "samantha" / "samantha" / "Cache"
    if platform.system() == "Darwin":
        return Path.home() / "Library/Caches/samantha"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "samantha"


UNREACHABLE = "the package index cannot be reached"
_NO_ROUTE = re.compile(
    r"NewConnectionError|Failed to establish|Name or service not known|Temporary failure in name|timed out"
    r"|Connection refused|Network is unreachable|getaddrinfo failed|ConnectTimeout|ReadTimeout|ProxyError"
)
_FULL = re.compile(r"No space left on device|Disk quota exceeded")


def child(
    command: Sequence[str],
    *,
    quiet: bool = False,
    watch: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
) -> str:
    """Run `command` to its end; returns an empty text, or why it failed in a few words.

    Its output is shown as it is; or, `quiet`, dropped; or, with `watch`, one moving line shows the last line
    that begins with one of these words or counts `[12/345]`, and the last lines are shown if it fails.
    """
    piped = bool(watch)
    where = subprocess.PIPE if piped else subprocess.DEVNULL if quiet else None
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=where,
        stderr=subprocess.STDOUT if piped else where,
        env={**os.environ, **(environment or {})},
        text=True if piped else None,
        errors="replace" if piped else None,
        preexec_fn=_die_with_parent if platform.system() == "Linux" else None,
    )
    said: list[str] = []
    try:
        if process.stdout is not None:
            with Line() as line, process.stdout as output:
                for text in output:
                    said.append(text.rstrip())
                    line.show(said[-1].strip(), watch)
        code = process.wait()
    except BaseException:
        process.terminate()
        process.wait()
        raise
    if code == 0:
        return ""
    everything = "\n".join(said)
    if _NO_ROUTE.search(everything):
        missing = re.search(r"No matching distribution found for (\S+)", everything)
        return f"{UNREACHABLE}, and {missing[1]} is missing" if missing else UNREACHABLE
    if _FULL.search(everything):
        return "the disk is full"
    for text in said[-12:]:
        print(f"    {text}", file=sys.stderr)
    return f"exit code {code}"


def _die_with_parent() -> None:
    """So that an installer does not go on writing when set-up was killed (Linux's PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class Line:
    """The line a terminal overwrites; elsewhere a line every half minute."""

    def __init__(self) -> None:
        self._terminal = sys.stdout.isatty()
        self._began = self._last = time.monotonic()

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *_: object) -> None:
        if self._terminal:
            print("\r\x1b[K", end="", flush=True)

    def show(self, text: str, watch: Sequence[str]) -> None:
        """`text`, if it tells of progress and it is time."""
        count = re.match(r"\[(\d+)/(\d+)\]", text)
        if not (count or text.startswith(tuple(watch))):
            return
        now = time.monotonic()
        if now - self._last < (0.1 if self._terminal else 30):
            return
        self._last = now
        text = f"step {count[1]} of {count[2]}" if count else text
        text = f"  {now - self._began:4.0f} s  {text}"
        print(
            f"\r\x1b[K{text[:100]}" if self._terminal else text,
            end="" if self._terminal else "\n",
            flush=True,
        )
