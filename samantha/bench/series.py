"""Parts of a bench, one after the other: what one of them lacks does not end the others."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from samantha.bench.findings import Findings
from samantha.bench.table import Table
from samantha.errors import SamanthaError

Tell = Callable[[str], None]


def measured(
    findings: Findings, parts: Mapping[str, str], measure: Callable[[str], list[Table]], tell: Tell
) -> Iterator[Findings]:
    """`findings` after each of `parts`, which are names and what happens in them; `measure` is given a name."""
    for name, happens in parts.items():
        tell(f"{name}: {happens}")
        note(findings, name, partial(measure, name))
        yield findings


def note(findings: Findings, part: str, measure: Callable[[], list[Table]]) -> None:
    """Add what `measure` comes to, or what it lacked: then the other parts are still worth having."""
    began = time.monotonic()
    try:
        findings.tables[part] = measure()
    except SamanthaError as problem:
        findings.problems[part] = str(problem)
    findings.seconds[part] = round(time.monotonic() - began, 1)
