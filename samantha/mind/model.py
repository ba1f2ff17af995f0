"""A model file in memory: its weights, its vocabulary, its way of laying out a conversation."""

from __future__ import annotations

import ctypes
import logging
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from samantha.errors import ModelError, memory_ran_out
from samantha.mind import gguf
from samantha.mind.native import forget_reasons, library, reason
from samantha.mind.pieces import THOUGHTS
from samantha.mind.prefix import common
from samantha.mind.template import ChatTemplate
from samantha.ports import Message

log = logging.getLogger(__name__)

_WORDS = 8192  # whose tokens are known by heart
_OVERHEAD = 200_000_000  # bytes beside weights and cache: compute buffers, vocabulary
_MMAP = 1  # LLAMA_LOAD_MODE_MMAP
_UNKNOWN, _CONTROL, _USER_DEFINED = 1, 8, 16  # llama_token_attr
_TAG = re.compile(r"[<\[].+[>\]]")
_PROBES = (Message("user", "0"), Message("user", "A"))
_MORE = (" 0", " A")
"""How a message may go on of which only the beginning is known: with another word."""


class Model:
    """The model file `path`, mapped and ready to compute with, for conversations of `context` tokens.

    Raises ModelError, with what to do, if it is missing, damaged, no chat model, or too large for memory.
    """

    def __init__(self, path: Path, *, context: int, gpu_layers: int) -> None:
        header = gguf.read(path)
        self.name = header.name
        self.context = min(context, header.trained_context or context)
        if self.context < context:
            log.info("%s was trained on %d tokens: llm.context is cut to that", self.name, self.context)
        self.c = library()
        _check_memory(header, self.context, gpu_layers, bool(self.c.llama_supports_gpu_offload()))
        forget_reasons()
        self.pointer = _map(self.c, path, gpu_layers)
        self.vocabulary = self.c.llama_model_get_vocab(self.pointer)
        self.tokens = int(self.c.llama_vocab_n_tokens(self.vocabulary))
        self._words: dict[str, tuple[int, ...]] = {}
        special = self._special()
        self._control = self._unheard(special)
        self.end = int(self.c.llama_vocab_eos(self.vocabulary))
        bos = int(self.c.llama_vocab_bos(self.vocabulary))
        self._bos = bos if self.c.llama_vocab_get_add_bos(self.vocabulary) and bos >= 0 else None
        self._template = ChatTemplate(
            (self.c.llama_model_chat_template(self.pointer, None) or b"").decode("utf-8", "replace"),
            bos=self._text(bos),
            eos=self._text(int(self.c.llama_vocab_eos(self.vocabulary))),
            special=special.values(),
            day=datetime.now(),
        )

    def close(self) -> None:
        """Give the memory back; may be called twice."""
        if self.pointer:
            self.c.llama_model_free(self.pointer)
            self.pointer = None

    def prompt(self, messages: Sequence[Message], begun: str = "") -> list[int]:
        """The tokens of `messages` up to where the answer begins, and of `begun`, with which it begins.

        A blank at the end of `begun` is left out: it belongs to the token of the next word.
        """
        begun = self._template.neutral(begun).rstrip()
        return self.tokenize(self._template.render(messages, answer=True) + begun)

    def prefix(self, messages: Sequence[Message], *, unfinished: bool = False) -> list[int]:
        """The tokens with which every conversation begins that begins with `messages`.

        `unfinished` says that the last message goes on. Templates treat the last message differently, put the
        system's text into the user's, or refuse a conversation in which nobody has asked. So two conversations
        that go on differently are laid out, and what they have in common is the answer.
        """
        if messages and unfinished:
            *before, last = messages
            ways = [[*before, Message(last.role, last.content.rstrip() + more)] for more in _MORE]
        elif messages and messages[-1].role == "user":
            return self.tokenize(self._template.render(messages, answer=False))
        else:
            ways = [[*messages, probe] for probe in _PROBES]
        one, other = (self.tokenize(self._template.render(way, answer=False)) for way in ways)
        return one[: common(one, other)]

    def tokenize(self, text: str) -> list[int]:
        """The tokens of `text`, in which special strings count as what they stand for; any thread."""
        found = self._tokens(text)
        return found if self._bos is None or found[:1] == [self._bos] else [self._bos, *found]

    def _tokens(self, text: str) -> list[int]:
        data = text.encode("utf-8", "replace")
        room = len(data) + 8
        tokens = (ctypes.c_int32 * room)()
        number = self.c.llama_tokenize(self.vocabulary, data, len(data), tokens, room, False, True)
        if number < 0:
            raise ModelError(f"A prompt of {len(data)} bytes could not be put into tokens{reason()}.")
        return list(tokens[:number])

    def word(self, text: str) -> tuple[int, ...]:
        """The tokens of `text`, a word of an answer with the blank before it; any thread."""
        if text not in self._words:
            if len(self._words) >= _WORDS:
                self._words.clear()
            self._words[text] = tuple(self._tokens(self._template.neutral(text)))
        return self._words[text]

    def ends(self, token: int) -> bool:
        """Whether `token` says that the answer is over."""
        return bool(self.c.llama_vocab_is_eog(self.vocabulary, token))

    def piece(self, token: int) -> bytes:
        """What `token` adds to the answer, in UTF-8 that may stop within a character; any thread."""
        if token in self._control:
            return self._control[token]
        room = 64
        while True:
            buffer = ctypes.create_string_buffer(room)
            length = int(self.c.llama_token_to_piece(self.vocabulary, token, buffer, room, 0, True))
            if length >= 0:
                return buffer.raw[:length]
            room = -length

    def _text(self, token: int) -> str:
        text = self.c.llama_vocab_get_text(self.vocabulary, token) if token >= 0 else None
        return (text or b"").decode("utf-8", "replace")

    def _special(self) -> dict[int, str]:
        """The tokens that are marks, not words, with their spelling: the vocabulary's own, and added tags.

        Other added tokens are words, or runs of blanks and newlines, that may stand in anybody's message.
        """
        attributes, vocabulary = self.c.llama_vocab_get_attr, self.vocabulary
        kinds = ((i, attributes(vocabulary, i)) for i in range(self.tokens))
        found = {
            i: (kind, self._text(i)) for i, kind in kinds if kind & (_UNKNOWN | _CONTROL | _USER_DEFINED)
        }
        return {
            i: text
            for i, (kind, text) in found.items()
            if text and (kind & (_UNKNOWN | _CONTROL) or _TAG.fullmatch(text))
        }

    def _unheard(self, special: dict[int, str]) -> dict[int, bytes]:
        """What control tokens add to an answer: nothing, but for those that open and close thoughts."""
        thoughts = {mark for pair in THOUGHTS for mark in pair}
        return {
            i: text.encode() if text in thoughts else b""
            for i, text in special.items()
            if text in thoughts or self.c.llama_vocab_is_control(self.vocabulary, i)
        }


