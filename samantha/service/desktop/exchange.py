"""When other sounds should give way: an exchange between the person and her, read from the events."""

from __future__ import annotations

from enum import IntEnum

from samantha.audio.pcm import samples
from samantha.events import (
    Event,
    Failed,
    Heard,
    Ignored,
    ListeningChanged,
    ReplySounded,
    ReplySpoken,
    ReplyStarted,
    SpeechStarted,
    TalkPressed,
    TalkReleased,
    TurnEnded,
)

LINGER_S = 1.5
"""Others wait so much longer, in seconds, when nobody has anything more to say: a next turn may come."""

GIVE_UP_S = 60.0
"""An exchange in which nothing happens for so long, in seconds, is over: she was hushed before she spoke."""

DOUBT = samples(20.0)
"""For so long after a noise that was none of her business another noise disturbs nobody."""


class Way(IntEnum):
    """How far other sounds should give way."""

    FREE = 0  # not at all
    SOFT = 1  # somebody speaks; it may be a cough, a chair, the film itself
    STILL = 2  # the person and she are talking


class Exchange:
    """Follows the events and says how far others should give way, and for how long.

    Speech softens others at once; only what shows that it is for her (the talk key, words that she heard, her
    own answer) stills them. Speech that she ignored does not soften them again for `DOUBT`: music that sings
    must not pump its own volume.
    """

    def __init__(self) -> None:
        self.way = Way.FREE
        self._key = False
        self._person = False
        self._answering = False
        self._sounding = False
        self._doubted_until = 0

    @property
    def lasts_s(self) -> float | None:
        """Seconds after which it is over unless something happens; None: it does not end by itself."""
        if self.way is Way.FREE or self._key or self._sounding:
            return None
        return GIVE_UP_S if self._person or self._answering else LINGER_S

    def on(self, event: Event) -> None:
        """The next thing that happened."""
        match event:
            case SpeechStarted(at=at):
                self._person = True
                if at >= self._doubted_until:
                    self._rise(Way.SOFT)
            case TurnEnded():
                self._person = True  # until it is known what was said
                self._key = False  # one that is held for too long counts as let go
            case TalkPressed():
                self._key = True
                self._rise(Way.STILL)
            case TalkReleased():
                self._key = False
            case Heard():
                self._person, self._answering = False, True
                self._doubted_until = 0
                self._rise(Way.STILL)
            case Ignored(at=at):
                self._person = False
                if self.way is not Way.STILL:
                    self._doubted_until = at + DOUBT
            case ReplyStarted():
                self._answering = True
                self._rise(Way.STILL)
            case ReplySounded():
                self._answering = self._sounding = True
                self._rise(Way.STILL)
            case ReplySpoken() | Failed():
                self._answering = self._sounding = False
            case ListeningChanged(muted=True):
                self._person = self._key = False
            case _:
                pass

    def end(self) -> None:
        """`lasts_s` has passed."""
        self.way = Way.FREE
        self._person = self._answering = False

    def _rise(self, way: Way) -> None:
        self.way = max(self.way, way)
