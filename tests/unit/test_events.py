"""Every event can be written, and says what the docs say it says."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from samantha import events

pytestmark = pytest.mark.unit

KINDS = events.Event.__args__
EXAMPLES = {"int": 7, "float": 1.5, "float | None": None, "bool": True, "str": "words", "Block": np.zeros(3)}


def example(kind: type) -> events.Event:
    fields = {f.name: EXAMPLES.get(str(f.type), "too-quiet") for f in dataclasses.fields(kind)}
    return kind(**fields)


@pytest.mark.parametrize("kind", KINDS)
def test_every_event_is_one_line_of_json_without_sound(kind: type) -> None:
    record = events.to_record(example(kind))
    written = json.loads(json.dumps(record))
    assert written["event"] == kind.__name__
    assert written["at"] == 7
    assert "audio" not in written


def test_no_event_is_missing_from_the_union() -> None:
    defined = {
        kind
        for kind in vars(events).values()
        if isinstance(kind, type) and issubclass(kind, events._Event) and kind is not events._Event
    }
    assert defined == set(KINDS)


def test_events_do_not_change() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        events.Heard(at=1, text="hello").text = "goodbye"  # type: ignore[misc]
