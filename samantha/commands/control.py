"""The verbs for a Samantha that is running: what the command line asks of her, and how the answer is shown."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from samantha.service.client import local

if TYPE_CHECKING:
    from samantha.events import Mode
    from samantha.service.control import Talk


def status(*, as_json: bool) -> None:
    """How she is."""
    answer = local().ask("GET", "/status")
    if as_json:
        _print(answer)
        return
    from rich.console import Console
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    for name, value in _rows(answer):
        table.add_row(name, value)
    Console().print(table, markup=False, highlight=False)


def _rows(answer: dict[str, Any]) -> list[tuple[str, str]]:
    rows = [
        ("she is", f"{answer['state']} ({_listening(answer)})"),
        ("microphone", answer["input"] if answer["microphone"] else f"{answer['input']} (closed)"),
        ("loudspeaker", answer["output"]),
        *answer["models"].items(),
        ("talk key", answer["hotkey"]),
        ("turns", f"{answer['turns']} in {_duration(answer['uptime_s'])}"),
        ("audio lag", f"{answer['lag_ms']:.1f} ms (99th percentile of a minute)"),
        ("socket", answer["socket"]),
    ]
    if answer["token_file"]:
        rows.append(("token", answer["token_file"]))
    rows.append(("leads off", ", ".join(answer["leads_off"]) or "nothing: she keeps to this machine"))
    rows.extend(("problem", problem) for problem in answer["problems"])
    rows.append(("process", f"{answer['pid']}, version {answer['version']}"))
    return rows


def _duration(seconds: float) -> str:
    minutes, _ = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def _listening(answer: dict[str, Any]) -> str:
    if answer["muted"]:
        return "microphone off"
    if answer["mode"] != "ptt":
        return "always listening" if answer["mode"] == "always" else "listening for her name"
    return "the talk key is held" if answer["talking"] else "listening while the talk key is held"


def hush(*, as_json: bool) -> None:
    """Have her be silent at once."""
    answer = local().ask("POST", "/hush")
    if as_json:
        _print(answer)
    else:
        print("She is silent." if answer["hushed"] else "She was silent already.")


def listen(on: bool, *, as_json: bool) -> None:
    """Open her microphone, or close it for real."""
    _say_how(local().ask("POST", "/listen", {"on": on}), as_json)


def mode(mode: Mode, *, as_json: bool) -> None:
    """Choose when she listens."""
    _say_how(local().ask("POST", "/mode", {"mode": mode}), as_json)


def ptt(action: Talk, *, as_json: bool) -> None:
    """Press the talk key, or let it go."""
    answer = local().ask("POST", "/ptt", {"action": action})
    if as_json:
        _print(answer)


def events() -> None:
    """Print what happens as it happens, one JSON object a line."""
    for record in local().events():
        print(json.dumps(record, ensure_ascii=False), flush=True)


def _say_how(answer: dict[str, Any], as_json: bool) -> None:
    if as_json:
        _print(answer)
    else:
        how = _listening(answer)
        print(f"{how[0].upper()}{how[1:]}.")


def _print(answer: dict[str, Any]) -> None:
    print(json.dumps(answer, ensure_ascii=False, indent=2))
