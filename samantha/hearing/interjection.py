"""What somebody means who says a few words while she speaks: go on, be quiet, or something to be answered.

People say "mm-hm" to show that they listen, not to take the turn. Only what is nothing but such words is no
turn: "yeah" is none, "yeah, but" is one. The lexicon is English, in the spellings that Whisper uses.
"""

from __future__ import annotations

import re
from typing import Literal

from samantha.hearing.plausible import words

Meaning = Literal["backchannel", "laughter", "hush", "go-on", "speech"]

_LONGEST = 12
"""Words; who says more says something."""


def meaning(text: str, *, asked: bool = False, language: str = "en") -> Meaning:
    """What `text`, said in `language` (ISO 639-1) while she spoke, means to her.

    - ``backchannel``: I am listening. If she has just `asked` something, "yes" and "okay" are answers;
    - ``laughter``: that, and whatever else is written without words, such as "(coughs)";
    - ``hush``: be quiet, and do not answer. ``go-on``: say the rest;
    - ``speech``: anything else, and all words of other languages.
    """
    heard = words(text)
    if not heard:
        return "laughter"
    said = " ".join(re.sub(r"(.)\1{2,}", r"\1\1", word) for word in heard if word not in _NAMES)
    if _LAUGHTER.fullmatch(said):
        return "laughter"
    asks = text.rstrip().endswith("?")
    if not said or language != "en" or len(heard) > _LONGEST or (asks and said in _PARDON):
        return "speech"
    if (_REQUEST if asks else _COMMAND).fullmatch(said):
        orders = [piece.lastgroup for piece in _PIECE.finditer(said) if piece.lastgroup]
        if orders:  # who gives two has thought better of the first: "never mind, go on"
            return "hush" if orders[-1] == "hush" else "go-on"
    if not _ATTENTIVE.fullmatch(said) or (asked and _AGREEING.search(said)):
        return "speech"
    return "laughter" if _LAUGHING.search(said) else "backchannel"


def _phrases(text: str) -> list[str]:
    """The phrases of `text`, which commas separate; each is a regular expression."""
    return [phrase.strip() for phrase in text.replace("\n", " ").split(",")]


def _any(*lexica: list[str]) -> str:
    """One of the phrases, as whole words, rather a long one than a short one."""
    phrases = sorted({phrase for lexicon in lexica for phrase in lexicon}, key=len, reverse=True)
    return rf"\b(?:{'|'.join(phrases)})\b"


def _nothing_but(*patterns: str) -> re.Pattern[str]:
    return re.compile(rf"(?:(?:{'|'.join(patterns)})(?: |$))+")


# Some words are there because Whisper writes them for their neighbours: "stopped", "carrie on", "shash", "yap".
_HUM = r"\b(?:h?m+h?|u[hm]+|er+m?|huh|o+h*|a+h+|a+w+|u+h ?u+h)\b"

# Possessive, since "he he he he" could be parted in many ways, and all would be tried before giving up.
_LAUGH = r"\b(?:[abgkmw]*?h?(?:h[aeiou]+){2,}h*|ha+h*|he+h|hee(?: hee\b)++|he(?: he\b)++|ho(?: ho\b)++)\b"

_AGREEMENT = _phrases(r"""
    yes, yeah, yea, yep, yap, yup, ya, yah, aye, uh ?huh, uh ?hu, m+ ?h+u?m+, u[hm]+ ?h+u?m+, mhm, aha, sure,
    sure thing, right, okay, ok, okey dokey, k, alright, all right, of course, for sure, you bet, sounds good,
    why not, exactly, precisely, absolutely, definitely, totally, certainly, indeed, correct, true, very true,
    so true, thats (?:right|true|correct|fine|okay|ok), its (?:okay|ok|all right|fine), fine, good, great,
    perfect, i know, i do, i am
""")
"""What answers a question."""

_PRAISE = (
    "nice|cool|neat|great|good|lovely|sweet|amazing|awesome|beautiful|brilliant|excellent|fantastic|fascinating"
    "|impressive|incredible|interesting|wonderful|fun|funny|hilarious|crazy|wild|weird|strange|awful|sad|terrible"
)

