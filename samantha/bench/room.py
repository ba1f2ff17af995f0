"""A room of numbers: what she says comes back through the microphone, late, reverberant, and by another clock.

It runs as fast as her engines do, and is the same every time.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from samantha.audio.pcm import (
    HEARING_BLOCK,
    HEARING_RATE,
    VOICE_BLOCK,
    VOICE_RATE,
    Block,
    level_dbfs,
    samples,
    silence,
)
from samantha.audio.wavfile import Pace
from samantha.bench.acoustics import active_level, at_level, convolve, impulse_response, looped
from samantha.bench.echopath import Card, Convolver, pressed
from samantha.bench.listen import AUDIBLE_DBFS
from samantha.ports import Capture, Render

NEAR_M = 0.5
"""From the loudspeaker to the microphone, where both stand on one table, m."""

PERSON_M = 1.5
"""From the person to the microphone, m."""

_FLOOR_S = 10.0


@dataclass(frozen=True, slots=True)
class Space:
    """A room and a sound card in it.

    `echo_db` is how loud her voice comes back beside the person, who is `person_dbfs` loud (active level at the
    microphone) over noise of `floor_dbfs`. A block is heard `delay_ms` (20 and more) after it was rendered; by
    up to `jitter_ms` the card tells it wrong, and by up to as much it wanders and jumps. The loudspeaker's
    clock is `drift_ppm` faster than the microphone's. `clipping` is how hard the loudspeaker is driven: at 0 it
    is linear, at 1 a peak of full scale is pressed to 0.76, at 3 it is a small one turned up fully. `rt60` is
    the reverberation time, s. `seed` draws the room, the noise and the wandering.
    """

    rt60: float = 0.4
    delay_ms: float = 100.0
    jitter_ms: float = 0.0
    drift_ppm: float = 0.0
    echo_db: float = 0.0
    person_dbfs: float = -30.0
    floor_dbfs: float = -68.0
    clipping: float = 0.0
    seed: int = 0

    def __str__(self) -> str:
        """As a condition in a table."""
        parts = [f"echo {self.echo_db:+.0f} dB", f"RT60 {self.rt60:g} s", f"{self.delay_ms:.0f} ms"]
        if self.jitter_ms:
            parts.append(f"± {self.jitter_ms:.0f} ms")
        if self.drift_ppm:
            parts.append(f"{self.drift_ppm:+.0f} ppm")
        if self.clipping:
            parts.append(f"clipping {self.clipping:g}")
        return ", ".join(parts)

    def person(self, sound: Block, distance: float = PERSON_M) -> Block:
        """`sound`, shape (n,), as the microphone gets it from a person so many metres away, `person_dbfs` loud.

        It is longer by its reverberation; the first sample stays the first.
        """
        response = impulse_response(self.rt60, distance, self.seed + 1)
        return at_level(convolve(sound, response), self.person_dbfs)


class Near(Protocol):
    """Whoever is in the room; `bench.person.Person` is one."""

    @property
    def finished(self) -> bool:
        """Whether the room has no more to give."""
        ...

    def speak(self) -> Block:
        """The next HEARING_BLOCK samples of the microphone, from this source."""
        ...

    def hear(self, audible: bool) -> None:
        """Whether she could be heard in the block that was played during the last one spoken."""
        ...


class Sound:
    """A `Near` that is nothing but `sound`, shape (n,), from the first sample to the last."""

    def __init__(self, sound: Block) -> None:
        self._rest = np.concatenate([sound, silence(-len(sound) % HEARING_BLOCK)])

    @property
    def finished(self) -> bool:
        return not len(self._rest)

    def speak(self) -> Block:
        block, self._rest = self._rest[:HEARING_BLOCK], self._rest[HEARING_BLOCK:]
        return block

    def hear(self, audible: bool) -> None:
        """It goes on whatever she does."""


class Room:
    """A sound card in `space`: an `AudioDevice` whose microphone hears `near`, its own echo and `ambience`.

    `near` decides when it ends and gives its sound as it arrives at the microphone, see `Space.person`;
    `ambience`, at HEARING_RATE and as loud as it is, goes round and round. `hers` is some of her voice as it is
    rendered, at VOICE_RATE: by it the loudness of the echo is set. `response` takes the place of the impulse
    response that `space` draws. With `keep`, `mic` and `played` hold what was heard.
    """

    acoustic = True
    hearing = True
    ready = True

    def __init__(
        self,
        space: Space,
        near: Near,
        hers: Block,
        pace: Pace,
        *,
        ambience: Block | None = None,
        response: Block | None = None,
        keep: bool = False,
    ) -> None:
        self.name = f"a room ({space})"
        self.blocks = 0
        """Captured so far."""
        self._near, self._pace, self._keep = near, pace, keep
        self._ambience = silence(1) if ambience is None else ambience
        floor = np.random.default_rng(space.seed).normal(0, 10 ** (space.floor_dbfs / 20), samples(_FLOOR_S))
        self._floor = floor.astype(np.float32)
        self._drive = space.clipping
        self._card = Card(
            space.delay_ms / 1000, space.jitter_ms / 1000, space.drift_ppm / 1e6, space.seed + 2
        )
        if response is None:
            response = impulse_response(space.rt60, NEAR_M, space.seed)
        gain = 10 ** ((space.person_dbfs + space.echo_db - _echo_level(hers, space.clipping, response)) / 20)
        self._path = Convolver(response * np.float32(gain))
        self._mic: list[Block] = []
        self._played: list[Block] = []
        self._task: asyncio.Task[None] | None = None

    @property
    def latency(self) -> int:
        """As the card tells it."""
        return self._card.latency

    @property
    def mic(self) -> Block:
        """What was captured, if it was to be kept, at HEARING_RATE."""
        return np.concatenate([silence(0), *self._mic])

    @property
    def played(self) -> Block:
        """What the loudspeaker gave at the same time, if it was to be kept, at HEARING_RATE."""
        return np.concatenate([silence(0), *self._played])

    def listen(self, on: bool) -> None:
        """The microphone stays open."""

    def rest(self, on: bool) -> None:
        """There is nothing to spare."""

    def start(self, capture: Capture, render: Render) -> None:
        """Begin, as a task of the running loop."""
        self._task = asyncio.get_running_loop().create_task(self._run(capture, render), name="room")

    async def wait(self) -> None:
        """Until `near` has finished."""
        if self._task is not None:
            await self._task

    def stop(self) -> None:
        """End now; may be called twice."""
        if self._task is not None:
            self._task.cancel()

    async def _run(self, capture: Capture, render: Render) -> None:
        while not self._near.finished:
            await self._pace.tick()
            self.step(capture, render)

    def step(self, capture: Capture, render: Render) -> None:
        """One block in, one block out."""
        at = self.blocks * HEARING_BLOCK
        played = pressed(self._card.heard(), self._drive)
        mic = self._path.process(played) + self._near.speak()
        for noise in (self._floor, self._ambience):
            mic += looped(noise, HEARING_BLOCK, at)
        np.clip(mic, -1.0, 1.0, out=mic)
        self.blocks += 1
        if self._keep:
            self._mic.append(mic.copy())
            self._played.append(played)
        capture(mic)
        self._card.play(render(VOICE_BLOCK))
        self._near.hear(level_dbfs(played) > AUDIBLE_DBFS)


def _echo_level(hers: Block, drive: float, response: Block) -> float:
    """How loud `hers`, at VOICE_RATE, comes through loudspeaker and room, dBFS."""
    import soxr

    sound = np.asarray(soxr.resample(hers, VOICE_RATE, HEARING_RATE), np.float32)
    return active_level(convolve(pressed(sound, drive), response))
