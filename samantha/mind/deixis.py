"""Who "I" and "you" are: turned round, as one does who repeats what another said. English, pure.

Small models swap persons in one answer of six when they speak of what they were told; sentences made by code do not.
What a question asks about tells how the answer begins, and whether only memory can know it.
"""

from __future__ import annotations

import re
import zlib
from typing import Literal

from samantha.mind import questions

About = Literal["person", "samantha", "other"]


# --- turned round ------------------------------------------------------------------------------------------

_ADVERBS = (
    r"(?:\w+ly|also|always|never|ever|still|just|only|now|then|once|even|both|often|sometimes|usually|too|"
    r"all)"
)
_CLAUSE_VERBS = frozenset(
    """think thought know knew hope hoped believe believed wish wished guess guessed bet say said says suppose imagine
    imagined feel felt notice noticed figure figured realise realised realize realized decide decided sure glad
    happy sorry afraid mean meant swear swore find found doubt assume assumed remember heard hear""".split()
)
"""Behind them "you" begins a clause of its own, if more follows."""

_OBJECT_VERBS = frozenset(
    """let make made help see saw call ask tell told give gave show thank love like loved liked miss want need teach
    taught buy bought send sent trust understand understood met meet bring brought got get keep kept leave left lent
    owe promise read sing sang wrote write made visit leave forgot forget hate hated adore take took drive drove
    chose choose built build drew draw told pay paid beat hurt woke wake""".split()
)
_PREPOSITIONS = frozenset(
    """to for with at about of from by on in like without than between behind near around against toward towards upon
    beside beyond under over into through except after before past off out up down""".split()
)
_STARTERS = frozenset(
    """that if when whenever because what whatever how where why who which while since so but although though unless
    until whether as and or then do does did don't doesn't didn't can could can't couldn't will would won't
    wouldn't should
    shouldn't must may might have had haven't hadn't well yes no okay
    oh""".split()
)
_FOLLOWERS = frozenset(
    """to a an the my your our his her their some any something anything everything about for with at of from by on in
    into off out up down back again too also more most very much and or but so because if when while that what where
    how who than as today tomorrow yesterday tonight now then once before after soon later here there this these those
    all both so one two next last every i he she we they it not""".split()
)
"""What comes behind "you" where it is no subject."""


_BE = r"(?:am|are|was|were|aren't|wasn't|weren't)"
_PERSON = re.compile(
    rf"(?<![\w'.-])(?:(?P<asked>{_BE}) (?P<one>i|you)"
    rf"|(?P<who>i|you|we)(?:(?P<short>'(?:m|re|ve|ll|d))|(?P<adverbs>(?: {_ADVERBS}){{0,2}}) (?P<be>{_BE}))?"
    r"|(?P<word>me|my|mine|myself|your|yours|yourself|us|our|ours|ourselves))(?![\w'-]|\.\w)",
    re.IGNORECASE,
)
_TO_YOU = {"am": "are", "was": "were", "wasn't": "weren't", "'m": "'re"}
_TO_I = {"are": "am", "were": "was", "weren't": "wasn't", "aren't": "am not", "'re": "'m"}
_WORDS = {
    "me": "you", "my": "your", "mine": "yours", "myself": "yourself",
    "your": "my", "yours": "mine", "yourself": "myself",
    "us": "you", "our": "your", "ours": "yours", "ourselves": "yourselves",
}  # fmt: skip
_SMALL = re.compile(
    r"(?:you|your|yours|yourself|my|mine|me|am|are|was|were|the|a|an|this|that|these|those|there|here|it|he|she|"
    r"they|his|her|"
    r"its|their|some|all|both|every|each|most|many|no|not|when|if|because|and|but|so|or|then|yesterday|today|"
    r"tomorrow|"
    r"tonight|last|next|in|on|at|for|with|by|from|since|after|before|once|actually|well|yes|sometimes|usually|"
    r"always|"
    r"never|maybe|one|two|three)(?!-|\w)",
    re.IGNORECASE,
)
"""Words that are written small within a sentence."""

_QUOTED = re.compile(r"([\"“„][^\"”]*[\"”])")
_NUMERAL = re.compile(
    r"\b(?:war|part|chapter|phase|level|volume|act|king|queen|(?:world )war)\s+$", re.IGNORECASE
)


