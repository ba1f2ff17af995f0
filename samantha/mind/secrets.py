"""Secrets in what somebody says: found, and taken out before anything is kept. Pure.

A secret is known by its form (a card number by its check digit, an IBAN by its checksum, a key by its prefix) or by
what it is called ("my password is hunter two"). Numbers that people need remembered stay: telephone numbers,
birthdays, houses, buses. The words are English, with what others call a password; figures may be spoken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

HIDDEN = "[a secret]"
"""What stands in the place of a secret."""

Span = tuple[int, int]


def redact(text: str) -> str:
    """`text` with `HIDDEN` for every secret in it, but for what she was told to remember."""
    kept = [found.span() for found in _TOLD.finditer(text)]
    spans = sorted(
        (start, end) for start, end in _spans(text) if not any(a < end and start < b for a, b in kept)
    )
    pieces: list[str] = []
    at = 0
    for start, end in spans:
        if start >= at:
            pieces += (text[at:start], HIDDEN)
        at = max(at, end)
    return "".join((*pieces, text[at:]))


def found(text: str) -> bool:
    """Whether there is a secret in `text` that she was not told to remember."""
    return redact(text) != text


def _spans(text: str) -> Iterator[Span]:
    for pattern in _FORMS:
        for match in pattern.finditer(text):
            yield match.span("secret" if "secret" in match.groupdict() else 0)
    for match in _IBAN.finditer(text):
        end = _iban_end(text, match)
        if end:
            yield match.start(), end
    for run in _RUN.finditer(text):
        yield from _cards(text, run)
    for pattern in _CALLED:
        for match in pattern.finditer(text):
            if _figures(match["secret"]) >= _LEAST_FIGURES:
                yield match.span("secret")
    for pattern in _NAMED:
        for match in pattern.finditer(text):
            if not _HARMLESS.match(match["secret"]):
                yield match.span("secret")


# --- what is told ------------------------------------------------------------------------------------------

_TOLD = re.compile(
    r"(?:^|(?<=[.!?;,] ))\s*(?:(?:hey|oh|ok|okay|so|and|well|um|uh|yes|samantha|please|just|now)[\s,.!]+)*"
    r"(?:(?:can|could|will|would) you (?:please |just )?|i(?:'d| would) like you to |i want you to |you should )?"
    r"(?:remember|don['’]?t forget|do not forget|keep in mind|make a note|note|memori[sz]e|save|store|write down)\b"
    r"(?:[^.!?]*?\b(?:this|that|it|something)(?: for me)?[.!:])?[^.!?]*",
    re.IGNORECASE,
)
"""From "remember that" to the end of the sentence, or of the next if the first is no more than that."""

# --- known by their form -----------------------------------------------------------------------------------

_FORMS = tuple(
    re.compile(pattern, flags)
    for pattern, flags in (
        (r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL),
        (r"\b(?:sk|pk|rk)[-_](?:[A-Za-z]+[-_])*[A-Za-z0-9_-]{16,}", 0),
        (r"\b(?:gh[pousr]_|github_pat_|glpat-|npm_|hf_|xox[abprs]-|ya29\.|pypi-)[A-Za-z0-9_.-]{10,}", 0),
        (r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b|\bAIza[A-Za-z0-9_-]{30,}", 0),
        (r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?", 0),
        (r"(?i:\bbearer) (?P<secret>[A-Za-z0-9._~+/=-]{16,})", 0),
        (r"://[^\s/:@]+:(?P<secret>[^\s/@]+)@", 0),
        (r"(?<![\w/.-])(?=\S*\d)(?=\S*[a-z])(?=\S*[A-Z])[A-Za-z0-9+_=-]{24,}(?![\w/.])", 0),
        (r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])", 0),  # United States: social security
        (r"\b[A-Z]{2} ?\d\d ?\d\d ?\d\d ?[A-D]\b", 0),  # Britain: insurance
    )
)

_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b", re.IGNORECASE)


def _iban_end(text: str, match: re.Match[str]) -> int:
    """Where the IBAN ends that begins with `match`, which may hold words that follow it; 0 if there is none."""
    ends = [match.start() + piece.end() for piece in re.finditer(r"\w+", match[0])]
    for end in reversed(ends):
        account = re.sub(r"\s", "", text[match.start() : end]).upper()
        moved = account[4:] + account[:4]
        if 15 <= len(account) <= 34 and int("".join(str(int(c, 36)) for c in moved)) % 97 == 1:
            return end
    return 0


# --- figures, spoken or written ----------------------------------------------------------------------------

_UNITS = dict(zip("zero one two three four five six seven eight nine".split(), "0123456789", strict=True)) | {
    "oh": "0",
    "o": "0",
    "nought": "0",
    "null": "0",
}
_TEENS = dict(
    zip(
        "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(),
        map(str, range(10, 20)),
        strict=True,
    )
)
_TENS = dict(zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), "23456789", strict=True))
_TIMES = {"double": 2, "triple": 3}
_FIGURE = rf"(?:\d+|{'|'.join((*_UNITS, *_TEENS, *_TENS, *_TIMES, 'hundred', 'thousand'))})"
_BETWEEN = r"(?:[ \u00a0]?[-–,.][ \u00a0]?|[ \u00a0]+)"
_RUN = re.compile(rf"(?<![\w+]){_FIGURE}(?:{_BETWEEN}{_FIGURE})*(?!\w)", re.IGNORECASE)
_TOKEN = re.compile(rf"{_FIGURE}(?!\w)", re.IGNORECASE)


def _digits(words: list[str]) -> str:
    """The digits that `words`, figures spoken or written, stand for, as one reads a long number aloud."""
    digits = ""
    times = 1
    tens = False
    for word in (word.lower() for word in words):
        if word in _TIMES:
            times = _TIMES[word]
            continue
        if word in _UNITS and tens:
            digits = digits[:-1] + _UNITS[word]  # forty-five
        else:
            digits += (_UNITS.get(word) or _TEENS.get(word) or word if word.isdigit() or word in _UNITS or
                       word in _TEENS else f"{_TENS[word]}0" if word in _TENS else "00") * times  # fmt: skip
        tens = word in _TENS
        times = 1
    return digits


def _figures(words: str) -> int:
    """How many digits `words` hold, spoken or written."""
    return len(_digits([token[0] for token in _TOKEN.finditer(words)]))


def _cards(text: str, run: re.Match[str]) -> Iterator[Span]:
    tokens = list(_TOKEN.finditer(text, run.start(), run.end()))
    for first in range(len(tokens)):
        for last in range(min(len(tokens), first + 19), first, -1):
            digits = _digits([token[0] for token in tokens[first:last]])
            if len(digits) < 13:
                break
            if len(digits) <= 19 and _BRANDS.fullmatch(digits) and _luhn(digits):
                yield tokens[first].start(), tokens[last - 1].end()
                return


_BRANDS = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|(?:5[0-8]|2[2-7]|6\d|35)\d{14}|3[47]\d{13}|3[0689]\d{12}|6\d{17,18}"
)


def _luhn(digits: str) -> bool:
    doubled = (int(d) * (1 + place % 2) for place, d in enumerate(reversed(digits)))
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


# --- known by what they are called -------------------------------------------------------------------------

_LEAST_FIGURES = 3

_CODE = (
    r"(?:pin(?:[ -]?(?:number|code))?|geheimzahl|pass ?code|(?:cvv|cvc)\d?|security number|cod[eo]|otp|"
    r"(?:door|alarm|gate|garage|lock|locker|safe|entry|access|key|security|verification|confirmation|"
    r"log-?in|sign-?in|authenticat(?:ion|or)|2fa|two[- ]factor|one[- ]time|sms|unlock|phone|bike|luggage|"
    r"suitcase|vault|keypad|house|building|recovery|backup|bank|voicemail|sim|puk)(?:'s)? cod[eo]|puk|"
    r"combination|social(?: security)?(?: number)?|ssn|national insurance(?: number)?|insurance number|"
    r"passport number|tax (?:id|number)|(?:credit|debit|bank) card(?: number)?|card number|(?:bank )?account number|"
    r"sort code|routing number|iban)"
)
_PLAIN_CODE = (
    r"(?<!zip )(?<!post )(?<!area )(?<!postal )(?<!country )(?<!dial )(?<!dialling )(?<!dialing )(?<!error )"
)
_PASSWORD = (
    r"(?:pass ?word|pass ?phrase|pass ?wort|kennwort|mot de passe|contraseña|wachtwoord|senha|pwd|wi-?fi key|"
    r"network key|(?:seed|recovery|secret) (?:phrase|key)|private key|api[- ]key|(?:access |api |auth )token|"
    r"secret word|safe ?word|security (?:answer|word)|answer to (?:my|the) (?:secret|security) question)"
)
_OF_WHAT = r"(?: (?:for|to|of|on|at|in|with|from|by) (?:[\w'’-]+ ){0,4}?[\w'’-]+| here| at home| again)??"
_LINK = (
    r"(?:(?:(?:[ ,]+(?:it))?(?:['’]s| is| was| will be| are| equals| reads| ist| est| es| é)"
    r"(?: now| still| currently| always| just| simply| actually| called| set to| changed to)?"
    r"|(?: has been| was| got| is)? (?:set|changed|updated)? ?to|\s*[:=])\s*[:,]?\s*)"
)
_SIGN = r"(?:star|hash|pound|asterisk|dash|left|right|then|clockwise|[A-Za-z])"
_NUMBER = (
    rf"(?P<secret>[*#]?(?:{_SIGN}[ ,]+){{0,3}}[A-Za-z]{{0,3}}-?{_FIGURE}(?!\w*[a-z]{{2}})"
    rf"(?:{_BETWEEN}(?:{_FIGURE}|{_SIGN}|slash)(?!\w)){{0,24}}[A-Za-z*#]?)"
)
_CALLED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_PLAIN_CODE}{_CODE}\b{_OF_WHAT}{_LINK}(?:(?:the |these )?(?:numbers?|digits?) )?{_NUMBER}",
        rf"\b{_PLAIN_CODE}{_CODE}[ ,:]+{_NUMBER}",
        rf"\b{_NUMBER}(?:,? (?:is|was|are|as|that's)|['’]s)"
        rf"(?: still| now)? (?:my|our|the|your|his|her|a|an)(?: [\w'’-]+){{0,3}}? {_CODE}\b",
        r"\bexp(?:iry|ires|iration)?(?: date)?(?: is|:)? (?P<secret>\d\d ?/ ?\d\d\d?\d?)[^.?!]{0,40}\b(?:cvv|cvc)",
        rf"\b(?:cvv|cvc|three digits on the back)\b[^.?!\d]{{0,20}}{_NUMBER}",
        rf"\b(?:digits|numbers?) (?:on|of) (?:my|the|our) (?:credit |debit |bank )?card(?: are| is|:)? {_NUMBER}",
    )
)
"""Secrets made of figures: the name before them or behind."""

_END = (
    r"(?=\s*(?:[.!?;](?:\s|$)|$|\n|,? (?:and|but|so|or|because|if|which|with|for) (?:my|the|i|it|that|then|you|we|he|"
    r"she|they|his|her|don['’]?t|please|pin|this|our|your|never|now|what|can|could|don)\b|,? (?:okay|please|can you|"
    r"could you|because|don['’]?t)\b|, ))"
)
_WORDS = rf"(?P<secret>[\"“'‘]?[^\s\[](?:[^\n]{{0,80}}?)){_END}"
_NAMED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_PASSWORD}\b{_OF_WHAT}{_LINK}{_WORDS}",
        rf"\b{_PASSWORD}[ :]+(?P<secret>[\"“'‘]?(?=\S*\d)(?!\d+ )[^\s\[]{{4,}}[^\s\[.,!?;])",
        r"\b(?:password|passphrase) (?P<secret>[\"“][^\"”\[]+[\"”])",
        rf"(?:^|(?<=[\s.,;]))(?P<secret>(?!(?:i|we|they|use|using|have|had|set|put)\b)[^\s\[\]]{{3,60}}"
        rf"(?: (?!is\b|as\b|was\b)[^\s\[\]]{{1,60}}){{0,2}}) (?:is|was|as) (?:now )?"
        rf"(?:my|our|the)(?: (?!idea|problem)[\w'’-]+){{0,2}}? {_PASSWORD}\b(?! (?:manager|policy|reset|hint))",
        r"\b(?:log|sign|get)(?:ged|ing)? in with (?P<secret>[^\s\[]{0,60}\d[^\s\[]{0,60})",
    )
)
"""Secrets made of words."""

_HARMLESS = re.compile(
    r"[\"“'‘]?(?:(?:\w+er than|too|very|so|"
    r"really|quite|pretty|rather|not|n['’]t|hard|easy|difficult|long|short|weak|strong|secure|"
    r"safe|unsafe|wrong|right|correct(?![ -]\w+ \w+)|incorrect|expired|expiring|written|stored|saved|kept|hidden|"
    r"the same|in|on|at|about|something|anything|nothing|gone|lost|missing|needed|required|necessary|always|never|"
    r"still|being|going|working|due|stupid|silly|terrible|awful|good|bad|better|fine|okay|important|different|unique|case|only|"
    r"enough|broken|invalid|what|that|this|it|they|these|those|there|which|who|how|why|where|when|stolen|leaked|"
    r"compromised|known|a secret|a problem|a mess|a pain|a joke|a good|a bad|a very|more|at least|old|new|also|just a|"
    r"be|reset|get|log|open|my (?:problem|favou?rite part)|up|out|you|he|she|we|i|if)\b(?![-_@]))",
    re.IGNORECASE,
)
"""What is said about a password, and is none."""
