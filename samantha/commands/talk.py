"""`samantha talk`: a conversation in the foreground, on a sound card or on two files."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from samantha import app
from samantha.assistant import Assistant, Parts
from samantha.audio.device import LiveCard
from samantha.audio.pcm import Block, level_dbfs, seconds
from samantha.commands.keep import EventFile, Recording
from samantha.commands.terminal import JsonView, PlainView, View, WarmView
from samantha.config import Config
from samantha.dialog.lane import FastPace, Load
from samantha.dialog.meeting import GREETING, UNHEARD, Meeting
from samantha.errors import SamanthaError
from samantha.events import Event, Transcribed
from samantha.ports import AudioDevice, Synthesizer
from samantha.service.client import running
from samantha.store import profile
from samantha.store.journal import Journal, restore

TWICE = 2.0
"""Seconds within which a second Ctrl-C ends."""

DEAF = 12.0
"""Seconds without a word after which, at the first meeting, she says that she hears nothing."""


@dataclass(frozen=True, slots=True)
class Files:
    """Two files as a sound card."""

    input: Path
    output: Path | None
    fast: bool


def talk(
    config: Config,
    *,
    files: Files | None = None,
    events: Path | None = None,
    record: Path | None = None,
    as_json: bool = False,
) -> None:
    """Converse until the input ends or Ctrl-C."""
    if files is None and running():
        raise SamanthaError(
            "running",
            "Samantha runs in the background already, and hears you through the same microphone.",
            "Just talk to her (`samantha status` says how she listens), or stop her first.",
        )
    if as_json:
        view: View = JsonView()
    else:
        view = WarmView() if sys.stdout.isatty() else PlainView()
    try:
        asyncio.run(_talk(config, view, files, events, record))
    finally:
        view.end()


async def _talk(
    config: Config, view: View, files: Files | None, events: Path | None, record: Path | None
) -> None:
    known = profile.read(config.state_folder)
    load = Load()
    talking: list[Assistant] = []
    # The devices first: a wrong name should not cost the time it takes to load the models.
    device = _device(config, files, load, talking)
    memory = app.memory(config, known.name)
    try:
        parts = await asyncio.to_thread(app.load, config, view.step, user_name=known.name, memory=memory)
    except BaseException:
        device.stop()
        raise
    assistant = Assistant(
        config, parts, load, canceller=lambda device: app.canceller(config, device), subscribers=[view.on]
    )
    talking.append(assistant)
    assistant.subscribe(_tell_of_languages(config.hearing.language, parts.synthesizer, view))
    journal = Journal(app.database(config), lambda problem: view.note(f"What is said is not kept. {problem}"))
    keep: list[EventFile | Recording] = []
    try:
        if memory is not None:
            await _go_on(config, assistant, journal, live=files is None)
        if events is not None:
            keep.append(log := EventFile(events, assistant.stop))
            assistant.subscribe(log.on)
        if record is not None:
            keep.append(recording := Recording(record, assistant.stop))
            assistant.subscribe(recording.events.on)
            assistant.taps.append(recording.tap)
        view.begin(device.name, live=files is None)
        if files is None:
            _hush_on_interrupt(assistant, view)
            stranger = not (known.met or config.user.name)
            if _interactive() and stranger and "en" in parts.synthesizer.languages:
                _meet(config, assistant, parts, view)
        await assistant.run(device)
    finally:
        for kept in keep:
            kept.close()
        device.stop()
        await journal.close()
        await assistant.engines.closed()
        if memory is not None:
            memory.close()
    for kept in keep:
        if kept.problem is not None:
            raise kept.problem


async def _go_on(config: Config, assistant: Assistant, journal: Journal, *, live: bool) -> None:
    """Keep what is said, and take up what was said just before, but for a conversation on files."""
    assistant.subscribe(journal.on)
    if live:
        kept = await journal.resume(timedelta(minutes=config.dialog.resume_min))
        context = assistant.conversation.context
        restore(context.history, kept, context.prompt)
        if kept:
            assistant.conversation.reread_soon()


def _interactive() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _device(config: Config, files: Files | None, load: Load, talking: list[Assistant]) -> AudioDevice:
    """The sound card, or two files; who is `talking` on it comes later."""
    if files is None:
        return LiveCard(config.audio, lambda change: talking[0].on_device(change))
    from samantha.audio.wavfile import FileDevice, RealtimePace

    pace = FastPace(load) if files.fast else RealtimePace()
    return FileDevice(files.input, files.output, pace, lambda: talking[0].finished)


def _tell_of_languages(fixed: str, voice: Synthesizer, view: View) -> Callable[[Event], None]:
    """Says, once for each, that a language is understood which the voice cannot speak."""
    told: set[str] = set()

    def on(event: Event) -> None:
        if isinstance(event, Transcribed) and event.text:
            tell(event.language)

    def tell(language: str) -> None:
        if language not in voice.languages and language not in told:
            told.add(language)
            view.note(
                f"She understands {language!r}, but this voice speaks {', '.join(voice.languages)} only, so she "
                "answers in that. `samantha models list` shows other voices."
            )

    if fixed != "auto":
        tell(fixed)
    return on


def _hush_on_interrupt(assistant: Assistant, view: View) -> None:
    last = -TWICE

    def interrupt() -> None:
        nonlocal last
        if time.monotonic() - last < TWICE:
            assistant.stop()
            return
        last = time.monotonic()
        assistant.conversation.interrupt()
        view.note("Ctrl-C once more to end.")

    with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C simply ends
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, interrupt)


def _meet(config: Config, assistant: Assistant, parts: Parts, view: View) -> None:
    """The first meeting: a greeting, a name, and a look at whether the microphone hears anything."""
    meeting = Meeting()
    conversation = assistant.conversation
    loudest, asked = -120.0, False

    def answer(words: str) -> str:
        said = meeting.answer(words)
        if meeting.over:
            conversation.script = None
            if isinstance(view, WarmView):
                view.level = -120.0
            assistant.taps.remove(look)
            conversation.meet(meeting.name, app.prompt(config, parts.llm, meeting.name, parts.synthesizer))
            view.note(_keep_name(config, meeting.name))
        return said

    def look(captured: Block, _: Block) -> None:
        nonlocal loudest, asked
        level = level_dbfs(captured)
        loudest = max(loudest, level)
        if isinstance(view, WarmView):
            view.level = level
        if not asked and seconds(assistant.listener.at) > DEAF and not assistant.heard_speech:
            asked = True
            conversation.say(UNHEARD)
            view.note(
                f"The loudest sound so far was {loudest:.0f} dBFS; speech at arm's length is about -35. "
                "`samantha devices` lists microphones, `samantha doctor` looks further."
            )

    view.note(
        "She is introducing herself. If you hear nothing, turn up the volume, or choose another loudspeaker "
        "(`samantha devices`)."
    )
    conversation.script = answer
    assistant.taps.append(look)
    conversation.say(GREETING)


def _keep_name(config: Config, name: str) -> str:
    """Remember that they have met; what to tell the person about it."""
    try:
        profile.write(config.state_folder, profile.Profile(name, met=True))
    except OSError as problem:
        return f"That you have met could not be kept in {config.state_folder}: {problem.strerror}."
    kept = (
        f"Your name is kept in {config.state_folder / 'profile.json'}; user.name in your settings changes it."
    )
    return kept if name else "She will not ask for your name again; user.name in your settings tells her."


def start(config: Config) -> None:
    """Talk if there is a microphone; else show a conversation on files."""
    from samantha.audio.device import has_microphone

    if has_microphone():
        talk(config)
    else:
        demonstrate(config)


QUESTIONS = (
    "Hi Samantha. I had a long day. What are you up to?",
    "Tell me, do you ever get tired of listening to people?",
)


def demonstrate(config: Config) -> None:
    """Two turns on files, with a second voice as the person, printed as they happen."""
    from samantha.commands.sound import conversation_input

    print(
        "There is no microphone here, so somebody else will talk with her. Both voices go to files.\n",
        flush=True,
    )
    nobody = config.memory.model_copy(update={"enabled": False})  # it is not her person who speaks
    config = config.model_copy(update={"memory": nobody})
    folder = Path(tempfile.mkdtemp(prefix="samantha-"))
    asked = conversation_input(config, QUESTIONS, folder / "person.wav")
    talk(config, files=Files(folder / "person.wav", folder / "samantha.wav", fast=False))
    print(
        f"\nThe person: {folder / 'person.wav'} ({asked})\nSamantha:   {folder / 'samantha.wav'}, aligned with it."
    )
