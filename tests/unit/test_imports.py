"""Imports go down only."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

PACKAGE = Path(__file__).parents[2] / "samantha"

# From the ground up; a module may import from its own floor and from those below.
FLOORS: list[set[str]] = [
    {"errors", "audio.pcm", "__init__"},
    {"events", "config", "dialog.token"},
    {"ports", "onnx"},
    # pure logic
    {
        "audio.pieces",
        "audio.choice",
        "audio.rest",
        "audio.ring",
        "dialog.meeting",
        "dialog.cores",
        "dialog.listening",
        "hearing.address",
        "hearing.attention",
        "hearing.callname",
        "hearing.ending",
        "hearing.endpoint",
        "hearing.halves",
        "hearing.interjection",
        "hearing.patience",
        "hearing.phrases",
        "hearing.plausible",
        "hearing.stable",
        "hearing.voiceprint",
        "mind.almanac",
        "mind.asking",
        "mind.care",
        "mind.carewords",
        "mind.deixis",
        "mind.diary",
        "mind.facts",
        "mind.fitting",
        "mind.greeting",
        "mind.hearsay",
        "mind.history",
        "mind.index",
        "mind.pieces",
        "mind.manner",
        "mind.nicknames",
        "mind.poles",
        "mind.plainly",
        "mind.prompt",
        "mind.questions",
        "mind.reactions",
        "mind.relations",
        "mind.repetition",
        "mind.retelling",
        "mind.secrets",
        "mind.statements",
        "mind.stops",
        "mind.summary",
        "mind.threads",
        "mind.traits",
        "mind.when",
        "mind.wording",
        "remote.reach",
        "voice.clauses",
        "voice.endings",
        "voice.english",
        "voice.lexicon",
        "voice.numerals",
        "voice.openers",
        "voice.sound",
        "voice.spoken",
        "voice.words",
    },
    # the dialog and its ends: no engine in sight
    {"dialog", "hearing.listener", "voice.speaker", "voice.track"},
    # engines, devices, stores
    {"audio", "hearing", "mind", "remote", "voice", "store"},
    # what she makes of what is in the store
    {
        "mind.growth",
        "mind.memory",
        "mind.noting",
        "mind.recall",
        "mind.reflection",
        "mind.renewal",
        "mind.reunion",
        "mind.telling",
        "mind.errands",
    },
    {"assistant"},
    {"app"},
    {"service"},
    {"commands", "doctor", "bench"},
    {"cli", "__main__"},
]
ENGINES = 5


def floor(module: str) -> int:
    """The floor of `module`, by its own name or else its folder's."""
    for name in (module, module.partition(".")[0]):
        for number, floor_ in enumerate(FLOORS):
            if name in floor_:
                return number
    for number, floor_ in enumerate(FLOORS):
        if any(module.startswith(f"{entry}") and entry.count(".") for entry in floor_):
            return number
    raise AssertionError(f"{module} has no floor: say in this test where it belongs")


def modules() -> list[str]:
    return sorted(
        path.relative_to(PACKAGE).with_suffix("").as_posix().replace("/", ".")
        for path in PACKAGE.rglob("*.py")
    )


def imports(module: str) -> set[str]:
    """What `module` imports of the package, without what only the type checker sees."""
    tree = ast.parse((PACKAGE / (module.replace(".", "/") + ".py")).read_text("utf-8"))
    checked = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    known = set(modules())
    found = set()
    for node in ast.walk(tree):
        if id(node) in checked:
            continue
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("samantha"):
            base = (node.module or "").removeprefix("samantha").lstrip(".")
            for alias in node.names:
                inner = f"{base}.{alias.name}".lstrip(".")
                found.add(inner if inner in known else base or "__init__")
        elif isinstance(node, ast.Import):
            found.update(
                a.name.removeprefix("samantha.") for a in node.names if a.name.startswith("samantha.")
            )
    return found


@pytest.mark.parametrize("module", [m for m in modules() if not m.endswith("__init__")])
def test_a_module_imports_only_what_is_below(module: str) -> None:
    up = {other for other in imports(module) if floor(other) > floor(module)}
    assert not up, f"{module} reaches up to {up}"


@pytest.mark.parametrize(
    "module", [m for m in modules() if floor(m) == ENGINES and not m.endswith("__init__")]
)
def test_engines_do_not_know_one_another(module: str) -> None:
    folder = module.partition(".")[0]
    others = {
        other
        for other in imports(module)
        if floor(other) == ENGINES and other.partition(".")[0] != folder and not other.endswith("__init__")
    }
    assert not others, f"{module} knows {others}"


def test_the_dialog_names_no_engine() -> None:
    for module in modules():
        if module.startswith("dialog."):
            assert all(floor(other) < ENGINES for other in imports(module)), module
