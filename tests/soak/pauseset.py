"""Sentences with a place where the person might think for a moment, and sentences that are over."""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr

from samantha.audio.pcm import HEARING_RATE, VOICE_RATE, Block, samples
from samantha.bench.sentences import PAUSED, QUESTIONS
from samantha.dialog.token import Token
from samantha.ports import Synthesizer

PAUSED_HERE = """
I wanted to ask you about | the meeting tomorrow morning.
Could you tell me | what the weather is going to be like?
I was thinking that | we could go to the beach on Sunday.
My sister called me yesterday | and she told me that she is moving to Berlin.
I went to the store | to buy some milk and a loaf of bread.
I don't really know | what I should do about my job.
Can you set a timer for | twenty minutes?
I'd like to order a large coffee | with milk and two sugars, please.
The thing is, um, | I have never been very good at maths.
I saw that new film last night | and I didn't like it very much.
Do you remember the | name of that restaurant in Lisbon?
I would love to learn the guitar | but I never find the time to practise.
When I was a child | we used to live near a big forest.
So what I did was | I called the company and complained.
What do you think of | people who are always late?
I need to find a present for my mother | because her birthday is next week.
If it rains tomorrow | we will have to stay at home.
Please remind me to | water the plants this evening.
I read a book about | the history of the Roman Empire.
He said that he would come | but I don't believe him.
We drove all the way to the coast | and then we noticed that the hotel was closed.
Is it true that | cats can see in the dark?
I have two brothers, and | one of them is a pilot.
Let me think, uh, | I believe it was in nineteen ninety four.
Tell me something about | the planets of the solar system.
I usually get up at six | so that I can go for a run before work.
Play some music by | Johann Sebastian Bach.
I'm trying to decide whether | I should buy a new computer.
That was the day when | everything in my life changed.
I like my new flat | although the kitchen is a bit small.
The doctor told me that I should | drink less coffee and sleep more.
My favourite film is | the one with the talking bear.
How long does it take | to fly from London to New York?
I went for a walk in the park | where I met an old friend from school.
Can you explain to me why | the sea is salty?
Yesterday I made a cake | which turned out much too sweet.
I have been working on this project for | almost three years now.
You know, | sometimes I just want to do nothing at all.
First I have to clean the kitchen | and after that I will call my parents.
There is a small café on the corner | that sells the best croissants in town.
I think that the best way to | learn a language is to speak it every day.
She plays the piano | and her husband plays the violin.
Could you help me with | a letter to my landlord?
I forgot to | lock the door this morning.
The train was so full that | we had to stand for two hours.
I'm looking for a recipe with | tomatoes and aubergines.
Maybe we should | talk about something else for a while.
I grew up in a small village | in the north of Spain.
Did you hear that | they are building a new bridge?
Whenever I am sad | I listen to this song.
"""
"""Cut at `|`: in the middle of a phrase, and where a clause ends and the sentence might."""

WHOLE = (
    "Yes.",
    "No, thank you.",
    "Tell me another one.",
    "I'm fine, how about you?",
    "What is that?",
    "Why not?",
    "That sounds good to me.",
    "I have no idea.",
    "It was really nice to talk to you.",
    "Set an alarm for seven o'clock.",
    "Who is she?",
    "I had pasta for lunch.",
    "Maybe later.",
    "Where do you come from?",
    "I don't like it.",
    "Turn the lights off.",
)
"""Short turns, as conversations are full of them."""

_JOINTS = frozenset(
    "and but or that which who when if because for with in of to as than so what how at on where".split()
)
_AFTER = 0.25
"""How often a person pauses behind the joint ("and …") and not before it."""


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """Sound at HEARING_RATE up to a pause, and after it; `after` is empty where the turn is over."""

    source: str
    before: Block
    after: Block
    text: str
    room: float
    """Level of the room's noise, RMS."""

    @property
    def over(self) -> bool:
        return not len(self.after)


def recorded(folder: Path, words: Any, seed: int) -> Iterator[Item]:
    """People in `folder` (manifest.csv: file, kind, transcript), each clip whole and cut at one or two joints."""
    dice = random.Random(seed)
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] in ("utterance", "command")]
    for row in rows:
        (sound, rate), text = soundfile.read(folder / row["file"], dtype="float32"), row["transcript"]
        assert rate == HEARING_RATE, f"{row['file']} has {rate} Hz"
        if text.rstrip().endswith(","):
            continue  # the reader had not finished
        yield whole(f"{row['kind']} {row['file']}", sound, text)
        said = _plain(text)
        places = [n for n in range(2, len(said) - 1) if said[n] in _JOINTS]
        for n in sorted(dice.sample(places, min(len(places), 1 if len(said) < 12 else 2))):
            yield from cut(f"{row['kind']} {row['file']}", sound, text, n + (dice.random() < _AFTER), words)


