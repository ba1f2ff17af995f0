"""Facts about people and things: which say the same, and which one makes another a thing of the past. Pure.

A fact is kept in its person's words ("my sister", "moved to", "Leeds"); only here, where two are compared, do
"we moved to" and "I live in" become one relation. The words are English.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

_WORD = re.compile(r"[^\W_]+(?:[-'][^\W_]+)*")
_SHORT = re.compile(r"^(.+?)(?:'s|'m|'re|'ve|'d|'ll|n't)$")
FUNCTION_WORDS = frozenset(
    "a an the this that these those my your his her its our their mine yours ours i me we us you he him she it they "
    "them who which what there here and or but so because as if than then in on at by for from of off to into onto "
    "out over under up down about near beside behind opposite with without "
    "since until till after before during is am are was were be been "
    "being do does did done have has had having will would shall should can could may might must not no never also "
    "too very really quite just only even ever still yet already again more most much many some any all both each "
    "well oh yes yeah by-the-way way one anymore now got get ca wo".split()
)


@dataclass(frozen=True, slots=True)
class Fact:
    """That `relation` of `subject` is `value`, in the words of the person who said it ("I", "my sister", "you")."""

    subject: str = field(repr=False)
    relation: str = field(repr=False)
    value: str = field(repr=False)


def words(text: str) -> list[str]:
    """The words of `text`, small, short forms cut down to what they are short for ("I'm": i, "Ruth's": ruth)."""
    found = _WORD.findall(text.lower().replace("’", "'"))
    return [short[1] if (short := _SHORT.match(word)) else word for word in found]


def stem(word: str) -> str:
    """What `word`, small, has in common with its other forms, as far as endings go."""
    for ending, instead in (("ies", "y"), ("ied", "y"), ("ing", ""), ("ed", ""), ("es", ""), ("s", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            cut = word[: -len(ending)] + instead
            return (
                cut[:-1]
                if len(cut) > 3 and cut[-1] == cut[-2] and ending in ("ing", "ed")
                else cut.rstrip("e")
            )
    return word.rstrip("e") if len(word) > 3 else word


def content(text: str) -> set[str]:
    """The stems of the words of `text` that mean something by themselves."""
    return {stem(word) for word in words(text) if word not in FUNCTION_WORDS}


def said_in(word: str, stems: Iterable[str]) -> bool:
    """Whether `word`, a stem, is among `stems`, or a form of one of them ("allergy", "allergic")."""
    return any(
        word == other
        or (len(word) > 4 < len(other) and word[:5] == other[:5] and abs(len(word) - len(other)) < 4)
        for other in stems
    )


_TITLE = re.compile(r"^(mrs?|ms|miss|dr|doctor) ")


def subject_of(subject: str, names: Mapping[str, str]) -> str:
    """`subject` in the form in which it is compared: "we" is "I", and who is in `names` is what he is to him.

    `names` maps small names to subjects, as of `named`.
    """
    key = _TITLE.sub("", re.sub(r"^our\b", "my", " ".join(words(subject))))
    key = re.sub(r"^(we|me|us)$", "i", key)
    return names.get(key, key)


def named(facts: Iterable[Fact]) -> dict[str, str]:
    """Who is who: by each small name the subject that has it ("ruth": "my sister"), you and I left out."""
    found: dict[str, str] = {}
    for fact in facts:
        subject = subject_of(fact.subject, {})
        if kind(fact) == "name" and subject not in ("i", "you"):
            name = _TITLE.sub("", " ".join(words(fact.value)))
            found[name] = subject
            found.setdefault(name.partition(" ")[0], subject)
    return found


_DATE = r"\d|january|february|march|april|may|june|july|august|september|october|november|december"
_TRADE = (
    r"^an? (?!.*\b(?:vegetarian|christian|smoker|londoner|new yorker|riser|lover|sleeper|swimmer|beginner|foreigner|"
    r"member|outsider|believer|person|winner|loser)\b)(?:[\w-]+ ){0,2}?(?:\w+(?:er|or|ist|ian|man|woman)|nurse|pilot|"
    r"chef|cook|clerk|judge|vet|student|architect|pharmacist|surgeon|mechanic|secretary|priest|midwife|paramedic)\b"
)
_KINDS = tuple(
    (name, re.compile(relation), re.compile(value, re.IGNORECASE))
    for name, relation, value in (
        ("nickname", r"nick ?name|\bcall (me|you)", ""),
        ("name", r"\b(name[ds]?|call(ed)?)\b", ""),
        ("birthday", r"birth ?(day|date)|date of birth", ""),
        ("birthday", r"^(was |were )?born( on| in)?$", _DATE),
        ("birthplace", r"\bborn\b|^(is |am |are |be |come |comes )?from$", ""),
        (
            "home",
            r"\b(live[sd]?|living|based|settled)( back)? (in|at)\b|\b(home|address)\b|\bmov(e[sd]?|ing)\b",
            "",
        ),
        ("job", r"^(is|am|are|be|was|were)$", _TRADE),
        ("job", r"\bwork\w* as\b|\b(job|profession|occupation|bec[ao]me)\b", ""),
        ("employer", r"\bwork\w* (at|for|in)\b|\bemploye[rd]\b|\bcompany\b", ""),
        ("age", r"\bage\b|years old|^turn(s|ed|ing)?$", ""),
        ("age", r"^(is|am|are|be)$", r"^(about |almost |nearly )?[\w-]+( years old)$|^\d+$"),
        ("partner", r"\b(married|engaged|husband|wife|partner|girlfriend|boyfriend|dat(e|es|ing))\b", ""),
        ("phone", r"\b(phone|telephone|number)\b", ""),
        ("dislike", r"dislike|hate|detest|loathe|can'?t stand|(n't|not) (like|stand|love|enjoy|prefer)", ""),
        ("like", r"\b(like|love|enjoy|adore|fond|fan|prefer)", ""),
        ("allergic", r"\ballerg", ""),
        ("have", r"^(have|has|had|own|owns|got|get|keep|keeps|bought|buy|adopted|adopt)( got)?$", ""),
        ("drive", r"^(drive|drives|driving|car)$", ""),
        ("be", r"^(is|am|are|be|was|were)$", ""),
    )
)
_ONE = {
    *("name", "nickname", "birthday", "birthplace", "home", "job", "employer", "age", "partner", "phone"),
    "drive",
}
_MANY = {"like", "dislike", "allergic", "have", "be"}
_A = re.compile(r"an? ", re.IGNORECASE)
_OPPOSITE = {"like": "dislike", "dislike": "like"}
_CHANGE = re.compile(
    r"\b(now|any ?more|no longer|instead|actually|moved|changed?|switched|sold|gave up|given up|these days|new|"
    r"swapped|replaced|became|become|not any|from now on|meant|wrong|correction)\b|\bnot\b.*\bbut\b|, not\b",
    re.IGNORECASE,
)
_AS_WELL = re.compile(r"\b(too|also|as well|another|both|second|besides)\b", re.IGNORECASE)


def kind(fact: Fact) -> str:
    """What the relation of `fact` amounts to, whatever words it was said in."""
    relation = " ".join(fact.relation.lower().replace("’", "'").split())
    if favourite := re.search(r"favou?rite (\w+)", relation):
        return f"favourite {stem(favourite[1].replace('colour', 'color'))}"
    for name, pattern, value in _KINDS:
        if pattern.search(relation) and value.search(fact.value.strip()):
            return name
    return " ".join(stem(word) for word in words(relation) if word not in FUNCTION_WORDS) or relation


def same(one: Fact, other: Fact, names: Mapping[str, str]) -> bool:
    """Whether `one` says no more than `other`, or the other way round: Leeds, and Leeds since April."""
    if subject_of(one.subject, names) != subject_of(other.subject, names) or kind(one) != kind(other):
        return False
    mine, others = content(one.value), content(other.value)
    return bool(mine and others) and (mine <= others or others <= mine)


def closes(new: Fact, old: Fact, said: str, names: Mapping[str, str]) -> bool:
    """Whether `old` is no longer so because of `new`, of which `said` is the sentence.

    A person has one home and many likings; what else there may be several of, such as instruments, is taken to
    have changed where `said` speaks of a change.
    """
    if subject_of(new.subject, names) != subject_of(old.subject, names):
        return False
    before, after = kind(old), kind(new)
    if _OPPOSITE.get(before) == after:
        return bool(content(new.value) & content(old.value))
    if before != after or same(new, old, names) or _AS_WELL.search(said):
        return False
    if before in _ONE or before.startswith("favourite"):
        return True
    thing = before == "be" and subject_of(old.subject, names) not in ("i", "you") and _A.match(old.value)
    return (before not in _MANY or bool(thing)) and bool(_CHANGE.search(said))


_OVER = re.compile(
    r"\b(any ?more|no longer|used to|stopped|quit|gave up|given up|giving up|gave away|sold|got rid of|broke up|"
    r"split up|left|resigned|cancelled|canceled|over with|lost|ended|not with)\b",
    re.IGNORECASE,
)
_FOR_GOOD = {"name", "nickname", "birthday", "birthplace"}
_NOT = re.compile(r"\b(not|never)\b|n['’]t\b", re.IGNORECASE)
_FAR = re.compile(r"\b(far|only|just|sure|know|think|remember|forget|without|always|often)\b", re.IGNORECASE)


def negated(clause: str) -> bool:
    """Whether `clause` denies something."""
    return bool(_NOT.search(clause))


def over(clause: str) -> bool:
    """Whether `clause` says that something is no longer so."""
    return bool(_OVER.search(clause))


def ends(clause: str, old: Fact, names: Mapping[str, str]) -> bool:
    """Whether `clause`, a person's words, says that `old` is no longer so, and nothing of what is so instead."""
    stems = content(clause)
    if not content(old.value) & stems or not _speaks_of(clause, old.subject, names):
        return False
    if over(clause) and kind(old) not in _FOR_GOOD:
        return True
    told_by = kind(old) in ("name", "be") or bool(content(old.relation) & stems)
    return told_by and negated(clause) and not _FAR.search(clause)


def _speaks_of(clause: str, subject: str, names: Mapping[str, str]) -> bool:
    there = words(clause)
    key = subject_of(subject, names)
    if key in ("i", "you"):
        mine = {"i", "we", "me", "us", "my", "our"} if key == "i" else {"you", "your"}
        return bool(mine & set(there))
    aliases = [name for name, who in names.items() if who == key]
    return any(set(each.split()) - {"my"} <= set(there) for each in (key, *aliases)) or bool(
        {"he", "she", "it", "they"} & set(there)
    )
