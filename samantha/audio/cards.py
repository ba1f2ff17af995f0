"""Which microphones and loudspeakers there are, and which one is meant."""

from __future__ import annotations

import contextlib
import os
import platform
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from samantha.audio.choice import THINGS, Choice, Endpoint, Offer, matches
from samantha.errors import AudioError
from samantha.events import Side

INSTALL = {
    "debian": "sudo apt-get install -y libportaudio2 libasound2-plugins",
    "fedora": "sudo dnf install -y portaudio alsa-plugins-pulseaudio",
    "arch": "sudo pacman -S --needed portaudio pipewire-alsa",
    "suse": "sudo zypper install -y libportaudio2 alsa-plugins-pulse",
    "alpine": "sudo apk add portaudio alsa-plugins-pulse",
}


GATEWAYS = ("pulse", "pipewire", "default")
"""What ALSA calls the way to a sound server."""


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """A sound card as PortAudio sees it: `inputs` and `outputs` in channels, its own `rate` in Hz."""

    index: int
    name: str
    host_api: str
    inputs: int
    outputs: int
    default_input: bool
    default_output: bool
    rate: int

    def channels(self, side: Side) -> int:
        return self.inputs if side == "input" else self.outputs

    def default(self, side: Side) -> bool:
        return self.default_input if side == "input" else self.default_output


def portaudio() -> ModuleType:
    """The sounddevice module. Raises AudioError, with the command that mends it, if PortAudio is missing."""
    try:
        with quiet():
            import sounddevice
    except OSError:
        raise AudioError(
            "The PortAudio library, which speaks to sound cards, is not installed.",
            f"Install it with: {_install()}",
        ) from None
    return sounddevice  # type: ignore[no-any-return]


def devices(sd: Any = None) -> list[DeviceInfo]:
    """All sound cards, by index. Raises AudioError if there is no PortAudio or it does not answer.

    PortAudio looks for them only when it starts: see `restart`. `sd` is the sounddevice module.
    """
    sd = sd or portaudio()
    try:
        with quiet():
            apis = sd.query_hostapis()
            found = sd.query_devices()
            defaults = tuple(sd.default.device)
    except sd.PortAudioError as problem:
        raise AudioError(
            f"The sound system does not answer: {problem}.", "Run `samantha doctor` for a closer look."
        ) from None
    return [
        DeviceInfo(
            index=device["index"],
            name=device["name"],
            host_api=apis[device["hostapi"]]["name"],
            inputs=device["max_input_channels"],
            outputs=device["max_output_channels"],
            default_input=device["index"] == defaults[0],
            default_output=device["index"] == defaults[1],
            rate=round(device["default_samplerate"]),
        )
        for device in found
    ]


def restart(sd: Any) -> None:
    """Have PortAudio look for sound cards again. No stream may be open. Raises AudioError if it cannot."""
    try:
        with quiet():
            sd._terminate()
            sd._initialize()
    except sd.PortAudioError as problem:
        raise AudioError(f"The sound system does not start: {problem}.") from None


def offered(found: Sequence[DeviceInfo], served: Offer | None) -> Offer:
    """All that can be opened: what PortAudio found, and what a sound server has, if it can be reached."""
    cards = tuple(
        Endpoint(side, device.name, device.name, device.rate, index=device.index)
        for device in found
        for side in THINGS
        if device.channels(side)
    )
    if served is not None and any(gateway(found, side) for side in THINGS):
        return Offer(served.endpoints + cards, served.defaults, served=True)
    able = {card.side for card in cards}
    return Offer(cards, {side: choose(None, found, side).name for side in able})


def demand(choice: Choice, offer: Offer, found: Sequence[DeviceInfo]) -> Endpoint:
    """What `choice` picks of `offer`. Raises AudioError, with the list, where it is not there or not clear."""
    here = [endpoint for endpoint in offer.endpoints if endpoint.side == choice.side]
    named = matches(choice.wanted, here) if choice.wanted is not None else []
    if not here or (choice.wanted is not None and (not named or named[0].index is not None)):
        choose(choice.wanted, found, choice.side)
    picked = choice.pick(offer)
    if picked is None:
        raise AudioError(choice.reason(offer), "Plug another one in, or change the settings.")
    return picked


