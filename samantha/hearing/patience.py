"""How long to wait in a pause before it is the end of the turn. Pure: what is known in, samples out."""

from __future__ import annotations

from samantha.audio.pcm import samples
from samantha.config import Hearing
from samantha.hearing.ending import Ending

LEAST, MOST = 0.8, 1.8
"""Bounds of the factor."""

_CUT_IN = 1.1
_NEARLY = 1.03
_CLEAN = 0.99
_NEAR = 0.9


class Patience:
    """The wait in a pause, by how the words look and what the turn model hears.

    | the words look | and it sounds finished | or it does not, or nobody knows |
    |---|---|---|
    | complete | `end_sure_ms` | `end_likely_ms` |
    | open | `end_ms` | `end_ms` |
    | trailing | `end_trailing_ms` | `end_trailing_ms` |

    What sounds finished and does not read so is a pause far more often than the end.

    A person's own pauses scale them all by `factor`: up by a tenth when a turn had to be reopened, a little
    when one nearly ended in a pause, down by a hundredth when one was over indeed. So it comes to rest where
    fewer than one turn in ten is reopened, and one evening with a slow speaker is enough to get there.
    """

    def __init__(self, settings: Hearing, *, factor: float = 1.0) -> None:
        """`factor` is what it had come to with this person before."""
        self._threshold = settings.turn_threshold
        self._sure = samples(settings.end_sure_ms / 1000)
        self._likely = samples(settings.end_likely_ms / 1000)
        self._end = samples(settings.end_ms / 1000)
        self._trailing = samples(settings.end_trailing_ms / 1000)
        self._granted = 0
        self._factor = 1.0
        self._scale(factor)

    @property
    def factor(self) -> float:
        """What every wait is multiplied by, in [0.8, 1.8]; 1 is nobody in particular."""
        return self._factor

    def wait(self, words: Ending | None, sound: float | None) -> int:
        """HEARING_RATE samples of silence that end the turn.

        `words` is how the transcript so far ends, `sound` how likely the turn model takes this for the end.
        None, what is not known yet, counts as the worst it could turn out to be: more knowledge never makes
        the wait longer. Without a turn model `sound` is None for good, and the words decide alone.
        """
        match words:
            case "complete":
                finished = sound is not None and sound >= self._threshold
                wait = self._sure if finished else self._likely
            case "open":
                wait = self._end
            case _:
                wait = self._trailing
        self._granted = round(wait * self._factor)
        return self._granted

    def went_on(self, pause: int) -> None:
        """The person went on after `pause` samples inside a turn; close to the wait it was luck."""
        if self._granted and pause >= _NEAR * self._granted:
            self._scale(_NEARLY)
        self._granted = 0

    def reopened(self) -> None:
        """The person went on when the turn had been taken for over."""
        self._scale(_CUT_IN)

    def ended(self) -> None:
        """The turn was over indeed."""
        self._scale(_CLEAN)

    def _scale(self, by: float) -> None:
        self._factor = min(MOST, max(LEAST, self._factor * by))
