"""What is handed to systemd, launchd and Windows' task scheduler."""

from __future__ import annotations

import plistlib
import stat
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from samantha.config import load
from samantha.errors import SamanthaError, StorageError
from samantha.service.supervisors import launchd, program, scheduler, units
from samantha.service.supervisors.program import Answer, Program, needs_network, this_program
from samantha.service.supervisors.systemd import Systemd

pytestmark = pytest.mark.unit

XML = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}


def she(**changes: Any) -> Program:
    given: dict[str, Any] = {
        "command": ("/opt/her own/python", "-P", "-m", "samantha", "daemon"),
        "environment": {"SAMANTHA_CONFIG": '/home/ann/50% "hers".yaml'},
        "writes": (Path("/home/ann/state"),),
        "log": Path("/home/ann/log/daemon.log"),
        "network": (),
    }
    return Program(**given | changes)


class Told:
    """Stands for the commands of a platform: keeps what was run, and answers what it is given."""

    def __init__(self, answer: Callable[[Sequence[str]], Answer] = lambda _: Answer(0, "")) -> None:
        self.commands: list[list[str]] = []
        self._answer = answer

    def __call__(self, command: Sequence[str]) -> Answer:
        self.commands.append(list(command))
        return self._answer(command)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ()),
        ({"api.tcp": True}, ("api.tcp",)),
        ({"wyoming.serve": True, "llm.engine": "openai"}, ("wyoming.serve", "llm.engine")),
        ({"hearing.engine": "wyoming", "remote.stt_url": "tcp://10.0.0.2:1"}, ("hearing.engine",)),
        ({"voice.engine": "wyoming", "remote.tts_url": "unix:///run/piper"}, ()),
        ({"remote.llm_url": "http://10.0.0.2/v1"}, ()),  # named, but not used
    ],
)
def test_which_settings_need_the_network(changes: dict[str, Any], expected: tuple[str, ...]) -> None:
    assert needs_network(load(flags=changes)) == expected


def test_the_service_sees_the_settings_of_whoever_installs_it() -> None:
    given = {"SAMANTHA_CONFIG": "mine.yaml", "SAMANTHA_LLM__MODEL": "m", "SAMANTHA_SPEECH": "x", "HOME": "/h"}
    kept = this_program(load(), given | {"XDG_STATE_HOME": "/s"}).environment
    assert kept == {
        "SAMANTHA_CONFIG": str(Path("mine.yaml").absolute()),
        "SAMANTHA_LLM__MODEL": "m",
        "XDG_STATE_HOME": "/s",
    }


def test_the_unit_names_this_python_and_has_no_network() -> None:
    text = units.service(she(), systemd=252)
    assert 'ExecStart="/opt/her own/python" -P -m samantha daemon' in text
    assert r'Environment="SAMANTHA_CONFIG=/home/ann/50%% \"hers\".yaml"' in text
    assert "RestrictAddressFamilies=AF_UNIX\n" in text
    assert "RestartPreventExitStatus=1 2" in text


@pytest.mark.parametrize(("systemd", "grows"), [(252, False), (253, False), (254, True), (257, True)])
def test_waits_grow_where_systemd_knows_how(systemd: int, grows: bool) -> None:
    assert ("RestartMaxDelaySec=" in units.service(she(), systemd)) == grows


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("/usr/bin/python3", "/usr/bin/python3"),
        ("", '""'),
        ("a b", '"a b"'),
        ("100%", "100%%"),
        ('say "hi"', r'"say \"hi\""'),
        ("back\\slash", r'"back\\slash"'),
        ("two\nlines", r'"two\nlines"'),
    ],
)
def test_words_are_quoted_as_systemd_reads_them(word: str, expected: str) -> None:
    assert units.quote(word) == expected


def systemd(namespaces: bool = True) -> Told:
    def answer(command: Sequence[str]) -> Answer:
        if command[0] == "systemd-run":
            return Answer(0 if namespaces else 217, "")
        if "--property=Version" in command:
            return Answer(0, "255.4-1ubuntu8")
        return Answer(0, "")

    return Told(answer)


def test_without_user_namespaces_the_file_system_stays_open_and_that_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "units"
    given = she(writes=(tmp_path / "state",))
    open_ = Systemd(systemd(namespaces=False), folder, tmp_path).install(given)
    assert any("denies user namespaces" in sentence for sentence in open_)
    assert not (folder / "samantha.service.d" / "sandbox.conf").exists()
    closed = Systemd(systemd(), folder, tmp_path).install(given)
    assert any("read-only but for" in sentence for sentence in closed)
    assert "ProtectSystem=strict" in (folder / "samantha.service.d" / "sandbox.conf").read_text()
    assert stat.S_IMODE((folder / "samantha.service").stat().st_mode) == 0o600
    assert "RestartSteps=" in (folder / "samantha.service").read_text()


