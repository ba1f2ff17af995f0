"""One PortAudio stream: its thread copies to or from a ring and leaves."""

from __future__ import annotations

import logging
import os
from typing import Any

import numpy as np

from samantha.audio.cards import DeviceInfo, gateway, quiet
from samantha.audio.choice import THINGS, Endpoint
from samantha.audio.pcm import HEARING_RATE, VOICE_RATE
from samantha.audio.stream import Ear, Mouth
from samantha.errors import AudioError
from samantha.events import Side

log = logging.getLogger(__name__)

LATENCY = 0.030
"""Seconds of buffer asked of PortAudio."""

PERIODS: dict[Side, float] = {"input": 0.020, "output": 0.010}
"""Seconds between two calls of PortAudio: a block is captured as soon either way, and soonest played so."""

RATES = (48_000, 44_100, 32_000, 24_000, 16_000)
"""Tried in turn where a card refuses the rate that it calls its own."""

SERVED: dict[Side, int] = {"input": HEARING_RATE, "output": VOICE_RATE}
"""Hz asked of a sound server."""

BEGINS = 2.5
"""Seconds that a stream may take to begin: Bluetooth needs two."""

SILENT = 1.0
"""Seconds without a sign of life after which a stream that ran counts as lost."""

HICCUP = 0.1
"""The most that one look at a stream adds to its silence: a program that was held up heard nothing either."""

PINS: dict[Side, str] = {"input": "PULSE_SOURCE", "output": "PULSE_SINK"}
PIN = "PIPEWIRE_NODE"
"""The variables in which PulseAudio's and PipeWire's ALSA plugins look for the device when they open it."""

DEFAULTS: dict[Side, str] = {"input": "@DEFAULT_SOURCE@", "output": "@DEFAULT_SINK@"}

_theirs = {side: os.environ.get(name) for side, name in PINS.items()}


class Line:
    """What passes through one microphone or loudspeaker, until its card dies or `close`."""

    def __init__(self, sd: Any, endpoint: Endpoint, found: list[DeviceInfo]) -> None:
        """Open it and begin; `found` is PortAudio's list. Raises AudioError if it cannot be opened."""
        self.endpoint = endpoint
        self.ended = False
        """Whether PortAudio has said that nothing more will come."""
        self.calls = 0
        """How often the card asked or gave."""
        self.latency = LATENCY
        """Seconds between the card and the air, as PortAudio estimates."""
        self.ear: Ear | None = None
        self.mouth: Mouth | None = None
        self._sd = sd
        self._stream: Any = None
        self._seen = 0
        self._silent = 0.0
        device = reach(endpoint, found)
        rates = [endpoint.rate, *(rate for rate in RATES if rate != endpoint.rate)]
        if endpoint.index is None:  # a sound server converts, and sooner than we can
            rates = [SERVED[endpoint.side]]
        problem: Exception | None = None
        with quiet():
            for rate in rates:
                try:
                    self._open(device, rate)
                except sd.PortAudioError as refused:
                    log.debug("%s refused %d Hz: %s", endpoint.label, rate, refused)
                    problem = problem or refused
                else:
                    return
        raise AudioError(
            f"The {THINGS[endpoint.side]} “{endpoint.label}” cannot be opened: {problem}.",
            f"Is another program using it? Else set audio.{endpoint.side} to another one (`samantha devices`).",
        )

    def lives(self, passed: float) -> bool:
        """Whether it is well; to be asked often, `passed` is the seconds since the last time."""
        if self.calls != self._seen:
            self._seen, self._silent = self.calls, 0.0
        else:
            self._silent += min(passed, HICCUP)
        return not self.ended and self._silent < (SILENT if self._seen else BEGINS)

    def close(self) -> None:
        """Give the card back, at once; one that has died may keep the caller for ever."""
        stream, self._stream = self._stream, None  # it refers to this line
        if stream is None:
            return
        for end in (stream.abort, stream.close):
            try:
                end()
            except self._sd.PortAudioError as problem:
                log.debug("%s: %s", self.endpoint.label, problem)

    def _open(self, device: DeviceInfo, rate: int) -> None:
        common = {
            "samplerate": rate,
            "device": device.index,
            "dtype": "float32",
            "blocksize": round(rate * PERIODS[self.endpoint.side]),
            "latency": LATENCY,
            "finished_callback": self._end,
        }
        if self.endpoint.side == "input":
            self.ear = Ear(rate)
            self._ring = self.ear.ring
            self._stream = self._sd.RawInputStream(channels=1, callback=self._hear, **common)
        else:
            self.mouth = Mouth(rate)
            self._ring = self.mouth.ring
            self._channels = min(2, device.outputs)
            self._stream = self._sd.RawOutputStream(channels=self._channels, callback=self._play, **common)
        try:
            self._stream.start()
        except self._sd.PortAudioError:
            self.close()
            raise
        self.ended = False
        self.latency = float(self._stream.latency)

    # --- on PortAudio's thread, a hundred times a second: raw streams spare it half of the cost of a call ---

    def _hear(self, sound: Any, *_: Any) -> None:
        self.calls += 1
        self._ring.write(np.frombuffer(sound, np.float32))

    def _play(self, sound: Any, *_: Any) -> None:
        self.calls += 1
        frames = np.frombuffer(sound, np.float32).reshape(-1, self._channels)
        self._ring.read(frames[:, 0])
        frames[:, 1:] = frames[:, :1]

    def _end(self) -> None:
        self.ended = True


def reach(endpoint: Endpoint, found: list[DeviceInfo]) -> DeviceInfo:
    """The entry of PortAudio's list by which `endpoint` is reached, made to lead there."""
    if endpoint.index is None:
        device = gateway(found, endpoint.side)
    else:
        device = next((card for card in found if card.index == endpoint.index), None)
    if device is None:
        raise AudioError(f"There is no way to the {THINGS[endpoint.side]} “{endpoint.label}”.")
    os.environ[PINS[endpoint.side]] = endpoint.name if endpoint.index is None else DEFAULTS[endpoint.side]
    os.environ[PIN] = endpoint.name if endpoint.index is None else ""
    return device


def wish(side: Side, setting: str | int | None) -> str | int | None:
    """What the settings name, or else what the person put into the environment for all programs."""
    return _theirs[side] if setting is None else setting


def reserve() -> None:
    """Put the names into the environment: later, a new one would move it under the feet of other threads."""
    for side, name in PINS.items():
        os.environ.setdefault(name, DEFAULTS[side])
    os.environ.setdefault(PIN, "")
