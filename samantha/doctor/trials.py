"""Each engine loaded and used once, in a child process, so that one that crashes becomes a sentence.

The child is this program again, as `samantha doctor --probe PART` with the same settings; it prints JSON lines:
``{"level": dBFS}`` while it listens, then ``{"findings": […]}``.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from samantha.config import Config
from samantha.doctor.finding import Finding

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
