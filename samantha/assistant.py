"""Engines on a device: one conversation, and what a person may ask of it while it runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from samantha.audio.device import Found, Lost
from samantha.audio.echo import FarEnd
from samantha.audio.pcm import Block, silence
from samantha.config import Config
from samantha.dialog.conversation import Conversation, Filler
from samantha.dialog.cores import Cores
from samantha.dialog.lane import Lane, Load
from samantha.dialog.listening import Listening
from samantha.dialog.metrics import Metrics
from samantha.dialog.reply import Engines
from samantha.errors import SamanthaError
from samantha.events import (
    DeviceFound,
    DeviceLost,
    Event,
    ListeningChanged,
    Mode,
    SpeechStarted,
    TalkPressed,
    TalkReleased,
    TurnEnded,
)
from samantha.hearing.endpoint import Echo
from samantha.hearing.listener import Listener
from samantha.hearing.voiceprint import Voiceprint
from samantha.mind.prompt import Prompt
from samantha.ports import (
    AudioDevice,
    EchoCanceller,
    LanguageModel,
    Memory,
    SpeakerEncoder,
    SpeechDetector,
    Synthesizer,
    Transcriber,
    TurnModel,
)
from samantha.voice.speaker import Speaker, chime

Subscriber = Callable[[Event], None]

CUE = chime()
"""What is heard when the microphone has opened for the key to talk."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The engines of one assistant, loaded and warm."""

    detector: SpeechDetector
    transcriber: Transcriber
    llm: LanguageModel
    synthesizer: Synthesizer
    prompt: Prompt
    fillers: tuple[Filler, ...] = ()
    lost: Filler | None = None
    """What she says when an engine has failed, made beforehand."""
    turn_model: TurnModel | None = None
    speaker_encoder: SpeakerEncoder | None = None
    owner: Voiceprint | None = None
    """The voice that she answers alone, if there is one."""
    person: Voiceprint | None = None
    """Her person's voice, if she has learnt it."""
    memory: Memory | None = None


