"""What the service manager is told."""

from __future__ import annotations

import logging
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from samantha.service import notify

pytestmark = [
    pytest.mark.unit,
    pytest.mark.skipif(sys.platform != "linux", reason="systemd is Linux's"),
]


@pytest.fixture(params=["path", "abstract"])
def manager(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[socket.socket]:
    """Listens as a service manager does."""
    abstract = request.param == "abstract"
    name = f"@samantha-{tmp_path.name}" if abstract else str(tmp_path / "notify")
    monkeypatch.setenv("NOTIFY_SOCKET", name)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind("\0" + name[1:] if abstract else name)
        listener.settimeout(2)
        yield listener


def test_ready_comes_with_what_she_does_in_one_line(manager: socket.socket) -> None:
    notify.ready("listening\n to you")
    assert manager.recv(4096) == b"READY=1\nSTATUS=listening to you"


def test_a_reload_carries_the_time_it_began(manager: socket.socket) -> None:
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC)  # the clock that systemd compares with
    notify.reloading()
    state, began = manager.recv(4096).decode().splitlines()
    after = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
    assert state == "RELOADING=1"
    assert before // 1000 <= int(began.removeprefix("MONOTONIC_USEC=")) <= after // 1000


def test_every_other_word(manager: socket.socket) -> None:
    notify.status("loading the models")
    notify.watchdog()
    notify.stopping()
    heard = [manager.recv(4096) for _ in range(3)]
    assert heard == [b"STATUS=loading the models", b"WATCHDOG=1", b"STOPPING=1"]


@pytest.mark.parametrize("address", [None, "", "vsock:2:1234"])
def test_without_a_manager_nothing_happens(
    address: str | None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    if address is None:
        monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    else:
        monkeypatch.setenv("NOTIFY_SOCKET", address)
    notify.ready()
    assert not caplog.records


def test_a_manager_that_has_gone_is_no_reason_to_fall(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone"))
    with caplog.at_level(logging.WARNING):
        notify.watchdog()
    assert "does not hear WATCHDOG=1" in caplog.text
