"""One attempt's right to go on."""

from __future__ import annotations

import pytest

from samantha.dialog.token import Token
from samantha.errors import Cancelled

pytestmark = pytest.mark.unit


def test_hooks_run_once_and_only_while_they_are_installed() -> None:
    token, calls = Token(), []
    with token.stopping(lambda: calls.append("early")):
        pass
    with token.stopping(lambda: calls.append("now")):
        token.cancel()
        token.cancel()
    assert calls == ["now"]


def test_a_hook_installed_too_late_runs_at_once() -> None:
    token, calls = Token(), []
    token.cancel()
    with token.stopping(lambda: calls.append("at once")):
        assert calls == ["at once"]


def test_check_raises_after_cancel() -> None:
    token = Token()
    token.check()
    token.cancel()
    with pytest.raises(Cancelled):
        token.check()
