"""The sound of one reply, with the words that belong to it: what was played, what is still to come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from samantha.audio.pcm import Block, silence
from samantha.voice.words import spans


@dataclass(slots=True)
class _Clause:
    text: str
    sound: list[Block] = field(default_factory=list)
    samples: int = 0
    finished: bool = False

    def add(self, sound: Block) -> None:
        self.sound.append(sound)
        self.samples += len(sound)

    def spans(self) -> list[tuple[int, int]]:
        """The samples at which each of its words begins and is over; sound without words is one word."""
        if not self.text:
            return [(0, self.samples)]
        return spans(self.text, np.concatenate(self.sound), whole=self.finished)

    def cut(self, begin: int, end: int) -> Iterator[Block]:
        """Its sound from `begin` to `end`, which may lie outside it."""
        for block in self.sound:
            if begin < len(block) and end > 0:
                yield block[max(0, begin) : max(0, end)]
            begin, end = begin - len(block), end - len(block)


class Track:
    """The sound of one reply, clause by clause. All of it is kept until the reply is over."""

    def __init__(self) -> None:
        self._clauses: list[_Clause] = []
        self.worded = False
        """Whether any sound that has words was taken out yet."""
        self.played = 0
        """VOICE_RATE samples up to what comes next, without the gaps while it waited for more."""
        self.closed = False

    def begin(self, text: str) -> None:
        """What is added next is the sound of `text`; an empty text is sound without words."""
        self._clauses.append(_Clause(text))

    def add(self, sound: Block) -> None:
        """More sound of the clause begun last, at VOICE_RATE."""
        self._clauses[-1].add(sound)

    def interject(self, sound: Block) -> None:
        """A sound without words, before the clause that is still being made; not once that can be heard."""
        clause = _Clause("", [sound], len(sound), finished=True)
        if not self._clauses or self._clauses[-1].finished:
            self._clauses.append(clause)
        elif self.ready >= self._clauses[-1].samples:
            self._clauses.insert(-1, clause)

    def finish(self) -> None:
        """The clause begun last is complete."""
        self._clauses[-1].finished = True

    def close(self) -> None:
        """There will be no more clauses."""
        self.closed = True

    def cut_off(self) -> str:
        """Whoever makes the clause begun last has given it up: it ends before the first word that was not played.

        Returns the words that are no longer in it; none if there is no such clause.
        """
        if not self._clauses or (clause := self._clauses[-1]).finished:
            return ""
        self.rewind()
        into = self.played - sum(each.samples for each in self._clauses[:-1])
        if into <= 0:
            return self._clauses.pop().text
        words = clause.text.split()
        said = sum(begin < into for begin, _ in clause.spans())
        sound = list(clause.cut(0, into))
        self._clauses[-1] = _Clause(" ".join(words[:said]), sound, into, finished=True)
        return " ".join(words[said:])

    @property
    def texts(self) -> list[str]:
        """The words of its clauses, begun ones too."""
        return [clause.text for clause in self._clauses if clause.text]

    @property
    def ready(self) -> int:
        """Samples that are made and wait to be played."""
        return sum(clause.samples for clause in self._clauses) - self.played

    @property
    def empty(self) -> bool:
        """Nothing is waiting to be played."""
        return not self.ready

    def take(self, samples: int) -> Block:
        """Up to `samples` of what comes next; shorter when there is no more for now."""
        taken = self.peek(samples)
        end = self.played + len(taken)
        self.worded |= any(clause.text and begin < end and clause.samples for begin, clause in self._placed())
        self.played = end
        return taken

    def peek(self, samples: int) -> Block:
        """What `take` would give."""
        taken = [
            block
            for begin, clause in self._placed()
            for block in clause.cut(self.played - begin, self.played - begin + samples)
        ]
        return np.concatenate(taken) if taken else silence(0)

    def rewind(self) -> None:
        """Go back to the beginning of the word that has been begun, if there is one that is not over."""
        for begin, clause in self._placed():
            into = self.played - begin
            if 0 < into < clause.samples or (into == clause.samples and into and not clause.finished):
                word, over = max(span for span in clause.spans() if span[0] <= into)
                self.played = begin + (word if into < over else into)
                return

    def heard(self, samples: int) -> str:
        """The words in the first `samples` of sound: whole clauses, and the begun one to the nearest word."""
        return " ".join(heard for heard, _ in self._parted(samples) if heard)

    def unheard(self, samples: int) -> str:
        """The words of begun clauses that `heard` leaves out."""
        return " ".join(unheard for _, unheard in self._parted(samples) if unheard)

    def _parted(self, samples: int) -> Iterator[tuple[str, str]]:
        """The words of each clause that are in the first `samples`, and those that are not."""
        for begin, clause in self._placed():
            into = samples - begin
            if clause.finished and (into >= clause.samples or not clause.samples):
                yield clause.text if clause.samples else "", ""
            elif into <= 0 or not clause.samples:
                yield "", clause.text
            else:
                words = clause.text.split()
                over = sum(sum(span) / 2 <= into for span in clause.spans())
                yield " ".join(words[:over]), " ".join(words[over:])

    def _placed(self) -> Iterator[tuple[int, _Clause]]:
        """Each clause after the sample at which it begins."""
        begin = 0
        for clause in self._clauses:
            yield begin, clause
            begin += clause.samples
