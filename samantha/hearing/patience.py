"""How long to wait in a pause before it is the end of the turn. Pure: what is known in, samples out."""

from __future__ import annotations

from samantha.audio.pcm import samples
from samantha.config import Hearing
from samantha.hearing.ending import Ending

_LEAST, _MOST = 0.8, 1.8
_CUT_IN, _NEAR, _CLEAN = 1.1, 1.05, 0.99


class Patience:
    """The wait in a pause, by what the words look like and what the turn model hears.

    The better both look, the shorter it is. A person's own pauses stretch or shorten every wait by `factor`:
    up by a tenth when a turn had to be reopened, down by a hundredth when one was over indeed, so that it
    comes to rest where one turn in ten is reopened; within 0.8 and 1.8.
    """

    def __init__(self, settings: Hearing, *, sound: bool = True, factor: float = 1.0) -> None:
        """`sound` says whether there is a turn model at all; `factor` is what an earlier one had come to."""
        self._sound = sound
        self._threshold = settings.turn_threshold
        self._sure, self._likely, self._end, self._trailing = (
            samples(ms / 1000)
            for ms in (
                settings.end_sure_ms,
                settings.end_likely_ms,
                settings.end_ms,
                settings.end_trailing_ms,
            )
        )
        self._factor = min(_MOST, max(_LEAST, factor))

    @property
    def factor(self) -> float:
        """What the waits are multiplied by for this person, in [0.8, 1.8]; 1 is nobody in particular."""
        return self._factor

    def wait(self, words: Ending | None, sound: float | None) -> int:
        """HEARING_RATE samples of silence that end the turn.

        `words` is how the transcript so far ends, `sound` how likely the turn model finds the end; None is
        not known yet, and counts as the worst it could turn out to be.
        """
        return round(self._nominal(words, sound) * self._factor)

    def _nominal(self, words: Ending | None, sound: float | None) -> int:
        if words is None or words == "trailing":
            return self._trailing
        heard = sound is not None and sound >= self._threshold
        if words == "complete":
            if not self._sound:
                return self._likely
            return self._sure if heard else self._likely
        return self._likely if heard else self._end

    def went_on(self, pause: int) -> None:
        """The person went on after `pause` samples, and she had waited. A pause near the end teaches a little."""
        if pause >= 0.8 * self._end * self._factor:
            self._scale(_NEAR)

    def reopened(self) -> None:
        """The person went on although she had taken the turn for over."""
        self._scale(_CUT_IN)

    def ended(self) -> None:
        """The turn was over indeed."""
        self._scale(_CLEAN)

    def _scale(self, by: float) -> None:
        self._factor = min(_MOST, max(_LEAST, self._factor * by))
