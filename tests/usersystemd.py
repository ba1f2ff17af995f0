"""A user's own systemd in a world of its own, so that services are really installed, started and stopped.

A user manager runs as an unprivileged user in private mount, process and cgroup namespaces, with a private
/run, /home and cgroup tree: nothing of the machine's own systemd is touched or needed. It takes root to make
such a world, and works in a container as well.

    with user_systemd(tmp_path, UserSystemd) as user:
        user.run("systemctl", "--user", "start", "samantha.service")
        assert "Started" in user.log()
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

SYSTEMD = Path("/usr/lib/systemd/systemd")
PROGRAMS = {
    "systemctl": "systemd",
    "dbus-daemon": "dbus-user-session",
    "unshare": "util-linux",
    "nsenter": "util-linux",
    "setpriv": "util-linux",
}
UID = 4242
HOME = Path("/home/person")
RUNTIME = Path(f"/run/user/{UID}")
READY_S = 30.0

# Joins a cgroup of its own, which becomes the root of what is seen from then on.
_ENTER = """
set -e
mount -t cgroup2 none {folder}/cgroups
mkdir -p {folder}/cgroups/{name}
echo $$ > {folder}/cgroups/{name}/cgroup.procs
exec unshare --mount --pid --cgroup --fork --kill-child --mount-proc sh {folder}/inside
"""

# What stands under a folder that only root may enter (a virtual environment in root's home) is shown to the
# person through an empty folder of the same name.
_INSIDE = """
set -e
mount -t tmpfs -o mode=755 none /run
mkdir -p /run/systemd/system /run/systemd/unit-root /run/systemd/seats /run/systemd/sessions /run/systemd/users \\
  /run/systemd/machines {runtime} /run/hidden
umount -R -l /sys/fs/cgroup
mount -t cgroup2 none /sys/fs/cgroup
chown {uid} /sys/fs/cgroup /sys/fs/cgroup/cgroup.procs /sys/fs/cgroup/cgroup.subtree_control
mount -t tmpfs -o mode=755 none /home
mount -t tmpfs -o mode=755 none /etc/systemd/user
mkdir {home}
cp /etc/passwd /run/passwd
echo 'person:x:{uid}:{uid}::{home}:/bin/sh' >> /run/passwd
mount --bind /run/passwd /etc/passwd
chown {uid}:{uid} {home} {runtime}
chmod 700 {home} {runtime}
{show}
cd {home}
{person} {systemd} --user --log-target=console --default-standard-output=inherit --show-status=no &
wait
"""


class UserSystemd:
    """`run` does something as the person whose systemd this is; `home` is theirs."""

    home = HOME

    def __init__(self, pid: int, log: Path, env: Mapping[str, str]) -> None:
        self._pid = pid
        self._log = log
        self._env = dict(env)

    def run(
        self, *command: str, check: bool = True, timeout: float = 60, **env: str
    ) -> subprocess.CompletedProcess[str]:
        """Run `command` as the person; raises AssertionError with what it printed if it fails and `check`."""
        world = ["nsenter", f"--target={self._pid}", "--mount", "--pid", "--cgroup"]
        done = subprocess.run(
            [*world, *_person(self._env | env), *command],
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        if check and done.returncode:
            raise AssertionError(
                f"{shlex.join(command)} ended with {done.returncode}: {done.stdout}{done.stderr}\n{self.log()}"
            )
        return done

    def outside(self, path: Path) -> Path:
        """`path` of the person's world, as it is reached from this one."""
        return Path(f"/proc/{self._pid}/root") / path.relative_to("/")

    def show(self, unit: str, *properties: str) -> dict[str, str]:
        """`properties` of `unit` as `systemctl show` has them."""
        done = self.run("systemctl", "--user", "show", unit, "--property=" + ",".join(properties))
        return dict(line.split("=", 1) for line in done.stdout.splitlines())

    def log(self) -> str:
        """What the manager and its services have written."""
        return self._log.read_text("utf-8", errors="replace")


User = TypeVar("User", bound=UserSystemd)


