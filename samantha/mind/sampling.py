"""How the next token is chosen: a chain of llama.cpp's own samplers, so that no logits reach Python."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from samantha.config import Llm
from samantha.errors import ModelError
from samantha.mind.model import Model

TOP_K = 40
"""Only the likeliest tokens take part: 40 is llama.cpp's own default."""

TOP_P = 0.9
MIN_P = 0.15
"""Nothing less than a seventh as likely as the best: from a small model's tail come answers such as "Yes, I'm
human" and "Timer set"."""

REPEAT_PENALTY = 1.05
REPEAT_WINDOW = 64
"""Tokens of the answer in which a repetition counts: a small model otherwise says a good sentence twice."""

DRY_PENALTY, DRY_BASE = 0.8, 1.75
DRY_ALLOWED = 3
"""A run of so many tokens may be said again; each further one costs DRY_PENALTY, times DRY_BASE for every one more."""

DRY_OWN = 512
"""Tokens of the answer itself in which a run counts."""

_CANDIDATE = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])  # llama_token_data
_RANDOM_SEED = 0xFFFFFFFF  # LLAMA_DEFAULT_SEED: a new one each time


@contextmanager
def sampler(
    model: Model, settings: Llm, begun: Sequence[int] = (), before: Sequence[int] = ()
) -> Iterator[Callable[[Any], int]]:
    """Within the block, a function that chooses a token after the last one of a context.

    One block is one answer: repetitions are counted within it, and within `begun`, the tokens with which it begins
    already. To go on as `before`, the tokens of earlier answers, did becomes less likely with each token of a run.
    The same seed and the same prompt give the same answer; at temperature 0, which is always the likeliest token,
    any seed does.
    """
    c = model.c
    chain = c.llama_sampler_chain_init(c.llama_sampler_chain_default_params())
    for link in _links(model, settings, before):
        c.llama_sampler_chain_add(chain, link)
    for token in begun:
        c.llama_sampler_accept(chain, token)
    try:
        yield lambda context: int(c.llama_sampler_sample(chain, context, -1))
    finally:
        c.llama_sampler_free(chain)


@contextmanager
def likeliest(model: Model, grammar: str) -> Iterator[Callable[[Any], int]]:
    """Within the block, a function that chooses the likeliest token that `grammar` (GBNF) allows; "": any.

    Raises ModelError if `grammar` is none.
    """
    c = model.c
    bounds = None
    if grammar:
        bounds = c.llama_sampler_init_grammar(model.vocabulary, grammar.encode(), b"root")
        if not bounds:
            raise ModelError("A grammar that bounds what she ponders is none.")
    candidates = np.zeros(model.tokens, _CANDIDATE)
    candidates["id"] = np.arange(model.tokens)

    def allowed(some: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """The logits of `some` candidates, minus infinity where the grammar forbids one."""
        data = some.ctypes.data_as(c.llama_token_data_p)
        c.llama_sampler_apply(bounds, ctypes.byref(c.llama_token_data_array(data, len(some), -1, False)))
        return some["logit"]

    def choose(context: Any) -> int:
        logits = np.ctypeslib.as_array(c.llama_get_logits_ith(context, -1), (model.tokens,))
        best = int(logits.argmax())
        if bounds is None:
            return best
        candidates["logit"] = logits
        # To hold one word against the grammar takes microseconds, the whole vocabulary tens of milliseconds.
        if allowed(candidates[best : best + 1].copy())[0] == -np.inf:
            best = int(allowed(candidates).argmax())
        c.llama_sampler_accept(bounds, best)
        return best

    try:
        yield choose
    finally:
        if bounds is not None:
            c.llama_sampler_free(bounds)


def _links(model: Model, settings: Llm, before: Sequence[int]) -> list[Any]:
    c = model.c
    if settings.temperature == 0:
        return [c.llama_sampler_init_greedy()]
    # "Don't repeat yourself". Without llama.cpp's marks between sequences: to find them in a vocabulary takes
    # tens of milliseconds, and `before` has its own.
    not_again = c.llama_sampler_init_dry(
        model.vocabulary, DRY_PENALTY, DRY_BASE, DRY_ALLOWED, len(before) + DRY_OWN, None, 0
    )
    for token in before:
        c.llama_sampler_accept(not_again, token)
    return [
        # First, as counting repetitions over a whole vocabulary is slow.
        c.llama_sampler_init_top_k(TOP_K),
        c.llama_sampler_init_penalties(model.tokens, REPEAT_WINDOW, REPEAT_PENALTY, 0.0, 0.0),
        not_again,
        c.llama_sampler_init_top_p(TOP_P, 1),
        c.llama_sampler_init_min_p(MIN_P, 1),
        c.llama_sampler_init_temp(settings.temperature),
        c.llama_sampler_init_dist(_RANDOM_SEED if settings.seed < 0 else settings.seed),
    ]
