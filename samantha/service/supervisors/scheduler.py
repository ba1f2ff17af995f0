"""Her service as a task of Windows' scheduler. Its text is tested; it was never run on Windows."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path, PureWindowsPath
from xml.sax.saxutils import escape

from samantha.errors import SamanthaError
from samantha.service.supervisors.program import Answer, Program, Run, State, run

NAME = "Samantha"
_RUNNING = 4  # of the scheduler's own states

_TASK = """\
<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Description>Samantha, an offline voice companion</Description></RegistrationInfo>
  <Triggers><LogonTrigger><UserId>{user}</UserId></LogonTrigger></Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>{user}</UserId>
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Hidden>true</Hidden>
    <Priority>4</Priority>
    <RestartOnFailure><Interval>PT1M</Interval><Count>999</Count></RestartOnFailure>
  </Settings>
  <Actions Context="Author">
    <Exec><Command>{command}</Command><Arguments>{arguments}</Arguments></Exec>
  </Actions>
</Task>
"""


def task(program: Program, user: str) -> str:
    """The task for `user`: at logon, without a window, again a minute after a crash.

    A task has no environment of its own, so `samantha daemon` sees that of the person's session.
    """
    python = PureWindowsPath(program.command[0])
    hidden = python.with_name("pythonw.exe") if python.name.lower() == "python.exe" else python
    arguments = subprocess.list2cmdline(program.command[1:])
    return _TASK.format(user=escape(user), command=escape(str(hidden)), arguments=escape(arguments))


class Scheduler:
    """The task of `user` (``DOMAIN\\name``)."""

    def __init__(self, user: str, run: Run = run) -> None:
        self._user = user
        self._run = run

    def install(self, program: Program) -> list[str]:
        """Register the task; sentences on what was done."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "task.xml"
            file.write_text(task(program, self._user), "utf-16")
            self._ask("schtasks", "/Create", "/F", "/TN", NAME, "/XML", str(file))
        said = [
            f"Registered the task {NAME}.",
            "She starts when you log in; `samantha service start` starts her now.",
        ]
        if program.environment:
            names = " and ".join(sorted(program.environment))
            said.append(f"A task sees only the variables of your account: set {names} there (`setx`).")
        return said

    def uninstall(self) -> list[str]:
        """Stop her and take the task away; what she keeps stays."""
        if not self.status().installed:
            return ["The service is not installed."]
        self._run(["schtasks", "/End", "/TN", NAME])  # fails if she does not run
        self._ask("schtasks", "/Delete", "/F", "/TN", NAME)
        return [f"Stopped her, and removed the task {NAME}."]

    def start(self) -> list[str]:
        """Start her."""
        self._ask("schtasks", "/Run", "/TN", NAME)
        return ["She is started."]

    def stop(self) -> list[str]:
        """End her at once; each turn is saved when it is over. She starts again at the next logon."""
        self._ask("schtasks", "/End", "/TN", NAME)
        return ["She is stopped, and starts again when you log in."]

    def status(self) -> State:
        """What the scheduler knows of her."""
        script = f"[int](Get-ScheduledTask -TaskName {NAME} -ErrorAction Stop).State"  # in no human language
        answer = self._run(["powershell", "-NoProfile", "-Command", script])
        known = answer.code == 0 and answer.text.isdecimal()
        running = known and int(answer.text) == _RUNNING
        return State(
            installed=known,
            running=running,
            doing="running" if running else "stopped" if known else "unknown",
        )

    def outdated(self, program: Program) -> str:
        """A sentence, if the task does not run `program`; else ""."""
        answer = self._run(["schtasks", "/Query", "/TN", NAME, "/XML"])
        if answer.code or escape(subprocess.list2cmdline(program.command[1:])) in answer.text:
            return ""
        return "The service was installed by another version. Run `samantha service install` again."

    def _ask(self, *command: str) -> Answer:
        answer = self._run(command)
        if answer.code:
            raise SamanthaError(
                "service.windows",
                f"The task scheduler does not do it: {answer.text}.",
                "Run `samantha service install` first, or let a shortcut in shell:startup run `samantha daemon`.",
            )
        return answer
