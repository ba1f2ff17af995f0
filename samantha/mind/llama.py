"""A chat model of llama.cpp, through its C functions.

`llama_cpp.Llama` is not used: it keeps the logits of a whole batch (311 MB for a vocabulary of 152,000) and
its copies of states take a second. One sequence holds one conversation; whatever a prompt has in common with
what the key-value cache holds is never computed again.
"""

from __future__ import annotations

import ctypes
import logging
import platform
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from samantha.config import Llm
from samantha.dialog.token import Token
from samantha.errors import Cancelled, ModelError, StorageError
from samantha.mind.model import Model
from samantha.mind.native import AbortFlag, reason
from samantha.mind.pieces import Pieces
from samantha.mind.prefix import PrefixStore, common
from samantha.mind.sampling import sampler
from samantha.ports import Message

log = logging.getLogger(__name__)

BATCH = 256
"""Tokens worked through in one go: more are no faster on processors, and every 256 cost 35 MB."""

_MOST_THREADS = 8  # more only wait for one another
_THOUGHTS_ALLOWED = 512  # tokens a model may think, unheard, on top of what it may say
_OK, _NO_ROOM, _ABORTED = 0, 1, 2  # llama_decode


class Llama:
    """Implements ports.LanguageModel. Called from one thread, except for `threads` and `count`.

    Raises ModelError, with what to do, if `path` is missing, damaged, no chat model, or too large for this
    machine. `state_folder` is where states of prefixes are kept; None: nowhere.
    """

    def __init__(self, path: Path, settings: Llm, state_folder: Path | None) -> None:
        self.model = Model(path, context=settings.context, gpu_layers=settings.gpu_layers)
        self._c = self.model.c
        self._settings = settings
        self.name = self.model.name
        self._most_threads = settings.threads or physical_cores()
        self._threads = self._threads_in_force = self._most_threads
        self._may_go_on = threading.Condition()
        self._flag = AbortFlag(self._c)
        self._context = self._open()
        self._memory = self._c.llama_get_memory(self._context)
        if not self._memory:
            raise ModelError(f"{path} cannot continue a text.", "Name a chat model in llm.model.")
        self.context = int(self._c.llama_n_ctx(self._context))
        self._batch = _batch(self._c)
        self._held: list[int] = []
        self._call = 0
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
        return self._threads

    @threads.setter
    def threads(self, threads: int) -> None:
        with self._may_go_on:
            self._threads = threads
            self._may_go_on.notify_all()

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
        with a blank if a word is to follow; nothing comes if the model finds it complete. Raises Cancelled;
        raises ModelError if `messages` leave no room for an answer.
        """
        settings = self._settings
        if temperature is not None:
            settings = settings.model_copy(update={"temperature": temperature})
        self._call += 1
        call = self._call
        prompt = self.model.prompt(messages, begun)
        opening = prompt[common(prompt, self.model.prompt(messages)) :] if begun else []
        self._work_through(prompt, token, for_answer=True)
        pieces, said = Pieces(goes_on=begun == begun.rstrip() != ""), 0
        with sampler(self._c, self.model.tokens, settings, opening) as choose:
            for _ in range(max_tokens + _THOUGHTS_ALLOWED):
                chosen = choose(self._context)
                if self.model.ends(chosen):
                    break
                if text := pieces.feed(self.model.piece(chosen)):
                    yield text
                if call != self._call:
                    raise RuntimeError("another call has taken this conversation's place in the cache")
                said += not pieces.thinking
                if said >= max_tokens or len(self._held) >= self.context:
                    break
                self._decode([chosen], token)
            if text := pieces.finish():
                yield text

    # --- prefixes on disk -----------------------------------------------------------------------------

    def restore(self, messages: Sequence[Message]) -> bool:
        """Put the state of `messages` back from disk instead of `prefill`; False if it is not there."""
        tokens = self.model.prefix(messages)
        state = self._store.load(tokens) if self._store else None
        if state is None or self._store is None:
            return False
        self._forget_after(0)
        data = (ctypes.c_uint8 * len(state)).from_buffer_copy(state)
        if not self._c.llama_state_seq_set_data(self._context, data, len(state), 0):
            log.info("a prefix state did not fit this model%s: it is computed again", reason())
            self._store.forget(tokens)
            self._c.llama_memory_clear(self._memory, True)
            return False
        self._held = list(tokens)
        return True

    def save(self, messages: Sequence[Message]) -> None:
        """Keep on disk what `prefill` of `messages` has just computed, for `restore`.

        What the cache holds beyond it is given up; if it holds something else, nothing is saved. A folder that
        cannot be written costs time at the next start and nothing more: it is said in the log.
        """
        tokens = self.model.prefix(messages)
        if self._store is None or common(self._held, tokens) < len(tokens):
            return
        self._forget_after(len(tokens))
        if len(self._held) < len(tokens):
            return  # a model that cannot give up a part
        size = int(self._c.llama_state_seq_get_size(self._context, 0))
        data = (ctypes.c_uint8 * size)()
        written = int(self._c.llama_state_seq_get_data(self._context, data, size, 0))
        try:
            self._store.save(tokens, bytes(memoryview(data)[:written]))
        except StorageError as problem:
            log.warning("%s", problem)

    def close(self) -> None:
        """Give the memory back; nothing may be called afterwards. May be called twice."""
        if self._context:
            self._c.llama_batch_free(self._batch)
            self._c.llama_free(self._context)
            self._context = None
            self.model.close()

    # --- computing ------------------------------------------------------------------------------------

    def _work_through(self, tokens: list[int], token: Token, *, for_answer: bool) -> None:
        if len(tokens) >= self.context:
            raise ModelError(
                f"The conversation is {len(tokens)} tokens long, and {self.context} can be kept in view.",
                "Raise llm.context, shorten the file in llm.persona, or begin a new conversation.",
            )
        token.check()
        # An answer needs the last token computed anew: its logits are not kept.
        keep = min(common(self._held, tokens), len(tokens) - for_answer)
        if keep == len(tokens):
            return
        keep = self._forget_after(keep)
        for start in range(keep, len(tokens), BATCH):
            self._decode(tokens[start : start + BATCH], token)

    def _forget_after(self, keep: int) -> int:
        """Hold only the first `keep` tokens; how many are held then (models with recurrent layers: none)."""
        if keep < len(self._held):
            if not keep or not self._c.llama_memory_seq_rm(self._memory, 0, keep, -1):
                self._c.llama_memory_clear(self._memory, False)
                keep = 0
            del self._held[keep:]
        return keep

    def _decode(self, tokens: Sequence[int], token: Token) -> None:
        """Work `tokens` into the cache, with logits for the last one."""
        self._share_threads(token)
        batch, at, last = self._batch, len(self._held), len(tokens) - 1
        for i, one in enumerate(tokens):
            batch.token[i] = one
            batch.pos[i] = at + i
            batch.logits[i] = i == last
        batch.n_tokens = len(tokens)
        self._flag.clear()
        with token.stopping(self._flag.set):
            outcome = self._c.llama_decode(self._context, batch)
        if outcome == _OK:
            self._held.extend(tokens)
            return
        if not self._c.llama_memory_seq_rm(self._memory, 0, at, -1):
            self._c.llama_memory_clear(self._memory, False)
            self._held.clear()
        if outcome == _ABORTED:
            raise Cancelled
        if outcome == _NO_ROOM:
            raise ModelError(f"The context of {self.context} tokens is full.", "Raise llm.context.")
        raise ModelError(
            f"{self.name} failed while computing{reason()}.",
            "Run `samantha doctor`; if it stays, lower llm.context or llm.gpu_layers.",
        )

    def _share_threads(self, token: Token) -> None:
        """Compute with as many threads as now may; wait while none may. Raises Cancelled."""
        threads = self._threads
        if threads < 1:
            with token.stopping(self._look_again), self._may_go_on:
                self._may_go_on.wait_for(lambda: self._threads > 0 or token.cancelled)
                threads = self._threads
        token.check()
        if threads != self._threads_in_force:
            self._c.llama_set_n_threads(self._context, threads, threads)
            self._threads_in_force = threads

    def _look_again(self) -> None:
        with self._may_go_on:
            self._may_go_on.notify_all()

    # --- beginning ------------------------------------------------------------------------------------

    def _open(self) -> Any:
        params = self._c.llama_context_default_params()
        params.n_ctx = self.model.context
        params.n_batch = params.n_ubatch = BATCH
        params.n_seq_max = 1
        params.n_outputs_max = 1  # logits of one token, not of a batch
        params.n_threads = params.n_threads_batch = self._most_threads
        if not self._settings.gpu_layers:
            # On processors it is slower: a tenth in a short prompt, a quarter after 1,000 tokens.
            params.flash_attn_type = self._c.LLAMA_FLASH_ATTN_TYPE_DISABLED
        params.no_perf = True
        params.abort_callback = self._flag.predicate
        params.abort_callback_data = self._flag.argument
        context = self._c.llama_init_from_model(self.model.pointer, params)
        if not context:
            raise ModelError(
                f"{self.name} cannot be given a context of {self.model.context} tokens{reason()}.",
                "Lower llm.context.",
            )
        return context

    def _warm(self) -> None:
        """Touch every weight once, so that the first answer does not wait for the disk."""
        self._decode(range(min(16, self.model.tokens)), Token())
        self._forget_after(0)


def physical_cores() -> int:
    """Threads that compute without getting in one another's way: one for each core, at most 8."""
    import psutil

    return max(1, min(_MOST_THREADS, psutil.cpu_count(logical=False) or 1))


def _batch(c: Any) -> Any:
    """Room for BATCH tokens of the one sequence."""
    batch = c.llama_batch_init(BATCH, 0, 1)
    for i in range(BATCH):
        batch.n_seq_id[i] = 1
        batch.seq_id[i][0] = 0
    return batch
