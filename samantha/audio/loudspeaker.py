"""Playing something without listening: what `samantha say` needs of a sound card."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from samantha.audio.cards import demand, devices, offered, portaudio, quiet
from samantha.audio.choice import Choice
from samantha.audio.line import SERVED, reach, wish
from samantha.audio.pcm import VOICE_RATE, Block
from samantha.audio.server import Server
from samantha.errors import AudioError

LATENCY = 0.1
"""Seconds of buffer: nobody waits for an answer here, and a busy machine may be late."""

TAIL = 0.15
"""Seconds that a sound server may hold besides."""


def play(output: str | int | None, sound: Iterable[Block]) -> None:
    """Play `sound`, blocks at VOICE_RATE, and return when the last of it has been heard.

    `output` is part of a name, an index, or None for the default. Raises AudioError if it cannot be opened.
    """
    import soxr

    sd = portaudio()
    found, server = devices(), Server()
    server.stop()
    choice = Choice("output", wish("output", output))
    endpoint = demand(choice, offered(found, server.offer), found)
    device = reach(endpoint, found)
    rate = SERVED["output"] if endpoint.index is None else device.rate
    try:
        with quiet():
            stream = sd.OutputStream(
                samplerate=rate,
                device=device.index,
                channels=min(2, device.outputs),
                dtype="float32",
                latency=LATENCY,
            )
        with stream:
            for block in sound:
                converted = soxr.resample(block, VOICE_RATE, rate)
                stream.write(np.repeat(converted[:, None], stream.channels, axis=1))
            # What still waits when a stream is stopped is not always played: let that be silence.
            rest = round((stream.latency + TAIL) * rate)
            stream.write(np.zeros((rest, stream.channels), np.float32))
    except sd.PortAudioError as problem:
        raise AudioError(
            f"The loudspeaker “{endpoint.label}” cannot be used: {problem}.",
            "Choose another with --set audio.output=NAME (`samantha devices`), or write a file with -o.",
        ) from None