def gateway(found: Sequence[DeviceInfo], side: Side) -> DeviceInfo | None:
    """The entry of PortAudio's list behind which the sound server is; None if there is none."""
    by_name = {device.name: device for device in found if device.channels(side)}
    return next((by_name[name] for name in GATEWAYS if name in by_name), None)


def has_microphone() -> bool:
    """Whether anything here could hear a person; never raises."""
    try:
        return any(device.inputs for device in devices())
    except AudioError:
        return False


def choose(wanted: str | int | None, found: Sequence[DeviceInfo], side: Side) -> DeviceInfo:
    """The device of `found` that is meant by a part of its name, its index, or None for the default.

    Where a name fits several, the one with exactly that name is meant, else the one on the system's default
    sound interface (Windows shows each card through several). Raises AudioError with the list of devices.
    """
    thing = THINGS[side]
    able = [device for device in found if device.channels(side)]
    if not able:
        raise AudioError(
            f"No {thing} was found.", "Plug one in, or let two files be the sound card: --input and --output."
        )
    if wanted is None:
        # Where PortAudio knows no default, a sound server is a better guess than the first socket.
        servers = [device for device in able if device.name in GATEWAYS]
        return next((device for device in able if device.default(side)), (servers or able)[0])
    matches = _matches(wanted, able)
    if len(matches) == 1:
        return matches[0]
    described = f"number {wanted}" if isinstance(wanted, int) or wanted.isdecimal() else f"“{wanted}”"
    problem = f"Several {thing}s match {described}" if matches else f"There is no {thing} {described}"
    listed = ", ".join(f"{device.index}: {device.name}" for device in matches or able)
    raise AudioError(
        f"{problem}; there {'are' if len(matches or able) > 1 else 'is'} {listed}.",
        f"Set audio.{side} to one of these numbers or to more of its name.",
    )


def _matches(wanted: str | int, able: Sequence[DeviceInfo]) -> list[DeviceInfo]:
    if isinstance(wanted, int) or wanted.isdecimal():
        return [device for device in able if device.index == int(wanted)]
    name = wanted.strip().casefold()
    fits = [device for device in able if name and name in device.name.casefold()]
    exact = [device for device in fits if name == device.name.casefold()]
    fits = exact or fits
    if len(fits) > 1:
        usual = {device.host_api for device in able if device.default_input or device.default_output}
        fits = [device for device in fits if device.host_api in usual] or fits
    return fits


def _install() -> str:
    if sys.platform != "linux":
        return f"{sys.executable} -m pip install --force-reinstall sounddevice"
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        release = {}
    for family in [release.get("ID", ""), *release.get("ID_LIKE", "").split()]:
        for name, command in INSTALL.items():
            if (
                family == name
                or (name == "suse" and "suse" in family)
                or (name, family) == ("debian", "ubuntu")
            ):
                return command
    return INSTALL["debian"] + " (or what your system calls PortAudio)"


class _Hush:
    """Standard error itself led nowhere, for as long as anybody wants it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wishes: set[object] = set()
        self._kept: int | None = None

    def begin(self, wish: object) -> None:
        with self._lock:
            self._wishes.add(wish)
            if self._kept is None:
                with contextlib.suppress(OSError):  # there is no standard error to protect
                    self._kept = os.dup(2)
                    nowhere = os.open(os.devnull, os.O_WRONLY)
                    os.dup2(nowhere, 2)
                    os.close(nowhere)

    def end(self, wish: object | None = None) -> None:
        """`wish` is over, or all are."""
        with self._lock:
            self._wishes = self._wishes - {wish} if wish else set()
            if self._kept is not None and not self._wishes:
                os.dup2(self._kept, 2)
                os.close(self._kept)
                self._kept = None


_hush = _Hush()


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep what the sound system's libraries print about devices that do not concern us off the terminal.

    They write to file descriptor 2 itself, so for that moment it leads nowhere.
    """
    wish = object()
    _hush.begin(wish)
    try:
        yield
    finally:
        _hush.end(wish)


def loud() -> None:
    """Give standard error back although a thread hangs inside `quiet`."""
    _hush.end()
