"""The composition root: settings in, engines out. The only file that names concrete ones."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from samantha.assistant import Parts
from samantha.audio.device import Found, LiveCard, Lost
from samantha.audio.pcm import samples, silence
from samantha.config import Config
from samantha.dialog.conversation import LOST, Filler
from samantha.dialog.token import Token
from samantha.errors import ConfigError, ModelError, StorageError
from samantha.mind.prompt import Prompt
from samantha.ports import (
    AudioDevice,
    EchoCanceller,
    Embedder,
    LanguageModel,
    Memory,
    SpeakerEncoder,
    SpeechDetector,
    Synthesizer,
    Transcriber,
    TurnModel,
)
from samantha.store.catalog import Catalog, Store
from samantha.voice.spoken import speakable

if TYPE_CHECKING:
    from samantha.hearing.voiceprint import Voiceprint
    from samantha.mind.memory import Companion
    from samantha.remote.fallback import Kept
    from samantha.store.database import Database

log = logging.getLogger(__name__)

Progress = Callable[[str], None]

FILLERS = ("Hmm.", "Let me think.")


def store(config: Config) -> Store:
    """The models of this machine."""
    return Store(Catalog.load(), config.models_folder)


def transcriber(config: Config, user_name: str = "") -> Transcriber:
    """Speech to text as set; it expects the names in the settings, hers among them, and the person's."""
    name = config.user.name or user_name
    names = tuple(dict.fromkeys((*config.hearing.names, *config.attention.names, *([name] if name else ()))))
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
    """Voice activity detection: the cheap gate before the good judge, and neither hears any rumble."""
    from samantha.audio.frontend import HighPassed
    from samantha.hearing.vad import GatedDetector, SileroDetector, WebrtcGate

    judge = SileroDetector(store(config).file("silero-vad", ".onnx"))
    return HighPassed(GatedDetector(WebrtcGate(), judge))


def turn_model(config: Config, *, must_exist: bool = False) -> TurnModel | None:
    """What hears whether a turn is over, if the settings name one and it is there: she can do without.

    With `must_exist`, raises ModelError for one that is named and cannot be loaded.
    """
    if not config.hearing.turn_model:
        return None
    from samantha.hearing.turn_model import SmartTurn

    try:
        return SmartTurn(store(config).turn(config.hearing.turn_model))
    except ModelError as problem:
        if must_exist:
            raise
        log.warning("%s %s Until then she goes by the words alone.", problem.message, problem.hint)
        return None


def embedder(config: Config, *, must_exist: bool = False) -> Embedder | None:
    """What finds memories in other words, if the settings name one and it is there: words alone find some, too.

    With `must_exist`, raises ModelError for one that is named and cannot be loaded.
    """
    if not config.memory.embedder:
        return None
    from samantha.mind.embedder import MiniLm

    try:
        return MiniLm(store(config).embedder(config.memory.embedder))
    except ModelError as problem:
        if must_exist:
            raise
        log.warning("%s %s Until then she remembers by the words alone.", problem.message, problem.hint)
        return None


def speaker_encoder(config: Config) -> SpeakerEncoder:
    """What tells voices apart. Raises ModelError if it is not installed or damaged."""
    from samantha.hearing.campplus import CamPlusPlus

    return CamPlusPlus(store(config).speaker(config.attention.speaker_model))


def recognition(config: Config) -> tuple[SpeakerEncoder | None, Voiceprint | None]:
    """What tells voices apart, if it is installed, and the voice that she answers alone, if the settings say so.

    Raises ModelError or StorageError if they do and she cannot.
    """
    from samantha.store import owner

    settings = config.attention
    if not settings.owner_only:
        installed = store(config).installed(settings.speaker_model)
        return (speaker_encoder(config) if installed else None), None
    encoder = speaker_encoder(config)
    return encoder, owner.known(config.state_folder, model=encoder.name, threshold=settings.owner_likeness)


def database(config: Config) -> Database:
    """What she keeps on disk; it is opened by its first use."""
    from samantha.store import vault
    from samantha.store.database import Database

    return Database(config.state_folder, vault=vault.of(config))


