"""One attempt to answer, with its own token and its own sound: abandoned, it disturbs nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from samantha.audio.pcm import Block
from samantha.dialog.lane import Lane
from samantha.dialog.token import Token
from samantha.events import ClauseReady, Event, ReplyStarted, ReplyText, Transcribed
from samantha.ports import LanguageModel, Message, Synthesizer, Transcriber, Transcript
from samantha.voice.clauses import ClauseSplitter
from samantha.voice.spoken import Speakable
from samantha.voice.track import Track


@dataclass(frozen=True, slots=True)
class Engines:
    """What an answer is made with, each on its lane."""

    transcriber: Transcriber
    llm: LanguageModel
    synthesizer: Synthesizer
    stt_lane: Lane
    llm_lane: Lane
    tts_lane: Lane

    def close(self) -> None:
        for lane in (self.stt_lane, self.llm_lane, self.tts_lane):
            lane.close()

    async def closed(self) -> None:
        """Wait until no engine is at work any more; then others may use them."""
        await asyncio.gather(self.stt_lane.closed(), self.llm_lane.closed(), self.tts_lane.closed())


class Reply:
    """Hears a turn, thinks of an answer and has it spoken into `track`.

    `publish` takes its events, `clock` gives their `at`. Its methods are steps that the conversation puts
    together; each raises `Cancelled` (or is cancelled) once `cancel` was called.
    """

    def __init__(self, engines: Engines, publish: Callable[[Event], None], clock: Callable[[], int]) -> None:
        self.token = Token()
        self.track = Track()
        self.hearing = False
        """Whether it is still finding out what was said; that cannot be stopped, and should not be lost."""
        self.started = False
        """Whether it has begun to answer."""
        self.written: list[str] = []
        """The pieces of an answer that is read instead of heard."""
        self.over: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        """What the person heard or read of it, once it has ended in whatever way."""
        self.problem = ""
        """Why it broke, if it did, as a sentence."""
        self._engines = engines
        self._publish = publish
        self._clock = clock
        self._task: asyncio.Task[None] | None = None

    def follow(self, task: asyncio.Task[None]) -> None:
        """Cancel `task` too when this attempt is given up."""
        self._task = task

    def cancel(self) -> None:
        """Give up: first the engines' threads, then the coroutines. The speaker is stopped by its owner."""
        self.end("".join(self.written).strip())
        self.token.cancel()
        if self._task is not None:
            self._task.cancel()

    def end(self, heard: str) -> None:
        """It is over; `heard` is what the person got of it."""
        if not self.over.done():
            self.over.set_result(heard)

    async def hear(self, audio: Block, hint: str = "") -> Transcript:
        """What was said in `audio`; `hint` is words to expect."""
        try:
            transcript = await self._engines.stt_lane.call(
                lambda: self._engines.transcriber.transcribe(audio, Token(), hint=hint)
            )
        finally:
            self.hearing = False
        self._publish(
            Transcribed(at=self._clock(), text=transcript.text, language=transcript.language, final=True)
        )
        return transcript

    async def answer(
        self,
        messages: Sequence[Message],
        max_tokens: int,
        language: str,
        otherwise: str = "",
        show: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Think of an answer to `messages` and speak it while it is being thought.

        If there is nothing in it that can be spoken, `otherwise` is said. Each piece is given to `show` too.
        """
        self._begin()
        clauses: asyncio.Queue[str | None] = asyncio.Queue()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._think(messages, max_tokens, clauses, show))
            group.create_task(self._speak(clauses, language, otherwise))

    async def write(
        self, messages: Sequence[Message], max_tokens: int, show: Callable[[str], None] = lambda _: None
    ) -> None:
        """Think of an answer to `messages` that is read: each piece is given to `show`."""
        self._begin()

        def take(delta: str) -> None:
            self.written.append(delta)
            self._publish(ReplyText(at=self._clock(), delta=delta))
            show(delta)

        engines = self._engines
        await engines.llm_lane.stream(
            lambda: engines.llm.generate(messages, self.token, max_tokens=max_tokens), self.token, take
        )

    async def say(self, text: str, language: str) -> None:
        """Speak `text` as it is."""
        self._begin()
        self._publish(ReplyText(at=self._clock(), delta=text))
        await self.voice(text, language)

    async def voice(self, text: str, language: str) -> None:
        """Have `text` made into sound, and tell nobody."""
        splitter = ClauseSplitter()
        clauses: asyncio.Queue[str | None] = asyncio.Queue()
        for clause in [*splitter.feed(text), *splitter.flush(), None]:
            clauses.put_nowait(clause)
        await self._speak(clauses, language)

    def _begin(self) -> None:
        self.started = True
        self._publish(ReplyStarted(at=self._clock()))

    async def _think(
        self,
        messages: Sequence[Message],
        max_tokens: int,
        clauses: asyncio.Queue[str | None],
        show: Callable[[str], None],
    ) -> None:
        splitter = ClauseSplitter()

        def take(delta: str) -> None:
            self._publish(ReplyText(at=self._clock(), delta=delta))
            show(delta)
            for clause in splitter.feed(delta):
                clauses.put_nowait(clause)

        engines = self._engines
        await engines.llm_lane.stream(
            lambda: engines.llm.generate(messages, self.token, max_tokens=max_tokens), self.token, take
        )
        for clause in splitter.flush():
            clauses.put_nowait(clause)
        clauses.put_nowait(None)

    async def _speak(self, clauses: asyncio.Queue[str | None], language: str, otherwise: str = "") -> None:
        speakable = Speakable(language)
        while (clause := await clauses.get()) is not None:
            if spoken := speakable(clause):
                await self._voice(clause.strip(), spoken)
        if otherwise and not self.track.texts:
            await self._voice(otherwise, otherwise)
        self.track.close()

    async def _voice(self, text: str, spoken: str) -> None:
        """Have `spoken`, the spoken form of `text`, made into sound."""
        self._publish(ClauseReady(at=self._clock(), text=text))
        self.track.begin(text)
        engines = self._engines
        await engines.tts_lane.stream(
            lambda: engines.synthesizer.synthesize(spoken, self.token), self.token, self.track.add
        )
        self.track.finish()
