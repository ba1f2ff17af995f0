"""Where streamed text may be cut, so that the voice can begin before the thought has ended.

The first clause is short, because a person waits for it; later ones grow with what has been given before
them, because long ones sound better and there is time while the earlier ones play. Every decision looks at
one more character and at nothing that lies ahead, so it does not matter in which pieces the text arrives.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from samantha.voice.endings import (
    CJK_PAUSE_MARKS,
    CJK_SENTENCE_MARKS,
    CLOSERS,
    LAST_UNLESS_NUMBER,
    LIST_MARK,
    PAUSE_MARKS,
    bare_word,
    count_words,
    ending_of,
    is_cjk,
    is_open,
    last_line,
    word_set,
)


@dataclass(frozen=True, slots=True)
class _Pace:
    """How many words a clause needs before it may end at …"""

    sentence: int  # … a full stop
    pause: int  # … a comma, dash or colon
    joint: int  # … a word like "because", without any mark
    most: int  # … an earlier pause that was too early, or else before a preposition


_PACES = (
    (27, _Pace(3, 12, 18, 24)),
    (14, _Pace(3, 7, 14, 20)),
    (7, _Pace(3, 4, 10, 18)),
    (4, _Pace(3, 4, 8, 11)),
    (3, _Pace(2, 3, 6, 8)),
    (1, _Pace(2, 3, 4, 7)),
    (0, _Pace(1, 2, 6, 9)),
)
"""From how many words given so far each holds. A word sounds for a third of a second, and the next one takes
a tenth (Piper) to a quarter (Kokoro) to be thought and spoken: so a clause may have some four words more than
she is ahead by, or the silence before it is heard."""
_TOO_MANY = 8  # words over `most` after which any gap between two words will do

_PLAIN_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*[,;!?]")
_SURELY_LAST = re.compile(r"[^\W\d_]{2,}(?:['’-][^\W\d_]+)*\.")

_REACTIONS = word_set(
    "oh ooh ah aha aw aww well hm hmm mm mhm wow whoa yes yeah yep no nope nah sure okay ok right true exactly "
    "absolutely definitely certainly indeed great nice good cool sweet perfect lovely wonderful congratulations "
    "thanks sorry ouch hey hi hello honestly actually maybe anyway "
    "ja nein doch ach genau klar oui non bon bien sí si claro bueno vale sì beh sim não"
)
"""What may be said alone before a comma, as people do while they think of the rest."""

_JOINTS = word_set(
    "and but because so that which while when if since although though where until unless or whether whereas "
    "und aber weil dass wenn oder et mais parce quand y pero porque cuando e ma perché mas quando"
)
_LOOSE_JOINTS = _JOINTS | word_set(
    "than as who with without for in on at by from into about after before between during through of "
    "mit für von bei nach avec pour dans sur con para por en per"
)


class ClauseSplitter:
    """Takes the pieces of one reply as they come and gives the clauses that can be spoken.

    A clause holds at least a few words, except a first reaction such as "Oh!" or "Well,". It never ends inside
    a number, a time, an abbreviation, an initial, an address, an ellipsis, or a quotation or bracket of up to
    25 words.
    The clauses one after the other are the text, but for white space.
    """

    def __init__(self, *, tokens: bool = False) -> None:
        """`tokens` says that the pieces are a language model's, which end within no number, address or "...":
        then the first sentence does not wait for what follows its full stop."""
        self._tokens = tokens
        self._pending = ""
        self._given = 0

    def feed(self, delta: str) -> list[str]:
        """The clauses that are complete now that `delta` has come."""
        found = []
        for character in delta:
            if not self._pending and character.isspace():
                continue
            self._pending += character
            if cut := self._cut():
                found.append(self._take(cut))
        if self._tokens and not self._given and self._ended:
            found.append(self._take(len(self._pending)))
        return found

    def flush(self) -> list[str]:
        """What is left when the text has ended: one clause, or none."""
        rest, self._pending = self._pending.strip(), ""
        return [rest] if rest else []

    @property
    def _ended(self) -> bool:
        """Whether what is pending is a sentence, as far as it goes."""
        text = self._pending.rstrip()
        return (
            text.endswith(".")
            and bool(_SURELY_LAST.fullmatch(text.split()[-1]))
            and ending_of(text) == "sentence"
            and not is_open(text)
        )

    def _take(self, cut: int) -> str:
        clause = self._pending[:cut].strip()
        self._pending = self._pending[cut:].lstrip()
        self._given += count_words(clause)
        return clause

    def _cut(self) -> int:
        """Where to cut what is pending, or 0; only its last characters are new."""
        text = self._pending
        if text[-1].isspace():
            if len(text) > 1 and text[-2].isspace() and text[-1] != "\n":
                return 0
            return self._cut_at_space()
        if len(text) > 1 and text[-2].isspace():
            return self._cut_before_word()
        return self._cut_at_mark()

    @property
    def _pace(self) -> _Pace:
        return next(pace for given, pace in _PACES if self._given >= given)

    def _cut_at_space(self) -> int:
        text, body, pace = self._pending, self._pending.rstrip(), self._pace
        if is_open(body):
            return 0
        words, ending = count_words(body), ending_of(body)
        if text[-1] == "\n" and not LIST_MARK.fullmatch(last_line(body).strip()):
            ending = "sentence"  # a heading, a line of a list, a paragraph
        if ending == "unsure" and self._given == 0 and body.endswith(("...", "…")):
            ending = "sentence"  # "Hmm…"
        if ending == "sentence" and words >= pace.sentence:
            return len(text)
        if ending == "pause" and (words >= pace.pause or self._reacts(body)):
            return len(text)
        if ending != "none":
            return 0
        return self._cut_without_mark(body, words)

    def _cut_without_mark(self, body: str, words: int) -> int:
        pace = self._pace
        last = body.split()[-1]
        before = len(body) - len(last)
        gap = before and not _holds(body[:before].split()[-1])
        needed = pace.joint + (last.lower() == "that")  # "that" holds on to its noun a little
        if gap and last.lower() in _JOINTS and words - 1 >= needed:
            return before
        if words < pace.most:
            return 0
        for pause in reversed(list(re.finditer(r"\s", body))):
            head = body[: pause.start()]
            if ending_of(head) in ("pause", "sentence") and count_words(head) >= 3 and not is_open(head):
                return pause.end()
        if gap and last.lower() in _LOOSE_JOINTS:
            return before
        return len(self._pending) if words >= pace.most + _TOO_MANY and not _holds(last) else 0

    def _reacts(self, body: str) -> bool:
        """Whether `body` is the first thing she says, a mere reaction."""
        return not self._given and body.rstrip(f"{PAUSE_MARKS}-– ").lower() in _REACTIONS

    def _cut_before_word(self) -> int:
        """The first character of a word can settle whether the full stop before it was one."""
        body, next_one = self._pending[:-1].rstrip(), self._pending[-1]
        if ending_of(body) != "unsure" or is_open(body):
            return 0
        last = bare_word(body)
        begins = next_one.isupper() or next_one in "\"“'‘¿¡"
        ended = not next_one.isdigit() if last in LAST_UNLESS_NUMBER else begins
        pause = not ended and last.endswith(("...", "…"))
        least = self._pace.pause if pause else self._pace.sentence
        return len(self._pending) - 1 if (ended or pause) and count_words(body) >= least else 0

    def _cut_at_mark(self) -> int:
        """Marks after which no further character is needed, so that nobody waits for one."""
        text, mark = self._pending, self._pending[-1]
        if mark in CJK_SENTENCE_MARKS or (mark in CLOSERS and text[-2:-1] and text[-2] in CJK_SENTENCE_MARKS):
            least = self._pace.sentence
        elif mark in CJK_PAUSE_MARKS or (mark == "—" and text[-2:-1].isalpha()):
            least = self._pace.pause
        elif mark in ",;!?" and self._given == 0 and _PLAIN_WORD.fullmatch(text.split()[-1]):
            least = self._pace.sentence if mark in "!?" or self._reacts(text) else self._pace.pause
        elif len(text) % 32 == 0 and count_words(text) >= 2 * self._pace.most and is_cjk(text[-2:]):
            least = 1  # a script without spaces, and no mark for a long time
        else:
            return 0
        return len(text) if count_words(text) >= least and not is_open(text) else 0


def _holds(word: str) -> bool:
    """Whether `word` wants to stay with the next one: a number with what it counts, a joint with more."""
    return (
        word[-1].isdigit() or word.lower() in _LOOSE_JOINTS or (ending_of(word) == "none" and word[-1] == ".")
    )
