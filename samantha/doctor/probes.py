"""What the child does that `trials` starts: load one part, use it once, say how it was."""

from __future__ import annotations

import importlib.metadata
import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from samantha.config import Config
from samantha.doctor import comfort
from samantha.doctor.finding import Finding, finding
from samantha.errors import SamanthaError
from samantha.ports import Synthesizer

SENTENCE = "The weather is lovely today."
CLAUSES = ("Well, let me see.", "That is a good one.")
QUESTION = "It is a quarter past nine. Count from one to twenty for me, and take your time over it."


def probe(config: Config, part: str) -> None:
    """Load `part`, use it once, print JSON lines."""
    named = os.environ.get("SAMANTHA_PROBE_CONFIG")
    if named:
        config = Config.model_validate_json(named)
    if part not in PROBES:
        raise SamanthaError("doctor", f"There is no part {part!r}.", f"There are: {', '.join(PROBES)}.")
    print(json.dumps({"findings": [asdict(each) for each in PROBES[part](config)]}), flush=True)


def _version(package: str) -> str:
    return f"{package} {importlib.metadata.version(package)}"


def _timed(load: Callable[[], Any]) -> tuple[Any, str]:
    began = time.perf_counter()
    return load(), f"loaded in {time.perf_counter() - began:.1f} s"


def _judged(
    config: Config, part: str, detail: str, figures: Mapping[str, float], model: str
) -> list[Finding]:
    from samantha import app

    lighter = comfort.lighter(app.store(config), model, config.hearing.language)
    found = comfort.troubles(figures, lighter, busy=comfort.busy())
    return [finding(part, f"{detail}, {comfort.shown(figures)}.", found)]


def _sound(config: Config, *, seconds: float, asked: bool) -> list[Finding]:
    from samantha.doctor import sound

    return sound.listen(config, seconds=seconds, asked=asked)


def _loop_back(config: Config) -> list[Finding]:
    from samantha.doctor import sound

    return sound.loop_back(config)


def _detector(config: Config) -> list[Finding]:
    from samantha import app
    from samantha.audio.pcm import silence

    ear, took = _timed(lambda: app.detector(config))
    ear.probability(silence(ear.window))
    detail = f"Silero by {_version('onnxruntime')}, gate by {_version('webrtcvad-wheels')}, {took}."
    return [Finding("detector", "ok", detail), _turn_model(config)]


def _turn_model(config: Config) -> Finding:
    """She can do without, only not as well: whatever is wrong with it is a warning."""
    from samantha import app
    from samantha.audio.pcm import HEARING_RATE, silence

    name = config.hearing.turn_model
    if not name:
        return Finding(
            "turn model", "ok", "None, by your settings: the words alone tell whether you have finished."
        )
    try:
        model, took = _timed(lambda: app.turn_model(config, must_exist=True))
    except SamanthaError as problem:
        return Finding("turn model", "warning", problem.message, problem.hint)
    assert model is not None
    model.complete(silence(HEARING_RATE))
    began = time.perf_counter()
    model.complete(silence(HEARING_RATE))
    judged = f"judges in {1000 * (time.perf_counter() - began):.0f} ms"
    return Finding("turn model", "ok", f"{name} by {_version('onnxruntime')}, {took}, {judged}.")


def _transcriber(config: Config) -> list[Finding]:
    import numpy as np

    from samantha import app
    from samantha.dialog.token import Token

    whisper, took = _timed(lambda: app.transcriber(config))
    noise = np.random.default_rng(0).normal(0, 0.05, 48_000).astype(np.float32)
    began = time.perf_counter()
    whisper.transcribe(noise, Token())
    figures = {"transcription_s": time.perf_counter() - began}
    detail = f"{config.hearing.model} by {_version('faster-whisper')}, {took}"
    return _judged(config, "transcriber", detail, figures, config.hearing.model)


def _voice(config: Config) -> list[Finding]:
    import numpy as np

    from samantha import app
    from samantha.audio.pcm import VOICE_RATE
    from samantha.dialog.token import Token

    voice, took = _timed(lambda: app.synthesizer(config))
    list(voice.synthesize("Hello.", Token()))
    first = min(_first(voice, clause) for clause in CLAUSES)
    began = time.perf_counter()
    sound = np.concatenate(list(voice.synthesize(SENTENCE, Token())))
    factor = (time.perf_counter() - began) / (len(sound) / VOICE_RATE)
    engine = _version("onnxruntime" if "kokoro" in voice.name else "piper-tts")
    figures = {"first_clause_s": first, "voice_factor": factor}
    return _judged(config, "voice", f"{voice.name} by {engine}, {took}", figures, voice.name)


