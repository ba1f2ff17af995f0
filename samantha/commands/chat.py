"""`samantha chat`: the same mind by text."""

from __future__ import annotations

import json
import signal
import sys
import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from datetime import datetime
from typing import Protocol

from rich.console import Console

from samantha import app
from samantha.commands.terminal import CREAM, MUTED, RED, WOOD
from samantha.config import Config
from samantha.dialog.token import Token
from samantha.errors import Cancelled, SamanthaError
from samantha.mind.history import History
from samantha.mind.prompt import Prompt
from samantha.ports import LanguageModel
from samantha.remote.fallback import fallbacks
from samantha.service.client import Client, running
from samantha.store import profile

PATIENCE_S = 60.0
"""Seconds that a running Samantha may be busy with somebody else."""


class Conversation(Protocol):
    """Turns of text."""

    def answer(self, text: str, token: Token, show: Callable[[str], None]) -> str: ...


class TextConversation:
    """Turns of text with the mind that also speaks. The history keeps what was read."""

    def __init__(
        self, llm: LanguageModel, prompt: Prompt, max_tokens: int, now: Callable[[], datetime] = datetime.now
    ) -> None:
        self.history = History()
        self._llm = llm
        self._prompt = prompt
        self._max_tokens = max_tokens
        self._now = now

    def answer(self, text: str, token: Token, show: Callable[[str], None]) -> str:
        """Her answer to `text`, given to `show` piece by piece; if `token` is cancelled, as far as it came."""
        self.history.user(self._prompt.note(text, self._now()), text)
        messages = self._prompt.fit(self.history, self._llm.count)
        written: list[str] = []
        interrupted = False
        try:
            for delta in self._llm.generate(messages, token, max_tokens=self._max_tokens):
                written.append(delta)
                show(delta)
        except Cancelled:
            interrupted = True
        said = "".join(written).strip()
        if said:
            self.history.samantha(said, interrupted=interrupted)
        return said


class OneConversation:
    """The conversation of a Samantha that is running: what is written here and said there is all the same to her."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def answer(self, text: str, token: Token, show: Callable[[str], None]) -> str:
        """Her answer to `text`, given to `show` piece by piece; if `token` is cancelled, as far as it came."""
        written: list[str] = []
        with closing(self._pieces(text, token)) as pieces:
            for delta in pieces:
                written.append(delta)
                show(delta)
                if token.cancelled:
                    break
        return "".join(written).strip()

    def _pieces(self, text: str, token: Token) -> Generator[str, None, None]:
        end = time.monotonic() + PATIENCE_S
        while not token.cancelled:
            try:
                yield from self._client.chat(text)
            except SamanthaError as problem:
                if problem.code != "busy" or time.monotonic() > end:
                    raise
                time.sleep(0.5)  # she is listening or speaking to somebody
            else:
                return


def chat(config: Config, *, once: str | None, as_json: bool, with_running: bool) -> None:
    """Converse by text until the input ends, or answer `once`; with the Samantha that runs, if one does."""
    console = Console(highlight=False, stderr=as_json or not sys.stdout.isatty())
    client = running() if with_running else None
    _converse(OneConversation(client) if client else _own(config), once, console, as_json)


def _own(config: Config) -> TextConversation:
    known = profile.read(config.state_folder)
    if sys.stderr.isatty():
        with Console(stderr=True).status(f"[{MUTED}]waking up[/]", spinner="dots", spinner_style=RED):
            llm, prompt = app.mind(config, user_name=known.name)
    else:
        llm, prompt = app.mind(config, user_name=known.name)
    for stand_in in fallbacks(llm):
        stand_in.tell(lambda sentence: print(sentence, file=sys.stderr))
    return TextConversation(llm, prompt, config.llm.max_tokens)


def _converse(conversation: Conversation, once: str | None, console: Console, as_json: bool) -> None:
    if once is not None:
        _turn(conversation, once, console, as_json)
        return
    if sys.stdin.isatty():
        console.print(f"\n  [bold {RED}]Samantha[/]  [{MUTED}]Ctrl-C hushes her, Ctrl-D ends.[/]\n")
    while (text := _read(console)) is not None:
        if text.strip():
            _turn(conversation, text, console, as_json)


def _read(console: Console) -> str | None:
    if not sys.stdin.isatty():
        line = sys.stdin.readline()
        return line if line else None
    try:
        return console.input(f"  [{WOOD}]You[/] ")
    except (EOFError, KeyboardInterrupt):
        console.print()
        return None


def _turn(conversation: Conversation, text: str, console: Console, as_json: bool) -> None:
    token, began = Token(), time.perf_counter()
    plain = as_json or not sys.stdout.isatty()

    def show(delta: str) -> None:
        if not plain:
            console.print(delta, end="", style=CREAM, markup=False, soft_wrap=True)

    if not plain:
        console.print(f"  [{RED}]Samantha[/] ", end="")
    said = _interruptible(lambda: conversation.answer(text, token, show), token)
    if as_json:
        print(
            json.dumps(
                {"user": text.strip(), "samantha": said, "seconds": round(time.perf_counter() - began, 2)},
                ensure_ascii=False,
            ),
            flush=True,
        )
    elif plain:
        print(said, flush=True)
    else:
        console.print("\n")


def _interruptible(work: Callable[[], str], token: Token) -> str:
    """What `work` returns. Ctrl-C cancels `token` instead of ending the program.

    `work` has a thread of its own: Python runs signal handlers on the main one, between two of its steps,
    and a step of the model can take seconds.
    """
    before = signal.signal(signal.SIGINT, lambda *_: token.cancel())
    try:
        with ThreadPoolExecutor(1) as thread:
            done = thread.submit(work)
            while not done.done():
                wait([done], timeout=0.1)
            return done.result()
    finally:
        signal.signal(signal.SIGINT, before)
