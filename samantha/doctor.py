"""`samantha doctor`: what works here, what does not, and what to do about it.

Each engine is tried in a child process, so that one that crashes becomes a sentence.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from samantha.config import Config, user_file
from samantha.errors import SamanthaError

Verdict = Literal["ok", "warning", "fault"]
MARKS: dict[Verdict, str] = {"ok": "●", "warning": "◐", "fault": "○"}
SENTENCE = "The weather is lovely today."
PROBE_SECONDS = 180
"""A child that takes longer hangs."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One part: whether it works, what was found, and what to do if it does not."""

    part: str
    verdict: Verdict
    detail: str
    advice: str = ""


def examine(config: Config, *, as_json: bool, quick: bool) -> int:
    """Print every finding as it is made; returns the exit code: 0, or 1 if something essential is broken."""
    findings: list[Finding] = []
    console = None
    if not as_json:
        from rich.console import Console

        console = Console(highlight=False)
    for finding in _quick(config) if quick else _findings(config):
        findings.append(finding)
        if console is not None:
            _print(console, finding)
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    return 1 if any(finding.verdict == "fault" for finding in findings) else 0


def _print(console: Any, finding: Finding) -> None:
    from rich.table import Table
    from rich.text import Text

    from samantha.commands.terminal import CREAM, MUTED, RED, WOOD

    colour = {"ok": WOOD, "warning": CREAM, "fault": RED}[finding.verdict]
    row = Table.grid(padding=(0, 1))
    row.add_column(width=3, justify="right")
    row.add_column(width=14)
    row.add_column(overflow="fold")
    words = Text(finding.detail)
    if finding.advice:
        words.append(f"\n{finding.advice}", style=f"italic {RED if finding.verdict == 'fault' else MUTED}")
    row.add_row(Text(MARKS[finding.verdict], style=colour), Text(finding.part, style=colour), words)
    console.print(row)


def _findings(config: Config) -> Iterator[Finding]:
    yield _machine()
    yield _settings()
    yield _folder("her own files", config.state_folder)
    yield _folder("models", config.models_folder)
    yield _sound(config)
    yield from _engines(config, ("detector", "transcriber", "voice", "mind", "echo", "conversation"))
    yield Finding(
        "privacy", "ok", "No setting leads off this machine. Only `samantha models pull` uses the network."
    )


def _quick(config: Config) -> Iterator[Finding]:
    yield from _engines(config, ("detector", "transcriber", "voice", "mind"))


def _machine() -> Finding:
    from samantha.store.machine import GIB, this_machine

    here = this_machine()
    detail = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, {here}"
    if here.ram < 3.5 * GIB:
        return Finding(
            "machine", "warning", detail, "With less than 4 GB she will be slow; close other programs."
        )
    return Finding("machine", "ok", detail)


def _settings() -> Finding:
    path = user_file()
    return Finding(
        "settings", "ok", f"{path} is fine." if path.exists() else f"defaults; yours would be {path}"
    )


def _folder(part: str, folder: Path) -> Finding:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder):
            free = shutil.disk_usage(folder).free
    except OSError as problem:
        return Finding(
            part, "fault", f"{folder} cannot be written: {problem.strerror}.", "Check its permissions."
        )
    if free < 2**30:
        return Finding(part, "warning", f"{folder}: {free / 2**20:.0f} MB free", "Free some space.")
    return Finding(part, "ok", f"{folder}, {free / 2**30:.0f} GB free")


def _sound(config: Config) -> Finding:
    """A missing sound card is a warning: files can stand in for it."""
    finding = _try(config, "sound")
    return finding if finding.verdict == "ok" else replace(finding, verdict="warning")


def _engines(config: Config, parts: tuple[str, ...]) -> Iterator[Finding]:
    for part in parts:
        yield _try(config, part)


def _try(config: Config, part: str) -> Finding:
    """Run `probe` for `part` in a child with the same settings."""
    environment = {**os.environ, "SAMANTHA_PROBE_CONFIG": config.model_dump_json()}
    command = [sys.executable, "-m", "samantha", "doctor", "--probe", part]
    began = time.perf_counter()
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PROBE_SECONDS)
    except subprocess.TimeoutExpired:
        return Finding(
            part, "fault", f"It did not finish within {PROBE_SECONDS} s.", "Is the machine very busy?"
        )
    took = time.perf_counter() - began
    if done.returncode == 0:
        answer = json.loads(done.stdout.splitlines()[-1])
        return Finding(part, "ok", f"{answer['detail']} (tried in {took:.1f} s)")
    if done.returncode < 0:
        name = signal.Signals(-done.returncode).name
        return Finding(part, "fault", f"The engine crashed ({name}).", _crash_advice(part))
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    if done.returncode == 1 and lines:
        return Finding(part, "fault", lines[-1].removeprefix("samantha: "))
    broke = lines[-2] if len(lines) > 1 else f"it ended with exit code {done.returncode}"
    return Finding(
        part, "fault", f"The trial itself broke: {broke}.", "This is a bug of ours; please report it."
    )


