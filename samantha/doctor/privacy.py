"""What could leave this machine or enter it, and whether what she keeps is yours alone."""

from __future__ import annotations

from collections.abc import Iterator

from samantha import app
from samantha.config import Config
from samantha.dialog.token import Token
from samantha.doctor import access
from samantha.doctor.finding import Finding, Trouble, finding
from samantha.errors import ConfigError, ModelError, SamanthaError
from samantha.remote.line import connected
from samantha.remote.reach import address, leads


def findings(config: Config) -> Iterator[Finding]:
    """Every way on or off this machine, and the permissions of her files."""
    yield ways(config)
    yield access.files(config)


def ways(config: Config) -> Finding:
    """The settings that lead off this machine or let others in."""
    try:
        found = leads(config)
    except ConfigError as problem:
        return Finding("privacy", "fault", problem.message, problem.hint)
    off = [Trouble(f"{lead}.") for lead in found if not lead.loopback]
    near = " ".join(f"{lead}." for lead in found if lead.loopback)
    if not off:
        nothing = "No setting leads off this machine. Only `samantha models pull` uses the network."
        return Finding("privacy", "ok", f"{nothing} {near}".strip())
    count = "One setting opens" if len(off) == 1 else f"{len(off)} settings open"
    last = off[-1]
    off[-1] = Trouble(last.what, "If you did not mean that, take it out of your settings.")
    return finding("privacy", f"{count} this machine to others.", off)


def elsewhere(config: Config) -> Iterator[Finding]:
    """Whether the engines on other machines answer, and whether this one could stand in for them."""
    store = app.store(config)
    for part, engine, name, local in (
        ("hearing elsewhere", f"hearing.engine: {config.hearing.engine}", "stt_url",
         lambda: store.stt(config.hearing.model)),
        ("thinking elsewhere", f"llm.engine: {config.llm.engine}", "llm_url",
         lambda: store.llm(config.llm.model)),
        ("speaking elsewhere", f"voice.engine: {config.voice.engine}", "tts_url",
         lambda: store.voice(config.voice.name)),
    ):  # fmt: skip
        if not engine.endswith(("wyoming", "openai")):
            continue
        try:
            there = address(config.remote, name, engine)
        except ConfigError:
            continue  # `ways` has said so
        found = []
        try:
            with connected(there, config.remote.timeout_s, Token()):
                detail = f"{there} answers."
        except SamanthaError as problem:
            detail = problem.message
            found.append(Trouble("Until it does, this machine does the work.", problem.hint))
        try:
            local()
        except ModelError as problem:
            found.append(Trouble(f"This machine cannot stand in: {problem.message}", problem.hint))
        yield finding(part, detail, found)
