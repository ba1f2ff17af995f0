"""`samantha memory …`: what she knows of you, to look at, to put right, to take away and to delete."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Optional, TypeVar

import typer

if TYPE_CHECKING:
    from samantha.config import Config
    from samantha.errors import SamanthaError
    from samantha.store.memories import LearntTurn, Memories, Remembered
    from samantha.store.sqlitefile import SqliteFile

app = typer.Typer(
    no_args_is_help=True, help="What she remembers of you: look at it, put it right, take it away."
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text for a person.")]
OneId = Annotated[str, typer.Argument(metavar="ID", help="An id of `samantha memory list`; t12 is turn 12.")]

_PREVIEW = 8
_Found = TypeVar("_Found")


@app.command("list")
def list_(
    everything: Annotated[bool, typer.Option("--all", help="Also what is no longer so.")] = False,
    said: Annotated[bool, typer.Option("--said", help="What was said instead, turn by turn.")] = False,
    as_json: Json = False,
) -> None:
    """Show what she knows, what is open, and her diary by day."""
    from samantha.commands import memory_view as view

    with _opened() as here:
        if said:
            turns = _all_turns(here.memories)
            print_json([_turn(each) for each in turns]) if as_json else view.said(turns)
            return
        found = here.memories.listed(current=not everything)
        print_json([_facts(each) for each in found]) if as_json else view.listed(found)


@app.command()
def show(id: OneId, as_json: Json = False) -> None:
    """Show all there is about one memory: where it comes from, when it was said, what ended it."""
    from samantha.commands import memory_view as view

    with _opened() as here:
        kind, number = _id(id)
        if kind == "turn":
            turn = _there(here.memories.turn(number), id)
            came = here.memories.of_turns([number])
            known = {**_turn(turn), "memories": [_facts(each) for each in came]}
            print_json(known) if as_json else view.turn(turn, came)
            return
        memory = _there(next(iter(here.memories.get([number])), None), id)
        source = here.memories.turn(memory.turn) if memory.turn is not None else None
        closer = next(iter(here.memories.get([memory.closed_by] if memory.closed_by else [])), None)
        known = {**_facts(memory), "said": source and _turn(source), "closed_by": closer and _facts(closer)}
        print_json(known) if as_json else view.memory(memory, source, closer)


@app.command()
def search(
    words: Annotated[list[str], typer.Argument(metavar="WORDS", help="What it has to do with.")],
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 10,
    as_json: Json = False,
) -> None:
    """Find what she remembers by its words, and by what they mean if the model for that is installed."""
    from samantha import app as root
    from samantha.commands import memory_view as view
    from samantha.mind.recall import Recall

    with _opened() as here:
        found = Recall(here.memories, root.embedder(here.config)).search(" ".join(words), limit)
        scores = dict(found)
        there = here.memories.get(list(scores))
        if as_json:
            print_json([{**_facts(each), "score": round(scores[each.id], 3)} for each in there])
            return
        view.found(there)


@app.command()
def edit(
    id: OneId,
    text: Annotated[str, typer.Argument(help="How it is: the sentence, or what is new in it.")],
    as_json: Json = False,
) -> None:
    """Put a fact or an open thread right: what is new takes its place, what was stays as no longer so."""
    from dataclasses import replace

    from samantha import app as root
    from samantha.commands import memory_view as view
    from samantha.mind.noting import meanings
    from samantha.store.database import storable

    with _opened() as here:
        kind, number = _id(id)
        old = _there(None if kind == "turn" else next(iter(here.memories.get([number])), None), id)
        if old.kind not in ("fact", "thread") or old.until is not None:
            raise _problem(
                f"{id} is {'no longer so' if old.until else 'no fact and no open thread'}: it cannot be edited.",
                f"Forget it with `samantha memory forget {id}`, or tell her how it is.",
            )
        if not (words := storable(" ".join(text.split()))):
            raise _problem("There are no words in that.", f"Forget it with `samantha memory forget {id}`.")
        sentence, value = amended(old, words) if old.kind == "fact" else (words, old.value)
        now = datetime.now().astimezone()
        new = replace(
            old, id=0, text=sentence, value=value, at=now, turn=None, last_turn=None, confidence=1.0
        )
        embedder = root.embedder(here.config)
        meaning = meanings(embedder, [sentence])[0] if embedder is not None else None
        made = _there(here.memories.replace(old.id, new, meaning), id)
        made_memory = here.memories.get([made])
        print_json(_facts(made_memory[0])) if as_json else view.found(made_memory)


@app.command()
def forget(
    ids: Annotated[
        Optional[list[str]],  # noqa: UP045 (Typer reads it)
        typer.Argument(metavar="[ID]...", help="Ids of `samantha memory list`; t12 is turn 12."),
    ] = None,
    about: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(metavar="WORDS", help="All in which these words occur, whoever said it."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that was ever said and remembered.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Have her forget for good: what was said, what came of it, and its bytes on the disk."""
    from samantha.commands import memory_view as view
    from samantha.store import forgetting

    chosen = [bool(ids), about is not None, everything]
    if sum(chosen) != 1:
        raise typer.BadParameter("name one or several IDs, or --about WORDS, or --all")
    if about is not None and not about.strip():
        raise typer.BadParameter("it needs words", param_hint="--about")
    with _opened() as here:
        if everything:
            if not yes:
                _ask("Forget everything that was ever said and remembered?")
            gone = forgetting.forget_all(here.file)
        else:
            which, turns = (
                here.memories.with_words(about.split()) if about else _known(here.memories, ids or [])
            )
            expected = forgetting.foresee(here.file, which, turns)
            if not (which or turns):
                raise _problem(f"She remembers nothing about {about!r}.", "Try fewer words, or other ones.")
            if not yes:
                texts = expected.turns or [each.text for each in here.memories.get(which)]
                view.preview(texts, _PREVIEW)
                _ask(f"Forget {counted(expected.memories, len(expected.turns))}?")
            gone = forgetting.forget(here.file, which, turns)
        forgetting.drop_prefixes(here.config.state_folder)
        kept = [
            path for path in ("profile.json", "voiceprint.json") if (here.config.state_folder / path).exists()
        ]
    if as_json:
        left = [str(path) for path in gone.aside]
        print_json({"memories": gone.memories, "turns": len(gone.turns), "wiped": gone.purged, "aside": left})
        return
    print(f"Forgotten: {counted(gone.memories, len(gone.turns))}.")
    if not gone.purged:
        print("Another program is reading it just now: the bytes on the disk are wiped at her next start.")
    if gone.aside:
        print("These files were put aside once and may hold it still; delete them if you do not need them:")
        print(*(f"  {path}" for path in gone.aside), sep="\n")
    if everything and kept:
        print(
            f"Your name or your voice she still knows, from {' and '.join(kept)} in {here.config.state_folder}."
        )


