"""Is she meant? In the mode `name` she answers who calls her, and for a while after that who goes on talking. Pure.

Positions (`at`, `began`) are samples of the input stream, at HEARING_RATE.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from samantha.audio.pcm import samples
from samantha.config import Attention as Settings
from samantha.hearing.address import calls_another, is_called
from samantha.hearing.callname import CallName
from samantha.ports import Transcript

UNCLEAR = -0.4
"""Mean log-probability below which a name may have been lost."""

WORTHLESS = -1.3
"""Mean log-probability below which a guess says nothing."""

LETTERS_A_SECOND = 14.0
UNHURRIED_S = 0.3
LONGEST_NAME_S = 1.5
"""What is written takes so long to say; a name, and the pause before it, at most so much more."""

Why = Literal[
    "called",  # by her name, anywhere in what was said
    "follow-up",  # not by name, but she has just spoken
    "spoken-of",  # her name is in it, and somebody else is told about her
    "called-another",  # by another name
    "unnamed",  # people talk, and she is in no conversation
]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a turn is `meant` for her, and why."""

    meant: bool
    why: Why


class Attention:
    """Whether what is said is for her, who answers to the names in `settings`.

    A turn that calls her opens a window; so does, again and again, whatever she does about it (`engage`). A turn
    that begins while it is open needs no name. It closes by itself, `follow_up_s` after she was last engaged,
    and at once when the talk turns elsewhere (`let_go`).
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._name = CallName(settings.names, settings.sound_alikes, settings.likeness)
        self._window = samples(settings.follow_up_s)
        self._until: int | None = None

    def also_called(self, name: str) -> None:
        """Answer to `name` besides, if it is one."""
        settings = self._settings
        names = tuple(dict.fromkeys(filter(None, (*settings.names, name))))
        self._name = CallName(names, settings.sound_alikes, settings.likeness)

    def open(self, at: int) -> bool:
        """Whether a turn that begins `at` needs no name."""
        return self._until is not None and at <= self._until

    def judge(self, text: str, *, began: int, language: str = "en") -> Verdict:
        """Whether the turn `text`, which began at `began`, is for her; changes nothing.

        `language` is an ISO 639-1 code. May be asked of a turn that is not over yet.
        """
        if self.calls(text, language):
            return Verdict(True, "called")
        named = bool(self._name.find(text))
        if not self.open(began):
            return Verdict(False, "spoken-of" if named else "unnamed")
        if calls_another(text, language):
            return Verdict(False, "called-another")
        if named and not _to_her(text):
            return Verdict(False, "spoken-of")
        return Verdict(True, "follow-up")

    def calls(self, text: str, language: str = "en") -> bool:
        """Whether she is called by her name in `text`."""
        found = self._name.find(text)
        return any(is_called(text[: span.begin], text[span.end :], language) for span in found)

    def doubtful(self, transcript: Transcript, speech_seconds: float) -> bool:
        """Whether a call may have been lost in `transcript`, which has none: then guesses are worth their time.

        In noise the model leaves a name out and is sure of the rest; then there was more speech than it wrote.
        """
        written_s = UNHURRIED_S + sum(map(str.isalnum, transcript.text)) / LETTERS_A_SECOND
        lost = written_s < speech_seconds < written_s + LONGEST_NAME_S
        return lost or transcript.logprob < UNCLEAR or self._name.near(transcript.text)

    def missed(self, guesses: Sequence[Transcript]) -> Transcript | None:
        """The likeliest of `guesses`, of a turn in which she was not heard to be called, that calls her."""
        for guess in guesses:
            if guess.logprob >= WORTHLESS and self.calls(guess.text, guess.language):
                return guess
        return None

    def engage(self, at: int) -> None:
        """At `at` she was called, or is thinking about an answer, or is giving it."""
        self._until = at + self._window

    def let_go(self) -> None:
        """The talk turned elsewhere: who wants her has to call her."""
        self._until = None


def _to_her(text: str) -> bool:
    """Whether a text with her name in it is about "you": "is Samantha your real name?"."""
    return " you" in f" {text.lower()}"
