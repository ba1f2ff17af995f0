"""What the conversation knows of an answer: what it is about, who challenges it, what is left of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from samantha.dialog.audience import Judgement
from samantha.dialog.remembrance import Moment
from samantha.dialog.reply import Reply
from samantha.ports import Message


@dataclass(slots=True)
class Said:
    """What somebody said: the words, the same with its note, their language; a line if one is due."""

    text: str
    note: str
    language: str
    line: str | None = None
    private: bool = False
    """Whether nothing of it is to be kept: it asks to forget something."""


@dataclass(slots=True, eq=False)
class Attempt:
    """A reply and what it is about; times as `at`, None: not yet."""

    reply: Reply
    moment: Moment
    said: Said | None = None
    turn_ended: int | None = None
    sounded: int | None = None
    messages: Sequence[Message] = ()
    invited: bool = False
    """Whether it is for her whatever is said: the key to talk was held for it, or she has asked."""
    judgement: Judgement | None = None
    aside: bool = False
    """Whether it tells something about herself, which answers nobody."""
    overheard: bool = False
    """Whether it began over her voice, and she went on because it seemed to be somebody else's."""
    private: bool = False
    """Whether nothing of it is to be kept, as of what was `said`."""
    half: bool = False
    """Whether the person went on before this half of the turn was understood."""


@dataclass(slots=True)
class Challenge:
    """Somebody speaks, since `began`, while `attempt` has the floor."""

    attempt: Attempt
    began: int
    reopens: bool
    """Whether it is rather the rest of the turn before than an interruption."""
    confirmed: bool = False
    by: Attempt | None = None
    """Whose words, once they are understood, will settle it; None while they are still being spoken."""


@dataclass(frozen=True, slots=True)
class Unsaid:
    """The rest of an answer to `messages` that was broken off after `heard`.

    `first` was thought of already; `complete` says that it was all.
    """

    messages: Sequence[Message]
    heard: str
    first: tuple[str, ...]
    complete: bool
