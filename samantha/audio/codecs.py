"""Sound as other programs exchange it: as bytes of the common formats, in and out.

What libsndfile does not know, FFmpeg's libraries do (PyAV, which faster-whisper brings). They are given no
file's name and no freedom to guess: some formats are lists of addresses, and FFmpeg would go there.
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, Protocol, get_args

import numpy as np

from samantha.audio.pcm import HEARING_RATE, VOICE_RATE, Block
from samantha.audio.reader import SoundReader
from samantha.errors import AudioError

Format = Literal["mp3", "opus", "aac", "flac", "wav", "pcm"]
"""pcm: 16-bit little-endian samples at VOICE_RATE, mono, without any header."""

FORMATS: tuple[Format, ...] = get_args(Format)

MEDIA_TYPES: dict[Format, str] = {
    "mp3": "audio/mpeg",
    "opus": "audio/ogg",
    "aac": "audio/aac",
    "flac": "audio/flac",
    "wav": "audio/wav",
    "pcm": "audio/pcm",
}

_STREAMS: dict[Format, tuple[str, str, dict[str, str]]] = {
    # Without a reservoir each frame can be heard without the ones before it.
    "mp3": ("libmp3lame", "mp3", {"b": "96000", "reservoir": "0"}),
    "opus": ("libopus", "ogg", {"b": "48000"}),
    "aac": ("aac", "adts", {"b": "96000"}),
}
"""FFmpeg's names of codec and container, and the codec's options."""

_RATES = range(4000, 384_001)  # Hz; what claims another one is damaged, or means harm


class Encoder(Protocol):
    """Sound in, bytes of one format out, as soon as they are there."""

    def feed(self, sound: Block) -> bytes:
        """The bytes that have become ready with `sound`, shape (n,) at VOICE_RATE; often none."""
        ...

    def finish(self) -> bytes:
        """The rest."""
        ...


def encoder(form: Format) -> Encoder:
    """Bytes as the sound comes; of flac and wav all at the end, as they begin with how long they are."""
    match form:
        case "pcm":
            return _Samples()
        case "wav" | "flac":
            return _Whole(form)
        case _:
            return _Stream(*_STREAMS[form])


class _Samples:
    def feed(self, sound: Block) -> bytes:
        return _pcm(sound).tobytes()

    def finish(self) -> bytes:
        return b""


class _Whole:
    def __init__(self, form: Format) -> None:
        self._form = form.upper()
        self._sound = [np.zeros(0, "<i2")]

    def feed(self, sound: Block) -> bytes:
        self._sound.append(_pcm(sound))
        return b""

    def finish(self) -> bytes:
        import soundfile

        out = io.BytesIO()
        soundfile.write(out, np.concatenate(self._sound), VOICE_RATE, format=self._form, subtype="PCM_16")
        return out.getvalue()


class _Stream:
    """A codec of FFmpeg's, in a container that can be read while it is being written."""

    def __init__(self, codec: str, container: str, options: dict[str, str]) -> None:
        import av

        self._out = _Pipe()
        self._container = av.open(self._out, "w", format=container)
        self._stream: Any = self._container.add_stream(codec, rate=VOICE_RATE, layout="mono", options=options)
        context: Any = self._stream.codec_context
        self._resampler = av.AudioResampler(
            format=context.format, layout="mono", rate=VOICE_RATE, frame_size=context.frame_size
        )
        self._at = 0

    def feed(self, sound: Block) -> bytes:
        import av

        if len(sound):
            frame = av.AudioFrame.from_ndarray(_pcm(sound)[None, :], format="s16", layout="mono")
            frame.sample_rate, frame.pts = VOICE_RATE, self._at
            self._at += len(sound)
            self._encode(frame)
        return self._out.take()

    def finish(self) -> bytes:
        if self._at:
            self._encode(None)
        self._container.mux(self._stream.encode(None))
        self._container.close()
        return self._out.take()

    def _encode(self, frame: Any) -> None:
        for part in self._resampler.resample(frame):
            self._container.mux(self._stream.encode(part))


class _Pipe:
    """A file for FFmpeg that can only be written: it then leaves no gaps to be filled in later."""

    def __init__(self) -> None:
        self._written = bytearray()

    def write(self, data: bytes) -> int:
        self._written += data
        return len(data)

    def take(self) -> bytes:
        taken = bytes(self._written)
        self._written.clear()
        return taken


def _pcm(sound: Block) -> np.ndarray[Any, np.dtype[np.int16]]:
    samples = np.clip(np.rint(sound * 32768.0), -32768.0, 32767.0)
    return np.asarray(samples, "<i2")


def heard(path: Path) -> Iterator[Block]:
    """The sound of `path`, mono at HEARING_RATE, a block at a time: what `SoundReader` knows, m4a, webm, aac.

    Raises AudioError, at the latest where the file is damaged.
    """
    if (form := _known_to_ffmpeg(path)) is not None:
        yield from _decoded(path, form)
        return
    with SoundReader(path) as reader:
        if reader.native_rate not in _RATES:
            raise AudioError(f"{path} claims {reader.native_rate} samples a second.", "Convert it.")
        yield from reader.blocks(HEARING_RATE // 10)


def _known_to_ffmpeg(path: Path) -> str | None:
    with path.open("rb") as file:
        head = file.read(12)
    if head[4:8] == b"ftyp":
        return "mp4"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "matroska"
    return "aac" if head[:2] in (b"\xff\xf1", b"\xff\xf9") else None


def _decoded(path: Path, form: str) -> Iterator[Block]:
    import av

    resampler = av.AudioResampler(format="flt", layout="mono", rate=HEARING_RATE)
    try:
        with path.open("rb") as file, av.open(file, "r", format=form) as container:
            if not container.streams.audio:
                raise AudioError(f"{path} holds no sound.", "Name a file with sound.")
            for frame in itertools.chain(container.decode(audio=0), (None,)):
                for part in resampler.resample(frame):
                    sound = part.to_ndarray().reshape(-1)
                    yield np.clip(np.nan_to_num(sound, nan=0.0, posinf=1.0, neginf=-1.0), -1.0, 1.0)
    except (av.FFmpegError, ValueError):  # whose reasons help nobody
        raise AudioError(f"{path} is damaged.", "Use another copy of it.") from None
