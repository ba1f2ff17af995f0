"""Is what was said for her? She hears herself, noise, the television and other people as well."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from samantha.audio.pcm import Block, level_dbfs, samples, seconds
from samantha.config import Config
from samantha.dialog.background import trace
from samantha.dialog.reply import Engines
from samantha.events import IgnoredReason, Mode, Paused, TurnEnded
from samantha.hearing.attention import Attention
from samantha.hearing.interjection import meaning
from samantha.hearing.plausible import own_voice, rejection
from samantha.hearing.voiceprint import Voiceprint
from samantha.ports import Transcript

log = logging.getLogger(__name__)

ECHO_TAIL = samples(0.6)
"""How long after her last sound the room and the sound card may still give some of it back."""

ECHO_MEMORY = samples(2.0)
"""How long after her last sound a turn may still be her own voice coming back."""

CLEAR_OVER_HER = -0.5
"""Mean log-probability that words need which are over when she falls silent. Of half an hour of her own echo four
times some were made that were believed before, at -0.55 to -0.85."""

RECENT = 8
"""Clauses of hers that her own echo is looked for in."""

ENOUGH_TO_KNOW_S = 0.8
"""Speech from which on a voice that called her can be told from others. One name alone is less."""


UNCLEAR: frozenset[IgnoredReason] = frozenset(("not-addressed", "unsure", "invented", "repetition", "empty"))
"""Why a turn was not for her that may have called her all the same, where it was hardly to be understood."""

CALLER_LIKENESS = 0.25
"""How alike a voice must be to that which called her: known from one turn only, it passes one stranger in fifty
and refuses one friend in a hundred."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """Why a turn is not for her, or None if it is; then, whether she is called by name, and whose voice does it."""

    reason: IgnoredReason | None
    called: bool = False
    caller: Voiceprint | None = None
    by: Literal["person", "other"] = "person"
    """Whether it is her person's voice, as far as she knows it."""


