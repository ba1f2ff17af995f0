"""What she makes of what was said, when nobody speaks: facts, what is to come, and her diary.

One small piece at a time: a turn, or an entry. Each is thought over first and then committed whole, together with
how far its turns have come; what is given up or killed in between leaves nothing behind and is thought over again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from samantha.dialog.token import Token
from samantha.mind import care, diary, facts, hearsay, secrets, statements, threads, when
from samantha.mind.noting import meanings
from samantha.mind.relations import Fact, closes, ends, kind, named, same, subject_of
from samantha.ports import Embedder, LanguageModel
from samantha.store.memories import NOTED, REFLECTED, TOLD, Kind, LearntTurn, Memories, Remembered

OVER = timedelta(minutes=10)
"""A conversation in which nobody has spoken for so long is over."""

MANY = 16
"""Turns that make an entry of their own, while the conversation goes on."""

_WEIGHTS = {"name": 0.9, "nickname": 0.8, "home": 0.9, "job": 0.8, "employer": 0.7, "birthday": 0.9, "age": 0.7,
            "partner": 0.9, "allergic": 0.9, "birthplace": 0.7}  # fmt: skip
_WEIGHT = 0.6
_WEIGHT_OF_THREAD = 0.8
_WEIGHT_OF_ENTRY = 0.5


class Reflection:
    """Thinks over the turns in `memories`; `name` is the person's, if it is known. Called from one thread."""

    def __init__(self, memories: Memories, embedder: Embedder | None, name: str) -> None:
        self.memories = memories
        self._embedder = embedder
        self._name = " ".join(name.split()) or "My friend"

    def step(self, now: datetime, llm: LanguageModel, token: Token) -> bool:
        """Think over the next piece and commit it; False if there is nothing to do.

        Raises Cancelled, and whatever `llm` raises, with everything left as it was.
        """
        turns = self.memories.turns_at(NOTED, 1)
        if turns:
            self._reflect(turns[0], llm, token)
            return True
        turns = self._to_tell(now)
        if turns:
            self._tell(turns, llm, token)
        return bool(turns)

    # --- a turn ---------------------------------------------------------------------------------------

    def _reflect(self, turn: LearntTurn, llm: LanguageModel, token: Token) -> None:
        said = own_words(turn)
        found: list[facts.Found] = []
        if statements.may_hold(said):
            answer = llm.ponder(
                facts.request(said), token, max_tokens=facts.ANSWER_TOKENS, grammar=facts.GRAMMAR
            )
            found = facts.checked(facts.parse(answer), said)
        made = _Made(turn, self.memories.listed(("fact", "thread")) if said else [])
        for sentence in statements.stated(said):
            made.hear(sentence)
        for each in found:
            made.learn(each)
        vectors = self._meanings([memory.text for memory in made.new])
        token.check()
        self.memories.advance(
            [turn], REFLECTED, new=zip(made.new, vectors, strict=True), closing=made.closing()
        )

    # --- the diary ------------------------------------------------------------------------------------

    def _to_tell(self, now: datetime) -> list[LearntTurn]:
        """The turns of the next entry; none if it is too early for one."""
        waiting = self.memories.turns_at(REFLECTED, MANY + 1)
        if not waiting:
            return []
        of_one = [turn for turn in waiting if turn.conversation == waiting[0].conversation]
        over = len(of_one) < len(waiting) or now - of_one[-1].turn.said_at >= OVER
        return of_one[:MANY] if over or len(of_one) >= MANY else []

    def _tell(self, turns: Sequence[LearntTurn], llm: LanguageModel, token: Token) -> None:
        said = [
            (self._name if turn.turn.role == "user" else "Samantha", text)
            for turn in turns
            if (text := own_words(turn) if turn.turn.role == "user" else turn.turn.text.strip())
        ]
        entry = None
        if diary.worth_it(said, self._name):
            answer = llm.ponder(
                diary.request(said, self._name),
                token,
                max_tokens=diary.ANSWER_TOKENS,
                grammar=diary.grammar(self._name),
            )
            entry = diary.checked(answer, said, self._name)
        if entry is None:
            of_them = self.memories.of_turns([turn.id for turn in turns])
            told = [memory.text for memory in of_them if memory.kind in ("fact", "thread")]
            entry = diary.plain(list(dict.fromkeys(told)), self._name)
        new: list[tuple[Remembered, bytes | None]] = []
        if entry is not None:
            memory = Remembered(
                kind="diary",
                text=entry.text,
                at=turns[0].turn.said_at,
                turn=turns[0].id,
                last_turn=turns[-1].id,
                importance=_WEIGHT_OF_ENTRY,
                feeling=entry.feeling,
            )
            new.append((memory, self._meanings([entry.text])[0]))
        token.check()
        self.memories.advance(turns, TOLD, new=new)

    def _meanings(self, texts: Sequence[str]) -> Sequence[bytes | None]:
        if self._embedder is None or not texts:
            return [None] * len(texts)
        return meanings(self._embedder, texts)


