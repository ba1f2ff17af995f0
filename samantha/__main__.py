"""The program: runs a command and turns what went wrong into one line and an exit code."""

from __future__ import annotations

import sys
from typing import NoReturn

FIXABLE, OUR_BUG, STOPPED = 1, 70, 130


def main() -> None:
    """Exit 0: done; 1: a problem the user can fix; 2: wrong usage; 70: our bug; 130: Ctrl-C."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal that is not UTF-8 must not end a conversation
            stream.reconfigure(errors="replace")
    from samantha.errors import SamanthaError, memory_ran_out

    try:
        _run(sys.argv[1:])
    except SamanthaError as problem:
        print(f"samantha: {problem}", file=sys.stderr)
        sys.exit(FIXABLE)
    except KeyboardInterrupt:
        sys.exit(STOPPED)
    except MemoryError:
        _no_memory()
    except OSError as problem:
        if (sentence := _disk(problem)) is None:
            _confess(problem)
        print(f"samantha: {sentence}", file=sys.stderr)
        sys.exit(FIXABLE)
    except ImportError as problem:
        if not memory_ran_out(problem):
            _confess(problem)
        _no_memory()
    except Exception as problem:  # noqa: BLE001 (whatever it is, it is confessed)
        _confess(problem)


def _run(words: list[str]) -> None:
    if words in (["ptt", "press"], ["ptt", "release"], ["ptt", "toggle"]):  # a finger waits: no Typer
        from samantha.service.press import press

        if press(words[1]):
            return
    from samantha.cli import app

    app(prog_name="samantha")


def _no_memory() -> NoReturn:
    print(
        "samantha: The machine has run out of memory. Close something, or choose a smaller model: "
        "`samantha models recommend`.",
        file=sys.stderr,
    )
    sys.exit(FIXABLE)


def _disk(problem: OSError) -> str | None:
    import errno

    what = f"{problem.filename}: " if problem.filename else ""
    sentences = {
        errno.ENOSPC: "The disk is full. Free some space and try again.",
        errno.EDQUOT: "Your disk quota is used up. Free some space and try again.",
        errno.EROFS: "The folder is on a read-only disk. Choose another place.",
        errno.EACCES: "Permission denied. Check who owns it and its permissions.",
        errno.EPERM: "Permission denied. Check who owns it and its permissions.",
        errno.EFBIG: "The file would grow larger than this system allows.",
    }
    sentence = sentences.get(problem.errno or 0)
    return f"{what}{sentence}" if sentence else None


def _confess(problem: BaseException) -> None:
    import traceback

    traceback.print_exception(problem)
    print(
        "samantha: This is a bug of ours, not a mistake of yours. Please report the lines above.",
        file=sys.stderr,
    )
    sys.exit(OUR_BUG)


if __name__ == "__main__":
    main()
