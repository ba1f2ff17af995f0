"""What she does with her memory when she is asked to: remember, forget, correct, tell what she knows and since when."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from samantha.mind import almanac, care, facts, when
from samantha.mind.deixis import turned
from samantha.mind.nicknames import nickname_in
from samantha.mind.noting import meanings
from samantha.mind.recall import Recall
from samantha.mind.relations import Fact, closes, content, named, subject_of, words
from samantha.mind.wording import stems
from samantha.ports import Attended, Embedder, Recollection
from samantha.store import forgetting
from samantha.store.database import Database
from samantha.store.memories import Memories, Remembered

TOLD = 4
"""Things she tells at most when she is asked what she knows."""

WORTH = 0.4
"""Of how much it matters: what was said at some time and is told when she is asked what was. No "good morning"."""

LATELY = 40
MATTERS = 0.6
"""Of what he said lately, what matters so much is known before she has thought about it."""

_BEGINS_WITH = re.compile(r"^(?:her|his|its|their)\b|^(?:she|he|it|they)\b", re.IGNORECASE)

ABOUT = 2
"""Things he said about a topic that she names with their days."""

NEAR = 0.05
"""What fits so well may be meant where nothing has the words."""


class Errands:
    """Errors as of `Database`. Called from one thread."""

    def __init__(self, database: Database, recall: Recall, embedder: Embedder | None) -> None:
        self._database = database
        self._memories = Memories(database.file)
        self._recall = recall
        self._embedder = embedder
        self.last: tuple[Recollection, ...] = ()
        """What came to her mind last: what "that" and "so" are about."""
        self._asked = False
        """Whether she has just asked if really everything is to be forgotten."""

    def expects(self, words: str) -> bool:
        """Whether `words` may be the answer to something that she has asked, or ask how long they have talked."""
        return self._asked or bool(self._known(words, datetime.now().astimezone()))

    def attend(self, words: str, now: datetime) -> Attended | None:
        """Do what `words` ask for; None: nothing."""
        now = now.astimezone()
        asked, self._asked = self._asked, False
        if asked and care.agrees(words):
            return self._gone(forgetting.forget_all(self._database.file), care.all_forgotten())
        match care.wish(words):
            case care.Remember(text):
                return self._remember(text, now)
            case care.ForgetLast():
                return self._forget(turns=self._last_turn(), topic="")
            case care.Forget(topic):
                memories, turns = self._about(topic)
                return self._forget(memories=memories, turns=turns, topic=topic)
            case care.ForgetAll():
                self._asked = True
                return Attended(care.really(), private=True)
            case care.Correct(text):
                return self._correct(text, now)
            case care.Tell(topic):
                return Attended(self._tell(topic, now))
            case care.Why():
                return Attended(care.because(self.last[0], now) if self.last else care.no_reason())
            case care.Told(topic, _):
                return Attended(self._told(words, topic, now))
            case _:
                line = self._known(words, now)
                return Attended(line) if line else None

    # --- remember and correct -------------------------------------------------------------------------

    def _remember(self, text: str, now: datetime) -> Attended:
        found = facts.checked([], text)
        fact = found[0].fact if found else Fact("", "", "")
        self._add(text, fact, now)
        return Attended(care.remembered())

    def _correct(self, text: str, now: datetime) -> Attended | None:
        """`text` is right, and what came to her mind last is not."""
        old = self._believed()
        if not old:
            return None
        whom = next((fact.subject for fact in old if fact.subject), "")
        right = _told_of(whom, text)
        right = f"{right[0].upper()}{right[1:]}"
        found = facts.checked([], right)
        new = found[0].fact if found else Fact(whom, "", "")
        names = _names(self._memories)
        wrong = [
            fact
            for fact in old
            if (
                closes(new, Fact(fact.subject, fact.relation, fact.value), right, names)
                if new.relation
                else stems(fact.relation) & stems(right)
            )
        ] or (old if len(old) == 1 or not new.relation else [])
        by = self._add(right, new, now)
        for each in wrong:
            self._memories.close(each.id, now, by)
        return Attended(care.corrected(turned(right)))

    def _add(self, text: str, fact: Fact, now: datetime) -> int:
        vector = meanings(self._embedder, [text])[0] if self._embedder is not None else None
        return self._memories.add(
            Remembered(
                kind="fact",
                text=text,
                at=now,
                importance=1.0,
                subject=fact.subject,
                relation=fact.relation,
                value=fact.value,
            ),
            vector,
        )

    def _believed(self) -> list[Remembered]:
        """The facts that came to her mind last, or, where none was taken out of them yet, what was said."""
        memories = self._memories.get([each.memory for each in self.last[:1]])
        turns = [each.turn for each in memories if each.turn is not None]
        of_turns = [each for each in self._memories.of_turns(turns) if each.until is None] if turns else []
        found = [each for each in of_turns if each.kind == "fact"]
        return found or of_turns or [each for each in memories if each.until is None]

    # --- forget ---------------------------------------------------------------------------------------

    def _last_turn(self) -> list[int]:
        last = self._memories.last_said()
        return [] if last is None else [last]

    def _about(self, topic: str) -> tuple[list[int], list[int]]:
        """The memories and the turns of both sides that have to do with `topic`."""
        names = _names(self._memories)
        whom = subject_of(topic, names)
        called = [name for name, who in names.items() if who == whom and whom != "i"]
        spoken = [[word for word in words(topic) if content(word)], *([name] for name in called)]
        memories: set[int] = set()
        turns: set[int] = set()
        for each in filter(None, spoken):
            found, said = self._memories.with_words(each)
            memories.update(found)
            turns.update(said)
        return sorted(memories), sorted(turns)

    def _forget(self, *, memories: Sequence[int] = (), turns: Sequence[int] = (), topic: str) -> Attended:
        if not memories and not turns:
            return Attended(care.nothing_to_forget(topic), private=True)
        gone = forgetting.forget(self._database.file, memories, turns)
        return self._gone(gone, care.forgot(max(1, gone.memories), topic))

    def _gone(self, gone: forgetting.Forgotten, line: str) -> Attended:
        self.last = ()
        forgetting.drop_prefixes(self._database.file.path.parent)
        return Attended(line, forgotten=gone.turns, private=True)

    # --- tell -----------------------------------------------------------------------------------------

    def _tell(self, topic: str, now: datetime) -> str:
        every = self._memories.listed(("fact",), current=False)
        over = {(fact.turn, fact.text) for fact in every if fact.until is not None}
        known = [
            fact
            for fact in every
            if fact.text and (fact.turn, fact.text) not in over and not nickname_in(fact.text)
        ]
        if topic:
            names = _names(self._memories)
            whom, asked = subject_of(topic, names), content(topic)
            known = [
                fact
                for fact in known
                if subject_of(fact.subject, names) == whom or (asked and asked <= content(fact.text))
            ]
        else:
            taken = {fact.turn for fact in known}
            said = self._memories.listed(("said",), limit=LATELY)
            known += [each for each in said if each.importance >= MATTERS and each.turn not in taken]
        known.sort(key=lambda fact: (fact.importance, fact.at), reverse=True)
        told = list(dict.fromkeys(turned(fact.text.rstrip(" .!")) for fact in known))
        if told:
            return care.known(told)
        return self._told(topic, topic, now)

    def _told(self, words: str, topic: str, now: datetime) -> str:
        """What he said about `topic`, or at the time that `words` name."""
        span = when.asked(words, now)
        if topic:
            said = self._on(topic)
            found = [(each.memory, each.text, each.at) for each in self._recall.recall(words, now, limit=1)]
            found += [(each.id, each.text, each.at) for each in said]
            if not found:
                near = self._recall.recall(f"What about {topic}?", now, limit=1, least=NEAR)
                found = [(each.memory, each.text, each.at) for each in near]
            inside = [each for each in found if span is None or span.start <= each[2] < span.end]
            best = [
                each for place, each in enumerate(inside) if each[1] not in [one[1] for one in inside[:place]]
            ]
            best = best[:ABOUT]
        elif span is not None:
            then = self._memories.listed(("said",), current=False, since=span.start, before=span.end)
            worth = [each for each in then if each.importance >= WORTH and nickname_in(each.text) is None]
            told = sorted(worth, key=lambda each: each.importance, reverse=True)[:TOLD]
            best = [(each.id, each.text, each.at) for each in sorted(told, key=lambda each: each.at)]
        else:
            best = []
        if not best:
            return care.nothing_then() if span is not None and not topic else care.nothing_known(topic)
        self.last = tuple(Recollection(id, text, at, quoted=True, score=1.0) for id, text, at in best)
        return care.because_of(self.last, now)

    def _on(self, topic: str) -> list[Remembered]:
        """What he said that names `topic`, or who that is: what matters most first, then the newest."""
        memories, _ = self._about(topic)
        said = [
            each
            for each in self._memories.get(memories)
            if each.kind == "said" and not each.text.rstrip().endswith("?")
        ]
        return sorted(said, key=lambda each: (each.importance, each.at), reverse=True)

    def _known(self, words: str, now: datetime) -> str:
        """How long they have known each other, the day, the season: what code knows better than a model."""
        since, last = self._database.span(before=now)
        return almanac.answer(words, now, since, last)


def _names(memories: Memories) -> dict[str, str]:
    """Who is called what, from what she knows."""
    return named(
        Fact(each.subject, each.relation, each.value) for each in memories.listed(("fact",)) if each.subject
    )


def _told_of(whom: str, text: str) -> str:
    """`text`, whose "her" or "she" is `whom`."""
    if not whom:
        return text
    owner = {"i": "my", "we": "our", "you": "your"}.get(whom.lower(), f"{whom}'s")

    def name(found: re.Match[str]) -> str:
        return owner if found[0].lower() in ("her", "his", "its", "their") else whom

    return _BEGINS_WITH.sub(name, text, count=1)
