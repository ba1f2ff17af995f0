"""When the loudspeaker may be closed because nobody expects to hear anything. Pure.

A stream that plays silence costs more than one that listens, keeps the card's amplifier on, and empties the
battery of a Bluetooth headset. To open it again takes 15 to 40 ms on a computer's own sound server, and the
person is still speaking then.
"""

from __future__ import annotations

AFTER = 10.0
"""Seconds of rest, and since the devices last changed, after which the loudspeaker is closed."""

OPENING = 3.0
"""Seconds for which what she says is held back while the loudspeaker is opened; a dead one is not waited for."""


class Rest:
    """Whether the loudspeaker rests. All times are seconds on any steady clock."""

    def __init__(self, after: float = AFTER) -> None:
        self._after = after
        self.closed = False
        """Whether the loudspeaker is to be closed."""
        self._wanted = False
        self._since = 0.0
        self._opening = 0.0

    def want(self, on: bool, now: float) -> None:
        """Nothing is said or expected from now on, or (not `on`) something is; to be told again and again."""
        if on and not self._wanted:
            self._since = now
        self._wanted = on

    def stir(self, now: float) -> None:
        """The devices have changed: be there for a while, so that what became of them is found out."""
        self._since = now

    def look(self, now: float, *, able: bool) -> bool:
        """Whether `closed` has changed; `able` says whether a loudspeaker may be closed at all."""
        closed = able and self._wanted and now - self._since >= self._after
        if closed == self.closed:
            return False
        self.closed = closed
        self._opening = 0.0 if closed else now
        return True

    def opened(self) -> None:
        """The loudspeaker is open, or there is none."""
        self._opening = 0.0

    def ready(self, now: float) -> bool:
        """Whether what is said now will be heard."""
        return not (self.closed or (self._opening and now - self._opening < OPENING))
