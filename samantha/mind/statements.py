"""What somebody says, in sentences and clauses, and which of them state something. Pure; the words are English."""

from __future__ import annotations

import re

from samantha.mind.relations import content, words

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
