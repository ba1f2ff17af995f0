"""`samantha memory …`: what she knows of you, to look at, to put right, to take away and to delete."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

if TYPE_CHECKING:
    from samantha.store.forgetting import Forgotten
    from samantha.store.memories import Remembered

app = typer.Typer(
    no_args_is_help=True, help="What she remembers of you: look at it, put it right, take it away."
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text for a person.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="An id of `samantha memory list`; t12 is turn 12.")]
Force = Annotated[bool, typer.Option("--force", help="Also over a file that is there.")]

AKIN = 0.15
"""Of a search's score: what has less to do with the words is not shown. What is unrelated stays below 0.12."""


@app.command("list")
def list_(
    everything: Annotated[bool, typer.Option("--all", help="Also what is no longer so.")] = False,
    said: Annotated[bool, typer.Option("--said", help="What was said instead, turn by turn.")] = False,
    as_json: Json = False,
) -> None:
    """Show what she knows, what is open, and her diary by day."""
    from samantha.commands import memory_access as access
    from samantha.commands import memory_view as view

    with access.opened() as here:
        if said:
            turns = here.turns()
            _print([access.turn_as_json(each) for each in turns]) if as_json else view.said(turns)
        else:
            every = here.memories.listed(current=False)
            found = [each for each in every if everything or each.until is None]
            _print([access.as_json(each) for each in found]) if as_json else view.listed(found, every)


@app.command()
def show(id: Id, as_json: Json = False) -> None:
    """Show all there is about one memory: where it comes from, when it was said, what ended it."""
    from samantha.commands import memory_access as access
    from samantha.commands import memory_view as view

    with access.opened() as here:
        if access.is_turn(id):
            turn = here.turn(id)
            came = here.memories.of_turns([turn.id])
            known = {**access.turn_as_json(turn), "memories": [access.as_json(each) for each in came]}
            _print(known) if as_json else view.turn(turn, came)
            return
        memory = here.memory(id)
        source = here.memories.turn(memory.turn) if memory.turn is not None else None
        closer = next(iter(here.memories.get([memory.closed_by] if memory.closed_by else [])), None)
        known = {
            **access.as_json(memory),
            "said": source and access.turn_as_json(source),
            "closed_by": closer and access.as_json(closer),
        }
        _print(known) if as_json else view.memory(memory, source, closer)


@app.command()
def search(
    words: Annotated[list[str], typer.Argument(metavar="WORDS", help="What it has to do with.")],
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 10,
    as_json: Json = False,
) -> None:
    """Find what she remembers by its words, and by what they mean if the model for that is installed."""
    from samantha import app as root
    from samantha.commands import memory_access as access
    from samantha.commands import memory_view as view
    from samantha.mind.recall import Recall

    with access.opened() as here:
        ranked = Recall(here.memories, root.embedder(here.config)).search(" ".join(words), limit)
        scores = {id: score for id, score in ranked if score >= AKIN}
        there = here.memories.get(list(scores))
    if as_json:
        _print([{**access.as_json(each), "score": round(scores[each.id], 3)} for each in there])
    else:
        view.found(there)