@contextmanager
def user_systemd(folder: Path, kind: type[User], shown: tuple[Path, ...] = ()) -> Iterator[User]:
    """A running user manager, or a skip that says what is missing; `shown` folders are within its reach."""
    _need_programs()
    name = f"samantha-test-{os.getpid()}"
    person = shlex.join(_person(_environment()))
    (folder / "cgroups").mkdir()
    (folder / "enter").write_text(_ENTER.format(folder=folder, name=name))
    inside = _INSIDE.format(
        uid=UID, home=HOME, runtime=RUNTIME, systemd=SYSTEMD, person=person, show=_reach(shown)
    )
    (folder / "inside").write_text(inside)
    log = folder / "systemd.log"
    command = ["unshare", "--mount", "--propagation", "private", "sh", str(folder / "enter")]
    with log.open("wb") as sink:
        world = subprocess.Popen(command, stdout=sink, stderr=sink, stdin=subprocess.DEVNULL)
    try:
        script = folder / "inside"
        until(lambda: _child(world.pid, script) or world.poll() is not None, "the namespaces were not made")
        first = _child(world.pid, script)
        if first is None:
            pytest.skip(f"no namespaces for a user systemd here: {log.read_text().strip()[-300:]}")
        user = kind(first, log, _environment())
        until(lambda: _running(user), "the user manager did not start", user)
        yield user
    finally:
        world.kill()  # and, by --kill-child, all that runs in there
        world.wait()
        gone = f"mount -t cgroup2 none {folder}/cgroups && cd {folder}/cgroups && "
        gone += f"for i in 1 2 3 4 5 6 7 8 9; do find {name} -depth -type d -exec rmdir {{}} + && break; sleep 0.2; done"
        subprocess.run(["unshare", "--mount", "sh", "-c", gone], capture_output=True, timeout=20, check=False)


def until(
    done: Callable[[], object], problem: str, user: UserSystemd | None = None, patience: float = READY_S
) -> None:
    """Wait until `done()`; fails with `problem` after `patience` seconds."""
    deadline = time.monotonic() + patience
    while not done():
        if time.monotonic() > deadline:
            pytest.fail(f"{problem}: {_told(user) if user else ''}")
        time.sleep(0.05)


def _need_programs() -> None:
    missing = sorted({package for program, package in PROGRAMS.items() if not shutil.which(program)})
    if missing or not SYSTEMD.exists():
        pytest.skip(f"a user systemd needs: apt-get install {' '.join(missing or ['systemd'])}")
    if os.geteuid() != 0:
        pytest.skip("a user systemd of its own needs namespaces: run this test as root, as in a container")


def _running(user: UserSystemd) -> bool:
    return user.run("systemctl", "--user", "is-system-running", check=False).stdout.strip() == "running"


def _told(user: UserSystemd) -> str:
    """What the manager is waiting for, what has failed, and what it wrote."""
    asked = [
        user.run("systemctl", "--user", "--no-pager", *what, check=False)
        for what in (["is-system-running"], ["list-jobs"], ["--failed"])
    ]
    return "\n".join([*(done.stdout + done.stderr for done in asked), user.log()[-4000:]])


def _child(pid: int, script: Path) -> int | None:
    """The child of `pid` that runs `script`; it has others before, which make the way for it."""
    try:
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            if str(script).encode() in Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0"):
                return int(child)
    except OSError:
        pass  # one of them, or all, have ended
    return None


def _environment() -> dict[str, str]:
    return {
        "HOME": str(HOME),
        "USER": "person",
        "XDG_RUNTIME_DIR": str(RUNTIME),
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
    }


def _person(env: Mapping[str, str]) -> list[str]:
    drop = ["setpriv", f"--reuid={UID}", f"--regid={UID}", "--clear-groups"]
    return [*drop, "env", "-i", f"--chdir={HOME}", *(f"{name}={value}" for name, value in env.items())]


def _reach(shown: tuple[Path, ...]) -> str:
    """Shell commands that let the person read what Python and this checkout are made of, and `shown`."""
    wanted = {Path(sys.base_prefix), Path(sys.prefix), Path(__file__).parents[1], *shown}
    lines, closed_folders = [], {}
    for path in sorted(path.resolve() for path in wanted):
        closed = next((up for up in reversed(path.parents) if not up.stat().st_mode & 0o001), None)
        if closed is None:
            continue
        kept = closed_folders.setdefault(closed, f"/run/hidden/{len(closed_folders)}")
        lines.append(f"mkdir -p {path}; mount --bind {kept}/{path.relative_to(closed)} {path}")
    hide = [
        f"mkdir -p {kept}; mount --bind {closed} {kept}; mount -t tmpfs -o mode=755 none {closed}"
        for closed, kept in closed_folders.items()
    ]
    return "\n".join([*hide, *lines])
