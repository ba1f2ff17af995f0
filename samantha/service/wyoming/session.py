"""What one Wyoming client asks for: who she is, what is said in a piece of sound, how a text sounds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import numpy as np
from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Event, Eventable, async_read_event, async_write_event
from wyoming.info import AsrModel, AsrProgram, Attribution, Info, TtsProgram, TtsVoice
from wyoming.ping import Ping, Pong
from wyoming.tts import Synthesize, SynthesizeChunk, SynthesizeStart, SynthesizeStopped

from samantha import __version__, ports
from samantha.audio.pcm import VOICE_RATE, Block, samples, seconds
from samantha.audio.pieces import in_pieces
from samantha.errors import SamanthaError
from samantha.mind.prompt import LANGUAGES
from samantha.service.bridge import Bridge
from samantha.service.guests import Guests
from samantha.service.lending import PIECE_S
from samantha.service.wyoming.sound import Refused, Sound, Text

T = TypeVar("T", bound=Eventable)

EVENT_LIMIT = 1 << 20
"""Bytes of one part of an event."""

IDLE_S = 300.0
"""Seconds that a client may say nothing."""

SENDING_S = 30.0
"""Seconds that a client may leave what she says unread."""

_FORM = {"rate": VOICE_RATE, "width": 2, "channels": 1}
_HINT = 1000  # letters of words to expect


class Session:
    """One client, from the first event to the last; each event is answered before the next is read."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        guests: Callable[[], Guests],
        bridge: Bridge,
    ) -> None:
        self._reader: Any = _Bounded(reader)
        self._writer = writer
        self._guests = guests
        self._bridge = bridge
        self._hint = ""
        self._sound: Sound | None = None
        self._text: Text | None = None

    async def run(self) -> None:
        """Until the client goes, is silent for too long, or says what is no Wyoming.

        Raises OSError, EOFError or TimeoutError where he goes in the middle of something.
        """
        while (event := await self._next()) is not None:
            try:
                await self._answer(event)
            except SamanthaError as problem:
                self._sound = self._text = None
                await self.complain(problem)

    async def complain(self, problem: SamanthaError) -> None:
        """Tell the client why not."""
        await self._send(Error(str(problem), problem.code))

    async def _next(self) -> Event | None:
        async with asyncio.timeout(IDLE_S):
            try:
                return await async_read_event(self._reader)
            except (AttributeError, KeyError, TypeError, RecursionError):
                return None  # JSON, but of another shape

    async def _send(self, event: Eventable) -> None:
        async with asyncio.timeout(SENDING_S):
            await async_write_event(event.event(), self._writer)

    async def _answer(self, event: Event) -> None:
        match event.type:
            case "describe":
                await self._send(await self._bridge.do(lambda: _info(self._guests())))
            case "ping":
                await self._send(Pong(_read(Ping, event).text))
            case "transcribe":
                await self._expect(_read(Transcribe, event))
            case "audio-start":
                self._sound = Sound()
            case "audio-chunk" if self._sound is not None:
                self._sound.add(_read(AudioChunk, event))
            case "audio-stop" if self._sound is not None:
                sound, self._sound = self._sound, None
                await self._transcribe(sound)
            case "synthesize" if self._text is None:  # in a stream the whole text comes after its parts
                asked = _read(Synthesize, event)
                text = await self._begin(asked)
                await self._speak(text, text.feed(asked.text))
                await self._finish(text)
            case "synthesize-start":
                self._text = await self._begin(_read(SynthesizeStart, event))
            case "synthesize-chunk" if self._text is not None:
                await self._speak(self._text, self._text.feed(_read(SynthesizeChunk, event).text))
            case "synthesize-stop" if self._text is not None:
                text, self._text = self._text, None
                await self._finish(text)
                await self._send(SynthesizeStopped())

    # --- ears -----------------------------------------------------------------------------------------

    async def _expect(self, asked: Transcribe) -> None:
        """Sound in a language, with names in it."""
        names = asked.transcript_names if isinstance(asked.transcript_names, list) else []
        self._hint = ", ".join(map(str, names))[:_HINT]
        known = await self._bridge.do(lambda: self._guests().language)
        if asked.language and known not in ("auto", str(asked.language).lower()[:2]):
            raise Refused(f"She listens for the language {known!r} only.", "Change hearing.language.")

    async def _transcribe(self, sound: Sound) -> None:
        found = [await self._hear(piece) for _, piece in in_pieces(sound.blocks(), samples(PIECE_S))]
        text = " ".join(each.text for each in found if each.text)
        await self._send(Transcript(text, language=found[0].language if found else None))

    async def _hear(self, piece: Block) -> ports.Transcript:
        return await self._bridge.call(lambda: self._guests().hear(piece, self._hint))

    # --- voice ----------------------------------------------------------------------------------------

    async def _begin(self, asked: Synthesize | SynthesizeStart) -> Text:
        if asked.text_format not in (None, "text"):
            raise Refused("She reads plain text only.", "Send it without markup.")
        return Text(await self._bridge.do(lambda: self._guests().languages[0]))

    async def _speak(self, text: Text, clauses: Iterable[str]) -> None:
        for clause in clauses:
            sound = await self._voice(clause)
            if not text.said:
                await self._send(AudioStart(**_FORM))
            pcm = np.clip(np.rint(sound * 32768.0), -32768.0, 32767.0).astype("<i2").tobytes()
            await self._send(AudioChunk(**_FORM, audio=pcm, timestamp=_milliseconds(text)))
            text.said += len(sound)

    async def _voice(self, clause: str) -> Block:
        return await self._bridge.call(lambda: self._guests().speak(clause))

    async def _finish(self, text: Text) -> None:
        await self._speak(text, text.flush())
        if not text.said:
            await self._send(AudioStart(**_FORM))
        await self._send(AudioStop(_milliseconds(text)))


class _Bounded:
    """A stream of which nobody can make us keep more than EVENT_LIMIT: beyond it, it is no Wyoming."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader

    async def readline(self) -> bytes:
        return await self._reader.readline()  # which has a limit of its own, 64 KiB

    async def readexactly(self, size: int) -> bytes:
        if size > EVENT_LIMIT:
            raise ValueError(f"{size} bytes in one event")
        return await self._reader.readexactly(size)


def _read(kind: type[T], event: Event) -> T:
    """`event` as what its name says. Raises Refused if it is not."""
    try:
        return kind.from_event(event)  # type: ignore[return-value]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Refused(f"The event {event.type} is malformed.") from None


def _milliseconds(text: Text) -> int:
    return round(seconds(text.said, VOICE_RATE) * 1000)


def _info(guests: Guests) -> Info:
    """Who she is, in the protocol's words."""
    about: dict[str, Any] = {
        "attribution": Attribution("Samantha", ""),
        "installed": True,
        "version": __version__,
    }
    heard = list(LANGUAGES) if guests.language == "auto" else [guests.language]
    ears = AsrModel(name="samantha", description="Her ears", languages=heard, **about)
    voice = TtsVoice(
        name=guests.voice_name, description="Her voice", languages=list(guests.languages), **about
    )
    return Info(
        asr=[AsrProgram(name="samantha", description="Samantha's ears", models=[ears], **about)],
        tts=[
            TtsProgram(
                name="samantha",
                description="Samantha's voice",
                voices=[voice],
                supports_synthesize_streaming=True,
                **about,
            )
        ],
    )
