"""One text in a context of llama.cpp: what its key-value cache holds is never computed again."""

from __future__ import annotations

import ctypes
import logging
import threading
from collections.abc import Sequence
from typing import Any

from samantha.dialog.token import Token
from samantha.errors import Cancelled, ModelError
from samantha.mind.model import Model
from samantha.mind.native import AbortFlag, reason
from samantha.mind.prefix import common

log = logging.getLogger(__name__)

_OK, _NO_ROOM, _ABORTED = 0, 1, 2  # llama_decode


class Threads:
    """How many threads may compute, which any thread may change at any time; 0: none does until it is more."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._now = most
        self._changed = threading.Condition()

    @property
    def now(self) -> int:
        """How many may compute from the next step on."""
        return self._now

    @now.setter
    def now(self, threads: int) -> None:
        with self._changed:
            self._now = threads
            self._changed.notify_all()

    def wait(self, token: Token) -> int:
        """How many may compute, as soon as any may. Raises Cancelled."""
        threads = self._now
        if threads < 1:
            with token.stopping(self._look_again), self._changed:
                self._changed.wait_for(lambda: self._now > 0 or token.cancelled)
                threads = self._now
        token.check()
        return threads

    def _look_again(self) -> None:
        with self._changed:
            self._changed.notify_all()


class CachedSequence:
    """A context of `model` for `size` tokens, worked through in batches of `batch`. For one thread at a time.

    Raises ModelError if there is too little memory for it, or `model` cannot go on with a text.
    """

    def __init__(self, model: Model, size: int, batch: int, threads: Threads, *, on_gpu: bool) -> None:
        self._model = model
        self._c = model.c
        self._threads = threads
        self._threads_in_force = threads.most
        self._flag = AbortFlag(self._c)
        self.pointer = self._open(size, batch, on_gpu)
        self._memory = self._c.llama_get_memory(self.pointer)
        if not self._memory:
            self._c.llama_free(self.pointer)
            raise ModelError(f"{model.name} cannot continue a text.", "Name a chat model in llm.model.")
        self.size = int(self._c.llama_n_ctx(self.pointer))
        self._size_of_batch = batch
        self._batch = _batch(self._c, batch)
        self.held: list[int] = []
        """The tokens that the cache holds."""

    def work_through(self, tokens: Sequence[int], token: Token, *, for_answer: bool) -> None:
        """Hold `tokens`, of which what is held already is not computed; `for_answer` wants the last one's logits.

        What was worked through when `token` was cancelled stays. Raises Cancelled; raises ModelError.
        """
        token.check()
        # An answer needs the last token computed anew: its logits are not kept.
        keep = min(common(self.held, tokens), len(tokens) - for_answer)
        if keep == len(tokens):
            return
        keep = self.forget_after(keep)
        for start in range(keep, len(tokens), self._size_of_batch):
            self.decode(tokens[start : start + self._size_of_batch], token)

    def forget_after(self, keep: int) -> int:
        """Hold only the first `keep` tokens; how many are held then (models with recurrent layers: none)."""
        if keep < len(self.held):
            if not keep or not self._c.llama_memory_seq_rm(self._memory, 0, keep, -1):
                self._c.llama_memory_clear(self._memory, False)
                keep = 0
            del self.held[keep:]
        return keep

    def decode(self, tokens: Sequence[int], token: Token) -> None:
        """Work `tokens`, at most a batch, into the cache, with logits for the last one."""
        threads = self._threads.wait(token)
        if threads != self._threads_in_force:
            self._c.llama_set_n_threads(self.pointer, threads, threads)
            self._threads_in_force = threads
        batch, at, last = self._batch, len(self.held), len(tokens) - 1
        for i, one in enumerate(tokens):
            batch.token[i] = one
            batch.pos[i] = at + i
            batch.logits[i] = i == last
        batch.n_tokens = len(tokens)
        self._flag.clear()
        with token.stopping(self._flag.set):
            outcome = self._c.llama_decode(self.pointer, batch)
        if outcome == _OK:
            self.held.extend(tokens)
            return
        if not self._c.llama_memory_seq_rm(self._memory, 0, at, -1):
            self._c.llama_memory_clear(self._memory, False)
            self.held.clear()
        if outcome == _ABORTED:
            raise Cancelled
        if outcome == _NO_ROOM:
            raise ModelError(f"The context of {self.size} tokens is full.", "Raise llm.context.")
        raise ModelError(
            f"{self._model.name} failed while computing{reason()}.",
            "Run `samantha doctor`; if it stays, lower llm.context or llm.gpu_layers.",
        )

    def state(self) -> bytes:
        """What the cache holds, for `put_back`."""
        size = int(self._c.llama_state_seq_get_size(self.pointer, 0))
        data = (ctypes.c_uint8 * size)()
        written = int(self._c.llama_state_seq_get_data(self.pointer, data, size, 0))
        return bytes(memoryview(data)[:written])

    def put_back(self, state: bytes, tokens: Sequence[int]) -> bool:
        """Hold `tokens`, whose `state` this is, and nothing else; False, with nothing held, if it does not fit."""
        self.forget_after(0)
        data = (ctypes.c_uint8 * len(state)).from_buffer_copy(state)
        if not self._c.llama_state_seq_set_data(self.pointer, data, len(state), 0):
            log.info("a prefix state did not fit this model%s: it is computed again", reason())
            self._c.llama_memory_clear(self._memory, True)
            return False
        self.held = list(tokens)
        return True

    def close(self) -> None:
        """Give the memory back; may be called twice."""
        if self.pointer:
            self._c.llama_batch_free(self._batch)
            self._c.llama_free(self.pointer)
            self.pointer = None

    def _open(self, size: int, batch: int, on_gpu: bool) -> Any:
        params = self._c.llama_context_default_params()
        params.n_ctx = size
        params.n_batch = params.n_ubatch = batch
        params.n_seq_max = 1
        params.n_outputs_max = 1  # logits of one token, not of a batch
        params.n_threads = params.n_threads_batch = self._threads.most
        if not on_gpu:
            # On processors it is slower: a tenth in a short prompt, a quarter after 1,000 tokens.
            params.flash_attn_type = self._c.LLAMA_FLASH_ATTN_TYPE_DISABLED
        params.no_perf = True
        params.abort_callback = self._flag.predicate
        params.abort_callback_data = self._flag.argument
        pointer = self._c.llama_init_from_model(self._model.pointer, params)
        if not pointer:
            raise ModelError(
                f"{self._model.name} cannot be given a context of {size} tokens{reason()}.",
                "Lower llm.context.",
            )
        return pointer


def _batch(c: Any, tokens: int) -> Any:
    """Room for `tokens` of the one sequence."""
    batch = c.llama_batch_init(tokens, 0, 1)
    for i in range(tokens):
        batch.n_seq_id[i] = 1
        batch.seq_id[i][0] = 0
    return batch
