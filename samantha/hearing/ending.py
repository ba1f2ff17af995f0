"""Do the words look like the end of what somebody wants to say? Grammar's cheap cousin: the last word."""

from __future__ import annotations

import re
from typing import Literal

Ending = Literal["complete", "open", "trailing"]
"""A sentence · something that may go on · something that has to go on."""

_FILLERS = frozenset("ah eh er erm hm hmm mm uh uhh uhm um umm".split())

_UNFINISHED = frozenset(
    "a an the my your our their its every each and but or nor because cause if unless until while whereas"
    " although though whether since than as into onto of i'm you're we're they're i'll you'll we'll they'll"
    " i've you've we've they've he'll she'll it'll let's gonna wanna".split()
)
"""After these something follows, whatever a transcriber puts there to end the line."""

_HANGING = frozenset(
    "to for with from at by in on about after before between during against under over without within through"
    " so that which who whose where when what how why this these those his her him"
    " is are was were am be been being isn't aren't wasn't weren't has have had do does did don't doesn't didn't"
    " can could will would shall should may might must can't couldn't won't wouldn't shouldn't"
    " i you he she it we they like just also only very really more most some any no not well"
    " actually maybe then or yet".split()
)
"""A sentence may end with these, and mostly does not."""


def ending(text: str, language: str = "en") -> Ending:
    """How `text`, words as a transcriber wrote them down so far, ends.

    Words are judged in English only; in another language the marks at the end decide alone.
    """
    text = text.strip().rstrip("\"'”’)»")
    if not text or text.endswith(("...", "…", ",", ";", ":", "-", "–", "—")):
        return "trailing"
    marked = text.endswith((".", "!", "?", "。", "！", "？", "؟", "।"))
    if language != "en":
        return "complete" if marked else "open"
    words = re.findall(r"[a-z]+(?:'[a-z]+)*|\d+", text.lower().replace("’", "'"))
    last = words[-1] if words else ""
    if text.endswith("?"):
        return "complete"
    if (last in _FILLERS and len(words) > 1) or last in _UNFINISHED:
        return "trailing"
    if last in _HANGING:
        return "open" if marked else "trailing"
    return "complete" if marked else "open"
