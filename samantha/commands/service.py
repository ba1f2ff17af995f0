"""`samantha service …`: have her start with the session, and again after a crash."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from samantha.service.supervisors.install import Supervisor

app = typer.Typer(
    no_args_is_help=True, help="Have her run in the background, from login on, and again after a crash."
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text for a person.")]


@app.command()
def install() -> None:
    """Have her start when you log in; again, after you changed settings or moved her."""
    from samantha import config
    from samantha.service.supervisors.program import this_program

    _say(_supervisor().install(this_program(config.load())))


@app.command()
def uninstall() -> None:
    """Stop her, and start her no more. What she keeps stays."""
    from samantha import config

    _say(_supervisor().uninstall())
    settings = config.load()
    print(f"What she keeps is still in {settings.state_folder}, her models in {settings.models_folder}.")


@app.command()
def start() -> None:
    """Start her now."""
    _say(_supervisor().start())


@app.command()
def stop() -> None:
    """Stop her, until you log in again."""
    _say(_supervisor().stop())


@app.command()
def status(as_json: Json = False) -> None:
    """Say whether she is installed and runs, and what is wrong if she does not; 1 if she does not run."""
    from samantha import config
    from samantha.service.supervisors.program import this_program

    settings = config.load()
    supervisor = _supervisor()
    state = supervisor.status()
    advice = supervisor.outdated(this_program(settings)) if state.installed else ""
    if as_json:
        print(json.dumps({**asdict(state), "outdated": advice}))
    elif not state.installed:
        print("The service is not installed: `samantha service install`.")
    else:
        pid = f", process {state.pid}" if state.pid else ""
        again = f", started again {state.restarts} times" if state.restarts else ""
        print(f"The service is {state.doing}{pid}{again}.")
        for sentence in filter(None, (state.problem, advice)):
            print(sentence)
    raise typer.Exit(0 if state.running else 1)


def _supervisor() -> Supervisor:
    from samantha.service.supervisors.install import supervisor

    return supervisor()


def _say(sentences: list[str]) -> None:
    for sentence in sentences:
        print(sentence)
