"""Requests made of the OpenAPI document, and WebSocket frames made of anything, against a whole daemon.

`python tests/soak/api_fuzz.py --seconds 300` is the long proof; the tests run a few seconds of the same.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import socket
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil
from soak.scripteddaemon import Running, scripted_daemon

FEW = 4
"""Handles that may stay open once each; a leak would be one for each of hundreds of connections."""

HANDSHAKE = (
    b"GET /events HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


@dataclass
class Fuzz:
    """What was found; `report` is schemathesis' own if it found anything."""

    violations: bool = False
    report: str = ""
    tested: str = ""
    sockets: int = 0
    """WebSockets that were sent nonsense."""
    server_errors: int = 0
    handles_more: int = 0
    threads_more: int = 0
    alive: bool = False


def fuzz(seconds: int, seed: int, *, real: bool = False) -> Fuzz:
    """Fuzz a daemon of our own for `seconds`; requests and frames side by side."""
    outcome = Fuzz()
    with scripted_daemon(tcp=True, real=real) as she:
        process = psutil.Process(she.pid)
        _warm(she)
        handles, threads = process.num_fds(), process.num_threads()
        over = threading.Event()
        frames = threading.Thread(target=_frames, args=(she.socket, random.Random(seed), over, outcome))
        frames.start()
        try:
            _requests(she, seconds, seed, outcome)
        finally:
            over.set()
            frames.join()
        _settle(process, handles + FEW)
        outcome.handles_more = process.num_fds() - handles
        outcome.threads_more = process.num_threads() - threads
        outcome.alive = she.client.status().pid == she.pid
    return outcome


def _warm(she: Running) -> None:
    """Have opened what is opened once and stays so."""
    she.client.devices()
    she.client.listen(False)
    she.client.listen(True)
    she.client.say("Hello.")
    list(she.client.chat("Hello."))


def _requests(she: Running, seconds: int, seed: int, outcome: Fuzz) -> None:
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        "run",
        f"{she.url}/openapi.json",
        *("--header", f"Authorization: Bearer {she.token}"),
        *("--checks", "all"),
        *("--max-time", str(seconds)),
        *("--seed", str(seed)),
        "--continue-on-failure",
        "--no-color",
    ]
    environment = {**os.environ, "PYTHONPATH": "", "NO_PROXY": "127.0.0.1"}
    told = subprocess.run(
        command, env=environment, cwd=she.socket.parent, capture_output=True, text=True, timeout=seconds + 60
    )
    outcome.violations = told.returncode != 0
    outcome.report = told.stdout + told.stderr if outcome.violations else ""
    lines = told.stdout.splitlines()
    outcome.tested = next((line.strip() for line in lines if " generated" in line), "")


def _frames(path: Path, chance: random.Random, over: threading.Event, outcome: Fuzz) -> None:
    while not over.is_set():
        with socket.socket(socket.AF_UNIX) as wire:
            wire.settimeout(5)
            wire.connect(str(path))
            try:
                wire.sendall(HANDSHAKE)
                outcome.server_errors += b" 500 " in wire.recv(4096).split(b"\r\n")[0]
                for _ in range(chance.randint(1, 5)):
                    wire.sendall(_frame(chance))
                if chance.random() < 0.5:
                    wire.shutdown(socket.SHUT_WR)
                    while wire.recv(4096):
                        pass
            except (BrokenPipeError, ConnectionResetError, TimeoutError):
                pass  # it had enough of us
        outcome.sockets += 1
        time.sleep(0.01)


def _frame(chance: random.Random) -> bytes:
    """A frame of RFC 6455, or nearly one: any opcode and flags, a length that may lie, text that may be none."""
    if chance.random() < 0.2:
        return chance.randbytes(chance.randint(1, 200))
    payload = chance.randbytes(chance.choice((0, 1, 50, 125, 126, 5000, 70_000)))
    if chance.random() < 0.3:
        payload = "ptt “press” ".encode() * (len(payload) // 16)
    first = chance.choice((0x81, 0x82, 0x01, 0x00, 0x80, 0x88, 0x89, 0x8A, chance.randrange(256)))
    length = len(payload) if chance.random() < 0.9 else chance.choice((0, 1 << 20, 1 << 62))
    mask = 0x80 if chance.random() < 0.9 else 0
    if length < 126:
        head = bytes((first, mask | length))
    elif length < 65536:
        head = bytes((first, mask | 126)) + length.to_bytes(2, "big")
    else:
        head = bytes((first, mask | 127)) + length.to_bytes(8, "big")
    key = chance.randbytes(4) if mask else b"\0\0\0\0"
    masked = bytes(byte ^ key[i % 4] for i, byte in enumerate(payload))
    return head + (key if mask else b"") + masked


def _settle(process: psutil.Process, handles: int) -> None:
    """Wait until what was hung up on is closed: the deadlines of the API are ten seconds."""
    end = time.monotonic() + 15
    while process.num_fds() > handles and time.monotonic() < end:
        time.sleep(0.2)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--real", action="store_true", help="a daemon with the small models")
    asked = parser.parse_args()
    print(json.dumps(asdict(fuzz(asked.seconds, asked.seed, real=asked.real)), indent=2))
