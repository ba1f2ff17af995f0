"""What the model is asked for the facts in something a person said, and what of its answer is believed. Pure.

A small model finds facts well and makes some up, so each is held against the words it should come from: what is
not in them is dropped, and so is what they only ask, suppose, deny or report of others. The words are English.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from samantha.mind.relations import Fact, content, kind, negated, over, said_in, stem, subject_of, words
from samantha.ports import Message

ANSWER_TOKENS = 72
"""Enough for three facts."""

LONGEST = 120
"""Words of a turn that are looked at: a reading aloud, or a machine, says more."""

GRAMMAR = r"""
root ::= "none" | fact ("\n" fact)? ("\n" fact)?
fact ::= subject " | " relation " | " value
subject ::= "I" | "you" | "we" | "my " name | "our " name | "your " name | [A-Z] name
name ::= [A-Za-z' -]{1,30}
relation ::= word (" " word){0,2}
word ::= [a-z'-]{1,16}
value ::= [^|\n]{1,60}
"""

_TASK = (
    "Write down the lasting facts in a message: about the speaker (I), his people and things (my …), whom he talks "
    "to (you), others by name. One fact a line: who or what | what about it | the value. Use the message's own "
    "words. A question, a mood or small talk holds no fact: none."
)
_EXAMPLES = (
    ("I live in Oslo with my wife Ingrid.", "I | live in | Oslo\nmy wife | name | Ingrid"),
    ("The weather is awful, isn't it.", "none"),
    (
        "My brother works as a baker, and he can't stand cats.",
        "my brother | work as | a baker\nmy brother | dislike | cats",
    ),
    ("Actually my cat is called Momo, not Coco.", "my cat | name | Momo"),
    ("I'm so tired today.", "none"),
    ("We're in Bern now, we've left Ghent.", "we | live in | Bern"),
    ("I love jazz, but I can't stand techno.", "I | like | jazz\nI | dislike | techno"),
    ("I'm a vegan and I don't drink coffee.", "I | be | a vegan\nI | don't drink | coffee"),
    ("Your birthday is the first of May, let's say.", "you | birthday | the first of May"),
    ("I got a new job, I'm a nurse now.", "I | work as | a nurse"),
    ("My aunt was born in Peru.", "my aunt | born in | Peru"),
    ("My colleague Ana has a parrot.", "my colleague | name | Ana\nAna | have | a parrot"),
)


@dataclass(frozen=True, slots=True)
class Found:
    """A fact, the sentence that says it, and how sure that is, in [0, 1]."""

    fact: Fact
    sentence: str = field(repr=False)
    confidence: float


def request(said: str) -> list[Message]:
    """What the model is asked for the facts in `said`."""
    messages = [Message("system", _TASK)]
    for message, answer in _EXAMPLES:
        messages += (Message("user", message), Message("assistant", answer))
    return [*messages, Message("user", " ".join(" ".join(stated(said)).split()[:LONGEST]))]


# --- what a turn is made of --------------------------------------------------------------------------------

_SENTENCE = re.compile(
    r"(?:[^.!?;…\n]|(?<=\b[A-Z])\.|(?<=\bDr)\.|(?<=\bMrs)\.|(?<=\bMr)\.|\.(?=\d))+[.!?;…]*"
)
_CLAUSE = re.compile(r",|\b(?:but|and|because|although|though|so|since|when|while)\b")
_ASKED = re.compile(
    r"^(?:(?:and|so|well|hey|oh|samantha)[, ]+)*(?:what|who|where|when|why|how|which|whose|do|does|did|is|are|was|were|"
    r"can|could|would|will|shall|should|have|has|am|tell|give|show|say|play|sing|read|set|turn|let)\b(?! i told you)",
    re.IGNORECASE,
)
_TOLD_ALREADY = re.compile(
    r"^.*?\b(?:did i (?:ever )?(?:tell|mention)(?: to)?(?: you)?|did you know|you know,?|have i told you|guess what)"
    r"(?: that)?[, ]+",
    re.IGNORECASE,
)
_SUPPOSED = re.compile(
    r"\b(?:if|unless|would|i['’]d|we['’]d|could|might|may be|maybe i(?:'ll| will)|wish|suppose|imagine|pretend|"
    r"perhaps|what about|hopefully|dream(?:ed|t) (?:of|that)|in my dream|in the (?:film|book|story|movie|game))\b",
    re.IGNORECASE,
)
_REPORTED = re.compile(
    r"\b(?!I\b)(\w+) (?:says?|said|tells?|told|thinks?|claims?|believes?|wrote|writes|sang|sings|asked)\b",
    re.IGNORECASE,
)
_PASSING = re.compile(
    r"\b(?:today|yesterday|tonight|this (?:morning|afternoon|evening|week)|last night|just now|right now|"
    r"at the moment|earlier|(?:so|too|very|a bit|really) (?:tired|hungry|bored|cold|hot|sleepy|thirsty))\b",
    re.IGNORECASE,
)
_UNSURE = re.compile(
    r"\b(?:i think|i guess|maybe|probably|not sure|i believe|as far as i know)\b", re.IGNORECASE
)
_OF_SOMEBODY = re.compile(
    r"\b(?:i|we|my|our|you|your|he|she|they|his|her|their)\b|(?<!^)\b[A-Z]", re.IGNORECASE
)


def sentences(said: str) -> list[str]:
    """The sentences of `said`."""
    return [found for each in _SENTENCE.findall(said) if (found := each.strip())]


def clauses(sentence: str) -> list[str]:
    """The parts of `sentence` that say one thing each, as near as commas and conjunctions tell."""
    return [part.strip() for part in _CLAUSE.split(sentence) if part.strip()]


def stated(said: str) -> list[str]:
    """The sentences of `said` that say how something is: not what they ask, command or suppose."""
    found = []
    for sentence in sentences(said):
        told = _TOLD_ALREADY.sub("", sentence, count=1)
        if told == sentence and (sentence.endswith("?") or _ASKED.match(sentence)):
            continue
        if not _SUPPOSED.search(told):
            found.append(told)
    return found


def may_hold(said: str) -> bool:
    """Whether a fact could be in `said`: else no model need look."""
    return any(
        len(words(sentence)) >= 3 and _OF_SOMEBODY.search(sentence) and len(content(sentence)) > 0
        for sentence in stated(said)
    )


# --- what is believed --------------------------------------------------------------------------------------


def parse(answer: str) -> list[Fact]:
    """The lines of the model's `answer` that have the form of a fact."""
    found = []
    for line in answer.splitlines():
        parts = [part.strip(" .") for part in line.split("|")]
        if len(parts) == 3 and all(parts):
            found.append(_tidied(Fact(*parts)))
    return found


def checked(facts: Sequence[Fact], said: str) -> list[Found]:
    """Those of `facts` that `said`, a turn of the person's, does say; and what it says in plain patterns."""
    found: list[Found] = []
    there = stated(said)
    for sentence in there:
        for fact in _plain(sentence):
            if held := _held(fact, sentence, said):
                _add(found, held, sentence)
    for fact in facts:
        best = max(there, key=lambda sentence: len(content(fact.value) & content(sentence)), default="")
        if best and (held := _held(fact, best, said)):
            _add(found, held, best)
    return found


def _add(found: list[Found], fact: Fact, sentence: str) -> None:
    """Put `fact` to what was `found`, unless that says so already."""
    about = subject_of(fact.subject, {})
    for other in found:
        both = content(other.fact.value) & content(fact.value)
        if both and subject_of(other.fact.subject, {}) == about:
            return
    found.append(Found(fact, sentence, 0.5 if _UNSURE.search(sentence) else 0.9))


def _held(fact: Fact, sentence: str, said: str) -> Fact | None:
    """`fact` as `sentence` of `said` bears it out; None if it does not."""
    fact = _whose(fact, sentence)
    stems, value, what = content(sentence), content(fact.value), kind(fact)
    if not value or not all(said_in(each, stems) for each in value):
        return None
    if not _bears_out(fact, sentence) or not _is_about(fact.subject, sentence, said):
        return None
    if what == "name" and not _is_name(fact, sentence):
        return None
    if what != "name" and _PASSING.search(sentence):
        return None
    if fact.subject.lower() == "you" and what not in _HERS and not what.startswith("favourite"):
        return None
    clause = max(clauses(sentence), key=lambda part: len(value & content(part)), default=sentence)
    if over(clause):
        return None
    if negated(clause) and not negated(fact.relation) and what != "dislike":
        if what in _FLAT or not re.search(r"n['’]t\b", clause):
            return None
        return Fact(fact.subject, "dislike" if what == "like" else f"don't {fact.relation}", fact.value)
    return fact


_FLAT = {"name", "home", "be", "age", "birthday", "birthplace", "job", "employer", "partner"}
"""What somebody is not says too little to be kept."""

_NO_MATTER = {
    "decid",
    "say",
    "think",
    "tell",
    "know",
    "guess",
    "mean",
    "ask",
    "feel",
    "sleep",
    "hear",
    "see",
    "talk",
}
"""Stems of what people do all the time."""

_EVIDENCE = {
    "name": r"\b(names?|called|named|call(s|ing)? (me|him|her|it|you))\b|\b(I'm|I am|I’m) [A-Z]",
    "nickname": r"\bcall",
    "home": r"\b(live|lives|living|move[ds]?|moving|home|address|based|settled)\b|['’](m|re|s) in\b|\b(am|are|is) in\b",
    "job": r"\b(as an?|job|became|become|work\w*)\b|(\b(am|is|was|are|were)|['’](m|s|re)) (an?|the) ",
    "employer": r"\b(work\w*|job|employ\w*|company)\b",
    "age": r"\b(am|is|are|turn\w*|age|old)\b|['’](m|s|re) ",
    "birthday": r"\b(born|birth\w*)\b",
    "birthplace": r"\b(born|from)\b",
    "partner": r"\b(married|engaged|husband|wife|partner|girlfriend|boyfriend|dat(e|es|ing))\b",
    "like": r"\b(love[sd]?|like[sd]?|enjoy\w*|prefer\w*|adore\w*|fond|fan|keen|crazy about|into)\b",
    "dislike": r"\b(hate[sd]?|dislike\w*|detest\w*|loathe\w*|stand)\b|n['’]t (really )?(like|love|enjoy)",
    "allergic": r"\ballerg",
    "have": r"\b(have|has|had|own\w*|got|keep\w*|bought|adopted)\b|['’](ve|s got)\b",
    "be": r"\b(am|is|are|was|were|be|been)\b|['’](m|s|re)\b",
}
"""What must be in a sentence that is to say such a thing."""


def _bears_out(fact: Fact, sentence: str) -> bool:
    """Whether `sentence` speaks of the relation of `fact`, in its words or in others."""
    relation = words(fact.relation)
    about = content(fact.relation)
    if {"the", "a", "an", "my", "your"} & set(relation) or about & _NO_MATTER:
        return False
    evidence = _EVIDENCE.get(kind(fact))
    if evidence is not None:
        introduced = kind(fact) == "name" and fact in _introduced(sentence)
        return introduced or bool(re.search(evidence, sentence, re.IGNORECASE if kind(fact) != "name" else 0))
    stems = content(sentence)
    return bool(about) and all(said_in(each, stems) for each in about)


_OWNED = r"\b(my|our|your) (?:\w+ )?"


def _whose(fact: Fact, sentence: str) -> Fact:
    """`fact` about whom the possessive in `sentence` names, where the model took you for me."""
    what = kind(fact).partition(" ")[0]
    noun = {"favourite": r"favou?rite\b", "birthday": r"birthday\b", "name": r"name\b", "age": r"age\b"}.get(
        what
    )
    if noun is None or fact.subject not in ("I", "you", "we"):
        return fact
    owner = re.search(_OWNED + noun, sentence, re.IGNORECASE)
    if owner is None:
        return fact
    return Fact("you" if owner[1].lower() == "your" else "I", fact.relation, fact.value)


_HERS = {"name", "nickname", "birthday"}
"""What a person may tell her about herself: how she is, is hers."""


def _is_about(subject: str, sentence: str, said: str) -> bool:
    there = words(sentence)
    mine = words(subject)
    if not mine:
        return False
    if mine[0] in ("i", "we") and len(mine) == 1:
        reported = _REPORTED.search(sentence)
        return bool({"i", "we", "me", "us", "my", "our", "mine"} & set(there)) and not reported
    if mine == ["you"]:
        return bool({"you", "your", "yours"} & set(there)) or "samantha" in there
    if mine[0] in ("my", "our", "your"):
        rest = [stem(word) for word in mine[1:]]
        everywhere = {stem(word) for word in words(said)}
        return bool(rest) and {"my", "our", "your"} & set(words(said)) != set() and set(rest) <= everywhere
    return all(re.search(rf"\b{re.escape(word)}", said) for word in re.findall(r"\w+", subject))


def _is_name(fact: Fact, sentence: str) -> bool:
    """Whether the value stands in `sentence` as a name does: with a capital, and not as the subject's own word."""
    first = fact.value.split()[0]
    return (
        first[:1].isupper()
        and first.rstrip(".") in sentence
        and not content(fact.value) & content(fact.subject)
    )


_KIN = (
    "sister|brother|mother|mum|mom|father|dad|wife|husband|son|daughter|aunt|uncle|cousin|niece|nephew|grandmother|"
    "grandma|grandfather|grandpa|girlfriend|boyfriend|partner|fiancée?|boss|friend|best friend|colleague|neighbou?r|"
    "dog|cat|teacher|doctor|dentist|flatmate|roommate|landlord|landlady|therapist|trainer|coach"
)
_INTRODUCED = re.compile(
    rf"\b[Mm]y ((?:(?:little|older|younger|elder|big|old|best|twin|late|new) )?(?:{_KIN})),? "
    r"((?:(?:Mrs?|Ms|Dr|Doctor)\.? )?[A-Z][\w-]+)\b(?!['’]s)"
)
_NO_NAME = {"I", "He", "She", "They", "We", "It", "Is", "Was", "Has", "And", "Mr", "Mrs", "Ms", "Dr"}
_PLAIN = tuple(
    (re.compile(pattern), relation)
    for pattern, relation in (
        (
            r"\bI(?: really| also| just)? (?:love|like|enjoy|prefer|adore) ((?!how|that\b|when|it\b|the way).+)",
            "like",
        ),
        (
            r"\bI(?: really)? (?:hate|dislike|detest|ca(?:n['’]|nno)t stand|do(?:n['’]t| not)(?: really)? like) (.+)",
            "dislike",
        ),
        (r"\bI do(?:n['’]t| not) (eat|drink|smoke|drive) (.+)", "don't {}"),
        (r"\bI(?:['’]m| am| come) from (.+)", "from"),
        (r"\bI(?:['’]m| am) (an? (?!bit|little|lot|fan|big|mess|fool|idiot).+)", "be"),
        (r"\bI(?:['’]ve| have) been (?:an? )?(\w+ (?:for|since) .+)", "be"),
        (r"\bMy birthday(?:['’]s| is)(?: on)? (.+)", "birthday"),
    )
)
_MY = re.compile(r"\b[Mm]y ((?!favou?rite)\w+(?: \w+)?) (?:is|was) (an? (?!.*\b(?:named|called)\b).+)")


_FAVOURITE = re.compile(r"\b(my|your) (favou?rite \w+(?: \w+)?) (?:is|are|was) (.+)", re.IGNORECASE)
_CALLED = re.compile(
    r"\b(?:[Mm]y|[Oo]ur) (\w+(?: (?!is\b|was\b|called\b)\w+)?)"
    r"(?:['’]s name is| is called| is named|['’]s called| called| named) ((?:(?:Mrs?|Ms|Dr|Doctor)\.? )?[A-Z][\w-]+)"
)


def _plain(sentence: str) -> list[Fact]:
    """What `sentence` says in the plainest words, which a small model overlooks as easily as others."""
    found = _introduced(sentence)
    found += (Fact(f"my {who}", "name", name) for who, name in _CALLED.findall(sentence))
    for clause in clauses(sentence):
        clause = clause.rstrip(".!? ")
        for pattern, relation in _PLAIN:
            if match := pattern.search(clause):
                *which, value = match.groups()
                found.append(_tidied(Fact("I", relation.format(*which), value)))
        if match := _FAVOURITE.search(clause):
            found.append(
                _tidied(Fact("I" if match[1].lower() == "my" else "you", match[2].lower(), match[3]))
            )
        if match := _MY.search(clause):
            found.append(_tidied(Fact(f"my {match[1]}", "be", match[2])))
    return found


def _introduced(sentence: str) -> list[Fact]:
    """Who is called what where it is said by the way: "my sister Ruth"."""
    return [
        Fact(f"my {who}", "name", name) for who, name in _INTRODUCED.findall(sentence) if name not in _NO_NAME
    ]


def _tidied(fact: Fact) -> Fact:
    """`fact` with its relation where it belongs: "my favourite colour | is | blue" is one about me."""
    subject, relation, value = fact.subject, fact.relation.lower(), fact.value
    if subject == "Samantha":
        subject = "you"
    owned = re.match(
        r"(?i)(my|our|your) ((?:favou?rite \w+)|(?:full |first |last )?name|age|birthday|job|address|phone number)$",
        subject,
    )
    if owned and relation in ("is", "are", "name", "be", "called"):
        subject, relation = "you" if owned[1].lower() == "your" else "I", owned[2].lower()
    if possessed := re.match(r"(?i)(.+?)['’]s (name|age|birthday|job|address)$", subject):
        subject, relation = possessed[1], possessed[2].lower()
    if relation in ("call you", "call") and subject in ("I", "we"):
        subject, relation = "you", "nickname"
    if cut := re.search(r" (?=(?:the|an?|my|your)(?: |$))", relation):
        relation, value = relation[: cut.start()], f"{relation[cut.end() :]} {value}"
    return Fact(subject, relation, _LAST.sub("", value))


_LAST = re.compile(
    r"[, ]+(?:now|too|as well|though|by the way|actually|anyway|you know|these days)$", re.IGNORECASE
)
