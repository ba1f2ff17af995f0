"""The echo canceller of PulseAudio or PipeWire, put between the microphone and the loudspeaker that are meant.

The server makes a second loudspeaker, which plays through the first, and a second microphone, which hears
through the first all but that. What the person, or another program, has set up so is used as it is.
"""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Protocol

import psutil

from samantha.audio.choice import Endpoint, Offer
from samantha.audio.errands import Errands
from samantha.audio.pcm import Block
from samantha.audio.server import connect
from samantha.errors import AudioError
from samantha.events import Side
from samantha.ports import EchoCanceller

log = logging.getLogger(__name__)

MODULE = "module-echo-cancel"

PREFIX = "samantha.echo-cancel"
"""What its ends' names begin with; her process's number follows, so that what a crash left behind is known."""

ANSWER = 2.0
"""Seconds that the server may take to make it, or to take it away."""

APPEARS = 1.0
LOOK = 0.02
"""Seconds until both ends are there, and between two looks."""

Meant = Mapping[Side, Endpoint | None]
"""What each side is to be plugged into."""


class Modules(Protocol):
    """What the server is asked to do."""

    def load(self, mic: Endpoint, loudspeaker: Endpoint) -> None:
        """Have the canceller between these two. Raises AudioError if that cannot be."""
        ...

    def unload(self) -> None:
        """Have none. Raises AudioError."""
        ...


class ServerCanceller:
    """Keeps the canceller between the two devices that are meant, while that is possible. On one thread."""

    def __init__(self, offer: Callable[[], Offer], errands: Errands, modules: Modules | None = None) -> None:
        """`offer` gives what there is now; `modules` stands in for the server."""
        self._offer = offer
        self._errands = errands
        self._modules = modules or PulseModules()
        self._between: object = None
        self._refused: object = None
        self._told = False

    def leaves(self, meant: Meant) -> bool:
        """Whether `ends` will take away what it gave before."""
        return self._between is not None and self._between != _devices(meant)

    def ends(self, meant: Meant) -> Meant:
        """The two ends of the canceller for `meant`; `meant` itself if it cannot be or need not be."""
        if self.leaves(meant):
            self.release()
        if theirs := _made_by_others(meant, self._offer()):
            return theirs
        devices, mic, loudspeaker = _devices(meant), meant["input"], meant["output"]
        if mic is None or loudspeaker is None or devices in (None, self._refused):
            return meant
        if mic.index is not None or loudspeaker.index is not None:
            self._warn("There is no sound server that keeps your microphone and loudspeaker.")
            return meant
        ours = self._there() if self._between is not None else {}
        if not ours:
            try:
                ours = self._put_between(mic, loudspeaker)
            except (AudioError, TimeoutError) as problem:
                self._warn(str(problem))
                self._refused = devices
                return meant
        return {
            "input": replace(ours["input"], label=mic.label, about=mic.about),
            "output": replace(ours["output"], label=loudspeaker.label, about=loudspeaker.about),
        }

    def refuse(self) -> None:
        """What it gave cannot be used: not again for these devices."""
        self._warn("The sound server's echo canceller cannot be opened.")
        self._refused = self._between
        self.release()

    def release(self) -> None:
        """Take it away; may be called twice."""
        if self._between is None:
            return
        self._between = None
        try:
            self._errands.run(ANSWER, self._modules.unload)
        except (AudioError, TimeoutError) as problem:
            log.info("the sound server's echo canceller is left behind: %s", problem)

    def _put_between(self, mic: Endpoint, loudspeaker: Endpoint) -> dict[Side, Endpoint]:
        """Both ends, newly made. Raises AudioError or TimeoutError, and then nothing is left of them."""
        self._between = mic.identity, loudspeaker.identity
        try:
            self._errands.run(
                ANSWER,
                lambda: self._modules.load(mic, loudspeaker),
                late=lambda _: self._modules.unload(),
            )
            end = time.monotonic() + APPEARS
            while not (ours := self._there()):
                if time.monotonic() > end:
                    raise AudioError("The sound server's echo canceller did not appear.")
                time.sleep(LOOK)
        except (AudioError, TimeoutError):
            self.release()
            raise
        return ours

    def _there(self) -> dict[Side, Endpoint]:
        """Both ends of hers, or nothing."""
        names = _names(os.getpid())
        found = {
            endpoint.side: endpoint
            for endpoint in self._offer().endpoints
            if endpoint.name == names[endpoint.side]
        }
        return found if len(found) == 2 else {}

    def _warn(self, problem: str) -> None:
        if not self._told:
            log.warning("%s Her own echo canceller is used instead.", problem)
        self._told = True


