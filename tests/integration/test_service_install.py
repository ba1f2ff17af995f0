"""Her service under a real user systemd: installed, confined, started, crashed, given up, taken away.

What runs is the unit as it is written, with a stand-in for the conversation: it needs no model and tells what
it can do in there.
"""

from __future__ import annotations

import errno
import json
import signal
import sys
from collections.abc import Iterator

import pytest
from usersystemd import UserSystemd, until, user_systemd

pytestmark = pytest.mark.integration

UNIT = "samantha.service"
PATIENCE = 180.0
"""Seconds for what takes many starts of the stand-in, on a busy machine."""

CONFINED = """
import errno, json, os, signal, socket, sys, tempfile, time
from pathlib import Path
from samantha.config import load
from samantha.service import notify
from samantha.service.supervisors import program

STATE = Path.home() / ".local/state/samantha"

def can(what):
    try:
        what()
    except OSError as problem:
        return errno.errorcode[problem.errno]
    return "yes"

def connect(family, address):
    with socket.socket(family, socket.SOCK_STREAM) as peer:
        peer.settimeout(1)
        peer.connect(address)

told = {
    "inet": can(lambda: connect(socket.AF_INET, ("127.0.0.1", 9))),
    "inet6": can(lambda: connect(socket.AF_INET6, ("::1", 9))),
    "netlink": can(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close()),
    "unix": can(lambda: socket.socketpair()[0].close()),
    "bus": can(lambda: connect(socket.AF_UNIX, os.environ["XDG_RUNTIME_DIR"] + "/bus")),
    "state": can(lambda: (STATE / "kept").write_text("data")),
    "runtime": can(lambda: Path(os.environ["XDG_RUNTIME_DIR"], "samantha/api.sock").write_text("")),
    "temporary": can(lambda: tempfile.TemporaryFile().close()),
    "home": can(lambda: (Path.home() / "stolen").write_text("")),
    "system": can(lambda: Path("/usr/stolen").write_text("")),
    "keys": can(lambda: os.listdir(Path.home() / ".ssh")),
    "namespace": can(lambda: os.unshare(os.CLONE_NEWUSER)) if hasattr(os, "unshare") else "EPERM",
    "barred": program.barred(load(flags={"api.tcp": True})),
    "environment": {k: v for k, v in os.environ.items() if k.startswith("SAMANTHA_") or k == "DISPLAY"},
}
(STATE / "told.json").write_text(json.dumps(told))
if (STATE / "mend").exists():
    sys.exit(1)
if (STATE / "crash").exists():
    sys.exit(70)

def reload(*_):
    notify.reloading()
    notify.ready("reloaded")

def leave(*_):
    notify.stopping()
    sys.exit(0)

signal.signal(signal.SIGHUP, reload)
signal.signal(signal.SIGTERM, leave)
notify.ready("listening")
while not (STATE / "hang").exists():
    notify.watchdog()
    time.sleep(0.1)
(STATE / "hang").unlink()  # once is enough
time.sleep(60)
"""
# The stand-in, and less patience than a person has.
OVERRIDE = """
[Service]
ExecStart=
ExecStart={python} {script}
WatchdogSec=4
RestartSec=200ms
"""


class Person(UserSystemd):
    """Somebody with a systemd who installs her."""

    state = UserSystemd.home / ".local/state/samantha"
    folder = UserSystemd.home / ".config/systemd/user"

    def samantha(self, *words: str, code: int = 0, **env: str) -> str:
        """What `samantha service WORDS` prints; it must end with `code`."""
        done = self.run(sys.executable, "-m", "samantha", "service", *words, check=False, **env)
        assert done.returncode == code, done.stdout + done.stderr + self.log()
        return done.stdout + done.stderr

    def told(self) -> dict[str, object]:
        """What the stand-in found it can do."""
        found: dict[str, object] = json.loads(self.outside(self.state / "told.json").read_text())
        return found

    def pid(self) -> int:
        return int(self.show(UNIT, "MainPID")["MainPID"])

    def signal(self, number: signal.Signals) -> None:
        self.run("systemctl", "--user", "kill", f"--signal={number.name}", UNIT)

    def until_started_again(self, pid: int) -> None:
        until(
            lambda: self.pid() not in (0, pid) and self.is_active(),
            "she was not started again",
            self,
            PATIENCE,
        )

    def is_active(self) -> bool:
        return self.show(UNIT, "ActiveState")["ActiveState"] == "active"


