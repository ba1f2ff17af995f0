"""What a few seconds from a microphone tell about it. Pure: sound in, sentences out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from samantha.audio.pcm import HEARING_BLOCK, Block, level_dbfs
from samantha.doctor.finding import Trouble

DIGITAL_SILENCE = -100.0
"""dBFS below which no microphone is: the noise of its own parts is louder."""

CLIPPED = 0.999
OFTEN = 1e-4
"""The share of samples at full scale from which on a microphone is too loud: a pop is less."""

OFFSET = 0.02
"""Of full scale; what a sound card adds when nothing is heard is a hundredth of it."""


@dataclass(frozen=True, slots=True)
class Level:
    """Levels in dBFS, of the whole and of its loudest 20 ms, without `offset`, the mean of all samples."""

    mean: float
    loudest: float
    offset: float
    clipped: float
    """The share of samples at full scale."""

    @property
    def silent(self) -> bool:
        """Whether it is no sound at all, and not only a quiet room."""
        return self.loudest <= DIGITAL_SILENCE


def measure(sound: Block) -> Level:
    """The levels of `sound`, shape (n,), n > 0."""
    offset = float(np.mean(sound, dtype=np.float64))
    still = (sound - offset).astype(np.float32)
    blocks = [still[start : start + HEARING_BLOCK] for start in range(0, len(still), HEARING_BLOCK)]
    return Level(
        mean=level_dbfs(still),
        loudest=max(level_dbfs(block) for block in blocks),
        offset=offset,
        clipped=float(np.mean(np.abs(sound) >= CLIPPED)),
    )


def troubles(level: Level, *, audible: float, asked: bool) -> list[Trouble]:
    """What is wrong with a microphone of this `level`, other than silence.

    `audible` is the level in dBFS from which on she takes a voice for somebody who speaks to her; `asked` says
    that the person was asked to speak meanwhile.
    """
    found = []
    if level.clipped > OFTEN:
        found.append(
            Trouble(
                f"It clips: {100 * level.clipped:.1f} % of what it gives is cut off.",
                "Turn it down in the sound settings, or speak from further away.",
            )
        )
    if abs(level.offset) > OFFSET:
        found.append(
            Trouble(
                f"Its zero is off by {100 * abs(level.offset):.0f} % of full scale.",
                "Another socket or a USB adapter helps against that.",
            )
        )
    if asked and level.loudest < audible:
        found.append(
            Trouble(
                f"Nothing was louder than {level.loudest:.0f} dBFS; below {audible:.0f} she takes nobody to "
                "be speaking to her.",
                "If you did speak: turn it up in the sound settings, come closer, or choose another one.",
            )
        )
    return found
