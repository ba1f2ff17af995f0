"""Which device is meant, decided from what there is; nothing here touches a device."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from samantha.events import Side

THINGS: dict[Side, str] = {"input": "microphone", "output": "loudspeaker"}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One microphone or loudspeaker: as the sound server knows it, or as an entry of PortAudio's list."""

    side: Side
    name: str
    """The system's own; the same again when it comes back."""
    label: str
    """For a person."""
    rate: int
    """Its own, Hz."""
    index: int | None = None
    """In PortAudio's list; None: reached through the sound server."""
    serial: tuple[int, int] = (0, 0)
    """Differs when it has gone and come back under the same name: connection to the server, number there."""
    worn: bool = False
    """A headset or headphones: a microphone hardly hears it."""
    bluetooth: bool = False
    monitor: bool = False
    """Not a microphone at all: what a loudspeaker plays."""
    about: str = ""
    """More words by which the settings may name it."""
    canceller: str = ""
    """It is one end of a sound server's echo canceller: of which, as its other end says too."""

    @property
    def identity(self) -> tuple[str, int | None, tuple[int, int]]:
        """Equal for two accounts of one device as long as a stream on it can live."""
        return self.name, self.index, self.serial


@dataclass(frozen=True, slots=True)
class Offer:
    """All that there is, in the system's own order, and its default's name for each side ("" if unknown)."""

    endpoints: tuple[Endpoint, ...] = ()
    defaults: Mapping[Side, str] = field(default_factory=dict)
    served: bool = False
    """Whether a sound server keeps the devices: what PortAudio lists besides is used only if named."""


@dataclass(frozen=True, slots=True)
class Lost:
    """There is no device for one side now; `name` is the last one's, or "" if there was none."""

    side: Side
    name: str
    reason: str
    """A sentence for a person."""


@dataclass(frozen=True, slots=True)
class Found:
    """One side has a device again, or another one than before."""

    side: Side
    name: str
    acoustic: bool
    """Whether what is played can now be heard by the microphone."""
    changed: bool
    """Whether it is another than the last."""


Notice = Lost | Found


def gone(side: Side, name: str) -> str:
    """That a device was lost, as a sentence; `name` is "" if there never was one."""
    return f"The {THINGS[side]} {name} has gone." if name else f"There is no {THINGS[side]}."


def listed(offer: Offer) -> list[dict[str, object]]:
    """`offer` for people and programs: what may be named in audio.input and audio.output, by label or name."""
    return [
        {
            "side": endpoint.side,
            "name": endpoint.label,
            "id": endpoint.name,
            "default": endpoint.name == offer.defaults.get(endpoint.side, ""),
            "headset": endpoint.worn,
            "bluetooth": endpoint.bluetooth,
            "monitor": endpoint.monitor,
            "rate": endpoint.rate,
            "index": endpoint.index,
        }
        for endpoint in offer.endpoints
        if not offer.served or endpoint.index is None
    ]


class Choice:
    """One side's wish, and the little that must be remembered to meet it.

    Named in the settings: that one whenever it is there. Otherwise the latest wish counts: a headset that was
    plugged in, or a default that was changed. A Bluetooth headset's microphone is used only if asked for, since
    opening it ruins its sound; what a loudspeaker plays, and the ends of an echo canceller, only where they
    are the default.
    """

    def __init__(self, side: Side, wanted: str | int | None, *, bluetooth_microphone: bool = False) -> None:
        """`wanted` is part of a name, an index of PortAudio's list, or None."""
        self.side = side
        self.wanted = wanted
        self._bluetooth = bluetooth_microphone or side == "output"
        self._connection: int | None = None
        self._known: set[str] = set()
        self._awaited: set[str] = set()
        self._default = ""
        self._plugged = ""
        self._current = ""

    def pick(self, offer: Offer, shunned: Collection[object] = ()) -> Endpoint | None:
        """The device to use now, none whose identity is in `shunned`; None if there is none to use."""
        here = [endpoint for endpoint in offer.endpoints if endpoint.side == self.side]
        default = offer.defaults.get(self.side, "")
        usual = [endpoint for endpoint in here if (endpoint.index is None) == offer.served]
        self._watch(usual, default)
        named = matches(self.wanted, here) if self.wanted is not None else []
        fit = [endpoint for endpoint in usual if self._fits(endpoint, default)]
        wishes = [endpoint for name in (self._plugged, default, self._current) for endpoint in fit
                  if name and endpoint.name == name]  # fmt: skip
        for endpoint in [*named, *wishes, *fit]:
            if endpoint.identity not in shunned:
                self._current = endpoint.name
                return endpoint
        return None

    def reason(self, offer: Offer) -> str:
        """Why `pick` found none: a sentence for a person."""
        thing = THINGS[self.side]
        bluetooth = [e.label for e in offer.endpoints if e.side == self.side and e.bluetooth]
        if bluetooth and not self._bluetooth:
            return (
                f"The only {thing} is that of “{bluetooth[0]}”, which is not used unless "
                "audio.bluetooth_microphone is true, because its sound suffers."
            )
        return f"No {thing} was found."

    def _fits(self, endpoint: Endpoint, default: str) -> bool:
        if (endpoint.monitor or endpoint.canceller) and endpoint.name != default:
            return False
        return self._bluetooth or not endpoint.bluetooth

    def _watch(self, here: Sequence[Endpoint], default: str) -> None:
        """Notice a headset that was plugged in and a default that was changed."""
        if not here:  # the server is away, or has nothing left: whatever comes next is used anyway
            return
        names = {endpoint.name for endpoint in here}
        connection = max(endpoint.serial[0] for endpoint in here)
        if connection != self._connection:
            # A server that has just come back shows its devices one by one: these were not plugged in now.
            self._awaited = self._known if self._connection is not None else names
            self._connection = connection
        new = names - self._known - self._awaited
        self._awaited = self._awaited - names
        if default and default != self._default:
            if self._default and default != self._plugged:
                self._plugged = ""
            self._default = default
        for endpoint in here:
            if endpoint.name in new and endpoint.worn and self._fits(endpoint, default):
                self._plugged = endpoint.name
        self._known = names


def matches(wanted: str | int, here: Sequence[Endpoint]) -> list[Endpoint]:
    """Those that are meant by an index of PortAudio's list or by part of a name, likeliest first.

    The sound server's own come before PortAudio's, exact names before others, monitors last.
    """
    if isinstance(wanted, int) or wanted.isdecimal():
        return [endpoint for endpoint in here if endpoint.index == int(wanted)]
    name = wanted.strip().casefold()

    def rank(endpoint: Endpoint) -> tuple[bool, bool, bool]:
        exact = name in (endpoint.name.casefold(), endpoint.label.casefold())
        return endpoint.index is not None, not exact, endpoint.monitor

    fits = [e for e in here if name and any(name in text.casefold() for text in (e.name, e.label, e.about))]
    return sorted(fits, key=rank)
