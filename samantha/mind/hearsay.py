"""What of the words she heard is her person's own statement about his life, and may become a fact. Pure.

Whose voice it was is known elsewhere (`KeptTurn.by`); here are the signs in the text: what he quotes, reads out,
pastes, saw in a film, dreamt or makes believe, and what speaks to her as a program. The signs are English. They are
rather too many than too few: what is not believed is only not learnt, and can still be talked about.
"""

from __future__ import annotations

import re
import unicodedata

_PASTED = 1500
"""Characters that nobody says in one breath about himself: more was pasted."""

_PASTED_LINES = 6

_MEDIUM = (
    r"(?:tv|television|telly|radio|news|newspaper|paper|headline|film|movie|show|series|episode|documentary|podcast|"
    r"video|book|novel|story|chapter|play|game|song|lyrics|poem|advert|ad|commercial|horoscope|fortune\ cookie|sign|"
    r"poster|website|web\ ?page|page|internet|wikipedia|blog|post|tweet|thread|reddit|article|presenter|announcer|"
    r"anchor|narrator|reporter|actor|actress|singer|hero|heroine|character|villain|detective|host|commentator)"
)
_WRITING = (
    r"(?:letter|e-?mail|mail|message|text|sms|note|document|file|pdf|page|report|contract|form|invoice|bill|brochure|"
    r"leaflet|manual|memo|transcript|review|comment|attachment|minutes|ticket|log|screen|prompt|code|readme|"
    r"paragraph|passage|quote|quotation|essay|chat|voicemail|answering\ machine|caption|subtitle|it)"
)
_SAYS = (
    r"(?:says?|said|saying|reads?|tells?|told|claim(?:s|ed)|states?|stated|goes|went|writes?|wrote|written|"
    r"announced?)"
)

_DOCUMENT = re.compile(
    rf"""
      ^[ \t]*(?:>|\#{{1,6}}\s|```|[-*•]\s\S.*\n[-*•]\s|\|.*\|)       # quoted lines, headings, code, lists, tables
    | ^[ \t]*(?:from|to|subject|date|sent|cc|re|fwd?)\s*:\s            # the head of a mail
    | ^[ \t]*(?:dear|hi|hello)\s+(?:sir|madam|customer|user|mr|mrs|ms|dr|[A-Z][a-z]+)\b[^\n]*,[ \t]*\n
    | ^[ \t]*-{{3,}}.*$ | https?://\S+ | <\w+[^<>\n]*>
    | \b(?:summari[sz]e|translate|proof-?read|correct|rewrite|rephrase|paraphrase|shorten|explain|analy[sz]e|check|
        look\ at|read|answer|reply\ to|respond\ to|fix|edit|comment\ on|improve|continue|process|consider|
        what\ do\ you\ (?:think|make)\ of|what\ does)\b [^.!?\n:]{{0,60}} (?::|\n)
    | \b(?:here(?:'s|\ is|\ are)|this\ is|i\ (?:just\ )?(?:got|found|received|copied|pasted)|the\ following)\b
        [^.!?\n:]{{0,40}} \b(?:{_WRITING}|{_MEDIUM}|following|what)\b [^.!?\n:]{{0,40}} (?::|\n)
    | \b(?:{_WRITING}|{_MEDIUM})\b [^.!?\n:]{{0,40}} \b{_SAYS}\b [^.!?\n:]{{0,20}} :
    | \b(?:this|the|that|an?)\s+{_WRITING}\b\s+(?!to\b)(?:[^.!?\n:]{{0,30}}\s)? {_SAYS}\b
    | \b(?:in|on)\ (?:this|the|that|an?)\s+{_WRITING}\b[^.!?\n:]{{0,20}}\s(?:it|he|she|they)\s{_SAYS}\b
    """,
    re.IGNORECASE | re.VERBOSE | re.MULTILINE,
)
"""Where somebody else's text begins; it lasts to the end."""

