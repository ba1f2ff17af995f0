"""The microphone for as long as it takes to hear enough speech, with something to look at meanwhile."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from samantha.audio.device import LiveCard, Lost, Notice
from samantha.audio.pcm import Block, level_dbfs, silence
from samantha.config import Config
from samantha.errors import AudioError
from samantha.hearing.voiceprint import Speech
from samantha.service.client import running

_OPENS_S = 8.0
"""How long a microphone may take to give its first sound."""
_FINISHED_S = 3.0
_QUIET_DBFS, _LOUD_DBFS = -60.0, -10.0
_BARS = " ▁▂▃▄▅▆▇█"

Tell = Callable[[float, float], None]
"""Is given the seconds of speech so far and the microphone's level in dBFS."""


def record(config: Config, speech: Speech, *, enough: float, least: float) -> None:
    """Feed `speech` from the microphone until it has `enough` seconds, or four times as long has passed.

    Who has said `least` seconds and then nothing for a while has finished. A Samantha that runs does not listen
    meanwhile. Raises AudioError if there is no microphone, or it goes away.
    """
    other = running()
    if other is not None and other.status().muted:
        other = None
    if other is not None:
        other.listen(False)
    try:
        with _shown(enough) as tell:
            asyncio.run(_record(config, speech, enough, least, tell))
    finally:
        if other is not None and running() is not None:
            other.listen(True)


async def _record(config: Config, speech: Speech, enough: float, least: float, tell: Tell) -> None:
    over = asyncio.Event()
    lost: list[Lost] = []

    def notice(notice: Notice) -> None:
        if isinstance(notice, Lost) and notice.side == "input":
            lost.append(notice)
            over.set()

    card = LiveCard(config.audio, notice, wait=True)
    began = asyncio.Event()

    def capture(block: Block) -> None:
        if card.hearing:
            began.set()
            speech.feed(block)
            tell(speech.seconds, level_dbfs(block))
            if speech.seconds >= enough or (speech.seconds >= least and speech.pause >= _FINISHED_S):
                over.set()

    card.start(capture, silence)
    try:
        await _within(_OPENS_S, began, over)
        if not over.is_set() and not began.is_set():
            raise AudioError(
                "The microphone gives no sound.",
                "`samantha doctor` finds out why; or name a file by --input.",
            )
        await _within(4 * enough, over)
    finally:
        card.stop()
    if lost:
        raise AudioError(lost[0].reason, "Plug in a microphone, or name a sound file by --input.")


async def _within(seconds: float, *events: asyncio.Event) -> None:
    """Until one of `events`, but no longer than `seconds`."""
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()


@contextmanager
def _shown(enough: float) -> Iterator[Tell]:
    """A bar that grows with the speech, and a level beside it; nothing where nobody looks."""
    if not sys.stderr.isatty():
        yield lambda _, __: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (
        TextColumn("{task.fields[level]}"),
        BarColumn(),
        TextColumn("{task.completed:.0f} of {task.total:.0f} s"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("", total=enough, level=_BARS[0])

        def tell(seconds: float, dbfs: float) -> None:
            share = (dbfs - _QUIET_DBFS) / (_LOUD_DBFS - _QUIET_DBFS)
            step = round(max(0.0, min(1.0, share)) * (len(_BARS) - 1))
            progress.update(bar, completed=seconds, level=_BARS[step])

        yield tell
