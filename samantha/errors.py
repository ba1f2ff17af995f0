"""What can go wrong that a person can do something about.

Every error carries three sentences' worth: what happened (`message`), what to do (`hint`), and a stable
`code` for programs. The command line prints the first two on one line and exits with 1; anything that is
not a `SamanthaError` is our bug and exits with 70.
"""

from __future__ import annotations


class SamanthaError(Exception):
    """A problem the person can fix.

    `code` is a short stable identifier such as ``"audio.device"``; `message` says what happened and why;
    `hint` says what to do, as an imperative sentence, and may be empty.
    """

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class ConfigError(SamanthaError):
    """A setting that does not exist or is out of its range."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__("config", message, hint)


class ModelError(SamanthaError):
    """A model that is missing, damaged, too large, or of the wrong kind."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__("model", message, hint)


class AudioError(SamanthaError):
    """A device that is not there or a sound file that cannot be read or written."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__("audio", message, hint)


class StorageError(SamanthaError):
    """A folder that cannot be written, or a full disk."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__("storage", message, hint)


class FetchError(SamanthaError):
    """A model that could not be fetched from any of its sources."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__("fetch", message, hint)


def memory_ran_out(problem: object) -> bool:
    """Whether `problem`, an error of a native library or what it said, means that there is too little memory."""
    return isinstance(problem, MemoryError) or any(
        words in str(problem).lower() for words in ("alloc", "map segment", "cannot create thread")
    )


class Cancelled(Exception):  # noqa: N818 (not an error: somebody wanted this)
    """Raised inside an engine's thread when its token was cancelled; never shown to a person."""
