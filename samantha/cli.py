"""The commands. Each one is short: it reads the settings and hands over; nothing heavy is imported before."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import typer

from samantha import __version__
from samantha.commands.memory import app as memory_app
from samantha.commands.models import app as models_app
from samantha.commands.persona import app as persona_app
from samantha.commands.service import app as service_app
from samantha.commands.voiceprint import app as voiceprint_app

if TYPE_CHECKING:
    from samantha.config import Config

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Samantha: an always-on, fully offline voice companion.",
)
config_app = typer.Typer(
    no_args_is_help=True, help="Your settings: what is in force, and whether it is right."
)
app.add_typer(models_app, name="models")
app.add_typer(memory_app, name="memory")
app.add_typer(service_app, name="service")
app.add_typer(persona_app, name="persona")
app.add_typer(voiceprint_app, name="voiceprint")
app.add_typer(config_app, name="config")

Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="Change a setting for this run, such as llm.temperature=0.3."
    ),
]
VoiceName = Annotated[str | None, typer.Option(help="A voice of `samantha models list`, or a .onnx file.")]
# `readable=False` on paths: whether a file can be read is said by whoever reads it, as a problem, not as wrong usage.
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text for a person.")]


def settings(changes: list[str] | None = None, **flags: Any) -> Config:
    """The settings in force, with `KEY=VALUE` changes and flags (section__key) on top."""
    from samantha import config
    from samantha.errors import ConfigError

    tree: dict[str, Any] = {name.replace("__", "."): value for name, value in flags.items()}
    for change in changes or ():
        key, separator, value = change.partition("=")
        if not separator or "." not in key:
            raise ConfigError(
                f"--set {change} is not of the form section.key=value.", "Try --set voice.speed=1.1."
            )
        tree[key] = config.value_of(value)
    return config.load(flags=tree)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"samantha {__version__}")
        raise typer.Exit


@app.callback()
def samantha(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Her version.")
    ] = False,
) -> None:
    """Talk with Samantha. `samantha talk` begins a conversation; nothing you say leaves this machine."""


@app.command()
def talk(
    input: Annotated[Path | None, typer.Option(readable=False, help="A sound file as microphone.")] = None,
    output: Annotated[
        Path | None, typer.Option(readable=False, help="A wav file as loudspeaker, aligned with the input.")
    ] = None,
    pace: Annotated[
        str, typer.Option(help="With --input: realtime, or fast (thinking costs no time).")
    ] = "realtime",
    events: Annotated[
        Path | None,
        typer.Option(readable=False, help="Write what happens to this file, one JSON object a line."),
    ] = None,
    record: Annotated[
        Path | None,
        typer.Option(readable=False, help="Keep sound and events of this conversation in a folder."),
    ] = None,
    voice: VoiceName = None,
    llm: Annotated[str | None, typer.Option(help="A chat model, or a .gguf file.")] = None,
    microphone: Annotated[str | None, typer.Option(help="Part of a device's name, or its index.")] = None,
    loudspeaker: Annotated[str | None, typer.Option(help="Part of a device's name, or its index.")] = None,
    headset: Annotated[
        bool | None, typer.Option("--headset", help="The microphone cannot hear the loudspeaker.")
    ] = None,
    as_json: Json = False,
    changes: Set = None,
) -> None:
    """Talk with her: through microphone and loudspeaker, or through two sound files."""
    from samantha.commands import talk as talking

    if pace not in ("realtime", "fast"):
        raise typer.BadParameter("it is realtime or fast", param_hint="--pace")
    if input is None and (output is not None or pace == "fast"):
        raise typer.BadParameter("needed by --output and --pace fast", param_hint="--input")
    config = settings(
        changes,
        voice__name=voice,
        llm__model=llm,
        audio__input=_device(microphone),
        audio__output=_device(loudspeaker),
        audio__headset=headset,
    )
    files = talking.Files(input, output, fast=pace == "fast") if input else None
    talking.talk(config, files=files, events=events, record=record, as_json=as_json)


def _device(named: str | None) -> str | int | None:
    return int(named) if named is not None and named.isdecimal() else named


@app.command()
def chat(
    once: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Say this, print her answer, and end.")
    ] = None,
    llm: Annotated[str | None, typer.Option(help="A chat model, or a .gguf file.")] = None,
    as_json: Json = False,
    changes: Set = None,
) -> None:
    """The same mind, by text: in the one conversation of a running Samantha, or alone."""
    from samantha.commands import chat as chatting

    own = llm is not None or bool(changes)
    chatting.chat(settings(changes, llm__model=llm), once=once, as_json=as_json, with_running=not own)


@app.command()
def say(
    text: Annotated[str, typer.Argument(help="What she should say; - reads standard input.")],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", readable=False, help="A wav file instead of the loudspeaker."),
    ] = None,
    voice: VoiceName = None,
    changes: Set = None,
) -> None:
    """Have her say something: the one that runs, or else her voice alone."""
    from samantha.commands import sound

    own = voice is not None or bool(changes)
    words = sys.stdin.read() if text == "-" else text
    sound.say(settings(changes, voice__name=voice), words, output, with_running=not own)


@app.command()
def transcribe(
    file: Annotated[Path, typer.Argument(readable=False, help="A sound file: wav, flac, mp3 or ogg.")],
    language: Annotated[str | None, typer.Option(help="Two letters, or auto.")] = None,
    as_json: Json = False,
    changes: Set = None,
) -> None:
    """Print what is said in a sound file."""
    from samantha.commands import sound

    sound.transcribe(settings(changes, hearing__language=language), file, as_json=as_json)


@app.command()
def status(as_json: Json = False) -> None:
    """Say how a running Samantha is."""
    from samantha.commands import control

    control.status(as_json=as_json)


@app.command()
def hush(as_json: Json = False) -> None:
    """Have a running Samantha be silent at once."""
    from samantha.commands import control

    control.hush(as_json=as_json)


@app.command()
def listen(
    how: Annotated[Literal["on", "off"], typer.Argument(help="off closes the microphone for real.")],
    as_json: Json = False,
) -> None:
    """Open a running Samantha's microphone, or close it until it is opened again."""
    from samantha.commands import control

    control.listen(how == "on", as_json=as_json)


