"""One attempt to answer, with its own token and its own sound: abandoned, it disturbs nobody.

It may begin before the turn is over. Until `commit` it is a bet: what it publishes waits, it is not played, and
it makes only so much sound ahead.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from samantha.audio.pcm import VOICE_RATE, Block
from samantha.audio.pcm import samples as duration
from samantha.dialog.lane import Lane
from samantha.dialog.token import Token
from samantha.events import ClauseReady, Event, ReplyStarted, ReplyText, Transcribed
from samantha.hearing.voiceprint import Voiceprint
from samantha.ports import (
    LanguageModel,
    Memory,
    Message,
    SpeakerEncoder,
    Synthesizer,
    Transcriber,
    Transcript,
    TurnModel,
)
from samantha.voice.clauses import ClauseSplitter
from samantha.voice.spoken import Speakable
from samantha.voice.track import Track

AHEAD = duration(3.0, VOICE_RATE)
"""Sound that a bet makes ready at most: long enough for whatever follows to be made while it plays."""

SOON = duration(1.0, VOICE_RATE)
"""With less sound ahead than this, the next clause is made before anything else is thought."""

Publish = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Engines:
    """What an answer is made with, each on its lane; the small ones, where they are there, share one.

    With an `owner` she answers that voice alone.
    """

    transcriber: Transcriber
    llm: LanguageModel
    synthesizer: Synthesizer
    turn_model: TurnModel | None
    stt_lane: Lane
    llm_lane: Lane
    tts_lane: Lane
    small_lane: Lane
    memory_lane: Lane
    speaker_encoder: SpeakerEncoder | None = None
    owner: Voiceprint | None = None
    person: Voiceprint | None = None
    """Her person's voice, if she knows it: of what another voice says nothing becomes known about him."""
    memory: Memory | None = None

    @property
    def lanes(self) -> tuple[Lane, ...]:
        return (self.stt_lane, self.llm_lane, self.tts_lane, self.small_lane, self.memory_lane)

    def close(self) -> None:
        for lane in self.lanes:
            lane.close()

    async def closed(self) -> None:
        """Wait until no engine is at work any more; then others may use them."""
        await asyncio.gather(*(lane.closed() for lane in self.lanes))


