"""The words in which people speak of what she shall remember, forget, tell or mend. English, for `mind/care.py`."""

from __future__ import annotations

import re

ADDRESS = re.compile(
    r"^(?:(?:oh no|hey|hi|hello|oh|okay|ok|so|and|well|um+|uh+|er+|hm+|now|then|right|alright|yes|yeah|please|"
    r"sorry|"
    r"samantha|"
    r"listen|look|by the way|one more thing|one thing|actually(?= (?:forget|remember|delete|"
    r"don't)))[\s,.!:-]+)+",
    re.IGNORECASE,
)
ASKING = re.compile(
    r"^(?:(?:can|could|would|will|won't) you(?: please| just| maybe| kindly)*|you (?:can|should|could|must|may|"
    r"have to)(?: please| just)*|"
    r"i(?:'d| would) (?:really )?like you to|i (?:want|need) you to|i(?:'d| would) (?:be happy|"
    r"prefer) if you(?: could)?|"
    r"please|just|do(?! (?:you|we|i|they|not)\b)|make sure (?:you|to)|be sure to|try to|would you mind)[\s,]+",
    re.IGNORECASE,
)
MANNERS = re.compile(
    r"(?:[\s,.!?]+(?:please|samantha|okay|ok|will you|would you|can you|could you|for me|thanks|thank you|"
    r"thank you very much|"
    r"right|now|again|all right|if you (?:can|could|would|like)|would you please|you know|though|at once|"
    r"immediately|"
    r"right now|right away|forever|for good|completely|entirely))+[\s.!?,]*$",
    re.IGNORECASE,
)


# --- remember ----------------------------------------------------------------------------------------------

_GAP = r"[\s,.:;-]+"
_VERB = (
    r"\b(?:is|are|was|were|am|has|have|had|likes?|loves?|hates?|lives?|works?|plays?|wants?|needs?|got|get|gets|"
    r"starts?|leaves?|arrives?|moved|"
    r"parked|put|left|can't|can|don't|doesn't|didn't|will|won't|took|takes|prefers?|goes|comes|owes?|lent|"
    r"promised)\b|'(?:s|m|re|ve|ll)\b"
)
REMEMBER = re.compile(
    rf"(?:remember|(?:don't|do not|never|not) (?:ever )?forget|keep in mind|memori[sz]e|(?:make|"
    rf"take) a (?:mental )?note|note(?: down)?|"
    rf"write down|save|store|always remember)"
    rf"(?: for me)?(?:{_GAP}(?P<that>that|this|it|the following)(?:{_GAP}that\b)?(?: for me)?)?{_GAP}"
    rf"(?P<what>(?!to\b|me\b$|when\b|what\b|how\b|where\b|who\b|why\b|if\b|us\b|him\b|her$|you\b|the time\b|"
    rf"about\b|anything\b|"
    rf"everything\b|nothing\b|that\b|this\b)(?=\S+ \S)(?=.*(?:{_VERB})).+)",
    re.IGNORECASE,
)
MOMENT = re.compile(
    r"(?:time|day|night|film|movie|song|guy|man|woman|girl|boy|one|party|trip|story|summer|winter|joke|book|place|"
    r"thing|scene|"
    r"restaurant|game|show|episode|dog|cat|morning|evening|moment|weekend|year|week)\b",
    re.IGNORECASE,
)
"""Behind "remember that": "that day in Rome" and not "that my sister plays"."""

# --- forget ------------------------------------------------------------------------------------------------

