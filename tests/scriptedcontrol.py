"""A `Control` that does what a test tells it, and remembers what it was asked."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from samantha import __version__
from samantha.config import Api
from samantha.errors import SamanthaError
from samantha.events import Mode
from samantha.service.api.server import ApiServer
from samantha.service.client import Client
from samantha.service.control import Busy, Status, Talk


class ScriptedControl:
    """Answers from any loop; `problem` is raised instead of the next answers, `publish` makes an event."""

    def __init__(self, answer: str = "Well, yes.", pace_s: float = 0.0) -> None:
        self.asked: list[Any] = []
        self.problem: Exception | None = None
        self.answer, self.pace_s = answer, pace_s
        self.breaks_after: int | None = None
        """After how many words of a chat she loses her thread."""
        self.stopped = threading.Event()
        """Set when a chat or a saying was broken off."""
        self.muted, self.held = False, False
        self.how: Mode = "always"
        self.sinks: list[Callable[[dict[str, Any]], None]] = []
        self.turn = threading.Lock()

    def _note(self, *what: Any) -> None:
        self.asked.append(what)
        if self.problem is not None:
            raise self.problem

    async def status(self) -> Status:
        self._note("status")
        return Status(
            state="muted" if self.muted else "listening",
            mode=self.how,
            muted=self.muted,
            microphone=not self.muted,
            talking=self.held,
            input="a microphone",
            output="a loudspeaker",
            models={"ears": "whisper-base", "mind": "scripted", "voice": "scripted"},
            hotkey="ctrl+alt+space",
            turns=3,
            lag_ms=1.5,
            uptime_s=12.5,
            pid=4711,
            version=__version__,
            socket="/run/api.sock",
            token_file="",
            leads_off=[],
            problems=[],
        )

    async def listen(self, on: bool) -> Status:
        self._note("listen", on)
        self.muted = not on
        return await self.status()

    async def mode(self, mode: Mode) -> Status:
        self._note("mode", mode)
        self.how = mode
        return await self.status()

    async def ptt(self, action: Talk) -> Status:
        self._note("ptt", action)
        self.held = not self.held if action == "toggle" else action == "press"
        return await self.status()

    async def hush(self) -> bool:
        self._note("hush")
        return self.turn.locked()

    async def say(self, text: str) -> str:
        self._note("say", text)
        try:
            await asyncio.sleep(self.pace_s)
        except asyncio.CancelledError:
            self.stopped.set()
            raise
        return text

    async def chat(self, text: str, *, aloud: bool) -> AsyncGenerator[str, None]:
        self._note("chat", text, aloud)
        if not self.turn.acquire(blocking=False):
            raise Busy("She is in the middle of a turn.")
        try:
            for i, word in enumerate(self.answer.split(" ")):
                await asyncio.sleep(self.pace_s)
                if i == self.breaks_after:
                    raise SamanthaError("failed", "I lost my train of thought.")
                yield word if i == 0 else f" {word}"
        except (asyncio.CancelledError, GeneratorExit):
            self.stopped.set()
            raise
        finally:
            self.turn.release()

    async def devices(self) -> list[dict[str, Any]]:
        self._note("devices")
        return [{"index": 0, "name": "a microphone"}]

    async def config(self) -> dict[str, Any]:
        self._note("config")
        return {"dialog": {"mode": self.how}}

    async def reload(self) -> list[str]:
        self._note("reload")
        return ["dialog.mode"]

    def subscribe(self, sink: Callable[[dict[str, Any]], None]) -> Callable[[], None]:
        self.sinks.append(sink)
        return lambda: self.sinks.remove(sink)

    def publish(self, **record: Any) -> None:
        for sink in self.sinks:
            sink(record)


class Served:
    """A running API, and where it is."""

    def __init__(self, server: ApiServer, control: Any, socket: Path, token_file: Path) -> None:
        self.server, self.control, self.socket, self.token_file = server, control, socket, token_file
        self.client = Client(socket)

    @property
    def token(self) -> str:
        return self.token_file.read_text("ascii").strip()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"


@contextmanager
def served(control: Any, *, tcp: bool = False, patience_s: int = 10) -> Iterator[Served]:
    """The API of `control` on a socket in a short folder, and on any free TCP port if asked."""
    folder = Path(tempfile.mkdtemp(prefix="api-"))
    settings = Api.model_construct(tcp=tcp, port=0)
    server = ApiServer(
        control, settings, folder / "samantha" / "api.sock", folder / "state" / "token", patience_s=patience_s
    )
    server.start()
    try:
        yield Served(server, control, folder / "samantha" / "api.sock", folder / "state" / "token")
    finally:
        server.stop()
        shutil.rmtree(folder)