class Reply:
    """Hears a turn, thinks of an answer and has it spoken into `track`.

    `publish` takes its events once it is committed, `measure` those of a bet when they happen; `clock` gives
    their `at`; `bounded` ends what the model says where her character would. Its methods are steps that the
    conversation puts together; each raises `Cancelled` (or is cancelled) once `cancel` was called.
    """

    def __init__(
        self,
        engines: Engines,
        publish: Publish,
        clock: Callable[[], int],
        *,
        measure: Publish = lambda _: None,
        track: Track | None = None,
        bounded: Callable[[Iterator[str]], Iterator[str]] = lambda pieces: pieces,
    ) -> None:
        self._bounded = bounded
        self.token = Token()
        self.track = track or Track()
        self.hearing = False
        """Whether it is still finding out what was said; that cannot be stopped, and should not be lost."""
        self.started = False
        """Whether it has begun to answer."""
        self.written: list[str] = []
        """The pieces of an answer that is read instead of heard."""
        self.clauses: list[str] = []
        """What it has thought of so far, as it is spoken."""
        self.voiced = 0
        """How many of its clauses are sound by now."""
        self.complete = False
        """Whether it has thought of everything it wants to say."""
        self.over: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        """What the person heard or read of it, once it has ended in whatever way."""
        self.problem = ""
        """Why it broke, if it did, as a sentence."""
        self._engines = engines
        self._publish = publish
        self._measure = measure
        self._clock = clock
        self._untold: list[Event] = []
        self._commitment = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    # --- its life -------------------------------------------------------------------------------------

    @property
    def committed(self) -> bool:
        """Whether it is more than a bet."""
        return self._commitment.is_set()

    def commit(self) -> None:
        """It counts: what it has published is told, now."""
        self._commitment.set()
        for event in self._untold:
            self._publish(replace(event, at=self._clock()))
        self._untold = []

    async def commitment(self) -> None:
        """Wait for `commit`."""
        await self._commitment.wait()

    def tell(self, event: Event) -> None:
        """Publish `event`, as soon as it counts."""
        if self.committed:
            self._publish(event)
        else:
            self._measure(event)
            self._untold.append(event)

    def follow(self, task: asyncio.Task[None]) -> None:
        """Cancel `task` too when this attempt is given up."""
        self._task = task

    def cancel(self) -> None:
        """Give up: first the engines' threads, then the coroutines. The speaker is stopped by its owner."""
        self.token.cancel()
        if self._task is not None:
            self._task.cancel()

    def end(self, heard: str) -> None:
        """It is over; `heard` is what the person got of it."""
        if not self.over.done():
            self.over.set_result(heard)

    # --- its steps ------------------------------------------------------------------------------------

    async def hear(self, audio: Block, hint: str = "", *, hurry: bool = False) -> Transcript:
        """What was said in `audio`; `hint` is words to expect, `hurry` as in `Transcriber`."""
        transcript = await self._engines.stt_lane.call(
            lambda: self._engines.transcriber.transcribe(audio, Token(), hint=hint, hurry=hurry)
        )
        self.tell(Transcribed(at=self._clock(), text=transcript.text, language=transcript.language))
        return transcript

    async def guess(self, audio: Block, hint: str = "") -> list[Transcript]:
        """What may have been said in `audio`, where `hear` did not help."""
        return await self._engines.stt_lane.call(
            lambda: self._engines.transcriber.guesses(audio, Token(), hint=hint)
        )

    async def answer(
        self,
        messages: Sequence[Message],
        max_tokens: int,
        language: str,
        otherwise: str = "",
        show: Callable[[str], None] = lambda _: None,
        opening: str = "",
    ) -> None:
        """Think of an answer to `messages`, which begins with `opening`, and speak it while it is being thought.

        If there is nothing in it that can be spoken, `otherwise` is said. Each piece is given to `show` too.
        """
        self._begin()
        clauses: asyncio.Queue[str | None] = asyncio.Queue()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._think(messages, max_tokens, clauses, show, opening=opening))
            group.create_task(self._speak(clauses, language, otherwise))

    async def go_on(
        self,
        messages: Sequence[Message],
        max_tokens: int,
        language: str,
        *,
        begun: str,
        first: Sequence[str],
        complete: bool,
    ) -> None:
        """Go on with an answer to `messages` of which `begun` was said before.

        `first` was thought of already and comes next; unless that was all (`complete`), more is thought of.
        """
        self._begin()
        clauses: asyncio.Queue[str | None] = asyncio.Queue()
        for clause in first:
            self.clauses.append(clause)
            clauses.put_nowait(clause)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._speak(clauses, language))
            if complete:
                self.complete = True
                clauses.put_nowait(None)
            else:
                known = " ".join((begun, *first)).strip()
                group.create_task(self._think(messages, max_tokens, clauses, lambda _: None, known))

    async def write(
        self,
        messages: Sequence[Message],
        max_tokens: int,
        show: Callable[[str], None] = lambda _: None,
        opening: str = "",
    ) -> None:
        """Think of an answer to `messages` that is read and begins with `opening`: each piece is given to `show`."""
        self._begin()

        def take(delta: str) -> None:
            self.written.append(delta)
            self.tell(ReplyText(at=self._clock(), delta=delta))
            show(delta)

        if opening:
            take(opening)
        engines = self._engines
        await engines.llm_lane.stream(
            lambda: self._bounded(
                engines.llm.generate(messages, self.token, max_tokens=max_tokens, begun=opening)
            ),
            self.token,
            take,
        )

    def state(self, text: str) -> None:
        """`text`, as it is, is the answer, and is read."""
        self._begin()
        self.written.append(text)
        self.tell(ReplyText(at=self._clock(), delta=text))

    async def say(self, text: str, language: str) -> None:
        """Speak `text` as it is."""
        self._begin()
        self.tell(ReplyText(at=self._clock(), delta=text))
        await self.voice(text, language)

    async def voice(self, text: str, language: str) -> None:
        """Have `text` made into sound, and tell nobody."""
        splitter = ClauseSplitter()
        clauses: asyncio.Queue[str | None] = asyncio.Queue()
        for clause in [*splitter.feed(text), *splitter.flush()]:
            self.clauses.append(clause)
            clauses.put_nowait(clause)
        clauses.put_nowait(None)
        self.complete = True
        await self._speak(clauses, language)

    def _begin(self) -> None:
        self.started = True
        self.tell(ReplyStarted(at=self._clock()))

    async def _think(
        self,
        messages: Sequence[Message],
        max_tokens: int,
        clauses: asyncio.Queue[str | None],
        show: Callable[[str], None],
        begun: str = "",
        opening: str = "",
    ) -> None:
        """Put clauses of an answer into `clauses`; `begun` of it was said before, `opening` is still to be said."""
        splitter = ClauseSplitter(tokens=True)

        def give(clause: str) -> None:
            self.clauses.append(clause)
            clauses.put_nowait(clause)

        def take(delta: str) -> None:
            self.tell(ReplyText(at=self._clock(), delta=delta))
            show(delta)
            for clause in splitter.feed(delta):
                give(clause)

        if opening:
            take(opening)
        engines = self._engines
        await engines.llm_lane.stream(
            lambda: self._bounded(
                engines.llm.generate(messages, self.token, max_tokens=max_tokens, begun=begun or opening)
            ),
            self.token,
            take,
        )
        for clause in splitter.flush():
            give(clause)
        self.complete = True
        clauses.put_nowait(None)

    async def _speak(self, clauses: asyncio.Queue[str | None], language: str, otherwise: str = "") -> None:
        speakable = Speakable(language)
        while (clause := await clauses.get()) is not None:
            if self.track.ready >= AHEAD:
                await self.commitment()
            if spoken := speakable(clause):
                await self._voice(clause.strip(), spoken)
            self.voiced += 1
        if otherwise and not self.track.texts:
            await self._voice(otherwise, otherwise)
        self.track.close()

    async def _voice(self, text: str, spoken: str) -> None:
        """Have `spoken`, the spoken form of `text`, made into sound."""
        self.tell(ClauseReady(at=self._clock(), text=text))
        self.track.begin(text)
        engines = self._engines
        await engines.tts_lane.stream(
            lambda: engines.synthesizer.synthesize(spoken, self.token),
            self.token,
            self.track.add,
            urgent=self.track.ready < SOON,
        )
        self.track.finish()
