"""A chord such as ctrl+alt+space: what may be one, and when it is down. Names of keys in, edges out.

Keys are named by where they are, not by what they type: `a` to `z`, `0` to `9`, `f1` to `f20`, `space` and the
like; a modifier has a left and a right key, such as `ctrl_l` and `ctrl_r`, and either will do.
"""

from __future__ import annotations

import math
import string
from dataclasses import dataclass

from samantha.errors import ConfigError

MODIFIERS = ("ctrl", "alt", "shift", "super")
RIGHT_HAND = ("ctrl_r", "alt_r", "shift_r", "super_r")
TYPING = (*string.ascii_lowercase, *string.digits)
FUNCTION = tuple(f"f{number}" for number in range(1, 21))
LONE = (*FUNCTION, *RIGHT_HAND, "pause", "scroll_lock", "print_screen", "menu", "insert")
"""Keys that need no modifier, because nobody writes with them."""
MOVING = ("up", "down", "left", "right", "home", "end", "page_up", "page_down")
KEYS = (*TYPING, *LONE, *MOVING, "space", "enter", "tab", "esc", "backspace", "delete")

_ALIASES = {
    "control": "ctrl",
    "option": "alt",
    "cmd": "super",
    "command": "super",
    "meta": "super",
    "win": "super",
    "windows": "super",
    "escape": "esc",
    "return": "enter",
}
_FORGET_S = 30.0


@dataclass(frozen=True, slots=True)
class Chord:
    """One key, and the modifiers that must be down with it."""

    modifiers: frozenset[str]
    key: str

    @classmethod
    def parse(cls, text: str) -> Chord:
        """`text` such as ``"ctrl+alt+space"``, in any case; raises ConfigError that says what is wrong with it."""
        words = [_ALIASES.get(word.strip().lower(), word.strip().lower()) for word in text.split("+")]
        *modifiers, key = words
        for word in modifiers:
            if word not in MODIFIERS:
                raise _refused(text, f"{word!r} is no modifier", f"Modifiers are {', '.join(MODIFIERS)}.")
        if key in MODIFIERS:
            raise _refused(text, "it has modifiers only", f"Add a key, such as space, or use {key}_r alone.")
        if key not in KEYS:
            raise _refused(text, f"{key!r} is no key that can be used", f"Keys are {_listed()}.")
        if key in RIGHT_HAND and modifiers:
            raise _refused(text, f"{key} is a modifier itself", f"Use {key} alone.")
        if key not in LONE and not set(modifiers) - {"shift"}:
            reason = f"{key} without ctrl, alt or super is for writing"
            raise _refused(text, reason, f"Add a modifier: ctrl+alt+{key}.")
        return cls(frozenset(modifiers), key)

    def __str__(self) -> str:
        return "+".join([*(word for word in MODIFIERS if word in self.modifiers), self.key])

    @property
    def physical(self) -> frozenset[str]:
        """Every key of a keyboard that has a part in it."""
        return frozenset({self.key, *(f"{word}_{side}" for word in self.modifiers for side in "lr")})


def _refused(text: str, reason: str, hint: str) -> ConfigError:
    return ConfigError(f"ptt.key cannot be {text!r}: {reason}.", hint)


def _listed() -> str:
    others = [key for key in KEYS if key not in (*TYPING, *FUNCTION)]
    return f"a-z, 0-9, f1-f20, {', '.join(others)}"


class Tracker:
    """When a chord goes down and up, out of the keys of a keyboard.

    It goes down when its key does while the modifiers are down, and up as soon as any of them is let go, once.
    Other keys do not matter. A key that is pressed although it is down repeats itself; after half a minute without
    a sign of it, its release was lost (to a lock screen, say) and it counts as pressed anew.
    """

    def __init__(self, chord: Chord) -> None:
        self._chord = chord
        self._physical = chord.physical
        self._down: dict[str, float] = {}
        self._engaged = False

    def feed(self, key: str, down: bool, at: float) -> bool | None:
        """`key` went `down`, or up, at `at` seconds: True if so did the chord, False if it went up, else None."""
        if key not in self._physical:
            return None
        fresh = down and at - self._down.get(key, -math.inf) > _FORGET_S
        if down:
            self._down[key] = at
        else:
            self._down.pop(key, None)
        if fresh and key == self._chord.key and self._complete():
            self._engaged = True
            return True
        if self._engaged and not self._complete():
            self._engaged = False
            return False
        return None

    def clear(self) -> bool | None:
        """The keyboard is gone, and what was down with it: False if the chord was."""
        was, self._engaged = self._engaged, False
        self._down.clear()
        return False if was else None

    def _complete(self) -> bool:
        return self._chord.key in self._down and all(
            f"{word}_l" in self._down or f"{word}_r" in self._down for word in self._chord.modifiers
        )
