"""The verbs of a running Samantha, carried from any event loop to hers."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any

from samantha import __version__
from samantha.assistant import Assistant
from samantha.errors import AudioError, SamanthaError
from samantha.events import Mode
from samantha.remote.reach import leads
from samantha.service import places
from samantha.service.bridge import Bridge
from samantha.service.control import Busy, State, Status, Talk
from samantha.service.daemon import Daemon

CHATTING = "She is in the middle of a turn."


class Verbs:
    """A `Control` of `daemon`, whose loop is the running one."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon
        self._bridge = Bridge(asyncio.get_running_loop())

    async def status(self) -> Status:
        return await self._bridge.do(lambda: status(self._daemon))

    async def listen(self, on: bool) -> Status:
        def do() -> Status:
            self._daemon.mute(not on)
            return status(self._daemon)

        return await self._bridge.do(do)

    async def mode(self, mode: Mode) -> Status:
        def do() -> Status:
            self._daemon.set_mode(mode)
            return status(self._daemon)

        return await self._bridge.do(do)

    async def ptt(self, action: Talk) -> Status:
        async def do() -> Status:
            await _conversing(self._daemon)
            self._daemon.talk(action)
            return status(self._daemon)

        return await self._bridge.call(do)

    async def hush(self) -> bool:
        def do() -> bool:
            conversation = self._daemon.assistant.conversation
            busy = not conversation.quiet
            conversation.interrupt()
            return busy

        return await self._bridge.do(do)

    async def say(self, text: str) -> str:
        async def do() -> str:
            assistant = await _conversing(self._daemon)
            reply = assistant.conversation.say(text)
            heard = await asyncio.shield(reply.over)
            if reply.problem:
                raise SamanthaError("failed", reply.problem)
            if not heard and not assistant.speaker.audible:
                raise AudioError("There is no loudspeaker: nobody heard it.", "Connect one, and try again.")
            return heard

        return await self._bridge.call(do)

    async def chat(self, text: str, *, aloud: bool) -> AsyncGenerator[str, None]:
        async with aclosing(self._bridge.stream(lambda: _chat(self._daemon, text, aloud))) as pieces:
            async for piece in pieces:
                yield piece

    async def devices(self) -> list[dict[str, Any]]:
        return await self._bridge.do(self._daemon.list_devices)

    async def config(self) -> dict[str, Any]:
        return await self._bridge.do(lambda: self._daemon.config.model_dump(mode="json"))

    async def reload(self) -> list[str]:
        return await self._bridge.call(self._daemon.reload)

    def subscribe(self, sink: Callable[[dict[str, Any]], None]) -> Callable[[], None]:
        end = self._daemon.subscribe(sink)
        return lambda: self._bridge.soon(end)


async def _conversing(daemon: Daemon) -> Assistant:
    """Who converses; between two sets of settings, who will. Raises Waking until the models are loaded."""
    daemon.assistant  # noqa: B018 (raises Waking)
    if daemon.stopping:
        raise SamanthaError("stopping", "She is about to leave.", "Ask again when she is back.")
    await daemon.awake()
    return daemon.assistant


async def _chat(daemon: Daemon, text: str, aloud: bool) -> AsyncGenerator[str, None]:
    assistant = await _conversing(daemon)
    conversation = assistant.conversation
    if not conversation.quiet or assistant.listener.speaking:
        raise Busy(CHATTING)
    pieces: asyncio.Queue[str | None] = asyncio.Queue()
    reply = conversation.chat(text, pieces.put_nowait, aloud=aloud)
    reply.over.add_done_callback(lambda _: pieces.put_nowait(None))
    try:
        while (piece := await pieces.get()) is not None:
            yield piece
    finally:
        if not reply.over.done() and not aloud:
            conversation.interrupt()  # nobody reads it any more
    if reply.problem:
        raise SamanthaError("failed", reply.problem)


def status(daemon: Daemon) -> Status:
    """How she is, as seen on her loop."""
    config, session = daemon.config, daemon.session
    listening = session.assistant.listening if session else None
    names = session.device.names if session else {"input": "", "output": ""}
    return Status(
        state=_state(daemon),
        mode=daemon.mode,
        muted=daemon.muted,
        microphone=session.device.hearing if session else False,
        talking=listening.held if listening else False,
        input=names["input"],
        output=names["output"],
        models=daemon.models,
        hotkey=daemon.hotkey(),
        turns=daemon.turns,
        lag_ms=daemon.heartbeat.lag_ms,
        uptime_s=round(time.monotonic() - daemon.began, 1),
        pid=os.getpid(),
        version=__version__,
        socket=str(places.socket()),
        token_file=str(places.token_file(config)) if config.api.tcp else "",
        leads_off=[
            f"{lead.setting} → {lead.address}: {lead.carries}" for lead in leads(config) if not lead.loopback
        ],
        problems=daemon.complaints(),
    )


def _state(daemon: Daemon) -> State:
    if (session := daemon.session) is None:
        return "waking"
    assistant = session.assistant
    if assistant.speaker.sounding:
        return "speaking"
    if assistant.listener.speaking:
        return "hearing"
    if not assistant.conversation.quiet:
        return "thinking"
    if assistant.listening.muted:
        return "muted"
    return "listening" if assistant.listening.attentive else "waiting"
