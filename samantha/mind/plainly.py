"""The facts that stand in the plainest words, which code finds as well as any model, and more surely. Pure; English."""

from __future__ import annotations

import re

from samantha.mind.relations import Fact
from samantha.mind.statements import clauses

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


def plain(sentence: str) -> list[Fact]:
    """What `sentence` says in the plainest words, which a small model overlooks as easily as others."""
    found = introduced(sentence)
    found += (Fact(f"my {who}", "name", name) for who, name in _CALLED.findall(sentence))
    for clause in clauses(sentence):
        clause = clause.rstrip(".!? ")
        for pattern, relation in _PLAIN:
            if match := pattern.search(clause):
                *which, value = match.groups()
                found.append(tidied(Fact("I", relation.format(*which), value)))
        if match := _FAVOURITE.search(clause):
            found.append(tidied(Fact("I" if match[1].lower() == "my" else "you", match[2].lower(), match[3])))
        if match := _MY.search(clause):
            found.append(tidied(Fact(f"my {match[1]}", "be", match[2])))
    return found


def introduced(sentence: str) -> list[Fact]:
    """Who is called what where it is said by the way: "my sister Ruth"."""
    return [
        Fact(f"my {who}", "name", name) for who, name in _INTRODUCED.findall(sentence) if name not in _NO_NAME
    ]


def tidied(fact: Fact) -> Fact:
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
