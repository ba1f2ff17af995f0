"""How she greets after a while apart: by what was left open and how long it has been. English, pure.

The sentences are made by code, since a small model forgets what it was to ask, and are never the same twice running.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from samantha.mind.almanac import birthday, met_today, while_apart
from samantha.mind.asking import Line, day_of, line, questions

MOST_ASKED = 2
"""How often one thread is asked after."""
_NOT_AGAIN = timedelta(hours=36)
"""For so long after it was."""

_STALE = timedelta(days=30)
"""What was due, or said, longer ago is not asked after any more."""
_VAGUE = (timedelta(hours=20), timedelta(days=14))
"""When a thread without a date may be asked after: so long after it was spoken of."""
_DAWN, _NOON, _DUSK, _LATE = 5, 12, 18, 22
"""Hours at which a part of the day begins. Work is left alone from _LATE to _DAWN."""


class Thread(Protocol):
    """Something open: store.memories.Remembered of the kind `thread` is one."""

    @property
    def id(self) -> int: ...
    @property
    def text(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def due(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Apart:
    """Where the two stand. `last` is when they last spoke, `since` when they first did; None: never."""

    last: datetime | None = None
    since: datetime | None = None
    name: str = field(default="", repr=False)
    threads: Sequence[Thread] = field(default=(), repr=False)
    asked: Mapping[int, Sequence[datetime]] = field(default_factory=dict)
    """When she asked after each thread."""
    birthdays: Sequence[tuple[str, str]] = field(default=(), repr=False)
    """Whose is when, in the words of facts: ("I", "12 May"), ("my sister", "May 3rd")."""
    recent: Sequence[str] = ()
    """The shapes of her latest openings, the newest last."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What she says first. `shape` is its wording without what changes; it belongs into `Apart.recent` then."""

    text: str = field(repr=False)
    shape: str
    thread: int | None = None
    """The thread it asks after."""
    whole: bool = True
    """Whether it is all she says: else her answer goes on from there."""


_HELLO = re.compile(
    r"(?:(?:hi|hey|hello|hiya|howdy|yo|good (?:morning|afternoon|evening|day)|morning|evening|samantha|sam|there|again|"
    r"oh|well|um|so|and|it's me|i'm (?:back|home|here)|here i am|are you (?:there|awake|up)|guess who|darling|dear|"
    r"how are you(?: (?:doing|today|this \w+))*|how(?:'s| is) it going|how have you been|what's up|long time no see|"
    r"(?:nice|good) to (?:see|hear) you(?: again)?|my friend)[\s,.!?]*)+",
    re.IGNORECASE,
)
_HOW_ARE_YOU = re.compile(r"\bhow (?:are|have) you|\bhow(?:'s| is) it going|\bwhat's up", re.IGNORECASE)
_PRESSING = re.compile(
    r"\b(?:quick(?:ly)?|hurry|urgent|emergency|help|now|asap|right away|fast|stop|wait|listen|fire|ambulance|police|"
    r"what time|timer|alarm)\b",
    re.IGNORECASE,
)
_LOW = re.compile(
    r"\b(?:cry(?:ing)?|cried|sad|awful|terrible|horrible|die[ds]?|dying|dead|death|funeral|passed away|lonely|alone|"
    r"scared|afraid|panic\w*|anxious|depressed|upset|heartbroken|broke up|broken|hurts?|hate|angry|furious|sick|ill|"
    r"hospital|worst|can't (?:sleep|breathe|stop|do this|take)|miserable|hopeless|miss(?:es|ed)? (?:him|her|them)|"
    r"fired|exhausted|(?:bad|rough|hard|long) (?:day|week|news|night|dream)|not (?:so |very |too )?"
    r"(?:good|great|well|okay|ok|fine))\b",
    re.IGNORECASE,
)
_WORK = re.compile(
    r"\b(?:work|job|boss|office|meeting|presentation|deadline|project|client|interview|report|colleague|exam|test|"
    r"homework|paper|thesis)\b",
    re.IGNORECASE,
)
_HELLOS = {
    "morning": ("Morning{name}.", "Good morning{name}!", "Hi{name}. You're up."),
    "afternoon": ("Hi{name}!", "Good afternoon{name}.", "Hey{name}."),
    "evening": ("Evening{name}.", "Good evening{name}.", "Hi{name}."),
    "night": ("Hi{name}. Still up?", "Hey{name}, night owl.", "Hi{name}. It's late."),
}
_SAME_DAY = ("Hi again{name}.", "There you are{name}!", "Hey{name}, back again.")
_HERE_TOO = ("I'm well, thank you.", "I'm good!", "All's well here.")
_LIGHT = {
    "morning": ("Did you sleep well?", "What's the plan today?", "How did the day begin?"),
    "afternoon": ("How's the day so far?", "What have you been up to?", "What's new?"),
    "evening": ("How was your day?", "What did the day bring?", "How are you tonight?"),
    "night": ("What's keeping you up?", "Can't you sleep?", "What's on your mind?"),
}
_AFTER_LONG = ("What have I missed?", "How have you been?", "Tell me what's new.")


