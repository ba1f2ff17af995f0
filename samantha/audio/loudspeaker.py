"""Playing something without listening: what `samantha say` needs of a sound card."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from samantha.audio.cards import choose, devices, portaudio, quiet
from samantha.audio.pcm import VOICE_RATE, Block
from samantha.errors import AudioError


def play(output: str | int | None, sound: Iterable[Block]) -> None:
    """Play `sound`, blocks at VOICE_RATE, and return when the last of it has been heard.

    `output` is part of a name, an index, or None for the default. Raises AudioError if it cannot be opened.
    """
    import soxr

    sd = portaudio()
    device = choose(output, devices(), "output")
    try:
        with quiet():
            stream = sd.OutputStream(
                samplerate=device.rate, device=device.index, channels=min(2, device.outputs), dtype="float32"
            )
        with stream:
            for block in sound:
                converted = soxr.resample(block, VOICE_RATE, device.rate)
                stream.write(np.repeat(converted[:, None], stream.channels, axis=1))
    except sd.PortAudioError as problem:
        raise AudioError(
            f"The loudspeaker “{device.name}” cannot be used: {problem}.",
            "Choose another with --set audio.output=NAME (`samantha devices`), or write a file with -o.",
        ) from None
