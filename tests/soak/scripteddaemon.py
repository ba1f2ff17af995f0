"""A whole daemon in a process of its own, with scripted engines or small ones: it shares no lock with who asks it."""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fakes import LoudnessDetector, Script, ScriptedModel, ScriptedTranscriber, ScriptedVoice
from livecard import PushCard

from samantha import config
from samantha.assistant import Parts
from samantha.audio.pcm import BLOCK_SECONDS, HEARING_BLOCK, VOICE_BLOCK, silence
from samantha.config import Config
from samantha.errors import SamanthaError
from samantha.mind.prompt import Prompt
from samantha.ports import Capture, Render
from samantha.service import heartbeat
from samantha.service.attachments import Attachments
from samantha.service.client import Client
from samantha.service.daemon import Daemon

ROOT = Path(__file__).parents[2]
SMALL = {
    "SAMANTHA_LLM__MODEL": "smollm2-135m-instruct",
    "SAMANTHA_LLM__MAX_TOKENS": "40",
    "SAMANTHA_HEARING__MODEL": "whisper-tiny.en",
    "SAMANTHA_VOICE__NAME": "piper-en_US-joe-medium",
}


@dataclass(frozen=True)
class Running:
    """Where it is."""

    socket: Path
    url: str
    token: str
    pid: int

    @property
    def client(self) -> Client:
        return Client(self.socket)


class QuietCard(PushCard):
    """A card in real time that hears nothing."""

    async def _run(self, capture: Capture, render: Render) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        for block in itertools.count(1):
            capture(silence(HEARING_BLOCK))
            render(VOICE_BLOCK)
            await asyncio.sleep(began + block * BLOCK_SECONDS - loop.time())


def start(
    folder: Path,
    *,
    tcp: bool = False,
    port: int = 8765,
    real: bool = False,
    env: Mapping[str, str] = os.environ,
) -> subprocess.Popen[bytes]:
    """Start one whose every file is below `folder`, and wait until she is awake."""
    environment = {
        **env,
        "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}",
        "XDG_RUNTIME_DIR": str(folder),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_STATE_HOME": str(folder),
        "SAMANTHA_PATHS__STATE": str(folder / "state"),
        "SAMANTHA_PTT__MECHANISM": "off",
        "SAMANTHA_API__TCP": str(tcp).lower(),
        "SAMANTHA_API__PORT": str(port),
        **(SMALL if real else {}),
    }
    command = [sys.executable, "-m", "samantha", "daemon"] if real else [sys.executable, __file__]
    process = subprocess.Popen(command, env=environment)
    _wait(api(folder), process)
    return process


def api(folder: Path) -> Path:
    """Her socket."""
    return folder / "samantha" / "api.sock"


@contextmanager
def scripted_daemon(*, tcp: bool = False, real: bool = False) -> Iterator[Running]:
    """Start it, wait until she is awake, and stop it as systemd would.

    `real` is `samantha daemon` itself with the smallest engines there are, and whatever sound card.
    """
    folder = Path(tempfile.mkdtemp(prefix="soak-"))  # short, for the socket
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = start(folder, tcp=tcp, port=port, real=real)
    try:
        token = (folder / "state" / "api-token").read_text("ascii").strip() if tcp else ""
        yield Running(api(folder), f"http://127.0.0.1:{port}" if tcp else "", token, process.pid)
        assert process.poll() is None, f"it died with {process.returncode}"
    finally:
        process.terminate()
        code = process.wait(20)
        shutil.rmtree(folder)
    assert code == 0, f"it left with {code}"


def _wait(path: Path, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while True:
        if process.poll() is not None or time.monotonic() > end:
            process.kill()
            raise RuntimeError(f"it did not wake up; it left with {process.wait()}")
        try:
            if Client(path).status().state != "waking":
                return
        except SamanthaError:
            pass
        time.sleep(0.1)


def _engines(settings: Config, _: Callable[[str], None]) -> Parts:
    script = Script(answers=["I think so, and so do you."] * 1_000_000)
    return Parts(
        LoudnessDetector(),
        ScriptedTranscriber(script, time.sleep),
        ScriptedModel(script, time.sleep),
        ScriptedVoice(script, time.sleep),
        Prompt("You are Samantha.", settings.user.name, script.context, settings.llm.max_tokens),
    )


async def _live() -> None:
    import signal

    heartbeat.REMEMBERED = 300  # fifteen seconds, not a minute: the lag that is told is of the load alone
    daemon = Daemon(config.load, load=_engines, card=QuietCard)
    attachments = Attachments(daemon)
    daemon.changed = attachments.change
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, daemon.stop)
    await attachments.begin()
    try:
        await daemon.run()
    finally:
        await attachments.end()


if __name__ == "__main__":
    asyncio.run(_live())