def _crash_advice(part: str) -> str:
    if part in ("mind", "conversation"):
        return (
            "llama-cpp-python may not fit this processor: delete .venv and the folder `wheels` in her cache "
            "folder, then scripts/run builds it anew."
        )
    return "Delete .venv and run scripts/run to install it anew; `samantha models verify` checks the model."


def probe(config: Config, part: str) -> None:
    """In the child: load `part`, use it once, print a JSON line."""
    named = os.environ.get("SAMANTHA_PROBE_CONFIG")
    if named:
        config = Config.model_validate_json(named)
    detail = PROBES[part](config)
    print(json.dumps({"detail": detail}))


def _version(package: str) -> str:
    return f"{package} {importlib.metadata.version(package)}"


def _timed(load: Callable[[], Any]) -> tuple[Any, str]:
    began = time.perf_counter()
    return load(), f"loaded in {time.perf_counter() - began:.1f} s"


def _probe_sound(config: Config) -> str:
    """Open the card, play silence, and listen for half a second."""
    import asyncio

    import numpy as np

    from samantha.audio.device import LiveCard
    from samantha.audio.pcm import Block, level_dbfs, silence

    heard: list[Block] = []

    async def listen() -> str:
        card = LiveCard(config.audio)
        card.start(heard.append, silence)
        await asyncio.sleep(0.8)
        card.stop()
        return card.name

    name = asyncio.run(listen())
    level = level_dbfs(np.concatenate([silence(0), *heard]))
    deaf = ": the microphone gives nothing at all, is it muted?" if level <= -120 else ""
    return f"{name}, {_version('sounddevice')}, hears {level:.0f} dBFS now{deaf}"


def _probe_detector(config: Config) -> str:
    from samantha import app
    from samantha.audio.pcm import silence

    ear, took = _timed(lambda: app.detector(config))
    ear.probability(silence(ear.window))
    return f"Silero by {_version('onnxruntime')}, gate by {_version('webrtcvad-wheels')}, {took}"


def _probe_transcriber(config: Config) -> str:
    import numpy as np

    from samantha import app
    from samantha.dialog.token import Token

    whisper, took = _timed(lambda: app.transcriber(config))
    began = time.perf_counter()
    whisper.transcribe(np.random.default_rng(0).normal(0, 0.05, 48_000).astype(np.float32), Token())
    return (
        f"{config.hearing.model} by {_version('faster-whisper')}, {took}, "
        f"3 s of sound in {time.perf_counter() - began:.2f} s"
    )


def _probe_voice(config: Config) -> str:
    import numpy as np

    from samantha import app
    from samantha.audio.pcm import VOICE_RATE
    from samantha.dialog.token import Token

    voice, took = _timed(lambda: app.synthesizer(config))
    list(voice.synthesize("Hello.", Token()))
    began = time.perf_counter()
    sound = np.concatenate(list(voice.synthesize(SENTENCE, Token())))
    engine = _version("onnxruntime" if "kokoro" in voice.name else "piper-tts")
    length = len(sound) / VOICE_RATE
    return (
        f"{voice.name} by {engine}, {took}, {length:.1f} s of speech in {time.perf_counter() - began:.2f} s"
    )


def _probe_mind(config: Config) -> str:
    from samantha import app
    from samantha.dialog.token import Token
    from samantha.ports import Message

    model = app.store(config).llm(config.llm.model)
    llm, took = _timed(lambda: app.language_model(config))
    began, pieces = time.perf_counter(), 0
    for _ in llm.generate([Message("user", "Count from one to twenty.")], Token(), max_tokens=24):
        pieces += 1
    rate = pieces / (time.perf_counter() - began)
    return f"{model.stem} by {_version('llama-cpp-python')}, {took}, about {rate:.0f} words a second"


def _probe_echo(_: Config) -> str:
    from samantha.audio.echo import WebrtcEchoCanceller
    from samantha.audio.pcm import HEARING_BLOCK, silence

    WebrtcEchoCanceller().process(silence(HEARING_BLOCK), silence(HEARING_BLOCK))
    return f"WebRTC AEC3 by {_version('pywebrtc-audio')}"


def _probe_conversation(config: Config) -> str:
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
    return f"she said “{SENTENCE}” and understood “{heard}”"


PROBES: dict[str, Callable[[Config], str]] = {
    "sound": _probe_sound,
    "detector": _probe_detector,
    "transcriber": _probe_transcriber,
    "voice": _probe_voice,
    "mind": _probe_mind,
    "echo": _probe_echo,
    "conversation": _probe_conversation,
}
