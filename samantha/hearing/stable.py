"""Which words of a turn are settled while the person is still speaking. Texts in, text out."""

from __future__ import annotations

from samantha.hearing.plausible import words


class Stable:
    """The beginning on which two transcripts in a row of one growing turn agree, less its last word.

    The last word may be half of one, and what was heard once may be a guess; Macháček et al. (2023) call it
    LocalAgreement-2. Punctuation and capitals need not agree: the newest spelling counts. A transcript that
    changes its mind takes words back.
    """

    def __init__(self) -> None:
        self._newest: list[str] = []
        self._agreed = 0

    @property
    def text(self) -> str:
        """The settled words, without what punctuation may follow them; a language without spaces has none."""
        text = " ".join(self._newest[: self._agreed])
        while text and not text[-1].isalnum():
            text = text[:-1]
        return text

    def feed(self, transcript: str) -> str:
        """`transcript` is of all that was said up to now; gives the new `text`."""
        before, self._newest = self._newest, transcript.split()
        same = 0
        for old, new in zip(before, self._newest, strict=False):
            if words(old) != words(new):
                break
            same += 1
        self._agreed = max(0, same - 1)
        return self.text