class Audience:
    """Knows what she said lately, and judges what she hears by that, by her name, and by whose voice it is.

    `clock` gives `at`.
    """

    def __init__(self, config: Config, engines: Engines, clock: Callable[[], int]) -> None:
        self.echoes = False
        """Whether her own voice can come back through the microphone."""
        self.mode: Mode = config.dialog.mode
        self._settings = config.hearing
        self._engines = engines
        self._clock = clock
        self._attention = Attention(config.attention)
        self._said: list[str] = []
        self._last_sound = -ECHO_MEMORY
        self._caller: Voiceprint | None = None

    # --- what she does --------------------------------------------------------------------------------

    def sounding(self) -> None:
        """She can be heard now."""
        self._last_sound = self._clock()

    def engage(self) -> None:
        """She is called, or answers somebody, in thought or aloud: who goes on need not name her."""
        self._attention.engage(self._clock())

    def also_called(self, name: str) -> None:
        """Her person calls her `name`, too; "": no longer."""
        self._attention.also_called(name)

    def said(self, *clauses: str) -> None:
        """She said `clauses`, or part of them."""
        self._said = [*self._said, *clauses][-RECENT:]

    @property
    def echoing(self) -> bool:
        """Whether her own voice may be in what the microphone hears now."""
        return self.echoes and self._clock() - self._last_sound < ECHO_TAIL

    # --- what she hears -------------------------------------------------------------------------------

    def attends(self, at: int) -> bool:
        """Whether somebody who speaks since `at` need not name her."""
        return self.mode != "name" or self._attention.open(at)

    @property
    def selective(self) -> bool:
        """Whether it takes a known voice to be heard out by her."""
        return self._known is not None

    def recognise(self, turn: Paused | TurnEnded) -> asyncio.Task[Block | None] | None:
        """Find out beside other work whose voice it is; None: it makes no difference, or she cannot tell."""
        encoder, owner = self._engines.speaker_encoder, self._engines.owner
        tells = self.mode == "name" or owner is not None or self._engines.person is not None
        if encoder is None or not tells:
            return None

        async def voice() -> Block | None:
            try:
                return await self._engines.small_lane.call(lambda: encoder.embed(turn.audio))
            except Exception as problem:
                if owner is not None:  # who may not be he is not to be answered
                    raise
                log.warning("whose voice it is cannot be told: %s", trace(problem))
                return None  # her name will do

        task = asyncio.ensure_future(voice())
        task.add_done_callback(lambda done: done.cancelled() or done.exception())  # it may not be asked for
        return task

    async def knows(self, sound: Block) -> bool:
        """Whether the voice in `sound`, all of it speech, may be one that she listens to."""
        encoder, known = self._engines.speaker_encoder, self._known
        if encoder is None or known is None:
            return True
        voice = await self._engines.small_lane.call(lambda: encoder.embed(sound))
        return known.recognises(voice, seconds(len(sound)))

    async def judge(
        self,
        turn: Paused | TurnEnded,
        transcript: Transcript,
        saying: Sequence[str],
        voice: asyncio.Task[Block | None] | None,
        *,
        invited: bool,
    ) -> Judgement:
        """Whether `turn` is for her; `saying` are the clauses that she speaks just now.

        What somebody was `invited` to say, such as by the key to talk, needs neither her name nor a known voice.
        """
        verdict = await self._verdict(turn, transcript, saying, voice, invited=invited)
        person = self._engines.person
        if verdict.reason is None and person is not None and voice is not None:
            heard = await voice
            if heard is not None and not person.recognises(heard, turn.speech_seconds):
                return replace(verdict, by="other")
        return verdict

    async def _verdict(
        self,
        turn: Paused | TurnEnded,
        transcript: Transcript,
        saying: Sequence[str],
        voice: asyncio.Task[Block | None] | None,
        *,
        invited: bool,
    ) -> Judgement:
        lately = turn.began - self._last_sound < ECHO_MEMORY
        if self.echoes and lately and own_voice(transcript.text, [*self._said, *saying]):
            return Judgement("own-voice")
        if self._fell_silent_with_her(turn, transcript):
            return Judgement("own-voice")
        reason = rejection(
            level_dbfs(turn.audio),
            turn.speech_seconds,
            seconds(len(turn.audio)),
            transcript,
            self._settings,
        )
        if invited:
            return Judgement(reason)
        heard = None if voice is None else await voice
        owner = self._engines.owner
        if owner and heard is not None and not owner.recognises(heard, turn.speech_seconds):
            return Judgement("another-voice")
        if reason is not None or self.mode != "name":
            return Judgement(reason)
        verdict = self._attention.judge(transcript.text, began=turn.began, language=transcript.language)
        if not verdict.meant:
            return Judgement("not-addressed")
        if verdict.why == "called":
            return Judgement(None, called=True, caller=self._print(heard, turn))
        if self._caller and heard is not None and not self._caller.recognises(heard, turn.speech_seconds):
            return Judgement("another-voice")
        return Judgement(None)

    def _fell_silent_with_her(self, turn: Paused | TurnEnded, transcript: Transcript) -> bool:
        """Whether all of `turn` was in her voice's echo, and hardly to be understood: nonsense made of a residue.

        A person who speaks over her goes on when she pauses; what she takes for one does not. "Stop" and "yes" are
        short enough to be over by then, and are believed.
        """
        over_her = self.echoes and turn.began <= self._last_sound
        over_with_her = over_her and turn.speech_end - self._last_sound < ECHO_TAIL
        return over_with_her and transcript.logprob < CLEAR_OVER_HER and meaning(transcript.text) == "speech"

    def may_have_missed(self, turn: Paused | TurnEnded, transcript: Transcript, judgement: Judgement) -> bool:
        """Whether her name may have been in `turn` and got lost in noise, so that guesses are worth their time."""
        unclear = judgement.reason in UNCLEAR and self._attention.doubtful(transcript, turn.speech_seconds)
        return unclear and not self.attends(turn.began)

    def called_after_all(self, guesses: Sequence[Transcript]) -> Transcript | None:
        """The one of `guesses` at a turn, the likeliest first, in which she is called by her name."""
        return self._attention.missed(guesses)

    def took(self, judgement: Judgement) -> None:
        """A turn was for her, and counts."""
        self.engage()
        if judgement.called:
            self._caller = judgement.caller

    def turned_away(self, reason: IgnoredReason) -> None:
        """A turn was ignored for `reason`: if the talk has turned elsewhere, who wants her must name her."""
        if reason == "not-addressed":
            self._attention.let_go()

    @property
    def _known(self) -> Voiceprint | None:
        """The voice that she listens to alone, if there is one: her person's, or that of who called her."""
        return self._engines.owner or (self._caller if self.mode == "name" else None)

    def _print(self, voice: Block | None, turn: Paused | TurnEnded) -> Voiceprint | None:
        encoder = self._engines.speaker_encoder
        if encoder is None or voice is None or turn.speech_seconds < ENOUGH_TO_KNOW_S:
            return None
        return Voiceprint(voice, encoder.name, "", turn.speech_seconds, 1.0, threshold=CALLER_LIKENESS)