@pytest.fixture(scope="module")
def systemd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Person]:
    with user_systemd(tmp_path_factory.mktemp("systemd"), Person) as user:
        user.run("mkdir", str(user.home / ".ssh"))
        yield user


@pytest.fixture
def person(systemd: Person) -> Iterator[Person]:
    """Has nothing installed, before and after."""
    yield systemd
    systemd.samantha("uninstall")
    systemd.run("rm", "-rf", str(systemd.state), str(systemd.folder))


@pytest.fixture
def installed(person: Person) -> Person:
    """Has installed her, with the stand-in for the conversation."""
    person.samantha("install")
    override(person)
    return person


def override(person: Person) -> None:
    script = person.home / "stand-in.py"
    person.outside(script).write_text(CONFINED)
    drop_in = person.outside(person.folder / f"{UNIT}.d" / "zz.conf")
    drop_in.write_text(OVERRIDE.format(python=sys.executable, script=script))
    person.run("systemctl", "--user", "daemon-reload")


def test_installing_says_what_it_wrote_and_does_not_start_her(person: Person) -> None:
    said = person.samantha("install")
    assert str(person.folder / UNIT) in said
    assert "Unix sockets only" in said
    assert person.run("systemctl", "--user", "is-enabled", UNIT).stdout.strip() == "enabled"
    modes = person.run("stat", "-c", "%a", str(person.folder / UNIT), str(person.state)).stdout.split()
    assert modes == ["600", "700"]
    files = person.run("find", str(person.folder), "-type", "f").stdout
    assert person.samantha("install") == said
    assert person.run("find", str(person.folder), "-type", "f").stdout == files
    assert "not" not in person.samantha("status", code=1).split("inactive")[0]


def test_systemd_finds_nothing_to_say_about_the_units(person: Person) -> None:
    person.samantha("install")
    for unit in (UNIT, "samantha-desktop.service"):
        verified = person.run("systemd-analyze", "--user", "verify", "--recursive-errors=no", unit)
        assert verified.stdout + verified.stderr == ""


def test_in_there_a_connection_fails_and_only_her_own_folders_are_hers(installed: Person) -> None:
    assert "running" in installed.samantha("start")
    told = installed.told()
    assert {told["inet"], told["inet6"], told["netlink"]} == {"EAFNOSUPPORT"}
    assert {told[name] for name in ("unix", "bus", "state", "runtime", "temporary")} == {"yes"}
    assert told["namespace"] == "EPERM"
    assert str(told["barred"]).startswith("api.tcp cannot work")
    assert (told["home"], told["system"], told["keys"]) == ("EROFS", "EROFS", "EACCES")
    status = installed.show(UNIT, "ActiveState", "StatusText", "NRestarts")
    assert status == {"ActiveState": "active", "StatusText": "listening", "NRestarts": "0"}
    facts = json.loads(installed.samantha("status", "--json"))
    assert (facts["running"], facts["pid"], facts["outdated"]) == (True, installed.pid(), "")


def test_only_a_setting_that_needs_the_network_opens_it(installed: Person) -> None:
    odd = 'Ann "A", 100% $HOME\'s \\o/ ; #1'
    tcp = {"SAMANTHA_API__TCP": "true", "SAMANTHA_USER__NAME": odd}
    installed.samantha("start")
    assert "api.tcp needs the network" in installed.samantha("status", **tcp)
    assert "because of api.tcp" in installed.samantha("install", **tcp)
    installed.samantha("stop")
    installed.samantha("start")
    told = installed.told()
    assert told["inet"] == errno.errorcode[errno.ECONNREFUSED]
    assert told["netlink"] == "EAFNOSUPPORT"
    assert told["environment"] == tcp
    assert told["barred"] == ""
    assert "needs" not in installed.samantha("status", **tcp)
    assert "Unix sockets only" in installed.samantha("install")
    assert "which no setting needs" not in installed.samantha("status")