def turned(text: str) -> str:
    """What her person said, as she says it to him, to follow a colon.

    "My sister plays and I love it" -> "your sister plays and you love it"; what stands between quotation marks
    stays.
    """
    text = re.sub(r"(?<=\w)’(?=\w)", "'", text.strip())
    between = not re.search(
        r"\byou", text, re.IGNORECASE
    )  # "we" is he and his people, unless he speaks of her
    parts = _QUOTED.split(text)
    parts[::2] = [_turned(part, between) for part in parts[::2]]
    whole = "".join(parts)
    if _SMALL.match(whole):
        whole = whole[0].lower() + whole[1:]
    return whole


def _turned(text: str, between: bool) -> str:
    def turn(found: re.Match[str]) -> str:
        before, after = text[: found.start()], text[found.end() :]
        words = _one(found, before, after, between)
        begins = not before.strip() or re.search(r"[.!?]\s*$", before)
        return words[0].upper() + words[1:] if begins else words

    return _PERSON.sub(turn, text)


def _one(found: re.Match[str], before: str, after: str, between: bool) -> str:
    who = (found["who"] or found["one"] or "").lower()
    be = (found["be"] or found["asked"] or found["short"] or "").lower()
    word = (found["word"] or "").lower()
    if word or who == "we":
        if not between and (who == "we" or word in ("us", "our", "ours", "ourselves")):
            return found[0].lower()
        return _WORDS[word] if word else f"you{found['short'] or ''}" + _rest(found, be)
    if who == "i":
        if _NUMERAL.search(before):
            return found[0]
        be = _TO_YOU.get(be, be)
        if found["asked"]:
            return f"{be} you"
        return f"you{be}" if found["short"] else "you" + _rest(found, be)
    if re.search(r"\bthank\s+$", before, re.IGNORECASE):
        return found[0].lower()
    if found["asked"]:
        return "aren't I" if be == "aren't" else f"{_TO_I.get(be, be)} I"
    if found["short"]:
        return f"I{_TO_I.get(be, be)}"
    if be:
        return f"{'me' if _last(before) in _PREPOSITIONS else 'I'}{_rest(found, _TO_I.get(be, be))}"
    return "I" if _subject(_last(before), _next(after)) else "me"


def _rest(found: re.Match[str], be: str) -> str:
    return f"{(found['adverbs'] or '').lower()} {be}" if found["be"] else ""


def _last(before: str) -> str:
    """The word that `before` ends with; "" behind a full stop or a comma."""
    found = re.search(r"([\w']+)\s+$", before)
    return found[1].lower() if found else ""


def _next(after: str) -> str:
    found = re.match(r"\s+([\w']+)", after)
    return found[1].lower() if found else ""


def _subject(last: str, following: str) -> bool:
    """Whether "you", between these words, does something; else something is done to you."""
    follows = bool(following) and following not in _FOLLOWERS
    if last in ("before", "after", "like", "than", "since", "as", "and", "or"):
        return follows
    if last in _PREPOSITIONS:
        return False
    if last in _CLAUSE_VERBS:
        return follows
    if last in _OBJECT_VERBS or (last.endswith("ed") and len(last) > 3):
        return False
    return follows or last in _STARTERS or (not last and bool(following))


# --- how an answer begins ----------------------------------------------------------------------------------

_ADDRESS = re.compile(
    r"^(?:(?:hey|hi|hello|oh|okay|ok|so|and|but|well|um+|uh+|er+|hm+|now|then|right|yes|yeah|no|please|sorry|"
    r"samantha|"
    r"by the way|just|also|quick question|tell me|say|actually|listen|wait|look|alright)[\s,.!…:-]+)+"
)
_LEAD = re.compile(
    r"^(?:do you (?:still |even |happen to |by any chance )?(?:remember|know|recall)|(?:can|could|would|will) you "
    r"(?:please |just |maybe )?(?:tell me|remember|recall|say|remind me)(?: of)?|(?:please )?(?:tell|"
    r"remind) me(?: again)?(?: of)?"
    r"|(?:do you )?have (?:you )?any idea|any idea|i wonder|i(?:'ve| have) forgotten|i can't remember|"
    r"i don't remember"
    r"|what (?:do|did) you (?:still )?(?:know|remember|recall) about|have you forgotten|did you forget|"
    r"i forgot (?=what|where|who|when|how))\s+"
)
"""What may stand before a question that is put indirectly."""

