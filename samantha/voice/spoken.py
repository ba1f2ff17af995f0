"""Written text as it is said: what a voice would stumble over is put into words, or left out.

Left out without a word: emoji, stage directions such as *laughs*, blocks of code, the marks of markdown. Of
an address on the web the site is said ("example dot com"), of an e-mail address all of it. Initials such as
NASA are left alone: the voices know them.
"""

from __future__ import annotations

import functools
import html
import re
import unicodedata

from samantha.voice import english
from samantha.voice.lexicon import LEXICONS
from samantha.voice.numerals import Numerals

_LATIN = frozenset(
    (
        "en",
        "de",
        "fr",
        "es",
        "it",
        "pt",
        "nl",
        "sv",
        "da",
        "nb",
        "no",
        "fi",
        "pl",
        "cs",
        "sk",
        "hu",
        "ro",
        "ca",
        "tr",
    )
)

_FENCE = re.compile(r"```|^\s*~~~", re.MULTILINE)
_TAG = re.compile(r"<\|[^|<>]*\|>|</?[A-Za-z][^<>]*>|<!--.*?-->", re.DOTALL)
_IMAGE = re.compile(r"!\[([^\]\n]*)\]\([^)\n]*\)")
_LINK = re.compile(r"\[([^\]\n]+)\](?:\([^)\n]*\)|\[[^\]\n]*\])")
_NOTE = re.compile(r"\[\^?\d+\]")
_RULE = re.compile(r"\s*(?:([-*_=])\s*(?:\1\s*){2,}|[|\s:+-]*-[|\s:+-]*\|[|\s:+-]*)")
_LINE_MARK = re.compile(r"\s*(?:>\s*)*(?:#{1,6}\s+|[-*+•‣◦▪–]\s+(?:\[[ xX]\]\s+)?|(?=\d{1,3}\)\s))?(?:>\s*)*")
_ITEM = re.compile(r"^(\d{1,3})\)(?=\s)")
_BOLD = re.compile(r"(\*\*|__|~~)(?=\S)(.+?)(?<=\S)\1", re.DOTALL)
_STARRED = re.compile(r"(?<!\*)\*(?=[^\s*])([^*]+?)(?<=\S)\*(?!\*)")
_UNDERLINED = re.compile(r"(?<!\w)_(?=\S)([^_]+?)(?<=\S)_(?!\w)")
_BRACKETED = re.compile(r"(\w?)\(([^()]*)\)|\[([^\[\]]*)\]|\{([^{}]*)\}")
_TICKED = re.compile(r"`([^`]*)`")

# Actions that a writer puts between stars or in brackets, with adverbs before them.
_DIRECTION = re.compile(
    r"(?:(?:\w+ly|a|an|the|she|he|i|with|another|small|little|deep|light|quiet|slight)\s+){0,3}(?:"
    r"(?:laugh|giggl|chuckl|smil|grinn?|smirk|sigh|nodd?|paus|wink|blush|gasp|whisper|shrugg?|cough|clear|humm?|think|"
    r"lean|look|tilt|tak|groan|gulp|snort|sniff|sniffl|yawn|hugg?|wav|clapp?|cheer|cry|sobb?|beam|frown|gaz|glanc|"
    r"roll|shak|bow|purr|sing|whistl|snicker|squeal|exhal|inhal|breath|mumbl|mutter|ponder|rais|stretch|"
    r"lower|soften|speak|reach|touch|squeez|pat|bounc|danc|jump)(?:s|es|ing|ed)"
    r"|cries|laughter|laughs?|sighs?|giggles?|chuckles?|smiles?|grins?|winks?|gasps?|pauses?|beat|silence|applause|"
    r"music|nods?|shrugs?|breath|humming|coughs?|yawns?"
    r")(?:\s+.*)?",
    re.IGNORECASE | re.DOTALL,
)
_ADVERB = re.compile(r"\w+ly(?:\s+and\s+\w+ly)?", re.IGNORECASE)

_EMAIL = re.compile(r"\b([\w.+-]+)@([\w-]+(?:\.[\w-]+)+)\b")
_URL = re.compile(r"<?\b(?:(?:https?|ftp)://|www\.)([^\s<>\"')\]]*[^\s<>\"')\].,;:!?])>?", re.IGNORECASE)
_DOMAIN = re.compile(
    r"\b((?:[\w-]+\.)+(?:com|org|net|io|edu|gov|de|uk|fr|es|it|eu|ai|app|dev|co|tv|info|me))(/[^\s<>\"')\]]*)?(?!\w)"
)
_FILE = re.compile(r"(?<![\w.])([\w-]+)\.([a-z]{2,4}|mp[34]|[ch])\b(?!\.\w)")
_SMILEY = re.compile(
    r"(?:(?<=\s)|^)(?:[:;=]['’]?-?[)(\]\[DPpOo/\\|3*]+|<3+|[xX]D+|\^_?\^|-_-|¯\\_\(ツ\)_/¯)(?=\s|$|[.,!?])"
)
_HANDLE = re.compile(r"(?<!\w)@(?=\w)")
_HASHTAG = re.compile(r"(?<!\w)#(?=[^\W\d_])")
_SLASH = re.compile(r"(?<=[^\W\d_])\s?/\s?(?=[^\W\d_])")

