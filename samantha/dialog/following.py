"""Follows a turn while it is spoken, so that at its end only the last words are new.

Every now and then what was said so far is transcribed and goes into the language model's cache, behind everything
that came before. Words on which two looks agree are shown.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from samantha.audio.pcm import Block, level_dbfs, samples
from samantha.dialog.reply import Engines
from samantha.dialog.token import Token
from samantha.events import Event, Transcribed
from samantha.hearing.stable import Stable
from samantha.ports import Message, Transcript

SHARE = 2
"""A look at the words is followed by a rest at least this many times as long as it took."""

NEW_WORDS = 2
"""Fewer are not worth a call of the model, which has a fixed cost."""


class Following:
    """One turn. `sound` gives what was heard of it so far, `prompt` what the model will be asked if `text` is it.

    `interval_s` is how long to rest between two looks; what is quieter than `least_dbfs` is not for her. Before the
    model reads words, `recollect` is told of them, so that it reads what they bring to her mind as well.
    """

    def __init__(
        self,
        engines: Engines,
        sound: Callable[[], Block],
        prompt: Callable[[str], Sequence[Message]],
        publish: Callable[[Event], None],
        clock: Callable[[], int],
        *,
        interval_s: float,
        least_dbfs: float,
        hint: str = "",
        recollect: Callable[[str], Awaitable[None]],
    ) -> None:
        self._recollect = recollect
        self._engines = engines
        self._sound = sound
        self._prompt = prompt
        self._publish = publish
        self._clock = clock
        self._interval = samples(interval_s)
        self._least_dbfs = least_dbfs
        self._hint = hint
        self._token = Token()
        self._stable = Stable()
        self._newest = ""
        self._read = 0
        self._due = clock() + self._interval
        self._looking = False

    @property
    def due(self) -> bool:
        """Whether it is time for a `look`."""
        return not self._looking and not self._token.cancelled and self._clock() >= self._due

    def stop(self) -> None:
        """Look no more; the turn has paused or ended."""
        self._token.cancel()

    def rest(self) -> None:
        """Look only after the next interval: what was said so far is known."""
        self._due = self._clock() + self._interval

    def heard(self, text: str) -> None:
        """Somebody else found out what was said so far."""
        self._stable.feed(text)
        self._newest = text

    async def read_opening(self) -> None:
        """Have the model read what comes before the words; that is known before any word is."""
        await self._prefill("")

    async def look(self) -> None:
        """Find out what was said so far, and have the model read it."""
        self._looking = True
        began = self._clock()
        try:
            engines, sound = self._engines, self._sound()
            if level_dbfs(sound) < self._least_dbfs:
                return
            transcript = await engines.stt_lane.call(
                lambda: engines.transcriber.transcribe(sound, self._token, hint=self._hint, hurry=True)
            )
            if not self._token.cancelled:
                self._take(transcript)
        finally:
            self._looking = False
            now = self._clock()
            self._due = now + max(self._interval, SHARE * (now - began))
        # All but the last word, which may be half of one: a word that turns out to be another is read again.
        words = self._newest.split()[:-1]
        if len(words) >= self._read + NEW_WORDS:
            self._read = len(words)
            await self._recollect(self._newest)
            if not self._token.cancelled:
                await self._prefill(" ".join(words))

    def _take(self, transcript: Transcript) -> None:
        before = self._stable.text
        self.heard(transcript.text)
        if self._stable.text != before:
            self._publish(
                Transcribed(
                    at=self._clock(), text=self._stable.text, language=transcript.language, final=False
                )
            )

    async def _prefill(self, text: str) -> None:
        engines, messages = self._engines, self._prompt(text)
        await engines.llm_lane.call(lambda: engines.llm.prefill(messages, self._token, unfinished=True))
