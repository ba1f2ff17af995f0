"""What the doctor says of one part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["ok", "warning", "fault"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One part: whether it works, what was found, and what to do if it does not.

    A fault keeps her from conversing at all; a warning is worth a look.
    """

    part: str
    verdict: Verdict
    detail: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that is wrong with a part, and what mends it."""

    what: str
    advice: str = ""


def finding(part: str, detail: str, troubles: Sequence[Trouble], otherwise: str = "") -> Finding:
    """A warning that names every trouble, or, without any, that all is well and `otherwise`."""
    if not troubles:
        return Finding(part, "ok", detail, otherwise)
    told = " ".join([detail, *(trouble.what for trouble in troubles)])
    return Finding(part, "warning", told, " ".join(trouble.advice for trouble in troubles if trouble.advice))
