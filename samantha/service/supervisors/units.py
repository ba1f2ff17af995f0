"""The systemd user units, as text.

`samantha.service` keeps to Unix sockets. Drop-ins beside it say what not every machine or setting allows:
`network.conf` lets her reach the network, `sandbox.conf` shows her a file system that is read-only but for
her own folder. `samantha-desktop.service` starts her anew when a desktop comes up after her.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from samantha.service.supervisors.program import Program

UNIT = "samantha.service"
DESKTOP = "samantha-desktop.service"
BACK_OFF_SINCE = 254
"""The first systemd that waits longer after each crash."""

# Type=notify and not notify-reload, which older ones do not know: they would take her as ready at once.
# No core dumps: they hold what was said. The system calls are those that a service needs, and W^X is not
# asked for, since oneDNN, under CTranslate2, writes its own machine code. Real-time scheduling is hers to
# ask for: it is what keeps sound from stuttering.
_SERVICE = """\
# Written by `samantha service install`; your own changes belong into `systemctl --user edit samantha`.
[Unit]
Description=Samantha, an offline voice companion
After=pipewire.service pipewire-pulse.service wireplumber.service pulseaudio.service
StartLimitIntervalSec=600
StartLimitBurst=10

[Service]
Type=notify
NotifyAccess=main
ExecStart={command}
ExecReload=kill -HUP $MAINPID
Environment=TMPDIR=%t/samantha
{environment}\
SyslogIdentifier=samantha
TimeoutStartSec=300
TimeoutStopSec=10
KillMode=mixed
WatchdogSec=30
# She comes back after a crash, a hang or an out-of-memory kill; not after what only a person can mend (1, 2).
Restart=on-failure
RestartPreventExitStatus=1 2
{back_off}
OOMScoreAdjust=300
LimitCORE=0
UMask=0077
RuntimeDirectory=samantha
RuntimeDirectoryMode=0700
RuntimeDirectoryPreserve=yes

RestrictAddressFamilies=AF_UNIX
NoNewPrivileges=yes
LockPersonality=yes
RestrictNamespaces=yes
RestrictSUIDSGID=yes
KeyringMode=private
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM

[Install]
WantedBy=default.target
"""

# Graded waits want a newer systemd; an older one gets one wait that suits both a slip and a broken set-up.
_STEADY = "RestartSec=5"
_GROWING = "RestartSec=1\nRestartSteps=5\nRestartMaxDelaySec=60"

_NETWORK = """\
# Written by `samantha service install`, because of {settings}.
[Service]
RestrictAddressFamilies=AF_INET AF_INET6
"""

# All of it rests on a user namespace of her own, which some systems deny. /tmp stays shared, since X11's socket
# is there, but is not hers to write: TMPDIR is in memory and for her alone. /dev stays whole, for sound, graphics
# and the talk key on a console; so no ProtectClock either, which would take all devices but the clock away.
_SANDBOX = """\
# Written by `samantha service install`, which tried it: this machine allows it.
[Service]
PrivateUsers=yes
CapabilityBoundingSet=
ProtectSystem=strict
ProtectHome=read-only
ReadWritePaths={writes}
InaccessiblePaths={hidden}
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
"""

# She may have been started before the desktop, by the login itself; only now does its display have a name.
_DESKTOP = """\
# Written by `samantha service install`.
[Unit]
Description=Show Samantha the desktop
After=graphical-session.target samantha.service
PartOf=graphical-session.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=systemctl --user --no-block try-restart samantha.service

[Install]
WantedBy=graphical-session.target
"""


def service(program: Program, systemd: int) -> str:
    """`samantha.service` for `program` under version `systemd`."""
    environment = "".join(
        f"Environment={quote(f'{name}={value}')}\n" for name, value in sorted(program.environment.items())
    )
    return _SERVICE.format(
        command=" ".join(quote(word).replace("$", "$$") for word in program.command),
        environment=environment,
        back_off=_GROWING if systemd >= BACK_OFF_SINCE else _STEADY,
    )


def network(settings: Iterable[str]) -> str:
    """`network.conf`, which lets her reach the network because of `settings`."""
    return _NETWORK.format(settings=", ".join(settings))


def sandbox(writes: Iterable[Path], home: Path) -> str:
    """`sandbox.conf`: she may write `writes`, and does not see the keys under `home`."""
    hidden = (home / ".ssh", home / ".gnupg")
    return _SANDBOX.format(
        writes=" ".join(quote(f"-{path}") for path in writes),
        hidden=" ".join(quote(f"-{path}") for path in hidden),
    )


def desktop() -> str:
    """`samantha-desktop.service`."""
    return _DESKTOP


def entry(command: str) -> str:
    """The desktop entry by which a desktop's portal knows who asks for a key (Desktop Entry Specification)."""
    return (
        "[Desktop Entry]\nType=Application\nName=Samantha\nComment=A voice companion\n"
        f"Exec={command}\nNoDisplay=true\nTerminal=false\n"
    )


def quote(word: str) -> str:
    """`word` as systemd reads it back: one word, in which nothing is expanded."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("%", "%%")
    return f'"{escaped}"' if not word or set(word) & set(" \t\"'\\\n;#") else escaped
