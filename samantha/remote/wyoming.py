"""Ears and a voice behind a Wyoming server, as Home Assistant's faster-whisper and Piper offer them.

Blocking sockets and the protocol's own framing: a connection for each turn or clause, cut from another thread
when its token is cancelled.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from samantha.audio.pcm import HEARING_RATE, VOICE_RATE, Block, samples
from samantha.config import Hearing, Remote, Voice
from samantha.dialog.token import Token
from samantha.hearing.plausible import compression
from samantha.ports import Transcript
from samantha.remote.line import connected
from samantha.remote.reach import Address, address
from samantha.voice.sound import pause, trimmed

log = logging.getLogger(__name__)

_CHUNK = samples(0.25)
_HEARING = {"rate": HEARING_RATE, "width": 2, "channels": 1}

Send = Callable[..., None]
Receive = Callable[[], Any]


class WyomingTranscriber:
    """Implements ports.Transcriber. The protocol knows no probabilities: what is made up is less often seen.

    Raises ConfigError if `remote.stt_url` names no server.
    """

    def __init__(self, remote: Remote, settings: Hearing) -> None:
        self._address = address(remote, "stt_url", "hearing.engine: wyoming")
        self._timeout_s = remote.timeout_s
        self._language = settings.language
        self._names = settings.names

    def transcribe(
        self,
        audio: Block,
        token: Token,
        *,
        hint: str = "",
        hurry: bool = False,  # noqa: ARG002 (the protocol has no word for it)
    ) -> Transcript:
        """What is said in `audio`, shape (n,) at 16 kHz; `hint` is words to expect.

        Raises UnreachableError if the server does not answer as it should; raises Cancelled at any moment.
        """
        asked: dict[str, Any] = {"transcript_names": [*self._names, *([hint] if hint else [])]}
        if self._language != "auto":
            asked["language"] = self._language
        pcm = (np.clip(audio, -1.0, 1.0) * 32767).astype("<i2")
        with _conversation(self._address, self._timeout_s, token) as (send, receive):
            send("transcribe", asked)
            send("audio-start", _HEARING)
            for start in range(0, len(pcm), _CHUNK):
                send("audio-chunk", _HEARING, pcm[start : start + _CHUNK].tobytes())
            send("audio-stop")
            while (event := receive()).type != "transcript":
                pass  # parts of it that come early
        text = str(event.data.get("text") or "").strip()
        language = str(event.data.get("language") or self._language)
        language = "en" if language == "auto" else language.lower()[:2]
        return Transcript(text, language, compression=compression(text))

    def guesses(self, audio: Block, token: Token, *, hint: str = "") -> list[Transcript]:  # noqa: ARG002
        """None: the protocol knows one text."""
        return []


class WyomingVoice:
    """Implements ports.Synthesizer. A voice there has its own pace and level; `voice.speed` has no say in it.

    Speaks with the voice of `voice.name` if the server offers it, else with the one it chooses itself, which
    is taken to speak `language` (ISO 639-1) if any there does. Raises ConfigError if `remote.tts_url` names
    no server.
    """

    def __init__(self, remote: Remote, settings: Voice, language: str) -> None:
        self._address = address(remote, "tts_url", "voice.engine: wyoming")
        self._timeout_s = remote.timeout_s
        self._settings = settings
        self._language = language
        self._told: tuple[str, tuple[str, ...]] | None = None

    @property
    def name(self) -> str:
        """The voice there, or where it is if the server chooses it."""
        return self._about()[0] or f"the voice of {self._address}"

    @property
    def languages(self) -> tuple[str, ...]:
        """ISO 639-1 codes of what that voice speaks."""
        return self._about()[1]

    def synthesize(self, text: str, token: Token, *, speed: float = 1.0) -> Iterator[Block]:
        """`text`, a clause in spoken form, at VOICE_RATE as it comes; of `speed` only the pause after it heeds.

        Raises UnreachableError if the server does not answer as it should, also in the middle; raises Cancelled.
        """
        voice = self._about()[0]
        asked: dict[str, Any] = {"text": text, **({"voice": {"name": voice}} if voice else {})}
        volume = np.float32(self._settings.volume)
        spoken = False
        with _conversation(self._address, self._timeout_s, token) as (send, receive):
            send("synthesize", asked)
            for block in trimmed(_at_voice_rate(_sound(receive))):
                token.check()
                spoken = True
                yield block * volume
            if not spoken:
                raise ConnectionError("it sends no sound")
        yield pause(text.rstrip()[-1:], speed)

    def _about(self) -> tuple[str, tuple[str, ...]]:
        """The voice's name there and its languages, asked once."""
        if self._told is None:
            with _conversation(self._address, self._timeout_s, Token()) as (send, receive):
                send("describe")
                while (event := receive()).type != "info":
                    pass
            voices = [
                voice
                for program in event.data.get("tts") or ()
                for voice in program.get("voices") or ()
                if voice.get("installed", True)
            ]
            wished = (self._settings.name, self._settings.name.removeprefix("piper-").removeprefix("kokoro-"))
            voice = next((voice for voice in voices if voice.get("name") in wished), None)
            codes = [
                str(code).lower()[:2]
                for one in (voices if voice is None else [voice])
                for code in one.get("languages") or ()
            ]
            language = self._language if self._language in codes or not codes else codes[0]
            self._told = str(voice["name"]) if voice else "", (language,)
        return self._told


