"""How the daemon's process ends when something in it will not, and when something breaks."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from samantha.errors import SamanthaError
from samantha.service.client import Client

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGTERM"),
]

TESTS = Path(__file__).parents[1]
PATIENCE = 30.0


@contextmanager
def daemon(what: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    env = os.environ | {
        "PYTHONPATH": f"{TESTS.parent}:{TESTS}",
        "XDG_RUNTIME_DIR": str(folder),
        "XDG_STATE_HOME": str(folder),
        "SAMANTHA_PTT__MECHANISM": "off",
    }
    env.pop("JOURNAL_STREAM", None)
    command = [sys.executable, str(TESTS / "stubborn.py"), what]
    with subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


def test_she_leaves_although_something_hangs(tmp_path: Path) -> None:
    with daemon("hang", tmp_path) as process:
        client, end = Client(tmp_path / "samantha" / "api.sock"), time.monotonic() + PATIENCE
        while True:
            assert process.poll() is None
            assert time.monotonic() < end
            try:
                if client.status().state == "listening":
                    break
            except SamanthaError:
                time.sleep(0.05)
        process.terminate()
        assert process.wait(PATIENCE) == 0, "the card hangs for a minute"


@pytest.mark.skipif(sys.platform == "darwin", reason="logs lie elsewhere")
def test_what_breaks_her_is_written_down(tmp_path: Path) -> None:
    with daemon("break", tmp_path) as process:
        assert process.wait(PATIENCE) == 70
    [log] = tmp_path.rglob("daemon.log")
    assert "she broke off" in log.read_text()
    assert "the card broke" in log.read_text()
    assert not list((tmp_path / "state").glob("*.pid"))


@pytest.mark.skipif(sys.platform != "linux", reason="the limit means what it says on Linux only")
@pytest.mark.parametrize("megabytes", [600, 1000])
def test_too_little_memory_is_said_in_a_sentence(tmp_path: Path, megabytes: int) -> None:
    limited = (
        f"import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_AS, ({megabytes << 20},) * 2); "
        "sys.argv = ['samantha', 'daemon']; runpy.run_module('samantha', run_name='__main__')"
    )
    env = os.environ | {"XDG_RUNTIME_DIR": str(tmp_path), "SAMANTHA_LLM__MODEL": "smollm2-135m-instruct"}
    done = subprocess.run(
        [sys.executable, "-c", limited], env=env, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("samantha: The machine has run out of memory.")
