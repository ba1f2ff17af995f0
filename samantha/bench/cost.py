"""What it costs to listen: everything that is done to every block, from the sound card to the events of a turn.

That is the echo canceller with what it is told of the loudspeaker, the high-pass filter, the gate, the detector
and the listener. Understanding what was said is not in it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import soxr

from samantha import app
from samantha.audio.echo import FarEnd, WebrtcEchoCanceller
from samantha.audio.pcm import (
    HEARING_BLOCK,
    HEARING_RATE,
    VOICE_BLOCK,
    VOICE_RATE,
    Block,
    samples,
    seconds,
    silence,
)
from samantha.bench.acoustics import at_level, convolve, impulse_response, looped
from samantha.bench.nonspeech import captured
from samantha.bench.room import NEAR_M
from samantha.bench.selfecho import sample
from samantha.bench.setting import Setting
from samantha.bench.sounds import fan
from samantha.bench.table import Cell, Table
from samantha.hearing.endpoint import Echo
from samantha.hearing.listener import Listener

SECONDS, FULL_SECONDS = 20.0, 60.0
TRIES = 3
"""The cheapest counts: what others do on this machine makes it dearer, never cheaper."""

BOUND = 4.0
"""Percent of one core."""

LATENCY = samples(0.1)
SPEECH_DBFS, FAN_DBFS = -30.0, -45.0


def measure(setting: Setting) -> list[Table]:
    """Processor time as percent of one core, by what there is to hear."""
    cells = []
    for condition, mic, played in scenes(setting):
        setting.tell(condition)
        cheapest = min(_spent(setting, mic, played) for _ in range(TRIES))
        length = seconds(len(mic))
        cells.append(Cell(condition, round(100 * cheapest / length, 2), round(length)))
    note = f"The cheapest of {TRIES} runs, all threads; trials are seconds"
    return [Table("CPU of the front end", "% of one core", "lower", tuple(cells), bound=BOUND, note=note)]


def scenes(setting: Setting) -> Iterator[tuple[str, Block, Block]]:
    """Their names, what the microphone captures, and what is played meanwhile, at VOICE_RATE and aligned."""
    n = samples(FULL_SECONDS if setting.full else SECONDS)
    hers = looped(sample(setting), n * VOICE_RATE // HEARING_RATE)
    voice = soxr.resample(hers, VOICE_RATE, HEARING_RATE).astype(np.float32)[:n]
    nothing, unplayed = silence(n), silence(len(hers))
    person = at_level(np.roll(voice, n // 2), SPEECH_DBFS)
    late = np.concatenate([silence(LATENCY), voice])
    echo = at_level(convolve(late, impulse_response(0.4, NEAR_M, setting.seed))[:n], SPEECH_DBFS)
    noise = at_level(fan(seconds(n), setting.seed)[:n], FAN_DBFS)
    for name, sound, played in (
        ("a quiet room", nothing, unplayed),
        ("a fan", noise, unplayed),
        ("somebody speaks without a pause", person, unplayed),
        ("she speaks", echo, hers),
        ("she speaks, and somebody over her", echo + person, hers),
    ):
        yield name, captured(sound, setting.seed), played


def _spent(setting: Setting, mic: Block, played: Block) -> float:
    """Processor time of this process, s, on hearing `mic` while `played` comes out of the loudspeaker."""
    canceller, far = WebrtcEchoCanceller(), FarEnd(LATENCY)
    listener = Listener(app.detector(setting.config), setting.config.hearing, lambda _: None)
    blocks = zip(mic.reshape(-1, HEARING_BLOCK), played.reshape(-1, VOICE_BLOCK), strict=True)
    echo = Echo.LEARNT if played.any() else Echo.NONE
    before = time.process_time()
    for captured_block, rendered in blocks:
        listener.feed(canceller.process(captured_block, far.pull()), echo)
        far.push(rendered)
    return time.process_time() - before
