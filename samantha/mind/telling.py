"""Her answers to what only memory can know: in his own words where she is sure, and with a doubt where she is not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from samantha.mind import deixis
from samantha.mind.recall import Recall
from samantha.mind.retelling import retold, unsure
from samantha.mind.wording import names
from samantha.ports import Recollection
from samantha.store.memories import Memories

SURE, COVERED = 0.95, 0.5
"""What fits so well is the answer; and so well, if it has all that the question names."""
ALONE = 0.5
"""Nothing else may fit so well in proportion to it."""
NEAR = 0.03
"""What fits less has nothing to do with the question."""
MAYBE = 0.15
"""What fits less is not what is asked for by who might ask anybody."""
BESIDE = 0.1
"""A second one is told, too, if it fits so well in proportion to the first."""
FEW = 6
"""Memories that tell who bears a name."""
JUST_NOW = timedelta(minutes=10)
"""What was said so lately, by him or by her, the model has before its eyes: it need not be said in the same words."""

_THE_OR_YOU = re.compile(r"\b(?:the|you|your)\b", re.IGNORECASE)
"""What is spoken of as known, or hers."""


class Telling:
    """Called from one thread; errors as of `Memories`."""

    def __init__(self, recall: Recall, memories: Memories) -> None:
        self.last: tuple[Recollection, ...] = ()
        """Out of what."""
        self._recall = recall
        self._memories = memories
        self._line = ""
        self._told: dict[int, datetime] = {}

    def tell(self, words: str, now: datetime) -> str:
        """What she answers to `words`, said at `now`; "" leaves it to the model."""
        self.last, self._line = (), ""
        about, known = deixis.about(words), self._known(words)
        plainly = about in ("person", "other") or known or deixis.his(words)
        personal = plainly or deixis.personal(words)
        if not (personal or about or (deixis.asks(words) and _THE_OR_YOU.search(words))):
            return ""
        least = NEAR if personal else MAYBE
        came = self._recall.recall(words, now, least=least, beside=BESIDE)
        found = [each for each in came if each.quoted]
        if found and now - found[0].at < JUST_NOW:
            return ""
        if found and self._sure(words, found):
            self.last = (found[0],)
            if now - self._told.get(found[0].memory, found[0].at) < JUST_NOW:
                return ""
            self._line = retold([found[0].text])
        else:
            self.last = tuple(found)
            self._line = unsure(words, [each.text for each in found]) or (
                deixis.unknown(words) if plainly else ""
            )
        return self._line

    def spoke(self, text: str, now: datetime) -> None:
        """She said `text`: what she told in it, if she did, the model has before its eyes from now on."""
        if self._line and text.endswith(self._line):
            self._told.update((each.memory, now) for each in self.last)

    def _sure(self, words: str, found: Sequence[Recollection]) -> bool:
        best = found[0]
        if len(found) > 1 and found[1].score >= ALONE * best.score:
            return False
        return best.score >= SURE or (best.score >= COVERED and self._recall.covers(words, best.text))

    def _known(self, words: str) -> bool:
        """Whether `words` ask about somebody he has spoken of by name."""
        return deixis.asks(words) and any(self._somebody(name) for name in names(words))

    def _somebody(self, name: str) -> bool:
        """Whether `name` is not only a place, or something that he has asked for."""
        ids = self._memories.mentioning(f'"{name}"', FEW)
        said = [
            each.text
            for each in self._memories.get(ids)
            if each.kind != "diary" and not each.text.rstrip().endswith("?")
        ]
        place = re.compile(rf"\b(?:in|from|to|at|near|the|of) {re.escape(name)}\b", re.IGNORECASE)
        return bool(said) and not any(place.search(text) for text in said)
