"""The bench in a room: what is kept and shown of the parts, and a mind that recites."""

from __future__ import annotations

import importlib
import io
from pathlib import Path

import pytest
from rich.console import Console

from samantha import config
from samantha.bench import house, series
from samantha.bench.findings import Findings, shown
from samantha.bench.recital import Recital
from samantha.bench.table import Cell, Table
from samantha.dialog.token import Token
from samantha.errors import AudioError, Cancelled, ModelError
from samantha.ports import Message

pytestmark = pytest.mark.unit

MISSED = Table(
    "calls missed",
    "%",
    "lower",
    (Cell("quiet", 0.0, 18), Cell("babble, 5 dB", 11.125, 18, "two of joe")),
    10.0,
)
HEARD = Table("interruptions heard", "%", "higher", (Cell("as loud", 97.5, 40),), 95.0, "Within 300 ms.")
COST = Table("processor", "% of a core", "lower", (Cell("quiet", 0.2, 1), Cell("she speaks", 2.0, 1)))
LEFT_OUT = Table("recorded echo", "turns", "lower", (), 0.0, "Left out: it needs a folder of recordings.")


def findings() -> Findings:
    tables = {"calls": [MISSED], "overher": [HEARD], "cost": [COST], "recordings": [LEFT_OUT]}
    return Findings(
        "2026-11-22T12:00:00+00:00", {"processor": "two cores"}, {"seed": 1}, tables,
        {"owners": "The speaker model is missing. Pull it."}, {"calls": 1.5},
    )  # fmt: skip


def text(found: Findings) -> str:
    console = Console(file=io.StringIO(), width=160, highlight=False)
    console.print(shown(found))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def line(of: str) -> str:
    [found] = [
        row for line in text(findings()).splitlines() if (row := " ".join(line.split())).startswith(of)
    ]
    return found


def test_the_worst_cell_is_named() -> None:
    assert line("babble, 5 dB") == "babble, 5 dB 11.12 18 worst; two of joe"
    assert line("as loud") == "as loud 97.5 40 worst"
    assert line("quiet 0 ") == "quiet 0 18"


def test_of_a_long_table_the_worst_are_shown() -> None:
    cells = tuple(Cell(f"minute {i}", float(i % 10), 60) for i in range(40))
    for better, shown_, left_out in (
        ("lower", "minute 39 ", "minute 30 "),
        ("higher", "minute 30 ", "minute 39 "),
    ):
        table = Table("turns", "a minute", better, cells)  # type: ignore[arg-type]
        told = text(Findings("", {}, {}, {"nonspeech": [table]}))
        assert shown_ in told
        assert left_out not in told
        assert "24 more, none worse than the last" in told


def test_what_was_promised_is_kept_or_not() -> None:
    assert line("calls.") == "calls. At most 10 %: not kept."
    assert line("overher.") == "overher. Within 300 ms. At least 95 %: kept."
    assert line("cost.") == "cost."


def test_what_was_left_out_or_broke_is_told() -> None:
    assert (
        line("recordings. ")
        == "recordings. Left out: it needs a folder of recordings. At most 0 turns: not measured."
    )
    assert line("owners was not") == "owners was not measured. The speaker model is missing. Pull it."


def test_the_worst_cell_is_red() -> None:
    console = Console(file=io.StringIO(), width=160, color_system="truecolor", force_terminal=True)
    console.print(shown(findings()))
    assert isinstance(console.file, io.StringIO)
    rows = console.file.getvalue().splitlines()
    red = "209;80;58"
    assert [red in row for row in rows if "babble, 5 dB" in row or "as loud" in row] == [True, True]
    assert [red in row for row in rows if "quiet" in row] == [False, False]


def test_the_record_names_the_worst_cell_and_whether_it_is_within_the_bound() -> None:
    record = findings().record()
    [calls], [overher], [cost], [left_out] = (
        record["tables"][part] for part in ("calls", "overher", "cost", "recordings")
    )
    assert (calls["worst"]["condition"], calls["kept"]) == ("babble, 5 dB", False)
    assert overher["kept"] is True
    assert (cost["worst"]["value"], cost["kept"]) == (2.0, None)
    assert (left_out["worst"], left_out["kept"]) == (None, None)
    assert calls["cells"][0] == {"condition": "quiet", "value": 0.0, "trials": 18, "note": ""}
    assert record["problems"] == {"owners": "The speaker model is missing. Pull it."}


def test_a_part_that_lacks_something_does_not_end_the_others() -> None:
    found = Findings("", {}, {})

    def lacks() -> list[Table]:
        raise ModelError("There is no speaker model.", "Pull one.")

    series.note(found, "owners", lacks)
    series.note(found, "cost", lambda: [COST])
    assert found.problems == {"owners": "There is no speaker model. Pull one."}
    assert found.tables == {"cost": [COST]}
    assert set(found.seconds) == {"owners", "cost"}


@pytest.mark.parametrize("part", house.PARTS)
def test_every_part_can_be_measured(part: str) -> None:
    assert callable(importlib.import_module(f"samantha.bench.{part}").measure)


def test_a_folder_that_is_none_is_told_before_anything_is_loaded(tmp_path: Path) -> None:
    settings = config.Config()
    for people, problem in ((tmp_path, "no manifest.csv in"), (tmp_path / "none", "There is no folder")):
        with pytest.raises(AudioError, match=problem):
            next(house.measure(settings, house.Wish(("cost",), people=people), lambda _: None))


def test_parts_begin_with_the_same_settings() -> None:
    hers = config.load(
        environ={},
        flags={"dialog.mode": "ptt", "attention.owner_only": True, "audio.headset": True,
               "audio.echo_cancellation": "off", "voice.speed": 1.2},
    )  # fmt: skip
    fixed = house.fixed(hers)
    assert (fixed.dialog.mode, fixed.attention.owner_only) == ("always", False)
    assert (fixed.audio.headset, fixed.audio.echo_cancellation) == (False, "auto")
    assert fixed.voice == hers.voice


def said(mind: Recital, turns: int, begun: str = "") -> str:
    asked = [Message("system", "Be kind."), *[Message("user", "Go on.")] * turns]
    return "".join(mind.generate(asked, Token(), max_tokens=1, begun=begun))


def test_a_recital_goes_by_how_often_the_person_has_spoken() -> None:
    mind = Recital(["One, two.", "Three."])
    assert [said(mind, turn) for turn in (1, 2, 3, 1)] == ["One, two.", "Three.", "One, two.", "One, two."]
    assert said(mind, 1, begun="One,") == " two."
    assert said(mind, 1, begun="One, two.") == ""


def test_a_recital_can_be_cancelled() -> None:
    token = Token()
    words = Recital(["One two three."]).generate([Message("user", "Hi.")], token, max_tokens=9)
    assert next(words) == "One"
    token.cancel()
    with pytest.raises(Cancelled):
        next(words)