_QUOTES = str.maketrans("‘’‛ʼ`´“”„‟«»‹›″", "''''''" + '"' * 9)
_POWERS = {"²": " squared", "³": " cubed"}
_MARKS = str.maketrans({"。": ". ", "，": ", ", "、": ", ", "；": "; ", "：": ": ", "！": "! ", "？": "? ", "।": ". ",
                        "؟": "? ", "،": ", ", "–": "—", "―": "—", "‐": "-", "‑": "-", "→": ", ", "⇒": ", ",
                        "•": ", ", "·": " ", "|": ", ", "\u00ad": "", "\ufeff": ""})  # fmt: skip
_KEPT = ".,!?;:…—'- "
_LEFT_TO_THE_VOICE = "%&€$£+=@°"  # in languages without a lexicon


@functools.cache
def _numerals(language: str) -> Numerals:
    """Its patterns take some 30 ms to build: once for each language."""
    return Numerals(language)


class Speakable:
    """The spoken form of one text that comes clause by clause; a block of code may span many of them."""

    def __init__(self, language: str = "en") -> None:
        """`language` is an ISO 639-1 code; see `lexicon` for which of them have words for signs.

        The first one of a language, and its first figure, take about 60 ms, any later clause less than one.
        """
        self._language = language
        self._numerals = _numerals(language)
        self._in_code = False

    def __call__(self, clause: str) -> str:
        """What to say for `clause`; "" if there is nothing to say. Never raises."""
        text = self._without_code(clause)
        text = html.unescape(_SMILEY.sub(" ", _TAG.sub(" ", text)))
        text = " ".join(filter(None, (self._line(line) for line in text.splitlines())))
        text = self._addresses(_plain_letters(text))
        if not any(each.isalnum() for each in text):
            return ""
        if self._language == "en":
            text = english.expand(text)
        text = self._numerals.spell(text)
        text = self._signs(text)
        return _tidy(text, self._language)

    def _without_code(self, clause: str) -> str:
        kept, start = [], 0
        for fence in _FENCE.finditer(clause):
            if not self._in_code:
                kept.append(clause[start : fence.start()])
            self._in_code = not self._in_code
            start = fence.end()
        if not self._in_code:
            kept.append(clause[start:])
        return "\n".join(kept)

    def _line(self, line: str) -> str:
        """One line without the marks of markdown; it ends like a sentence if more lines follow."""
        if _RULE.fullmatch(line):
            return ""
        mark = _LINE_MARK.match(line)
        listed = bool(mark and mark.group().strip())
        line = _ITEM.sub(r"\1.", line[mark.end() if mark else 0 :], count=1) if mark else line
        stripped = line.strip()
        if stripped.startswith("|") or stripped.endswith("|"):
            line = ", ".join(cell.strip() for cell in stripped.strip("|").split("|") if cell.strip())
            listed = True
        line = _NOTE.sub("", _LINK.sub(r"\1", _IMAGE.sub(r"\1", line)))
        line = _BOLD.sub(r"\2", _BOLD.sub(r"\2", line))
        line = _STARRED.sub(_unless_direction, line)
        line = _UNDERLINED.sub(_unless_direction, _TICKED.sub(r"\1", line))
        line = _BRACKETED.sub(_bracket, _BRACKETED.sub(_bracket, line)).strip()
        if listed and line and line[-1].isalnum():
            line += "."
        return line

    def _addresses(self, text: str) -> str:
        words = self._numerals.lexicon
        dot, at = words.dot or ".", words.at or "@"

        def spelled(name: str) -> str:
            return re.sub(r"[._+-]", lambda m: f" {dot} " if m[0] == "." else " ", name)

        text = _EMAIL.sub(lambda m: f"{spelled(m[1])} {at} {spelled(m[2])}", text)
        text = _URL.sub(lambda m: spelled(_host(m[1])), text)
        text = _DOMAIN.sub(lambda m: spelled(m[1].removeprefix("www.")), text)
        return _FILE.sub(lambda m: f"{m[1]} {dot} {m[2]}" if m[2] not in _NO_SUFFIX else m[0], text)

    def _signs(self, text: str) -> str:
        signs = self._numerals.lexicon.signs
        text = _HASHTAG.sub("hashtag " if self._language == "en" else "", text)
        text = _HANDLE.sub(f"{signs.get('@', '')} ", text)
        if self._language == "en":
            text = _SLASH.sub(_slash, text)
            for sign, word in _POWERS.items():
                text = text.replace(sign, word)
        text = re.sub(r"(?<=\w)\s?[<>]\s?(?=\w)", lambda m: f" {signs.get(m[0].strip(), '')} ", text)
        text = re.sub("[<>]", " ", text)
        return "".join(f" {signs[each]} " if each in signs else each for each in text)


