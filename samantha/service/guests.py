"""Other programs that borrow her mind, her ears and her voice. The person always comes first.

Everything here happens on the conversation's loop, in its lanes; requests come over a `Bridge`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import aclosing
from typing import Any, TypeVar

import numpy as np

from samantha.audio.pcm import Block, level_dbfs, seconds, silence
from samantha.config import Config
from samantha.dialog.reply import Engines
from samantha.dialog.token import Token
from samantha.errors import Cancelled
from samantha.events import Event, Heard, ReplyStarted, SpeechStarted, TalkPressed
from samantha.hearing.plausible import BRIEF_S, rejection
from samantha.mind.prompt import Prompt
from samantha.mind.stops import Stops
from samantha.ports import Message, Transcript
from samantha.service.control import Busy
from samantha.service.lending import MOST_TOKENS, Begun, Ended, Preempted, TooLong

T = TypeVar("T")

PATIENCE_S = 60.0
"""Seconds that a guest waits for a turn of the person to end before he is sent away."""

_GLANCE_S = 0.05
_SILENT_DBFS = -80.0
_MOST_LETTERS = 16  # of a token, on average, in any text
_OPENING = 8  # tokens with which a template opens an answer, at most


class Guests:
    """Lends `engines` to other programs while the person does not need them.

    `prompt` gives who she is at present, `occupied` says whether a turn is under way. `borrowed` is called when
    a guest begins to think and when he has ended: whatever the model held of the conversation must be worked
    through again, and it is no use to do so before.
    """

    def __init__(
        self,
        engines: Engines,
        config: Config,
        *,
        prompt: Callable[[], Prompt],
        occupied: Callable[[], bool],
        borrowed: Callable[[], None],
    ) -> None:
        self.language = config.hearing.language
        """ISO 639-1 code of what she understands, or auto."""
        self._engines = engines
        self._hearing = config.hearing
        self._prompt = prompt
        self._occupied = occupied
        self._borrowed = borrowed
        self._thinking: Token | None = None
        self._ears, self._voice = asyncio.Lock(), asyncio.Lock()
        self._closed = asyncio.get_running_loop().create_future()

    def on(self, event: Event) -> None:
        """The next thing that happened: when she is needed, a guest's thought ends at once."""
        if (
            isinstance(event, SpeechStarted | TalkPressed | Heard | ReplyStarted)
            and self._thinking is not None
        ):
            self._thinking.cancel()

    def close(self) -> None:
        """Send everybody away: the engines are about to end."""
        if not self._closed.done():
            self._closed.set_result(None)

    @property
    def languages(self) -> tuple[str, ...]:
        """ISO 639-1 codes of what she can speak."""
        return self._engines.synthesizer.languages

    @property
    def voice_name(self) -> str:
        return self._engines.synthesizer.name

    def persona(self) -> list[Message]:
        """What stands before the messages of somebody who wants to talk to her, and not to a bare model."""
        return self._prompt().system()

    async def hear(self, sound: Block, hint: str = "") -> Transcript:
        """What is said in `sound`, at most PIECE_S at HEARING_RATE; no text where nobody speaks.

        Waits while the person talks with her; raises Busy if that takes too long.
        """
        if level_dbfs(sound) < _SILENT_DBFS:
            return Transcript("", self.language if self.language != "auto" else "en")
        ear, token = self._engines.transcriber, Token()
        async with self._ears:
            await self._let_pass()
            try:
                transcript = await self._unless_closed(
                    self._engines.stt_lane.call(lambda: ear.transcribe(sound, token, hint=hint))
                )
            finally:
                token.cancel()
        # How much of it is speech is not known here, so nothing is said about that.
        speech = min(BRIEF_S, seconds(len(sound)))
        doubt = rejection(0.0, speech, speech, transcript, self._hearing)
        if doubt in ("no-speech", "invented", "repetition", "empty"):
            return Transcript("", transcript.language, transcript.no_speech, transcript.logprob)
        return transcript

    async def speak(self, clause: str, speed: float = 1.0) -> Block:
        """`clause`, in spoken form, as sound at VOICE_RATE, at `speed` times her own pace.

        Waits while the person talks with her; raises Busy if that takes too long.
        """
        voice, token = self._engines.synthesizer, Token()
        blocks = [silence(0)]
        async with self._voice:
            await self._let_pass()
            try:
                await self._unless_closed(
                    self._engines.tts_lane.stream(
                        lambda: voice.synthesize(clause, token, speed=speed), token, blocks.append
                    )
                )
            finally:
                token.cancel()
        return np.concatenate(blocks)

    async def think(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int | None = None,
        temperature: float | None = None,
        stop: Sequence[str] = (),
    ) -> AsyncGenerator[Begun | str | Ended, None]:
        """The answer to `messages`, piece by piece, between a `Begun` and an `Ended`.

        Raises Busy at once while the person or another guest has her attention, Preempted when the person wants
        it in the middle, TooLong, and ModelError for messages that the model's template refuses.
        """
        if self._thinking is not None:
            raise Busy("She is thinking about something for another program.")
        if self._occupied():
            raise Busy("She is in the middle of a turn.")
        self._thinking = token = Token()
        self._borrowed()
        try:
            context = self._engines.llm.context
            if sum(len(message.content) for message in messages) > _MOST_LETTERS * context:
                raise TooLong(context)  # even to count it would take long
            prompt = await self._count(messages)
            room = context - prompt - _OPENING
            if room <= 0:
                raise TooLong(context)
            token.check()
            yield Begun(prompt)
            most = min(max_tokens or MOST_TOKENS, MOST_TOKENS, room)
            stops, said, pieces = Stops(stop), "", 0
            async with aclosing(self._generate(messages, token, most, temperature)) as answer:
                async for piece in answer:
                    pieces += 1
                    if text := stops.feed(piece):
                        said += text
                        yield text
                    if stops.found:
                        break
            if text := stops.finish():
                said += text
                yield text
            tokens = max(pieces, await self._tokens(said))  # a piece is one token, or more
            yield Ended("length" if tokens >= most and not stops.found else "stop", min(tokens, most))
        except Cancelled:
            raise Preempted("She has turned to the person, who comes first.") from None
        finally:
            token.cancel()
            self._thinking = None
            self._borrowed()

    async def _generate(
        self, messages: Sequence[Message], token: Token, most: int, temperature: float | None
    ) -> AsyncGenerator[str, None]:
        llm = self._engines.llm
        pieces: asyncio.Queue[str | None] = asyncio.Queue()
        work = asyncio.ensure_future(
            self._unless_closed(
                self._engines.llm_lane.stream(
                    lambda: llm.generate(messages, token, max_tokens=most, temperature=temperature),
                    token,
                    pieces.put_nowait,
                )
            )
        )
        work.add_done_callback(lambda _: pieces.put_nowait(None))
        try:
            while (piece := await pieces.get()) is not None:
                yield piece
            await work
        finally:
            token.cancel()
            await asyncio.gather(work, return_exceptions=True)  # until the model is free again

    async def _tokens(self, text: str) -> int:
        """Tokens of `text`, without what a template puts around it."""
        whole, frame = [await self._count([Message("user", each)]) for each in (text, "")]
        return whole - frame

    async def _count(self, messages: Sequence[Message]) -> int:
        llm = self._engines.llm
        return await self._unless_closed(self._engines.llm_lane.call(lambda: llm.count(messages)))

    async def _let_pass(self) -> None:
        """Until the person does not need her."""
        loop = asyncio.get_running_loop()
        end = loop.time() + PATIENCE_S
        while self._occupied() and not self._closed.done():
            if loop.time() > end:
                raise Busy("She is talking with the person.")
            await asyncio.sleep(_GLANCE_S)

    async def _unless_closed(self, work: Coroutine[Any, Any, T]) -> T:
        """What `work` on a lane returns or raises; a lane that closes answers nobody."""
        task = asyncio.ensure_future(work)
        try:
            await asyncio.wait((task, self._closed), return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                raise Preempted("She is being restarted.")
            return task.result()
        finally:
            task.cancel()
