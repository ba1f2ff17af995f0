"""`samantha daemon`: a conversation that lasts for months, with no terminal and no screen.

The audio loop owns the conversation. Everything around it (API, talk key, desktop, Wyoming) is an attachment
that calls the same few verbs, and can fail without taking her down.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Protocol

from samantha import app
from samantha.assistant import Assistant, Parts
from samantha.audio.choice import THINGS, Offer, gone, listed
from samantha.audio.device import Found, Lost
from samantha.config import Config
from samantha.dialog.lane import Lane, Load
from samantha.errors import ConfigError, StorageError
from samantha.events import (
    DeviceFound,
    DeviceLost,
    Event,
    Failed,
    ListeningChanged,
    Mode,
    ReplySpoken,
    Side,
    TurnMeasured,
    to_record,
)
from samantha.ports import AudioDevice
from samantha.remote.fallback import fallbacks
from samantha.service import notify
from samantha.service.control import Talk, Waking
from samantha.service.heartbeat import Heartbeat
from samantha.service.verify import verify
from samantha.store import profile
from samantha.store.database import KeptTurn
from samantha.store.journal import Journal, restore

log = logging.getLogger(__name__)

ENGINES = ("user", "hearing", "attention", "memory", "llm", "voice", "remote", "paths")
"""Sections of the settings that the engines are made of; the others change without loading anything."""

LIGHT = ("attention.follow_up_s", "attention.likeness", "attention.sound_alikes")
"""Settings in those sections that no engine is made of."""

POLITE = 30.0
"""Seconds that new settings wait for her to finish what she is saying."""

NO_DISK = "I can't write to the disk, so for now I'll only remember this until I'm switched off."

SUMMARIES: dict[Mode, str] = {
    "always": "listening",
    "name": "listening for her name",
    "ptt": "waiting for the key to talk",
}

Sink = Callable[[dict[str, Any]], None]
Load_ = Callable[[Config, Callable[[str], None]], Parts]


class Card(AudioDevice, Protocol):
    """A sound card whose devices come and go."""

    @property
    def names(self) -> dict[Side, str]:
        """The microphone and the loudspeaker, for a person; "" where there is none."""

    @property
    def offer(self) -> Offer:
        """All that there is to choose from now."""


MakeCard = Callable[[Config, Callable[[Lost | Found], None]], Card]


def wake(config: Config, progress: Callable[[str], None]) -> Parts:
    """The engines as set, for the person she has met."""
    name = profile.read(config.state_folder).name
    return app.load(config, progress, user_name=name, memory=app.memory(config, name))


@dataclass(slots=True)
class Session:
    """One set of settings in force."""

    config: Config
    parts: Parts
    assistant: Assistant
    device: Card


class Daemon:
    """Runs until `stop`; everything happens on the audio loop.

    `read` gives the settings, anew each time; `load` and `card` make the engines and the sound card of them.
    """

    def __init__(
        self,
        read: Callable[[], Config],
        *,
        load: Load_ = wake,
        card: MakeCard = app.live_card,
    ) -> None:
        self._read = read
        self._load = load
        self._card = card
        self.changed: Callable[[Config], Awaitable[None]] | None = None
        """Awaited whenever she begins to converse with other settings, for what is made of them besides."""
        self.config = read()
        self.leaving: Callable[[], None] | None = None
        """Called when she has stopped conversing with these settings: whoever uses her engines must let go."""
        self.session: Session | None = None
        self.heartbeat = Heartbeat()
        self.began = time.monotonic()
        self.turns = 0
        self.problems: dict[str, str] = {}
        """What is wrong now, by topic, as sentences."""
        self.hotkey: Callable[[], str] = str
        """How the key to talk is heard of, or why it is not."""
        self.listeners: list[Callable[[Event], None]] = []
        """Told of every event, on the audio loop; one that raises is dropped."""
        self._loading = Lane("loading", Load())
        self._next: tuple[Config, Parts] | None = None
        self._stopping = asyncio.Event()
        self._changing = asyncio.Lock()
        self._begun = asyncio.Event()
        self._journal = Journal(app.database(self.config), self._no_disk)
        self._kept: list[KeptTurn] = []
        self._engines = app.engine_names(self.config)
        self._mode: Mode = self.config.dialog.mode
        self._muted = False
        """By the person."""
        self._locked = False
        self._patience = 1.0
        """What she has learnt of the person's pauses."""

    # --- a life -----------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Wake up, converse, and leave within two seconds of `stop`."""
        self.heartbeat.start()
        try:
            await self._remember()
            self._next = await self._wake()
            while self._next is not None and not self._stopping.is_set():
                (config, parts), self._next = self._next, None
                await self._converse(config, parts)
        finally:
            self.heartbeat.stop()
            self._loading.close()
            await self._journal.close()

    async def _wake(self) -> tuple[Config, Parts] | None:
        """The engines, as soon as they are loaded; None if she is to leave before."""
        notify.status("loading the models")
        config = self.config
        waking = asyncio.ensure_future(self._loading.call(lambda: self._load(config, notify.status)))
        leaving = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait((waking, leaving), return_when=asyncio.FIRST_COMPLETED)
            return (config, waking.result()) if waking.done() else None
        finally:
            waking.cancel()  # nothing can stop the loading itself: nobody waits for it
            leaving.cancel()

    def stop(self) -> None:
        """Finish: within two seconds, with the last turn saved."""
        notify.stopping()
        self._stopping.set()
        if self.session is not None:
            self.session.assistant.stop()

    async def _converse(self, config: Config, parts: Parts) -> None:
        assistant = Assistant(
            config,
            parts,
            Load(),
            canceller=lambda device: app.canceller(config, device),
            subscribers=[self._on],
        )
        self._take_up(assistant, parts)
        assistant.listening.keep_warm = config.ptt.keep_warm
        device = self._card(config, self._on_device)
        for side in THINGS:
            self.note(side, "")
        self.config = config
        self._engines = app.engine_names(config)
        self.session = Session(config, parts, assistant, device)
        if assistant.conversation.context.history.turns:
            assistant.conversation.reread_soon()
        running = asyncio.ensure_future(assistant.run(device))
        self._begun.set()
        if self.changed is not None:
            await self.changed(config)
        notify.ready(self.summary)
        await running
        if self.leaving is not None:
            self.leaving()
        if self._next is not None:  # which may be made of the same engines
            await assistant.engines.closed()
        if parts.memory is not None and (self._next is None or self._next[1].memory is not parts.memory):
            parts.memory.close()

    def _take_up(self, assistant: Assistant, parts: Parts) -> None:
        """Go on where the settings before these, or she herself before a restart, left off."""
        if self.session is not None:
            before = self.session.assistant
            assistant.conversation.context.history = before.conversation.context.history
            assistant.conversation.patience = before.conversation.patience
            assistant.listening = replace(before.listening, held=False)
            return
        self.heartbeat.forget()
        restore(assistant.conversation.context.history, self._kept, parts.prompt)
        assistant.conversation.patience = self._patience
        assistant.listening.mode, assistant.listening.muted = self._mode, self._muted
        if self._journal.failing:
            assistant.conversation.announce("storage", NO_DISK)

    # --- verbs ------------------------------------------------------------------------------------------

    @property
    def mode(self) -> Mode:
        """When she listens, or will once she is awake."""
        return self.session.assistant.listening.mode if self.session else self._mode

    @property
    def muted(self) -> bool:
        """Whether the microphone is closed, or will be once she is awake."""
        return self.session.assistant.listening.muted if self.session else self._muted

    @property
    def stopping(self) -> bool:
        """Whether she is on her way out."""
        return self._stopping.is_set()

    @property
    def assistant(self) -> Assistant:
        """Who converses. Raises Waking until the models are loaded."""
        if self.session is None:
            raise Waking
        return self.session.assistant

    @property
    def summary(self) -> str:
        """How she listens, in a few words."""
        listening = self.assistant.listening
        if listening.muted:
            return "muted"
        return SUMMARIES[listening.mode]

    def set_mode(self, mode: Mode) -> None:
        """Answer always, when called by name, or while the key is held; remembered."""
        self.assistant.set_mode(mode)
        self._journal.put("mode", mode)
        notify.status(self.summary)

    def mute(self, on: bool) -> None:
        """Close the microphone, or open it again, even on a locked screen; remembered."""
        self.assistant.mute(on)
        self._muted, self._locked = on, False
        self._journal.put("muted", on)
        notify.status(self.summary)

    def lock(self, on: bool) -> None:
        """The screen was locked: close the microphone for as long. What the person muted stays muted."""
        self._locked = on
        self.assistant.mute(self._muted or on)
        notify.status(self.summary)

    def talk(self, action: Talk) -> None:
        """The key to talk. Raises SamanthaError while muted."""
        assistant = self.assistant
        if action == "press" or (action == "toggle" and assistant.listener.released):
            assistant.press()
        else:
            assistant.release()

    async def reload(self) -> list[str]:
        """Read the settings again and go on with them, in the same conversation; the paths that changed.

        Raises a SamanthaError, and the old ones stay in force, if they are wrong or an engine cannot be
        loaded with them; Waking while there are none yet.
        """
        async with self._changing:
            if self.session is None:
                raise Waking
            notify.reloading()
            try:
                return await self._reload(self.session)
            finally:
                if not self._stopping.is_set():
                    notify.ready(self.summary)

    async def awake(self) -> None:
        """Return when she converses."""
        await self._begun.wait()

    async def _reload(self, session: Session) -> list[str]:
        assistant, parts, config = session.assistant, session.parts, self._read()
        verify(config)
        changed = differences(self.config, config)
        if not changed:
            return []
        for path in ("paths.state", "memory.encrypted"):  # her journal has the file open, as it is
            if path in changed:
                raise ConfigError(f"{path} cannot change while she runs.", "Stop her, and start her again.")
        if any(path.partition(".")[0] in ENGINES and path not in LIGHT for path in changed):
            parts = await self._loading.call(lambda: self._load(config, lambda _: None))
        end = time.monotonic() + POLITE
        while not assistant.finished and time.monotonic() < end:  # noqa: ASYNC110 (nothing tells of it)
            await asyncio.sleep(0.05)
        if "dialog.mode" in changed:
            self.set_mode(config.dialog.mode)
        self._next = (config, parts)
        self._begun.clear()
        assistant.stop()
        await self._begun.wait()
        log.info("new settings: %s", ", ".join(changed))
        return changed

    def note(self, topic: str, problem: str) -> None:
        """What is wrong with `topic` now, as a sentence; "" if nothing is."""
        if problem:
            log.log(logging.WARNING if self._matters(topic) else logging.INFO, "%s", problem)
            self.problems[topic] = problem
        else:
            self.problems.pop(topic, None)

    def complaints(self) -> list[str]:
        """What is wrong now, as sentences."""
        if not self._journal.failing:
            self.problems.pop("storage", None)
        return [sentence for topic, sentence in self.problems.items() if self._matters(topic)]

    def _matters(self, topic: str) -> bool:
        """Whether a problem with `topic` is one: always listening, and without a desktop, she needs no key."""
        mode = self.session.assistant.listening.mode if self.session else self.config.dialog.mode
        return topic != "hotkey" or mode == "ptt" or self.config.ptt.mechanism != "auto"

    @property
    def models(self) -> dict[str, str]:
        """What hears, thinks and speaks."""
        if self.session is None:
            return self._engines
        parts = self.session.parts
        names = {**self._engines, "tts": parts.synthesizer.name}
        for kind, engine in (("stt", parts.transcriber), ("llm", parts.llm), ("tts", parts.synthesizer)):
            if any(stand_in.away for stand_in in fallbacks(engine)):
                names[kind] += " (away: this machine works in its place)"
        return names

    def list_devices(self) -> list[dict[str, object]]:
        """Microphones and loudspeakers, as `samantha devices --json` shows them."""
        self.assistant  # noqa: B018 (raises Waking)
        assert self.session is not None
        return listed(self.session.device.offer)

    def subscribe(self, sink: Sink) -> Callable[[], None]:
        """Give each event's record to `sink`; returns how to end that."""

        def tell(event: Event) -> None:
            sink(to_record(event))

        self.listeners.append(tell)
        return lambda: self.listeners.remove(tell) if tell in self.listeners else None

    # --- what happens -----------------------------------------------------------------------------------

    def _on(self, event: Event) -> None:
        match event:
            case TurnMeasured(first_sound=float() as sound):
                log.info("a turn was answered after %.0f ms", sound)
            case ReplySpoken():
                self.turns += 1
                self.note("turn", "")
                self._keep_patience()
            case Failed(error=error):
                self.note("turn", error)
            case DeviceLost(side=side, name=name):
                self.note(side, gone(side, name))
            case DeviceFound(side=side, name=name):
                self.note(side, "")
                log.info("the %s is now %s", THINGS[side], name)
            case ListeningChanged(mode=mode, muted=muted, microphone=microphone):
                log.info("mode %s, muted %s, microphone open %s", mode, muted, microphone)
            case _:
                log.debug("%s", event)
        if self.config.memory.enabled:
            self._journal.on(event)
        for listener in list(self.listeners):
            try:
                listener(event)
            except Exception:
                log.exception("a listener broke and is dropped")
                self.listeners.remove(listener)

    def _on_device(self, change: Lost | Found) -> None:
        if self.session is not None:
            self.session.assistant.on_device(change)

    # --- what is kept -----------------------------------------------------------------------------------

    async def _remember(self) -> None:
        """What was said and how she listened before the restart."""
        mode = self.config.dialog.mode
        self._kept = await self._journal.resume(timedelta(minutes=self.config.dialog.resume_min))
        self._mode = await self._journal.get("mode", mode)
        self._muted = await self._journal.get("muted", False)
        self._patience = await self._journal.get("patience", 1.0)

    def _keep_patience(self) -> None:
        learnt = round(self.assistant.conversation.patience, 2)
        if learnt != self._patience:
            self._patience = learnt
            self._journal.put("patience", learnt)

    def _no_disk(self, problem: StorageError) -> None:
        """Go on in memory, and say so."""
        said = "storage" in self.problems
        self.note("storage", str(problem))
        if self.session is not None and not said:
            self.session.assistant.conversation.announce("storage", NO_DISK)


def differences(before: Config, after: Config) -> list[str]:
    """The dotted paths of the settings that are not the same."""
    old, new = before.model_dump(), after.model_dump()
    return [
        f"{section}.{name}"
        for section, keys in old.items()
        for name in keys
        if keys[name] != new[section][name]
    ]