@app.command()
def export(
    file: Annotated[Path, typer.Argument(readable=False, help="A .json, .md or .db file to write.")],
    force: Annotated[bool, typer.Option("--force", help="Also over a file that is there.")] = False,
) -> None:
    """Write all of it to a file: .json for programs, .md to read, .db as a backup."""
    from samantha.store.backup import backup
    from samantha.store.portable import write_json
    from samantha.store.readable import write_markdown

    writers = {".json": write_json, ".md": write_markdown, ".db": backup}
    write = writers.get(file.suffix.lower())
    if write is None:
        raise typer.BadParameter("its name should end in .json, .md or .db", param_hint="FILE")
    if file.exists() and not force:
        raise _problem(f"{file} is there already.", "Name another file, or add --force.")
    with _opened() as here:
        write(here.file, file)
        sealed = here.file.key is not None
    print(f"All that she remembers is in {file}, for you alone to read.")
    if sealed:
        encrypted = write is backup
        print("It is encrypted with the key in your keyring." if encrypted else "That file is not encrypted.")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(readable=False, help="A .json or .db file that was exported.")],
) -> None:
    """Take in what was exported: .json adds what is missing, .db takes the place of what is there."""
    from samantha.store import vault
    from samantha.store.backup import restore
    from samantha.store.portable import read, take_in

    kind = file.suffix.lower()
    if kind not in (".json", ".db"):
        raise typer.BadParameter("its name should end in .json or .db", param_hint="FILE")
    if kind == ".json":
        everything = read(file)
        with _opened() as here:
            taken = take_in(here.file, everything)
        print(f"New: {counted(taken.memories, taken.turns)}.")
        return
    with _opened() as here:
        restored = restore(here.file, file, vault.of(here.config))
    print(f"She remembers what {file} holds: {counted(restored.memories, restored.turns)}.")
    if restored.aside is not None:
        print(f"What was there before is in {restored.aside}.")