_AUX = (
    r"(?:do|does|did|am|is|are|was|were|have|has|had|must|"
    r"don't|doesn't|didn't|isn't|aren't|wasn't|haven't|can't|mustn't)"
)
_WH = r"(?:what|where|when|who|whom|whose|which|how)"
_BEGINS = (
    re.compile(rf"^(?:[\w' ]{{0,40}}?\b)??{_AUX} (?P<who>i|my|you|your)\b"),
    re.compile(rf"^{_WH}(?:'s|'re) (?P<who>my|your)\b"),
    re.compile(
        rf"^(?:{_WH}(?:'s|'re)|[\w' ]{{0,30}}?\b{_AUX}) (?:the|a) [\w' ]{{1,30}}? (?:of|for) (?P<who>my|your)\b"
    ),
    re.compile(rf"^{_WH}(?: \w+){{0,2}}? (?P<who>i|my|you|your)\b"),  # put indirectly
    re.compile(r"^(?P<who>my|your)\b"),
)
_PREPOSITION = re.compile(
    r"^(?:in|on|at|to|for|with|from|by|of|about|since|until|under|after) (?=(?:what|which|whose|whom|how)\b)"
)
_OPENINGS = {"i": "You", "my": "Your", "you": "I", "your": "My"}


def opening(question: str) -> str:
    """The first word of an answer to `question` that names the right one of the two; "" where that is not sure.

    A model that is given it goes on in the right person.
    """
    asked = _PREPOSITION.sub("", _plain(question))
    lead = _LEAD.match(asked)
    asked = asked[lead.end() :] if lead else asked
    if not lead and (_REQUEST.match(asked) or not re.match(rf"^(?:{_WH}|{_AUX})\b", asked)):
        return ""
    for pattern in _BEGINS[: None if lead else 3]:
        if found := pattern.match(asked):
            return _OPENINGS[found["who"]]
    return ""


_REQUEST = re.compile(
    r"^(?:why\b|how (?:do|did|can|could|should|would) (?:i|you)\b(?! (?:take|like|drink|feel|spell|get to|know|"
    r"meet|call))"
    r"|what (?:do|did) you (?:think|mean|want|say)\b|do you (?:mind|think|want)\b|what if\b|how are you|"
    r"are you (?:sure|there))"
)


def _plain(question: str) -> str:
    """The question in `question`, small, without what is said before it and the mark behind it."""
    text = re.sub(r"\s+", " ", question.replace("’", "'").strip().lower())
    sentences = [piece for piece in re.split(r"(?<=[.!?])\s+", text) if piece.strip(" .!?")]
    asking = [piece for piece in sentences if piece.endswith("?")] or sentences
    return _ADDRESS.sub("", asking[-1]).strip(" .!?,") if asking else ""


# --- what only memory can know -----------------------------------------------------------------------------


def about(question: str) -> About | None:
    """About whom `question` asks for something that only memory can know, as far as that is sure; else None.

    ``person``: about him and his ("Where do I work?"); ``samantha``: about her ("What's your favourite colour?");
    ``other``: about somebody else he has spoken of ("Who is getting married in June?").
    """
    asked = _plain(question)
    if not asked or question.rstrip().endswith("!") or questions.GENERAL.search(asked):
        return None
    lead = _LEAD.match(asked)
    if lead:
        inner = asked[lead.end() :]
        if re.match(r"(?:how to|how the|what to)\b", inner):
            return None
        if any(pattern.match(inner) for pattern in (*questions.INDIRECT, *questions.PERSONAL)):
            return "person"
        return None
    if asked in ("do you remember", "do you still remember"):
        return "person"
    if any(pattern.match(asked) for pattern in questions.PERSONAL):
        return "person"
    if any(pattern.match(asked) for pattern in questions.SAMANTHA):
        return "samantha"
    written = re.sub(r"\s+", " ", question.replace("’", "'")).strip(" .!?")
    at = written.lower().rfind(asked)
    return "other" if at >= 0 and any(pattern.match(written[at:]) for pattern in questions.OTHERS) else None


