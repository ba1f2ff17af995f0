"""Is what was said for her? She hears herself, noise, the television and other people as well."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from samantha.audio.pcm import level_dbfs, samples, seconds
from samantha.config import Config
from samantha.dialog.reply import Engines
from samantha.events import IgnoredReason, Mode, Paused, TurnEnded
from samantha.hearing.attention import Attention
from samantha.hearing.plausible import own_voice, rejection
from samantha.ports import Transcript

ECHO_TAIL = samples(0.6)
"""How long after her last sound the room and the sound card may still give some of it back."""

ECHO_MEMORY = samples(2.0)
"""How long after her last sound a turn may still be her own voice coming back."""

RECENT = 8
"""Clauses of hers that her own echo is looked for in."""


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

    # --- what she does --------------------------------------------------------------------------------

    def sounding(self) -> None:
        """She can be heard now."""
        self._last_sound = self._clock()
        self.engage()

    def engage(self) -> None:
        """She is called, or thinks about what somebody said to her: who goes on need not name her."""
        self._attention.engage(self._clock())

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
        """Whether it takes more than a voice to be heard out by her."""
        return self._engines.owner is not None

    def recognise(self, turn: Paused | TurnEnded) -> asyncio.Task[bool] | None:
        """Find out beside other work whether it is her person who speaks; None: whoever it is is welcome."""
        engines = self._engines
        encoder, owner = engines.speaker_encoder, engines.owner
        if encoder is None or owner is None:
            return None

        async def recognised() -> bool:
            voice = await engines.small_lane.call(lambda: encoder.embed(turn.audio))
            return owner.recognises(voice, turn.speech_seconds)

        return asyncio.ensure_future(recognised())

    async def doubt(
        self,
        turn: Paused | TurnEnded,
        transcript: Transcript,
        saying: Sequence[str],
        recognised: asyncio.Task[bool] | None,
        *,
        invited: bool,
    ) -> IgnoredReason | None:
        """Why `turn` is not for her, or None if it is; `saying` are the clauses that she speaks just now.

        What somebody was `invited` to say, such as by the key to talk, needs neither her name nor a known voice.
        """
        lately = turn.began - self._last_sound < ECHO_MEMORY
        if self.echoes and lately and own_voice(transcript.text, [*self._said, *saying]):
            return "own-voice"
        reason = rejection(
            level_dbfs(turn.audio),
            turn.speech_seconds,
            seconds(len(turn.audio)),
            transcript,
            self._settings,
        )
        if invited:
            return reason
        if recognised is not None and not await recognised:
            return "another-voice"
        return reason or ("not-addressed" if not self._meant(turn, transcript) else None)

    def _meant(self, turn: Paused | TurnEnded, transcript: Transcript) -> bool:
        if self.mode != "name":
            return True
        return self._attention.judge(transcript.text, began=turn.began, language=transcript.language).meant

    def turned_away(self, reason: IgnoredReason) -> None:
        """A turn was ignored for `reason`: if the talk has turned elsewhere, who wants her must name her."""
        if reason == "not-addressed":
            self._attention.let_go()
