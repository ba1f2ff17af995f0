"""What a running Samantha can be asked for: the verbs behind the API, the command line and the tray."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from typing import Any, Literal, Protocol

from pydantic import BaseModel, Field

from samantha.errors import SamanthaError
from samantha.events import Mode

State = Literal["waking", "muted", "waiting", "listening", "hearing", "thinking", "speaking"]
"""Waking: the models are being loaded. Waiting: for the key to talk. Hearing: a person is speaking."""

Talk = Literal["press", "release", "toggle"]


class Busy(SamanthaError):  # noqa: N818 (no fault of anybody)
    """She is with somebody else; `retry_s` is when to try again."""

    def __init__(self, message: str, retry_s: int = 2) -> None:
        super().__init__("busy", message, f"Try again in {retry_s} s.")
        self.retry_s = retry_s


class Waking(SamanthaError):  # noqa: N818 (nor this)
    """She is loading her models."""

    retry_s = 2

    def __init__(self) -> None:
        super().__init__("waking", "She is waking up.", f"Try again in {self.retry_s} s.")


class Status(BaseModel):
    """How she is."""

    state: State
    mode: Mode
    muted: bool
    microphone: bool = Field(description="whether its stream is open")
    talking: bool = Field(description="whether the key to talk is held")
    input: str = Field(description="the microphone, for a person")
    output: str = Field(description="the loudspeaker, for a person")
    models: dict[str, str] = Field(description="what hears, thinks and speaks")
    hotkey: str = Field(description="how the key to talk is heard of, or why it is not")
    turns: int = Field(description="turns answered since she started")
    lag_ms: float = Field(description="how late the audio loop was, 99th percentile of the last minute")
    uptime_s: float
    pid: int
    version: str
    socket: str
    token_file: str = Field(description='where the token for TCP is; "" while TCP is off')
    leads_off: list[str] = Field(description="settings that reach beyond this machine")
    problems: list[str] = Field(description="what is wrong now, as sentences")


class Control(Protocol):
    """A running Samantha, for callers on any event loop. Every method may raise a SamanthaError."""

    async def status(self) -> Status:
        """How she is."""
        ...

    async def listen(self, on: bool) -> Status:
        """Open the microphone, or close it for real until it is opened again; she keeps to it."""
        ...

    async def mode(self, mode: Mode) -> Status:
        """Answer always, when called by name, or while the key to talk is held; she keeps to it."""
        ...

    async def ptt(self, action: Talk) -> Status:
        """The key to talk; pressing it interrupts her, releasing it ends the turn. Refused while muted."""
        ...

    async def hush(self) -> bool:
        """Be silent at once; whether there was anything to hush."""
        ...

    async def say(self, text: str) -> str:
        """Say `text` aloud; when it is over, what was heard of it. Interrupts what she is saying."""
        ...

    def chat(self, text: str, *, aloud: bool) -> AsyncGenerator[str, None]:
        """Answer `text`, piece by piece, in the one conversation she has. Raises Busy while she is in a turn.

        Closing it early ends the answer, unless it is given aloud.
        """
        ...

    async def devices(self) -> list[dict[str, Any]]:
        """Microphones and loudspeakers, as `samantha devices --json` shows them."""
        ...

    async def config(self) -> dict[str, Any]:
        """The settings in force."""
        ...

    async def reload(self) -> list[str]:
        """Read the settings again; the paths of those that changed. A ConfigError leaves the old in force."""
        ...

    def subscribe(self, sink: Callable[[dict[str, Any]], None]) -> Callable[[], None]:
        """Give each event's record to `sink` on the conversation's loop; returns how to end that, from any thread."""
        ...
