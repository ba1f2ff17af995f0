"""`bench`: how fast she is on this machine, and how well she takes turns."""

from __future__ import annotations

import json
import signal
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

from rich.console import Console

from samantha.bench.report import Report, shown
from samantha.bench.session import Session, Wish
from samantha.commands.terminal import MUTED
from samantha.config import Config
from samantha.errors import SamanthaError, StorageError


def bench(config: Config, wish: Wish, *, as_json: str | None, picture: Path | None) -> None:
    """Measure what `wish` asks for and show it; `as_json` is a file or ``-``, `picture` a PNG."""
    written = Path(as_json) if as_json and as_json != "-" else None
    for path in filter(None, (written, picture)):
        _writable(path)
    if picture is not None:
        from samantha.bench import plot

        if not {"turns", "plain"} & set(wish.parts):
            raise SamanthaError("plot", "The picture shows turns.", "Leave turns or plain among the parts.")
        plot.needs()
    report = _measured(config, wish)
    if as_json == "-":
        print(_json(report))
    else:
        Console(highlight=False).print(shown(report))
    if written is not None:
        try:
            written.write_text(_json(report) + "\n", "utf-8")
        except OSError as problem:
            raise _not_written(written, problem) from None
    if picture is not None:
        plot.draw(report, picture)


def _measured(config: Config, wish: Wish) -> Report:
    console = Console(stderr=True, highlight=False)
    # Without that, the sounds and a conversation would outlive who was told to leave.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    if wish.keep is not None:
        try:
            wish.keep.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as problem:
            raise _not_written(wish.keep, problem) from None
    with (
        tempfile.TemporaryDirectory(prefix="samantha-") if wish.keep is None else nullcontext(wish.keep)
    ) as folder:
        if not console.is_terminal:
            session = Session(
                config, wish, Path(folder), lambda words: print(words, file=sys.stderr, flush=True)
            )
            return session.run()
        with console.status("", spinner_style=MUTED) as status:
            session = Session(config, wish, Path(folder), lambda words: status.update(f"[{MUTED}]{words}[/]"))
            return session.run()


def _json(report: Report) -> str:
    return json.dumps(report.record(), ensure_ascii=False, indent=2)


def _writable(path: Path) -> None:
    """Now, and not after ten minutes of work. Raises StorageError."""
    there = path.exists()
    try:
        with path.open("ab"):
            pass
        if not there:
            path.unlink()
    except OSError as problem:
        raise _not_written(path, problem) from None


def _not_written(path: Path, problem: OSError) -> StorageError:
    return StorageError(
        f"{path} cannot be written: {problem.strerror or problem}.",
        "Name a file in a folder that exists and that you may write to.",
    )
