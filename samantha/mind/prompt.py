"""What the model is told: who Samantha is, whom she talks with, what was said, and when. Pure.

Laid out for the model's cache, the most stable first: the system message and a few examples of how she talks,
which are the same bytes in every turn of every day; then the turns as they were. The clock stands at the head
of the message it belongs to, whatever its words are, so that the model can read both while they are spoken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from samantha.mind.hearsay import neutral
from samantha.mind.history import History
from samantha.ports import Message, Recollection

ROOM_FOR_A_TURN = 256
"""Tokens that a minute of speech may take: kept free while nothing goes on, so that a turn always fits."""

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_ASKS_FOR_DATE = re.compile(
    r"\b(date|day|month|year|week|weekend|today|tomorrow|yesterday)s?\b", re.IGNORECASE
)
LANGUAGES = {
    "ar": "Arabic", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English",
    "es": "Spanish", "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hu": "Hungarian",
    "it": "Italian", "ja": "Japanese", "ko": "Korean", "nl": "Dutch", "no": "Norwegian", "pl": "Polish",
    "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sv": "Swedish", "tr": "Turkish",
    "uk": "Ukrainian", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip


class Prompt:
    """Builds prompts for one person.

    `persona` is her description, in Markdown: text, and after it examples of how she talks, each a line that
    begins with ``>`` (the person) and the next line (she). ``{name}`` stands for `user_name`; lines that need
    it are left out while it is unknown. `context` and `max_tokens` are the model's window and the longest
    answer, in tokens. `language` is an ISO 639-1 code or ``auto``. `character` is what she has become since,
    in the same form.
    """

    def __init__(
        self,
        persona: str,
        user_name: str,
        context: int,
        max_tokens: int,
        *,
        language: str = "en",
        character: str = "",
    ) -> None:
        self.name = user_name
        self.character = character
        self._made_of = (persona, user_name, context, max_tokens, language)
        self._language = language
        self._budget = max(context // 2, context - max_tokens - ROOM_FOR_A_TURN)
        self._limit = max(context // 2, context - max_tokens)
        become = f"{persona}\n\n{character}" if character else persona
        text, examples = _parts(become, " ".join(user_name.split()))
        if language == "auto":
            text += "\n\nAnswer in the language in which you are spoken to."
        elif language != "en":
            # English examples would pull a small model back into English.
            text, examples = f"{text}\n\nSpeak {LANGUAGES.get(language, language)}.", ()
        self._system = (Message("system", text), *examples)

    def become(self, character: str) -> Prompt:
        """The same of somebody who has become `character`."""
        persona, name, context, max_tokens, language = self._made_of
        return Prompt(persona, name, context, max_tokens, language=language, character=character)

    def system(self) -> list[Message]:
        """What every prompt begins with."""
        return list(self._system)

    def messages(self, history: History, said: str = "") -> list[Message]:
        """The prompt for her next answer; with `said`, for the one after the person has said that too."""
        return [*self._system, *history.messages(said)]

    def note(self, text: str, now: datetime, recalled: Sequence[Recollection] = ()) -> str:
        """What the person said, with a note of when and of what is `recalled`, for `History.user`.

        The note is `opening`, and behind the words the date where they may ask for it: not more, because every
        token delays her answer by some milliseconds, and what comes late in a message pulls a small model most.
        """
        noted = f"{self.opening(now, recalled)} {text.strip()}"
        if self._language != "en" or not _ASKS_FOR_DATE.search(text):
            return noted
        # Not "today is …": a small model takes that for something the person said, and agrees.
        days = [f"date: {_date(now)}"]
        for name, ahead in (("yesterday", -1), ("tomorrow", 1)):  # small models count days badly
            if name in text.lower():
                days.append(f"{name}: {_date(now + timedelta(days=ahead))}")
        return f"{noted} ({', '.join(days)})"

    def opening(self, now: datetime, recalled: Sequence[Recollection] = ()) -> str:
        """How the `note` of any words begins: they follow after a blank."""
        # In other languages the words that ask for the date are not known.
        day = _DAYS[now.weekday()] if self._language == "en" else f"{_date(now)},"
        clock = f"{day} {now.hour % 12 or 12}:{now.minute:02} {'AM' if now.hour < 12 else 'PM'}"
        return f"({clock}.{remembered(recalled, now)})" if recalled else f"({clock})"

    def overflows(self, count: int) -> bool:
        """Whether a prompt of `count` tokens leaves too little room for a turn to come and its answer."""
        return count > self._budget

    def fits(self, count: int) -> bool:
        """Whether a prompt of `count` tokens leaves room for the longest answer."""
        return count <= self._limit

    def fit(self, history: History, count: Callable[[Sequence[Message]], int]) -> list[Message]:
        """`messages`, made to fit by all means: for a turn that is too long even now.

        Forgets the oldest thirds, then the middle of the newest turn. `count` gives a prompt's tokens.
        """
        while not self.fits(count(messages := self.messages(history))):
            if not history.make_room():
                break
        return messages


def remembered(recalled: Sequence[Recollection], now: datetime) -> str:
    """What comes to her mind, for the note: in the person's own words, oldest first, so that the newest counts.

    Of eight ways to put it a 1.5B model makes the most of this one: it takes a quotation in which "I" is the one
    who speaks to it now for what it is (28 of 30 questions answered right; a third person: 26).
    """
    parts = []
    for each in sorted(recalled, key=lambda each: each.at):
        text = neutral(each.text)
        if each.quoted:
            parts.append(f' You remember that on {_day(each.at, now)} I told you: "{text}"')
        else:
            parts.append(f" You remember: {text.rstrip('.')}.")
    return "".join(parts)


def _day(at: datetime, now: datetime) -> str:
    year = f" {at.year}" if at.year != now.year else ""
    return f"{_DAYS[at.weekday()]} {at.day} {_MONTHS[at.month - 1]}{year}"


def _date(now: datetime) -> str:
    return f"{_DAYS[now.weekday()]} {now.day} {_MONTHS[now.month - 1]} {now.year}"


def _parts(persona: str, name: str) -> tuple[str, tuple[Message, ...]]:
    """The text of `persona`, and its examples as turns of a conversation."""
    prose: list[str] = []
    examples: list[Message] = []
    lines = iter(persona.strip().splitlines())
    for line in lines:
        said = [line[1:].strip(), next(lines, "").strip()] if line.startswith(">") else [line.rstrip()]
        if not name and any("{name}" in part for part in said):
            continue
        said = [part.replace("{name}", name) for part in said]
        if len(said) == 1:
            prose += said
        elif all(said):
            examples += (Message("user", said[0]), Message("assistant", said[1]))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(prose)).strip(), tuple(examples)