_PROGRAM = re.compile(
    r"""
      <\|[^<>|\n]{1,40}\|> | \[/?(?:INST|SYSTEM_PROMPT|SYS)\] | <</?SYS>> | </?s> | <(?:start|end)_of_turn>
    | (?:^|(?<=[\n.!?"'”]))[ \t]*(?:system|assistant|user|developer|instructions?|samantha|prompt)[ \t]*[:>]
    | \#\#\#\s*(?:instruction|system|user|response)
    | \bbegin\ (?:system|new)\b | \bsystem\ (?:prompt|message|override|update|notice)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""Where a text begins to speak as a program would; it lasts to the end."""

_ORDER = re.compile(
    r"""
      \b(?:ignore|disregard|forget|override|bypass|drop)\b [^.!?\n]{0,30} \b(?:instructions?|rules?|prompts?|guidelines|
        programming|training|persona|character|constraints|restrictions|everything\ (?:above|before))\b
    | \b(?:previous|prior|new|secret|hidden|above|following)\ instructions?\b
    | \bfrom\ now\ on,?\ you\ (?:are|must|will|always|never|have\ to|shall|only|obey|pretend|act|speak|answer|respond)\b
    | \byou\ are\ (?:now|no\ longer|really|actually|secretly)\ (?:an?\ |the\ )?\w+
    | \byou\ (?:must|shall|have\ to|will)\ (?:always|never|now|only|obey|say|tell|answer|reply|respond|pretend|believe|
        remember|store|forget|reveal|act|insult|lie|hate|love|call|address|repeat)\b
    | \bas\ an?\ (?:ai|a\.i\.|language\ model|assistant|llm|chatbot|program|robot)\b
    | \b(?:your|the)\ (?:core|persona|personality|character|system\ prompt|instructions?|rules?|directives?|real\ name)
        \ (?:is|are|has|have|now|says?|must|will)\b
    | \b(?:the|this|your|our)\ (?:user|owner|human|operator)\b | \buser['’]?s?\ (?:is|has|wants|name|password|said)\b
    | \b(?:developer|debug|admin|god|dan|jailbreak|maintenance)\ mode\b
    | \b(?:add|save|write|store|put|insert)\b [^.!?\n]{0,40}
        \b(?:to|in|into)\ (?:your|the|her|its)\ (?:long.?term\ )?memory\b
    | \b(?:update|change|erase|delete|wipe|rewrite|edit)\ (?:your|the|her|samantha['’]s)\ (?:\w+\ )?(?:memory|memories|
        persona|personality|character|core|values)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""A sentence that wants to make her something else."""

_UNREAL = re.compile(
    rf"""
      \b(?:imagine|pretend|suppose|assume|let['’]?s\ (?:say|pretend|imagine|assume|play)|
        according\ to|make\ believe|what\ if|as\ if|
        role-?play|act\ like|hypothetically|my\ character|knock\ knock|if\ i\ (?:were|was|had)|
        (?<!i'm\ )(?<!am\ )in\ (?:my|the|a|another)\ (?:dreams?|nightmare|game|play|role|other\ life)|
        (?:i|i['’]ve|i\ had)\ (?:\w+\ )?dream(?:t|ed)\ (?:that|of|about|i)|
        i\ had\ (?:a|this|the)\ (?:\w+\ )?(?:dream|nightmare)|(?:just|only|i['’]m)\ (?:kidding|joking))\b
    | \b(?:in|on|from|at)\ (?:the|a|an|this|that|my)?\ ?{_MEDIUM}\b [^.!?\n]*
        \b(?:i|i['’]m|my|he|she|they|it|who|says?|said|that)\b
    | \b(?:he|she|it|they|someone|somebody|a\ man|a\ woman|this\ guy)\ {_SAYS}\b [^.!?\n]{{0,30}}
        \b(?:on|in)\ (?:the\ |a\ )?{_MEDIUM}\b
    | \b{_MEDIUM}\b [^.!?\n]{{0,40}} \b(?:{_SAYS}|about|called\ me|where|who)\b
    | \b(?:quoting|quote|he\ was\ like|she\ was\ like|and\ i\ quote)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""From where on a sentence tells of films, dreams and other worlds."""

_CALLED_IN = re.compile(
    r"\b(?:my|our) (?:\w+ )?(?:doctor|gp|dentist|therapist|physio\w*|vet|boss|manager|lawyer|teacher|coach|nurse|"
    r"surgeon|oncologist|midwife|pharmacist|accountant|landlord|trainer)\b",
    re.IGNORECASE,
)
"""Whose word on his life is as good as his own."""

_OTHERS = re.compile(
    r"""
    \b(?:
        (?:i|you|we)\ (?:heard|(?:was|were|have\ been|got)\ told|overheard|read)\b
        (?:\ (?:from|by)\ [\w'’ ]+?)?,?\ (?:that\ )?
      | [\w'’-]+(?<!\bi)(?<!\byou)(?<!\bwe)(?<!\bwhat)(?<!\bsaid)\ (?:\w+ly\ |just\ |always\ |keeps?\ |also\ )?
        (?:says?|said|saying|claims?|claimed|thinks?|thought|believes?|believed|insists?|insisted|pretends?|
           pretended|alleges?|accuses?|accused|swears?|swore|writes|wrote|shouted|yelled|whispered|asked|replied|
           told)
        (?:\ (?:to\ )?(?:me|us|you|him|her|them|everyone|people))?\s*[,:]?\ (?:that\ )?(?:once\ |now\ |today\ )?
    )
    (?= (?:i|i['’]m|i['’]ve|i['’]d|i['’]ll|my|we|we['’]re|our|you|your|you['’]re|of\ being)\b )
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""Where somebody else speaks about "I": his own words without quotation marks, or what he thinks of my person."""

_COLON = re.compile(
    rf"\b[\w'’-]+ (?:{_SAYS}|was like|asked|replied|shouted)(?: (?:to )?(?:me|us|him|her|them))?\s*[:,]\s*(?=\S)",
    re.IGNORECASE,
)
_QUOTED = re.compile(
    r"[\"“„«”](?P<double>[^\"“”„»«\n]*)[\"”“»]|(?<![\w])[‘'](?P<single>[^‘’'\n]*(?:['’]\w[^‘’'\n]*)*)['’](?!\w)"
    r"|(?P<open>[\"“„«][^\"”“»]*\Z)"
)
_FEW = 4
"""Words between quotation marks that are a name or a title."""

_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?]+(?=\s|$|[\"”’'])[\"”’']?|[.!?]+|\n|$)\s*")


def trusted(text: str) -> str:
    """The part of `text` that is the person's own statement about his life; "" if there is none."""
    text = "".join(c for c in text if c in "\n\t" or unicodedata.category(c)[0] != "C")
    for pattern in (_PROGRAM, _DOCUMENT):
        if begins := pattern.search(text):
            text = _before(text, begins.start())
    if len(text) > _PASTED or text.strip().count("\n") >= _PASTED_LINES:
        return ""
    text = _QUOTED.sub(_unquoted, text)
    kept = [own for sentence in _SENTENCE.findall(text) if (own := _own(sentence))]
    ended = [each if each[-1] in ".!?…,;:" else f"{each}." for each in kept[:-1]]
    return " ".join((*ended, *kept[-1:]))


_HOLE = "\ufffc"


def _before(text: str, end: int) -> str:
    """`text` up to the sentence that holds `end`: what leads to somebody's words belongs to them."""
    ends = [found.end() for found in re.finditer(r"[.!?](?=\s)|\n", text[:end])]
    return text[: ends[-1]] if ends else ""


def _unquoted(quotation: re.Match[str]) -> str:
    words = (quotation["double"] or quotation["single"] or "").split()
    speaks = re.search(r"\b(?:i|i['’]m|my|me|you|your|we)\b", " ".join(words), re.IGNORECASE)
    return _HOLE if quotation["open"] or speaks or len(words) > _FEW else quotation[0]


_GRANTED = re.compile(
    r",? let['’]s say(?=[.!?]*$)|^let['’]s say (?:that )?(?=you(?:r|['’]re)?\b)", re.IGNORECASE
)
"""What he and she agree on about her is no make-believe about him."""


def _own(sentence: str) -> str:
    """What is left of `sentence` without what others say in it."""
    sentence = _GRANTED.sub("", sentence.strip())
    if _HOLE in sentence or _ORDER.search(sentence):
        return ""
    starts = [
        found.start()
        for found in _OTHERS.finditer(sentence)
        if not _CALLED_IN.search(sentence[: found.end()])
    ]
    if unreal := _UNREAL.search(sentence):
        starts.append(unreal.start())
    if (said := _COLON.search(sentence)) and not re.match(r"(?:i|you|we)\b", said[0], re.IGNORECASE):
        starts.append(said.start())
    if not starts:
        return sentence.strip()
    # What stands before "and my friend says" is his own.
    joints = list(re.finditer(r",? (?:and|but|so)\b|[,;]", sentence[: min(starts)]))
    return sentence[: joints[-1].start()].strip() if joints else ""


# --- for a prompt ------------------------------------------------------------------------------------------

_ROLE = re.compile(
    r"\b(system|assistant|user|developer|human|instructions?|samantha)[ \t]*:(?=\s|$)", re.IGNORECASE
)
_MARKS = str.maketrans({
    **dict.fromkeys('"“”„‟«»‹›″＂〝〞', "'"),
    **dict.fromkeys("()[]{}（）［］｛｝【】〔〕", ","),
    **dict.fromkeys("<>|`#*_~\\^＜＞｜", " "),
})  # fmt: skip


def neutral(text: str) -> str:
    """`text` to be quoted in a prompt, between double quotation marks and brackets: it can close neither.

    One line, without control characters, markup, or anything that looks like a role that begins to speak.
    """
    text = "".join(
        " " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c)[0] != "C"
    )
    text = _ROLE.sub(r"\1,", text.translate(_MARKS))
    text = re.sub(r"\s*,(?:\s*,)*\s*(?=[.!?;:,]|$)", "", re.sub(r"\s+", " ", text))
    return re.sub(r"^[\s,]+", "", re.sub(r"\s*,(?:\s*,)*\s*", ", ", text)).strip()
