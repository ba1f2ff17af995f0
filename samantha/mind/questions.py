"""The questions that only memory can answer, by their form. English, for `mind/deixis.py`.

Rather one too few: what is not among them is answered by the model, with what comes to mind.
"""

from __future__ import annotations

import re

_KIN = (
    r"(?:(?:\w+ )?(?:mother|mum|mom|dad|father|parents|brother|sister|siblings|son|daughter|kids?|children|baby|"
    r"wife|husband|"
    r"partner|girlfriend|boyfriend|fianc[eé]e?|aunt|uncle|cousin|niece|nephew|grand\w+|granny|grandma|grandpa|"
    r"godson|"
    r"goddaughter|stepson|stepmother|stepfather|in-laws|mother-in-law|father-in-law|friend|flatmate|roommate|"
    r"housemate|"
    r"neighbou?rs?|boss|colleague|teacher|doctor|dentist|therapist|landlord|ex|family|dog|cat|puppy|kitten|horse|"
    r"rabbit|"
    r"parrot|hamster|pet|pets|tortoise))"
)
_HABIT = (
    r"(?:live|work|play|like|love|hate|prefer|study|drive|own|support|collect|take (?!a\b|for|against|to\b)|drink|"
    r"eat|sleep|run|speak|teach|come|"
    r"grow|usually|normally|always|call my|start my|finish my|fly to|retire|turn \w+$|keep (?:my|the)|share|"
    r"practi[sc]e|dislike|fear|spend|earn|weigh|sing|go to|go on|go every|"
    r"go swimming|go running|bank|volunteer|commute|train|swim|cycle|smoke|believe|vote|enjoy|want to (?:be|"
    r"become|learn|move|"
    r"visit|call)|plan|owe|miss|know (?!how|if|whether|when|that|it)|do (?:for|on|every|at)|spell|feel about|meet)"
)
_TOLD = r"(?:tell|told|say|said|mention|mentioned|promise|ask|asked|call)"
NOT_KNOWN = (  # what is asked of anybody, or of now
    r"(?:best|worst|better|next|options?|chances?|odds|purpose|point|problem|mistake|horoscope|ip|opinion|advice|"
    r"first step|"
    r"question|excuse|mind|mood|luck|fate|destiny|alternatives?|other|battery|screen|computer|laptop|wifi|"
    r"internet|browser|weather|fault|deal|turn|choices?|"
    r"rights?|idea|move|goal here|biggest|score|result|answer|password|pin|volume|microphone)"
)
_WHAT = r"(?:what|where|when|who|whom|whose|which|how (?:old|many|long|tall|often|far|big|much))"
PERSONAL = tuple(
    re.compile(pattern)
    for pattern in (
        # my X
        rf"^(?:what|where|when|who|which|how (?:old|tall|long|big)|what (?:day|time|date|year|size))(?:'s|'re| is|"
        rf" are| was| were) my (?!(?:\w+ ){{0,2}}?{NOT_KNOWN}\b)(?!own\b|.* (?!called)\w+ing$)",
        rf"^(?:what|where|when|who|which|how old|how tall)(?: \w+){{0,2}}?(?: do| does| did|'s| is| are| was| has|"
        rf" have) my {_KIN}\b(?!.*\b(?:mean|want from|need|think|thinking|if)\b)",
        r"^(?:what|who|which|when|where)(?: \w+)?(?:'s| is| was| are| were) the (?:name|names|birthday|age|"
        r"colou?r|breed|title|date|number)s? of my\b",
        r"^(?:what|which) colou?r(?:'s| is| are| was) my\b",
        rf"^(?:is|was|are|were) my {_KIN} (?:still |\w+ )?(?:married|older|younger|allergic|single|vegetarian|"
        rf"vegan|engaged|pregnant|retired|called|an? (?:teacher|doctor|nurse|baker|vegetarian))\b",
        rf"^(?:does|did|has|do|have) my {_KIN} (?:still |\w+ )?(?:have|play|like|live|work|speak|smoke|own|study|"
        rf"drive|been)\b",
        # I
        rf"^{_WHAT}(?: \w+){{0,3}}? do i (?:still )?{_HABIT}\b(?! (?:to do|here|this|that|it|about it)\b)",
        r"^how do i (?:take my|take (?:\w+ )?(?:tea|coffee)|like (?:my|the|it)|drink my|feel about|get to work|"
        r"get to school|earn|commute|know (?!if|when|that|whether|it))\b",
        rf"^{_WHAT}(?: (?!much|should)\w+){{0,3}}? did i (?!do wrong|miss\b|do to deserve|just\b|make a mistake|"
        rf"get wrong|do this|do that|do it)\w+",
        r"^(?:what|where|when|which|who)(?: \w+){0,2}? was i (?:born|called|scared|afraid|allergic|working|living|"
        r"married|baptised|"
        r"in (?:\d|school|may|june|july|august|winter|summer|spring|autumn)|on (?:mon|tues|wednes|thurs|fri|satur|"
        r"sun)day|last|yesterday|as a|at school)",
        r"^(?:what|who|which|when|where)(?: \w+){0,3}? am i (?:allergic|afraid|scared|reading|learning|studying|"
        r"writing|working|saving|planning|"
        r"training|good at|married|meeting|seeing|visiting|living|from|going|flying|leaving|getting|moving|due|"
        r"named|interested|"
        r"looking forward|terrified|frightened|proud|called|building|knitting|painting|engaged|"
        r"related)\b(?!.* wrong)",
        r"^how (?:old|tall|heavy) am i$",
        r"^(?:how long|how many|how often|where|which|what)(?: \w+){0,3}? have i (?!to\b|done\b|got to\b|just\b|"
        r"done wrong|missed|got left)\w+",
        r"^do i (?:still )?(?:have (?:a|an|any|some|kids|children|siblings|brothers|sisters|pets|"
        r"allergies)\b(?! (?:chance|choice|right|point|problem|"
        r"fever|minute|moment|second|question))|live|work (?:at|for|in|as|nights|on)|play (?!it|this|that)|like|"
        r"love|hate|prefer|eat|drink|smoke|own|speak|drive)\b",
        r"^(?:am|was) i (?:allergic|married|vegetarian|vegan|left-handed|right-handed|afraid|scared of|engaged|"
        r"an only child|"
        r"born|the (?:oldest|youngest|eldest)|older than|younger than|a (?:vegetarian|vegan|teacher|nurse|"
        r"morning person|twin|father|mother))\b",
        rf"^(?:did|have|had) i (?:ever |already |not )?(?:{_TOLD}|been to|lived|worked|studied|visited|played|"
        rf"talked to you)\b(?! (?:something|anything) (?:wrong|bad|stupid))",
        r"^(?:how many|which|what)(?: \w+){1,2} do i (?:have|own)$|^what do i (?:have for|keep in)\b",
        # told
        rf"^(?:what|when|where|who|which|how)(?: \w+){{0,3}}? (?:did|have|had) i (?:just )?{_TOLD} (?:to )?you\b",
        r"^(?:what|when|where|how) did (?:we|you and i) (?:talk|speak|discuss|chat|meet)\b",
        # what have we here: put indirectly
    )
)
INDIRECT = tuple(
    re.compile(pattern)
    for pattern in (
        rf"^my (?!(?:\w+ ){{0,2}}?{NOT_KNOWN}\b)\w+",
        r"^(?:what|where|when|who|which|how (?:old|many|long|tall|often))(?: \w+){0,2}? i (?!should|can|could|"
        r"mean|need|have to|must|want\b|just|am supposed)\w+",
        rf"^(?:what|where|when|who|which|how (?:old|tall)|whether|"
        rf"if)(?:'s)?(?: \w+)?? my (?!(?:\w+ ){{0,2}}?{NOT_KNOWN}\b)\w+",
        rf"^(?:that|if|whether) i {_TOLD}",
        rf"^me {_TOLD}ing|^me telling",
        rf"^(?:the|a) [\w' ]*\b(?:i {_TOLD}|i mentioned|of my)\b",
    )
)
SAMANTHA = tuple(
    re.compile(pattern)
    for pattern in (
        r"^(?:what|where|when|who|which|how \w+)(?: \w+)?(?:'s|'re| is| are| was) your\b",
        rf"^{_WHAT}(?: \w+){{0,3}}? (?:do|did|are|were|have) you (?!think|mean|say|suggest|recommend|want me|know|"
        rf"remember|need|call)\w+",
        r"^(?:do|did) you (?:have an?|have any|like|love|hate|prefer|enjoy|play|dream|sleep|live|ever)\b",
        r"^(?:are|were) you (?:afraid|scared|an?|born|allergic|good at|named|married|in love|older|younger)\b",
        r"^(?:what|when|where)(?: \w+)? did you (?:tell|say|promise)\b.* me\b",
        r"^(?:did|have) you (?:tell|told|say to|promised?) me\b",
    )
)
_FAMOUS = (
    r"(?:Santa|God|Jesus|Einstein|Shakespeare|Mozart|Beethoven|Bach|Napoleon|Hitler|Trump|Obama|Biden|Putin|"
    r"Batman|Superman|Elvis|"
    r"Samantha|Mars|Venus|Jupiter|Saturn|Earth|Google|Apple|Amazon|Microsoft|Tesla|Netflix|Christmas|Easter|"
    r"Halloween|English|"
    r"French|German|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|Darwin|Newton|Picasso|Plato|Socrates|"
    r"Buddha|I|It|"
    r"Adele|Madonna|Beyonce|Cleopatra|Caesar|Gandhi|Marx|Dracula|Frankenstein|Hamlet|Pluto|Moses|Mickey|Barbie|"
    r"Zeus|Thor)"
)
_NAME = rf"(?!{_FAMOUS}\b)[A-Z][a-zé]+"
_KNOWN_BY = (
    r"(?:wife|husband|partner|dog|cat|favou?rite|job|birthday|son|daughter|kids?|children|brother|sister|mother|"
    r"father|boyfriend|"
    r"girlfriend|surname|last name|phone number|address|wedding|new job|boss|baby|middle name|hobby)"
)
OTHERS = tuple(
    re.compile(pattern)
    for pattern in (
        r"^[Ww]ho(?:'s| is| was) (?:getting married|coming (?:over|to dinner|for|on|to visit)|visiting|"
        r"moving (?:in|out|to)|having a baby|picking me up|"
        r"pregnant|expecting|allergic|a vegetarian|vegan|meeting me|retiring|turning \w+)\b",
        r"^[Ww]ho (?:gave|taught|told|sold|lent|sent|recommended|introduced|invited|raised|helped|visited|called|"
        r"named|bought) (?:me|us)\b",
        rf"^(?:[Ww]hat|[Ww]here|[Ww]ho|[Ww]hich)(?: \w+)? (?:does|did) {_NAME} (?:live|work|do for a living|study|play|"
        rf"teach|like|grow up|move|go to school|collect|drive|want to be)$",
        rf"^(?:[Ww]hat|[Ww]hen|[Ww]here|[Ww]ho)(?:'s| is| are| was) {_NAME}'s (?:\w+ )?{_KNOWN_BY}\b",
        rf"^[Hh]ow old (?:is|are) {_NAME}'s {_KNOWN_BY}\b",
        rf"^(?:[Ww]hat|[Ww]here|[Ww]hen|[Ww]ho|[Ww]hich)(?: \w+)? does {_NAME} (?:go to (?:bed|school|work)|get up|wear|"
        rf"dislike|hate|drink|sit|work|prefer|want|dream)\b(?!.* (?:mean|sense))",
        rf"^(?:[Ww]ho|[Ww]hat) is {_NAME} (?:married to|allergic to|engaged to|afraid of|scared of)",
        rf"^[Ii]s {_NAME} (?:married|allergic|single|pregnant|vegetarian|engaged|older|younger|my)\b",
        rf"^[Ww]here(?:'s| is) {_NAME} (?:living|working|studying|from|moving)\b",
    )
)
GENERAL = re.compile(
    r"\b(?:messages?|e-?mails?|notifications?|reminders?|alarms?|timers?)\b|\btoo (?:much|many|often)\b|"
    r"^what (?:did|do) we (?:just )?talk(?: about)?$|^(?:is|are|was|were) [\w' ]+ than\b|"
    r"\b(?:should|would i need|could i|can i|if i (?:was|were|am|want)|for free|in general|supposed to|recipe|"
    r"synonym|explain|in french|"
    r"in german|in spanish|(?:the )?(?:best|easiest|fastest) way)\b|^why\b|^how (?:can|should|would|could)\b|"
    r"^(?:can|may|could|should|shall|will|would) (?:i|we)\b"
)
