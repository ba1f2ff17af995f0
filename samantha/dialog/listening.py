"""How she listens: always, for her name, or by a key; muted or not. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from samantha.events import Mode


@dataclass(slots=True)
class Listening:
    """`held` while the key to talk is down; `keep_warm` is the setting of that name."""

    mode: Mode = "always"
    muted: bool = False
    held: bool = False
    keep_warm: bool = True

    @property
    def attentive(self) -> bool:
        """Whether she finds out by herself when somebody speaks."""
        return self.mode != "ptt" and not self.muted

    @property
    def microphone(self) -> bool:
        """Whether it is to be open."""
        return not self.muted and (self.mode != "ptt" or self.keep_warm or self.held)