def test_a_reload_keeps_her_running(installed: Person) -> None:
    installed.samantha("start")
    pid = installed.pid()
    installed.run("systemctl", "--user", "reload", UNIT)
    until(lambda: installed.show(UNIT, "StatusText")["StatusText"] == "reloaded", "no reload", installed)
    assert installed.pid() == pid
    assert installed.is_active()


def test_after_a_crash_and_after_a_hang_she_is_started_again(installed: Person) -> None:
    installed.samantha("start")
    pid = installed.pid()
    installed.signal(signal.SIGSEGV)
    installed.until_started_again(pid)
    pid = installed.pid()
    installed.outside(installed.state / "hang").touch()
    installed.until_started_again(pid)
    assert "started again 2 times" in installed.samantha("status")


def test_what_only_a_person_can_mend_is_not_tried_again(installed: Person) -> None:
    installed.outside(installed.state / "mend").touch()
    assert "does not start. She ended because of something that only you can mend." in installed.samantha(
        "start", code=1
    )
    assert installed.show(UNIT, "NRestarts", "ActiveState") == {"NRestarts": "0", "ActiveState": "failed"}
    assert "only you can mend" in installed.samantha("status", code=1)
    installed.outside(installed.state / "mend").unlink()
    installed.samantha("start")


def test_a_broken_set_up_is_given_up_and_that_is_said(installed: Person) -> None:
    installed.outside(installed.state / "crash").touch()
    installed.samantha("start", code=1)
    state = "ActiveState"
    until(lambda: installed.show(UNIT, state)[state] == "failed", "she was not given up", installed, PATIENCE)
    assert "She ended with a problem. systemd tried 10 times more, and gave up." in installed.samantha(
        "status", code=1
    )
    installed.outside(installed.state / "crash").unlink()
    installed.samantha("start")


def test_a_desktop_that_comes_up_later_is_shown_to_her(installed: Person) -> None:
    installed.samantha("start")
    assert installed.told()["environment"] == {}
    pid = installed.pid()
    installed.run("systemctl", "--user", "set-environment", "DISPLAY=:7")
    session = installed.outside(installed.folder / "session.target")  # as a desktop brings one
    session.write_text("[Unit]\nBindsTo=graphical-session.target\n")
    installed.run("systemctl", "--user", "daemon-reload")
    try:
        installed.run("systemctl", "--user", "start", "session.target")
        installed.until_started_again(pid)
        assert installed.told()["environment"] == {"DISPLAY": ":7"}
    finally:
        installed.run("systemctl", "--user", "unset-environment", "DISPLAY")
        installed.run("systemctl", "--user", "stop", "session.target", "graphical-session.target")


def test_uninstalling_ends_her_and_leaves_what_she_keeps(installed: Person) -> None:
    installed.samantha("start")
    said = installed.samantha("uninstall")
    assert str(installed.state) in said
    assert installed.show(UNIT, "ActiveState")["ActiveState"] == "inactive"
    left = installed.run("find", str(installed.folder), "-type", "f", "-o", "-type", "l").stdout.split()
    assert left == [str(installed.folder / f"{UNIT}.d" / "zz.conf")]  # the person's own
    assert installed.outside(installed.state / "kept").read_text() == "data"
    assert "not installed" in installed.samantha("status", code=1)
    assert "not installed" in installed.samantha("uninstall")
    assert "Run `samantha service install`" in installed.samantha("start", code=1)


def test_without_systemd_the_way_out_is_said(person: Person) -> None:
    said = person.samantha("install", code=1, XDG_RUNTIME_DIR="/nowhere")
    assert "systemd does not do it" in said
    assert "autostart" in said
    assert not person.outside(person.folder).exists()
