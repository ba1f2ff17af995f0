"""The key to talk from the command line: one request, with nothing imported that a finger would have to wait for."""

from __future__ import annotations

import socket

from samantha.errors import SamanthaError
from samantha.service import places

PATIENCE_S = 2.0


def press(action: str) -> bool:
    """Ask for `action`; whether it was done. What went wrong otherwise is for the client to find out and tell."""
    body = f'{{"action": "{action}"}}'
    request = (
        "POST /ptt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    )
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(PATIENCE_S)
            line.connect(str(places.socket()))
            line.sendall(request.encode("ascii"))
            return line.recv(64).startswith(b"HTTP/1.1 200 ")
    except (OSError, AttributeError, SamanthaError):  # nobody there, or a system without such sockets
        return False