def memory(config: Config, user_name: str = "") -> Companion | None:
    """What she remembers of her person, or None if she is to remember nothing."""
    if not config.memory.enabled:
        return None
    from samantha.mind.memory import Companion

    settings = config.memory
    return Companion(
        lambda: database(config),
        embedder(config),
        name=config.user.name or user_name,
        tokens=settings.recall_tokens,
        apart=timedelta(minutes=settings.greet_after_min),
        grows=settings.growth,
    )


def character(memory: Memory) -> str:
    """What she has become, as far as the disk tells; what she remembers is at hand from then on."""
    try:
        memory.recall("Where do I live?", datetime.now())
        return memory.character
    except StorageError as problem:
        log.warning("What she remembers cannot be read. %s", problem)
        return ""


def person(config: Config, encoder: SpeakerEncoder | None) -> Voiceprint | None:
    """Her person's voice, if she has learnt it and can tell voices apart."""
    from samantha.store import owner

    if encoder is None:
        return None
    try:
        return owner.known(config.state_folder, model=encoder.name, threshold=config.attention.owner_likeness)
    except (ModelError, StorageError) as problem:
        log.debug("%s", problem)
        return None


def live_card(config: Config, notice: Callable[[Lost | Found], None]) -> LiveCard:
    """A sound card that waits for its devices, and tells `notice` how they come and go."""
    return LiveCard(config.audio, notice, wait=True)


def canceller(config: Config, device: AudioDevice) -> EchoCanceller | None:
    """Echo cancellation, where her own voice can reach the microphone or the settings ask for it."""
    wish = config.audio.echo_cancellation
    if wish == "off" or (wish != "on" and (config.audio.headset or not device.acoustic)):
        return None
    from samantha.audio.echo import WebrtcEchoCanceller

    own = WebrtcEchoCanceller()
    if wish != "system" or not isinstance(device, LiveCard):
        return own
    from samantha.audio.servercanceller import Relief

    return Relief(own, lambda: device.cancels)


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


def load(
    config: Config,
    progress: Progress = lambda _: None,
    *,
    user_name: str = "",
    memory: Memory | None = None,
) -> Parts:
    """Every engine, loaded and warmed on its real path, before any sound flows.

    `progress` is called with a few words before each step; with a `memory` she is who she has become. Raises
    ModelError for what cannot be loaded.
    """
    progress("ears")
    ear, whisper = detector(config), transcriber(config, user_name)
    ear.probability(silence(ear.window))
    ear.reset()
    if (turns := turn_model(config)) is not None:
        turns.complete(silence(samples(1.0)))
    encoder, owner = recognition(config)
    if encoder is not None:
        encoder.embed(silence(samples(1.0)))
    whisper.transcribe(np.random.default_rng(0).normal(0, 0.01, samples(1.0)).astype(np.float32), Token())
    progress("voice")
    voice = synthesizer(config)
    speakable("At 7:30.", voice.languages[0])  # its tables load with the first figure it meets
    warmed = [np.concatenate(list(voice.synthesize(text, Token()))) for text in (*FILLERS, LOST)]
    *fillers, lost = map(Filler, (*FILLERS, LOST), warmed)
    llm, words = mind(config, progress, user_name=user_name, voice=voice, memory=memory)
    parts = Parts(
        ear,
        whisper,
        llm,
        voice,
        words,
        turn_model=turns,
        speaker_encoder=encoder,
        owner=owner,
        person=person(config, encoder) if memory is not None else None,
        memory=memory,
    )
    return replace(parts, fillers=tuple(fillers), lost=lost) if "en" in voice.languages else parts


def mind(
    config: Config,
    progress: Progress = lambda _: None,
    *,
    user_name: str = "",
    voice: Synthesizer | None = None,
    memory: Memory | None = None,
) -> tuple[LanguageModel, Prompt]:
    """The chat model with the persona already worked through, from disk if it was before."""
    progress("mind")
    try:
        config.state_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as problem:
        log.warning("%s cannot be made (%s): the next start will be slower", config.state_folder, problem)
    llm = language_model(config)
    words = prompt(config, llm, user_name, voice)
    if memory is not None:
        words = words.become(character(memory))
    system = words.system()
    if not llm.restore(system):
        progress("mind, for the first time")
        llm.prefill(system, Token())
        llm.save(system)
    return llm, words
