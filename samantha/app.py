"""The composition root: settings in, a wired assistant out. The only file that names concrete engines."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from samantha.audio.device import Found, LiveCard, Lost
from samantha.audio.echo import FarEnd
from samantha.audio.pcm import Block, samples, silence
from samantha.config import Config
from samantha.dialog.conversation import LOST, Conversation, Filler
from samantha.dialog.cores import Cores
from samantha.dialog.lane import Lane, Load
from samantha.dialog.listening import Listening
from samantha.dialog.metrics import Metrics
from samantha.dialog.reply import Engines
from samantha.dialog.token import Token
from samantha.errors import ConfigError, ModelError, SamanthaError
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
from samantha.hearing.listener import Listener
from samantha.mind.prompt import Prompt
from samantha.ports import (
    AudioDevice,
    EchoCanceller,
    LanguageModel,
    SpeechDetector,
    Synthesizer,
    Transcriber,
)
from samantha.store.catalog import Catalog, Store
from samantha.voice.speaker import Speaker, chime
from samantha.voice.spoken import speakable

if TYPE_CHECKING:
    from samantha.remote.fallback import Kept

log = logging.getLogger(__name__)

Subscriber = Callable[[Event], None]
Progress = Callable[[str], None]

FILLERS = ("Hmm.", "Let me think.")

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
            stt_lane=Lane("stt", load, cores.shared),
            llm_lane=Lane("llm", load),
            tts_lane=Lane("tts", load, cores.shared),
        )
        self.speaker = Speaker()
        self.listener = Listener(parts.detector, config.hearing, self._on)
        self.conversation = Conversation(
            config,
            self._engines,
            self.speaker,
            parts.prompt,
            self._publish,
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
        self.conversation.echoes = self._canceller is not None

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
        self.listener.feed(block, echo=self.conversation.echoing)
        hearing = self._device is not None and self._device.hearing
        if self._told is not None and self._told.microphone != hearing:
            self._tell_of_listening()
        self.conversation.tick()

    def _keep_time(self) -> None:
        """Follow the latency of the device, which is known once its streams run and changes with them."""
        if self._device is not None and (latency := self._device.latency) != self.speaker.latency:
            self.speaker.latency = latency
            self._far.align(latency)

    def _render(self, samples: int) -> Block:
        block = self.speaker.render(samples)
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


# --- engines by their settings ----------------------------------------------------------------------------


def store(config: Config) -> Store:
    """The models of this machine."""
    return Store(Catalog.load(), config.models_folder)


def transcriber(config: Config, user_name: str = "") -> Transcriber:
    """Speech to text as set; it expects the names in the settings and the person's."""
    name = config.user.name or user_name
    names = tuple(dict.fromkeys((*config.hearing.names, *([name] if name else ()))))
    hearing = config.hearing.model_copy(update={"names": names})

    def here() -> Transcriber:
        from samantha.hearing.whisper import Whisper

        return Whisper(store(config).stt(hearing.model), hearing)

    if hearing.engine == "whisper":
        return here()
    from samantha.remote.fallback import FallbackTranscriber
    from samantha.remote.wyoming import WyomingTranscriber

    return FallbackTranscriber(WyomingTranscriber(config.remote, hearing), here)


def synthesizer(config: Config) -> Synthesizer:
    """The voice as set."""
    if config.voice.engine == "local":
        return own_voice(config)
    from samantha.remote.fallback import FallbackVoice
    from samantha.remote.wyoming import WyomingVoice

    language = "en" if config.hearing.language == "auto" else config.hearing.language
    there = WyomingVoice(config.remote, config.voice, language)
    return FallbackVoice(there, lambda: own_voice(config))


def own_voice(config: Config) -> Synthesizer:
    """The voice that this machine makes."""
    models = store(config)
    choice = models.voice(config.voice.name)
    voice = config.voice
    if choice.engine == "piper":
        from samantha.voice.piper import Piper

        return Piper(choice.model, threads=voice.threads, speed=voice.speed, volume=voice.volume)
    from samantha.voice.kokoro import Kokoro

    assert choice.style is not None
    return Kokoro(
        choice.model,
        choice.style,
        name=choice.name,
        threads=voice.threads,
        speed=voice.speed,
        volume=voice.volume,
    )


