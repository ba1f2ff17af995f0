"""PortAudio and a sound server that do what a test says: cards come and go, refuse, hang and die.

`PortAudio` stands in for the sounddevice module. As the real one, it looks for cards only when it starts.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from samantha.audio.choice import Endpoint, Offer
from samantha.events import Side


@dataclass(eq=False)
class Card:
    """A card in its socket."""

    name: str
    inputs: int = 0
    outputs: int = 0
    rates: tuple[int, ...] = (48000, 24000, 16000)
    broken: bool = False
    """Opens for nobody."""
    stuck: threading.Event = field(default_factory=threading.Event)
    """Clear: closing it hangs until it is set."""

    def __post_init__(self) -> None:
        self.stuck.set()


class PortAudio:
    """The few names of the sounddevice module that are used."""

    class PortAudioError(Exception):
        pass

    class default:  # noqa: N801 (as in the module)
        device = (-1, -1)

    def __init__(self, *cards: Card) -> None:
        self.there = list(cards)
        self.listed = list(cards)
        self.streams: list[Stream] = []
        self.starts = 0

    # --- what a test does ---

    def unplug(self, card: Card) -> None:
        self.there.remove(card)
        for stream in [stream for stream in self.streams if stream.card is card]:
            stream.finished()

    def open(self, side: Side) -> Stream | None:
        """The stream that is open on `side`."""
        found = [stream for stream in self.streams if stream.side == side]
        assert len(found) <= 1, "two streams of one side are open"
        return found[0] if found else None

    def pump(self, blocks: int = 1) -> None:
        """Have each open stream hear or play so many periods."""
        for stream in [stream for stream in self.streams if stream.card in self.there]:
            for _ in range(blocks):
                stream.call()

    # --- what the program does ---

    def RawInputStream(self, **how: Any) -> Stream:  # noqa: N802
        return Stream(self, "input", **how)

    def RawOutputStream(self, **how: Any) -> Stream:  # noqa: N802
        return Stream(self, "output", **how)

    def query_hostapis(self) -> list[dict[str, Any]]:
        return [{"name": "ALSA"}]

    def query_devices(self) -> list[dict[str, Any]]:
        return [
            {"index": index, "name": card.name, "hostapi": 0, "max_input_channels": card.inputs,
             "max_output_channels": card.outputs, "default_samplerate": float(card.rates[0])}
            for index, card in enumerate(self.listed)
        ]  # fmt: skip

    def _exit_handler(self) -> None: ...

    def _terminate(self) -> None:
        assert not self.streams, "PortAudio was restarted under an open stream"

    def _initialize(self) -> None:
        self.listed = list(self.there)
        self.starts += 1


class Stream:
    def __init__(
        self,
        audio: PortAudio,
        side: Side,
        *,
        device: int,
        samplerate: int,
        blocksize: int,
        channels: int,
        callback: Callable[..., None],
        finished_callback: Callable[[], None],
        **_: Any,
    ) -> None:
        self._audio = audio
        self.side: Side = side
        self.card = audio.listed[device]
        self.rate = samplerate
        self.latency = 0.03
        if self.card not in audio.there or self.card.broken:
            raise audio.PortAudioError("Device unavailable")
        if samplerate not in self.card.rates:
            raise audio.PortAudioError("Invalid sample rate")
        self._shape = (blocksize, channels)
        self._callback = callback
        self.finished = finished_callback
        self.played: list[np.ndarray] = []

    def start(self) -> None:
        self._audio.streams.append(self)

    def call(self) -> None:
        sound = np.full(self._shape, 0.25 if self.side == "input" else np.nan, np.float32)
        self._callback(memoryview(sound).cast("B"), self._shape[0], None, None)
        self.played.append(sound[:, 0])

    def abort(self) -> None:
        if self in self._audio.streams:
            self._audio.streams.remove(self)
        self.card.stuck.wait()

    def close(self) -> None:
        self.finished()


class Server:
    """A sound server's account of its devices, by hand."""

    def __init__(self, *endpoints: Endpoint, **defaults: str) -> None:
        self.offer: Offer | None = None
        self.seen = False
        self._changed: Callable[[], None] = lambda: None
        if endpoints:
            self.say(*endpoints, **defaults)

    def say(self, *endpoints: Endpoint, **defaults: str) -> None:
        """From now on it has these devices, and these defaults."""
        self.offer, self.seen = Offer(endpoints, defaults, served=True), True  # type: ignore[arg-type]
        self._changed()

    def die(self) -> None:
        self.offer = None
        self._changed()

    def watch(self, changed: Callable[[], None]) -> None:
        self._changed = changed

    def stop(self) -> None:
        self._changed = lambda: None
