"""She as a service: whether she runs, how she listens, and how the key to talk is heard of."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from samantha.config import Config
from samantha.doctor.finding import Finding, Trouble, finding
from samantha.errors import SamanthaError
from samantha.events import Mode
from samantha.service import places
from samantha.service.client import local
from samantha.service.control import Status
from samantha.service.hotkey import available
from samantha.service.supervisors.install import supervisor
from samantha.service.supervisors.program import this_program

HOW: dict[Mode, str] = {
    "always": "whenever somebody speaks",
    "name": "for her name",
    "ptt": "only while the talk key is held",
}
"""She listens …."""

LINGERS = Path("/var/lib/systemd/linger")


def findings(config: Config) -> Iterator[Finding]:
    """The talk key, the installed service, the running one, and the way to it."""
    yield key(config)
    yield service(config)
    yield running()
    yield reach()


def key(config: Config) -> Finding:
    """How the key to talk is heard of here, and why not in another way."""
    chosen, *others = available(config.ptt, os.environ)
    detail = chosen.why if chosen.name == "command" else f"{config.ptt.key}, by {chosen.name}: {chosen.why}"
    why_not = "\n".join(f"Not by {way.name}: {way.why}" for way in others if way.name != "command")
    needed = config.dialog.mode == "ptt" or config.ptt.mechanism not in ("auto", "off")
    heard = chosen.usable and chosen.name != "command"
    if needed and not heard and config.ptt.mechanism != "off":
        return Finding("talk key", "warning", detail, why_not)
    return Finding("talk key", "ok", detail, why_not)


def service(config: Config) -> Finding:
    """What the system's supervisor knows of her."""
    part = "service"
    try:
        keeper = supervisor()
        state = keeper.status()
        outdated = keeper.outdated(this_program(config)) if state.installed else ""
    except SamanthaError as problem:
        return Finding(part, "ok", f"Not under a supervisor: {problem.message}", problem.hint)
    if not state.installed:
        return Finding(
            part, "ok", "Not installed.", "`samantha service install` has her start when you log in."
        )
    again = f", started again {state.restarts} times" if state.restarts else ""
    detail = f"Installed, {state.doing}{again}.{_lingering()}"
    found = [Trouble(outdated)] if outdated else []
    if state.problem:
        found.append(Trouble(state.problem, "`samantha service start` tries again."))
    return finding(part, detail, found)


def running() -> Finding:
    """What a running Samantha says of herself."""
    try:
        status = local().status()
    except SamanthaError as problem:
        if problem.code == "not-running":
            return Finding("running", "ok", "She does not run in the background now.")
        return Finding("running", "warning", problem.message, problem.hint)
    return of_status(status)


def of_status(status: Status) -> Finding:
    """What her own account of herself means for whoever wants to be heard."""
    found = [Trouble(problem) for problem in status.problems]
    if status.muted:
        found.append(Trouble("Her microphone is closed.", "`samantha listen on` opens it."))
    how = HOW[status.mode]
    hears = f"listens {how}, with {status.input}" if not status.muted else "does not listen"
    return finding("running", f"She runs (process {status.pid}), is {status.state} and {hears}.", found)


def reach() -> Finding:
    """Whether a running Samantha can be found by her commands."""
    part = "socket"
    try:
        folder = places.runtime_folder()
    except SamanthaError as problem:
        return Finding(part, "warning", problem.message, problem.hint)
    place = folder if folder.exists() else folder.parent
    while not place.exists() and place != place.parent:
        place = place.parent
    if not os.access(place, os.W_OK | os.X_OK):
        return Finding(
            part,
            "warning",
            f"{folder} cannot be made or used, so a running Samantha cannot be reached.",
            "Log in as yourself, not by `su` or `sudo`: XDG_RUNTIME_DIR has to be your own.",
        )
    return Finding(part, "ok", f"A running Samantha is reached at {places.socket()}.")


def _lingering() -> str:
    if sys.platform != "linux" or (LINGERS / getpass.getuser()).exists():
        return ""
    return " She runs while you are logged in (`loginctl enable-linger` changes that)."