def _first(voice: Synthesizer, clause: str) -> float:
    """Seconds until something of `clause` can be heard."""
    from samantha.dialog.token import Token

    began = time.perf_counter()
    next(iter(voice.synthesize(clause, Token())))
    return time.perf_counter() - began


def _mind(config: Config) -> list[Finding]:
    from samantha import app
    from samantha.dialog.token import Token
    from samantha.ports import Message

    path = app.store(config).llm(config.llm.model)
    llm, took = _timed(lambda: app.language_model(config))
    opening = Message("system", "You are Samantha. You are good company, and you say little.")
    llm.prefill([opening], Token())
    began = time.perf_counter()
    pieces = llm.generate([opening, Message("user", QUESTION)], Token(), max_tokens=24)
    at = [time.perf_counter() for _ in pieces] or [time.perf_counter()]
    figures = {"first_token_s": at[0] - began}
    if len(at) > 1:
        figures["tokens_per_s"] = (len(at) - 1) / (at[-1] - at[0])
    detail = f"{path.stem} by {_version('llama-cpp-python')}, {took}"
    return _judged(config, "mind", detail, figures, path.parent.name)


def _echo(_: Config) -> list[Finding]:
    from samantha.audio.echo import WebrtcEchoCanceller
    from samantha.audio.pcm import HEARING_BLOCK, silence

    WebrtcEchoCanceller().process(silence(HEARING_BLOCK), silence(HEARING_BLOCK))
    return [Finding("echo", "ok", f"WebRTC AEC3 by {_version('pywebrtc-audio')}.")]


def _remembering(config: Config) -> list[Finding]:
    """She can talk without, and tells what is wrong: no fault, but worth a look."""
    from samantha import app
    from samantha.store.memories import Memories

    part = "remembering"
    if not config.memory.enabled:
        return [Finding(part, "ok", "Off, by your settings: nothing that is said is kept.")]
    database = app.database(config)
    try:
        known = len(Memories(database.file).listed())
        sealed = " encrypted" if config.memory.encrypted else ""
        model, took = _timed(lambda: app.embedder(config, must_exist=True))
        if model is None:
            return [Finding(part, "ok", f"{known} things, kept{sealed}; found by their words alone.")]
        model.embed([SENTENCE])
        began = time.perf_counter()
        model.embed([SENTENCE])
        pace = f"{1000 * (time.perf_counter() - began):.0f} ms a sentence"
    except SamanthaError as problem:
        return [Finding(part, "warning", problem.message, problem.hint)]
    finally:
        database.close()
    by = _version("ctranslate2")
    return [Finding(part, "ok", f"{known} things, kept{sealed}; {model.name} by {by}, {took}, {pace}.")]


def _conversation(config: Config) -> list[Finding]:
    """Her ears must understand her voice."""
    import numpy as np
    import soxr
    from rapidfuzz import fuzz

    from samantha import app
    from samantha.audio.pcm import HEARING_RATE, VOICE_RATE
    from samantha.dialog.token import Token

    sound = np.concatenate(list(app.synthesizer(config).synthesize(SENTENCE, Token())))
    heard = app.transcriber(config).transcribe(soxr.resample(sound, VOICE_RATE, HEARING_RATE), Token()).text
    if fuzz.ratio(heard.lower(), SENTENCE.lower()) < 70:
        raise SamanthaError(
            "doctor", f"She said {SENTENCE!r} and understood {heard!r}.", "Try another voice."
        )
    return [Finding("conversation", "ok", f"She said “{SENTENCE}” and understood “{heard}”")]


PROBES: dict[str, Callable[[Config], list[Finding]]] = {
    "sound": lambda config: _sound(config, seconds=1.5, asked=False),
    "meter": lambda config: _sound(config, seconds=4.0, asked=True),
    "loop-back": _loop_back,
    "detector": _detector,
    "transcriber": _transcriber,
    "voice": _voice,
    "mind": _mind,
    "echo": _echo,
    "remembering": _remembering,
    "conversation": _conversation,
}
