"""`bench`: how fast she is here, how well she takes turns, what she makes of a room, and what she remembers."""

from __future__ import annotations

import json
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from rich.console import Console

from samantha.bench import findings, house, remembering
from samantha.bench.perform import Tell
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
        print(_json(report.record()))
    else:
        Console(highlight=False).print(shown(report))
    if written is not None:
        _write(written, report.record())
    if picture is not None:
        plot.draw(report, picture)


def room(config: Config, wish: house.Wish, *, as_json: str | None) -> int:
    """Measure in a room what `wish` asks for and show it; see `_in_parts`."""
    return _in_parts(lambda tell: house.measure(config, wish, tell), as_json)


def memory(config: Config, wish: remembering.Wish, *, as_json: str | None) -> int:
    """Measure of her memory what `wish` asks for and show it; see `_in_parts`."""
    # Without that, a folder with what she remembers would outlive who was told to leave.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    return _in_parts(lambda tell: remembering.measure(config, wish, tell), as_json)


def _in_parts(measure: Callable[[Tell], Iterator[findings.Findings]], as_json: str | None) -> int:
    """Show what `measure` comes to; `as_json` is a file or ``-``.

    The file is written anew after each part, so that what was measured is there whatever comes after. Returns
    an exit code: 1 if a part could not be measured.
    """
    written = Path(as_json) if as_json and as_json != "-" else None
    if written is not None:
        _writable(written)
    with _telling() as tell:
        for found in measure(tell):
            if written is not None:
                _write(written, found.record())
    if as_json == "-":
        print(_json(found.record()))
    else:
        Console(highlight=False).print(findings.shown(found))
    return 1 if found.problems else 0


def _measured(config: Config, wish: Wish) -> Report:
    # Without that, the sounds and a conversation would outlive who was told to leave.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    if wish.keep is not None:
        try:
            wish.keep.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as problem:
            raise _not_written(wish.keep, problem) from None
    with (
        (
            tempfile.TemporaryDirectory(prefix="samantha-") if wish.keep is None else nullcontext(wish.keep)
        ) as folder,
        _telling() as tell,
    ):
        return Session(config, wish, Path(folder), tell).run()


@contextmanager
def _telling() -> Iterator[Tell]:
    """A place for a few words on how far it is: one line that changes, or line after line."""
    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        yield lambda words: print(words, file=sys.stderr, flush=True)
        return
    with console.status("", spinner_style=MUTED) as status:
        yield lambda words: status.update(f"[{MUTED}]{words}[/]")


def _json(record: dict[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False, indent=2)


def _write(path: Path, record: dict[str, Any]) -> None:
    """Raises StorageError."""
    try:
        path.write_text(_json(record) + "\n", "utf-8")
    except OSError as problem:
        raise _not_written(path, problem) from None


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
