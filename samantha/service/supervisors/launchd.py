"""Her service as a macOS launch agent. Its text is tested; it was never run on a Mac."""

from __future__ import annotations

import os
import plistlib
import re
from pathlib import Path

from samantha.errors import SamanthaError
from samantha.service import places
from samantha.service.supervisors.program import Program, Run, State, run, write

LABEL = "io.github.samantha"


def agent(program: Program) -> str:
    """The property list: at login, again after a crash, with an interactive program's share of the machine."""
    settings = {
        "Label": LABEL,
        "ProgramArguments": list(program.command),
        "EnvironmentVariables": dict(program.environment),
        "RunAtLoad": True,
        # launchd knows "ended well or not" only: a problem that only a person can mend is tried again, too,
        # every ten seconds at most.
        "KeepAlive": {"SuccessfulExit": False},
        "ThrottleInterval": 10,
        "ProcessType": "Interactive",
        "ExitTimeOut": 10,
        "Umask": 0o077,
        "HardResourceLimits": {"Core": 0},
        "StandardErrorPath": str(program.log.with_name("daemon.err")),
    }
    return plistlib.dumps(settings).decode()


class Launchd:
    """The agent below `folder`, in the person's graphical session."""

    def __init__(self, run: Run = run, folder: Path | None = None) -> None:
        self._run = run
        self._file = (folder or Path.home() / "Library" / "LaunchAgents") / f"{LABEL}.plist"
        self._domain = f"gui/{os.getuid()}" if hasattr(os, "getuid") else "gui"
        self._target = f"{self._domain}/{LABEL}"

    def install(self, program: Program) -> list[str]:
        """Write the agent; launchd reads it at login. Sentences on what was done."""
        places.private_folder(program.log.parent)
        write(self._file, agent(program))
        return [
            f"Wrote {self._file}.",
            "She starts when you log in; `samantha service start` starts her now.",
        ]

    def uninstall(self) -> list[str]:
        """Stop her and take the agent away; what she keeps stays."""
        if not self._file.exists():
            return ["The service is not installed."]
        self._run(["launchctl", "bootout", self._target])  # fails if she does not run
        self._file.unlink()
        return [f"Stopped her, and removed {self._file}."]

    def start(self) -> list[str]:
        """Start her."""
        if not self._file.exists():
            raise SamanthaError(
                "service.missing", "The service is not installed.", "Run `samantha service install`."
            )
        if self._run(["launchctl", "print", self._target]).code:
            answer = self._run(["launchctl", "bootstrap", self._domain, str(self._file)])
        else:
            answer = self._run(["launchctl", "kickstart", self._target])
        if answer.code:
            raise SamanthaError("service.start", f"launchd does not start her: {answer.text}.")
        return ["She is started."]

    def stop(self) -> list[str]:
        """Stop her; she starts again at the next login."""
        self._run(["launchctl", "bootout", self._target])
        return ["She is stopped, and starts again when you log in."]

    def status(self) -> State:
        """What launchd knows of her."""
        answer = self._run(["launchctl", "print", self._target])
        pid = re.search(r"^\s*pid = (\d+)", answer.text, re.MULTILINE)
        state = re.search(r"^\s*state = (.+)$", answer.text, re.MULTILINE)
        return State(
            installed=self._file.exists(),
            running=pid is not None,
            doing=state[1] if state else "not loaded",
            pid=int(pid[1]) if pid else 0,
        )

    def outdated(self, program: Program) -> str:
        """A sentence, if the agent is not the one that `install` would write for `program`; else ""."""
        if not self._file.exists() or self._file.read_text("utf-8") == agent(program):
            return ""
        return (
            "The service was installed with other settings or by another version. "
            "Run `samantha service install` again, then stop and start it."
        )
