"""A chat model of llama.cpp, through its C functions.

`llama_cpp.Llama` is not used: it keeps the logits of a whole batch (311 MB for a vocabulary of 152,000) and
its copies of states take a second. One sequence holds the conversation; whatever a prompt has in common with
what the key-value cache holds is never computed again. What she thinks about beside the conversation has a
small sequence of its own, on the same weights.
"""

from __future__ import annotations

import logging
import platform
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from samantha.config import Llm
from samantha.dialog.token import Token
from samantha.errors import ModelError, StorageError
from samantha.mind.model import Model
from samantha.mind.pieces import Pieces
from samantha.mind.prefix import PrefixStore, common
from samantha.mind.repetition import said_before
from samantha.mind.sampling import likeliest, sampler
from samantha.mind.sequence import CachedSequence, Threads
from samantha.ports import Message

log = logging.getLogger(__name__)

BATCH = 256
"""Tokens worked through in one go: more are no faster on processors, and every 256 cost 35 MB."""

PONDERED = 1536
"""Tokens that a thought beside the conversation may take, with what it begins with."""

_PONDERING_BATCH = 64
PONDERING_RESTS_S = 120.0
"""Without a thought for so long, the memory for thoughts is given back when somebody speaks."""

_MOST_THREADS = 8  # more only wait for one another
_THOUGHTS_ALLOWED = 512  # tokens a model may think, unheard, on top of what it may say


