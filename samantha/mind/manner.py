"""How her traits show: a few words in her description, and where an answer ends by code. Pure.

Small models heed an example more than a description, and a bound more than both. So the words are few, how much she
talks has an example of its own, and who is to be brief is held to it.
"""

from __future__ import annotations

import re

from samantha.mind.traits import MILD, STRONG, TRAITS, Evidence, Trait, Traits

_MOST_WORDS = 3
"""Traits that are mentioned, the strongest: a small model loses itself in more."""

_ADJECTIVES: dict[Trait, tuple[str, str, str, str]] = {
    "warmth": ("cool but kind", "calm", "affectionate", "very affectionate"),
    "playfulness": ("serious", "rather serious", "playful", "full of jokes"),
    "directness": ("very gentle", "gentle", "direct", "blunt but kind"),
    "formality": ("very casual", "casual", "polite", "very formal"),
}
_SENTENCES: dict[Trait, tuple[str, str, str, str]] = {
    "curiosity": ("You ask nothing back.", "You seldom ask back.", "You like to ask back.", "You ask a lot."),
    "talkativeness": ("You say very little.", "You say little.", "You like to talk.", "You love to talk."),
}
"""From very low to very high; in between nothing is said."""

_EXAMPLES = (
    "Lucky you!",
    "Lucky you!",
    "A fox! They live in towns now, clever as they are. Where did you see it?",
    "A fox! I'd love to see one some day. They live in towns now, clever as they are, and come out when it's quiet. "
    "Where did you see it?",
)
"""What she answers to the same remark, by how much she talks."""
_REMARK = "> (Monday 9:15 AM) I saw a fox today."

_AGREED: dict[Trait, tuple[str, str]] = {
    "warmth": (
        "Fair enough, I'll be a bit more matter-of-fact.",
        "I'm sorry. I do care, and I'll show it more.",
    ),
    "playfulness": ("All right, no more jokes.", "Gladly. A little more fun, then."),
    "directness": ("I'll put things more gently.", "All right, I'll say it straight."),
    "curiosity": ("All right, I'll ask less.", "Good, because I have questions. I'll ask more."),
    "talkativeness": ("Okay. Shorter it is.", "With pleasure. I'll tell you more, then."),
    "formality": ("Sure thing, I'll loosen up.", "As you wish. I'll be more formal."),
}
"""To the wish that a trait go down, and up."""

_WORDS_OF_A_SENTENCE = 3
"""With fewer it is a little reaction ("Oh no!"), and does not count."""
_END = re.compile(r"[.!?…]+[\"'”’)]*(?=\s)")


def wording(traits: Traits) -> str:
    """What her description says of `traits`, in the form of mind/persona.md; "" while none is worth a word."""
    marked = sorted((t for t in TRAITS if abs(traits[t]) >= MILD), key=lambda t: -abs(traits[t]))[
        :_MOST_WORDS
    ]
    adjectives = [_ADJECTIVES[t][_place(traits[t])] for t in TRAITS if t in marked and t in _ADJECTIVES]
    parts = [f"You are {_listed(adjectives)} now."] if adjectives else []
    parts += [_SENTENCES[t][_place(traits[t])] for t in TRAITS if t in marked and t in _SENTENCES]
    text = " ".join(parts)
    if "talkativeness" in marked:
        text += f"\n\n{_REMARK}\n{_EXAMPLES[_place(traits.talkativeness)]}"
    return text


def agreed(wish: Evidence) -> str:
    """What she says to her person's `wish` that she be otherwise."""
    return _AGREED[wish.trait][wish.direction > 0]


def length(traits: Traits) -> float:
    """By how much the longest answer is to be longer than on the first day."""
    return 1.0 + 0.5 * max(0.0, traits.talkativeness)


class Bounds:
    """Lets an answer of hers through that comes in pieces, up to where somebody with `traits` would end it.

    The first sentence always passes at once. Of one who talks little no more than one or two sentences pass; of one
    who asks little no question that follows something else. Pieces may be of any size.
    """

    def __init__(self, traits: Traits) -> None:
        self._most = 1 if traits.talkativeness <= -STRONG else 2 if traits.talkativeness <= -MILD else 0
        self._asks = traits.curiosity > -STRONG
        self._sentences = 0
        self._said = False
        self._open, self._passed = "", 0  # the sentence that is not over, and how much of it was let through
        self.found = False
        """Whether the end has come: nothing after it counts."""

    def feed(self, piece: str) -> str:
        """What can be said now that `piece` has come."""
        ready = ""
        self._open += piece
        while not self.found and (end := _END.search(self._open)):
            ready += self._over(self._open[: end.end()])
            self._open, self._passed = self._open[end.end() :], 0
        if not self.found and (self._asks or not self._said):
            ready += self._open[self._passed :]
            self._passed = len(self._open)
        return ready

    def finish(self) -> str:
        """What was still held when the answer ended."""
        return "" if self.found else self._over(self._open)

    def _over(self, sentence: str) -> str:
        """What is to be let through of `sentence`, which is complete."""
        if not self._asks and self._said and sentence.rstrip().rstrip("\"'”’)").endswith("?"):
            self.found = True
            return ""
        self._said = True
        self._sentences += len(sentence.split()) >= _WORDS_OF_A_SENTENCE
        self.found = 0 < self._most <= self._sentences
        return sentence[self._passed :]


def _place(value: float) -> int:
    """Which of four words `value`, which is worth one, takes."""
    if value < 0:
        return 0 if value <= -STRONG else 1
    return 3 if value >= STRONG else 2


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
