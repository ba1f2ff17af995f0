"""POST /v1/audio/speech: her voice."""

from __future__ import annotations

import base64
from collections.abc import AsyncGenerator, AsyncIterator

from starlette.requests import Request
from starlette.responses import Response

from samantha.audio.codecs import MEDIA_TYPES, Encoder, encoder
from samantha.audio.pcm import VOICE_RATE, Block, samples, silence
from samantha.errors import SamanthaError
from samantha.service.api.requests import unless_gone
from samantha.service.lending import Seats, breaths
from samantha.service.openai.host import Host, Stream, event, parsed, told
from samantha.service.openai.requests import SpeechRequest
from samantha.voice.clauses import ClauseSplitter
from samantha.voice.spoken import Speakable

SLOWEST, FASTEST = 0.5, 2.0
"""Beyond this nobody understands her; what is asked for beyond it is met as far as this."""


class Speech:
    """Speaks clause by clause: the first can be heard while the next is being made."""

    def __init__(self, host: Host, seats: Seats) -> None:
        self._host = host
        self._seats = seats

    async def answer(self, request: Request) -> Response:
        asked = await parsed(request, SpeechRequest)
        speed = min(max(asked.speed, SLOWEST), FASTEST)
        spoken = self._spoken(asked.input, speed)
        first = await unless_gone(request, anext(spoken))  # what goes wrong until here has its own status
        sound = _encoded(first, spoken, encoder(asked.response_format))
        headers = {"X-Samantha-Speed": f"{speed:g}"}
        if asked.stream_format == "sse":
            return Stream(spoken, _events(sound), headers=headers)
        return Stream(spoken, sound, MEDIA_TYPES[asked.response_format], headers)

    async def _spoken(self, text: str, speed: float) -> AsyncGenerator[Block, None]:
        guests, bridge = self._host.guests, self._host.bridge
        with self._seats.taken():
            language = await bridge.do(lambda: guests().languages[0])
            splitter, speakable = ClauseSplitter(), Speakable(language)
            yield silence(samples(0.05, VOICE_RATE))  # so that there is sound, whatever the text
            for clause in [*splitter.feed(text), *splitter.flush()]:
                for part in breaths(speakable(clause)):
                    yield await self._one(part, speed)

    async def _one(self, clause: str, speed: float) -> Block:
        guests = self._host.guests
        return await self._host.bridge.call(lambda: guests().speak(clause, speed))


async def _encoded(first: Block, spoken: AsyncIterator[Block], out: Encoder) -> AsyncIterator[bytes]:
    yield out.feed(first)
    async for block in spoken:
        if data := out.feed(block):
            yield data
    yield out.finish()


async def _events(sound: AsyncIterator[bytes]) -> AsyncIterator[str]:
    try:
        async for data in sound:
            if data:
                yield event({"type": "speech.audio.delta", "audio": base64.b64encode(data).decode()})
    except SamanthaError as problem:
        yield event({"type": "error", "error": told(problem)[1]})
        return
    # Nothing is counted here that a token could be.
    usage = {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0}
    yield event({"type": "speech.audio.done", "usage": usage})