def own_words(turn: LearntTurn) -> str:
    """What the person himself says of his life in `turn`, without secrets; "" if it is not his.

    What asks something of her memory was done when it was said.
    """
    if turn.turn.role != "user" or turn.turn.by != "person" or care.wish(turn.turn.text) is not None:
        return ""
    own = hearsay.trusted(secrets.redact(turn.turn.text))
    return " ".join(part for part in statements.sentences(own) if secrets.HIDDEN not in part)


class _Closed(NamedTuple):
    old: Remembered
    sentence: str
    by: int | None
    """Which of the new memories says so."""


class _Made:
    """What comes of one turn beside what is known already."""

    def __init__(self, turn: LearntTurn, known: Sequence[Remembered]) -> None:
        self._turn = turn
        self._facts = [(memory, _fact(memory)) for memory in known if memory.kind == "fact"]
        self._threads = [memory for memory in known if memory.kind == "thread"]
        self._names = named(fact for _, fact in self._facts)
        self._opened: set[str] = set()
        self._closed: dict[int, _Closed] = {}
        self.new: list[Remembered] = []

    def hear(self, sentence: str) -> None:
        """What `sentence` says of what is to come, and of what is over."""
        at = self._turn.turn.said_at
        by = None
        due = when.due(sentence, at)
        if threads.opens(sentence):
            self._opened.add(sentence)
            if not any(thread.text == sentence and thread.due == due for thread in self._threads):
                by = len(self.new)
                self.new.append(replace(self._memory("thread", sentence, _WEIGHT_OF_THREAD), due=due))
        for thread in self._threads:
            if by is None:
                if threads.settles(sentence, thread.text, thread.due, at):
                    self._close(thread, sentence)
            elif threads.replaces(sentence, thread.text):
                self._close(thread, sentence, by)
        for clause in statements.clauses(sentence):
            for memory, fact in self._facts:
                if ends(clause, fact, self._names):
                    self._close(memory, sentence)

    def learn(self, found: facts.Found) -> None:
        """A fact that the turn holds."""
        fact = found.fact
        if found.sentence in self._opened and kind(fact) != "name":
            return  # of what is to come nobody knows yet whether it will be so
        self._names |= named([fact])
        if any(same(fact, old, self._names) for memory, old in self._facts if memory.id not in self._closed):
            return
        by = len(self.new)
        bare = self._memory("fact", found.sentence, _WEIGHTS.get(kind(fact), _WEIGHT))
        sure = replace(bare, confidence=found.confidence)
        self.new.append(replace(sure, subject=fact.subject, relation=fact.relation, value=fact.value))
        for known, old in self._facts:
            if closes(fact, old, found.sentence, self._names):
                self._close(known, found.sentence, by)

    def closing(self) -> list[tuple[int, datetime, int | None]]:
        """For `Memories.advance`."""
        at = self._turn.turn.said_at
        return [(closed.old.id, at, self._instead(closed)) for closed in self._closed.values()]

    def _instead(self, closed: _Closed) -> int | None:
        """Which of the new memories stands for what was `closed`, if the same sentence says it."""
        if closed.by is not None or closed.old.kind == "thread":
            return closed.by
        about = subject_of(closed.old.subject, self._names)
        for place, memory in enumerate(self.new):
            if memory.text == closed.sentence and subject_of(memory.subject, self._names) == about:
                return place
        return None

    def _close(self, old: Remembered, sentence: str, by: int | None = None) -> None:
        if by is not None or old.id not in self._closed:
            self._closed[old.id] = _Closed(old, sentence, by)

    def _memory(self, kind_: Kind, text: str, importance: float) -> Remembered:
        turn = self._turn
        return Remembered(kind=kind_, text=text, at=turn.turn.said_at, turn=turn.id, importance=importance)


def _fact(memory: Remembered) -> Fact:
    return Fact(memory.subject, memory.relation, memory.value)