class Llama:
    """Implements ports.LanguageModel. Called from one thread, except for `threads` and `count`, and for `ponder`,
    which may have another.

    Raises ModelError, with what to do, if `path` is missing, damaged, no chat model, or too large for this
    machine. `state_folder` is where states of prefixes are kept; None: nowhere.
    """

    def __init__(self, path: Path, settings: Llm, state_folder: Path | None) -> None:
        self.model = Model(path, context=settings.context, gpu_layers=settings.gpu_layers)
        self._c = self.model.c
        self._settings = settings
        self.name = self.model.name
        self._threads = Threads(settings.threads or physical_cores())
        self._conversation = self._sequence(self.model.context, BATCH)
        self.context = self._conversation.size
        self._call = 0
        self._pondering = threading.Lock()
        self._aside: CachedSequence | None = None
        self._pondered = 0.0
        self._store = None
        if state_folder is not None:
            file = path.stat()
            about = (path.name, file.st_size, file.st_mtime_ns, self.context, settings.gpu_layers)
            layout = "f16" if settings.gpu_layers else "f16, values transposed"  # as without flash attention
            self._store = PrefixStore(
                state_folder / "prefix", (*about, layout, self._c.__version__, platform.machine())
            )
        self._warm()

    # --- the port -------------------------------------------------------------------------------------

    @property
    def threads(self) -> int:
        """How many threads compute from the next step on; 0: none does until it is more again. Any thread."""
        return self._threads.now

    @threads.setter
    def threads(self, threads: int) -> None:
        self._threads.now = threads

    def count(self, messages: Sequence[Message]) -> int:
        """Tokens of `messages` as the chat template lays them out; from any thread."""
        return len(self.tokens(messages))

    def tokens(self, messages: Sequence[Message]) -> list[int]:
        """`messages` as the model reads them, up to where it would answer; from any thread."""
        asks = bool(messages) and messages[-1].role == "user"
        return self.model.prompt(messages) if asks else self.model.prefix(messages)

    def prefill(self, messages: Sequence[Message], token: Token, *, unfinished: bool = False) -> None:
        """Have `messages` worked through, so that a `generate` that begins with them starts at once.

        `unfinished` says that more words of the last message will follow: what would end it is left out. What
        was worked through when `token` was cancelled stays.
        """
        self._call += 1
        self._work_through(self.model.prefix(messages, unfinished=unfinished), token, for_answer=False)
        self._rest()

    def generate(
        self,
        messages: Sequence[Message],
        token: Token,
        *,
        max_tokens: int,
        temperature: float | None = None,
        begun: str = "",
    ) -> Iterator[str]:
        """Pieces of the assistant's next message, whole characters, without what the model only thinks.

        Ends at the model's own end, after `max_tokens`, or when the context is full. `temperature` stands in
        for that of the settings. `begun` is how the message begins already: the first piece goes on from there,
        with a blank if a word is to follow; nothing comes if the model finds it complete. Unless at temperature 0
        she avoids runs of words from her messages in `messages`. Raises Cancelled; raises ModelError if `messages`
        leave no room for an answer.
        """
        settings = self._settings
        if temperature is not None:
            settings = settings.model_copy(update={"temperature": temperature})
        self._call += 1
        call = self._call
        sequence = self._conversation
        prompt = self.model.prompt(messages, begun)
        opening = prompt[common(prompt, self.model.prompt(messages)) :] if begun else []
        self._work_through(prompt, token, for_answer=True)
        pieces, said = Pieces(goes_on=begun == begun.rstrip() != ""), 0
        before = said_before(messages, self.model.word, self.model.end) if settings.temperature else []
        with sampler(self.model, settings, opening, before) as choose:
            for _ in range(max_tokens + _THOUGHTS_ALLOWED):
                chosen = choose(sequence.pointer)
                if self.model.ends(chosen):
                    break
                if text := pieces.feed(self.model.piece(chosen)):
                    yield text
                if call != self._call:
                    raise RuntimeError("another call has taken this conversation's place in the cache")
                said += not pieces.thinking
                if said >= max_tokens or len(sequence.held) >= self.context:
                    break
                sequence.decode([chosen], token)
            if text := pieces.finish():
                yield text

    def ponder(self, messages: Sequence[Message], token: Token, *, max_tokens: int, grammar: str = "") -> str:
        """The likeliest answer to `messages` of the form that `grammar` (GBNF, from its ``root``) allows.

        It may be asked for on another thread than the rest: it computes beside the conversation, in a cache of
        PONDERED tokens that is made for the first of these calls and keeps what they begin with. Raises
        Cancelled; raises ModelError if `messages` leave no room, or `grammar` is none.
        """
        prompt = self.model.prompt(messages)
        if len(prompt) + max_tokens > PONDERED:
            raise ModelError(
                f"A thought of {len(prompt)} tokens is too long for the {PONDERED} there are.", "Shorten it."
            )
        pieces, said = Pieces(), ""
        with self._pondering:
            if self._aside is None:
                token.check()
                self._aside = self._sequence(PONDERED, _PONDERING_BATCH)
            sequence = self._aside
            try:
                sequence.work_through(prompt, token, for_answer=True)
                with likeliest(self.model, grammar) as choose:
                    for _ in range(max_tokens):
                        chosen = choose(sequence.pointer)
                        if self.model.ends(chosen):
                            break
                        said += pieces.feed(self.model.piece(chosen))
                        sequence.decode([chosen], token)
            finally:
                self._pondered = time.monotonic()
        return said + pieces.finish()

    # --- prefixes on disk -----------------------------------------------------------------------------

    def restore(self, messages: Sequence[Message]) -> bool:
        """Put the state of `messages` back from disk instead of `prefill`; False if it is not there."""
        tokens = self.model.prefix(messages)
        state = self._store.load(tokens) if self._store else None
        if state is None or self._store is None:
            return False
        if not self._conversation.put_back(state, tokens):
            self._store.forget(tokens)
            return False
        return True

    def save(self, messages: Sequence[Message]) -> None:
        """Keep on disk what `prefill` of `messages` has just computed, for `restore`.

        What the cache holds beyond it is given up; if it holds something else, nothing is saved. A folder that
        cannot be written costs time at the next start and nothing more: it is said in the log.
        """
        tokens, sequence = self.model.prefix(messages), self._conversation
        if self._store is None or common(sequence.held, tokens) < len(tokens):
            return
        sequence.forget_after(len(tokens))
        if len(sequence.held) < len(tokens):
            return  # a model that cannot give up a part
        try:
            self._store.save(tokens, sequence.state())
        except StorageError as problem:
            log.warning("%s", problem)

    def close(self) -> None:
        """Give the memory back; nothing may be called afterwards. May be called twice."""
        with self._pondering:
            if self._aside is not None:
                self._aside.close()
                self._aside = None
        self._conversation.close()
        self.model.close()

    # --- computing ------------------------------------------------------------------------------------

    def _work_through(self, tokens: Sequence[int], token: Token, *, for_answer: bool) -> None:
        if len(tokens) >= self.context:
            raise ModelError(
                f"The conversation is {len(tokens)} tokens long, and {self.context} can be kept in view.",
                "Raise llm.context, shorten the file in llm.persona, or begin a new conversation.",
            )
        self._conversation.work_through(tokens, token, for_answer=for_answer)

    def _rest(self) -> None:
        """Give back the memory for pondering, if nothing was pondered for a while."""
        if self._aside is not None and self._pondering.acquire(blocking=False):
            try:
                if time.monotonic() - self._pondered > PONDERING_RESTS_S:
                    self._aside.close()
                    self._aside = None
            finally:
                self._pondering.release()

    def _sequence(self, size: int, batch: int) -> CachedSequence:
        return CachedSequence(self.model, size, batch, self._threads, on_gpu=bool(self._settings.gpu_layers))

    def _warm(self) -> None:
        """Touch every weight once, so that the first answer does not wait for the disk."""
        self._conversation.decode(range(min(16, self.model.tokens)), Token())
        self._conversation.forget_after(0)


def physical_cores() -> int:
    """Threads that compute without getting in one another's way: one for each core, at most 8."""
    import psutil

    return max(1, min(_MOST_THREADS, psutil.cpu_count(logical=False) or 1))