class Assistant:
    """Parts on a device: a conversation that runs until the device ends or `stop` is called.

    Must be made and used on a running event loop. `load` is the count that a fast device waits for;
    `canceller` makes an echo canceller for a device, or none where there is no echo.
    """

    def __init__(
        self,
        config: Config,
        parts: Parts,
        load: Load,
        *,
        canceller: Callable[[AudioDevice], EchoCanceller | None] = lambda _: None,
        now: Callable[[], datetime] = datetime.now,
        subscribers: Iterable[Subscriber] = (),
    ) -> None:
        cores = Cores(parts.llm)
        self._subscribers = list(subscribers)
        self._metrics = Metrics(self._publish)
        self._engines = Engines(
            parts.transcriber,
            parts.llm,
            parts.synthesizer,
            parts.turn_model,
            stt_lane=Lane("stt", load, lambda _: cores.shared(config.hearing.threads)),
            llm_lane=Lane("llm", load),
            tts_lane=Lane("tts", load, lambda urgent: cores.shared(config.voice.threads, urgent=urgent)),
            small_lane=Lane("small", load, lambda _: cores.shared()),
            memory_lane=Lane("memory", load),
            speaker_encoder=parts.speaker_encoder,
            owner=parts.owner,
            person=parts.person,
            memory=parts.memory,
        )
        self.speaker = Speaker()
        self.listener = Listener(parts.detector, config.hearing, self._on)
        self.conversation = Conversation(
            config,
            self._engines,
            self.speaker,
            self.listener,
            parts.prompt,
            self._publish,
            measure=self._metrics.bet,
            clock=lambda: self.listener.at,
            now=now,
            fillers=parts.fillers,
            lost=parts.lost,
        )
        self.engines = self._engines
        self.listening = Listening(config.dialog.mode, keep_warm=config.ptt.keep_warm)
        self._cue = config.ptt.cue
        self._told: ListeningChanged | None = None
        self._device: AudioDevice | None = None
        self._make_canceller = canceller
        self._canceller: EchoCanceller | None = None
        self._far = FarEnd()
        self.taps: list[Callable[[Block, Block], None]] = []
        """Called with each captured block and the block rendered after it, for recording and meters."""
        _hear_of_stand_ins(parts, self.conversation)
        self._captured = silence(0)
        self.heard_speech = False
        """Whether anybody has spoken at all."""
        self._stopped = asyncio.Event()
        self._problem: Exception | None = None

    def subscribe(self, subscriber: Subscriber) -> None:
        """Give every event from now on to `subscriber`, on the loop."""
        self._subscribers.append(subscriber)

    @property
    def finished(self) -> bool:
        """Nobody is speaking and nothing is under way."""
        return self.conversation.finished and not self.listener.speaking

    async def run(self, device: AudioDevice) -> None:
        """Converse on `device` until it has no more to give or `stop` is called."""
        self._device = device
        device.listen(self.listening.microphone)
        device.start(self._capture, self._render)
        self.on_new_device()
        self._apply()
        waiting = asyncio.ensure_future(device.wait())
        stopping = asyncio.ensure_future(self._stopped.wait())
        try:
            await asyncio.wait((waiting, stopping), return_when=asyncio.FIRST_COMPLETED)
            if waiting.done():
                waiting.result()
        finally:
            for task in (waiting, stopping):
                task.cancel()
            await self.conversation.close()
            self._engines.close()
            device.stop()
            self._device = None
        if self._problem is not None:
            raise self._problem

    def stop(self) -> None:
        """End the conversation."""
        self._stopped.set()

    # --- how she listens ------------------------------------------------------------------------------

    def set_mode(self, mode: Mode) -> None:
        """Listen always, or while the key to talk is held."""
        self.listening.mode = mode
        self._apply()

    def mute(self, on: bool) -> None:
        """Close the microphone, or open it again."""
        self.listening.muted = on
        if on:
            self.listening.held = False
            self.listener.drop()
        self._apply()

    def press(self) -> None:
        """The key to talk is down: she is silent and listens. Raises SamanthaError while muted."""
        if self.listening.muted:
            raise SamanthaError("muted", "The microphone is muted.", "Open it with: samantha listen on")
        if self.listening.held and not self.listener.released:
            return
        self.listening.held = True
        self._apply()
        self.conversation.on(TalkPressed(at=self.listener.at))
        self.listener.hold()

    def release(self) -> None:
        """The key to talk was let go: the turn is over."""
        if self.listening.held and not self.listener.released:
            self.conversation.on(TalkReleased(at=self.listener.at))
            self.listener.release()

    def _apply(self) -> None:
        """Have the microphone and the listener do what `listening` says, and tell of it."""
        listening, device = self.listening, self._device
        self.listener.attentive = listening.attentive
        self.conversation.audience.mode = listening.mode
        if not self.listener.speaking:
            self.conversation.forget_open_turn()
        if device is not None:
            device.listen(listening.microphone)
        self._tell_of_listening()

    def _tell_of_listening(self) -> None:
        listening, device = self.listening, self._device
        if device is None:
            return
        now = ListeningChanged(
            at=self.listener.at, mode=listening.mode, muted=listening.muted, microphone=device.hearing
        )
        before, self._told = self._told, now
        if before is None or replace(before, at=now.at) == now:
            return
        if now.microphone and not before.microphone and listening.held and self._cue:
            self.speaker.cue(CUE)
        self._publish(now)

    # --- devices ----------------------------------------------------------------------------------------

    def on_new_device(self) -> None:
        """She hears or speaks through something else than before: with another delay, another echo."""
        if (device := self._device) is None:
            return
        self.speaker.latency = device.latency
        self._far = FarEnd(device.latency)
        self._canceller = self._make_canceller(device)
        self.conversation.audience.echoes = self._canceller is not None

    def on_device(self, change: Lost | Found) -> None:
        """A device has gone, or another was found: tell of it, and of what is new aloud."""
        at = self.listener.at
        if isinstance(change, Lost):
            self._publish(DeviceLost(at=at, side=change.side, name=change.name))
            if change.side == "output":
                if self.speaker.sounding:
                    self.conversation.interrupt()
                self.speaker.audible = False
            return
        if change.side == "output":
            self.speaker.audible = True
        self.on_new_device()
        self._publish(DeviceFound(at=at, side=change.side, name=change.name))
        if change.changed:
            told = "I'm on {} now." if change.side == "output" else "I can hear you through {} now."
        else:
            told = "I'm back on {}." if change.side == "output" else "I can hear you again."
        self.conversation.announce(f"device {change.side}", told.format(change.name))

    # --- every twenty milliseconds ----------------------------------------------------------------------

    def _capture(self, block: Block) -> None:
        self._captured = block
        self._keep_time()
        if self._canceller is not None:
            block = self._canceller.process(block, self._far.pull())
            self.conversation.audience.echoes = self._canceller.coupled
        self.listener.feed(block, self._echo)
        hearing = self._device is not None and self._device.hearing
        if self._told is not None and self._told.microphone != hearing:
            self._tell_of_listening()
        self.conversation.tick()
        if self._device is not None:
            self._device.rest(self.conversation.quiet and not self.listener.speaking)

    @property
    def _echo(self) -> Echo:
        """What of herself may be in the block that comes out of the canceller."""
        if self._canceller is None or not self.conversation.audience.echoing:
            return Echo.NONE
        return Echo.over(self._canceller.learnt, self._canceller.surplus)

    def _keep_time(self) -> None:
        """Follow the latency of the device, which is known once its streams run and changes with them."""
        if self._device is not None and (latency := self._device.latency) != self.speaker.latency:
            self.speaker.latency = latency
            self._far.align(latency)

    def _render(self, samples: int) -> Block:
        ready = self._device is None or self._device.ready
        block = self.speaker.render(samples) if ready else silence(samples)
        if self._canceller is not None:
            self._far.push(block)
        for tap in self.taps:
            tap(self._captured, block)
        return block

    def _on(self, event: Event) -> None:
        self.heard_speech |= isinstance(event, SpeechStarted)
        self.conversation.on(event)
        if isinstance(event, TurnEnded) and self.listening.held:
            self.listening.held = False
            self._apply()

    def _publish(self, event: Event) -> None:
        for subscriber in list(self._subscribers):
            try:
                subscriber(event)
            except Exception as problem:  # noqa: BLE001 (its screen or file is gone: end, and say why)
                self._subscribers.remove(subscriber)
                self._problem = self._problem or problem
                self.stop()
        self._metrics.on(event)


def _hear_of_stand_ins(parts: Parts, conversation: Conversation) -> None:
    """Have her say when this machine's engine works in the place of another machine's."""
    from samantha.remote.fallback import fallbacks

    loop = asyncio.get_running_loop()
    for fallback in fallbacks(parts.transcriber, parts.llm, parts.synthesizer):

        def tell(sentence: str, topic: str = fallback.does) -> None:
            loop.call_soon_threadsafe(conversation.announce, topic, sentence)

        fallback.tell(tell)