def test_the_sandbox_is_tried_just_as_it_is_written(tmp_path: Path) -> None:
    told = systemd()
    Systemd(told, tmp_path, tmp_path).install(she(writes=(tmp_path / "state",)))
    tried = next(command for command in told.commands if command[0] == "systemd-run")
    written = (tmp_path / "samantha.service.d" / "sandbox.conf").read_text().splitlines()
    assert {f"--property={line}" for line in written if line[0] not in "#["} <= set(tried)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, ""),
        ({"network": ("api.tcp",)}, "api.tcp needs the network"),
        ({"writes": (Path("/elsewhere"),)}, "may not write /elsewhere"),
        ({"environment": {}}, "other settings"),
    ],
)
def test_a_service_that_no_longer_fits_is_noticed(
    tmp_path: Path, change: dict[str, Any], expected: str
) -> None:
    own = {"writes": (tmp_path / "state",)}
    here = Systemd(systemd(), tmp_path / "units", tmp_path)
    assert here.outdated(she(**own)) == ""  # nothing is installed
    here.install(she(**own))
    said = here.outdated(she(**own | change))
    assert (expected in said) if expected else said == ""


def test_where_there_is_no_systemd_the_way_out_is_said(tmp_path: Path) -> None:
    here = Systemd(Told(lambda command: Answer(127, f"there is no {command[0]} on this machine")), tmp_path)
    with pytest.raises(SamanthaError, match=r"there is no systemctl.*autostart run `samantha daemon`"):
        here.install(she())
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="cannot be written"):
        program.write(tmp_path / "file" / "samantha.service", "")


def test_a_command_that_is_not_there_is_an_answer() -> None:
    assert program.run(["no-such-program-anywhere"]) == Answer(
        127, "there is no no-such-program-anywhere on this machine"
    )


def test_the_launch_agent_starts_at_login_and_after_a_crash() -> None:
    agent = plistlib.loads(launchd.agent(she()).encode())
    assert agent["ProgramArguments"][0] == "/opt/her own/python"
    assert agent["EnvironmentVariables"] == she().environment
    assert agent["RunAtLoad"] is True
    assert agent["KeepAlive"] == {"SuccessfulExit": False}
    assert agent["StandardErrorPath"] == "/home/ann/log/daemon.err"


def test_launchd_is_told_in_its_own_words(tmp_path: Path) -> None:
    told = Told(lambda command: Answer(int(command[1] == "print"), ""))  # not loaded yet
    here = launchd.Launchd(told, tmp_path)
    given = she(log=tmp_path / "log" / "daemon.log")
    with pytest.raises(SamanthaError, match="not installed"):
        here.start()
    here.install(given)
    here.start()
    assert told.commands[-1][:2] == ["launchctl", "bootstrap"]
    assert here.outdated(given) == ""
    assert "other settings" in here.outdated(she())
    here.uninstall()
    assert told.commands[-1][:2] == ["launchctl", "bootout"]
    assert not list(tmp_path.glob("*.plist"))


def test_launchd_says_whether_she_runs(tmp_path: Path) -> None:
    listing = "gui/501/io.github.samantha = {\n\tstate = running\n\tpid = 4711\n}"
    state = launchd.Launchd(Told(lambda _: Answer(0, listing)), tmp_path).status()
    assert (state.running, state.pid, state.doing, state.installed) == (True, 4711, "running", False)


def test_the_windows_task_starts_at_logon_without_a_window() -> None:
    given = she(command=("C:\\R&D\\python.exe", "-P", "-m", "samantha", "daemon"))
    task = ElementTree.fromstring(scheduler.task(given, "HOME\\ann").partition("?>")[2])
    text = {node.tag.partition("}")[2]: node.text for node in task.iter()}
    assert text["Command"] == "C:\\R&D\\pythonw.exe"
    assert text["Arguments"] == "-P -m samantha daemon"
    assert (text["Interval"], text["Count"], text["ExecutionTimeLimit"]) == ("PT1M", "999", "PT0S")
    assert task.find("t:Triggers/t:LogonTrigger/t:UserId", XML).text == "HOME\\ann"


def test_the_scheduler_is_told_in_its_own_words() -> None:
    told = Told(lambda command: Answer(0, "4" if command[0] == "powershell" else ""))
    here = scheduler.Scheduler("HOME\\ann", told)
    said = here.install(she())
    assert told.commands[-1][:5] == ["schtasks", "/Create", "/F", "/TN", "Samantha"]
    assert any("SAMANTHA_CONFIG" in sentence for sentence in said)
    assert here.status().running
    here.stop()
    here.uninstall()
    assert [c[1] for c in told.commands if c[0] == "schtasks"][1:] == ["/End", "/End", "/Delete"]


def test_a_scheduler_that_refuses_is_quoted() -> None:
    here = scheduler.Scheduler("ann", Told(lambda _: Answer(1, "ERROR: Access is denied.")))
    with pytest.raises(SamanthaError, match="Access is denied"):
        here.start()