def opening(said: str, now: datetime, apart: Apart, *, after: timedelta) -> Opening | None:
    """Her opening when `said` is the first he says.

    None if they never spoke, or spoke less than `after` ago and on the same day; and where a greeting would be out
    of place, because something presses him or is on his mind.
    """
    if apart.last is None or (now - apart.last < after and not _new_day(apart.last, now)):
        return None
    if _PRESSING.search(said) or _LOW.search(said):
        return None
    part = _part_of_day(now)
    same_day = not _new_day(apart.last, now) and part != "night"
    hello = _fresh(_filled(_SAME_DAY if same_day else _HELLOS[part], apart.name), apart.recent)
    if not _HELLO.fullmatch(said.strip()):
        return Opening(hello.text, hello.shape, whole=False)
    lines = [hello]
    if _HOW_ARE_YOU.search(said):
        lines.append(_fresh(_filled(_HERE_TOO), apart.recent))
    away = while_apart(now - apart.last)
    if away:
        lines.append(_fresh([line(shape, away=away) for shape in _AWAY], apart.recent))
    thread, asked = _asked_after(now, apart)
    if special := met_today(now, apart.since) or birthday(now, apart.birthdays, apart.name):
        lines.append(special)
        thread = None
    else:
        lines.append(asked or _fresh(_filled(_AFTER_LONG if away else _LIGHT[part]), apart.recent))
    return Opening(" ".join(each.text for each in lines), " / ".join(each.shape for each in lines), thread)


_AWAY = ("It's been {away}!", "I haven't heard from you for {away}.", "{away}, that's a while.")


def _asked_after(now: datetime, apart: Apart) -> tuple[int | None, Line | None]:
    """The thread that is ripe to be asked after, and how; what was due last first."""
    late = now.hour >= _LATE or now.hour < _DAWN
    for thread in sorted(apart.threads, key=lambda one: one.due or one.at, reverse=True):
        asked = apart.asked.get(thread.id, ())
        if (
            len(asked) >= MOST_ASKED
            or any(now - then < _NOT_AGAIN for then in asked)
            or not _ripe(thread, now)
        ):
            continue
        if (late and _WORK.search(thread.text)) or _LOW.search(thread.text):
            continue
        if ways := questions(thread.text, thread.at, thread.due, now):
            return thread.id, _fresh(ways, apart.recent)
    return None, None


def _ripe(thread: Thread, now: datetime) -> bool:
    if thread.due is None:
        return _VAGUE[0] <= now - thread.at <= _VAGUE[1]
    return day_of(thread.due) <= now.date() and now - thread.due <= _STALE


def _fresh(lines: Sequence[Line], recent: Sequence[str]) -> Line:
    """The one of `lines` that she has not used for longest; the first of those she never did."""
    used = [shape for opening in recent for shape in opening.split(" / ")]

    def age(one: Line) -> int:
        return used[::-1].index(one.shape) if one.shape in used else len(used)

    return max(lines, key=age)


def _filled(shapes: Iterable[str], name: str = "") -> list[Line]:
    return [line(shape, name=f", {name}" if name else "") for shape in shapes]


def _new_day(last: datetime, now: datetime) -> bool:
    """Whether a night lies between: a day begins when people get up."""
    return _awake(last) != _awake(now)


def _awake(at: datetime) -> object:
    return (at - timedelta(hours=_DAWN)).date()


def _part_of_day(now: datetime) -> str:
    if _DAWN <= now.hour < _NOON:
        return "morning"
    if now.hour < _DAWN or now.hour >= _LATE:
        return "night"
    return "afternoon" if now.hour < _DUSK else "evening"
