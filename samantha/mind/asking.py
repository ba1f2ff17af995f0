"""How to ask after what was left open: "I'm meeting Paul on Tuesday" -> "How did it go with Paul?" English, pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from samantha.mind.deixis import turned

_EVENING = 18
LONGEST_QUOTE = 14
"""Words of his that she repeats where she knows no better way to ask."""

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_EVENT = (
    r"(?:(?:job|driving|blood|piano|final|maths?|history|language|board|team|parents?|first|big|half|birthday|wedding|"
    r"school|dinner|house|leaving|gallery|check-?) ?)?"
    r"(?:interview|exam|test|appointment|presentation|meeting|operation|surgery|trip|holiday|vacation|flight|party|"
    r"wedding|concert|recital|date|race|marathon|match|game|play|audition|deadline|lesson|class|lecture|talk|speech|"
    r"check-?up|scan|hearing|trial|move|funeral|festival|show|performance|rehearsal|reunion|dinner|lunch|picnic|"
    r"barbecue|hike|conference|workshop|viewing|inspection|competition|tournament|final)s?"
)
_KIND_OF = r"(?:(?:little|older|younger|elder|big|old|best|new|dear|twin|ex|great|other) )?"
_PERSON = rf"(?P<who>(?-i:[A-Z])[\w'’-]+|(?:my|our) {_KIND_OF}(?!{_EVENT})\w+)"
_MEETING = re.compile(
    rf"\b(?:meet(?:ing)?(?: up)?|see(?:ing)?|visit(?:ing)?|call(?:ing)?|talk(?:ing)? to|having (?:lunch|dinner|coffee)|"
    rf"(?:have|got|is) (?:a |an )?(?:meeting|date|appointment|lunch|dinner|coffee|call))(?: with)? {_PERSON}\b",
    re.IGNORECASE,
)
_DOCTOR = re.compile(
    r"\b(?:(?:my|the|a) )?(?P<what>dentist|doctor|hairdresser|vet|therapist|lawyer|optician|physio\w*)\b",
    re.IGNORECASE,
)
_OCCASION = re.compile(
    rf"\b(?:(?P<whose>my \w+(?:'s|’s)|\w+(?:'s|’s)|my) )?(?P<what>{_EVENT})\b", re.IGNORECASE
)
_HER_OCCASION = re.compile(
    rf"^(?:so |well |and )?(?P<who>my {_KIND_OF}\w+|(?-i:[A-Z])\w+) (?:has|is having|gets) (?:an? |her |his |their )?"
    rf"(?P<what>{_EVENT})\b",
    re.IGNORECASE,
)
_NEWS = re.compile(
    r"\b(?:waiting (?:for|on)|hoping to hear|expecting|should (?:hear|get|receive)|will hear)(?: about| from)? "
    r"(?P<what>(?:the|my|a|an|our) [\w'’ -]{3,40}?)(?=[.,!?;]|$| on | next | tomorrow| today| this | by | from )",
    re.IGNORECASE,
)
_PLAN = re.compile(
    r"\bI(?:'m going to|'m about to|’m going to| am going to| have to| need to| want to| plan to| hope to| must| should|"
    r"'ll| will|'ve got to| intend to|'d like to| would like to|'m planning to|'m hoping to|'m trying to) "
    r"(?P<what>(?!be\b|have\b|see (?:how|if|whether|what)\b)[a-z]+[\w'’ -]*?)"
    r"(?=[.,!?;]|$| (?:on|this|next|at|before|by|until|in) (?:the |a )?[\w]+|"
    r" (?:tomorrow|today|tonight|later|soon|because|so that|but|and then|if|when)\b)",
    re.IGNORECASE,
)
_LONGER = re.compile(
    r"\b(?:week|weekend|month|year|days|soon|spring|summer|autumn|fall|winter)\b", re.IGNORECASE
)
_TAKES_LONG = re.compile(
    r"(?:learn|become|lose|save|start|stop|quit|improve|get (?:better|fit|rich|into)|grow|work)\b", re.I
)
_TIME = re.compile(
    r",? (?:(?:on|next|this|coming|by|until) )*(?:the )?(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|week(?:end)?|"
    r"month|tomorrow|today|tonight|year)(?: (?:morning|afternoon|evening|night))?(?: at [\w: ]+)?$",
    re.IGNORECASE,
)
_HOLIDAY = frozenset(
    "trip holiday vacation flight party wedding concert date picnic barbecue hike festival show".split()
)


@dataclass(frozen=True, slots=True)
class Line:
    """Something to say. `shape` is its wording without what changes from time to time."""

    shape: str
    text: str = field(repr=False)


def line(shape: str, **parts: str) -> Line:
    """`shape` with its places filled."""
    return Line(shape, shape.format(**parts))


def questions(text: str, said: datetime, due: datetime | None, now: datetime) -> list[Line]:
    """Ways to ask after what her person said in `text`, the best first; it may be that there is none.

    `due` is when it will be over, as mind.when.due has it.
    """
    plain = " ".join(text.replace("’", "'").split()).strip()
    if due is None or due <= now:
        return _after(plain, said, now)
    if day_of(due) != now.date() or _LONGER.search(plain):
        return []
    return _after(plain, said, now) if _all_day(due) and now.hour >= _EVENING else _today(plain)


def day_of(due: datetime) -> date:
    """The day of what is over by `due`: midnight is the end of the day before."""
    return (due - timedelta(seconds=1)).date()


def _all_day(due: datetime) -> bool:
    """Whether `due` is the end of a day and no hour of it."""
    return due.hour == due.minute == 0


def _today(text: str) -> list[Line]:
    """It is today, and not over yet."""
    if found := _MEETING.search(text):
        who = _turned(found["who"])
        return [
            line("Today's the day with {who}, isn't it?", who=who),
            line("It's {who} today, isn't it?", who=who),
        ]
    if found := _HER_OCCASION.search(text):
        whose = _owner(_turned(found["who"]))
        return [line("Today's {whose} {what}, isn't it?", whose=whose, what=found["what"].lower())]
    if found := _DOCTOR.search(text):
        what = found["what"].lower()
        return [line("You're at the {what}'s today, aren't you?", what=what)]
    if found := _OCCASION.search(text):
        what = found["what"].lower()
        their = _whose(found)
        return [
            line("Today's {their} {what}, isn't it?", their=their, what=what),
            line("Big day, with {their} {what}, isn't it?", their=their, what=what),
        ]
    return []


def _after(text: str, said: datetime, now: datetime) -> list[Line]:
    if found := _HER_OCCASION.search(text):
        whose, what = _owner(_turned(found["who"])), found["what"].lower()
        return [
            line("How did {whose} {what} go?", whose=whose, what=what),
            line("How was {whose} {what}?", whose=whose, what=what),
        ]
    if found := _NEWS.search(text):
        what = _turned(found["what"].strip())
        return [line("Any news of {what}?", what=what), line("Have you heard about {what}?", what=what)]
    if found := _MEETING.search(text):
        who = _turned(found["who"])
        return [line("How did it go with {who}?", who=who), line("How was it with {who}?", who=who)]
    if found := _DOCTOR.search(text):
        what = found["what"].lower()
        return [
            line("How was it at the {what}'s?", what=what),
            line("How did it go at the {what}'s?", what=what),
        ]
    if found := _OCCASION.search(text):
        what = found["what"].lower()
        their = _whose(found)
        ways = [
            line("How was {their} {what}?", their=their, what=what),
            line("How did {their} {what} go?", their=their, what=what),
        ]
        return ways if what.split()[-1] in _HOLIDAY else ways[::-1]
    if found := _PLAN.search(text):
        what = _turned(found["what"].strip())
        if _TAKES_LONG.match(what):
            return []
        return [line("Did you get to {what}?", what=what), line("You wanted to {what}. Did you?", what=what)]
    if len(text.split()) > LONGEST_QUOTE or text.endswith("?"):
        return []
    told = _lowered(turned(_TIME.sub("", text.rstrip(".!… "))))
    when = _ago(said, now)
    return [
        line("You told me {when} that {told}. How did that turn out?", when=when, told=told),
        line("What became of it? You said {when} that {told}.", when=when, told=told),
    ]


def _turned(words: str) -> str:
    return (
        turned(words).strip()
        if words.lower().startswith(("my ", "our ")) or " my " in words.lower()
        else words
    )


def _whose(found: re.Match[str]) -> str:
    whose = found["whose"] or "my"
    return _turned(whose) if whose.lower() != "my" else "your"


def _owner(who: str) -> str:
    return f"{who}'" if who.endswith("s") else f"{who}'s"


def _lowered(sentence: str) -> str:
    first = sentence.split(" ", 1)[0]
    ours = first in (
        "You",
        "Your",
        "You're",
        "You've",
        "You'll",
        "The",
        "A",
        "My",
        "There",
        "It",
        "We",
        "It's",
    )
    return sentence[0].lower() + sentence[1:] if ours else sentence


def _ago(said: datetime, now: datetime) -> str:
    days = (now.date() - said.date()).days
    if days == 0:
        return "today"
    if days == 1:
        return "yesterday"
    return (
        f"on {_DAYS[said.weekday()]}" if days < 7 else f"{days // 7} weeks ago" if days >= 14 else "last week"
    )
