"""What somebody's words to her say about how she should be: wishes and reactions. Pure.

A wish ("be shorter", "you're so cold") counts at once; a reaction (laughter, thanks, another interruption) counts a
little. Only what is said to her counts: not what was told of others, not what stands between quotation marks, not
what somebody wants of himself. Nobody can wish her cruel or dishonest: there is nothing here that hears it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from samantha.mind.traits import ASKED, Evidence, Trait

LAUGHED = "You laughed at what I said."

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


@dataclass(frozen=True, slots=True)
class _Pole:
    """One end of a trait: how it is asked for, and how somebody shows that he likes it.

    `wanted` are adjectives that somebody asks for, `lacking` those by which he complains of too little of it;
    `wishes` are other ways to ask, `noticed` reactions that speak for it, each with its reason. All are patterns that
    begin where a clause does.
    """

    trait: Trait
    direction: Literal[-1, 1]
    asked: str
    wanted: str
    lacking: str
    wishes: str
    noticed: tuple[tuple[str, str], ...] = ()


_POLES = (
    _Pole(
        "warmth", 1, "You asked me to be warmer.",
        r"warm|warmer|nice|nicer|kind|kinder|friendly|friendlier|sweet|sweeter|affectionate|loving|caring",
        r"cold|distant|aloof|robotic|mechanical|impersonal|heartless",
        r"show (?:me )?(?:some|more) (?:warmth|affection|empathy)",
        (
            (r"(?:thank you|thanks)\W+(?:that|you|it|this) (?:really )?(?:helps|helped|means a lot)",
             "You said that I had helped."),
            (r"(?:aw+\b\W*)?(?:that|this|it)(?:'s| is| was) (?:so |very |really )?(?:sweet|kind|nice|lovely) of you|"
             r"(?:aw+\b\W*)?that(?:'s| is| was) (?:so |very |really )?(?:sweet|kind)\W*$|"
             r"you(?:'re| are) (?:so |very |really |too )?(?:sweet|kind|lovely|warm)\b|"
             r"that means a lot|you(?:'ve)? (?:always )?cheer(?:ed)? me up|i feel better (?:now|already)",
             "You liked it when I was kind."),
        ),
    ),
    _Pole(
        "warmth", -1, "You asked me to be cooler.",
        r"cool|cooler|calm|calmer|matter-of-fact|neutral|objective|businesslike",
        r"clingy|gushing|sappy|sentimental|mushy|sugary",
        r"(?:stop|quit) (?:gushing|fussing|flattering|cuddling|mothering)|"
        r"don't (?:flatter|mother|fuss|call me (?:dear|darling|honey))|less (?:sugar|flattery)",
    ),
    _Pole(
        "playfulness", 1, "You asked me to be more fun.",
        r"funny|funnier|playful|silly|sillier|witty|wittier|cheeky|fun",
        r"boring|dull|humou?rless|serious|earnest",
        r"(?:joke|tease me) more|(?:make|crack|tell) (?:me )?more jokes|more jokes|lighten up|"
        r"you (?:can|may) tease me|you never (?:joke|make jokes|tease me)",
        (
            (r"(?:ha ?ha|he ?he|lol|lmao|rofl)|(?:that(?:'s| is| was)|you(?:'re| are)) "
             r"(?:so |very |really |pretty |quite )?(?:funny|hilarious|brilliant joke)\W*$|good one\b|nice one\b|"
             r"you (?:crack|cracked) me up|(?:you|that) made me laugh|i(?:'m| am) laughing", LAUGHED),
        ),
    ),
    _Pole(
        "playfulness", -1, "You asked me to be more serious.",
        r"serious|sober|earnest",
        r"goofy|jokey|silly|flippant",
        r"(?:stop|quit) (?:(?:with )?(?:the|your|all the) jok(?:es|ing)|joking|kidding|teasing|making (?:jokes|fun)|"
        r"fooling|clowning)|(?:no|enough|fewer|less)(?: of| with)?(?: the| your)?(?: more)? jok(?:es|ing)|"
        r"don't (?:joke|make (?:jokes|fun)|tease me|be funny)|this is no joke",
        (
            (r"(?:that(?:'s| is| was)|it(?:'s| is)) not (?:very |that )?funny|not funny|"
             r"that(?:'s| is| was) a (?:bad|terrible|stupid) joke|i(?:'m| am) (?:being )?serious\b|"
             r"i(?:'m| am) not in the mood for jokes", "You were not in the mood for jokes."),
        ),
    ),
    _Pole(
        "directness", 1, "You asked me to be straight with you.",
        r"honest|direct|blunt|straight|straightforward|frank|candid|open|upfront",
        r"vague|evasive|careful|cautious|wishy-washy|diplomatic|tactful",
        r"(?:tell|give) (?:it to )?me (?:it )?(?:straight|the (?:plain |hard )?truth)|tell it like it is|"
        r"tell me what you really think|say what you (?:really )?(?:think|mean)|don't (?:sugarcoat|sugar-coat|spare me)|"
        r"(?:don't|stop|quit) (?:beat|beating|dance|dancing|hedge|hedging)\b",
        (
            (r"(?:thank you|thanks|i (?:like|love|appreciate)) (?:for )?(?:being|your|you being) (?:so )?"
             r"(?:honest|honesty|frank|direct|straight)|what do you really think", "You liked a straight answer."),
        ),
    ),
    _Pole(
        "directness", -1, "You asked me to be gentler.",
        r"gentle|gentler|soft|softer|tactful|diplomatic|careful|considerate",
        r"blunt|harsh|direct|rude|brutal|mean|tough",
        r"go easy on me|break it to me gently",
        (
            (r"(?:ouch\W+)?that (?:was|is) (?:a (?:bit|little) |so |rather |very |too )?(?:harsh|blunt|mean|rude)|"
             r"(?:ouch\W+)?that hurt\b|you hurt (?:me|my feelings)", "What I said hurt you."),
        ),
    ),
    _Pole(
        "curiosity", 1, "You asked me to ask you more.",
        r"curious|inquisitive|interested",
        r"indifferent|uninterested",
        r"ask (?:me )?(?:(?:a (?:few|lot) )?more (?:questions|often|about)|me more\b|more\b)|"
        r"show (?:some|more) interest|you never ask (?:me )?(?:any|about|how|what|questions)|"
        r"why don't you (?:ever )?ask\b",
        (
            (r"(?:thank you|thanks) for asking|(?:that's|what) a (?:good|great|lovely) question|"
             r"(?:good|great) question\b|i (?:like|love) (?:it when you ask|your questions)", "You liked my question."),
        ),
    ),
    _Pole(
        "curiosity", -1, "You asked me to ask you less.",
        r"discreet",
        r"nosy|nosey|curious|inquisitive",
        r"ask (?:me )?(?:fewer|less)\b|(?:stop|quit) (?:asking|questioning|interrogating|quizzing)|"
        r"don't ask (?:me )?(?:so (?:many|much)|all (?:these|those)|any(?: more)?|that many|too many)|"
        r"(?:no more|enough(?: with)?(?: the| your)?|too many|fewer|less) questions|you ask (?:me )?too (?:many|much)|"
        r"you ask (?:me )?so many",
        (
            (r"why do you (?:want|need) to know|(?:that's )?none of your business|i don't want to (?:talk|say) "
             r"(?:about it|more)\b", "You did not want to be asked."),
        ),
    ),
    _Pole(
        "talkativeness", 1, "You asked me to say more.",
        r"talkative|chatty|chattier|detailed|longer",
        r"short|brief|quiet|terse|curt|monosyllabic|silent|tight-lipped",
        r"talk more\b|(?:give (?:me )?)?(?:longer|more detailed) answers|(?:in|with|give me) more detail|"
        r"you don't (?:say|talk) (?:very )?much|you (?:hardly|barely) (?:say|talk)|"
        r"(?:your )?answers? (?:are|is) (?:too|so) short",
        (
            (r"tell me more\b|say more\b|go on,? (?:i'm listening|tell me)|keep talking|i could listen to you\b|"
             r"i (?:like|love) (?:it when you talk|listening to you)", "You wanted to hear more."),
        ),
    ),
    _Pole(
        "talkativeness", -1, "You asked me to say less.",
        r"brief|briefer|short|shorter|concise|succinct",
        r"chatty|talkative|wordy|long-winded|verbose|long",
        r"(?:talk|say) less\b|(?:you )?talk(?:ing)? (?:way |far |a bit )?too much|you talk (?:so much|a lot)\b|"
        r"(?:give (?:me )?)?shorter answers|(?:use )?(?:fewer|less) words|"
        r"keep (?:it|that|your answers?|answers?|things) (?:short|shorter|brief|briefer)|"
        r"(?:don't|stop|quit) (?:talk so much|talking so much|ramble|rambling|babble|babbling|going on and on|"
        r"waffling|chattering)|you(?:'re| are)? (?:always )?(?:rambling|ramble|go on and on|never stop talking)|"
        r"(?:your )?answers? (?:are|is) (?:too|so) long|make it shorter",
        (
            (r"(?:get|come|cut) (?:straight )?to the (?:point|chase)|what(?:'s| is) (?:the|your) point\b|"
             r"too long\W*$|that was (?:too |very |so )?long\b|yeah yeah\b|blah blah", "You wanted me to get to the point."),
        ),
    ),
    _Pole(
        "formality", 1, "You asked me to be more formal.",
        r"formal|polite|politer|proper|professional|respectful",
        r"casual|sloppy|informal|cheeky|familiar|chummy",
        r"mind your (?:language|manners|tone)|speak properly|(?:don't|stop) (?:use|using) slang|less slang|"
        r"(?:don't|stop) (?:swear|swearing)",
        ((r"(?:would you kindly|might i (?:ask|trouble)|i would be (?:most )?grateful|if you would be so kind)",
          "You spoke formally with me."),),
    ),
    _Pole(
        "formality", -1, "You asked me to be less formal.",
        r"casual|informal|relaxed|laid-back|easygoing",
        r"formal|stiff|polite|proper|stuffy|starchy|serious and formal",
        r"(?:talk|speak) (?:more )?(?:normally|casually|like a (?:friend|normal person|human))|loosen up|"
        r"you (?:can|may) (?:drop|skip|forget) the (?:formalities|politeness)",
        ((r"(?:yo|dude|bro|mate|buddy|'?sup|what's up)\b", "You spoke casually with me."),),
    ),
)  # fmt: skip

_CORE = frozenset("kind kinder honest respectful considerate caring loving".split())
"""Nobody can wish for less of it."""

_GOES_ON = r"with me|to me|please|again|than|for once|when|if you|from now on|in future|sometimes|now|today|though|then"
"""What may follow an adjective that is asked for: "be short with her" asks for nothing."""

_TOO = r"(?:so|too|way too|far too|a bit too|a little too|much too|rather|very) "

_REACTION, _SMALL = 0.04, 0.02
_AGAIN_AND_AGAIN = 3


def _wish(pole: _Pole) -> re.Pattern[str]:
    other = next(p for p in _POLES if p.trait == pole.trait and p.direction != pole.direction)
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


_WISHES = [(pole, _wish(pole)) for pole in _POLES]
_NOTICED = [
    (pole, re.compile(pattern, re.IGNORECASE), reason) for pole in _POLES for pattern, reason in pole.noticed
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
