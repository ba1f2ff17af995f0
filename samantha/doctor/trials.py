"""Each engine loaded and used once, in a child process, so that one that crashes becomes a sentence.

The child is this program again, as `samantha doctor --probe PART` with the same settings; it prints JSON lines:
``{"level": dBFS}`` while it listens, then ``{"findings": […]}``.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
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

PROBE_SECONDS = 180.0
"""A child that takes longer hangs."""

Tell = Callable[[float], None]
"""Is given the microphone's level in dBFS, ten times a second."""


def attempt(config: Config, part: str, tell: Tell = lambda _: None) -> list[Finding]:
    """Run `probe` for `part` in a child with the same settings, and say what came of it."""
    environment = {**os.environ, "SAMANTHA_PROBE_CONFIG": config.model_dump_json()}
    command = [sys.executable, "-m", "samantha", "doctor", "--probe", part]
    found: list[Finding] = []
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as errors,
        subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as child,
    ):
        patience = threading.Timer(PROBE_SECONDS, child.kill)
        patience.start()
        began = time.perf_counter()
        try:
            assert child.stdout is not None
            for line in child.stdout:
                record = _record(line)
                if "level" in record:
                    tell(record["level"])
                found += [Finding(**each) for each in record.get("findings", ())]
            code = child.wait()
        finally:
            patience.cancel()
            child.kill()
        hung = time.perf_counter() - began >= PROBE_SECONDS
        errors.seek(0)
        lines = [line for line in errors.read().splitlines() if line.strip()]
    if hung:
        problem = f"It did not finish within {PROBE_SECONDS:.0f} s."
        return [Finding(part, "fault", problem, "Is the machine very busy?")]
    return found if code == 0 else [_failure(part, code, lines)]


def _record(line: str) -> Mapping[str, Any]:
    """A line of the child's as a record; what a library prints besides is none."""
    try:
        record = json.loads(line)
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}


def _failure(part: str, code: int, lines: list[str]) -> Finding:
    if code < 0:
        name = signal.Signals(-code).name
        return Finding(part, "fault", f"It crashed ({name}).", _crash_advice(part))
    if code == 1 and lines:
        return Finding(part, "fault", lines[-1].removeprefix("samantha: "))
    broke = lines[-2] if len(lines) > 1 else f"it ended with exit code {code}"
    return Finding(
        part, "fault", f"The trial itself broke: {broke}.", "This is a bug of ours; please report it."
    )


def _crash_advice(part: str) -> str:
    if part in ("mind", "conversation"):
        return (
            "llama-cpp-python may not fit this processor: delete .venv and the folder `wheels` in her cache "
            "folder, then scripts/run builds it anew."
        )
    if part in ("sound", "meter", "loop-back"):
        return "A sound driver brought it down: update it, or choose another device (`samantha devices`)."
    return "Delete .venv and run scripts/run to install it anew; `samantha models verify` checks the model."


# --- in the child -----------------------------------------------------------------------------------------


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
    return [Finding("detector", "ok", detail)]


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
    "conversation": _conversation,
}
