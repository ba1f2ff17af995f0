"""The turn that is being spoken: what is known of it already, and how long its pauses may be."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from samantha.config import Hearing
from samantha.dialog.background import Background
from samantha.dialog.following import Following
from samantha.dialog.reply import Engines
from samantha.events import Event, Paused, TurnEnded
from samantha.hearing.ending import Ending, ending
from samantha.hearing.halves import joined
from samantha.hearing.listener import Listener
from samantha.hearing.patience import Patience
from samantha.ports import Message


class OpenTurn:
    """One turn after the other.

    `prompt` gives what the model will be asked if the turn is the given words, `publish` takes events, `clock`
    gives `at` and `now` the time of day; `recollect` brings to her mind what belongs to the words so far.
    """

    def __init__(
        self,
        engines: Engines,
        listener: Listener,
        settings: Hearing,
        background: Background,
        prompt: Callable[[str], Sequence[Message]],
        publish: Callable[[Event], None],
        *,
        clock: Callable[[], int],
        now: Callable[[], datetime],
        recollect: Callable[[str], Awaitable[None]],
    ) -> None:
        self._recollect = recollect
        self.speaking = False
        """Whether somebody is."""
        self.before = ""
        """The words of a turn that was taken for over too early: what comes now is the rest of it."""
        self.bets = 0
        """How many answers to it were begun."""
        self.hint = ""
        """Words to expect."""
        self._engines = engines
        self._model = engines.turn_model
        self._listener = listener
        self._settings = settings
        self._background = background
        self._prompt = prompt
        self._publish = publish
        self._clock = clock
        self._now = now
        self.began = now()
        """The time of day at which it began."""
        self._patience = Patience(settings)
        self._following: Following | None = None
        self._rested: int | None = None
        self._ending: Ending | None = None
        self._sound: float | None = None

    @property
    def patience(self) -> float:
        """How long this person's pauses are, compared with anybody's, as `Patience.factor`; kept over restarts."""
        return self._patience.factor

    @patience.setter
    def patience(self, factor: float) -> None:
        self._patience = Patience(self._settings, factor=factor)

    def begin(self) -> None:
        """Somebody begins to speak."""
        self.stop()
        self.speaking = True
        self.began = self._now()
        self.bets = 0

    def follow(self) -> None:
        """Find out what is said while it is said, and have the model read it."""
        if self._settings.partial_ms and self._following is None:
            self._following = Following(
                self._engines,
                self._listener.sound,
                lambda text: self._prompt(joined(self.before, text)),
                self._publish,
                self._clock,
                interval_s=self._settings.partial_ms / 1000,
                least_dbfs=self._settings.min_level_dbfs,
                hint=self.hint,
                recollect=lambda text: self._recollect(joined(self.before, text)),
            )
            self._background.start(self._following.read_opening())

    def tick(self) -> None:
        """Twenty milliseconds have passed."""
        if self._following is not None and self._following.due and self._listener.voiced:
            self._background.start(self._following.look())

    def pause(self, pause: Paused) -> None:
        """It may be over: ask the turn model."""
        self._rested = pause.speech_end
        self._ending = self._sound = None
        self._expect()
        if self._following is not None:
            self._following.rest()
        if self._model is not None:
            self._background.start(self._judge(pause))

    def understood(self, turn: Paused | TurnEnded, text: str | None, language: str) -> None:
        """`text` was said up to the pause at the end of `turn`; None: no words that can be believed."""
        if self._following is not None and text:
            self._following.heard(text)
        if self._rested == turn.speech_end:
            self._ending = ending(joined(self.before, text), language) if text else "open"
            self._expect()

    def went_on(self, at: int) -> None:
        """The pause was none."""
        if self._rested is not None:
            self._patience.went_on(at - self._rested)
        self._rested = None

    def end(self) -> None:
        """It is over."""
        self.stop()
        self._patience.ended()

    def reopen(self, text: str) -> None:
        """The turn before, of which `text` is known, was not over."""
        self._patience.reopened()
        self.before = text
        if self.speaking:
            self.follow()

    def stop(self) -> None:
        """Nobody speaks, or nobody is heard."""
        self.speaking, self._rested = False, None
        if self._following is not None:
            self._following.stop()
            self._following = None

    async def _judge(self, pause: Paused) -> None:
        model = self._model
        assert model is not None
        try:
            probability = await self._engines.small_lane.call(lambda: model.complete(pause.audio))
        except Exception:
            self._model = None  # the words decide alone from here on, instead of a fault in every pause
            raise
        if self._rested == pause.speech_end:
            self._sound = probability
            self._expect()

    def _expect(self) -> None:
        """Have the present pause end the turn after as long as is sensible now."""
        self._listener.expect(self._patience.wait(self._ending, self._sound))
