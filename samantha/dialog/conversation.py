"""All policy of a conversation: who speaks when, and what is done about what was heard.

Synchronous and on the loop: no event can interleave with another. Whatever takes time is a task that is
started or cancelled here.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import traceback
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from samantha.audio.pcm import Block, level_dbfs, samples, seconds
from samantha.config import Config
from samantha.dialog.reply import Engines, Reply
from samantha.dialog.token import Token
from samantha.errors import Cancelled, SamanthaError
from samantha.events import (
    Announced,
    Event,
    Failed,
    Heard,
    Ignored,
    IgnoredReason,
    ReplySounded,
    ReplySpoken,
    SignOfLife,
    SpeechStarted,
    TalkPressed,
    TurnEnded,
)
from samantha.hearing.plausible import own_voice, rejection
from samantha.mind.history import History
from samantha.mind.prompt import Prompt
from samantha.ports import Message, Transcript
from samantha.voice.speaker import Speaker

log = logging.getLogger(__name__)

NOT_UNDERSTOOD = ("Sorry, I didn't catch that.", "Hm, could you say that again?", "I missed that, sorry.")
"""What she says when somebody spoke and no words could be made out."""

REST = samples(1.0)
"""How long nobody must have spoken before she uses the time for herself."""

WORDLESS = "Hm, I lost my thread. Could you say that again?"
"""What she says when what she thought of has no words in it."""

LOST = "Sorry, I lost my train of thought."
"""What she says when an engine broke or took too long."""

CALM = samples(0.3)
"""How long it must have been quiet before she tells something about herself."""

HEARD_OUT_S = 1.0
"""Seconds that a turn may take to be understood when the conversation is ended right after it."""

ECHO_TAIL = samples(0.6)
"""How long after her last sound the room and the sound card may still give some of it back."""

ECHO_MEMORY = samples(2.0)
"""How long after her last sound a turn may still be her own voice coming back."""


RECENT = 8
"""Clauses of hers that her own echo is looked for in."""


@dataclass(frozen=True, slots=True)
class Filler:
    """A short sound, made beforehand, that shows that she is thinking."""

    text: str
    sound: Block


@dataclass(frozen=True, slots=True)
class _Aside:
    """Something she has to tell about herself; with its sound where it must not need an engine."""

    text: str
    sound: Block | None = None


@dataclass(slots=True)
class _Owed:
    """A turn that was broken off by somebody's voice before its answer was heard."""

    text: str
    language: str
    line: str | None = None