def amended(old: Remembered, words: str) -> tuple[str, str]:
    """The sentence and the value of a fact that `words` put right: they are the one or the other."""
    before, found, after = old.text.partition(old.value) if old.value else (old.text, "", "")
    if not found:
        return words, words
    if words.startswith(before) and words.endswith(after) and len(words) > len(before) + len(after):
        return words, words[len(before) : len(words) - len(after)]
    return before + words + after, words


def counted(memories: int, turns: int) -> str:
    """Such as "1 memory and 2 turns"."""
    return f"{memories} {'memory' if memories == 1 else 'memories'} and {turns} {'turn' if turns == 1 else 'turns'}"


@dataclass(frozen=True, slots=True)
class _Here:
    config: Config
    file: SqliteFile
    memories: Memories


@contextmanager
def _opened() -> Iterator[_Here]:
    from samantha import app as root
    from samantha import config
    from samantha.store.memories import Memories

    settings = config.load()
    with closing(root.database(settings)) as database:
        yield _Here(settings, database.file, Memories(database.file))


def _id(text: str) -> tuple[Literal["turn", "memory"], int]:
    digits = text.removeprefix("t")
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 18):
        raise typer.BadParameter(f"{text!r} is no id: it is a number, or t and a number", param_hint="ID")
    return ("turn" if text.startswith("t") else "memory"), int(digits)


def _known(memories: Memories, ids: Sequence[str]) -> tuple[list[int], list[int]]:
    """The memories and the turns that `ids` name, all of which there are."""
    which, turns = [], []
    for id in ids:
        kind, number = _id(id)
        if kind == "turn":
            turns.append(_there(memories.turn(number), id).id)
        else:
            which.append(_there(next(iter(memories.get([number])), None), id).id)
    return which, turns


def _there(found: _Found | None, id: str) -> _Found:
    if found is None:
        raise _problem(f"She remembers nothing as {id}.", "See `samantha memory list --all`.")
    return found


def _all_turns(memories: Memories) -> list[LearntTurn]:
    turns: list[LearntTurn] = []
    while page := memories.turns_after(turns[-1].id if turns else 0, 1000):
        turns += page
    return turns


def _ask(question: str) -> None:
    if not sys.stdin.isatty():
        raise _problem("That is for good, and there is no terminal to ask you on.", "Add --yes.")
    if not typer.confirm(question):
        raise typer.Exit(0)


def _problem(message: str, hint: str) -> SamanthaError:
    from samantha.errors import SamanthaError

    return SamanthaError("memory", message, hint)


def _facts(memory: Remembered) -> dict[str, Any]:
    known = {"id": memory.id, **asdict(memory)}
    return {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in known.items()
    }


def _turn(each: LearntTurn) -> dict[str, Any]:
    turn = each.turn
    return {
        "id": f"t{each.id}",
        "conversation": each.conversation,
        "role": turn.role,
        "by": turn.by,
        "text": turn.text,
        "said_at": turn.said_at.isoformat(),
        "interrupted": turn.interrupted,
    }


def print_json(value: Any) -> None:
    """For a program."""
    print(json.dumps(value, indent=1, ensure_ascii=False))