@app.command()
def mode(
    mode: Annotated[
        Literal["always", "name", "ptt"],
        typer.Argument(help="name: when she is called by it. ptt: while the talk key is held."),
    ],
    as_json: Json = False,
) -> None:
    """Choose when a running Samantha listens."""
    from samantha.commands import control

    control.mode(mode, as_json=as_json)


@app.command()
def ptt(
    action: Annotated[Literal["press", "release", "toggle"], typer.Argument(help="What the key does.")],
    as_json: Json = False,
) -> None:
    """Be the talk key of a running Samantha, for a shortcut of your desktop."""
    from samantha.commands import control

    control.ptt(action, as_json=as_json)


@app.command()
def events() -> None:
    """Print what happens to a running Samantha as it happens, one JSON object a line."""
    from samantha.commands import control

    control.events()


@app.command()
def devices(as_json: Json = False) -> None:
    """List microphones and loudspeakers."""
    from samantha.commands import sound

    sound.list_devices(settings(), as_json=as_json)


@app.command()
def doctor(
    file: Annotated[
        Path | None, typer.Argument(readable=False, help="With --bundle: the zip file to write.")
    ] = None,
    as_json: Json = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="Only what set-up needs: load each engine once.")
    ] = False,
    sound: Annotated[
        bool, typer.Option("--sound", help="Also play a chirp, to hear whether she would hear herself.")
    ] = False,
    bundle: Annotated[
        bool, typer.Option("--bundle", help="Write what a bug report needs into a zip file, nothing private.")
    ] = False,
    probe: Annotated[str | None, typer.Option(hidden=True)] = None,
    changes: Set = None,
) -> None:
    """Find out what works here, what does not, and what to do about it."""
    config = settings(changes)
    if probe:
        from samantha.doctor import probes

        probes.probe(config, probe)
        return
    from samantha.doctor import bundle as report
    from samantha.doctor import visit

    if file is not None and not bundle:
        raise typer.BadParameter("needed to write a file", param_hint="--bundle")
    into = report.file(file) if bundle else None
    raise typer.Exit(visit.examine(config, as_json=as_json, quick=quick, sound=sound, into=into))


_Part = TypeVar("_Part", bound=str)

_NOT_IN_A_ROOM = ("turns", "gap", "person", "card", "keep", "llm", "plot")
_NOT_OF_MEMORY = ("room", "turns", "gap", "person", "card", "keep", "plot")
"""Options of `bench` that mean nothing there."""


