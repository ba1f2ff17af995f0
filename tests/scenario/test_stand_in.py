"""A conversation whose other machine is away, or dies in the middle of an answer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import Outcome, Script, ScriptedModel, converse, speech_and_silence

from samantha.assistant import Parts
from samantha.config import Remote
from samantha.dialog.token import Token
from samantha.events import Failed
from samantha.ports import Message
from samantha.remote.fallback import FallbackModel
from samantha.remote.line import UnreachableError
from samantha.remote.reach import address

pytestmark = pytest.mark.scenario

SENTENCE = "I can't reach the machine I think with, so I'm using this one for now."
FAR = address(Remote(llm_url="http://far:8080/v1"), "llm_url", "llm.engine: openai")


class Here(ScriptedModel):
    """The scripted model as this machine's, with its state on disk."""

    def restore(self, messages: Sequence[Message]) -> bool:
        return True

    def save(self, messages: Sequence[Message]) -> None:
        raise AssertionError("it was restored")


class Far:
    """Writes `words` and is gone after that."""

    context = 4096
    threads = 1

    def __init__(self, *words: str) -> None:
        self.words = words

    def count(self, messages: Sequence[Message]) -> int:
        return 100

    def prefill(self, messages: Sequence[Message], token: Token, *, unfinished: bool = False) -> None:
        pass

    def generate(
        self,
        messages: Sequence[Message],
        token: Token,
        *,
        max_tokens: int,
        temperature: float | None = None,
        begun: str = "",
    ) -> Iterator[str]:
        yield from self.words
        raise UnreachableError(FAR, "cannot be reached: gone")

    def ponder(self, messages: Sequence[Message], token: Token, *, max_tokens: int, grammar: str = "") -> str:
        raise UnreachableError(FAR, "cannot be reached: gone")


def run(folder: Path, script: Script, far: Far) -> Outcome:
    """Two turns, with `far` to think with and the scripted model to stand in."""
    here = Here(script, lambda _: None)

    def adapt(parts: Parts) -> Parts:
        return replace(parts, llm=FallbackModel(far, lambda: here, threads=1))

    return asyncio.run(converse(folder, script, speech_and_silence(0.5, 1.0, 9.0, 1.0, 9.0), adapt=adapt))


def said(outcome: Outcome) -> str:
    return " ".join(outcome.script.spoken)


def test_this_machine_answers_and_it_is_said_once(tmp_path: Path) -> None:
    script = Script(heard=["Hello?", "Are you there?"], answers=["It is me.", "I am here."])
    outcome = run(tmp_path, script, Far())
    assert [said(outcome).count(text) for text in ("It is me.", "I am here.", SENTENCE)] == [1, 1, 1]
    assert not outcome.of(Failed)


def test_an_answer_that_breaks_off_fails_and_the_next_comes_from_here(tmp_path: Path) -> None:
    script = Script(heard=["Hello?", "Are you there?"], answers=["I am here."])
    outcome = run(tmp_path, script, Far("One ", "two "))
    (failed,) = outcome.of(Failed)
    assert "far:8080 cannot be reached: gone." in str(failed)
    assert [said(outcome).count(text) for text in ("I am here.", SENTENCE)] == [1, 1]
