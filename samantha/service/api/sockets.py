"""Where the API listens: a Unix socket that only its owner can open, and TCP with a token when switched on."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

from samantha.errors import SamanthaError

UNIX = hasattr(socket, "AF_UNIX") and sys.platform != "win32"
"""Whether this system has Unix sockets that an event loop can serve; Windows uses TCP and the token."""

PATH_LIMIT = 107 if sys.platform == "linux" else 103
"""Bytes that the path of a Unix socket may have."""

BACKLOG = 128


def listen_unix(path: Path) -> socket.socket:
    """A listening socket at `path` that nobody but its owner could ever open; its folder becomes 0700.

    The socket of a daemon that has died is replaced. Raises SamanthaError where a living one listens, where
    something else lies in its place, and where the path is too long.
    """
    if len(os.fsencode(path)) > PATH_LIMIT:
        raise SamanthaError(
            "api.socket",
            f"The path of the socket, {path}, is longer than the {PATH_LIMIT} bytes that this system allows.",
            "Set XDG_RUNTIME_DIR to a shorter folder.",
        )
    _private(path.parent)
    _clear(path)
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)  # so that there is no instant in which others may open it
    try:
        server.bind(str(path))
    except OSError as problem:
        server.close()
        raise SamanthaError(
            "api.socket",
            f"The socket {path} cannot be made: {problem.strerror}.",
            "Check its folder.",
        ) from problem
    finally:
        os.umask(before)
    server.listen(BACKLOG)
    return server


def listen_tcp(host: str, port: int) -> socket.socket:
    """A listening TCP socket. Raises SamanthaError if `host` is not an address of this machine, or `port` is taken."""
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM)
        family, _, _, _, address = found[0]
        return socket.create_server(address[:2], family=family, backlog=BACKLOG)
    except OSError as problem:
        raise SamanthaError(
            "api.port",
            f"The API cannot listen on {host}:{port}: {(problem.strerror or str(problem)).lower()}.",
            "Choose another api.host or api.port, or set api.tcp to false.",
        ) from problem


def token(file: Path) -> str:
    """What TCP clients must know: made once, kept in `file`, which only its owner may read.

    A file that others could read is no secret: it gets a new one. Raises SamanthaError if it cannot be written.
    """
    try:
        if kept := _kept(file):
            return kept
        import secrets

        made = secrets.token_urlsafe(32)
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as out:
            out.write(made + "\n")
    except OSError as problem:
        raise SamanthaError(
            "api.token",
            f"The token of the API cannot be kept in {file}: {problem.strerror}.",
            "Mend that, or set api.tcp to false.",
        ) from problem
    return made


def _kept(file: Path) -> str:
    """The token in `file`; "" if there is none that can be trusted."""
    if not file.is_file() or (os.name == "posix" and file.stat().st_mode & 0o077):
        return ""
    text = file.read_text("ascii", errors="replace").strip()
    return text if len(text) >= 32 and text.isascii() else ""


def _private(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.stat().st_uid != os.getuid():
            raise SamanthaError(
                "api.socket",
                f"The folder {folder} belongs to another user.",
                "Set XDG_RUNTIME_DIR to one of yours.",
            )
        folder.chmod(0o700)
    except OSError as problem:
        raise SamanthaError(
            "api.socket",
            f"The folder {folder}, for the socket, cannot be made: {problem.strerror}.",
            "Set XDG_RUNTIME_DIR to a folder of yours.",
        ) from problem


def _clear(path: Path) -> None:
    """Take away the socket of a daemon that has died."""
    if not os.path.lexists(path):
        return
    if not path.is_socket():
        raise SamanthaError("api.socket", f"{path} is in the way: it is not a socket.", "Move it away.")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
            return
        except OSError:  # it exists and does not refuse: somebody is there, if slow
            pass
    raise SamanthaError(
        "api.socket",
        f"Another Samantha listens on {path}.",
        "Use that one, or stop it: `samantha service stop`.",
    )
