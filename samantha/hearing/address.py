"""Is somebody called by a name, or spoken of? "What do you think, Samantha?", "I told Samantha yesterday". Pure.

English grammar as far as a line of a transcript shows it: what stands before and after the name, in the same
sentence. In other languages commas, the edges of the sentence and its question mark decide. When in doubt, a
question or a command with the name at either end of it is for her who bears it.
"""

from __future__ import annotations

import re

from samantha.hearing.plausible import words


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_OPENERS = _set(
    "hey hi hello hallo yo ok okay oh ah um uh er hmm hm mm so well now and but then right alright all yes yeah yep"
    " no nope please sorry thanks thank you listen look wait stop good morning evening afternoon night excuse me"
    " dear actually anyway also maybe great cool fine bye goodbye welcome back quick question a"
)
"""What may stand before a name that begins a sentence."""

_GREETINGS = _set("hey hi hello hallo yo ok okay please thanks you bye goodbye morning night dear sorry")
"""After these a name is called, wherever it stands."""

_CLOSERS = _set("please thanks thank you okay ok right now then yeah again")
"""What may stand behind a name that ends a sentence."""

_QUESTIONS = _set("what whats how hows why when whens where wheres who whos which whose")
_AUXILIARIES = _set(
    "is are was were am do does did can could will would should shall have has had may might must isnt arent wasnt"
    " dont doesnt didnt cant couldnt wont wouldnt shouldnt havent hasnt"
)
_SUBJECTS = _set(
    "you i we it he she they there this that these those anyone anybody someone somebody everyone"
)
_ARTICLES = _set("the a an my your our his her their any some")

_MENTIONING = _set(
    "to with about for from of by at like than and or on in against without behind after before is was are were be"
    " been am im its called named not the a an my our his her their your poor old little told tell tells telling"
    " ask asked asks asking call calling calls called know knows knew known love loves loved like likes liked see"
    " saw seen sees seeing meet met meeting miss missed hate hates visit visited help helped helps invite invited"
    " marry married dating think thinks thought said says say believe guess heard hear if whether because that"
    " when while where as until who whos whats wheres hows text texted email emailed phone phoned thank thanked"
    " let gave give gives show showed remember met mean means meant wish hope hoped named i we they he she"
)
"""After these a name is part of the sentence."""

_ADDRESSING = _set(
    "you me us it this now today tonight tomorrow again here there too home back then much well up off down out"
    " morning night evening afternoon bye goodbye right sorry thanks please welcome all yet soon later ready"
)
"""At the end of a statement, before the name of who is told it."""

_BARE = _set(
    "think agree understand mean say do go sleep care listen feel work want suggest recommend prefer know like see"
    " hear remember believe guess eat"
)
"""Verbs after which a question may end."""

_ORDERS = _set("stop wait listen look help continue go hurry sleep relax quiet pause sorry goodnight cheers")
"""Orders of one word that have nobody as their object."""

_TELLING = _set(
    "said told went came got took made gave knew thought saw found left felt kept began ran brought wrote sat stood"
    " lost paid met spoke bought slept woke broke chose drove ate fell grew held heard sent sold won wore became"
    " and or but who whom with from of in at on as also always never just really probably usually often sometimes"
    " still already only even herself himself isnt doesnt didnt wasnt hasnt cant wont"
)
"""After these a name at the start of a sentence is what it is about."""

_DIRECT = _set(
    "tell please play turn set stop remind show give find open close switch read sing help let lets wake"
)
"""With these orders begin."""

_NOT_THIRD_PERSON = _set(
    "thanks lets guess pass press miss cross dress its this yes us always plus perhaps discuss"
)
_NOT_PAST = _set("need feed speed seed proceed red bed exceed embed shed")

_APPOSITION = re.compile(
    r"\b(?:my|our|his|her|their|your|a|an|the|this is|named|called)\s+(?:\w+\s+)?"
    r"(?:friend|sister|daughter|wife|girlfriend|partner|mother|mom|mum|aunt|cousin|niece|colleague|neighbou?r|boss"
    r"|assistant|teacher|nurse|doctor|girl|woman|lady|cat|dog|computer|name)$"
)
_LISTED = re.compile(
    r"^,?\s*(?:(?!I\b)[A-Z]\w+,?\s+)?(?:and|or)\s+(?:(?!I\b)[A-Z]\w+|I\s+\w+|me\b|my\b|his\b|her\b)"
)
_END = re.compile(r"[.!?…。！？]+")
_BREAK = re.compile(r"[.!?…。！？]+\s*|[;:]\s|\s[-–—]\s")

_KIN = (
    "mum|mom|mummy|mommy|mama|dad|daddy|papa|grandma|grandpa|granny|honey|darling|sweetheart|sweetie|babe|guys|kids"
    "|boys|girls|everyone|everybody|folks|doctor|sir|madam|alexa|siri|google|cortana|computer"
)
_ASKED = (
    r"(?:please|(?:can|could|would|will|do|did|are|were|have|don['’]?t|should|shall|may)\s+(?:you|we|i)\b"
    r"|(?:what|how|where|when|why|who)\b[^.!?]*\byou|come|pass|give|look|wait|stop|let['’]?s|get|bring|put|take|don['’]?t"
    r"|go|help|call|tell|show|turn|listen|hurry|watch|leave|hold)\b"
)
_ANOTHER = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?i:^(?:hey|hi|hello|ok|okay|oh|so|well)?,?\s*(?:{_KIN})\s*(?:[,.!?]|$))",
        rf"(?i:,\s*(?:{_KIN})\s*[.!?]*$)",
        rf"(?i:^(?:hey|hi|hello|ok|okay),?\s+(?:{_KIN})\b)",
        r"^(?i:hey|hi|hello),?\s+(?!I\b|I['’])[A-Z][\w-]+\s*(?:[,.!?]|$)",
        rf"^(?!(?i:{'|'.join(sorted(_OPENERS))}|\w+ly)\b)[A-Z][\w-]+,\s+(?i:{_ASKED})",
        r"(?i:\byou\b)[^.!?,]*[a-z]+,\s+(?!I\b)[A-Z][\w-]+\?$",
    )
)
"""Somebody else is called."""


