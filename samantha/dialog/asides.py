"""What she has to tell about herself, one thing at a time, when nobody would be disturbed."""

from __future__ import annotations

from dataclasses import dataclass

from samantha.audio.pcm import Block, samples

CALM = samples(0.3)
"""How long it must have been quiet before she tells something about herself."""


@dataclass(frozen=True, slots=True)
class Aside:
    """Something she has to tell about herself; with its sound where it must not need an engine."""

    text: str
    sound: Block | None = None


class Asides:
    """The newest word on each topic, oldest topic first."""

    def __init__(self) -> None:
        self._waiting: dict[str, Aside] = {}
        self._calm_since = 0

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(self, topic: str, aside: Aside) -> None:
        """Tell `aside` as soon as it is quiet; what was still to be told about `topic` is out of date."""
        self._waiting[topic] = aside

    def due(self, now: int, *, quiet: bool) -> Aside | None:
        """What to tell at `now`, if anything; to be asked every 20 ms, with whether it is `quiet`."""
        if not quiet:
            self._calm_since = now
        if not self._waiting or now - self._calm_since < CALM:
            return None
        return self._waiting.pop(next(iter(self._waiting)))