@app.command()
def edit(
    id: Id,
    text: Annotated[str, typer.Argument(help="How it is: the sentence, or what is new in it.")],
    as_json: Json = False,
) -> None:
    """Put a fact or an open thread right: what is new takes its place, what was stays as no longer so."""
    from dataclasses import replace

    from samantha import app as root
    from samantha.commands import memory_access as access
    from samantha.commands import memory_view as view
    from samantha.mind.noting import meanings
    from samantha.store.database import storable

    with access.opened() as here:
        old = here.memory(id)
        forgetting = f"Forget it with `samantha memory forget {id}`"
        if old.kind not in ("fact", "thread"):
            raise access.problem(
                f"{id} is no fact and no open thread: it cannot be edited.", f"{forgetting}."
            )
        words = storable(" ".join(text.split()))
        if not words:
            raise access.problem("There are no words in that.", f"{forgetting}.")
        sentence, value = amended(old, words) if old.kind == "fact" else (words, old.value)
        now = datetime.now().astimezone()
        new = replace(
            old, id=0, text=sentence, value=value, at=now, turn=None, last_turn=None, confidence=1.0
        )
        embedder = root.embedder(here.config)
        made = here.memories.replace(old.id, new, meanings(embedder, [sentence])[0] if embedder else None)
        if made is None:
            raise access.problem(
                f"{id} is no longer so: it cannot be edited.", f"{forgetting}, or tell her how it is."
            )
        [there] = here.memories.get([made])
    _print(access.as_json(there)) if as_json else view.found([there])


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
    from samantha.commands import memory_access as access
    from samantha.commands import memory_view as view
    from samantha.store import forgetting

    if [bool(ids), about is not None, everything].count(True) != 1:
        raise typer.BadParameter("name one or several IDs, or --about WORDS, or --all")
    if about is not None and not about.strip():
        raise typer.BadParameter("it needs words", param_hint="--about")
    with access.opened() as here:
        if everything:
            if not yes:
                _ask("Forget everything that was ever said and remembered?")
            gone = forgetting.forget_all(here.file)
        else:
            which, turns = here.memories.with_words(about.split()) if about else here.named(ids or ())
            if not (which or turns):
                raise access.problem(
                    f"She remembers nothing about {about!r}.", "Try fewer words, or other ones."
                )
            if not yes:
                expected = forgetting.foresee(here.file, which, turns)
                view.preview(expected.turns or [each.text for each in here.memories.get(which)])
                _ask(f"Forget {counted(expected.memories, len(expected.turns))}?")
            gone = forgetting.forget(here.file, which, turns)
        state = here.config.state_folder
    forgetting.drop_prefixes(state)
    if as_json:
        left = [str(path) for path in gone.aside]
        _print({"memories": gone.memories, "turns": len(gone.turns), "wiped": gone.purged, "aside": left})
        return
    _report(gone)
    left = [name for name in ("profile.json", "voiceprint.json") if (state / name).exists()]
    if everything and left:
        print(f"She still knows your name or your voice, from {' and '.join(left)} in {state}.")


@app.command()
def export(
    file: Annotated[Path, typer.Argument(readable=False, help="A .json, .md or .db file to write.")],
    force: Force = False,
) -> None:
    """Write all of it to a file: .json for programs, .md to read, .db as a backup."""
    from samantha.commands import memory_access as access
    from samantha.store.backup import backup
    from samantha.store.portable import write_json
    from samantha.store.readable import write_markdown

    writers = {".json": write_json, ".md": write_markdown, ".db": backup}
    write = writers.get(file.suffix.lower())
    if write is None:
        raise typer.BadParameter("its name should end in .json, .md or .db", param_hint="FILE")
    if file.exists() and not force:
        raise access.problem(f"{file} is there already.", "Name another file, or add --force.")
    with access.opened() as here:
        write(here.file, file)
        sealed = here.file.key is not None
    print(f"All that she remembers is in {file}, for you alone to read.")
    if sealed:
        print(
            "It is encrypted with the key in your keyring."
            if write is backup
            else "That file is not encrypted."
        )


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(readable=False, help="A .json or .db file that was exported.")],
) -> None:
    """Take in what was exported: .json adds what is missing, .db takes the place of what is there."""
    from samantha.commands import memory_access as access
    from samantha.store import vault
    from samantha.store.backup import restore
    from samantha.store.portable import read, take_in

    kind = file.suffix.lower()
    if kind not in (".json", ".db"):
        raise typer.BadParameter("its name should end in .json or .db", param_hint="FILE")
    if kind == ".json":
        everything = read(file)
        with access.opened() as here:
            taken = take_in(here.file, everything)
        print(f"New: {counted(taken.memories, taken.turns)}.")
        return
    with access.opened() as here:
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


def _ask(question: str) -> None:
    from samantha.commands.memory_access import problem

    if not sys.stdin.isatty():
        raise problem("That is for good, and there is no terminal to ask you on.", "Add --yes.")
    if not typer.confirm(question):
        raise typer.Exit(0)


def _report(gone: Forgotten) -> None:
    print(f"Forgotten: {counted(gone.memories, len(gone.turns))}.")
    if not gone.purged:
        print("Another program is reading it just now: the bytes on the disk are wiped at her next start.")
    if gone.aside:
        print("These files were put aside once and may hold it still; delete them if you do not need them:")
        print(*(f"  {path}" for path in gone.aside), sep="\n")


def _print(value: Any) -> None:
    print(json.dumps(value, indent=1, ensure_ascii=False))
