"""What marks and words say about where a text can be cut. Pure."""

from __future__ import annotations

import re
from typing import Literal

Ending = Literal["none", "pause", "sentence", "unsure"]

_LONGEST_QUOTE = 25  # words after which a quotation or bracket that stays open no longer holds text together

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"(?P<cjk>[{_CJK}])|(?:(?![{_CJK}])[^\W_])+(?:['’.,:@/-](?:(?![{_CJK}])[^\W_])+)*")

CLOSERS = "\"'”’»)]}*_`~」』）】›"
_SENTENCE_MARKS = "!?。！？।؟"
PAUSE_MARKS = ",;:—،，；：、"
CJK_SENTENCE_MARKS = "。！？"
CJK_PAUSE_MARKS = "，；：、"
LIST_MARK = re.compile(r"[-*+•]|\(?(?:\d{1,3}|[A-Za-z])[.):]")
_DOTTED = re.compile(r"(?:[^\W\d_]\.)+")


def word_set(words: str) -> frozenset[str]:
    """`words`, with blanks between them, one by one."""
    return frozenset(words.split())


_NEVER_LAST = word_set(
    "dr. mr. mrs. ms. mx. prof. st. mt. ft. e.g. i.e. vs. cf. gen. col. sgt. capt. lt. rev. hon. sen. "
    "rep. gov. fig. vol. pp. ca. approx. dept. est. messrs. z.b. bzw. d.h. hr. fr. nr. "
    "sra. srta. dra. mme. mlle. p.ej."
)
_LAST_BEFORE_CAPITAL = word_set("a.m. p.m. etc. inc. ltd. co. corp. jr. sr. bros. ph.d. usw. u.s.w.")
LAST_UNLESS_NUMBER = word_set(
    "no. nos. jan. feb. mar. apr. jun. jul. aug. sep. sept. oct. nov. dec. sec. ch. art."
)

_PAIRS = {
    "(": ")",
    "[": "]",
    "{": "}",
    "“": "”",
    "„": "“",
    "«": "»",
    "「": "」",
    "『": "』",
    "（": "）",
    "‘": "’",
}
_FENCE = re.compile(r'\*+|_+|`+|["“”„«»「」『』（）()\[\]{}‘’]')


def count_words(text: str) -> int:
    """Words in `text`; two characters of a script without spaces count as one."""
    characters = words = 0
    for match in _WORD.finditer(text):
        if match["cjk"]:
            characters += 1
        else:
            words += 1
    return words + (characters + 1) // 2


def ending_of(body: str) -> Ending:
    """What the end of `body`, before white space, is: "unsure" where the next character decides."""
    core = body.rstrip(CLOSERS)
    if not core:
        return "none"
    word, mark = core.split()[-1], core[-1]
    if mark in _SENTENCE_MARKS:
        return "sentence"
    if mark in PAUSE_MARKS or word in ("-", "--", "–"):
        return "none" if word == last_line(core).strip() and LIST_MARK.fullmatch(word) else "pause"
    if mark == "…" or core.endswith("..."):
        return "unsure"
    if mark != ".":
        return "none"
    if word == last_line(core).strip() and LIST_MARK.fullmatch(word):
        return "none"
    bare = bare_word(core)
    if bare in _NEVER_LAST:
        return "none"
    if bare in _LAST_BEFORE_CAPITAL or bare in LAST_UNLESS_NUMBER:
        return "unsure"
    return "none" if _DOTTED.fullmatch(bare) else "sentence"


def is_open(text: str) -> bool:
    """Whether `text` ends inside a quotation, a bracket or emphasis that began no more than 25 words ago."""
    open_: list[tuple[str, int]] = []
    for match in _FENCE.finditer(text):
        mark, start, end = match.group(), match.start(), match.end()
        before, after = text[start - 1 : start], text[end : end + 1]
        opens = not before or before.isspace() or before in '([{—–-"“‘*_'
        closing = next((i for i, (closer, _) in enumerate(open_) if closer == mark), None)
        if mark == "’" and after.isalpha():
            continue  # an apostrophe
        if closing is not None and (mark in ")]}”“»」』）’" or not before.isspace()):
            del open_[closing:]
        elif mark in _PAIRS:
            if mark == "(" and before and before in ":;-=" and not after.isalpha():
                continue  # a sad face
            open_.append((_PAIRS[mark], start))
        elif mark[0] in '*_`"' and len(mark) < 3 and opens and after and not after.isspace():
            open_.append((mark, start))
    return bool(open_) and count_words(text[open_[0][1] :]) <= _LONGEST_QUOTE


def bare_word(body: str) -> str:
    """The last word in lower case, without quotes and brackets around it."""
    return body.split()[-1].rstrip(CLOSERS).lstrip("\"'“‘«([{*_").lower()


def last_line(text: str) -> str:
    return text.rpartition("\n")[2]


def is_cjk(text: str) -> bool:
    return bool(text) and all(match["cjk"] for match in _WORD.finditer(text)) and bool(_WORD.match(text))