def _map(c: Any, path: Path, gpu_layers: int) -> Any:
    params = c.llama_model_default_params()
    params.load_mode = _MMAP
    # Weights repacked for the processor would be a second copy: 600 MB more memory and seconds more to load a
    # 1.5B model, for at most a tenth more speed in long prompts and none in short ones (docs/benchmarks).
    params.use_extra_bufts = False
    params.n_gpu_layers = gpu_layers
    if gpu_layers and not c.llama_supports_gpu_offload():
        log.warning("llm.gpu_layers has no effect: this llama-cpp-python was built for the processor only")
    pointer = c.llama_model_load_from_file(str(path).encode(), params)
    if not pointer:
        if memory_ran_out(reason()):
            raise MemoryError
        raise ModelError(
            f"llama.cpp cannot load {path}{reason()}.",
            "It may be damaged, or newer than the installed llama-cpp-python: run `samantha models verify`, "
            "or name another model in llm.model.",
        )
    if c.llama_model_has_encoder(pointer) or c.llama_model_is_diffusion(pointer):
        c.llama_model_free(pointer)
        raise ModelError(
            f"{path} is a model, but not one to converse with.", "Name a chat model in llm.model."
        )
    return pointer


def _check_memory(header: gguf.Gguf, context: int, gpu_layers: int, offload: bool) -> None:
    if gpu_layers and offload:
        return  # what lies on the GPU does not count here, and how much that is llama.cpp finds out
    import psutil

    needed = header.weights + header.cache_bytes(context) + _OVERHEAD
    free = psutil.virtual_memory().available
    if needed > free:
        raise ModelError(
            f"{header.name} needs {needed / 1e9:.1f} GB of memory with a context of {context}, and "
            f"{free / 1e9:.1f} GB are free.",
            "Close other programs, lower llm.context, or name a smaller model: `samantha models recommend`.",
        )
