"""What a sentence is made of, as far as it helps to find it again: its parts, its words, whom it speaks of.

Pure. The words are English; in another language what means the same still does, and names are names.
"""

from __future__ import annotations

import re

from samantha.mind.relations import stem, words

PIECES = 8
"""Of one turn; what follows goes into the last."""

_END = re.compile(r"(?<=[.!?…])[\"'”’)]*\s+(?=\S)")
_ABBREVIATED = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|St|Prof|No|vs|[A-Z])\.$")
_LEANS = re.compile(
    r"^(?:(?:and|but|so|also|well|because)\b,? )*(?:she|he|it|they|that|this|those|these|her|his|its|their|there|one)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<![.!?] )(?<!^)(?<![\"“(])\b[A-Z][\w'’-]+")
_STARTS_WITH_NAME = re.compile(r"^[\"“(]?([A-Z][\w-]+)(?:['’]s)?\b")

EMPTY = frozenset(
    """a an the this that these those my your his her its our their mine yours ours theirs i me we us you he him she it
    they them myself yourself who whom whose which what where when why how there here and or but so because as if then
    than in on at by for from of off to into onto out over under up down about with without since until during is am
    are was were be been being do does did done doing have has had having will would shall should can could may might
    must not no never also too very really quite just only even ever still yet already again more most much many some
    any all both each every other another well oh um uh er hm hmm yes yeah no ok okay please thanks thank hey hi hello
    bye so like kind sort maybe perhaps actually basically anyway though now got get gets getting gotten go goes going
    gone went come comes came coming thing things stuff something anything nothing everything someone anyone lot lots
    bit way sure right good great nice let lets say says said saying tell tells told telling talk talked talking
    mention mentioned ask asked know knows knew known think thinks thought remember remembers remembered recall forget
    forgot mean means meant guess suppose want wants wanted need needs needed make makes made making take takes took
    taking put puts use used uses using keep keeps kept give gives gave given giving seem seems look looks looking
    looked one ones day today tonight yesterday tomorrow time times morning afternoon evening night week ago last next
    samantha s t m re ve ll d don didn doesn isn aren wasn weren haven hasn hadn won wouldn couldn shouldn
    whats hows wheres whos thats dont didnt doesnt isnt cant im ive id youre been kindly remind exactly old new
    """.split()
)
"""Words that tell nothing about what a sentence is about."""

_SAME = """
    mother mum mom mummy mommy mam ma
    father dad daddy papa pa
    grandmother gran granny grandma nan nana
    grandfather grandad granddad grandpa
    son boy
    daughter girl
    child children kid kids toddler baby
    wife spouse missus
    husband spouse
    partner girlfriend boyfriend
    sibling brother sister
    parents parent mother father
    job work working profession occupation career trade
    boss manager supervisor
    colleague coworker workmate
    house home flat apartment
    live lives lived living stay
    car drive drove driven vehicle
    birthday born birth
    sick ill unwell
    doctor gp physician
    film movie movies films
    holiday vacation trip
    buy bought purchase purchased
    teach taught teacher teaches teaching
    play plays played player
    study studied studying studies student university college degree
    eat ate eaten eats food
    drink drank drunk drinks
    write wrote written writing
    speak spoke spoken speaks language
    marry married wedding
    fear afraid scared frightened phobia
    dislike hate hates detest loathe
    love loves enjoy enjoys favourite favorite prefer adore
    instrument piano guitar violin bassoon drums cello flute trumpet saxophone banjo harp ukulele clarinet organ
    pet dog cat rabbit hamster parrot tortoise goldfish
    sport football tennis rugby cricket swimming running cycling climbing rowing hockey golf basketball
    begin began begun start started starts
    allergic allergy allergies
    fly flew flight flying
    run ran running
    swim swam swimming
    name named called call
    hair haircut hairdresser
    meet met meeting
    lose lost
    sing sang sung choir singer
    break broke broken
    learn learned learnt learning
    grow grew grown garden
    leave left leaving
    sell sold
    ride rode ridden
    win won
    pay paid salary earn earns
    money cost price expensive
    colour color
    pension retire retired
"""


def _groups() -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for number, line in enumerate(_SAME.strip().splitlines()):
        for word in line.split():
            found.setdefault(stem(word), set()).add(number)
    return {word: frozenset(numbers) for word, numbers in found.items()}


_GROUPS = _groups()


def pieces(text: str) -> list[str]:
    """The sentences of `text`, each with the one it leans on ("She plays the bassoon."); at most PIECES."""
    sentences: list[str] = []
    for part in _END.split(text.strip()):
        if sentences and _ABBREVIATED.search(sentences[-1]):
            sentences[-1] += f" {part}"
        else:
            sentences.append(part)
    if len(sentences) > PIECES:
        sentences[PIECES - 1 :] = [" ".join(sentences[PIECES - 1 :])]
    found, upright = [], ""
    for sentence in sentences:
        if upright and (_LEANS.match(sentence) or len(sentence.split()) < 3):
            found.append(f"{upright} {sentence}")
        else:
            upright = sentence
            found.append(sentence)
    return [piece for piece in found if piece.strip()]


def stems(text: str) -> frozenset[str]:
    """The stems of the words of `text` that tell what it is about."""
    return frozenset(stem(word) for word in words(text) if word not in EMPTY)


def names(text: str) -> frozenset[str]:
    """The small proper names in `text`, as far as capitals tell; at its beginning only what is no common word."""
    found = {name.lower().replace("’", "'").removesuffix("'s") for name in _NAME.findall(text)}
    return frozenset(name for name in found if name not in EMPTY and name not in _NO_NAMES)


_NO_NAMES = frozenset("i i'm i've i'll i'd mum mom dad gran god ok tv dr mr mrs".split())


def akin(one: str, other: str) -> bool:
    """Whether two stems stand for the same, or one for a kind of the other."""
    if one == other:
        return True
    groups = _GROUPS.get(one)
    if groups and not groups.isdisjoint(_GROUPS.get(other, ())):
        return True
    return len(one) > 4 and len(other) > 4 and one[:5] == other[:5] and abs(len(one) - len(other)) < 4
