"""POST /v1/audio/transcriptions: her ears."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import IO

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import Message

from samantha.audio.codecs import heard
from samantha.audio.pcm import Block, samples, seconds
from samantha.audio.pieces import in_pieces
from samantha.errors import AudioError, SamanthaError
from samantha.ports import Transcript
from samantha.service.api.requests import CLOSE, unless_gone
from samantha.service.lending import PIECE_S, Seats
from samantha.service.openai.host import Host, Refused, Stream, checked, event, told
from samantha.service.openai.requests import TranscriptionRequest
from samantha.service.openai.transcripts import PLAIN, Segment, as_json, text_of, usage

FILE_LIMIT = 25 << 20
"""Bytes of a request with sound: OpenAI's own limit."""

OVER = 4
"""A file up to this many times too large is read to its end, so that its sender reads the answer."""

FIELD_LIMIT = 16 << 10
"""Bytes of each of its other fields."""

LONGEST_S = 2 * 3600
"""Seconds of sound in one file."""

Found = AsyncGenerator[TranscriptionRequest | Segment, None]


class Transcriptions:
    """Hears a file piece by piece; what is said in one can be read while the next is being heard."""

    def __init__(self, host: Host, seats: Seats) -> None:
        self._host = host
        self._seats = seats

    async def answer(self, request: Request) -> Response:
        found = self._found(request)
        asked = await anext(found)
        assert isinstance(asked, TranscriptionRequest)
        if asked.stream:
            first = await unless_gone(request, anext(found, None))
            return Stream(found, _events(first, found))
        async with aclosing(found):
            segments = await unless_gone(request, _all(found))
        if asked.response_format in PLAIN:
            return PlainTextResponse(PLAIN[asked.response_format](segments))
        return JSONResponse(as_json(segments, verbose=asked.response_format == "verbose_json"))

    async def _found(self, request: Request) -> Found:
        """What was asked for, then segment after segment; its room and its file are given back at its end."""
        with self._seats.taken():  # from the first byte on: uploads take room too
            form = await _form(request)
            try:
                asked, upload = _asked(form)
                await self._check_language(asked.language)
                yield asked
                with tempfile.TemporaryDirectory(prefix="samantha-", ignore_cleanup_errors=True) as folder:
                    file = Path(folder, "sound")
                    await asyncio.to_thread(_keep, upload.file, file)
                    async for segment in self._segments(file, asked.prompt):
                        yield segment
            finally:
                await form.close()

    async def _segments(self, file: Path, hint: str) -> AsyncIterator[Segment]:
        sound = in_pieces(heard(file), samples(PIECE_S))
        try:
            while (piece := await asyncio.to_thread(next, sound, None)) is not None:
                begin, block = piece
                if seconds(begin + len(block)) > LONGEST_S:
                    raise Refused(f"The sound is longer than {LONGEST_S // 3600} hours.", "file")
                transcript = await self._hear(block, hint)
                yield Segment(seconds(begin), seconds(begin + len(block)), transcript)
        except AudioError as problem:  # the client knows the file by another name
            raise Refused(str(problem).replace(str(file), "The file"), "file") from None

    async def _hear(self, sound: Block, hint: str) -> Transcript:
        guests = self._host.guests
        return await self._host.bridge.call(lambda: guests().hear(sound, hint))

    async def _check_language(self, asked: str) -> None:
        guests = self._host.guests
        known = await self._host.bridge.do(lambda: guests().language)
        if asked and known not in ("auto", asked.lower().replace("_", "-").partition("-")[0]):
            raise Refused(
                f"She listens for the language {known!r} only; hearing.language says so.", "language"
            )


async def _form(request: Request) -> FormData:
    """The fields of `request`. Raises Refused for one that is malformed or too large, HTTPException 408
    for one that stops on its way."""
    size = 0

    async def more() -> Message:
        nonlocal size
        async with asyncio.timeout(request.state.patience_s):
            message = await request.receive()
        size += len(message.get("body", b""))
        return message

    async def receive() -> Message:
        message = await more()
        if size > FILE_LIMIT:
            while message.get("more_body") and size < OVER * FILE_LIMIT:
                message = await more()
            raise MultiPartException(f"The request is larger than {FILE_LIMIT >> 20} MB")
        return message

    try:
        return await Request(request.scope, receive).form(
            max_files=1, max_fields=20, max_part_size=FIELD_LIMIT
        )
    except TimeoutError:
        raise HTTPException(408, "The file stopped on its way.", CLOSE) from None
    except HTTPException as problem:  # starlette's word for a form that it cannot read
        raise Refused(f"{problem.detail.rstrip('.')}.", status=413 if size > FILE_LIMIT else 400) from None


def _asked(form: FormData) -> tuple[TranscriptionRequest, UploadFile]:
    """What the fields say. Raises Refused for what is wrong in them."""
    upload = form.get("file")
    if not isinstance(upload, UploadFile):
        raise Refused("A file with sound is missing.", "file")
    fields = {
        name.removesuffix("[]"): form.getlist(name) if name.endswith("[]") else form[name]
        for name in form
        if name != "file"
    }
    return checked(lambda: TranscriptionRequest.model_validate(fields)), upload


def _keep(source: IO[bytes], file: Path) -> None:
    with file.open("wb") as copy:
        shutil.copyfileobj(source, copy)


async def _all(found: Found) -> list[Segment]:
    return [item async for item in found if isinstance(item, Segment)]


async def _events(first: TranscriptionRequest | Segment | None, found: Found) -> AsyncIterator[str]:
    segments: list[Segment] = []
    try:
        item = first
        while isinstance(item, Segment):
            if text := item.transcript.text:
                blank = " " if text_of(segments) else ""
                yield event({"type": "transcript.text.delta", "delta": blank + text})
            segments.append(item)
            item = await anext(found, None)
    except (Refused, SamanthaError) as problem:
        yield event({"type": "error", "error": told(problem)[1]})
        return
    yield event({"type": "transcript.text.done", "text": text_of(segments), "usage": usage(segments)})