def synthesised(voices: Sequence[tuple[Synthesizer, float]], words: Any, seed: int) -> Iterator[Item]:
    """Every sentence by two of `voices` (each with its pace), whole and cut."""
    dice = random.Random(seed)
    for line in [*PAUSED_HERE.strip().splitlines(), *WHOLE]:
        before, _, after = (part.strip() for part in line.partition("|"))
        for voice, pace in dice.sample(voices, 2):
            sound = spoken(voice, f"{before} {after}".strip(), pace)
            yield whole(voice.name, sound, f"{before} {after}".strip())
            if after:
                yield from cut(voice.name, sound, f"{before} {after}", len(_plain(before)), words)


def unseen(voices: Sequence[tuple[Synthesizer, float]], seed: int) -> Iterator[Item]:
    """The sentences of `samantha bench`, spoken half by half: nothing was chosen by looking at them."""
    dice = random.Random(seed)
    for before, after in PAUSED:
        voice, pace = dice.choice(voices)
        halves = [_trimmed(spoken(voice, half, pace)) for half in (before, after)]
        yield Item(f"bench {voice.name}", *halves, f"{before} | {after}", _room(halves[0]))
        yield whole(f"bench {voice.name}", halves[1], after)
    for text in QUESTIONS:
        voice, pace = dice.choice(voices)
        yield whole(f"bench {voice.name}", spoken(voice, text, pace), text)


def spoken(voice: Synthesizer, text: str, pace: float) -> Block:
    """`text` at HEARING_RATE."""
    sound = np.concatenate(list(voice.synthesize(text, Token(), speed=pace)))
    return np.asarray(soxr.resample(sound, VOICE_RATE, HEARING_RATE), np.float32)


def whole(source: str, sound: Block, text: str) -> Item:
    return Item(source, _trimmed(sound), sound[:0], text, _room(sound))


def cut(source: str, sound: Block, text: str, after: int, words: Any) -> Iterator[Item]:
    """`sound` cut behind its word number `after`, where it is quietest; nothing if the place is not found.

    `words` is a Whisper of faster-whisper, which tells when each word was said.
    """
    segments, _ = words.transcribe(sound, language="en", beam_size=1, word_timestamps=True)
    heard = [word for segment in segments for word in segment.words]
    places: dict[int, Any] = {}
    pairs = SequenceMatcher(a=_plain(text), b=[" ".join(_plain(word.word)) for word in heard], autojunk=False)
    for block in pairs.get_matching_blocks():
        places |= {block.a + n: heard[block.b + n] for n in range(block.size)}
    if after - 1 not in places or after not in places:
        return
    step = samples(0.01)
    begin = max(0, samples(places[after - 1].end - 0.06) // step)
    end = samples(max(places[after].start, places[after - 1].end) + 0.08) // step
    level = np.sqrt(np.square(sound[: len(sound) // step * step].reshape(-1, step)).mean(axis=1))
    if end >= len(level):
        return
    place = begin + int(np.argmin(level[begin : end + 1]))
    quiet = max(
        level[place] * 1.5, 0.02 * np.percentile(level, 95)
    )  # a gap that was there is part of the pause
    first = last = place
    while first > begin - 10 and first > 0 and level[first - 1] < quiet:
        first -= 1
    while last < end + 10 and last + 1 < len(level) and level[last + 1] < quiet:
        last += 1
    said = text.split()
    shown = f"{' '.join(said[:after])} | {' '.join(said[after:])}"
    yield Item(source, sound[: first * step], sound[(last + 1) * step :], shown, _room(sound))


def _plain(text: str) -> list[str]:
    return re.findall(r"\w+", re.sub(r"(?<=\w)['’](?=\w)", "", text.lower()))


def _room(sound: Block) -> float:
    """RMS of the quietest 50 ms."""
    step = samples(0.05)
    level = np.sqrt(np.square(sound[: len(sound) // step * step].reshape(-1, step)).mean(axis=1))
    return float(max(1e-4, level.min()))


def _trimmed(sound: Block) -> Block:
    """Without the silence at both ends: what is 45 dB below the loudest."""
    step = samples(0.01)
    level = np.sqrt(np.square(sound[: len(sound) // step * step].reshape(-1, step)).mean(axis=1))
    loud = np.flatnonzero(level > level.max() * 0.0056)
    return sound[loud[0] * step : (loud[-1] + 1) * step]
