"""Two sound files as a sound card; what else there is for sound files can be had from here as well."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from samantha.audio.pcm import BLOCK_SECONDS, HEARING_BLOCK, VOICE_BLOCK, VOICE_RATE, Block, silence
from samantha.audio.reader import SoundReader, blocks, probe, read_mono
from samantha.audio.writer import WavWriter
from samantha.errors import AudioError
from samantha.ports import Capture, Render

__all__ = [
    "FileDevice",
    "Pace",
    "RealtimePace",
    "SoundReader",
    "WavWriter",
    "blocks",
    "probe",
    "read_mono",
]


class Pace(Protocol):
    """How fast a file is heard."""

    async def tick(self) -> None:
        """Awaited before each block is captured: until it may be; lets others run at least once."""
        ...


class RealtimePace:
    """Block k is captured (k + 1) · 20 ms after the first tick, when a microphone would have it.

    Every moment is counted from the start, so that lateness does not add up; a loop that was held up catches
    up at full speed, and still lets others run between two blocks.
    """

    def __init__(self) -> None:
        self._start: float | None = None
        self._blocks = 0

    async def tick(self) -> None:
        now = time.monotonic()
        if self._start is None:
            self._start = now
        self._blocks += 1
        await asyncio.sleep(max(0.0, self._start + self._blocks * BLOCK_SECONDS - now))


class FileDevice:
    """Hears one file and speaks into another, sample for sample.

    Sample n of the output is what the loudspeaker plays while sample n of the input is captured, at the
    input's own rate. As with a real card, what is rendered in answer to a block can play from the end of that
    block on and not before: the output begins with one block of silence. On the clock of captured samples the
    rendered block then sounds at once, so `latency` is 0.
    """

    acoustic = False
    latency = 0

    def __init__(
        self,
        input: Path,
        output: Path | None,
        pace: Pace,
        finished: Callable[[], bool],
        *,
        patience_s: float = 120.0,
    ) -> None:
        """Open both files. When `input` ends, silence is heard until `finished`, for `patience_s` at most.

        Raises AudioError for the input, StorageError for the output.
        """
        if output is not None and output.exists() and input.exists() and output.samefile(input):
            raise AudioError(f"{input} cannot be both heard and spoken into.", "Name another output file.")
        self._reader = SoundReader(input)
        try:
            self._played = _Played(output, self._reader.native_rate) if output else None
        except BaseException:
            self._reader.close()
            raise
        self.name = f"{input.name}, {output.name if output else 'played to nobody'}"
        self._pace = pace
        self._finished = finished
        self._patience = round(patience_s / BLOCK_SECONDS)
        self._task: asyncio.Task[None] | None = None
        self.hearing = True
        self.ready = True

    def listen(self, on: bool) -> None:
        """Hear the file, or silence while it goes on."""
        self.hearing = on

    def rest(self, on: bool) -> None:
        """Nothing can be spared: the output is aligned with the input."""

    def start(self, capture: Capture, render: Render) -> None:
        """Begin to hear and play, as a task of the running loop."""
        self._task = asyncio.get_running_loop().create_task(self._run(capture, render), name="file device")

    async def wait(self) -> None:
        """Until the input has ended and she has finished. Raises AudioError or StorageError."""
        if self._task is not None:
            await asyncio.wait({self._task})
            if not self._task.cancelled():
                self._task.result()

    def stop(self) -> None:
        """End now; what was rendered so far is in the output. Raises StorageError if that cannot be."""
        if self._task is not None:
            self._task.cancel()
        self._close()

    async def _run(self, capture: Capture, render: Render) -> None:
        try:
            for block in self._heard():
                await self._pace.tick()
                capture(block if self.hearing else silence(len(block)))
                sound = render(VOICE_BLOCK)
                if self._played is not None:
                    self._played.write(sound)
        finally:
            self._close()

    def _heard(self) -> Iterator[Block]:
        yield from self._reader.blocks()
        for _ in range(self._patience):
            yield silence(HEARING_BLOCK)
            if self._finished():
                return

    def _close(self) -> None:
        self._reader.close()
        if self._played is not None:
            self._played.close()


class _Played:
    """What was rendered, in a wav file at `rate`, one block late."""

    def __init__(self, path: Path, rate: int) -> None:
        self._writer = WavWriter(path, rate)
        self._stream = None
        if rate != VOICE_RATE:
            import soxr

            self._stream = soxr.ResampleStream(VOICE_RATE, rate, 1, dtype="float32")
        self._open = True
        self.write(silence(VOICE_BLOCK))

    def write(self, sound: Block) -> None:
        """Append `sound` at VOICE_RATE; nothing after `close`."""
        if self._open:
            self._writer.write(self._stream.resample_chunk(sound) if self._stream else sound)

    def close(self) -> None:
        """Write the last of it; may be called twice."""
        if not self._open:
            return
        self._open = False
        try:
            if self._stream is not None:
                self._writer.write(self._stream.resample_chunk(silence(0), last=True))
        finally:
            self._writer.close()
