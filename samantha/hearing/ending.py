"""Do the words look like the end of what somebody wants to say? Grammar's cheap cousin: how the line ends."""

from __future__ import annotations

import re
from typing import Literal

Ending = Literal["complete", "open", "trailing"]
"""A sentence · something that may go on · something that has to go on."""

_GOING_ON = ("...", "…", ",", ";", ":", "-", "–", "—", "،", "、", "，")
_DONE = (".", "!", "?", "。", "！", "？", "؟", "।")

_FILLERS = frozenset("ah eh er erm hm hmm mm uh uhh uhm um umm".split())

_UNFINISHED = frozenset(
    "a an the my your our their its every and but or nor because cause if unless until whereas although"
    " whether than as into onto of i'm you're we're they're i'll you'll we'll they'll i've you've we've"
    " they've he'll she'll it'll let's gonna wanna".split()
)
"""After these something follows, whatever a transcriber puts there to end the line."""

_HANGING = frozenset(
    "to for with from at by about between during against without within through which who whose where when how"
    " is are was were am be been being isn't aren't wasn't weren't has have had does did can could will would"
    " shall should may might must he she we they i just also only very really like his so that".split()
)
"""A sentence may end with these, and mostly does not."""

_CONDITIONS = tuple(
    f" {words} "
    for words in (
        *("if", "even if", "unless", "when", "whenever", "while", "until", "since", "before", "after"),
        *("although", "though", "even though", "as soon as", "as long as"),
    )
)
"""A short sentence that begins with these and has no comma is one half."""

_HALF = 9
"""Words it may have."""

_LEAD_INS = tuple(
    f" {words} "
    for words in (
        *("well", "so", "you know", "i mean", "i think", "i believe", "i guess", "i wonder", "i don't know"),
        *("i don't really know", "like to know", "want to know"),
        *("tell me", "do you know", "do you think", "do you remember", "did you hear", "is it true"),
        *("let me see", "let me think", "the thing is", "the problem is", "my point is"),
    )
)
"""What is said before something is said."""


def ending(text: str, language: str = "en") -> Ending:
    """How `text`, words as a transcriber wrote them down so far, ends.

    Words are judged in English only; in another language the marks at the end decide alone.
    """
    text = text.strip().rstrip("\"'”’)»")
    if not text or text.endswith(_GOING_ON):
        return "trailing"
    finished = text.endswith(_DONE)
    if language != "en":
        return "complete" if finished else "open"
    sentence = re.split(r"[.!?]\s+", text.lower().replace("’", "'"))[-1]
    words = re.findall(r"[a-z]+(?:'[a-z]+)*|\d+", sentence)
    last = words[-1] if words else ""
    if (last in _FILLERS and len(words) > 1) or (last in _UNFINISHED and not text.endswith("?")):
        return "trailing"
    if last in _HANGING and not text.endswith("?"):
        return "open" if finished else "trailing"
    said = f" {' '.join(words)} "
    half = said.startswith(_CONDITIONS) and len(words) <= _HALF and not {",", "?"}.intersection(sentence)
    return "open" if half or said.endswith(_LEAD_INS) or not finished else "complete"
