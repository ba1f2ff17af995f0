"""What a sentence is made of, as far as it helps to find it again: its parts, its words, whom it speaks of.

Pure. The words are English; in another language what means the same still does, and names are names.
"""

from __future__ import annotations

import functools
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
    parent: mother mum mom father dad
    child kid: son daughter toddler baby twin boy girl
    sibling: brother sister twin
    spouse: wife husband
    partner: wife husband girlfriend boyfriend
    pet animal: dog cat rabbit hamster parrot tortoise goldfish horse snake spider bee bird
    dog: whippet terrier collie spaniel poodle labrador hound puppy
    cat: kitten
    job profession occupation career trade
    job: work
    job: nurse teacher plumber judge engineer
    work working worked
    living: work run
    boss manager supervisor
    colleague coworker workmate
    friend mate pal
    house home flat apartment
    live living lived moved
    live: home
    car vehicle: drive drove driven volvo fiat
    bike bicycle
    birthday: born birth
    ill: sick unwell disease illness
    illness disease: ms cancer diabetes
    doctor gp physician
    doctor: vet
    surgery operated operation
    medicine medication tablet pill
    author writer
    book: novel read reading
    holiday vacation trip travel
    buy bought purchase
    teach taught teacher
    study studied university college degree
    university: university college
    school: school classroom
    learn learned learnt learning study studying
    eat ate eaten eating
    food dish meal: eat ate cook meat cake bread
    drink drank drunk
    write wrote written writing
    speak spoke spoken language
    language: german french spanish italian portuguese english welsh polish
    marry married wedding husband wife anniversary
    afraid scared frightened fear phobia terrified
    hate dislike detest loathe disgusting
    sofa couch
    quit stop stopped gave
    boy son
    girl daughter
    old age
    town city village
    season: spring summer autumn winter
    film movie: watched seen
    team club
    partner: lives
    flatmate: flat
    holiday holidays: going summer
    newspaper paper
    rise wake get
    love like enjoy adore fond crazy mad
    favourite favorite prefer best
    instrument: piano guitar violin bassoon drums cello flute trumpet saxophone harp ukulele clarinet organ play
    music: play sing instrument piano guitar violin bassoon song record records motown
    sport: football tennis rugby cricket swim run cycling climb rowing hockey golf basketball
    start begin began begun
    allergic allergy
    fly flew flight flying flown plane
    run ran running race marathon
    race: marathon
    swim swam
    name called call named
    sing sang sung song choir
    break broke broken
    grow grew grown planted growing
    leave left leaving
    ride rode ridden
    win won prize
    money cost price pay paid salary
    money: pound euro dollar owe rent
    colour color
    colour: red blue green yellow black white grey brown purple pink orange turquoise silver
    retire retired pension
    weight kilo kilos pounds stone
    headache migraine
    fix fixed repair repaired mend
    die died death dead passed
    steal stole stolen burgled
    visit visiting stay staying coming
    weather: rain snow sun wet
    meet met meeting
"""
"""On each line words that stand for one another; before a colon those that also stand for each that follows."""


def _akin() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for line in _SAME.strip().splitlines():
        wide, colon, narrow = line.partition(":")
        heads = {stem(word) for word in wide.split()}
        for head in heads:
            found.setdefault(head, set()).update(heads)
        for kind in (stem(word) for word in narrow.split()) if colon else ():
            found.setdefault(kind, set()).update(heads)
            for head in heads:
                found[head].add(kind)
    return {word: frozenset(others) for word, others in found.items()}


_AKIN = _akin()


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
    return frozenset(_stem(word) for word in words(text) if word not in EMPTY)


_stem = functools.lru_cache(4096)(stem)


def names(text: str) -> frozenset[str]:
    """The small proper names in `text`, as far as capitals tell; at its beginning only what is no common word."""
    found = {name.lower().replace("’", "'").removesuffix("'s") for name in _NAME.findall(text)}
    return frozenset(name for name in found if name not in EMPTY and name not in _NO_NAMES)


_NO_NAMES = frozenset("i i'm i've i'll i'd mum mom dad gran god ok tv dr mr mrs".split())


def akin(one: str, other: str) -> bool:
    """Whether two stems stand for the same, or one for a kind of the other."""
    if one == other:
        return True
    if other in _AKIN.get(one, ()):
        return True
    return len(one) > 5 and len(other) > 5 and one[:6] == other[:6] and abs(len(one) - len(other)) < 4
