"""Her service under the user's own systemd."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from samantha.errors import SamanthaError
from samantha.service import places
from samantha.service.supervisors import units
from samantha.service.supervisors.program import Answer, Program, Run, State, run, write

# Whether what should be read-only is so: some systems grant the namespace and then refuse the mounts in it,
# which systemd passes over in silence.
_TRY = "import os, sys; sys.exit(os.access(sys.argv[1], os.W_OK))"

_RESULTS = {
    "start-limit-hit": "She was started too often in too short a time.",
    "watchdog": "She hung, and was ended.",
    "timeout": "She took too long to start or to stop.",
    "oom-kill": "The machine ran out of memory, and she was ended.",
    "signal": "She crashed.",
    "core-dump": "She crashed.",
    "exit-code": "She ended with a problem.",
}


class Systemd:
    """Units below `folder`, for the user manager that answers to `systemctl --user`."""

    def __init__(self, run: Run = run, folder: Path | None = None, home: Path | None = None) -> None:
        config = os.environ.get("XDG_CONFIG_HOME")
        self._run = run
        self._home = home or Path.home()
        self._folder = folder or (Path(config) if config else self._home / ".config") / "systemd" / "user"
        self._unit = self._folder / units.UNIT
        self._desktop = self._folder / units.DESKTOP
        data = os.environ.get("XDG_DATA_HOME")
        applications = (Path(data) if data else self._home / ".local" / "share") / "applications"
        self._entry = applications / f"{places.APP_ID}.desktop"
        drop_ins = self._folder / f"{units.UNIT}.d"
        self._network = drop_ins / "network.conf"
        self._sandbox = drop_ins / "sandbox.conf"

    def install(self, program: Program) -> list[str]:
        """Write the units and have them start at login; sentences on what was done."""
        version = self._version()
        running = self.status().running
        write(self._unit, units.service(program, version))
        write(self._desktop, units.desktop())
        write(self._entry, units.entry("samantha service start"))
        said = [f"Wrote {self._unit} and {self._desktop}."]
        if program.network:
            write(self._network, units.network(program.network))
            said.append(f"She may use the network, because of {', '.join(program.network)}: {self._network}.")
        else:
            self._network.unlink(missing_ok=True)
            said.append("She has no network: Unix sockets only.")
        for folder in program.writes:
            places.private_folder(folder)  # what is not there when she starts, she cannot write to
        sandbox = units.sandbox(program.writes, self._home)
        if self._allows(sandbox):
            write(self._sandbox, sandbox)
            said.append(f"To her, the file system is read-only but for {_all(program.writes)}.")
        else:
            self._sandbox.unlink(missing_ok=True)
            said.append(
                "This system denies user namespaces, so the file system is open to her as it is to you."
            )
        self._ask("daemon-reload")
        self._ask("enable", units.UNIT, units.DESKTOP)
        if running:
            said.append(
                "She still runs as before: `samantha service stop` and `start` bring in the new settings."
            )
        else:
            said.append("She starts when you log in; `samantha service start` starts her now.")
        said.append("To have her run without a login, too: `loginctl enable-linger`.")
        return said

    def uninstall(self) -> list[str]:
        """Stop her and take the units away; what she keeps stays. Sentences on what was done."""
        self._version()
        if not self._unit.exists():
            return ["The service is not installed."]
        self._ask("disable", "--now", units.UNIT, units.DESKTOP)
        for path in (self._unit, self._desktop, self._entry, self._network, self._sandbox):
            path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self._network.parent.rmdir()  # unless the person has put something there
        self._ask("daemon-reload")
        self._ctl("reset-failed", units.UNIT)  # fails if nothing has
        return [f"Stopped her, and removed {self._unit} and what belongs to it."]

    def start(self) -> list[str]:
        """Start her, and return when she is ready."""
        self._must_be_installed()
        self._ctl("reset-failed", units.UNIT)  # a person who asks is more than a crash that tries again
        if self._ctl("start", units.UNIT).code:
            state = self.status()
            raise SamanthaError(
                "service.start",
                f"The service does not start. {state.problem} {self._last_words()}".replace(
                    "  ", " "
                ).strip(),
                "See `journalctl --user -u samantha`.",
            )
        return ["She is running."]

    def stop(self) -> list[str]:
        """Stop her; she starts again at the next login."""
        self._must_be_installed()
        self._ask("stop", units.UNIT)
        return ["She is stopped, and starts again when you log in."]

    def status(self) -> State:
        """What systemd knows of her."""
        wanted = "LoadState,ActiveState,SubState,StatusText,MainPID,NRestarts,Result,ExecMainStatus"
        answer = self._ask("show", units.UNIT, f"--property={wanted}")
        facts = dict(line.partition("=")[::2] for line in answer.text.splitlines())
        waiting = facts.get("SubState") == "auto-restart"  # after a crash
        running = facts.get("ActiveState") in ("active", "reloading", "activating") and not waiting
        doing = "waiting to start again" if waiting else facts.get("ActiveState", "unknown")
        if running and facts.get("StatusText"):
            doing = f"{doing}, {facts['StatusText']}"
        return State(
            installed=facts.get("LoadState") == "loaded",
            running=running,
            doing=doing,
            pid=int(facts.get("MainPID") or 0),
            restarts=int(facts.get("NRestarts") or 0),
            problem="" if running else _problem(facts),
        )

    def outdated(self, program: Program) -> str:
        """A sentence, if the units are not those that `install` would write for `program`; else ""."""
        if not self._unit.exists():
            return ""
        again = "Run `samantha service install` again, then stop and start it."
        if program.network and not self._network.exists():
            return (
                f"{' and '.join(program.network)} needs the network, which the service does not have. {again}"
            )
        if self._network.exists() and not program.network:
            return f"The service may use the network, which no setting needs. {again}"
        sandboxed = self._sandbox.exists()
        if sandboxed and self._sandbox.read_text("utf-8") != units.sandbox(program.writes, self._home):
            return f"The service may not write {_all(program.writes)}. {again}"
        if self._unit.read_text("utf-8") != units.service(program, self._version()):
            return f"The service was installed with other settings or by another version. {again}"
        return ""

    def _allows(self, sandbox: str) -> bool:
        settings = [line for line in sandbox.splitlines() if "=" in line and not line.startswith("#")]
        here = ["systemd-run", "--user", "--quiet", "--wait", "--pipe", "--collect"]
        answer = self._run(
            [*here, *(f"--property={line}" for line in settings), sys.executable, "-c", _TRY, str(self._home)]
        )
        return answer.code == 0

    def _version(self) -> int:
        text = self._ask("show", "--property=Version", "--value").text
        digits = "".join(character if character.isdecimal() else " " for character in text).split()
        return int(digits[0]) if digits else 0

    def _last_words(self) -> str:
        here = ["journalctl", "--user", f"--unit={units.UNIT}", "--identifier=samantha"]
        answer = self._run([*here, "--lines=1", "--output=cat", "--no-pager", "--quiet"])
        words = answer.text if answer.code == 0 else ""
        return f"Her last words: {words}" if words else ""

    def _must_be_installed(self) -> None:
        if not self.status().installed:
            raise SamanthaError(
                "service.missing", "The service is not installed.", "Run `samantha service install`."
            )

    def _ctl(self, *words: str) -> Answer:
        return self._run(["systemctl", "--user", *words])

    def _ask(self, *words: str) -> Answer:
        answer = self._ctl(*words)
        if answer.code:
            reason = answer.text.splitlines()[-1] if answer.text else f"systemctl ended with {answer.code}"
            raise SamanthaError(
                "service.systemd",
                f"systemd does not do it: {reason.rstrip('.')}.",
                "Where no systemd looks after your session, let its autostart run `samantha daemon`.",
            )
        return answer


def _problem(facts: dict[str, str]) -> str:
    result = facts.get("Result", "success")
    if result == "success":
        return ""
    if result == "exit-code" and facts.get("ExecMainStatus") in ("1", "2"):
        return "She ended because of something that only you can mend."
    reason = _RESULTS.get(result, f"She ended: {result}.")
    tried = int(facts.get("NRestarts") or 0)
    if facts.get("ActiveState") == "failed" and tried:  # what is to be tried again is not failed yet
        return f"{reason} systemd tried {tried} times more, and gave up."
    return reason


def _all(paths: tuple[Path, ...]) -> str:
    return " and ".join(str(path) for path in paths)