def speakable(text: str, language: str = "en") -> str:
    """The spoken form of a whole `text`; see `Speakable` for one that comes in pieces."""
    return Speakable(language)(text)


_NO_SUFFIX = frozenset(
    "but and the you she he it we so no yes not is was my at in on of or if as to oh hi".split(" ")
)


def _is_direction(text: str) -> bool:
    return bool(_DIRECTION.fullmatch(text.strip(" .!…"))) and len(text.split()) <= 12


def _unless_direction(match: re.Match[str]) -> str:
    text = match[1]
    return (
        " "
        if _is_direction(text) or (_ADVERB.fullmatch(text) and text == match.string.strip(" *_"))
        else text
    )


def _bracket(match: re.Match[str]) -> str:
    letter = match[1] or ""
    text = next((group for group in match.groups()[1:] if group is not None), "").strip()
    if _is_direction(text) or not text:
        return f"{letter} "
    if letter:
        return f"{letter}{text}" if len(text) <= 3 else f"{letter}, {text},"
    return text if any(character.isdigit() for character in text) and len(text) < 8 else f", {text}, "


def _host(address: str) -> str:
    return re.split(r"[/?#]", address)[0].rpartition("@")[2].partition(":")[0].removeprefix("www.")


def _slash(match: re.Match[str]) -> str:
    before = match.string[: match.start()].rpartition(" ")[2]
    return " " if before.lower() == "and" or before.isupper() else " or "


def _plain_letters(text: str) -> str:
    """Compatibility forms as plain ones (ﬁ, ①, full width), but for what has a meaning of its own."""
    text = text.translate(_QUOTES).translate(_MARKS)
    kept = "²³½⅓⅔¼¾⅕⅛⅜⅝⅞…"
    text = "".join(
        each if each in kept else "" if each in "™℠®©" else unicodedata.normalize("NFKC", each)
        for each in text
    )
    text = unicodedata.normalize("NFC", text)
    digits = (str(unicodedata.digit(each)) if each.isdecimal() else each for each in text)
    return re.sub(r"\.{3,}", "…", "".join(digits))


def _tidy(text: str, language: str) -> str:
    """Only letters, spaces and the marks that shape the melody, one at a time."""
    text = "".join(_said(each, language) for each in text)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"-{2,}|(?<=\s)-(?=\s)", "—", text)
    text = re.sub(r"(?<![^\W_])[-']+(?![^\W_])|(?<![^\W_])-+|-+(?![^\W_])", " ", text)
    text = re.sub(r"(?<![^\W_])'(?![^\W_])", " ", text)
    text = re.sub(r"(?<!\w)'([^']*\w[.,!?]?)'(?!\w)", r"\1", text)
    text = re.sub(r"\s+([.,!?;:…])", r"\1", re.sub(r"\s+", " ", text))
    text = re.sub(r"[.,!?;:…—\s]*[.,!?;:…—](?=\s|$|[.,!?;:…—])[.,!?;:…—\s]*", _one_mark, text)
    text = re.sub(r"\s*—\s*", " — ", text).strip(" -—,;:.!?…'") + _last_mark(text)
    return text if any(each.isalnum() for each in text) else ""


def _said(each: str, language: str) -> str:
    if each in _KEPT or (language not in LEXICONS and each in _LEFT_TO_THE_VOICE):
        return each
    category = unicodedata.category(each)
    if category[0] in "LM" or category == "Nd":
        if language not in _LATIN or each.isascii():
            return each
        name = unicodedata.name(each, "")
        if category[0] == "L" and name.startswith("LATIN"):
            return each
        if language == "en" and re.fullmatch(r"GREEK (?:SMALL|CAPITAL) LETTER [A-Z]+", name):
            return f" {name.rpartition(' ')[2].lower()} "
        return " " if category[0] == "L" else ""
    return "" if category in ("Mn", "Cf", "Cc") and not each.isspace() else " "


def _one_mark(match: re.Match[str]) -> str:
    run = match[0]
    mark = next((mark for mark in "?!….;:—," if mark in run), "")
    return f" {mark} " if mark == "—" else f"{mark} "


def _last_mark(text: str) -> str:
    """The mark that `text` ends with, since stripping takes it off with the rest."""
    end = re.search(r"[.,!?;:…—\s]+$", text)
    if not end or not end.group().strip():
        return ""
    mark = _one_mark(end).strip()
    return " —" if mark == "—" else mark
