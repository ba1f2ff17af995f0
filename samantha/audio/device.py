"""The sound card: PortAudio's threads copy to and from two rings, the event loop does everything else."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from typing import Any

from samantha.audio.cards import THINGS, DeviceInfo, choose, devices, has_microphone, portaudio, quiet
from samantha.audio.pcm import HEARING_RATE, Block, silence
from samantha.audio.stream import Exchange
from samantha.errors import AudioError
from samantha.events import Side
from samantha.ports import Capture, Render

__all__ = ["DeviceInfo", "SoundCard", "devices", "has_microphone"]

log = logging.getLogger(__name__)

NEXT = 0.017
SOON = 0.004
"""Seconds until the next look at the rings, after a block was captured and while one is awaited: about two
looks for each block. Every wake-up of the loop costs more than the work it does."""

CARD_LATENCY = 0.030
"""Seconds of buffer asked of PortAudio: three of its 10 ms periods."""

DEAD = 3.0
"""Seconds without a sign of life after which a stream counts as lost; Bluetooth needs two to begin."""

RATES = (48_000, 44_100, 32_000, 24_000, 16_000)
"""Tried in turn where a card refuses the rate that it calls its own."""

CLOSING = 0.08
"""Seconds that `stop` waits for PortAudio; a card that has died may keep it for ever."""


class SoundCard:
    """A microphone and a loudspeaker, each a PortAudio stream of its own at its native rate."""

    def __init__(self, input: str | int | None, output: str | int | None, headset: bool) -> None:
        """Choose the devices: by part of a name, index, or None for the default. Nothing is opened yet.

        `headset` says that the microphone cannot hear the loudspeaker. Raises AudioError if PortAudio or a
        device is missing, or if it is not clear which one is meant.
        """
        self._sd = portaudio()
        found = devices()
        self._chosen: dict[Side, DeviceInfo] = {
            "input": choose(input, found, "input"),
            "output": choose(output, found, "output"),
        }
        self.name = f"{self._chosen['input'].name} (microphone), {self._chosen['output'].name} (loudspeaker)"
        self.acoustic = not headset
        self.exchange = Exchange(self._chosen["input"].rate, self._chosen["output"].rate)
        """For its counts of overruns and underruns; replaced by `start`."""
        self._streams: dict[Side, Any] = {}
        self._alive: dict[Side, int] = {"input": 0, "output": 0}
        self._task: asyncio.Task[None] | None = None
        self.hearing = True

    def listen(self, on: bool) -> None:
        """Hand on what the microphone hears, or silence in its place; its stream stays open."""
        self.hearing = on

    @property
    def latency(self) -> int:
        """HEARING_RATE samples from `render` to the ear, and from the air to `capture`, together.

        Both count, since the clock is that of captured sound. An estimate, better once the streams run.
        """
        cards = sum(stream.latency for stream in self._streams.values()) or 2 * CARD_LATENCY
        return self.exchange.latency + round(cards * HEARING_RATE)

    def start(self, capture: Capture, render: Render) -> None:
        """Open both streams and begin. Raises AudioError if one cannot be opened."""
        loop = asyncio.get_running_loop()
        try:
            with quiet():
                rates = [self._open_any_rate(side) for side in ("input", "output")]
                self.exchange = Exchange(*rates)
                for side, stream in self._streams.items():
                    self._started(side, stream)
        except BaseException:
            self.stop()
            raise

        def heard(block: Block) -> None:
            capture(block if self.hearing else silence(len(block)))

        self._task = loop.create_task(self._run(heard, render), name="sound card")

    async def wait(self) -> None:
        """For ever, unless the card is lost (AudioError) or `stop` is called."""
        if self._task is not None:
            await asyncio.wait({self._task})
            if not self._task.cancelled():
                self._task.result()

    def stop(self) -> None:
        """Fall silent and give the card back, within 100 ms; may be called twice."""
        if self._task is not None:
            self._task.cancel()
        streams, self._streams = list(self._streams.values()), {}
        if streams:
            closing = threading.Thread(target=self._close, args=(streams,), name="closing", daemon=True)
            closing.start()
            closing.join(CLOSING)

    async def _run(self, capture: Capture, render: Render) -> None:
        seen = dict(self._alive)
        since = dict.fromkeys(seen, time.monotonic())
        while True:
            await asyncio.sleep(NEXT if self.exchange.step(capture, render) else SOON)
            now = time.monotonic()
            for side, calls in self._alive.items():
                if calls != seen[side]:
                    seen[side], since[side] = calls, now
                elif now - since[side] > DEAD or not self._active(side):
                    raise self._lost(side)

    def _active(self, side: Side) -> bool:
        stream = self._streams.get(side)
        try:
            return stream is not None and bool(stream.active)
        except self._sd.PortAudioError:
            return False

    def _lost(self, side: Side) -> AudioError:
        return AudioError(
            f"The {THINGS[side]} “{self._chosen[side].name}” has gone: no more sound passes through it.",
            "Plug it in again or choose another (`samantha devices`), then start again.",
        )

    # --- on PortAudio's threads: copy and leave ---

    def _hear(self, sound: Block, *_: Any) -> None:
        self._alive["input"] += 1
        self.exchange.heard.write(sound[:, 0])

    def _play(self, sound: Block, *_: Any) -> None:
        self._alive["output"] += 1
        first = sound[:, 0]
        self.exchange.played.read(first)
        for channel in range(1, sound.shape[1]):
            sound[:, channel] = first

    # --- opening and closing ---

    def _open_any_rate(self, side: Side) -> int:
        """Open a stream and keep it; returns its rate in Hz."""
        device = self._chosen[side]
        problem: Exception | None = None
        for rate in (device.rate, *(rate for rate in RATES if rate != device.rate)):
            try:
                self._streams[side] = self._open(side, device, rate)
            except self._sd.PortAudioError as refused:
                log.debug("%s refused %d Hz: %s", device.name, rate, refused)
                problem = problem or refused
            else:
                return rate
        raise self._refused(side, problem)

    def _open(self, side: Side, device: DeviceInfo, rate: int) -> Any:
        common = {
            "samplerate": rate,
            "device": device.index,
            "dtype": "float32",
            "blocksize": rate // 100,
            "latency": CARD_LATENCY,
        }
        if side == "input":
            return self._sd.InputStream(channels=1, callback=self._hear, **common)
        return self._sd.OutputStream(channels=min(2, device.outputs), callback=self._play, **common)

    def _started(self, side: Side, stream: Any) -> None:
        try:
            stream.start()
        except self._sd.PortAudioError as problem:
            raise self._refused(side, problem) from None

    def _refused(self, side: Side, problem: Exception | None) -> AudioError:
        return AudioError(
            f"The {THINGS[side]} “{self._chosen[side].name}” cannot be opened: {problem}.",
            f"Is another program using it? Else set audio.{side} to another one (`samantha devices`).",
        )

    def _close(self, streams: list[Any]) -> None:
        for end in [stream.abort for stream in streams] + [stream.close for stream in streams]:
            try:
                end()
            except self._sd.PortAudioError as problem:
                log.debug("%s: %s", end.__name__, problem)
