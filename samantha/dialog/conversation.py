"""All policy of a conversation: who speaks when, and what is done about what was heard.

Synchronous and on the loop: no event can interleave with another. Whatever takes time is a task that is
started or cancelled here.

The answer to a turn begins as a bet in one of its pauses; the end of the turn gives it the floor, and whoever
goes on loses it. Speech while an answer has the floor silences it at once; what was said then decides whether she
goes on, falls silent, gives way, or takes it for the rest of the turn before.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Literal

from samantha.audio.pcm import VOICE_RATE, Block, samples
from samantha.config import Config
from samantha.dialog.asides import Aside, Asides
from samantha.dialog.attempt import Attempt, Challenge, Said, Unsaid
from samantha.dialog.audience import Audience, Judgement
from samantha.dialog.background import Background, trace
from samantha.dialog.context import Context
from samantha.dialog.idle import REST, Idle
from samantha.dialog.remembrance import Moment
from samantha.dialog.reply import Engines, Reply
from samantha.dialog.token import Token
from samantha.dialog.turn import OpenTurn
from samantha.errors import Cancelled, SamanthaError
from samantha.events import (
    Announced,
    Event,
    Failed,
    Heard,
    Ignored,
    IgnoredReason,
    Paused,
    ReplyPaused,
    ReplyResumed,
    ReplySounded,
    ReplySpoken,
    Resumed,
    SignOfLife,
    SpeechStarted,
    TalkPressed,
    TurnEnded,
    TurnReopened,
)
from samantha.hearing.halves import joined
from samantha.hearing.interjection import Meaning, meaning
from samantha.hearing.listener import Listener
from samantha.mind.prompt import Prompt
from samantha.ports import Transcript
from samantha.voice.speaker import Speaker
from samantha.voice.track import Track

log = logging.getLogger(__name__)

NOT_UNDERSTOOD = ("Sorry, I didn't catch that.", "Hm, could you say that again?", "I missed that, sorry.")
"""What she says when somebody spoke and no words could be made out."""

WORDLESS = "Hm, I lost my thread. Could you say that again?"
"""What she says when what she thought of has no words in it."""

LOST = "Sorry, I lost my train of thought."
"""What she says when an engine broke or took too long."""

HEARD_OUT_S = 1.0
"""Seconds that a turn may take to be understood when the conversation is ended right after it."""

HARDLY = samples(0.5)
"""Who speaks within this time of her first sound did not hear it and answer: he goes on with his own turn."""

GOING_ON = samples(0.4)
"""Speech of this length is no cough: the turn before was not over."""

NAMES = 6
"""Of people he speaks of that she expects to hear: more would have speech-to-text find them everywhere."""

WORTH_A_SECOND_LOOK: frozenset[IgnoredReason] = frozenset(("unsure", "repetition", "empty"))
"""Doubts about what was transcribed in a hurry that may vanish when there is time."""

STOPPED_BY: frozenset[IgnoredReason] = frozenset(("unsure", "invented", "another-voice"))
"""Doubts in spite of which "stop" stops her: a shout over her own voice is not heard well, and anybody may."""


@dataclass(frozen=True, slots=True)
class Filler:
    """A short sound, made beforehand, that shows that she is thinking."""

    text: str
    sound: Block


class Conversation:
    """One conversation. `clock` gives `at`, `now` the time of day, `publish` takes every event.

    `measure` is told of a bet's events when they happen; they are published when it counts. `echoes` says
    whether her own voice can come back through the microphone; `fillers` are what she lets be heard when an
    answer takes long, `lost` what she says when an engine has failed.
    """

    def __init__(
        self,
        config: Config,
        engines: Engines,
        speaker: Speaker,
        listener: Listener,
        prompt: Prompt,
        publish: Callable[[Event], None],
        *,
        clock: Callable[[], int],
        measure: Callable[[Event], None] = lambda _: None,
        now: Callable[[], datetime] = datetime.now,
        echoes: bool = False,
        fillers: tuple[Filler, ...] = (),
        lost: Filler | None = None,
    ) -> None:
        self.context = Context(engines, prompt, now)
        """What she goes by when she thinks."""
        self._remembrance = self.context.remembrance
        self.script: Callable[[str], str | None] | None = None
        """What she says to the words she hears, instead of thinking; None from it: think after all."""
        self._config = config
        self._engines = engines
        self._speaker = speaker
        self._listener = listener
        self._publish = publish
        self._measure = measure
        self._clock = clock
        self._now = now
        self.audience = Audience(config, engines, clock)
        """Whom she hears, and what of it is for her."""
        self.audience.echoes = echoes
        self._fillers = itertools.cycle(fillers) if fillers else None
        self._lost = lost
        self._regrets = itertools.cycle(NOT_UNDERSTOOD)
        self._regretted = False
        self._asides = Asides()
        self._idle = Idle(
            (
                (REST, self._come_to_rest),
                (samples(config.memory.reflect_after_s), self.context.reflect),
            ),
            lambda text: self._publish(Failed(at=self._clock(), error=text)),
        )
        if self._remembrance:
            self._idle.begin(clock())  # there may be something left to think about
        self._tasks: set[asyncio.Task[None]] = set()
        self._background = Background()

        self._turn = OpenTurn(
            engines,
            listener,
            config.hearing,
            self._background,
            lambda text: self.context.messages(self._note(text)),
            publish,
            clock=clock,
            now=now,
            recollect=self._think_of,
        )
        self._bet: Attempt | None = None
        self._settled = False
        """Whether it is clear already that the voice over hers says nothing that stops her."""
        self._stranger = False
        """Whether that is because somebody else speaks than whom she listens to."""
        self._invited = False

        # The answer that has the floor.
        self._floor: Attempt | None = None
        self._challenge: Challenge | None = None
        self._sign_due: int | None = None
        self._answer_due: int | None = None
        self._owed: Said | None = None
        self._unsaid: Unsaid | None = None
        self._told = ""
        """What was published as heard of the turn that is open again."""

    # --- what happens ---------------------------------------------------------------------------------

    def on(self, event: Event) -> None:
        """The next thing that happened."""
        self._publish(event)
        match event:
            case SpeechStarted():
                self._begin_turn(invited=self.script is not None)
                if self._floor is not None:
                    self._question(self._floor, event.began)
            case TalkPressed():
                self._lose_bet()
                self._break_off()
                self._begin_turn(invited=True)
            case Paused():
                self._place_bet(event)
            case Resumed():
                self._went_on(event)
            case TurnEnded():
                self._end_turn(event)
            case _:
                pass

    def tick(self) -> None:
        """Twenty milliseconds have passed."""
        now = self._clock()
        self._idle.tick(now)
        if self._speaker.sounding:
            self.audience.sounding()
        if self._floor is not None and self._converses(self._floor):
            self.audience.engage()
        if self._challenge is not None:
            self._confirm(self._challenge)
        self._turn.tick()
        self._lose_patience()
        self._give_sign()
        calm = self.quiet and not self._turn.speaking
        if self._speaker.audible and (aside := self._asides.due(now, quiet=calm)) is not None:
            self._tell(aside)

    @property
    def patience(self) -> float:
        """What she has learnt of the person's pauses, for the next conversation."""
        return self._turn.patience

    @patience.setter
    def patience(self, factor: float) -> None:
        self._turn.patience = factor

    @property
    def quiet(self) -> bool:
        """Nothing is being heard out, thought or said."""
        return self._floor is None and not self._tasks

    @property
    def finished(self) -> bool:
        """It is quiet, and she has nothing to tell that anybody could hear."""
        return self.quiet and not (self._asides and self._speaker.audible)

    # --- what others ask of her -----------------------------------------------------------------------

    def interrupt(self) -> None:
        """Stop answering, at once and for good; what was heard of the answer stays."""
        for attempt in self._unheard():
            attempt.reply.token.cancel()  # what was said will still be understood, and not answered
        self._break_off()
        self._owed = None

    def forget_open_turn(self) -> None:
        """Whoever is speaking will not be heard out."""
        if not self._turn.speaking:
            return  # who has finished is still understood
        self._turn.stop()
        self._lose_bet()
        self._keep_half()
        if self._challenge is not None:
            self._let_go_on(self._challenge)

    def say(self, text: str) -> Reply:
        """Say `text`, as her own words."""
        self.interrupt()
        self._idle.stir()
        self._floor = attempt = self._new_attempt(committed=True)
        self._speak(attempt)
        self._start(attempt, lambda: attempt.reply.say(text, self._language("en")))
        return attempt.reply

    def announce(self, topic: str, text: str) -> None:
        """Tell `text`, which is about herself and no part of the conversation, as soon as it is quiet.

        What was still to be told about the same `topic` is out of date. Her announcements are English.
        """
        if "en" in self._engines.synthesizer.languages:
            self._asides.add(topic, Aside(text))

    def chat(self, text: str, show: Callable[[str], None], *, aloud: bool) -> Reply:
        """Answer the written `text`; each piece is given to `show`, and spoken too if `aloud`."""
        self.interrupt()
        self._idle.stir()
        self._floor = attempt = self._new_attempt(committed=True)
        self._answer_due = self._clock() + samples(self._config.dialog.patience_s)
        attempt.moment = self._remembrance.begin(language=self._language(self._config.hearing.language))
        attempt.private = self._remembrance.private(text, attempt.moment)
        self._publish(Heard(at=self._clock(), text=text.strip(), private=attempt.private))
        self._unsaid = None
        if aloud:
            self._speak(attempt)
        self._start(attempt, lambda: self._reply_to(attempt, text.strip(), show, aloud=aloud))
        return attempt.reply

    def meet(self, name: str, prompt: Prompt) -> None:
        """She has learnt the person's name: expect it among the words, and go on with `prompt`."""
        self._turn.hint, self.context.prompt = name, prompt

    def reread_soon(self) -> None:
        """The model no longer holds this conversation: have it worked through when there is time."""
        self._idle.stir()
        if self.quiet:
            self._idle.begin(self._clock())

    async def close(self) -> None:
        """End: stop speaking and give up what is being thought. What was just said is still understood, if soon."""
        hearing = self._unheard()
        self.interrupt()
        self._lose_bet()
        self._turn.stop()
        self._idle.stir()
        if hearing:
            self._floor = None
            await asyncio.wait(self._tasks, timeout=HEARD_OUT_S)
        await self._background.close()
        tasks = [*self._tasks, *self._idle.tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # --- a turn while it is spoken --------------------------------------------------------------------

    def _begin_turn(self, *, invited: bool) -> None:
        self._idle.stir()
        self._settled = self._stranger = False
        self._invited = invited
        self._turn.begin()
        self._remembrance.begin()
        attends = invited or self.audience.attends(self._clock())
        if self._floor is None and self.script is None and attends and not self.audience.selective:
            self._turn.follow()

    def _place_bet(self, pause: Paused) -> None:
        """Begin to answer as if the turn were over."""
        self._turn.pause(pause)
        self._bet = bet = self._new_attempt(invited=self._invited)
        self._start(bet, lambda: self._attempt(bet, pause))

    def _went_on(self, event: Resumed) -> None:
        self._turn.went_on(event.at)
        self._lose_bet()
        if self._settled and not self._stranger:  # "yeah …, but": no mere assent after all
            self._settled = False
            if self._floor is not None:
                self._question(self._floor, event.at)

    def _lose_bet(self) -> None:
        bet, self._bet = self._bet, None
        if bet is not None:
            bet.reply.cancel()

    def _end_turn(self, event: TurnEnded) -> None:
        self._turn.end()
        bet, self._bet = self._bet, None
        attempt = bet or self._new_attempt(invited=self._invited)
        attempt.turn_ended, attempt.overheard = event.at, self._stranger
        if self._challenge is None and not self._settled:
            self._break_off()  # whatever somebody had her say meanwhile
            self._give_floor(attempt, event.at)
        elif self._challenge is not None:
            self._challenge.by = attempt
        attempt.reply.commit()
        if bet is None:
            attempt.reply.hearing = True  # from now on, not only from when its task first runs
            self._start(attempt, lambda: self._attempt(attempt, event))
        elif bet.said is not None:
            self._take_floor(bet)

    def _give_floor(self, attempt: Attempt, at: int) -> None:
        """From `at` the person waits for this answer."""
        self._floor = attempt
        self._sign_due = at + samples(self._config.dialog.sign_of_life_s)
        self._answer_due = at + samples(self._config.dialog.patience_s)

    def _note(self, text: str) -> str:
        return self._noted(text, self._remembrance.moment)

    def _noted(self, text: str, moment: Moment) -> str:
        return self.context.prompt.note(text, self._turn.began, moment.recalled)

    async def _come_to_rest(self, token: Token) -> None:
        """Be who she has become, expect whom he speaks of, and have the model ready for what comes."""
        context, remembrance = self.context, self._remembrance
        await context.become()
        self.audience.also_called(await context.remember(remembrance.called))
        if names := await context.remember(remembrance.names):
            self._turn.hint = ", ".join(dict.fromkeys(filter(None, (context.prompt.name, *names[:NAMES]))))
        await context.make_room(token)

    async def _think_of(self, words: str) -> None:
        await self.context.think_of(words, self._remembrance.moment)

    # --- one attempt to answer ------------------------------------------------------------------------

    async def _attempt(self, attempt: Attempt, turn: Paused | TurnEnded) -> None:
        """Find out what was said in `turn`, and answer it."""
        reply, hurry = attempt.reply, not attempt.reply.committed
        transcript, reason = await self._understand(attempt, turn, hurry=hurry)
        if hurry:
            self._turn.understood(turn, None if reason else transcript.text, transcript.language)
        brief = turn.speech_seconds < self._config.dialog.confirm_ms / 1000
        if hurry and reason in WORTH_A_SECOND_LOOK and not (brief and self._challenge):
            await reply.commitment()
            transcript, reason = await self._understand(attempt, turn)
        if attempt.half:
            self._turn.before = joined(self._turn.before, "" if reason else transcript.text)
            if reason is None and attempt.judgement is not None:
                self.audience.took(attempt.judgement)  # she was called in it: the rest needs no name
            return
        challenge = self._challenge
        into_hers = challenge is not None and challenge.attempt is not attempt
        if challenge is not None and into_hers and await self._met(challenge, attempt, transcript, reason):
            return
        if reason is not None:
            await reply.commitment()
            await self._ignore(attempt, turn, transcript, reason)
            return
        if self._turn.before and meaning(transcript.text) == "hush":
            await reply.commitment()
            self._drop_the_matter(attempt, transcript)
            return
        text = joined(self._turn.before, transcript.text)
        moment = attempt.moment
        attempt.private = self._remembrance.private(text, moment)
        note = self._noted(text, moment)
        attempt.said = Said(text, note, transcript.language, private=attempt.private)
        reply.tell(Heard(at=self._clock(), text=text, by=moment.by, private=attempt.private))
        if reply.committed:
            self._take_floor(attempt)
            if reply.token.cancelled or self._floor is not attempt:
                return  # given up before it was understood
        if not reply.committed:
            self._turn.bets += 1
            if self._turn.bets > self._config.dialog.bets:
                await reply.commitment()
        await self._respond(attempt, attempt.said)

    def _take_floor(self, attempt: Attempt) -> None:
        """What was said counts, and this is the answer to it, unless somebody has spoken since."""
        said = attempt.said
        assert said is not None
        if attempt.judgement is not None:
            self.audience.took(attempt.judgement)
        if attempt.overheard and self._floor is not attempt:  # it was nobody else after all
            if self._floor is not None:
                self._give_up(self._floor)
            self._give_floor(attempt, self._clock())
        self._turn.before, self._told, self._regretted = "", "", False
        if not attempt.private:
            self._take_in(said)
        if attempt.reply.token.cancelled:
            return
        self._owed = said
        if self._floor is attempt:
            self._speak(attempt)

    def _take_in(self, said: Said) -> None:
        """The person has said it, and it is not to be forgotten."""
        self.context.history.user(said.note, said.text)
        self._remembrance.heard()

    async def _respond(self, attempt: Attempt, said: Said) -> None:
        reply, language = attempt.reply, self._language(said.language)
        unsaid = self._unsaid if meaning(said.text) == "go-on" else None
        if said.line is None and self.script is not None:
            await reply.commitment()  # what it does cannot be undone
            said.line = self.script(said.text)
        opening, whole = "", False
        if said.line is None:
            opening, whole = await self._prepare(attempt, said.text)
        if said.line is not None or whole:
            await reply.say(said.line or opening, self._language("en"))
        elif unsaid is not None and (unsaid.first or not unsaid.complete):
            attempt.messages = unsaid.messages
            await reply.go_on(
                unsaid.messages,
                self._config.llm.max_tokens,
                language,
                begun=unsaid.heard,
                first=unsaid.first,
                complete=unsaid.complete,
            )
        else:
            await self._answer(attempt, language, opening=opening)

    async def _prepare(self, attempt: Attempt, words: str) -> tuple[str, bool]:
        """How her answer to `words` begins if that is not left to the model, and whether that is all of it."""
        remembrance, moment = self._remembrance, attempt.moment
        if await self.context.remember(lambda: remembrance.asked(words, moment)):
            await attempt.reply.commitment()  # what is forgotten is gone
            if (
                attended := await self.context.remember(lambda: remembrance.attend(words, moment))
            ) is not None:
                if attended.forgotten and self.context.forget(attended.forgotten):
                    self._unsaid = None
                    self._idle.begin(self._clock())
                return attended.line, True
        return await self.context.remember(lambda: remembrance.opening(words, moment))

    async def _reply_to(
        self, attempt: Attempt, text: str, show: Callable[[str], None], *, aloud: bool
    ) -> None:
        """Answer what was written."""
        moment = attempt.moment
        try:
            await self.context.think_of(text, moment)
        finally:
            if not attempt.private:
                note = self.context.prompt.note(text, self._now(), moment.recalled)
                self._take_in(Said(text, note, "en"))
        opening, whole = await self._prepare(attempt, text)
        if whole:
            show(opening)
        if whole and aloud:
            await attempt.reply.say(opening, self._language("en"))
        elif aloud:
            await self._answer(attempt, self._language("en"), show, opening)
        else:
            await self._write(attempt, show, opening, whole=whole)

    async def _write(
        self, attempt: Attempt, show: Callable[[str], None], opening: str, *, whole: bool
    ) -> None:
        reply = attempt.reply
        if whole:
            reply.state(opening)
        else:
            messages = await self.context.fitting(reply, None)
            await reply.write(messages, self._most_tokens, show, opening)
        self._free(attempt)
        self._spoken(attempt, "".join(reply.written).strip(), interrupted=False)

    async def _answer(
        self,
        attempt: Attempt,
        language: str,
        show: Callable[[str], None] = lambda _: None,
        opening: str = "",
    ) -> None:
        otherwise = WORDLESS if language == "en" else ""
        note = attempt.said.note if attempt.said else None
        attempt.messages = await self.context.fitting(attempt.reply, note)
        await attempt.reply.answer(attempt.messages, self._most_tokens, language, otherwise, show, opening)

    async def _ignore(
        self, attempt: Attempt, turn: Paused | TurnEnded, transcript: Transcript, reason: IgnoredReason
    ) -> None:
        self._publish(Ignored(at=self._clock(), reason=reason, text=transcript.text))
        self.audience.turned_away(reason)
        self._keep_half()
        if attempt is not self._floor:
            return
        if self._owed is not None:
            attempt.said, attempt.private = self._owed, self._owed.private
            self._speak(attempt)
            await self._respond(attempt, self._owed)
        elif self._should_regret(turn, reason):
            self._regretted = True
            self._speak(attempt)
            await attempt.reply.say(next(self._regrets), "en")
        else:
            self._leave_floor(attempt)

    def _drop_the_matter(self, attempt: Attempt, transcript: Transcript) -> None:
        """ "Never mind": what was asked stays known, and is not answered."""
        self._keep_half()
        self._owed = None
        self._publish(Ignored(at=self._clock(), reason="hush", text=transcript.text))
        if attempt is self._floor:
            self._leave_floor(attempt)

    def _keep_half(self) -> None:
        """Nothing follows on the words that were to be continued: they are what was said."""
        before, owed = self._turn.before, self._owed
        if not before:
            return
        self._turn.before = self._told = ""
        if owed is None or owed.text != before:
            private = self._remembrance.private(before, self._remembrance.moment)
            owed = Said(before, self._note(before), owed.language if owed else "en", private=private)
        self._owed = owed
        self._publish(Heard(at=self._clock(), text=before, private=owed.private))
        if not owed.private:
            self._take_in(owed)

    def _leave_floor(self, attempt: Attempt) -> None:
        self._floor = self._challenge = self._sign_due = self._answer_due = None
        attempt.reply.end("")
        self._idle.begin(self._clock())

    def _should_regret(self, turn: Paused | TurnEnded, reason: IgnoredReason) -> bool:
        spoke = turn.speech_seconds >= 0.8 and reason in WORTH_A_SECOND_LOOK
        able = "en" in self._engines.synthesizer.languages  # her regrets are English
        wanted = self._config.dialog.say_when_not_understood and self.audience.attends(turn.began)
        return spoke and able and wanted and not self._regretted

    async def _understand(
        self, attempt: Attempt, turn: Paused | TurnEnded, *, hurry: bool = False
    ) -> tuple[Transcript, IgnoredReason | None]:
        """What was said, and why it is not for her if it is not."""
        voice = None if attempt.invited else self.audience.recognise(turn)
        attempt.reply.hearing = True
        try:
            transcript = await attempt.reply.hear(turn.audio, self._turn.hint, hurry=hurry)
            saying = self._floor.reply.track.texts if self._floor else ()
            attempt.judgement = judgement = await self.audience.judge(
                turn, transcript, saying, voice, invited=attempt.invited
            )
            again = hurry and judgement.reason in WORTH_A_SECOND_LOOK  # will be asked with more time
            if (
                not again
                and not attempt.invited
                and self.audience.may_have_missed(turn, transcript, judgement)
            ):
                await attempt.reply.commitment()
                guesses = await attempt.reply.guess(turn.audio, self._turn.hint)
                if (found := self.audience.called_after_all(guesses)) is not None:
                    transcript, attempt.judgement = found, Judgement(None, called=True)
            if attempt.judgement.reason is None:
                attempt.moment.by = attempt.judgement.by
                attempt.moment.language = transcript.language
                words = joined(self._turn.before, transcript.text)
                await self.context.think_of(words, attempt.moment)
            return transcript, attempt.judgement.reason
        finally:
            attempt.reply.hearing = False
            if voice is not None:
                voice.cancel()

    # --- somebody speaks while she has the floor ------------------------------------------------------

    def _question(self, attempt: Attempt, began: int) -> None:
        """Be silent until it is clear what somebody's voice, heard since `began`, means."""
        ended, sounded = attempt.turn_ended, attempt.sounded
        lately = ended is not None and self._clock() - ended <= samples(self._config.hearing.reopen_ms / 1000)
        unnoticed = sounded is None or began - sounded < HARDLY
        by = self._challenge.by if self._challenge is not None else None
        self._challenge = Challenge(attempt, began, reopens=lately and unnoticed, by=by)
        if self._speaker.sounding:
            self._publish(ReplyPaused(at=self._clock()))
        self._speaker.pause()

    def _confirm(self, challenge: Challenge) -> None:
        """Enough speech is a person, whatever is said: spare the engines the work on what is out of date."""
        if challenge.confirmed or not self._listener.voiced:
            return
        enough = GOING_ON if challenge.reopens else samples(self._config.dialog.confirm_ms / 1000)
        if self._clock() - challenge.began >= enough:
            challenge.confirmed = True
            if self.audience.selective:
                self._background.start(self._identify(challenge))
            else:
                self._believe(challenge)

    def _believe(self, challenge: Challenge) -> None:
        if challenge.reopens:
            self._reopen(challenge)
        elif challenge.attempt.said is not None:
            challenge.attempt.reply.cancel()

    async def _identify(self, challenge: Challenge) -> None:
        """Somebody has spoken long enough to have a voice: if it is not one that she listens to, she goes on."""
        known = await self.audience.knows(self._listener.sound())
        if self._challenge is not challenge or not self._turn.speaking:
            return  # it is settled already
        if known:
            self._believe(challenge)
        else:
            self._settled = self._stranger = True
            self._let_go_on(challenge)

    async def _met(
        self,
        challenge: Challenge,
        attempt: Attempt,
        transcript: Transcript,
        reason: IgnoredReason | None,
    ) -> bool:
        """Whether what was said into her answer asks for none itself; if it does, the floor is free now."""
        reply = attempt.reply
        asked = _asks(challenge.attempt.reply.track)
        meant: Meaning | Literal["noise"]
        meant = meaning(transcript.text, asked=asked, language=transcript.language)
        if reason is not None and not (reason in STOPPED_BY and meant == "hush"):
            meant = "noise"
        if meant == "speech":
            self._give_way(challenge)
            if reply.committed:
                self._give_floor(attempt, self._clock())
                if self._turn.speaking:  # somebody else meanwhile, or the same one with more
                    self._question(attempt, challenge.began)
            return False
        if meant == "hush":
            await reply.commitment()
            if self._floor is challenge.attempt:
                self._give_up(challenge.attempt)
            self._owed = None
            self._idle.begin(self._clock())
        else:
            if reply.committed and self._turn.speaking:  # what is being said now decides
                challenge.by = None
            else:
                self._settled = not reply.committed
                self._let_go_on(challenge)
            await reply.commitment()
        ignored = "hush" if meant == "hush" else reason or "backchannel"
        self.audience.turned_away(ignored)
        self._publish(Ignored(at=self._clock(), reason=ignored, text=transcript.text))
        return True

    def _let_go_on(self, challenge: Challenge) -> None:
        """It was nothing: she goes on where she was."""
        self._challenge = None
        attempt = challenge.attempt
        if attempt.reply.token.cancelled:
            self._revive(attempt)
        if self._speaker.paused:
            self._speaker.resume()
            if attempt.sounded is not None:
                self._publish(ReplyResumed(at=self._clock()))

    def _revive(self, attempt: Attempt) -> None:
        """Go on with what was given up too early, on the same track."""
        old = attempt.reply
        rest = old.track.cut_off()
        first = [rest, *old.clauses[old.voiced + 1 :]] if rest else old.clauses[old.voiced :]
        words = " ".join(old.clauses).split()
        begun = " ".join(words[: len(words) - len(" ".join(first).split())])
        attempt.reply = reply = self._new_reply(track=old.track)
        reply.over, reply.started, reply.complete = old.over, old.started, old.complete
        reply.clauses, reply.voiced = ([begun], 1) if begun else ([], 0)
        reply.commit()
        language = self._language(attempt.said.language if attempt.said else "en")
        messages, most = attempt.messages, self._config.llm.max_tokens

        async def go_on() -> None:
            if words or attempt.said is None:
                await reply.go_on(messages, most, language, begun=begun, first=first, complete=old.complete)
            else:
                await self._respond(attempt, attempt.said)

        if not old.track.closed:
            self._start(attempt, go_on)

    def _give_way(self, challenge: Challenge) -> None:
        """Somebody said something that counts."""
        if challenge.reopens:
            self._reopen(challenge)
        else:
            self._give_up(challenge.attempt)

    def _reopen(self, challenge: Challenge) -> None:
        """The turn before was not over: its words wait for the rest, and nothing of hers counts."""
        attempt = challenge.attempt
        self._challenge = self._floor = self._sign_due = self._answer_due = None
        self._speaker.stop()
        if attempt.said is None:
            attempt.half = True  # it is still being understood
        else:
            if not attempt.private:
                self.context.history.take_back()
            attempt.reply.cancel()
        self.audience.said(*attempt.reply.track.texts)
        if attempt.reply.started:
            self._publish(ReplySpoken(at=self._clock(), text_heard="", interrupted=True))
        attempt.reply.end("")
        if attempt.said is not None:
            self._told = attempt.said.text
        self._turn.reopen(attempt.said.text if attempt.said else self._turn.before)
        self._publish(TurnReopened(at=self._clock(), text=self._told))

    def _break_off(self) -> None:
        """Stop answering, at once; if it was for a mere noise, the answer is still owed."""
        if self._floor is None or self._floor.reply.hearing:
            # It will find out what was said, and see that it is no longer the one to answer.
            self._floor = self._challenge = self._sign_due = self._answer_due = None
        else:
            self._give_up(self._floor)

    def _give_up(self, attempt: Attempt) -> None:
        """This answer is over; what was heard of it stays, and what was not can be asked for."""
        self._floor = self._challenge = self._sign_due = self._answer_due = None
        reply = attempt.reply
        heard = self._speaker.stop() or "".join(reply.written).strip()
        reply.end(heard)
        reply.cancel()
        if reply.started:
            self._spoken(attempt, heard, interrupted=True)
        if heard and attempt.messages:
            made = " ".join(reply.clauses[: reply.voiced]).split()[len(heard.split()) :]
            first = [" ".join(made)] if made else []
            self._unsaid = Unsaid(
                attempt.messages, heard, (*first, *reply.clauses[reply.voiced :]), reply.complete
            )

    def _free(self, attempt: Attempt) -> None:
        """This answer is over: whoever spoke into it and is not understood yet is the next to be answered."""
        if self._floor is not attempt:
            return
        challenge, self._floor, self._challenge = self._challenge, None, None
        if challenge is not None and challenge.by is not None:
            self._give_floor(challenge.by, self._clock())
            if self._turn.speaking:
                self._question(challenge.by, challenge.began)

    def _unheard(self) -> list[Attempt]:
        """Of the turns that are over, those that are still being understood."""
        waiting = (self._floor, self._challenge.by if self._challenge is not None else None)
        return [attempt for attempt in waiting if attempt is not None and attempt.reply.hearing]

    # --- speaking -------------------------------------------------------------------------------------

    def _speak(self, attempt: Attempt) -> None:
        def sounded() -> None:
            attempt.sounded = self._clock()
            self._publish(ReplySounded(at=self._clock()))

        def ended() -> None:
            self._floor = None if self._floor is attempt else self._floor
            track = attempt.reply.track
            self._spoken(attempt, self._speaker.heard(track, track.played), interrupted=False)

        self._speaker.play(attempt.reply.track, sounded, ended)
        if self._challenge is not None:
            self._speaker.pause()

    def _spoken(self, attempt: Attempt, heard: str, *, interrupted: bool) -> None:
        reply = attempt.reply
        self.audience.said(*reply.track.texts)
        self._unsaid = None
        private = attempt.private
        if heard:
            self._owed = None
            if not private:
                self.context.history.samantha(heard, interrupted=interrupted)
                spoke = partial(self._remembrance.spoke, heard, interrupted=interrupted)
                self._background.start(self.context.remember(spoke))
        self._publish(
            ReplySpoken(at=self._clock(), text_heard=heard, interrupted=interrupted, private=private)
        )
        reply.end(heard)
        if interrupted:
            self._idle.stir()
        else:
            self._idle.begin(self._clock())

    def _converses(self, attempt: Attempt) -> bool:
        """Whether `attempt` is part of a talk with somebody, who may go on without naming her."""
        return attempt.said is not None or (self._speaker.sounding and not attempt.aside)

    def _awaited(self, attempt: Attempt) -> bool:
        """Whether anybody waits for `attempt`, as far as is known: not when people talk among themselves."""
        ended = attempt.turn_ended
        heard = attempt.said is not None or attempt.invited
        return heard or ended is None or self.audience.attends(ended)

    @property
    def _most_tokens(self) -> int:
        """That an answer may take."""
        return round(self._config.llm.max_tokens * self._remembrance.length)

    def _language(self, heard: str) -> str:
        """The language to speak in: the one heard if the voice can, else the voice's own."""
        spoken = self._engines.synthesizer.languages
        return heard if heard in spoken else spoken[0]

    def _tell(self, aside: Aside) -> None:
        """Tell something about herself, which answers nobody."""
        self._sign_due = self._answer_due = None
        self._floor = attempt = self._new_attempt(committed=True)
        attempt.aside = True
        track = attempt.reply.track

        def ended() -> None:
            self._floor = None if self._floor is attempt else self._floor
            attempt.reply.end(aside.text)

        self.audience.said(aside.text)
        self._publish(Announced(at=self._clock(), text=aside.text))
        self._speaker.play(track, lambda: None, ended)
        if aside.sound is None:
            self._start(attempt, lambda: attempt.reply.voice(aside.text, self._language("en")))
        else:
            track.begin(aside.text)
            track.add(aside.sound)
            track.finish()
            track.close()

    def _give_sign(self) -> None:
        """Let a short sound be heard while an answer takes long."""
        if self._sign_due is None or self._clock() < self._sign_due:
            return
        if not self._fillers or not self._config.dialog.sign_of_life_s or self._floor is None:
            return
        reply = self._floor.reply
        if reply.hearing or self._speaker.paused:
            return
        self._sign_due = None
        if reply.track.empty and not self._speaker.sounding:
            filler = next(self._fillers)
            reply.track.interject(filler.sound)
            self.audience.said(filler.text)
            self._publish(SignOfLife(at=self._clock(), text=filler.text))

    def _lose_patience(self) -> None:
        """Give up an answer that has not begun in time."""
        if self._answer_due is None or self._clock() < self._answer_due:
            return
        attempt, self._answer_due = self._floor, None
        if attempt is not None and not attempt.reply.track.worded and not attempt.reply.written:
            reply = attempt.reply
            self._fail(attempt, f"No answer came within {self._config.dialog.patience_s:g} s.")
            if not reply.hearing:  # what was said is worth keeping, however late it is understood
                reply.cancel()

    # --- tasks ----------------------------------------------------------------------------------------

    def _new_attempt(self, *, committed: bool = False, invited: bool = False) -> Attempt:
        reply = self._new_reply()
        if committed:
            reply.commit()
        return Attempt(reply, self._remembrance.moment, invited=invited)

    def _new_reply(self, **options: Any) -> Reply:
        bounded = self._remembrance.bounded
        return Reply(
            self._engines, self._publish, self._clock, measure=self._measure, bounded=bounded, **options
        )

    def _start(self, attempt: Attempt, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        task = asyncio.ensure_future(self._guard(attempt, work))
        attempt.reply.follow(task)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guard(self, attempt: Attempt, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        sentence = ""
        try:
            await work()
        except* Cancelled:
            pass  # somebody wanted this
        except* MemoryError:
            log.exception("out of memory")
            sentence = "The machine has run out of memory. Close something, or choose a smaller model."
        except* SamanthaError as problems:
            sentence = "; ".join(str(problem) for problem in problems.exceptions)
        except* Exception as problems:  # noqa: BLE001 (one turn fails, not she)
            [problem, *_] = problems.exceptions
            log.error("an engine failed: %s", trace(problem))  # noqa: TRY400 (its own words may be the person's)
            sentence = f"Something broke while I was answering: {type(problem).__name__}."
        if sentence:
            await attempt.reply.commitment()  # a bet that broke is nobody's loss until it counts
            self._fail(attempt, sentence)

    def _fail(self, attempt: Attempt, sentence: str) -> None:
        """Tell that this attempt broke, unless nobody waits for it any more."""
        reply = attempt.reply
        reply.token.cancel()
        reply.track.close()
        if attempt.said is None and attempt.turn_ended is not None and not attempt.half:
            self._keep_half()
        challenge = self._challenge
        if challenge is not None and challenge.by is attempt:  # nobody will know what was said
            challenge.by = None
            if not self._turn.speaking:
                self._let_go_on(challenge)
        if self._floor is attempt:
            self._owed = None
            if not (self._speaker.sounding or self._speaker.paused):
                self._speaker.stop()
                self._free(attempt)
            if self._lost is not None and self._awaited(attempt):
                self._asides.add("fault", Aside(self._lost.text, self._lost.sound))
        reply.problem = sentence
        if (read := "".join(reply.written).strip()) and not reply.over.done():
            self._spoken(attempt, read, interrupted=True)
        reply.end(read)
        self._publish(Failed(at=self._clock(), error=sentence))


def _asks(track: Track) -> bool:
    """Whether she has just asked something, so that "yes" is an answer."""
    if track.heard(track.played).endswith("?"):
        return True
    last = track.texts[-1:]
    return track.closed and track.ready < VOICE_RATE and bool(last) and last[0].endswith("?")
