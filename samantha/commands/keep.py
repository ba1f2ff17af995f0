"""What a conversation leaves on disk when asked to: its events, its sound. Readable by its owner only."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import IO

from samantha.audio.pcm import HEARING_RATE, VOICE_RATE, Block
from samantha.audio.wavfile import WavWriter
from samantha.errors import SamanthaError, StorageError
from samantha.events import Event, to_record


class EventFile:
    """Events as JSON lines, each written through at once: what was written survives a kill.

    If the disk fails, `stop` is called once, and `problem` says why.
    """

    def __init__(self, path: Path, stop: Callable[[], None]) -> None:
        self.problem: SamanthaError | None = None
        self._path = path
        self._stop = stop
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        except OSError as problem:
            raise _unwritable(path, problem) from None
        if hasattr(os, "fchmod") and path.is_file():
            os.fchmod(descriptor, 0o600)  # it may have been there before, open to everyone
        self._file: IO[str] = os.fdopen(descriptor, "w", encoding="utf-8", errors="replace", buffering=1)

    def on(self, event: Event) -> None:
        """Write `event`."""
        if self.problem is None:
            try:
                self._file.write(json.dumps(to_record(event), ensure_ascii=False) + "\n")
            except OSError as problem:
                self.problem = _unwritable(self._path, problem)
                self._stop()

    def close(self) -> None:
        """Close the file; its last line is whole."""
        try:
            self._file.close()
        except OSError as problem:
            self.problem = self.problem or _unwritable(self._path, problem)


class Recording:
    """A folder with `mic.wav` (16 kHz, as captured), `samantha.wav` (24 kHz) and `events.jsonl`.

    `samantha talk --input mic.wav` plays it again.
    """

    def __init__(self, folder: Path, stop: Callable[[], None]) -> None:
        if (folder / "mic.wav").exists():
            raise StorageError(f"{folder} holds a recording already.", "Name another folder for --record.")
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as problem:
            raise _unwritable(folder, problem) from None
        self.events = EventFile(folder / "events.jsonl", stop)
        self.problem: SamanthaError | None = None
        self._stop = stop
        self._mic = WavWriter(folder / "mic.wav", HEARING_RATE, private=True)
        self._hers = WavWriter(folder / "samantha.wav", VOICE_RATE, private=True)

    def tap(self, captured: Block, rendered: Block) -> None:
        """Twenty more milliseconds."""
        if self.problem is None:
            try:
                self._mic.write(captured)
                self._hers.write(rendered)
            except SamanthaError as problem:
                self.problem = problem
                self._stop()

    def close(self) -> None:
        """Complete the files."""
        for part in (self._mic, self._hers):
            try:
                part.close()
            except SamanthaError as problem:
                self.problem = self.problem or problem
        self.events.close()
        self.problem = self.problem or self.events.problem


def _unwritable(path: Path, problem: OSError) -> StorageError:
    return StorageError(
        f"{path} cannot be written: {problem.strerror or problem}.",
        "Free some space, or choose another place.",
    )