_DELETE = r"(?:forget|delete|erase|remove|wipe|clear|un-?remember|drop|lose)"
_MEMORY = r"(?:,? from (?:your|the) (?:memory|memories|mind|notes|files|records?|database))"
_SAYING = r"(?:i|i've|i had|i have) (?:just |ever |already |have )?(?:said|told you|tell you|mentioned|say)"
LAST = re.compile(
    rf"(?:(?:delete|erase|wipe|unremember) (?:that|it|this)(?: again)?{_MEMORY}?|forget (?:that|this)(?: again|"
    rf" one| last one)?{_MEMORY}?|"
    rf"{_DELETE} it{_MEMORY}|{_DELETE} (?:about )?(?:what|that) {_SAYING}(?: that| it| just now|"
    rf" anything)?{_MEMORY}?|"
    rf"{_DELETE} (?:that )?{_SAYING}(?: that| anything| it){_MEMORY}?|"
    rf"{_DELETE} (?:the|my) last (?:thing|sentence|bit|part|message|one)(?: (?:that )?{_SAYING})?{_MEMORY}?|"
    rf"(?:don't|do not|you don't have to|no need to) (?:remember|keep|store|save|note|memori[sz]e) (?:that|this|"
    rf"it)|"
    rf"(?:strike|scratch) that(?: from (?:your|the) (?:memory|record))?)",
    re.IGNORECASE,
)
ALL = re.compile(
    rf"(?:{_DELETE} (?:absolutely |just |really )?(?:everything|all)(?: of (?:it|that|this))?"
    rf"(?: (?:that )?(?:you (?:know|remember|have|have learn(?:ed|t)|'ve learn(?:ed|t))|{_SAYING}|about me|"
    rf"about us|you know about me|"
    rf"you (?:remember|have) (?:about|on|of) me|we(?:'ve| have)? (?:ever )?(?:talked|spoken) about))*{_MEMORY}?|"
    rf"{_DELETE} (?:all )?(?:of )?(?:your|the) (?:whole |entire )?(?:memory|memories|mind)(?: of me| about me)?|"
    rf"{_DELETE} (?:all |everything )?about me|{_DELETE} me|{_DELETE} all my data|"
    rf"{_DELETE} everything,? really everything)",
    re.IGNORECASE,
)
_ABOUT = r"(?:about|regarding|concerning|on|of|to do with|that has to do with)"
FORGET = tuple(
    re.compile(pattern + rf"{_MEMORY}?", re.IGNORECASE)
    for pattern in (
        rf"{_DELETE} (?:everything|anything|all|whatever|what|all that|the things?|the stuff)"
        rf"(?: (?:that )?(?:you (?:know|remember|have)|{_SAYING}))*"
        rf" {_ABOUT} (?P<topic>(?!(?:me|it|that|this|us)$).+?)",
        rf"{_DELETE} (?P<topic>that (?:my|i|i'm|i've|our|we) .+?)",
        rf"{_DELETE} (?P<topic>(?:my|our|the) [\w' -]+?)(?={_MEMORY})",
        r"(?:forget|delete|erase) (?P<topic>my (?:[\w']+ ){0,2}?(?:name|address|birthday|age|job|code|pin|"
        r"password|number|"
        r"plans?|secret|diagnosis|salary|weight|ex|surname))",
        rf"(?:don't|do not) (?:remember|keep|store) anything {_ABOUT} (?P<topic>(?!(?:me|it|that|this)$).+?)",
    )
)
FORGET_ASKED = re.compile(
    r"forget (?:about )?(?P<topic>(?!(?:it|that|this|me)$|to\b|how\b|for\b|i\b)[\w' -]+)", re.IGNORECASE
)
FEW = 9
ELSE = re.compile(r",|\b(?:let's|because|but|just tell|and (?:tell|let|go|start|play|talk))\b", re.IGNORECASE)
"""What shows that "forget the weather" went on, and was no wish."""

# --- ask ---------------------------------------------------------------------------------------------------

WHY = re.compile(
    r"(?:(?:but )?why (?:do|would|did) you (?:think|believe|say|assume|know) (?:so|that|this)|"
    r"what makes you (?:think|say|believe) (?:so|that|this)|"
    r"(?:but |and )?how (?:do|did|would|can|could) you (?:even )?(?:know|remember|learn|hear|"
    r"find out)(?: about)? (?:that about me|that|this|it|all that|"
    r"(?:that|about) my .+|my [\w' ]+)|how come you (?:know|think|remember) (?:that|this|so)|"
    r"where (?:do|did) you (?:get|have|know|hear|take|learn) (?:that|this|it)(?: from)?|where does that come from|"
    r"when (?:did|have|had) i (?:ever )?(?:tell|told|say|said|mention|mentioned) (?:to you |you )?(?:that|this|it|"
    r"so)|"
    r"(?:did|have) i (?:really |ever |actually )?(?:tell|told|say|said|mention|mentioned) (?:to you |"
    r"you )?(?:that|this)|"
    r"who told you (?:that|this|so)|who says(?: so| that)?|says who|since when do you know that|"
    r"what gives you that idea|"
    r"are you sure i (?:said|told you) that)",
    re.IGNORECASE,
)

_SAY = r"(?:tell|told|say|said|mention|mentioned|talk|talked|speak|spoke|discuss|discussed|chat|chatted)"
_RECALL = (
    r"(?:do you (?:still )?(?:remember|know|recall)|tell me(?: again)?|remind me(?: of)?|say|"
    r"i(?:'ve)? forg[eo]t(?:ten)?|"
    r"i (?:don't|can't) (?:remember|recall))"
)
_REST = r"(?: (?:to |with )?you)?(?P<rest> .+)?"
TOLD = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:{_RECALL} )?what(?: else)? (?:did|have) (?:i|we)(?: ever| already)? {_SAY}(?: about(?! ))?{_REST}",
        rf"{_RECALL} (?:what|everything|the thing) (?:i|we|i've|we've|i have|we have)(?: ever|"
        rf" already)? {_SAY}{_REST}",
        rf"(?:{_RECALL} )?when (?:did|was it(?: that)?|have)?(?: ?i| ?we)(?: ever| first| last)? {_SAY}{_REST}",
        rf"(?:{_RECALL} )?(?:did|have) (?:i|we) (?:ever |already )?{_SAY}{_REST}",
        r"what (?:were|was) (?:we|i) (?:talking|speaking|chatting|telling you|saying)(?P<rest> .+)",
    )
)
TELL = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?:tell me )?(?:what|everything|all|anything)(?: else)?(?: that)?(?: do| did| have)? you (?:actually |"
        r"really |already )*"
        r"(?:know|remember|learn|learned|learnt|got)(?: down)? (?:about|of|on) "
        r"(?P<topic>me|myself|us|my [\w' -]+?|our [\w' -]+?|"
        r"(?-i:[A-Z])[\w'-]+(?: (?-i:[A-Z])[\w'-]+)?(?:'s [\w -]+)?)"
        r"(?: so far| by now| already)?",
        r"(?:tell me )?(?:what|everything)(?: else)?(?: that)?(?: do)? you (?:still )?remember(?: (?:about|of|"
        r"from) (?P<topic>[\w' -]+?))?",
        r"(?:do|have) you (?:know|remember|learn(?:ed|t)|got) anything (?:about|of|on) "
        r"(?P<topic>me|my [\w' -]+|our [\w' -]+|(?-i:[A-Z])[\w'-]+)",
        r"what have you (?:remembered|saved|stored|noted|learn(?:ed|t)|found out|kept)(?: down)?(?: (?:about|of|"
        r"on) (?P<topic>[\w' -]+))?",
    )
)

