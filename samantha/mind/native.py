"""llama.cpp's library as this program wants it: quiet, not spinning, and stoppable."""

from __future__ import annotations

import ctypes
import logging
import os
import sys
from functools import cache
from typing import Any

from samantha.errors import ModelError

log = logging.getLogger(__name__)

_DEBUG, _ERROR = 1, 4  # ggml_log_level in ggml.h
_NOT_SPINNING = {"OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": "0"}


@cache
def library() -> Any:
    """The `llama_cpp` module, its bindings to the C functions.

    Raises ModelError if it is not installed or does not load.
    """
    for name, value in _NOT_SPINNING.items():
        # By default OpenMP's threads spin while they wait for one another: a few percent faster on an idle
        # machine, three times slower as soon as anything else wants a core, be it our own voice or the
        # desktop. It is read when the library is loaded, so this must come first; who has set it knows why.
        os.environ.setdefault(name, value)
    try:
        import llama_cpp
    except (ImportError, OSError, RuntimeError) as problem:
        raise ModelError(
            f"llama-cpp-python cannot be loaded: {problem}.", "Run scripts/run, which builds and installs it."
        ) from None
    callback = llama_cpp.llama_log_callback(_Said.take)
    _Said.callback = callback  # ctypes does not keep it alive
    llama_cpp.llama_log_set(callback, None)
    llama_cpp.llama_backend_init()
    return llama_cpp


class _Said:
    """What llama.cpp wrote: to our log, never to the person's terminal."""

    callback: Any = None
    reason: str = ""
    """The first error since the last `forget_reasons`: what follows it only says that something failed."""

    @classmethod
    def take(cls, level: int, text: bytes | None, _data: object) -> None:
        # Its debug lines are thousands, one for each tensor: not worth a call into Python's logging.
        line = " ".join((text or b"").decode("utf-8", "replace").split())
        if level == _DEBUG or not line:
            return
        log.debug("llama.cpp: %s", line)
        if level == _ERROR and not cls.reason:
            cls.reason = line.split(": ", 1)[-1]  # without the name of its function


def reason() -> str:
    """llama.cpp's own reason in brackets, for the end of a sentence; empty if it gave none."""
    return f" ({_Said.reason.rstrip('.: ')})" if _Said.reason else ""


def forget_reasons() -> None:
    """Before a step whose failure shall be explained by its own reason only."""
    _Said.reason = ""


class AbortFlag:
    """Stops a computation of llama.cpp from another thread within a fraction of a millisecond.

    llama.cpp asks a predicate before each node of its graph whether to give up. A predicate written in
    Python would take the interpreter's lock a thousand times a token, and each time wait for whoever has it:
    seconds per token. So the predicate is C's own `strlen`, which exists everywhere (libc on Linux and macOS,
    msvcrt on Windows), and its argument two bytes, the second always zero. A string of length 0 means go on;
    a string of length 1, which is C's `true`, means give up. `strlen` is called as ggml_abort_callback is:
    one pointer in, one integer register out, of which a bool is the low byte.
    """

    def __init__(self, bindings: Any) -> None:
        self._bytes = ctypes.create_string_buffer(2)
        libc = ctypes.cdll.msvcrt if sys.platform == "win32" else ctypes.CDLL(None)
        self.predicate = ctypes.cast(libc.strlen, bindings.ggml_abort_callback)
        self.argument = ctypes.cast(self._bytes, ctypes.c_void_p)

    def set(self) -> None:
        """Give up what is being computed."""
        self._bytes[0] = b"\x01"

    def clear(self) -> None:
        """From now on, go on."""
        self._bytes[0] = b"\x00"
