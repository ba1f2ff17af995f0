"""Long sound in pieces that can be heard one at a time. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from samantha.audio.pcm import HEARING_RATE, Block, silence

_FRAME = HEARING_RATE // 10


def in_pieces(blocks: Iterable[Block], longest: int) -> Iterator[tuple[int, Block]]:
    """The sound of `blocks`, at HEARING_RATE, in pieces of at most `longest` samples, each with where it begins.

    A piece ends in the quietest tenth of a second of its last third, so that no word is cut. No more than one
    piece and one block are kept.
    """
    held: list[Block] = []
    size = start = 0
    for block in blocks:
        held.append(block)
        size += len(block)
        while size > longest:
            sound = np.concatenate(held)
            cut = _quietest(sound[:longest])
            yield start, sound[:cut]
            held, size, start = [sound[cut:]], size - cut, start + cut
    if size:
        yield start, np.concatenate((silence(0), *held))


def _quietest(sound: Block) -> int:
    first = len(sound) * 2 // 3 // _FRAME
    frames = sound[first * _FRAME : len(sound) // _FRAME * _FRAME].reshape(-1, _FRAME)
    return (first + int(np.argmin(np.square(frames).sum(axis=1)))) * _FRAME + _FRAME // 2
