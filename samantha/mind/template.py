"""The chat template of a model file: messages -> the text that the model was trained on.

Rendered as Hugging Face transformers does it (`apply_chat_template`), which is what the templates are written
for. Pure but for the day, which is given.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NoReturn

from jinja2 import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from samantha.errors import ModelError
from samantha.ports import Message

log = logging.getLogger(__name__)

CHATML = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
"""What most models without a template of their own were trained on."""

_PROBE = (Message("system", "Kestrel."), Message("user", "Heron."))
_THINKING = ("<think>", "[THINK]", "<thinking>")
_MARKS = re.compile(
    r"<\|[^<>|\s]{1,40}\|>|\[/?(?:INST|THINK|SYSTEM_PROMPT)\]|<</?SYS>>|</?think(?:ing)?>|</?s>"
    r"|<(?:start|end)_of_turn>"
)
"""What templates write between messages: not every vocabulary marks all of them as special."""


class ChatTemplate:
    """Lays out messages for one model.

    `source` is the jinja text of the file, empty if it has none; `bos` and `eos` are the spelling of those
    tokens; `special` is every string that the tokenizer turns into a control token; `day` is today for
    templates that write the date: it stays, because a prompt that changed at midnight would have to be
    worked through again, all of it.
    """

    def __init__(
        self, source: str, *, bos: str = "", eos: str = "", special: Iterable[str] = (), day: datetime
    ) -> None:
        self._day = day
        self._names: dict[str, object] = {
            "bos_token": bos,
            "eos_token": eos,
            "tools": None,
            "documents": None,
        }
        # Both spellings that templates use to ask whether the model shall reason before it speaks.
        self._names |= {"enable_thinking": False, "thinking": False}
        spelled = sorted((mark for mark in special if len(mark) > 1), key=len, reverse=True)
        self._special = re.compile("|".join(map(re.escape, spelled))) if spelled else None
        for text in (source, CHATML):
            if text and self._usable(text):
                return

    def render(self, messages: Sequence[Message], *, answer: bool) -> str:
        """The prompt; with `answer` it ends where the assistant's next message begins.

        Nothing in a message can end it or begin another one: special strings in it are broken by a space.
        """
        plain = [Message(message.role, self.neutral(message.content)) for message in messages]
        if self._merges:
            plain = _merged(plain)
        try:
            text = self._render(plain, answer=answer)
        except _BROKEN as problem:
            raise ModelError(
                f"The chat template of the model file refuses this conversation: {problem}.",
                "Name another model in llm.model.",
            ) from None
        if answer and (mark := next((m for m in _THINKING if text.rstrip().endswith(m)), None)):
            # A model that always reasons: its reasoning is opened here, and closed at once.
            text = f"{text.rstrip()}\n\n{mark.replace('<', '</').replace('[', '[/')}\n\n"
        return text

    def neutral(self, content: str) -> str:
        """`content` without anything that the tokenizer or the template could take for a mark."""
        for _ in range(4):  # breaking one mark may leave another; it ends, as every step adds a space
            before = content
            for marks in (self._special, _MARKS):
                if marks:
                    content = marks.sub(lambda found: f"{found[0][0]} {found[0][1:]}", content)
            if content == before:
                break
        return content

    def _usable(self, source: str) -> bool:
        """Take `source` if it can lay out a conversation; find out whether it knows system messages."""
        self._merges = False
        try:
            self._template = _environment(self._now).from_string(_without_generation_marks(source))
            with_system = self._try(_PROBE)
            if _PROBE[0].content not in with_system:
                self._merges = True
                with_system = self._try(_merged(_PROBE))
        except _BROKEN as problem:
            log.info(
                "the chat template of the model file cannot be used (%s): ChatML is used instead", problem
            )
            return False
        return all(message.content in with_system for message in _PROBE)

    def _try(self, messages: Sequence[Message]) -> str:
        try:
            return self._render(messages, answer=True)
        except _BROKEN:
            if messages is not _PROBE:
                raise
            return ""  # "system role not supported"

    def _render(self, messages: Sequence[Message], *, answer: bool) -> str:
        return self._template.render(
            messages=[{"role": message.role, "content": message.content} for message in messages],
            add_generation_prompt=answer,
            **self._names,
        )

    def _now(self, form: str) -> str:
        return self._day.strftime(form)


_BROKEN = (TemplateError, TypeError, ValueError, LookupError, AttributeError, ArithmeticError)
"""What a template that was written for other names and types than ours ends in."""


def _merged(messages: Sequence[Message]) -> list[Message]:
    """The system's text at the head of the first user message, for models that know no system role."""
    system = "\n\n".join(message.content for message in messages if message.role == "system")
    rest = [message for message in messages if message.role != "system"]
    first = next((i for i, message in enumerate(rest) if message.role == "user"), None)
    if not system:
        return rest
    if first is None:
        return [Message("user", system), *rest]
    rest[first] = Message("user", f"{system}\n\n{rest[first].content}")
    return rest


def _without_generation_marks(source: str) -> str:
    # transformers' own tag for training masks; for us it is transparent.
    return re.sub(r"{%(-?)\s*(end)?generation\s*(-?)%}", _transparent, source)


def _transparent(tag: re.Match[str]) -> str:
    return f"{{%{tag[1]} {'endif' if tag[2] else 'if true'} {tag[3]}%}}"


def _environment(strftime_now: Any) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
    )
    environment.filters["tojson"] = _to_json
    environment.globals["raise_exception"] = _refuse
    environment.globals["strftime_now"] = strftime_now
    return environment


def _to_json(value: Any, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _refuse(reason: str) -> NoReturn:
    raise TemplateError(reason)
