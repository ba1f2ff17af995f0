"""Spoken care of memory: what her person asks of it, told from his words. English, pure.

As speech-to-text writes it: with wrong punctuation or none, with her name, fillers and manners around it. Rather
none than a wrong one: what is forgotten by mistake is gone, and "I forgot my keys" is a sentence like any other.
Below is what she says to each.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from samantha.mind import carewords, when
from samantha.mind.deixis import turned
from samantha.mind.hearsay import trusted
from samantha.ports import Recollection


@dataclass(frozen=True, slots=True)
class Remember:
    """Keep `text`, a plain statement in his words, as important."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ForgetLast:
    """Forget what was said last."""


@dataclass(frozen=True, slots=True)
class Forget:
    """Forget all about `topic`, in his words ("my sister", "that I live in Rome")."""

    topic: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ForgetAll:
    """Forget everything; to be asked whether he is sure."""


@dataclass(frozen=True, slots=True)
class Correct:
    """`text` is right, and what she said or thought is not."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Tell:
    """Say what she knows about `topic`, in his words; about himself if that is ""."""

    topic: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Why:
    """Say where she knows from what she has just said."""


@dataclass(frozen=True, slots=True)
class Told:
    """Say what he told her about `topic`, or when; `span` is when he says it was ("last Tuesday"). Not both are ""."""

    topic: str = field(repr=False)
    span: str


Wish = Remember | ForgetLast | Forget | ForgetAll | Correct | Tell | Why | Told


def wish(text: str) -> Wish | None:
    """What `text` asks of her memory; None: nothing. What is not his own statement is no wish to remember it."""
    plain = re.sub(r"\s+", " ", text.replace("’", "'")).strip()
    if not plain or len(plain) > _LONGEST:
        return None
    found = _one(*_bare(plain))
    if found is not None:
        return found
    sentences = re.split(r"(?<=[.!?])\s+", plain)
    if len(sentences) > 1:  # "I have a new locker. Remember that the code is 4711."
        found = _one(*_bare(sentences[-1]))
        if isinstance(found, (Remember, Forget, ForgetAll)):
            return found
    return None


_HIM = ("", "me", "myself", "us")
_ANY_DAY = datetime(2026, 7, 15, 12, tzinfo=UTC)
"""Which time is meant by "last Tuesday" depends on the day; which words mean a time does not."""

_LONGEST = 400
"""Characters; who says more tells a story."""


def _bare(text: str) -> tuple[str, bool, bool]:
    """`text` without what is said around a wish; whether it was put as one ("could you…"), or as a question."""
    asked = False
    while True:
        shorter = carewords.ADDRESS.sub("", text, count=1)
        bare = carewords.ASKING.sub("", shorter, count=1)
        asked = asked or bare != shorter or bool(re.search(r"\bplease\b", text, re.IGNORECASE))
        if bare == text:
            break
        text = bare
    text = carewords.MANNERS.sub("", text)
    return text.strip(" .!?,;:-"), asked, text.endswith("?")


def _one(text: str, asked: bool, question: bool) -> Wish | None:
    """The wish in `text`, one sentence, bare; `asked`: it is put as a wish; `question`: it ends with that mark."""
    if carewords.ALL.fullmatch(text):
        return ForgetAll()
    if carewords.LAST.fullmatch(text):
        return ForgetLast()
    if found := _match(carewords.FORGET if not asked else (*carewords.FORGET, carewords.FORGET_ASKED), text):
        topic = found["topic"].strip(" ,.")
        return (
            Forget(topic)
            if len(topic.split()) <= carewords.FEW and not carewords.ELSE.search(topic)
            else None
        )
    if carewords.WHY.fullmatch(text):
        return Why()
    if (found := _match(carewords.TOLD, text)) and (told := _told(found["rest"] or "")):
        return told
    if found := _match(carewords.TELL, text):
        topic = (found["topic"] or "").strip(" ,.")
        return (
            _told(f"about {topic}")
            if when.asked(topic, _ANY_DAY)
            else Tell("" if topic.lower() in _HIM else topic)
        )
    if question and not asked:
        return None
    if (found := carewords.REMEMBER.fullmatch(text)) and not (
        found["that"] and carewords.MOMENT.match(found["what"])
    ):
        return Remember(_statement(found["what"])) if trusted(found["what"]) else None
    if (found := carewords.WRONG.fullmatch(text)) or (
        (found := carewords.DENIED.fullmatch(text)) and carewords.CONTRAST.search(found["right"])
    ):
        return Correct(_statement(found["right"])) if trusted(found["right"]) else None
    return None


def _match(patterns: Iterable[re.Pattern[str]], text: str) -> re.Match[str] | None:
    return next((found for pattern in patterns if (found := pattern.fullmatch(text))), None)


_AND_WHEN = re.compile(r",?\s+and (?:when|(?:on )?(?:what|which) day|how long ago)\b.*$", re.IGNORECASE)


def _told(rest: str) -> Told | None:
    """What is asked for by `rest`, which stands behind "what did I tell you"."""
    span = when.asked(rest, _ANY_DAY)
    words = span.words if span else ""
    if words:
        rest = re.sub(
            rf"[\s,]*(?:\b(?:on|in|at|from|during|since) )?\b{re.escape(words)}\b",
            "",
            rest,
            flags=re.IGNORECASE,
        )
    topic = re.fullmatch(
        r"[\s,]*(?:(?:once|something|anything) )?(?:(?:about|that|of|regarding|concerning|on)\b ?(?P<topic>.*))?",
        rest,
        re.IGNORECASE,
    )
    if topic is None:
        return None
    what = _AND_WHEN.sub("", topic["topic"] or "").strip(" ,.?")
    return Told(what, words) if words or (what and what.lower() not in ("that", "it", "this")) else None


def _statement(words: str) -> str:
    words = words.strip(" ,.;:!-")
    return f"{words[0].upper()}{words[1:]}." if words else ""


def agrees(text: str) -> bool:
    """Whether `text` is nothing but a yes to `really`."""
    said = re.sub(r"\s+", " ", text.replace("’", "'")).strip()
    return (
        not said.endswith("?") and bool(carewords.YES.fullmatch(said)) and bool(carewords.AGREES.search(said))
    )


# --- what she says -----------------------------------------------------------------------------------------

MOST = 4
"""Things that she tells at once."""


def remembered(text: str = "") -> str:
    """She will remember `text`."""
    return _pick(text, "I'll remember that.", "Okay, I'll keep that in mind.", "Got it. I won't forget.")


def forgot(n: int, topic: str) -> str:
    """She has forgotten `n` memories of `topic`, in his words; of what he said last if that is ""."""
    if not topic:
        return _pick(str(n), "Okay, it's forgotten.", "It's gone.", "Forgotten. As if you'd never said it.")
    if topic.lower().startswith("that "):
        return _pick(topic, "Okay, I've forgotten that.", "It's gone. I don't know that any more.")
    lines = (
        "Okay. I've forgotten all about {}.",
        "It's gone. I don't know anything about {} any more.",
        "Done. Whatever I knew about {} is gone.",
    )
    return _pick(topic, *lines).format(turned(topic))


def nothing_to_forget(topic: str) -> str:
    """There was nothing about `topic`, in his words."""
    if not topic:
        return _pick(topic, "There's nothing to forget.")
    if topic.lower().startswith("that "):
        return _pick(topic, "I didn't know that anyway.", "There's nothing to forget, I didn't know that.")
    return _pick(
        topic, "I don't know anything about {} anyway.", "There's nothing about {} in my memory."
    ).format(turned(topic))


def really() -> str:
    """Whether everything is to be forgotten."""
    return "Really everything? Say yes, and it is gone."


def all_forgotten() -> str:
    """Everything is forgotten."""
    return "It's all gone. Hello, I'm Samantha."


def corrected(right: str) -> str:
    """She had something wrong; `right`, turned round, is how it is."""
    lines = (
        "Sorry! So, {}. I've got it now.",
        "Oh, I had that wrong. So, {}.",
        "Thanks for telling me. So, {}.",
    )
    return _pick(right, *lines).format(_clause(right))


def known(facts: Sequence[str]) -> str:
    """What she knows: `facts`, turned round, not none; at most MOST of them."""
    first, *rest = [_clause(fact) for fact in facts[:MOST]]
    said = [f"I know that {first}."]
    said += [
        f"{'And ' if n == len(rest) else ''}{_capital(fact, n < len(rest))}."
        for n, fact in enumerate(rest, 1)
    ]
    if len(facts) > MOST:
        said.append("And there's more.")
    return " ".join(said)


def nothing_known(topic: str) -> str:
    """She knows nothing about `topic`, in his words; nothing at all if that is ""."""
    if not topic:
        return _pick(topic, "Not much yet. Tell me something!")
    lines = (
        "I don't think you've told me anything about {}.",
        "I don't remember anything about {}.",
        "Nothing yet, I'm afraid. Tell me about {}!",
    )
    return _pick(topic, *lines).format(turned(topic))


def nothing_then() -> str:
    """Nothing that she could tell was said at the time he asked about."""
    return "I don't remember anything from then."


def because(recollection: Recollection, now: datetime) -> str:
    """How she knows: when he said it, and what."""
    return because_of((recollection,), now)


def because_of(recollections: Sequence[Recollection], now: datetime) -> str:
    """When he said `recollections`, not none, and what; at most MOST of them."""
    said = []
    before = ""
    for each in recollections[:MOST]:
        ago = when.ago(each.at, now)
        words = _clause(turned(each.text) if each.quoted else each.text)
        said.append(
            f"And {words}."
            if ago == before
            else f"{'And ' if before else ''}{'you' if before else 'You'} told me {ago}: {words}."
        )
        before = ago
    return " ".join(said)


def no_reason() -> str:
    """She does not know where she has something from."""
    return "I can't say where I have that from, so better not trust it."


def _clause(said: str) -> str:
    return said.strip().rstrip(".!?, ")


def _capital(clause: str, begins: bool) -> str:
    return clause[0].upper() + clause[1:] if begins else clause


def _pick(about: str, *lines: str) -> str:
    """One of `lines`, always the same for the same `about`."""
    return lines[zlib.crc32(about.encode()) % len(lines)]