@app.command()
def bench(
    context: typer.Context,
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PART",
            help="Only turns, plain (the usual pipeline, for comparison), pauses, interruptions or idle; "
            "with --room selfecho, overher and others; with --memory planted, twenty and others; "
            "may be given several times.",
        ),
    ] = None,
    room: Annotated[
        bool,
        typer.Option(
            "--room", help="Measure her in a simulated room instead: echo, noise, other people, her name."
        ),
    ] = False,
    memory: Annotated[
        bool, typer.Option("--memory", help="Measure instead what she remembers, and what she must not.")
    ] = False,
    turns: Annotated[int, typer.Option(min=1, max=999, help="How many turns.")] = 12,
    seed: Annotated[int, typer.Option(min=0, help="What is said, in which order, and when.")] = 1,
    gap: Annotated[
        float, typer.Option(min=0.5, max=30, help="Seconds of quiet before what is said next.")
    ] = 2.0,
    speech: Annotated[
        Path | None,
        typer.Option(
            envvar="SAMANTHA_SPEECH",
            readable=False,
            help="A folder of recordings, with a manifest.csv (with --room) or without.",
        ),
    ] = None,
    person: Annotated[str | None, typer.Option(help="The voice of the person who talks with her.")] = None,
    full: Annotated[
        bool,
        typer.Option(
            "--full",
            help="32 sentences for each length of pause, 32 interruptions of each kind; "
            "with --room every condition, with --memory all of it, which takes hours.",
        ),
    ] = False,
    card: Annotated[bool, typer.Option("--card", help="Measure rest on the sound card, too.")] = False,
    keep: Annotated[
        Path | None, typer.Option(readable=False, help="Keep both sides' sounds in this folder.")
    ] = None,
    voice: VoiceName = None,
    llm: Annotated[str | None, typer.Option(help="A chat model, or a .gguf file.")] = None,
    as_json: Annotated[
        str | None, typer.Option("--json", metavar="FILE", help="Write JSON to this file; - prints it.")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(readable=False, help="Draw where the time goes into this PNG file.")
    ] = None,
    changes: Set = None,
) -> None:
    """Measure how fast she is here and how well she takes turns, what she makes of a room, or her memory."""
    from samantha.bench import house, remembering, session
    from samantha.commands import bench as benching

    config = settings(changes, voice__name=voice, llm__model=llm)
    if memory:
        _refuse(context, _NOT_OF_MEMORY, "--memory")
        about = remembering.Wish(_among(tuple(remembering.PARTS), only), seed, full)
        raise typer.Exit(benching.memory(config, about, as_json=as_json))
    if room:
        _refuse(context, _NOT_IN_A_ROOM, "--room")
        wish = house.Wish(_among(tuple(house.PARTS), only), seed, speech, full)
        raise typer.Exit(benching.room(config, wish, as_json=as_json))
    talks = session.Wish(
        _among(session.PARTS, only), turns, seed, gap,
        people=speech, person=person, full=full, card=card, keep=keep,
    )  # fmt: skip
    benching.bench(config, talks, as_json=as_json, picture=plot)


def _refuse(context: typer.Context, names: tuple[str, ...], with_: str) -> None:
    """Raises BadParameter if one of the options `names` was given."""
    for name in names:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            raise typer.BadParameter(f"it means nothing with {with_}", param_hint=f"--{name}")


def _among(known: tuple[_Part, ...], chosen: list[str] | None) -> tuple[_Part, ...]:
    """Those of `known` that were chosen by --only, in their own order; all if none was."""
    if unknown := set(chosen or ()) - set(known):
        raise typer.BadParameter(f"{unknown.pop()!r} is none of {', '.join(known)}", param_hint="--only")
    return tuple(part for part in known if part in (chosen or known))


@app.command()
def tray() -> None:
    """Her icon in the desktop's panel: how she is, talk, hush, mute. Needs `pip install 'PySide6-Essentials>=6.8'`."""
    from samantha.service.tray import program as icon

    icon.run()


@app.command()
def daemon(changes: Set = None) -> None:
    """Run her as a service, without a terminal, until she is told to stop."""
    from samantha.service import run

    run.run(lambda: settings(changes))


@app.command(hidden=True)
def start() -> None:
    """What `scripts/run` does without a command: talk, or show a conversation where there is no microphone."""
    from samantha.commands import talk as talking

    talking.start(settings())


@config_app.command()
def show(as_json: Json = False, changes: Set = None) -> None:
    """Print the settings in force."""
    import yaml

    config = settings(changes).model_dump(mode="json")
    print(
        json.dumps(config, indent=2)
        if as_json
        else yaml.safe_dump(config, sort_keys=False, allow_unicode=True).rstrip()
    )


@config_app.command()
def check(
    file: Annotated[
        Path | None, typer.Argument(readable=False, help="A settings file; left out: yours.")
    ] = None,
) -> None:
    """Say whether the settings are right, and what is wrong with them."""
    from samantha import config
    from samantha.service.verify import verify

    verify(config.load(file=file))
    where = file or config.user_file()
    print(f"{where} is fine." if where.exists() else f"There is no {where}: the defaults are in force.")