# --- correct -----------------------------------------------------------------------------------------------

_RIGHT = (
    r"(?P<right>(?!(?:i'm|i am) (?:sorry|afraid|just|not sure|joking|kidding|tired|fine|good|okay)\b)"
    r"(?:my|our|her|his|their|its|it's|it is|it was|he|she|he's|she's|they|they're|i|i'm|i've|we|we're|"
    r"(?-i:[A-Z])[\w'-]+)\b.+)"
)
WRONG = re.compile(
    r"(?:no[\s,.]+)?(?:(?:that|this|it|that one)(?:'s| is| was) (?:wrong|not (?:right|true|correct|it|"
    r"what i said)|incorrect|false|a mistake)|"
    r"(?:you're|you are|you were) (?:wrong|mistaken|confused|mixing things up)|you(?:'ve| have)? (?:got|"
    r"have) (?:that|it|me|"
    r"this) wrong|"
    r"you (?:misheard|misunderstood)(?: me| that)?|wrong|incorrect|let me correct (?:you|that)|correction|"
    r"that's not (?:her|his|my|the) name)"
    rf"(?: actually| though)?{_GAP}(?:actually,? )?{_RIGHT}",
    re.IGNORECASE,
)
DENIED = re.compile(
    r"(?:(?:no|nope|nah|actually|i meant|i mean|i said|not quite|not exactly|wait)[\s,.!-]+)+"
    r"(?P<right>(?:my|our|her|his|their|it's|it is|it was|it isn't|it's not|he|she|he's|she's|they're|i|i'm|we|"
    r"(?-i:[A-Z])[\w'-]+)\b.+)",
    re.IGNORECASE,
)
CONTRAST = re.compile(
    r"^(?!it|that|this).*\b(?:called|named)\b(?! (?:me|off|out|him|her|in|it|back|by|after)\b)"
    r"|\b(?:name|surname|birthday|address|age)(?:'s| is)\b(?! (?:not|good|nice|fine))"
    r"|(?:\b(?:is|are|was|were|am|live in|work (?:at|as|in|for)|on|in|at)|'s|'m|"
    r"'re) (?!not\b)\S+(?: \S+){0,3}?,? (?:and )?not "
    r"(?!very|really|so|too|that|only|just|bad|sure|yet|now|here|there|for|at all|good|well|much|a lot|going|"
    r"coming)\S+(?: \S+){0,3}$"
    r"|^(?=.*(?-i:[A-Z\d]).*,).*(?:(?:is|'s|are|was) not|isn't|aren't|wasn't) (?!me\b|you\b).+, ?(?:it|he|she|"
    r"they|but)(?:'s| is| are| was)? .*(?-i:[A-Z\d])",
    re.IGNORECASE,
)
"""What makes of "no, …" a correction: a name, or one thing against another."""

# --- yes ---------------------------------------------------------------------------------------------------

YES = re.compile(
    r"(?:(?:oh|well|um|uh|samantha|please|yes|yeah|yep|yup|yea|aye|sure|really|absolutely|definitely|certainly|"
    r"of course|"
    r"correct|right|okay|ok|everything|all of it|all|do it|do that|do so|go ahead|go on|i am|i'm sure|i am sure|"
    r"i do|i mean it|"
    r"i really do|i want (?:that|it|you to)|forget (?:it|it all|everything|that)|delete (?:it|it all|everything)|"
    r"i said yes|"
    r"that's right|that's what i want|quite sure|very sure|totally|for sure|thanks|thank you)(?:[\s,.!]+|$))+",
    re.IGNORECASE,
)
AGREES = re.compile(
    r"\b(?:yes|yeah|yep|yup|yea|aye|sure|absolutely|definitely|certainly|of course|correct|do it|do that|do so|"
    r"go ahead|i am|"
    r"i do|i mean it|i really do|i want|really|everything|that's right|delete)\b",
    re.IGNORECASE,
)
