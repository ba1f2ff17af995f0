"""Who looks after her here: systemd, launchd, or Windows' task scheduler."""

from __future__ import annotations

import os
import sys
from typing import Protocol

from samantha.config import Config
from samantha.service.supervisors.program import Program, State, this_program


class Supervisor(Protocol):
    """Starts her at login and again after a crash. Every verb raises SamanthaError if it cannot."""

    def install(self, program: Program) -> list[str]:
        """Have `program` run from the next login on; sentences on what was done. Again: anew."""

    def uninstall(self) -> list[str]:
        """Stop her and undo `install`; what she keeps stays."""

    def start(self) -> list[str]:
        """Start her now."""

    def stop(self) -> list[str]:
        """Stop her until the next login."""

    def status(self) -> State:
        """What the supervisor knows of her."""

    def outdated(self, program: Program) -> str:
        """A sentence, if what is installed is not what `install` would make of `program`; else ""."""


def supervisor() -> Supervisor:
    """The one of this platform."""
    if sys.platform == "win32":
        from samantha.service.supervisors.scheduler import Scheduler

        return Scheduler(f"{os.environ.get('USERDOMAIN', '.')}\\{os.environ.get('USERNAME', '')}")
    if sys.platform == "darwin":
        from samantha.service.supervisors.launchd import Launchd

        return Launchd()
    from samantha.service.supervisors.systemd import Systemd

    return Systemd()


def outdated(config: Config) -> str:
    """A sentence, if the installed service does not fit the settings; "" if it does or none is installed.

    Raises SamanthaError where no supervisor answers.
    """
    return supervisor().outdated(this_program(config))
