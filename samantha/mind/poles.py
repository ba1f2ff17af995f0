"""The two ends of each trait: how people ask for it, and how they show that they like it. English, pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from samantha.mind.traits import Trait

LAUGHED = "You laughed at what I said."


@dataclass(frozen=True, slots=True)
class Pole:
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


POLES = (
    Pole(
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
    Pole(
        "warmth", -1, "You asked me to be cooler.",
        r"cool|cooler|calm|calmer|matter-of-fact|neutral|objective|businesslike",
        r"clingy|gushing|sappy|sentimental|mushy|sugary",
        r"(?:stop|quit) (?:gushing|fussing|flattering|cuddling|mothering)|"
        r"don't (?:flatter|mother|fuss|call me (?:dear|darling|honey))|less (?:sugar|flattery)",
    ),
    Pole(
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
    Pole(
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
    Pole(
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
    Pole(
        "directness", -1, "You asked me to be gentler.",
        r"gentle|gentler|soft|softer|tactful|diplomatic|careful|considerate",
        r"blunt|harsh|direct|rude|brutal|mean|tough",
        r"go easy on me|break it to me gently",
        (
            (r"(?:ouch\W+)?that (?:was|is) (?:a (?:bit|little) |so |rather |very |too )?(?:harsh|blunt|mean|rude)|"
             r"(?:ouch\W+)?that hurt\b|you hurt (?:me|my feelings)", "What I said hurt you."),
        ),
    ),
    Pole(
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
    Pole(
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
    Pole(
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
    Pole(
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
             r"too long\W*$|that was (?:too |very |so )?long\b|yeah yeah\b|blah blah",
             "You wanted me to get to the point."),
        ),
    ),
    Pole(
        "formality", 1, "You asked me to be more formal.",
        r"formal|polite|politer|proper|professional|respectful",
        r"casual|sloppy|informal|cheeky|familiar|chummy",
        r"mind your (?:language|manners|tone)|speak properly|(?:don't|stop) (?:use|using) slang|less slang|"
        r"(?:don't|stop) (?:swear|swearing)",
        ((r"(?:would you kindly|might i (?:ask|trouble)|i would be (?:most )?grateful|if you would be so kind)",
          "You spoke formally with me."),),
    ),
    Pole(
        "formality", -1, "You asked me to be less formal.",
        r"casual|informal|relaxed|laid-back|easygoing",
        r"formal|stiff|polite|proper|stuffy|starchy|serious and formal",
        r"(?:talk|speak) (?:more )?(?:normally|casually|like a (?:friend|normal person|human))|loosen up|"
        r"you (?:can|may) (?:drop|skip|forget) the (?:formalities|politeness)",
        ((r"(?:yo|dude|bro|mate|buddy|'?sup|what's up)\b", "You spoke casually with me."),),
    ),
)  # fmt: skip