@contextmanager
def _conversation(there: Address, timeout_s: float, token: Token) -> Iterator[tuple[Send, Receive]]:
    """Functions that send an event (type, data, payload) and receive the next one.

    Raises UnreachableError and Cancelled as `connected` does. What the server reports as an error is one, too.
    """
    from wyoming.event import Event, read_event, write_event

    with (
        connected(there, timeout_s, token) as line,
        line.makefile("rb") as reader,
        line.makefile("wb") as writer,
    ):

        def send(kind: str, data: dict[str, Any] | None = None, payload: bytes | None = None) -> None:
            write_event(Event(kind, data or {}, payload), writer)

        def receive() -> Event:
            try:
                event = read_event(reader)
            except (KeyError, TypeError, AttributeError):
                event = None
            if event is None:
                raise ConnectionError("it hung up, or speaks no Wyoming")
            if event.type == "error":
                log.debug("%s reports: %s", there, event.data)
                raise ConnectionError("it reports an error")
            return event

        yield send, receive


def _sound(receive: Receive) -> Iterator[tuple[Block, int]]:
    """The pieces of one synthesis, mono, each with its rate."""
    while (event := receive()).type != "audio-stop":
        if event.type != "audio-chunk":
            continue
        rate, width, channels = (event.data.get(key) for key in ("rate", "width", "channels"))
        if (
            width != 2
            or not isinstance(rate, int)
            or not isinstance(channels, int)
            or min(rate, channels) < 1
        ):
            raise ConnectionError("it sends sound that is not 16-bit PCM")
        payload = event.payload or b""
        whole = len(payload) // (2 * channels) * 2 * channels
        frames = np.frombuffer(payload[:whole], "<i2").reshape(-1, channels)
        yield frames.astype(np.float32).mean(axis=1) / np.float32(32768), rate


def _at_voice_rate(pieces: Iterable[tuple[Block, int]]) -> Iterator[Block]:
    """`pieces`, all of one rate, at VOICE_RATE."""
    import soxr

    stream = None
    for sound, rate in pieces:
        if rate == VOICE_RATE:
            yield sound
            continue
        if stream is None:
            stream = soxr.ResampleStream(rate, VOICE_RATE, 1, dtype="float32")
        yield stream.resample_chunk(sound)
    if stream is not None:
        yield stream.resample_chunk(np.zeros(0, np.float32), last=True)
