"""One visit of the doctor's: part after part, told as it is found out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from samantha.commands.terminal import CREAM, MUTED, RED
from samantha.config import Config
from samantha.doctor import background, bundle, here, privacy
from samantha.doctor.finding import Finding
from samantha.doctor.page import Page
from samantha.doctor.trials import attempt

ENGINES = {
    "detector": "whether somebody speaks",
    "transcriber": "what is said",
    "voice": "her voice",
    "mind": "her mind",
}
"""What she cannot do without, and what each is for."""


@dataclass(frozen=True, slots=True)
class Check:
    """`findings` of parts that belong together; `busy` says meanwhile what is looked at."""

    busy: str
    findings: Callable[[], Iterable[Finding]]


def examine(
    config: Config, *, as_json: bool, quick: bool, sound: bool = False, into: Path | None = None
) -> int:
    """Print every finding as it is made; returns the exit code: 0, or 1 if something essential is broken.

    `quick` only loads each engine once; `sound` plays a chirp; `into` is a zip file for a bug report.
    """
    findings: list[Finding] = []
    with Page(quiet=as_json) as page:
        for title, checks in _quick(config) if quick else _whole(config, page, sound=sound):
            if title:
                page.heading(title)
            for check in checks:
                page.busy(check.busy)
                for finding in check.findings():
                    findings.append(finding)
                    page.finding(finding)
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    elif not quick:
        _conclude(page, findings, sound=sound)
    if into is not None:
        page.bundle(into, bundle.write(into, config, findings))
    return 1 if any(finding.verdict == "fault" for finding in findings) else 0


def _quick(config: Config) -> Iterator[tuple[str, list[Check]]]:
    yield "", [_engine(config, part) for part in ENGINES]


def _whole(config: Config, page: Page, *, sound: bool) -> Iterator[tuple[str, list[Check]]]:
    yield (
        "This machine",
        [
            Check("the machine", lambda: [here.machine(), here.settings()]),
            Check("her folders", lambda: [here.folder("her own files", config.state_folder)]),
            Check("the models", lambda: here.models(config)),
        ],
    )
    hearing = "listening: say something" if page.live else "listening"
    ears = [Check(hearing, lambda: _soft(attempt(config, "meter" if page.live else "sound", page.level)))]
    if sound:
        ears.append(Check("playing a chirp", lambda: _soft(attempt(config, "loop-back"))))
    yield "Ears and mouth", ears
    yield (
        "In the background",
        [Check("the talk key and the service", lambda: background.findings(config))],
    )
    yield (
        "Hearing, thinking, speaking, remembering",
        [
            Check("engines elsewhere", lambda: privacy.elsewhere(config)),
            *(_engine(config, part) for part in _installed(config)),
            Check("echo cancellation", lambda: attempt(config, "echo")),
            Check("what she remembers", lambda: attempt(config, "remembering")),
            *([_understanding(config)] if {"transcriber", "voice"} <= set(_installed(config)) else []),
        ],
    )
    yield "Privacy", [Check("privacy", lambda: privacy.findings(config))]


def _installed(config: Config) -> list[str]:
    """The engines whose models are there; of the others, `here.models` has said what is missing."""
    found = here.chosen(config)
    of = {"transcriber": found["hears"], "mind": found["thinks"], "voice": found["speaks"]}
    return [part for part in ENGINES if not isinstance(of.get(part), Exception)]


def _engine(config: Config, part: str) -> Check:
    """The engine of this machine, also where another machine's is asked first."""
    own = config.model_copy(
        update={
            "hearing": config.hearing.model_copy(update={"engine": "whisper"}),
            "llm": config.llm.model_copy(update={"engine": "llama"}),
            "voice": config.voice.model_copy(update={"engine": "local"}),
        }
    )
    return Check(ENGINES[part], lambda: attempt(own, part))


def _understanding(config: Config) -> Check:
    return Check("whether she understands herself", lambda: attempt(config, "conversation"))


def _soft(findings: list[Finding]) -> list[Finding]:
    """Without a sound card she can still be talked with by text, and files can stand in for it."""
    return [
        replace(finding, part="sound", verdict="warning") if finding.verdict == "fault" else finding
        for finding in findings
    ]


def _conclude(page: Page, findings: list[Finding], *, sound: bool) -> None:
    broken = [finding.part for finding in findings if finding.verdict == "fault"]
    doubtful = [finding.part for finding in findings if finding.verdict == "warning"]
    if broken:
        page.say(f"She cannot talk with you until this is mended: {', '.join(broken)}.", RED)
    if doubtful:
        page.say(f"Worth a look: {', '.join(doubtful)}.", CREAM)
    if not broken and not doubtful:
        page.say("All is well.", CREAM)
    if not sound:
        page.say(
            "`samantha doctor --sound` also plays a chirp, to hear whether she would hear herself.", MUTED
        )