class PulseModules:
    """A server that speaks PulseAudio's protocol, as PipeWire does too."""

    def load(self, mic: Endpoint, loudspeaker: Endpoint) -> None:
        """As `Modules` says; what a crash left behind is taken away."""
        with _asking() as pulse:
            _unload(pulse, lambda owner: owner == os.getpid() or not psutil.pid_exists(owner))
            pulse.module_load(MODULE, arguments(mic, loudspeaker, os.getpid()))

    def unload(self) -> None:
        """As `Modules` says."""
        with _asking() as pulse:
            _unload(pulse, lambda owner: owner == os.getpid())


def arguments(mic: Endpoint, loudspeaker: Endpoint, owner: int) -> str:
    """For the module; its gain control is off, and its noise suppression, as in the canceller of her own."""
    names = _names(owner)
    words = {
        "source_master": mic.name,
        "sink_master": loudspeaker.name,
        "source_name": names["input"],
        "sink_name": names["output"],
        "source_properties": f"device.description='{_plain(mic.label)}, without echo'",
        "sink_properties": f"device.description='{_plain(loudspeaker.label)}, echo cancelled'",
        "aec_method": "webrtc",
        "aec_args": "analog_gain_control=0 digital_gain_control=0 noise_suppression=0",
    }
    return " ".join(f'{name}="{value}"' for name, value in words.items())


def owner(argument: str) -> int | None:
    """The number of the process for which a module was loaded with `argument`; None if it is not one of hers."""
    found = re.search(rf"{re.escape(PREFIX)}\.(\d+)\.", argument)
    return int(found[1]) if found else None


def _names(process: int) -> dict[Side, str]:
    return {"input": f"{PREFIX}.{process}.microphone", "output": f"{PREFIX}.{process}.loudspeaker"}


def _plain(label: str) -> str:
    return re.sub(r"[\"'\\]", "", label)


def _unload(pulse: Any, meant: Callable[[int], bool]) -> None:
    for module in pulse.module_list():
        process = owner(module.argument or "") if module.name == MODULE else None
        if process is not None and meant(process):
            pulse.module_unload(module.index)


@contextmanager
def _asking() -> Iterator[Any]:
    pulse = connect()
    if pulse is None:
        raise AudioError("The sound server does not answer.")
    import pulsectl

    try:
        with pulse:
            yield pulse
    except pulsectl.PulseError:
        raise AudioError(
            f"The sound server has no echo canceller ({MODULE}).",
            "With PipeWire it may be a package of its own: on Debian and Ubuntu libspa-0.2-modules.",
        ) from None


def _devices(meant: Meant) -> object:
    """What a canceller for `meant` depends on; None if there is to be none."""
    mic, loudspeaker = meant["input"], meant["output"]
    if mic is None or loudspeaker is None or loudspeaker.worn or mic.canceller or loudspeaker.canceller:
        return None
    return mic.identity, loudspeaker.identity


def _made_by_others(meant: Meant, offer: Offer) -> dict[Side, Endpoint] | None:
    """Both ends of the canceller to which one of `meant` belongs already."""
    groups = {device.canceller for device in meant.values() if device is not None} - {""}
    ends = {
        endpoint.side: endpoint
        for endpoint in offer.endpoints
        if endpoint.canceller in groups and not endpoint.monitor
    }
    return ends if len(ends) == 2 else None


class Relief:
    """Her own canceller, at rest while the device takes her voice out itself."""

    def __init__(self, own: EchoCanceller, cancels: Callable[[], bool]) -> None:
        """`cancels` says whether the device does."""
        self._own, self._cancels = own, cancels

    @property
    def coupled(self) -> bool:
        """Whether the microphone can hear the loudspeaker, as far as is known."""
        return self._own.coupled

    @property
    def learnt(self) -> bool:
        """Whether it is known how the echo sounds now."""
        return self._own.learnt

    @property
    def surplus(self) -> float:
        """dB by which more is left than mostly is of such an echo."""
        return self._own.surplus

    def process(self, mic: Block, far: Block) -> Block:
        """`mic` without the echo of `far`, both (HEARING_BLOCK,) at HEARING_RATE."""
        return mic if self._cancels() else self._own.process(mic, far)