class Conversation:
    """One conversation. `clock` gives `at`, `now` the time of day, `publish` takes every event.

    `echoes` says whether her own voice can come back through the microphone; `fillers` are what she lets be
    heard when an answer takes long, `lost` what she says when an engine has failed.
    """

    def __init__(
        self,
        config: Config,
        engines: Engines,
        speaker: Speaker,
        prompt: Prompt,
        publish: Callable[[Event], None],
        *,
        clock: Callable[[], int],
        now: Callable[[], datetime] = datetime.now,
        echoes: bool = False,
        fillers: tuple[Filler, ...] = (),
        lost: Filler | None = None,
    ) -> None:
        self.history = History()
        self.script: Callable[[str], str | None] | None = None
        """What she says to the words she hears, instead of thinking; None from it: think after all."""
        self._config = config
        self._engines = engines
        self._speaker = speaker
        self._prompt = prompt
        self._publish = publish
        self._clock = clock
        self._now = now
        self.echoes = echoes
        self._fillers = itertools.cycle(fillers) if fillers else None
        self._lost = lost
        self._asides: dict[str, _Aside] = {}
        self._calm_since = 0
        self._somebody_speaks = False
        self._answer_due: int | None = None
        self._regrets = itertools.cycle(NOT_UNDERSTOOD)
        self._reply: Reply | None = None
        self._turn_ended: int | None = None
        self._said: list[str] = []
        self._last_sound = -ECHO_MEMORY
        self._regretted = False
        self._owed: _Owed | None = None
        self._hint = ""
        self._tasks: set[asyncio.Task[None]] = set()
        self._idle_tasks: set[asyncio.Task[None]] = set()
        self._rest = Token()
        self._idle_since: int | None = None

    # --- what happens ---------------------------------------------------------------------------------

    def on(self, event: Event) -> None:
        """The next thing that happened."""
        self._publish(event)
        match event:
            case SpeechStarted() | TalkPressed():
                self._somebody_speaks = True
                self._stir()
                self._break_off()
            case TurnEnded():
                self._break_off()  # whatever somebody had her say meanwhile
                self._somebody_speaks = False
                self._reply = reply = self._new_reply()
                reply.hearing = True  # from now on, not only from when its task first runs
                self._turn_ended = event.at
                self._answer_due = event.at + samples(self._config.dialog.patience_s)
                self._start(reply, lambda: self._hear_and_answer(reply, event))
            case _:
                pass

    def tick(self) -> None:
        """Twenty milliseconds have passed."""
        if self._idle_since is not None and self._clock() - self._idle_since >= REST:
            self._idle_since = None
            self._rest = Token()
            task = asyncio.ensure_future(self._make_room(self._rest))
            self._idle_tasks.add(task)
            task.add_done_callback(self._idle_tasks.discard)
        if self._speaker.sounding:
            self._last_sound = self._clock()
        self._lose_patience()
        self._tell_asides()
        patience = self._config.dialog.sign_of_life_s
        waited = self._turn_ended is not None and seconds(self._clock() - self._turn_ended) >= patience
        if waited and patience and self._fillers and self._reply and not self._reply.hearing:
            self._turn_ended = None
            if self._reply.track.empty and not self._speaker.sounding:
                filler = next(self._fillers)
                self._reply.track.interject(filler.sound)
                self._said = [*self._said, filler.text][-RECENT:]
                self._publish(SignOfLife(at=self._clock(), text=filler.text))

    def _lose_patience(self) -> None:
        """Give up an answer that has not begun in time."""
        if self._answer_due is None or self._clock() < self._answer_due:
            return
        reply, self._answer_due = self._reply, None
        if reply is not None and not reply.track.worded and not reply.written:
            self._fail(reply, f"No answer came within {self._config.dialog.patience_s:g} s.")
            if not reply.hearing:  # what was said is worth keeping, however late it is understood
                reply.cancel()

    def _tell_asides(self) -> None:
        """Tell what there is to tell, one thing at a time, when nobody would be disturbed."""
        now = self._clock()
        if not self.quiet or self._somebody_speaks:
            self._calm_since = now
        if not self._asides or not self._speaker.audible or now - self._calm_since < CALM:
            return
        topic = next(iter(self._asides))
        aside = self._asides.pop(topic)
        self._turn_ended = self._answer_due = None  # it answers nobody
        self._reply = reply = self._new_reply()

        def ended() -> None:
            self._reply = None if self._reply is reply else self._reply
            reply.end(aside.text)

        self._said = [*self._said, aside.text][-RECENT:]
        self._publish(Announced(at=now, text=aside.text))
        self._speaker.play(reply.track, lambda: None, ended)
        if aside.sound is None:
            self._start(reply, lambda: reply.voice(aside.text, self._language("en")))
        else:
            reply.track.begin(aside.text)
            reply.track.add(aside.sound)
            reply.track.finish()
            reply.track.close()

    @property
    def prompt(self) -> Prompt:
        """Who she is, and whom she talks with."""
        return self._prompt

    @property
    def echoing(self) -> bool:
        """Whether her own voice may be in what the microphone hears now."""
        return self.echoes and self._clock() - self._last_sound < ECHO_TAIL

    @property
    def quiet(self) -> bool:
        """Nothing is being heard out, thought or said."""
        return self._reply is None and not self._tasks

    @property
    def finished(self) -> bool:
        """It is quiet, and she has nothing to tell that anybody could hear."""
        return self.quiet and not (self._asides and self._speaker.audible)

    def interrupt(self) -> None:
        """Stop answering, at once and for good; what was heard of the answer stays."""
        if self._reply is not None and self._reply.hearing:
            self._reply.token.cancel()  # what was said will still be understood, and not answered
        self._break_off()
        self._owed = None

    def _break_off(self) -> None:
        """Stop answering, at once; if it was for a mere noise, the answer is still owed."""
        reply, self._reply, self._turn_ended = self._reply, None, None
        self._answer_due = None
        if reply is None:
            return
        if reply.hearing:
            return  # let it find out what was said: it will see that it is no longer the one to answer
        heard = self._speaker.stop() or "".join(reply.written).strip()
        reply.end(heard)
        reply.cancel()
        if reply.started:
            self._spoken(reply, heard, interrupted=True)

    def forget_open_turn(self) -> None:
        """Whoever was speaking will not be heard out."""
        self._somebody_speaks = False

    def say(self, text: str) -> Reply:
        """Say `text`, as her own words."""
        self.interrupt()
        self._stir()
        self._reply = reply = self._new_reply()
        self._speak(reply)
        self._start(reply, lambda: reply.say(text, self._language("en")))
        return reply

    def announce(self, topic: str, text: str) -> None:
        """Tell `text`, which is about herself and no part of the conversation, as soon as it is quiet.

        What was still to be told about the same `topic` is out of date. Her announcements are English.
        """
        if "en" in self._engines.synthesizer.languages:
            self._asides[topic] = _Aside(text)

    def chat(self, text: str, show: Callable[[str], None], *, aloud: bool) -> Reply:
        """Answer the written `text`; each piece is given to `show`, and spoken too if `aloud`."""
        self.interrupt()
        self._stir()
        self._reply = reply = self._new_reply()
        self._answer_due = self._clock() + samples(self._config.dialog.patience_s)
        self._publish(Heard(at=self._clock(), text=text.strip()))
        self.history.user(self._prompt.note(text, self._now()))
        if aloud:
            self._start(reply, lambda: self._answer(reply, self._language("en"), show))
        else:
            self._start(reply, lambda: self._write(reply, show))
        return reply

    def meet(self, name: str, prompt: Prompt) -> None:
        """She has learnt the person's name: expect it among the words, and go on with `prompt`."""
        self._hint, self._prompt = name, prompt

    # --- one turn -------------------------------------------------------------------------------------

    async def _hear_and_answer(self, reply: Reply, turn: TurnEnded) -> None:
        transcript = await reply.hear(turn.audio, self._hint)
        if (reason := self._doubt(turn, transcript)) is not None:
            await self._ignore(reply, turn, transcript, reason)
            return
        self._regretted = False
        self._publish(Heard(at=self._clock(), text=transcript.text))
        self.history.user(self._prompt.note(transcript.text, self._now()))
        if reply.token.cancelled:
            return  # given up before it was understood
        self._owed = _Owed(transcript.text, transcript.language)
        if reply is self._reply:
            await self._respond(reply, self._owed)

    async def _respond(self, reply: Reply, turn: _Owed) -> None:
        if turn.line is None and self.script is not None:
            turn.line = self.script(turn.text)
        if turn.line is not None:
            self._speak(reply)
            await reply.say(turn.line, self._language("en"))
        else:
            await self._answer(reply, self._language(turn.language))

    async def _write(self, reply: Reply, show: Callable[[str], None]) -> None:
        await reply.write(await self._fitting(), self._config.llm.max_tokens, show)
        self._reply = None if self._reply is reply else self._reply
        self._spoken(reply, "".join(reply.written).strip(), interrupted=False)

    async def _answer(
        self, reply: Reply, language: str, show: Callable[[str], None] = lambda _: None
    ) -> None:
        self._speak(reply)
        otherwise = WORDLESS if language == "en" else ""
        await reply.answer(await self._fitting(), self._config.llm.max_tokens, language, otherwise, show)

    async def _fitting(self) -> list[Message]:
        """The prompt for her next answer, made to fit."""
        messages = self._prompt.messages(self.history)
        while not self._prompt.fits(await self._count(messages)):  # so long a turn is rare
            if not self.history.make_room():
                break
            messages = self._prompt.messages(self.history)
        return messages

    async def _count(self, messages: Sequence[Message]) -> int:
        llm = self._engines.llm
        return await self._engines.llm_lane.call(lambda: llm.count(messages))

    async def _ignore(
        self, reply: Reply, turn: TurnEnded, transcript: Transcript, reason: IgnoredReason
    ) -> None:
        self._publish(Ignored(at=self._clock(), reason=reason, text=transcript.text))
        if reply is not self._reply:
            return
        if self._owed is not None:
            await self._respond(reply, self._owed)
        elif self._should_regret(turn, reason):
            self._regretted = True
            self._speak(reply)
            await reply.say(next(self._regrets), "en")
        else:
            self._reply = None
            self._idle_since = self._clock()

    def _should_regret(self, turn: TurnEnded, reason: IgnoredReason) -> bool:
        spoke = turn.speech_seconds >= 0.8 and reason in ("unsure", "repetition", "empty")
        able = "en" in self._engines.synthesizer.languages  # her regrets are English
        return spoke and able and not self._regretted and self._config.dialog.say_when_not_understood

    def _doubt(self, turn: TurnEnded, transcript: Transcript) -> IgnoredReason | None:
        if (
            self.echoes
            and turn.began - self._last_sound < ECHO_MEMORY
            and own_voice(transcript.text, self._said)
        ):
            return "own-voice"
        return rejection(
            level_dbfs(turn.audio),
            turn.speech_seconds,
            seconds(len(turn.audio)),
            transcript,
            self._config.hearing,
        )

    # --- speaking -------------------------------------------------------------------------------------

    def _speak(self, reply: Reply) -> None:
        def sounded() -> None:
            self._publish(ReplySounded(at=self._clock()))

        def ended() -> None:
            self._reply = None if self._reply is reply else self._reply
            self._spoken(reply, self._speaker.heard(reply.track, reply.track.played), interrupted=False)

        self._speaker.play(reply.track, sounded, ended)

    def _spoken(self, reply: Reply, heard: str, *, interrupted: bool) -> None:
        self._said = [*self._said, *reply.track.texts][-RECENT:]
        if heard:
            self._owed = None
            self.history.samantha(heard, interrupted=interrupted)
        self._publish(ReplySpoken(at=self._clock(), text_heard=heard, interrupted=interrupted))
        reply.end(heard)
        self._idle_since = None if interrupted else self._clock()

    def _language(self, heard: str) -> str:
        """The language to speak in: the one heard if the voice can, else the voice's own."""
        spoken = self._engines.synthesizer.languages
        return heard if heard in spoken else spoken[0]

    # --- while nothing goes on ------------------------------------------------------------------------

    def _stir(self) -> None:
        """Somebody speaks: whatever was done in the idle time can wait."""
        self._idle_since = None
        self._rest.cancel()

    def reread_soon(self) -> None:
        """The model no longer holds this conversation: have it worked through when there is time."""
        self._stir()
        if self.quiet:
            self._idle_since = self._clock()

    async def _make_room(self, token: Token) -> None:
        """Let the oldest turns go before the window is full, and have the rest worked through again.

        Whole thirds at once: each time the start of the prompt changes, all of it must be read anew.
        """
        engines = self._engines
        try:
            messages = self._prompt.messages(self.history)
            if self._prompt.overflows(await self._count(messages)) and not token.cancelled:
                self.history.drop_oldest_third()
                messages = self._prompt.messages(self.history)
            if not token.cancelled:
                await engines.llm_lane.call(lambda: engines.llm.prefill(messages, token))
        except Cancelled:
            pass  # the person came first
        except SamanthaError as problem:
            self._publish(Failed(at=self._clock(), error=str(problem)))
        except Exception as problem:  # noqa: BLE001 (nobody waits for it)
            log.error("the prompt could not be worked through while idle: %s", _trace(problem))  # noqa: TRY400

    # --- tasks ----------------------------------------------------------------------------------------

    def _new_reply(self) -> Reply:
        return Reply(self._engines, self._publish, self._clock)

    def _start(self, reply: Reply, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        task = asyncio.ensure_future(self._guard(reply, work))
        reply.follow(task)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guard(self, reply: Reply, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        try:
            await work()
        except* Cancelled:
            pass  # somebody wanted this
        except* MemoryError:
            log.exception("out of memory")
            self._fail(
                reply, "The machine has run out of memory. Close something, or choose a smaller model."
            )
        except* SamanthaError as problems:
            self._fail(reply, "; ".join(str(problem) for problem in problems.exceptions))
        except* Exception as problems:  # noqa: BLE001 (one turn fails, not she)
            [problem, *_] = problems.exceptions
            log.error("an engine failed: %s", _trace(problem))  # noqa: TRY400 (its own words may be the person's)
            self._fail(reply, f"Something broke while I was answering: {type(problem).__name__}.")

    def _fail(self, reply: Reply, sentence: str) -> None:
        """Tell that this attempt broke, unless nobody waits for it any more."""
        reply.token.cancel()
        reply.track.close()
        if self._reply is reply:
            self._owed = None
            if not self._speaker.sounding:
                self._speaker.stop()
                self._reply = None
            if self._lost is not None:
                self._asides["fault"] = _Aside(self._lost.text, self._lost.sound)
        reply.problem = sentence
        if (read := "".join(reply.written).strip()) and not reply.over.done():
            self._spoken(reply, read, interrupted=True)
        reply.end(read)
        self._publish(Failed(at=self._clock(), error=sentence))

    async def close(self) -> None:
        """End: stop speaking and give up what is being thought. What was just said is still understood, if soon."""
        hearing = self._reply is not None and self._reply.hearing
        self.interrupt()
        self._rest.cancel()
        if hearing:
            self._reply = None
            await asyncio.wait(self._tasks, timeout=HEARD_OUT_S)
        tasks = [*self._tasks, *self._idle_tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _trace(problem: BaseException) -> str:
    """What kind of thing broke, and where, without its own words."""
    return f"{type(problem).__name__}\n{''.join(traceback.format_tb(problem.__traceback__))}"