def language_model(config: Config) -> Kept:
    """The chat model as set."""
    from samantha.mind.llama import Llama, physical_cores

    def here() -> Llama:
        return Llama(store(config).llm(config.llm.model), config.llm, config.state_folder)

    if config.llm.engine == "llama":
        return here()
    from samantha.remote.fallback import FallbackModel
    from samantha.remote.openai import OpenAI

    return FallbackModel(OpenAI(config.remote, config.llm), here, config.llm.threads or physical_cores())


def engine_names(config: Config) -> dict[str, str]:
    """What hears, thinks and speaks by these settings, for a person."""
    remote = config.remote
    try:
        own = config.llm.model if config.llm.model != "auto" else store(config).llm("auto").stem
    except ModelError:
        own = config.llm.model
    return {
        "stt": config.hearing.model if config.hearing.engine == "whisper" else remote.stt_url,
        "llm": own if config.llm.engine == "llama" else f"{remote.llm_model} {remote.llm_url}".strip(),
        "tts": config.voice.name if config.voice.engine == "local" else remote.tts_url,
    }


def detector(config: Config) -> SpeechDetector:
    """Voice activity detection: the cheap gate before the good judge."""
    from samantha.hearing.vad import GatedDetector, SileroDetector, WebrtcGate

    return GatedDetector(WebrtcGate(), SileroDetector(store(config).file("silero-vad", ".onnx")))


def live_card(config: Config, notice: Callable[[Lost | Found], None]) -> LiveCard:
    """A sound card that waits for its devices, and tells `notice` how they come and go."""
    return LiveCard(config.audio, notice, wait=True)


def canceller(config: Config, device: AudioDevice) -> EchoCanceller | None:
    """Echo cancellation, where her own voice can reach the microphone or the settings ask for it."""
    wish = config.audio.echo_cancellation
    if wish == "off" or (wish == "auto" and (config.audio.headset or not device.acoustic)):
        return None
    from samantha.audio.echo import WebrtcEchoCanceller

    return WebrtcEchoCanceller()


def prompt(
    config: Config, llm: LanguageModel, user_name: str = "", voice: Synthesizer | None = None
) -> Prompt:
    """Who she is, as `llm` is told; she is to speak what is heard, as far as `voice` can."""
    language = config.hearing.language
    spoken = voice.languages if voice else (language,)
    if language not in spoken and not (language == "auto" and len(spoken) > 1):
        language = spoken[0]
    name = config.user.name or user_name
    return Prompt(persona(config), name, llm.context, config.llm.max_tokens, language=language)


def persona(config: Config) -> str:
    """Her description of herself: her own, or the file that the settings name."""
    if not config.llm.persona:
        return (Path(__file__).parent / "mind" / "persona.md").read_text("utf-8")
    path = Path(config.llm.persona).expanduser()
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise ConfigError(
            f"llm.persona: {path} cannot be read: {problem}.", "Name a UTF-8 text file."
        ) from None


def load(config: Config, progress: Progress = lambda _: None, *, user_name: str = "") -> Parts:
    """Every engine, loaded and warmed on its real path, before any sound flows.

    `progress` is called with a few words before each step. Raises ModelError for what cannot be loaded.
    """
    progress("ears")
    ear, whisper = detector(config), transcriber(config, user_name)
    ear.probability(silence(ear.window))
    ear.reset()
    whisper.transcribe(np.random.default_rng(0).normal(0, 0.01, samples(1.0)).astype(np.float32), Token())
    progress("voice")
    voice = synthesizer(config)
    speakable("At 7:30.", voice.languages[0])  # its tables load with the first figure it meets
    warmed = [np.concatenate(list(voice.synthesize(text, Token()))) for text in (*FILLERS, LOST)]
    *fillers, lost = map(Filler, (*FILLERS, LOST), warmed)
    llm, words = mind(config, progress, user_name=user_name, voice=voice)
    if "en" not in voice.languages:
        return Parts(ear, whisper, llm, voice, words)
    return Parts(ear, whisper, llm, voice, words, tuple(fillers), lost)


def mind(
    config: Config,
    progress: Progress = lambda _: None,
    *,
    user_name: str = "",
    voice: Synthesizer | None = None,
) -> tuple[LanguageModel, Prompt]:
    """The chat model with the persona already worked through, from disk if it was before."""
    progress("mind")
    try:
        config.state_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as problem:
        log.warning("%s cannot be made (%s): the next start will be slower", config.state_folder, problem)
    llm = language_model(config)
    words = prompt(config, llm, user_name, voice)
    system = words.system()
    if not llm.restore(system):
        progress("mind, for the first time")
        llm.prefill(system, Token())
        llm.save(system)
    return llm, words
