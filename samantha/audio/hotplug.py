"""A sound card for long days: devices come and go, she stays."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from samantha.audio.cards import demand, devices, portaudio
from samantha.audio.choice import Choice, Endpoint, Found, Lost, Notice, Offer
from samantha.audio.line import LATENCY, Line, reserve, wish
from samantha.audio.patchbay import Change, Patchbay
from samantha.audio.pcm import HEARING_RATE
from samantha.audio.rest import AFTER, Rest
from samantha.audio.server import Server
from samantha.audio.stream import Exchange
from samantha.config import Audio
from samantha.errors import AudioError
from samantha.events import Side
from samantha.ports import Capture, Render

NEXT = 0.017
SOON = 0.004
"""Seconds until the next look at the rings, after a block was captured and while one is awaited: about two
looks for each block. Every wake-up of the loop costs more than the work it does."""

RESTING = 0.06
"""Seconds until the next look while the loudspeaker rests: nobody notices that speech is heard so much later."""

FIRST = 6.0
"""Seconds that a card may take at the start."""

CLOSING = 0.08
"""Seconds that `stop` waits for PortAudio; a card that has died may keep it for ever."""

SLEPT = 2.0
"""Seconds that passed outside this machine's waking time after which it was suspended."""


def _asleep() -> float:
    """Seconds that this machine has spent suspended, from some moment on: only differences mean anything."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return (time.clock_gettime(clock) if clock is not None else time.time()) - time.monotonic()


class LiveCard:
    """A microphone and a loudspeaker, whichever they are at the moment."""

    def __init__(
        self,
        settings: Audio,
        notice: Callable[[Notice], None] = lambda _: None,
        *,
        wait: bool = False,
        sd: Any = None,
        server: Server | None = None,
        asleep: Callable[[], float] = _asleep,
        rest_after: float = AFTER,
    ) -> None:
        """Choose the devices that `settings` mean; nothing is opened yet.

        `notice` is called on the event loop. With `wait`, a device that is not there is waited for; else
        AudioError is raised for it, here and by `start`. PortAudio itself must be there either way. `sd`,
        `server` and `asleep` stand in for the sounddevice module, the sound server, and the clock that says
        how long the machine was suspended. `rest_after` so many seconds of rest the loudspeaker is closed.
        """
        reserve()
        self._settings = settings
        self._notice = notice
        self._wait = wait
        self._asleep = asleep
        self._server = server or Server()
        named: dict[Side, str | int | None] = {"input": settings.input, "output": settings.output}
        choices = {
            side: Choice(side, wish(side, name), bluetooth_microphone=settings.bluetooth_microphone)
            for side, name in named.items()
        }
        sd = sd or portaudio()
        cancelling = settings.echo_cancellation == "system" and not settings.headset
        self._bay = Patchbay(sd, self._server, choices, self._tell, cancelling=cancelling)
        offer = self._bay.offer
        self._endpoints: dict[Side, Endpoint | None] = {
            side: choice.pick(offer) if wait else demand(choice, offer, devices(sd))
            for side, choice in choices.items()
        }
        self._lines: dict[Side, Line | None] = {"input": None, "output": None}
        self._lost: dict[Side, str] = {}
        self._failures: list[str] = []
        self._listening = True
        self._rest = Rest(rest_after)
        self._exchange = Exchange()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._describe()

    @property
    def offer(self) -> Offer:
        """All that there is to choose from now."""
        return self._bay.offer

    @property
    def names(self) -> dict[Side, str]:
        """The microphone and the loudspeaker, for a person; "" where nothing is."""
        return {
            side: endpoint.label if endpoint is not None and side not in self._lost else ""
            for side, endpoint in self._endpoints.items()
        }

    @property
    def latency(self) -> int:
        """HEARING_RATE samples from `render` to the ear, and from the air to `capture`, together.

        Both count, since the clock is that of captured sound. An estimate that changes with the devices.
        """
        cards = sum(line.latency if line else LATENCY for line in self._lines.values())
        return self._exchange.latency + round(cards * HEARING_RATE)

    @property
    def hearing(self) -> bool:
        """Whether `capture` gets what a microphone hears."""
        return self._exchange.hearing

    @property
    def cancels(self) -> bool:
        """Whether the sound server takes what is played out of what is captured."""
        ears, mouth = self._endpoints["input"], self._endpoints["output"]
        return bool(ears and mouth and ears.canceller and ears.canceller == mouth.canceller)

    @property
    def overruns(self) -> int:
        """Captured samples of the present microphone that were lost because the event loop was held up."""
        return self._exchange.ear.ring.dropped if self._exchange.ear else 0

    @property
    def underruns(self) -> int:
        """Times at which the present loudspeaker found nothing to play."""
        return self._exchange.mouth.underruns if self._exchange.mouth else 0

    def listen(self, on: bool) -> None:
        """Open or close the microphone's stream; what is captured is silence at once, sound within 100 ms."""
        self._listening = on
        if not on:
            self._exchange.ear = None
        self._bay.turn("input", on)

    def rest(self, on: bool) -> None:
        """Nothing is said or expected: after a while a loudspeaker that a sound server keeps is closed."""
        self._rest.want(on, time.monotonic())

    @property
    def ready(self) -> bool:
        """Whether what is rendered now will be heard, and not lost because the loudspeaker has yet to open."""
        return self._rest.ready(time.monotonic())

    def start(self, capture: Capture, render: Render) -> None:
        """Begin. Unless devices are waited for, raises AudioError if one cannot be opened."""
        self._loop = asyncio.get_running_loop()
        self._server.watch(self._stir)
        self._bay.start()
        if not self._wait:
            self._bay.settled.wait(FIRST)
            if self._failures:
                self.stop()
                raise AudioError(self._failures[0])
        self._task = self._loop.create_task(self._run(capture, render), name="sound card")

    async def wait(self) -> None:
        """Until `stop` is called."""
        if self._task is not None:
            await asyncio.wait({self._task})
            if not self._task.cancelled():
                self._task.result()

    def stop(self) -> None:
        """Fall silent and give the cards back, within 100 ms; may be called twice."""
        if self._task is not None:
            self._task.cancel()
        self._loop = None  # what the patchbay still says concerns nobody
        self._server.stop()
        self._bay.stop(CLOSING)
        self._exchange.ear = self._exchange.mouth = None
        self._lines = {}

    async def _run(self, capture: Capture, render: Render) -> None:
        last, asleep = time.monotonic(), self._asleep()
        while True:
            now = time.monotonic()
            count = self._exchange.step(capture, render, now)
            self._feel(now - last)
            self._doze(now)
            if abs(self._asleep() - asleep) > SLEPT:
                asleep = self._asleep()
                self._bay.reopen()
            if self._bay.problem is not None:
                raise self._bay.problem
            last = now
            wait = self._exchange.due(now) or (NEXT if count else SOON)
            await asyncio.sleep(RESTING if self._rest.closed else wait)

    def _feel(self, passed: float) -> None:
        """Whether what is open still lives, `passed` seconds after the last time."""
        for line in self._lines.values():
            if line is not None and not line.lives(passed):
                line.ended = True
                self._bay.wake()

    def _doze(self, now: float) -> None:
        """Close the loudspeaker, or open it again."""
        # A card of our own could be taken by another program, and that it is unplugged shows only while open.
        able = self._server.offer is not None and "output" not in self._lost
        if self._rest.look(now, able=able):
            self._bay.turn("output", not self._rest.closed)

    def _stir(self) -> None:
        """On the sound server's thread: its devices have changed."""
        self._rest.stir(time.monotonic())
        self._bay.wake()

    # --- what the patchbay says ---

    def _tell(self, change: Change) -> None:
        """On its thread."""
        if change.lost and self._task is None:
            self._failures.append(change.lost)
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._take, change)

    def _take(self, change: Change) -> None:
        if self._loop is None:
            return
        side, line = change.side, change.line
        if side == "input" and not self._listening:
            line = None
        self._lines[side] = line
        if side == "input":
            self._exchange.ear = line.ear if line else None
        else:
            self._exchange.speak_through(line.mouth if line else None)
            if line or change.lost:
                self._rest.opened()
        if line is not None:
            self._find(side, line.endpoint)
        elif change.lost and side not in self._lost:
            before = self._endpoints[side]
            self._lost[side] = change.lost
            self._notice(Lost(side, before.label if before else "", change.lost))

    def _find(self, side: Side, endpoint: Endpoint) -> None:
        before = self._endpoints[side]
        self._endpoints[side] = endpoint
        self._describe()
        changed = before is None or (before.label, before.worn) != (endpoint.label, endpoint.worn)
        if changed or self._lost.pop(side, ""):
            self._lost.pop(side, None)
            self._notice(Found(side, endpoint.label, self.acoustic, changed))

    def _describe(self) -> None:
        ears, mouth = self._endpoints["input"], self._endpoints["output"]
        self.name = (
            f"{ears.label if ears else 'none'} (microphone), {mouth.label if mouth else 'none'} (loudspeaker)"
        )
        self.acoustic = not (self._settings.headset or (mouth is not None and mouth.worn))
