"""Words that were understood wrongly, counted."""

from __future__ import annotations

import pytest

from samantha.bench.wer import word_errors

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("meant", "understood", "errors"),
    [
        ("Stop it, please.", "stop it please", (0, 3)),
        ("It takes two minutes.", "It takes 2 minutes!", (0, 4)),
        ("turn on the light", "turn off the big light", (2, 4)),
        ("turn on the light", "", (4, 4)),
        ("", "thank you for watching", (4, 0)),
        ("don't do that", "don’t do that", (0, 3)),
    ],
)
def test_words_are_counted(meant: str, understood: str, errors: tuple[int, int]) -> None:
    assert word_errors(meant, understood) == errors
