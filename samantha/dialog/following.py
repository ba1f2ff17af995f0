"""Follows a turn while it is spoken, so that at its end only the last words are new.

Every now and then what was said so far is transcribed; the words on which two looks agree go into the language
model's cache, behind everything that came before them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from samantha.audio.pcm import Block, samples
from samantha.dialog.reply import Engines
from samantha.dialog.token import Token
from samantha.events import Event, Transcribed
from samantha.hearing.stable import Stable
from samantha.ports import Message

SHARE = 5
"""A look at the words is followed by a rest this many times as long as it took, so that talk nearby, however
long it lasts, takes no more than a fifth of a core."""

NEW_WORDS = 3
"""Fewer are not worth a call of the model, which has a fixed cost of about 100 ms."""


class Following:
    """One turn. `sound` gives what was heard of it so far, `prompt` what the model will be asked if `text` is it.

    `interval` is how often to look, in samples of the clock.
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
        hint: str = "",
    ) -> None:
        self._engines = engines
        self._sound = sound
        self._prompt = prompt
        self._publish = publish
        self._clock = clock
        self._interval = samples(interval_s)
        self._hint = hint
        self._token = Token()
        self._stable = Stable()
        self._read = -1
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

    async def look(self) -> None:
        """Find out what was said so far, and have the model read what is certain of it."""
        self._looking = True
        began = self._clock()
        try:
            await self._read_on()  # the beginning is known before any word is
            engines, sound = self._engines, self._sound()
            transcript = await engines.stt_lane.call(
                lambda: engines.transcriber.transcribe(sound, Token(), hint=self._hint, hurry=True)
            )
            if self._token.cancelled:
                return
            before = self._stable.text
            self._stable.feed(transcript.text)
            if self._stable.text != before:
                self._publish(
                    Transcribed(
                        at=self._clock(), text=self._stable.text, language=transcript.language, final=False
                    )
                )
            await self._read_on()
        finally:
            self._looking = False
            self._due = max(self._clock() + self._interval, self._clock() + SHARE * (self._clock() - began))

    async def _read_on(self) -> None:
        text = self._stable.text
        words = len(text.split())
        if self._token.cancelled or (self._read >= 0 and words < self._read + NEW_WORDS):
            return
        self._read = words
        engines, messages = self._engines, self._prompt(text)
        await engines.llm_lane.call(lambda: engines.llm.prefill(messages, self._token, unfinished=True))
