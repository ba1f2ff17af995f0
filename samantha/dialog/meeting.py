"""The first meeting: she introduces herself and learns a name. Pure; the conversation carries it out."""

from __future__ import annotations

import re

GREETING = "Hello. I'm Samantha. It's lovely to meet you. What should I call you?"
UNHEARD = "I can't hear you yet. Is the microphone on, and close enough?"

_INTRODUCTIONS = re.compile(
    r"^(?:(?:oh|hi|hey|hello|well|um|uh|so|yes|yeah|okay|samantha)[\s,.!]+)*"
    r"(?:(?:my name is|my name's|the name is|the name's|i am|i'm|im|it is|it's|this is|call me|you can call me|"
    r"you may call me|just call me|please call me|they call me|people call me|everyone calls me|just)\s+)?",
    re.IGNORECASE,
)
_YES = re.compile(
    r"^(?:(?:oh|well)[\s,.!]+)?(?:yes|yeah|yep|yup|mm-?hm+|uh-?huh|right|correct|exactly|sure|perfect|of course|it is|"
    r"you (?:did|got|have)|that(?:'s| is) (?:right|correct|it|me|my name))\b",
    re.IGNORECASE,
)
_NO = re.compile(r"^(no|nope|nah|not quite|wrong|that's not|that is not)\b", re.IGNORECASE)
_FILLING = frozenset(
    """a an the and but or not so very here there fine good well sorry you your he she it we they what who why
    how i me my mine is are was do did don't won't can't can please nice to meet too hello hi hey thanks thank
    would rather will have want know say said yes yeah yep yup no nope right correct exactly perfect wrong that
    that's almost nearly wait stop okay ok sure sounds lovely of course again pardon""".split()
)


def name_in(words: str) -> str:
    """The name somebody gives in `words`, or "" if there is none: one or two words, capitalised."""
    rest = _INTRODUCTIONS.sub("", words.strip(), count=1)
    rest = re.split(
        r"[,.!?;]|\s(?:and|but|nice|what|how|it's|pleased|thanks|thank|please)\b", rest, maxsplit=1
    )[0]
    found = re.findall(r"[^\W\d_][\w'’-]*", rest)
    if not 0 < len(found) <= 2 or any(word.lower() in _FILLING for word in found):
        return ""
    return " ".join(word[0].upper() + word[1:] for word in found)


class Meeting:
    """What she says to each thing she hears, until she knows a name or has asked three times."""

    def __init__(self) -> None:
        self.name = ""
        self.over = False
        self._asked = 1
        self._proposed = ""

    def answer(self, words: str) -> str:
        """Her answer to `words`; sets `over`, and `name` when she was given one."""
        if self._proposed and _YES.match(words):
            return self._end(f"{self._proposed}. I like that. So, {self._proposed}, how are you today?")
        denied = _NO.sub("", words).strip(" ,.!-")
        heard = name_in(re.sub(r"^.*\b(?=it's |it is |my name)", "", denied, flags=re.IGNORECASE))
        if heard and heard == self._proposed:
            return self._end(f"{heard}. I like that. So, {heard}, how are you today?")
        if heard:
            self._proposed = heard
            return f"{heard}. Did I get that right?"
        self._asked += 1
        if self._asked > 3:
            self._proposed = ""
            return self._end("Names can wait. I'm glad you're here. What's on your mind?")
        self._proposed = ""
        return "I didn't quite get your name. Could you say just the name?"

    def _end(self, words: str) -> str:
        self.name, self.over = self._proposed, True
        return words
