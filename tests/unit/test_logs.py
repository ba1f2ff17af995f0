"""What the service writes down of what broke: no word of the person."""

from __future__ import annotations

import asyncio
import logging
import sys

import pytest

from samantha.errors import ModelError
from samantha.service import logs

pytestmark = pytest.mark.unit

SECRET = "I am the lighthouse keeper"


def written(problem: Exception) -> str:
    try:
        raise problem
    except Exception:  # noqa: BLE001 (whatever it is)
        record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "it broke", None, sys.exc_info())
    return logs.Discreet("%(message)s").format(record)


@pytest.fixture(params=["alone", "led to", "among others"])
def broken(request: pytest.FixtureRequest) -> Exception:
    alone = ValueError(f"cannot encode {SECRET!r}")
    if request.param == "led to":
        last = RuntimeError("it is over")
        last.__cause__ = alone
        return last
    return ExceptionGroup(SECRET, [alone]) if request.param == "among others" else alone


def test_where_it_broke_is_told_and_not_what_was_said(
    broken: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    text = written(broken)
    assert SECRET not in text
    assert "Traceback" in text
    assert "test_logs.py" in text
    assert "ValueError" in text
    caplog.set_level(logging.DEBUG)
    assert SECRET in written(broken)


def test_what_breaks_in_the_background_is_not_told_with_its_arguments(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def scribble(_: str) -> None:
        raise ValueError

    async def body() -> None:
        asyncio.get_running_loop().call_soon(scribble, SECRET)
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    asyncio.run(body())
    (record,) = caplog.records
    caplog.set_level(logging.INFO)
    told = logs.Discreet("%(name)s: %(message)s").format(record)
    assert told.startswith("asyncio: broke in the background\nTraceback")
    assert SECRET[:10] not in told
    caplog.set_level(logging.DEBUG)
    assert SECRET[:10] in logs.Discreet("%(message)s").format(record)


def test_what_the_system_and_we_ourselves_say_is_kept(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    assert "No space left" in written(OSError(28, "No space left on device"))
    assert "The model is gone." in written(ModelError("The model is gone."))
