"""`samantha chat`: the same mind by text."""

from __future__ import annotations

import json
import signal
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from typing import Literal, Protocol
from uuid import uuid4

from rich.console import Console

from samantha import app
from samantha.commands.terminal import CREAM, MUTED, RED, WOOD
from samantha.config import Config
from samantha.dialog.remembrance import Moment, Remembrance
from samantha.dialog.token import Token
from samantha.errors import Cancelled, SamanthaError, StorageError
from samantha.mind.history import History
from samantha.mind.prompt import Prompt
from samantha.ports import LanguageModel, Memory
from samantha.remote.fallback import fallbacks
from samantha.service.client import Client, running
from samantha.store import profile
from samantha.store.database import Database, KeptTurn

PATIENCE_S = 60.0
"""Seconds that a running Samantha may be busy with somebody else."""


class Conversation(Protocol):
    """Turns of text."""

    def answer(self, text: str, token: Token, show: Callable[[str], None]) -> str: ...
    def rest(self, token: Token) -> None: ...
    def close(self) -> None: ...


class TextConversation:
    """Turns of text with the mind that also speaks, and its memory. The history keeps what was read.

    With a `database` what is said is kept there, and `memory` makes something of it; `complain` is told, once, if
    the disk takes nothing.
    """

    def __init__(
        self,
        config: Config,
        llm: LanguageModel,
        prompt: Prompt,
        memory: Memory | None = None,
        database: Database | None = None,
        *,
        now: Callable[[], datetime] = datetime.now,
        complain: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.history = History()
        self._conversation = uuid4().hex
        self._database = database
        self._complain = complain
        self._llm = llm
        self._prompt = prompt
        self._max_tokens = config.llm.max_tokens
        language = config.hearing.language
        self._language = "en" if language == "auto" else language
        self._memory = memory
        self._remembrance = Remembrance(memory, now)
        self._now = now

    def answer(
        self,
        text: str,
        token: Token,
        show: Callable[[str], None],
        *,
        by: Literal["person", "other"] = "person",
    ) -> str:
        """Her answer to `text`, given to `show` piece by piece; if `token` is cancelled, as far as it came."""
        remembrance, history = self._remembrance, self.history
        moment = remembrance.begin(by, self._language)
        private = remembrance.private(text, moment)
        history.forget(remembrance.lost([turn.words for turn in history.turns if turn.role == "user"]))
        remembrance.think_of(text, moment)
        if not private:
            self._keep("user", text, by=by)
            history.user(self._prompt.note(text, moment.began, moment.recalled), text)
            remembrance.heard()
        opening, whole = self._prepare(text, moment)
        said, interrupted = self._said(opening, token, show, whole=whole)
        if said and not private:
            history.samantha(said, interrupted=interrupted)
            self._keep("assistant", said, interrupted=interrupted)
            remembrance.spoke(said, interrupted=interrupted)
        return said

    def rest(self, token: Token) -> None:
        """Do what she does while nobody talks with her, until nothing is left to do or `token` is cancelled."""
        self._become(self._remembrance.character(self._prompt.character))
        with suppress(Cancelled):
            self._remembrance.reflect(self._llm, token)

    def close(self) -> None:
        """Let go of what is kept."""
        if self._memory is not None:
            self._memory.close()
        if self._database is not None:
            self._database.close()

    def _prepare(self, text: str, moment: Moment) -> tuple[str, bool]:
        remembrance = self._remembrance
        if remembrance.asked(text, moment) and (attended := remembrance.attend(text, moment)) is not None:
            self.history.forget(attended.forgotten)
            return attended.line, True
        return remembrance.opening(text, moment)

    def _said(
        self, opening: str, token: Token, show: Callable[[str], None], *, whole: bool
    ) -> tuple[str, bool]:
        written = [opening] if opening else []
        if opening:
            show(opening)
        if whole:
            return opening, False
        messages = self._prompt.fit(self.history, self._llm.count)
        most = round(self._max_tokens * self._remembrance.length)
        try:
            pieces = self._llm.generate(messages, token, max_tokens=most, begun=opening)
            for delta in self._remembrance.bounded(pieces):
                written.append(delta)
                show(delta)
        except Cancelled:
            return "".join(written).strip(), True
        return "".join(written).strip(), False

    def _keep(
        self,
        role: Literal["user", "assistant"],
        text: str,
        *,
        interrupted: bool = False,
        by: Literal["person", "other"] = "person",
    ) -> None:
        if self._database is None:
            return
        turn = KeptTurn(role, text, self._now().astimezone(), interrupted, by)
        try:
            self._database.add_turn(self._conversation, turn)
        except StorageError as problem:
            self._complain(f"What is said is not kept. {problem}")
            self._complain = lambda _: None

    def _become(self, character: str) -> None:
        if character != self._prompt.character:
            self._prompt = self._prompt.become(character)


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

    def rest(self, token: Token) -> None:
        """She rests by herself."""

    def close(self) -> None:
        """She stays."""

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
    conversation: Conversation = OneConversation(client) if client else _own(config)
    with closing(conversation):
        _converse(conversation, once, console, as_json, rests_after=config.memory.reflect_after_s)


def _own(config: Config) -> TextConversation:
    known = profile.read(config.state_folder)
    memory = app.memory(config, known.name)
    if sys.stderr.isatty():
        with Console(stderr=True).status(f"[{MUTED}]waking up[/]", spinner="dots", spinner_style=RED):
            llm, prompt = app.mind(config, user_name=known.name, memory=memory)
    else:
        llm, prompt = app.mind(config, user_name=known.name, memory=memory)
    for stand_in in fallbacks(llm):
        stand_in.tell(lambda sentence: print(sentence, file=sys.stderr))
    database = app.database(config) if memory is not None else None
    return TextConversation(
        config, llm, prompt, memory, database, complain=lambda sentence: print(sentence, file=sys.stderr)
    )


def _converse(
    conversation: Conversation, once: str | None, console: Console, as_json: bool, *, rests_after: float
) -> None:
    if once is not None:
        _turn(conversation, once, console, as_json)
        return
    if sys.stdin.isatty():
        console.print(f"\n  [bold {RED}]Samantha[/]  [{MUTED}]Ctrl-C hushes her, Ctrl-D ends.[/]\n")
    while True:
        with _resting(conversation, rests_after if sys.stdin.isatty() else None):
            text = _read(console)
        if text is None:
            return
        if text.strip():
            _turn(conversation, text, console, as_json)


@contextmanager
def _resting(conversation: Conversation, after: float | None) -> Iterator[None]:
    """While the block waits for longer than `after` seconds (None: never), she thinks about what was said."""
    if after is None:
        yield
        return
    token = Token()
    begin = threading.Timer(after, conversation.rest, (token,))
    begin.start()
    try:
        yield
    finally:
        begin.cancel()
        token.cancel()
        begin.join()


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
