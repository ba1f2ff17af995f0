"""Many clients and listeners at once; every request is answered, and the audio loop hardly notices.

`python tests/soak/api_load.py --clients 50 --requests 200 --listeners 20` is the long proof, against a daemon with
scripted engines or, with --real, small ones; the tests run a small one.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import socket
import statistics
import time
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil
from soak.scripteddaemon import scripted_daemon
from websockets.asyncio.client import ClientConnection, unix_connect
from websockets.exceptions import ConnectionClosed

from samantha.service.client import Client

MIX = (("GET", "/status"), ("GET", "/config"), ("POST", "/hush"))
CHAT = b'{"text": "Is it raining?"}'
CHATS = 0.01
"""Share of requests that ask her to think."""

ANSWERED_S = 120.0


@dataclass
class Load:
    """What the load did."""

    requests: int = 0
    answers: dict[str, int] = field(default_factory=dict)
    """By route and status."""
    unanswered: int = 0
    without_retry: int = 0
    """Answers 429 or 503 that did not say when to ask again."""
    seconds: float = 0.0
    p50_ms: float = 0.0
    p99_ms: float = 0.0
    """Of all but chats."""
    chat_p50_ms: float = 0.0
    events: list[int] = field(default_factory=list)
    """That each listener got; the stalled one is not among them."""
    lag_ms: float = 0.0
    """The worst of the audio loop's 99th percentiles that she told, of up to a minute."""
    rss_before_mb: float = 0.0
    rss_after_mb: float = 0.0


async def load(path: Path, clients: int, requests: int, listeners: int, seed: int) -> Load:
    """`requests` from each of `clients`, one after another; one of the `listeners` reads nothing."""
    outcome, took, chats = Load(), list[float](), list[float]()
    client = Client(path)
    process = psutil.Process(client.status().pid)
    outcome.rss_before_mb = process.memory_info().rss / 1e6
    lags: list[float] = []
    began = time.monotonic()
    async with AsyncExitStack() as open_:
        if listeners:
            open_.enter_context(_stalled(path))
        ears = [
            await open_.enter_async_context(
                unix_connect(str(path), "ws://localhost/events", compression=None, max_queue=None)
            )
            for _ in range(listeners - 1)
        ]
        counting = [asyncio.create_task(_count(ear)) for ear in ears]
        watching = asyncio.create_task(_watch(client, lags))
        await asyncio.gather(
            *(
                _ask(path, requests, random.Random(seed * 1000 + number), outcome, took, chats)
                for number in range(clients)
            )
        )
        outcome.seconds = round(time.monotonic() - began, 1)
        await asyncio.sleep(0.5)  # the last events are on their way
        watching.cancel()
        for ear in ears:
            await ear.close()
        outcome.events = sorted(await asyncio.gather(*counting))
    outcome.lag_ms = max([*lags, client.status().lag_ms])
    outcome.rss_after_mb = process.memory_info().rss / 1e6
    cuts = statistics.quantiles([1000 * seconds for seconds in took], n=100, method="inclusive")
    outcome.p50_ms, outcome.p99_ms = round(cuts[49], 1), round(cuts[98], 1)
    outcome.chat_p50_ms = round(1000 * statistics.median(chats), 1) if chats else 0.0
    return outcome


async def _ask(
    path: Path, requests: int, chance: random.Random, outcome: Load, took: list[float], chats: list[float]
) -> None:
    for _ in range(requests):
        chat = chance.random() < CHATS
        method, route = ("POST", "/chat") if chat else chance.choice(MIX)
        outcome.requests += 1
        began = time.perf_counter()
        try:
            status, retry = await asyncio.wait_for(
                _request(path, method, route, CHAT if chat else b""), ANSWERED_S
            )
        except (OSError, EOFError, TimeoutError, ValueError):
            outcome.unanswered += 1
            continue
        (chats if chat else took).append(time.perf_counter() - began)
        answer = f"{route} {status}"
        outcome.answers[answer] = outcome.answers.get(answer, 0) + 1
        outcome.without_retry += status in (429, 503) and not retry


async def _request(path: Path, method: str, route: str, body: bytes) -> tuple[int, bool]:
    """Status, and whether there is a Retry-After, of a request that has been answered to its end."""
    reader, writer = await asyncio.open_unix_connection(str(path))
    try:
        head = f"{method} {route} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {len(body)}\r\n"
        writer.write(head.encode() + b"Content-Type: application/json\r\n\r\n" + body)
        answer = await reader.read(-1)
    finally:
        writer.close()
    head_, separator, content = answer.partition(b"\r\n\r\n")
    whole = content.endswith((b"0\r\n\r\n", b"}"))
    if not separator or not whole:
        raise EOFError("half an answer")
    return int(head_.split(b" ", 2)[1]), b"\r\nretry-after:" in head_.lower()


async def _count(ear: ClientConnection) -> int:
    count = 0
    try:
        async for _ in ear:
            count += 1
    except ConnectionClosed:
        return -1  # it was dropped although it read
    return count


async def _watch(client: Client, lags: list[float]) -> None:
    while True:
        lags.append((await asyncio.to_thread(client.status)).lag_ms)
        await asyncio.sleep(1)


def _stalled(path: Path) -> socket.socket:
    """A listener that never reads, not even the answer to its request."""
    wire = socket.socket(socket.AF_UNIX)
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    wire.connect(str(path))
    wire.sendall(
        b"GET /events HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    return wire


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--listeners", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--socket", type=Path, help="of a running daemon; left out: one with scripted engines"
    )
    parser.add_argument("--real", action="store_true", help="a daemon with the small models")
    asked = parser.parse_args()
    counts = (asked.clients, asked.requests, asked.listeners, asked.seed)
    if asked.socket:
        found = asyncio.run(load(asked.socket, *counts))
    else:
        with scripted_daemon(real=asked.real) as running:
            time.sleep(20 if asked.real else 0)  # what waking up cost is no part of it
            found = asyncio.run(load(running.socket, *counts))
    print(json.dumps(asdict(found), indent=2))
