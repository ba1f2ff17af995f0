"""Sound files in: one mono stream at any rate, however long they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import numpy as np

from samantha.audio.pcm import HEARING_BLOCK, HEARING_RATE, Block, silence
from samantha.errors import AudioError

if TYPE_CHECKING:
    import soundfile

READ_SECONDS = 0.1
"""How much is read at a time: to decode it takes under a millisecond, whatever the format."""


class SoundReader:
    """A sound file as mono float32 at `rate`, a piece at a time, so that its length does not matter.

    wav of 8 to 32 bits or float, flac, mp3, ogg and whatever else libsndfile knows; any rate; channels are
    averaged; what is not a number becomes silence, and what is beyond full scale is clipped.
    """

    def __init__(self, path: Path, rate: int = HEARING_RATE) -> None:
        """Raises AudioError if `path` is missing, cannot be read, is not sound, or holds none."""
        self.path = path
        self.rate = rate
        self._file = _open(path)
        self.native_rate: int = self._file.samplerate
        """Of the file, Hz."""
        self.seconds: float = self._file.frames / self.native_rate
        """How long the file says that it lasts."""

    def blocks(self, size: int = HEARING_BLOCK) -> Iterator[Block]:
        """All of it once, as blocks of shape (size,), the last one filled up with silence.

        Sample n at `rate` is the sound at n / `rate` seconds, exactly: resampling adds no delay. Raises
        AudioError where the file is damaged.
        """
        rest = silence(0)
        for sound in self._resampled():
            rest = np.concatenate((rest, sound)) if len(rest) else sound
            whole = len(rest) // size * size
            for start in range(0, whole, size):
                yield rest[start : start + size]
            rest = rest[whole:]
        if len(rest):
            yield np.concatenate((rest, silence(size - len(rest))))

    def _resampled(self) -> Iterator[Block]:
        if self.native_rate == self.rate:
            yield from self._mono()
            return
        import soxr

        stream = soxr.ResampleStream(self.native_rate, self.rate, 1, dtype="float32")
        for sound in self._mono():
            yield stream.resample_chunk(sound)
        yield stream.resample_chunk(silence(0), last=True)

    def _mono(self) -> Iterator[Block]:
        import soundfile

        frames = max(1, round(READ_SECONDS * self.native_rate))
        while True:
            try:
                sound = self._file.read(frames, dtype="float32", always_2d=True)
            except soundfile.LibsndfileError as problem:
                at = self._file.tell() / self.native_rate
                raise AudioError(
                    f"{self.path} is damaged after {at:.1f} s: {_reason(problem)}.", "Use another copy of it."
                ) from None
            if not len(sound):
                return
            mono = sound.mean(axis=1, dtype=np.float32)
            yield np.clip(np.nan_to_num(mono, copy=False, nan=0.0, posinf=1.0, neginf=-1.0), -1.0, 1.0)

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def blocks(path: Path, rate: int = HEARING_RATE, size: int = HEARING_BLOCK) -> Iterator[Block]:
    """The sound of `path` as mono blocks of shape (size,) at `rate`; see `SoundReader`."""
    with SoundReader(path, rate) as reader:
        yield from reader.blocks(size)


def read_mono(path: Path, rate: int = HEARING_RATE) -> Block:
    """The whole sound of `path`, mono at `rate`; for short files, since it is all kept in memory."""
    with SoundReader(path, rate) as reader:
        return np.concatenate([silence(0), *reader._resampled()])


def probe(path: Path) -> float:
    """How long the sound file `path` lasts, in seconds. Raises AudioError if it cannot be heard."""
    with SoundReader(path) as reader:
        return reader.seconds


def _open(path: Path) -> soundfile.SoundFile:
    import soundfile

    try:
        # The system's own reasons are better than libsndfile's, which calls nearly all of them the same.
        with path.open("rb") as file:
            empty = not file.read(1)
    except FileNotFoundError:
        raise AudioError(f"There is no sound file {path}.", "Check the path.") from None
    except OSError as problem:
        raise AudioError(
            f"{path} cannot be read: {problem.strerror}.", "Name a sound file that you may read."
        ) from None
    if empty:
        raise AudioError(f"{path} is empty (0 bytes).", "Record or copy it again.")
    try:
        file = soundfile.SoundFile(path)
    except (soundfile.LibsndfileError, TypeError, ValueError) as problem:
        # TypeError: a .raw file says nothing of its own rate.
        raise AudioError(
            f"{path} is not a sound file that can be read: {_reason(problem)}.",
            "Convert it, for example with: ffmpeg -i FILE sound.wav",
        ) from None
    if not file.frames:
        file.close()
        raise AudioError(f"{path} holds no sound: its header says 0 samples.", "Record or copy it again.")
    return file


def _reason(problem: Exception) -> str:
    return str(getattr(problem, "error_string", problem)).strip().rstrip(".")
