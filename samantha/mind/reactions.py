"""What somebody's words to her say about how she should be: wishes and reactions. Pure.

A wish ("be shorter", "you're so cold") counts at once; a reaction (laughter, thanks, another interruption) counts a
little. Only what is said to her counts: not what was told of others, not what stands between quotation marks, not
what somebody wants of himself. Nobody can wish her cruel or dishonest: there is nothing here that hears it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from samantha.mind.poles import POLES, Pole
from samantha.mind.traits import ASKED, Evidence, Trait

_QUOTED = re.compile(r'"[^"]*"|“[^”]*”|«[^»]*»|(?<!\w)[\'‘][^\'’]{3,}[\'’](?!\w)')
_SOMEBODY = (
    r"(?:he|she|they|we|people|every(?:one|body)|some(?:one|body)|"
    r"(?:my|your|his|her|our|their|the|a) (?:\w+ )?[\w']+)"
)
_REPORTED = re.compile(
    rf"\b{_SOMEBODY} (?:\w+ )?(?:sa(?:id|ys?|ying)|tells?|told|telling|ask(?:s|ed)?|thinks?|thought|goes|"
    r"(?:went|was|is) like|yell(?:s|ed)|shout(?:s|ed)|wr(?:ote|ites)|complain(?:s|ed)?|claims?|insists?|"
    r"wants?|wanted)\b"
    r"|\b(?-i:[A-Z])\w+ (?:said|says|tells|told|asks|asked|thinks|thought|wrote|writes|goes|claims|wants|wanted)\b",
    re.IGNORECASE,
)
"""Somebody else's words: "my boss told me to be shorter"."""

_LEAD = re.compile(
    r"(?:(?:and|but|so|oh|well|okay|ok|hey|hi|hello|yes|yeah|no|nah|um|uh|hmm|ugh|god|samantha|sam|sorry|now|also|"
    r"then|listen|look|honestly|seriously|actually|really|maybe|perhaps|please|kindly|just|today|tonight|always|"
    r"from now on|in (?:the )?future|next time|for once|come on|the next time|a (?:little )?bit|again|"
    r"could you|can you|can't you|would you(?: mind)?|will you|i(?:'d| would) (?:like|love|prefer|want) you to|"
    r"i (?:want|need) you to|i wish you(?:'d| would| could)?|i(?:'d| would) (?:rather|prefer it if) you|"
    r"it(?:'d| would) be (?:nice|good|great|better) if you(?:'d| would| could)?|"
    r"you (?:should|could|can|may|might|need to|must|have to|ought to)|you'd better|try to|"
    r"i think you(?: should)?|i feel like you|i find you|i (?:already |just )?(?:said|told you(?: to)?|asked you to)"
    r")(?![\w'])[\s,]*)*",
    re.IGNORECASE,
)
"""How a wish may be led up to."""

_MUCH = r"(?:(?:a (?:little|tiny|bit)|a little bit|a lot|much|way|far|some|even|slightly|just|so|too|very|that) )*"
_CLAUSES = re.compile(r"[,;]|\s[-–—]+\s|\b(?:and|but|because)\s", re.IGNORECASE)
_SENTENCES = re.compile(r"[^.!?…\n]+[.!?…]*")


@dataclass(frozen=True, slots=True)
class Before:
    """What she had said before: her last answer, as far as it was heard."""

    text: str = field(default="", repr=False)
    interruptions: int = 0
    """How many of her last four answers he broke off."""


_CORE = frozenset("kind kinder honest respectful considerate caring loving".split())
"""Nobody can wish for less of it."""

_GOES_ON = r"with me|to me|please|again|than|for once|when|if you|from now on|in future|sometimes|now|today|though|then"
"""What may follow an adjective that is asked for: "be short with her" asks for nothing."""

_TOO = r"(?:so|too|way too|far too|a bit too|a little too|much too|rather|very) "

_REACTION, _SMALL = 0.04, 0.02
_AGAIN_AND_AGAIN = 3


def _wish(pole: Pole) -> re.Pattern[str]:
    other = next(p for p in POLES if p.trait == pole.trait and p.direction != pole.direction)
    less = "|".join(dict.fromkeys(a for a in f"{pole.lacking}|{other.wanted}".split("|") if a not in _CORE))
    return re.compile(
        rf"(?:(?:be|being|were|sound|get) {_MUCH}(?:more )?(?:{pole.wanted})(?:\W+(?:{_GOES_ON})|\W*$)"
        rf"|{_MUCH}(?:more )?(?:{pole.wanted}),? (?:please|if you can)\b"
        rf"|(?:be|being|were|sound|get) {_MUCH}less (?:{less})\b"
        rf"|(?:don't|do not|stop|quit|no need to) (?:be|being|sound|sounding) {_MUCH}(?:{less})\b"
        rf"|(?:why are you|you(?:'re| are| sound| seem|'ve been| have been)) (?:being |always |all |a bit |just )*"
        rf"{_TOO}(?:{pole.lacking})\b(?! to\b)"
        rf"|{pole.wishes})",
        re.IGNORECASE,
    )


_WISHES = [(pole, _wish(pole)) for pole in POLES]
_NOTICED = [
    (pole, re.compile(pattern, re.IGNORECASE), reason) for pole in POLES for pattern, reason in pole.noticed
]
_DULL = re.compile(
    r"(?:no(?:pe)?|nah|fine|nothing(?: much)?|not (?:much|really)|dunno|i (?:don't|do not) know|whatever|meh|"
    r"ok(?:ay)?|none|so-so)\W*",
    re.IGNORECASE,
)


def evidence(said: str, before: Before) -> list[Evidence]:
    """What `said`, her person's answer to what she had said `before`, says about how she should be.

    At most one for each trait, wishes before reactions.
    """
    found: dict[Trait, Evidence] = {}
    clauses = list(_clauses(said))
    for pole, wish in _WISHES:
        if any(wish.match(clause) for clause in clauses):
            found.setdefault(pole.trait, Evidence(pole.trait, pole.direction, ASKED, pole.asked))
    if before.text:
        for pole, reaction, reason in _NOTICED:
            if any(reaction.match(clause) for clause in clauses):
                found.setdefault(pole.trait, Evidence(pole.trait, pole.direction, _REACTION, reason))
        if before.text.rstrip().endswith("?") and _DULL.fullmatch(said.strip()):
            dull = Evidence("curiosity", -1, _SMALL, "You did not care for my question.")
            found.setdefault("curiosity", dull)
        if before.interruptions >= _AGAIN_AND_AGAIN:
            cut = Evidence("talkativeness", -1, _SMALL, "You broke me off again and again.")
            found.setdefault("talkativeness", cut)
    return list(found.values())


def _clauses(said: str) -> Iterator[str]:
    """The sentences and clauses of `said` that are his own words to her, with and without what leads up to them."""
    for sentence in _SENTENCES.findall(_QUOTED.sub(" … ", said.replace("’", "'"))):
        if _REPORTED.search(sentence):
            continue
        for clause in (sentence, *_CLAUSES.split(sentence)):
            words = clause.strip(" .!?…")
            yield words
            if (lead := _LEAD.match(words)) and lead.end():
                yield words[lead.end() :]