_ATTENTION = _phrases(rf"""
    i see, i see what you mean, i get it, i got it, got it, gotcha, i understand, understood, i hear you,
    (?:that |it |this )?makes sense, good point, fair point, fair enough, good to know, i know right, me too,
    same here, really, oh really, is that (?:so|right|true), (?:theres )?no way, no kidding, you dont say,
    seriously, for real, wow, whoa, woah, oh no, oh dear, oh my, (?:oh )?my (?:god|gosh|goodness), gosh,
    goodness, jeez, god, ouch, yikes,
    (?:thats |its |oh )?(?:very |so |really |pretty |quite |just |too )?(?:{_PRAISE}), how (?:{_PRAISE}),
    what a (?:shame|pity|relief|surprise), too bad, thats too bad, good one, nice one,
    good for (?:you|him|her|them), thanks, thanks a lot, thank you, thank you so much, thank you very much
""")

_MOMENT = r"(?:a|one|just a|another) (?:sec|second|moment|minute|bit|while)"

_HUSH = _phrases(rf"""
    stop, stopped, stopped talking, stop (?:it|that|this|there|right there|here|now|talking|speaking|please),
    wait, wait up, hold on, hang on, hold up, hold it, hold that thought, {_MOMENT},
    (?:wait|hold on|hang on|stop|pause|give me)(?: for)? {_MOMENT}, time ?out, pause, never ?mind,
    never ?mind (?:it|that|about it|about that), forget (?:it|that|about it|about that), cancel, cancel that,
    drop it, leave it, not now, no more, enough, enough already, enough (?:of|about) that,
    (?:thats|that is|ive heard|i heard|ive had) (?:quite )?enough, (?:thats|that is) (?:all|plenty),
    that(?: wi)?ll (?:do|be all), quiet, quiet down, (?:be|keep|stay) (?:quiet|silent), silence, hush,
    hush up, sh+, shush, shash, shut (?:up|it), zip it, say no more, dont say (?:any ?more|another word),
    let me (?:think|stop you there)
""")

_GO_ON = _phrases(r"""
    go on, go on (?:then|talking), do go on, go ahead, continue, continue (?:talking|speaking|from there),
    proceed, resume, carry on, carrie on, keep on, keep (?:on )?(?:going|talking|speaking), dont stop,
    please do, as you were, (?:continue|go on|carry on)(?: with)? (?:what you were saying|where you left off),
    you were saying, what were you saying, finish (?:what you were saying|your sentence|your thought),
    dont let me (?:stop|interrupt) you, (?:im|i am) (?:listening|all ears)
""")

_MANNERS = _phrases(r"""
    please, sorry, im sorry, i am sorry, sorry about that, sorry (?:to|for) interrupt(?:ing)?,
    i didnt mean to interrupt(?: you)?, i interrupted(?: you)?, excuse me, pardon me, my bad, my mistake,
    it was nothing, no worries, no problem, hey, well, just, now, then, so, and, no, nope, there, already,
    for now, for a (?:sec|second|moment|minute|bit|while), lets, i said, i mean, can you, could you,
    would you, will you, you can, you may, you could
""")
"""What comes with an order, and is none itself."""

_NAMES = frozenset(_phrases("samantha, samanta, samatha, simantha, sam"))

_PARDON = frozenset(_phrases("huh, hm, hmm, mm, eh, uh"))
"""With a question mark they ask her to say it again."""

_LAUGHING = re.compile(_LAUGH)
_LAUGHTER = _nothing_but(_LAUGH)
_AGREEING = re.compile(_any(_AGREEMENT))
_ATTENTIVE = _nothing_but(_any(_AGREEMENT, _ATTENTION), _HUM, _LAUGH)
_COMMAND = _nothing_but(_any(_HUSH, _GO_ON, _MANNERS, _AGREEMENT, _ATTENTION), _HUM, _LAUGH)
_REQUEST = _nothing_but(_any(_HUSH, _GO_ON, _MANNERS, _AGREEMENT), _HUM)
_PIECE = re.compile(f"(?P<on>{_any(_GO_ON)})|(?P<hush>{_any(_HUSH)})|{_any(_ATTENTION)}")