def is_called(before: str, after: str, language: str = "en") -> bool:
    """Whether a name that stands between `before` and `after` is called; else it is spoken of."""
    if re.match(r"['’]s\b", after):
        return False
    end = _END.search(after)
    asks = end is not None and not {"?", "？"}.isdisjoint(end.group())
    after = after[: end.start()] if end else after
    before = _BREAK.split(before)[-1]
    if language != "en":
        return _set_off(before, after, asks=asks)
    parted, parts = (
        before.rstrip().endswith((",", "-", "–", "—")),
        after.lstrip().startswith((",", "-", "–", "—")),
    )
    lead, rest = words(before), words(after)
    if set(lead) <= _OPENERS:
        return not rest or _begins(rest, after, asks=asks, parts=parts)
    clause = words(before.rstrip(" ,-–—").rpartition(",")[2]) if not parted else lead
    if parted:
        apposed = _APPOSITION.search(before.rstrip(" ,-–—").lower()) is not None
        if not rest or set(rest) <= _CLOSERS:
            return not apposed
        if parts:
            return not apposed and not _LISTED.match(after)
        return _begins(rest, after, asks=asks, parts=False)
    if not clause:
        return _begins(rest, after, asks=asks, parts=parts)
    if not rest or parts or set(rest) <= _CLOSERS:
        if parts and len(lead) == 1 and lead[0] not in _MENTIONING and _asks_directly(rest, asks=asks):
            return True  # a misheard "hey"
        return not (parts and _LISTED.match(after)) and _ends(clause, asks=asks)
    if clause[-1] in _GREETINGS:
        return clause[-1] != "you" or clause[-2:] == ["thank", "you"]
    return clause[-1] in _OPENERS and _asks_directly(rest, asks=asks)


def calls_another(text: str, language: str = "en") -> bool:
    """Whether `text`, in which she is not called, calls somebody else: "John, could you …", "hey mum"."""
    if language != "en":
        return False
    sentences = [sentence.strip() for sentence in re.findall(r"[^.!?…]+[.!?…]*", text)]
    return any(pattern.search(sentence) for sentence in sentences for pattern in _ANOTHER)


def _set_off(before: str, after: str, *, asks: bool) -> bool:
    first, last = not words(before), not words(after)
    left = first or before.rstrip().endswith((",", "、", "，", "،"))
    right = last or after.lstrip().startswith((",", "、", "，", "،"))
    return (left and right) or ((first or last) and asks)


def _begins(rest: list[str], after: str, *, asks: bool, parts: bool) -> bool:
    """Whether a name is called that a sentence, or the part of it after a comma, begins with."""
    first, second = rest[0], rest[1] if len(rest) > 1 else ""
    if parts:
        told = first in ("who", "which", "whose", "whom", "however", "though", "too", "she")
        return not _LISTED.match(after) and (asks or not told)
    if first in _QUESTIONS:
        return asks or first not in ("who", "which", "whose")
    if first in _AUXILIARIES:
        return second in _SUBJECTS or (asks and second in _ARTICLES) or first in ("do", "dont")
    if first in _TELLING or (first.endswith("ed") and first not in _NOT_PAST):
        return False
    return not first.endswith("s") or first.endswith("ss") or first in _NOT_THIRD_PERSON


def _ends(clause: list[str], *, asks: bool) -> bool:
    """Whether a name is called that follows on `clause`, without a comma, and ends its sentence."""
    last, first = clause[-1], clause[0]
    if (
        last in ("that", "this")
        and clause[-2:-1] in (["is"], ["was"], ["whos"])
        and first not in ("what", "why", "how")
    ):
        return False
    if last in _ADDRESSING or last in _OPENERS or (last == "like" and first in ("what", "whats")):
        return True
    if asks and last == "is" and clause[-2] in _BARE:
        return True  # "what do you think is Samantha?": the "is" was made of her first sound
    about = len(clause) > 2 and clause[-2] in _SUBJECTS
    if (
        about
        and last in _BARE
        and first in ("what", "which", "who", "how", "do", "dont", "did", "can", "are")
    ):
        return asks or first in _QUESTIONS
    if last in _MENTIONING:
        return False
    if asks or first in _QUESTIONS or (first in _AUXILIARIES and clause[1:2] and clause[1] in _SUBJECTS):
        return not about or last.endswith("ing")
    if len(clause) == 1:
        return last in _ORDERS
    return first not in _SUBJECTS | _ARTICLES and not last.endswith("ed") and _orders(clause)


def _orders(clause: list[str]) -> bool:
    """Whether `clause` may be a command: it has no subject."""
    return not any(word in ("i", "we", "he", "she", "they") for word in clause) and len(clause) > 2


def _asks_directly(rest: list[str], *, asks: bool) -> bool:
    """Whether `rest` begins as what is said to somebody: a question or an order."""
    begins = rest[0] in _QUESTIONS or (rest[0] in _AUXILIARIES and rest[1:2] == ["you"])
    return begins or rest[0] in _DIRECT or (asks and rest[0] in _AUXILIARIES and set(rest[1:2]) <= _SUBJECTS)