_ASKS = re.compile(
    r"^(?:(?:in|on|at|from|for|with|to|by|of|about|under|after|before|during|through|until|since|over|behind|near|into|"
    r"knowing about|out of) )?(?:what(?! (?:an?|if)\b)|which|who|whose|whom|where|when|"
    r"how (?:old|many|much|long|tall|big|far|often|heavy|late|early|did (?:i (?!do\b)|we|my|our)|does my))\b"
)
_BRIEF = 12
"""Words; a longer one without a question mark is none."""
_MINE = re.compile(r"\b(?:i|my|our|me|us|we)\b")
_NOW = re.compile(r"\bwrong\b|^what did i miss$")
"""What asks for how things are just now."""
_HIS = re.compile(rf"\b(?:my|our) (?!(?:\w+ ){{0,2}}?{questions.NOT_KNOWN}\b)")
_ADVICE = re.compile(
    r"\b(?:do|did) i (?:do|say|get|find|start|know|need|have to (?:lose|pay)|go from here)\b|"
    r"\b(?:what am i doing|did you|do you (?:think|mean)|have i done|where am i|who am i|mean(?:s|t)?|"
    r"where were we|was i saying|were we talking|let me|tell me|would you|would my)\b|\b(?:my|our) "
    r"(?:purpose|horoscope|chances?|options?|luck|code|plan|ip)\b"
)


def asks(question: str) -> bool:
    """Whether `question` asks what, who, where, when or how much, and for no advice."""
    asked = _plain(question)
    whole = question.rstrip().endswith("?") or len(asked.split()) <= _BRIEF
    return (
        whole
        and bool(_ASKS.match(asked))
        and not questions.GENERAL.search(asked)
        and not _ADVICE.search(asked)
    )


def personal(question: str) -> bool:
    """Whether `question`, of whatever form, may well ask for something of her person's."""
    asked = _plain(question)
    return asks(question) and bool(_MINE.search(asked)) and not _NOW.search(asked)


def his(question: str) -> bool:
    """Whether `question` asks for something about what is his, and about nothing that anybody may know."""
    asked = _plain(question)
    return asks(question) and bool(_HIS.search(asked)) and not _NOW.search(asked)


_UNKNOWN = (
    "I don't think you've told me that.",
    "You haven't told me that yet, I think.",
    "I don't know that yet. Will you tell me?",
    "That's something you haven't told me yet.",
)
_UNKNOWN_WHAT = (
    "You haven't told me {} yet.",
    "I don't think you've told me {}.",
    "I don't know {} yet. Will you tell me?",
)


def unknown(question: str) -> str:
    """What she says to `question`, `about` what she was never told."""
    asked = _question_as_written(question)
    chosen = zlib.crc32(asked.lower().encode())
    what = _clause(asked)
    lines = _UNKNOWN_WHAT if what else _UNKNOWN
    return lines[chosen % len(lines)].format(what)


def _question_as_written(question: str) -> str:
    written = re.sub(r"\s+", " ", question.replace("’", "'")).strip(" .!?")
    asked = _plain(question)
    at = written.lower().rfind(asked)
    return written[at:] if at >= 0 else asked


_THING = r"(?P<thing>my(?: [\w'-]+){1,4})"
_WHAT_BE = re.compile(rf"what(?:'s| is| was| are| were) {_THING}", re.IGNORECASE)
_WH_BE = re.compile(
    rf"(?P<wh>where|when|who|how (?:old|tall))(?:'s| (?P<be>is|are|was|were)) {_THING}", re.IGNORECASE
)
_WH_DO = re.compile(
    r"(?P<wh>(?:what|where|when|who|which|how)(?: [\w'-]+){0,2}?) do (?P<rest>i [\w' -]+)", re.IGNORECASE
)
_OPEN_END = re.compile(
    r" (?:called|named|like|about|\w+ing|from|born|married|due|to|of|for|with|on|in|at)(?: \w+)?$"
)
"""How a question ends whose subject is not all that stands behind "is"."""


def _clause(asked: str) -> str:
    """What `asked` asks for, put indirectly and turned round: "your brother's name", "where you work"; "" if unsure."""
    if (found := _WHAT_BE.fullmatch(asked)) and not _OPEN_END.search(found["thing"]):
        return turned(found["thing"])
    if (found := _WH_BE.fullmatch(asked)) and not _OPEN_END.search(found["thing"]):
        return f"{found['wh'].lower()} {turned(found['thing'])} {found['be'] or 'is'}"
    if found := _WH_DO.fullmatch(asked):
        return f"{found['wh'][0].lower()}{found['wh'][1:]} {turned(found['rest'])}"
    return ""
