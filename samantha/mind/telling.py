"""Her answers to what only memory can know: in his own words where she is sure, and with a doubt where she is not."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from samantha.mind import deixis
from samantha.mind.recall import THRESHOLD, Recall
from samantha.mind.retelling import retold, unsure
from samantha.mind.wording import names
from samantha.store.memories import Memories

SURE = 0.7
"""What fits so well is the answer."""
NEAR = 0.05
"""What fits less has nothing to do with the question."""
BESIDE = 0.3
"""A second one is told, too, if it fits so well in proportion to the first."""
FEW = 6
"""Memories that tell who bears a name."""
JUST_NOW = timedelta(minutes=10)
"""What was said so lately the model has before its eyes."""


class Telling:
    """Called from one thread; errors as of `Memories`."""

    def __init__(self, recall: Recall, memories: Memories) -> None:
        self._recall = recall
        self._memories = memories

    def tell(self, words: str, now: datetime) -> str:
        """What she answers to `words`, said at `now`; "" leaves it to the model."""
        about, known = deixis.about(words), self._known(words)
        plainly = about in ("person", "other") or known
        if about is None and not known and not deixis.asks(words):
            return ""
        least = NEAR if plainly or deixis.personal(words) else THRESHOLD
        found = [each for each in self._recall.recall(words, now, least=least) if each.quoted]
        if found and now - found[0].at < JUST_NOW:
            return ""
        texts = [each.text for each in found if each.score >= BESIDE * found[0].score]
        if found and found[0].score >= SURE:
            return retold(texts)
        return unsure(words, texts) or (deixis.unknown(words) if plainly else "")

    def _known(self, words: str) -> bool:
        """Whether `words` ask about somebody he has spoken of by name."""
        return deixis.asks(words) and any(self._somebody(name) for name in names(words))

    def _somebody(self, name: str) -> bool:
        """Whether `name` is not only a place, or something that he has asked for."""
        ids = self._memories.mentioning(f'"{name}"', FEW)
        said = [each.text for each in self._memories.get(ids) if not each.text.rstrip().endswith("?")]
        place = re.compile(rf"\b(?:in|from|to|at|near|the|of) {re.escape(name)}\b", re.IGNORECASE)
        return bool(said) and not any(place.search(text) for text in said)
