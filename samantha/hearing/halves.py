"""Two halves of one sentence, each transcribed on its own. Pure."""

from __future__ import annotations

_KEPT = ("I", "I'm", "I'll", "I've", "I'd")


def joined(first: str, second: str) -> str:
    """One text: the end that a transcriber gave to the first half, and the capital of the second, are undone."""
    first, second = first.strip(), second.strip()
    if not first or not second:
        return first or second
    if first.endswith((".", "…")):
        first = first.rstrip(".… ")
        word = second.split()[0].rstrip(",.!?")
        if word not in _KEPT and word[:1].isupper() and word[1:].islower():
            second = second[0].lower() + second[1:]
    return f"{first} {second}"
