"""`samantha models …`: what there is, getting it, checking it, and what suits this machine."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

if TYPE_CHECKING:
    from samantha.store.catalog import Store
    from samantha.store.recipe import Model

app = typer.Typer(no_args_is_help=True, help="The models she hears, thinks and speaks with.")

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text for a person.")]
Ids = Annotated[Optional[list[str]], typer.Argument(metavar="[ID]...", help="Ids of `samantha models list`.")]  # noqa: UP045

_TASKS = {
    "stt": "hearing",
    "vad": "hearing",
    "turn": "hearing",
    "speaker": "hearing",
    "embedder": "remembering",
    "llm": "thinking",
    "voice": "speaking",
    "voice-engine": "speaking",
}


@app.command("list")
def list_(as_json: Json = False) -> None:
    """Every model of the catalogue, and which are installed."""
    store = _store()
    models = list(store.catalog.models.values())
    if as_json:
        _print([_facts(store, model) for model in models])
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, show_header=False)
    for column in ({"no_wrap": True}, {"no_wrap": True, "justify": "right"}, {"overflow": "fold"}, {}):
        table.add_column(**column)
    task = ""
    for model in models:
        if _TASKS[model.role] != task:
            task = _TASKS[model.role]
            table.add_row(f"[bold]{task}[/bold]")
        mark = "✓" if store.installed(model.id) else " "
        about = f"{model.sex}; {model.about}" if model.sex else model.about
        table.add_row(f"{mark} {model.id}", _size(model.size), model.licence, about)
    Console().print(table)
    print(f"\n✓ installed in {store.folder}. Get another with `samantha models pull ID`.")


@app.command()
def pull(
    ids: Ids = None,
    defaults: Annotated[bool, typer.Option("--defaults", help="All that a conversation needs.")] = False,
    tests: Annotated[bool, typer.Option("--tests", help="What the tests need besides.")] = False,
) -> None:
    """Get models: downloaded, verified and put in place whole. Damaged files are mended."""
    if not (ids or defaults or tests):
        raise typer.BadParameter("name at least one ID, or --defaults")
    from samantha.store.progress import watched
    from samantha.store.pull import pull as pull_models
    from samantha.store.pull import pull_first

    store = _store()
    wanted = [*(ids or ()), *(store.catalog.defaults if defaults else ())]
    wanted += store.catalog.tests if tests else ()
    with ExitStack() as stack:
        show = stack.enter_context(watched())
        for pulled in pull_models(store, wanted, show):
            show.say(f"{pulled.id}: " + (f"installed, from {pulled.source}" if pulled.source else "is there"))
        if not defaults:
            return
        if there := next((name for name in store.catalog.voices if store.installed(name)), ""):
            pull_models(store, [there], show)
            show.say(f"Her voice is {there}, which is there.")
            return
        voice, reasons = pull_first(store, store.catalog.voices, show)
        because = f" ({' '.join(reasons)})" if reasons else ""
        show.say(f"Her voice is {voice.id}{because}.")


@app.command()
def verify(ids: Ids = None, as_json: Json = False) -> None:
    """Check models byte for byte: those named, or all that are installed."""
    from samantha.errors import ModelError

    store = _store()
    results: list[dict[str, Any]] = []
    for name in ids or [name for name in store.catalog.models if store.installed(name)]:
        store.catalog.model(name)
        try:
            unknown = store.verify(name)
            results.append({"id": name, "ok": True, "unverified": list(unknown)})
        except ModelError as problem:
            results.append({"id": name, "ok": False, "problem": str(problem)})
        if not as_json:
            _report(results[-1])
    if as_json:
        _print(results)
    if bad := [result["id"] for result in results if not result["ok"]]:
        raise ModelError(
            f"{' and '.join(bad)} cannot be used as it is.",
            f"Mend it with `samantha models pull {' '.join(bad)}`.",
        )
    if not results:
        raise ModelError(
            "No model is installed.", "Get the usual ones with `samantha models pull --defaults`."
        )


@app.command()
def recommend(as_json: Json = False) -> None:
    """What this machine can carry in comfort, and how to get it."""
    from samantha.store.advice import advise
    from samantha.store.machine import this_machine

    store, machine = _store(), this_machine()
    advice = advise(store.catalog, machine)
    if as_json:
        facts = {"cores": machine.cores, "ram": machine.ram, "gpu": machine.gpu, "vram": machine.vram}
        models = [
            {"task": a.task, "why": a.why, "setting": a.setting, **_facts(store, a.model)} for a in advice
        ]
        _print({"machine": facts, "advice": models})
        return
    print(f"This machine: {machine}.")
    for item in advice:
        print(f"\n{item.task}: {item.model.id} ({_size(item.model.size)}): {item.why}.")
        if store.installed(item.model.id):
            print("  It is installed.")
        else:
            print(f"  Get it:  samantha models pull {item.model.id}")
        print(f"  Setting: {item.setting}")


def _store() -> Store:
    from samantha import config
    from samantha.store.catalog import Catalog, Store

    return Store(Catalog.load(), config.load().models_folder)


def _facts(store: Store, model: Model) -> dict[str, Any]:
    return {
        "id": model.id,
        "role": model.role,
        "engine": model.engine,
        "about": model.about,
        "languages": list(model.languages),
        "sex": model.sex or None,
        "licence": model.licence,
        "size": model.size,
        "needs": list(model.needs),
        "sources": [str(source) for source in model.sources],
        "installed": store.installed(model.id),
        "path": str(store.path(model.id)),
    }


def _report(result: dict[str, Any]) -> None:
    if not result["ok"]:
        print(f"✗ {result['id']}: {result['problem']}")
    elif result["unverified"]:
        print(f"? {result['id']}: no checksum is known of {', '.join(result['unverified'])}")
    else:
        print(f"✓ {result['id']}")


def _size(size: int) -> str:
    if size >= 1e9:
        return f"{size / 1e9:.1f} GB"
    return f"{size / 1e6:.0f} MB" if size >= 1e7 else f"{size / 1e6:.1f} MB"


def _print(value: Any) -> None:
    print(json.dumps(value, indent=1, ensure_ascii=False))
