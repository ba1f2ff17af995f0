"""`samantha persona …`: what she has become with you, why, and the way back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from samantha.errors import SamanthaError
from samantha.mind.traits import TRAITS, Trait

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from samantha.mind.growth import Growth
    from samantha.store.memories import Step

app = typer.Typer(
    no_args_is_help=True, help="Her character: what she has become with you, why, and the way back."
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text for a person.")]

ENDS: dict[Trait, tuple[str, str]] = {
    "warmth": ("cool", "warm"),
    "playfulness": ("serious", "playful"),
    "directness": ("gentle", "direct"),
    "curiosity": ("asks little", "asks much"),
    "talkativeness": ("brief", "talkative"),
    "formality": ("casual", "formal"),
}
_HALF = 12
"""Cells of a bar on either side of its middle, where she began."""


@app.command()
def show(as_json: Json = False) -> None:
    """Show where she stands."""
    now = datetime.now().astimezone()
    with _growth() as growth:
        traits, frozen, steps = growth.traits(now), growth.frozen, len(growth.log())
        his, hers = growth.nickname("I"), growth.nickname("you")
    if as_json:
        _print(
            {
                "traits": traits.as_dict(),
                "frozen": frozen,
                "steps": steps,
                "calls_you": his,
                "you_call_her": hers,
            }
        )
        return
    from rich.console import Console
    from rich.text import Text

    from samantha.commands.terminal import CREAM, MUTED

    console = Console(highlight=False)
    console.print()
    console.print(_picture(traits.as_dict()))
    console.print()
    if his:
        console.print(Text(f"  She calls you {his}.", style=CREAM))
    if hers:
        console.print(Text(f"  You call her {hers}.", style=CREAM))
    said = f"{_counted(steps)} since the first day" if steps else "As on the first day"
    console.print(Text(f"  {said}{', and frozen' if frozen else ''}.", style=MUTED))


@app.command()
def log(as_json: Json = False) -> None:
    """List each step of hers: when, how far, and why."""
    with _growth() as growth:
        steps = growth.log()
    _tell(steps, as_json=as_json, none="She is as on the first day: there is no step.")


@app.command()
def undo(
    ids: Annotated[
        Optional[list[int]],  # noqa: UP045 (Typer reads it)
        typer.Argument(metavar="[ID]…", help="Steps of `samantha persona log`; left out: the newest."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Take steps back, as if they had never been."""
    with _growth() as growth:
        known = {step.id for step in growth.log()}
        if unknown := [id for id in ids or () if id not in known]:
            raise SamanthaError(
                "persona",
                f"There is no step {unknown[0]}.",
                "See `samantha persona log` for those there are.",
            )
        gone = growth.undo(ids) if ids else growth.undo(last=1)
    _tell(gone, as_json=as_json, none="There is nothing to take back.")


@app.command()
def reset(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False, as_json: Json = False
) -> None:
    """Make her as on the first day: no step, no nickname, no joke of yours is left."""
    if not yes:
        typer.confirm("Everything that she has become with you is given up. Go on?", abort=True, err=True)
    with _growth() as growth:
        gone = growth.reset(datetime.now().astimezone())
    if as_json:
        _print({"undone": len(gone)})
    else:
        print(f"She is as on the first day. Taken back: {_counted(len(gone))}.")


@app.command()
def freeze(as_json: Json = False) -> None:
    """Keep her as she is, whatever is said."""
    _hold(True, as_json=as_json)


@app.command()
def thaw(as_json: Json = False) -> None:
    """Let her grow again."""
    _hold(False, as_json=as_json)


def _hold(frozen: bool, *, as_json: bool) -> None:
    with _growth() as growth:
        growth.freeze(frozen=frozen)
        still = growth.frozen
    if as_json:
        _print({"frozen": still})
    elif still and not frozen:
        print("She stays as she is: memory.growth is false in the settings.")
    else:
        print("She stays as she is." if still else "She grows with you again.")


@contextmanager
def _growth() -> Iterator[Growth]:
    from samantha import app as root
    from samantha import config
    from samantha.mind.growth import Growth

    settings = config.load()
    with closing(root.database(settings)) as database:
        yield Growth(database, frozen=not settings.memory.growth)


def _picture(traits: dict[str, float]) -> Table:
    """Each trait as a bar that goes to the left or to the right from where she began."""
    from rich.table import Table
    from rich.text import Text

    from samantha.commands.terminal import CREAM, MUTED

    table = Table.grid(padding=(0, 1))
    table.add_column(width=13, justify="right")
    table.add_column(width=2 * _HALF + 1)
    table.add_column()
    for trait in TRAITS:
        value = traits[trait]
        low, high = ENDS[trait]
        table.add_row(
            Text(low, style=CREAM if value < 0 else MUTED),
            _bar(value),
            Text(high, style=CREAM if value > 0 else MUTED),
        )
    return table


def _bar(value: float) -> Text:
    from rich.text import Text

    from samantha.commands.terminal import MUTED, RED, WOOD

    filled = round(abs(value) * _HALF)
    left, right = (filled, 0) if value < 0 else (0, filled)
    return Text.assemble(
        ("·" * (_HALF - left), MUTED),
        ("━" * left, WOOD),
        ("●", RED),
        ("━" * right, WOOD),
        ("·" * (_HALF - right), MUTED),
    )


def _tell(steps: Sequence[Step], *, as_json: bool, none: str) -> None:
    if as_json:
        _print(
            [
                {
                    "id": step.id,
                    "at": step.at.isoformat(timespec="seconds"),
                    "trait": step.trait,
                    "change": step.change,
                    "reason": step.reason,
                }
                for step in steps
            ]
        )
        return
    if not steps:
        print(none)
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from samantha.commands.terminal import CREAM, MUTED, RED, WOOD

    table = Table.grid(padding=(0, 2))
    for step in steps:
        table.add_row(
            Text(str(step.id), style=MUTED),
            Text(f"{step.at:%Y-%m-%d %H:%M}", style=MUTED),
            Text(step.trait, style=WOOD),
            Text(f"{step.change:+.2f}", style=RED),
            Text(step.reason, style=CREAM),
        )
    Console(highlight=False).print(table)


def _counted(steps: int) -> str:
    return f"{steps} {'step' if steps == 1 else 'steps'}"


def _print(what: Any) -> None:
    print(json.dumps(what, indent=1))
