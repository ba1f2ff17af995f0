"""What she says out of her memory alone, without the model: her person's own words, turned round. English, pure.

A small model that has the right words before it still answers one question of ten wrong. What he said himself does
not get wrong by being said back to him; and where she is not sure that it is what he asks for, she says that too.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

from samantha.mind.deixis import turned

LONGEST = 30
"""Words; more nobody says back."""

_ADO = re.compile(
    r"(?:(?:by the way|you know|well|so|oh|listen|guess what|funny thing|big news|good news|bad news|great news|"
    r"news|(?:do not|don't) laugh|to be honest|honestly|believe it or not|did i mention(?: that)?|just so you know|"
    r"did you know(?: that)?|have i told you(?: that)?|let's say(?: that)?|remember(?: that)?|actually|anyway|and|"
    r"but)\b(?:[,:;.!-]+ | )(?:but |that )?)+",
    re.IGNORECASE,
)
"""What comes before a statement and is no part of it."""
_UNSURE = (
    "Not sure: {}.",
    "I'm not certain. {}.",
    "{}. I'm not sure you mean that.",
    "Not quite sure. {}.",
    "{}. I'm not certain.",
)
"""Short, since she is asked for many things: what is said again and again sounds like a machine."""


def retold(texts: Sequence[str]) -> str:
    """What he said, as she says it to him, one sentence for each; "" if one of `texts` will not do."""
    told = [_turned(text) for text in texts]
    return " ".join(f"{each[0].upper()}{each[1:]}." for each in told) if all(told) else ""


def unsure(question: str, texts: Sequence[str]) -> str:
    """What she says to `question` if what comes nearest to an answer is `texts`, and that may be none; or ""."""
    told = [_turned(text) for text in texts]
    if not told or not all(told):
        return ""
    shape = _UNSURE[zlib.crc32(question.lower().encode()) % len(_UNSURE)]
    all_ = ", or ".join(told)
    return shape.format(f"{all_[0].upper()}{all_[1:]}")


def _turned(text: str) -> str:
    """`text` turned round, to follow "that"; "" if it is too long or tells nothing."""
    plain = text.replace("’", "'").strip()
    if (ado := _ADO.match(plain)) is not None and len(plain) > ado.end():
        plain = plain[ado.end() :]
    if plain.endswith("?") or len(plain.split()) > LONGEST or not re.search(r"\w", plain):
        return ""
    return turned(plain).strip(" .!…,;:")
