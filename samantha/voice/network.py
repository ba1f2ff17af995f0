"""A voice's neural network: opened the way a shared desktop wants it, and stopped when nobody listens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from samantha.dialog.token import Token
from samantha.errors import Cancelled, ModelError, memory_ran_out
from samantha.onnx.session import SILENT, session


class Network:
    """An ONNX model on the processor. Loading holds the interpreter lock: do it before any sound flows.

    `run` may be called from one thread at a time; `Token.cancel` from any other ends it within about 50 ms,
    and the network can be used again at once.
    """

    def __init__(self, path: Path, *, threads: int, model: bytes = b"", once: bool = False) -> None:
        """`model` is what to run instead of the file: a part of it, or a change of it; `once`, one for one run.

        Raises ModelError if `path` is missing, unreadable or no model.
        """
        import onnxruntime

        if not model:
            require(path)
        try:
            # Sentences differ in length, so an arena would only grow. Without it a long run gives large buffers
            # back to the system and gets them again, page by page.
            self._session = session(model or path, threads=threads, arena=once)
        except ValueError as problem:
            raise ModelError(f"{path} is damaged or no voice model.", mending(path)) from problem
        self._options = onnxruntime.RunOptions
        self._path = path
        self.inputs: dict[str, str] = {each.name: each.type for each in self._session.get_inputs()}
        """Name and type, such as ``"tensor(float)"``, of each input."""

    def run(self, inputs: Mapping[str, Any], token: Token) -> Sequence[Any]:
        """The outputs for `inputs`, numpy arrays. Raises Cancelled, or ModelError if it fails."""
        options = self._options()
        options.log_severity_level = SILENT

        def stop() -> None:
            options.terminate = True

        with token.stopping(stop):
            token.check()
            try:
                outputs = self._session.run(None, dict(inputs), options)
            except Exception as problem:
                if token.cancelled:
                    raise Cancelled from None
                if memory_ran_out(problem):
                    raise MemoryError from problem
                raise ModelError(f"{self._path} failed while speaking.", mending(self._path)) from problem
        token.check()
        found: Sequence[Any] = outputs
        return found


def require(path: Path) -> None:
    """Raises ModelError, saying what is wrong, unless `path` is a file with something in it."""
    try:
        with path.open("rb") as file:
            if file.read(1):
                return
            reason = "is empty"
    except FileNotFoundError:
        reason = "does not exist"
    except OSError as problem:
        reason = f"cannot be read: {problem.strerror}"
    raise ModelError(f"{path} {reason}.", mending(path))


def mending(path: Path) -> str:
    """What to do about a broken file of a voice."""
    folder = path.parent.name
    if folder.startswith(("piper-", "kokoro-")):  # the catalogue's names are the folders' names
        return f"Fetch it again with `samantha models pull {folder}`."
    return "Check the path in voice.name, or choose a voice of `samantha models list`."
