"""Her diary: what the model is asked for an entry, and what of its answer is kept. Pure; English."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from samantha.mind.relations import content, said_in, words
from samantha.ports import Message

FEELINGS = ("glad", "calm", "curious", "amused", "tender", "proud", "hopeful", "worried", "sad", "puzzled")
"""What a conversation may leave behind."""

MOST_WORDS = 60
ANSWER_TOKENS = 120
_OF_A_TURN = 50  # words
_OF_HERS = 16
_OF_ALL = 450

_TASK = (
    "You are Samantha. After a talk with {name} you write in your diary what {name} told you about {name}'s life: one "
    "word for how it felt, and below it one to four short sentences, with the names, places and days that were said. "
    "Only what {name} said, nothing invented."
)
_EXAMPLE = (
    "{name}: The baby kept us up all night.\nSamantha: Poor you!\n{name}: My brother Jon is coming to stay on Friday.\n"
    "{name}: I've never liked his cooking.",
    "amused\n{name} was up all night with the baby. {name}'s brother Jon is coming to stay on Friday, and {name} has "
    "never liked his cooking.",
)
_SENTENCE = re.compile(r"(?:[^.!?]|(?<=\b[A-Z])\.|(?<=\bDr)\.|(?<=\bMr)\.|(?<=\bMrs)\.)+[.!?]+")
_NAMED = re.compile(r"\b[A-Z][\w-]+|\b\d[\d.,:]*")
_HERSELF = re.compile(r"\b(?:my|mine|our|we)\b", re.IGNORECASE)
_TOLD = frozenset("tell told say said talk mention share felt feel ask like want".split())
_BORNE_OUT = 0.7
"""Of the words of a sentence, this share must have been said."""

_WHO = re.compile(
    r"\b(?:sister|brother|mother|father|mum|mom|dad|wife|husband|son|daughter|aunt|uncle|cousin|niece|nephew|partner|"
    r"girlfriend|boyfriend|friend|boss|colleague|neighbou?r|grand\w+|dog|cat)s?\b",
    re.IGNORECASE,
)
"""Who somebody is to him is what a small model likes best to make up."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What she writes, and how it felt: one of FEELINGS."""

    text: str = field(repr=False)
    feeling: str


def worth_it(said: Sequence[tuple[str, str]], name: str) -> bool:
    """Whether the person told anything in `said`: who and what, oldest first."""
    return any(who == name and len(content(text)) >= 3 and not text.endswith("?") for who, text in said)


def grammar(name: str) -> str:
    """The form of an entry (GBNF) about `name`."""
    feelings = " | ".join(f'"{feeling}"' for feeling in FEELINGS)
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return (
        f'root ::= feeling "\\n" sentence (" " sentence){{0,3}}\nfeeling ::= {feelings}\n'
        f'sentence ::= "{quoted}" ("\'s"? " ") [a-zA-Z] [^.!?\\n|<>]{{8,150}} "."\n'
    )


def request(said: Sequence[tuple[str, str]], name: str) -> list[Message]:
    """What the model is asked for an entry about `said`: who and what, oldest first; the oldest may be left out."""
    lines: list[str] = []
    room = _OF_ALL
    for who, text in reversed(said):
        some = text.split()[: _OF_A_TURN if who == name else _OF_HERS]
        room -= len(some)
        if room < 0:
            break
        lines.append(f"{who}: {' '.join(some)}")
    message, answer = (part.format(name=name) for part in _EXAMPLE)
    return [
        Message("system", _TASK.format(name=name)),
        Message("user", message),
        Message("assistant", answer),
        Message("user", "\n".join(reversed(lines))),
    ]


def checked(answer: str, said: Sequence[tuple[str, str]], name: str) -> Entry | None:
    """The entry in the model's `answer`, without the sentences that `said` does not bear out; None: none is left."""
    feeling, _, text = answer.strip().partition("\n")
    stems = content(" ".join(text for who, text in said if who == name)) | content(name)
    spoken = {word for _, text in said for word in words(text)} | set(words(name))
    kept: list[str] = []
    for each in _SENTENCE.findall(" ".join(text.split())):
        sentence = each.strip()
        named = [
            word
            for found in _NAMED.findall(sentence)
            for word in words(found)
            if word not in ("i", "samantha")
        ]
        told = content(sentence) - _TOLD - content(name)
        borne_out = sum(said_in(word, stems) for word in told)
        if (
            all(word in spoken for word in (*named, *map(str.lower, _WHO.findall(sentence))))
            and told
            and borne_out >= _BORNE_OUT * len(told)
            and not _HERSELF.search(sentence)
            and len(" ".join([*kept, sentence]).split()) <= MOST_WORDS
        ):
            kept.append(sentence)
    if not kept:
        return None
    return Entry(" ".join(kept), feeling if feeling in FEELINGS else "calm")


def plain(told: Sequence[str], name: str) -> Entry | None:
    """An entry without a model: what was `told`, in the person's own sentences, the newest; None: nothing was."""
    kept: list[str] = []
    for sentence in reversed(told):
        if len(" ".join([*kept, sentence]).split()) > MOST_WORDS - 10 and kept:
            break
        kept.insert(0, sentence)
    if not kept:
        return None
    return Entry(f"{name} told me: " + " ".join(f'"{sentence}"' for sentence in kept), "calm")
