"""What the model is asked for the facts in something a person said, and what of its answer is believed. Pure.

A small model finds facts well and makes some up, so each is held against the words it should come from: what is
not in them is dropped, and so is what they only ask, suppose, deny or report of others. The words are English.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from samantha.mind.plainly import introduced, plain, tidied
from samantha.mind.relations import Fact, content, kind, negated, over, said_in, stem, subject_of, words
from samantha.mind.statements import clauses, stated
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


# --- what is believed --------------------------------------------------------------------------------------


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


def parse(answer: str) -> list[Fact]:
    """The lines of the model's `answer` that have the form of a fact."""
    found = []
    for line in answer.splitlines():
        parts = [part.strip(" .") for part in line.split("|")]
        if len(parts) == 3 and all(parts):
            found.append(tidied(Fact(*parts)))
    return found


def checked(facts: Sequence[Fact], said: str) -> list[Found]:
    """Those of `facts` that `said`, a turn of the person's, does say; and what it says in plain patterns."""
    found: list[Found] = []
    there = stated(said)
    for sentence in there:
        for fact in plain(sentence):
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
        return fact in introduced(sentence) or bool(
            re.search(evidence, sentence, re.IGNORECASE if kind(fact) != "name" else 0)
        )
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
