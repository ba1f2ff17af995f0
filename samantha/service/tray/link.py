"""How the icon knows how she is: it listens to the events of the running Samantha, and waits when there is none."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from samantha.errors import SamanthaError
from samantha.events import Mode
from samantha.service.control import Status, Talk

log = logging.getLogger(__name__)

RETRY_S = 3.0
"""How long to wait for her before looking again, in seconds."""

SETTLE_MS = 400
"""After an event she is looked at twice, at once and so much later: some turns end without another event."""

WORDS = frozenset({"ReplyText", "ClauseReady", "Transcribed", "Paused", "Resumed", "TurnMeasured"})
"""Events after which she looks as before."""


class Asked(Protocol):
    """What the icon asks of a running Samantha; each may raise a SamanthaError and may take a while."""

    def status(self) -> Status: ...
    def listen(self, on: bool) -> Status: ...
    def mode(self, mode: Mode) -> Status: ...
    def ptt(self, action: Talk) -> Status: ...
    def hush(self) -> bool: ...
    def events(self) -> Iterator[dict[str, Any]]: ...


class Link(QObject):
    """Asks on a thread of its own and tells the icon on Qt's."""

    seen = Signal(object)
    """How she is: a Status, or None while she is not running."""

    refused = Signal(str)
    """What she said to something that was asked of her, as a sentence."""

    _stirred = Signal()

    def __init__(self, connect: Callable[[], Asked]) -> None:
        super().__init__()
        self._connect = connect
        self._asking = ThreadPoolExecutor(1, "ask")
        self._closed = threading.Event()
        self._settled = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settled.timeout.connect(self._look)
        self._stirred.connect(self._look)
        self._stirred.connect(self._settled.start)

    def start(self) -> None:
        """Begin to follow her."""
        threading.Thread(target=self._follow, name="events", daemon=True).start()

    def close(self) -> None:
        """End; what is still being asked is not waited for."""
        self._closed.set()
        self._asking.shutdown(wait=False, cancel_futures=True)

    def ask(self, work: Callable[[Asked], object]) -> None:
        """Have `work` done with her and look at her afterwards; what she refuses comes by `refused`."""

        def do() -> None:
            try:
                work(self._connect())
            except SamanthaError as problem:
                self.refused.emit(str(problem))
            self._see()

        self._asking.submit(do).add_done_callback(_complain)

    def _look(self) -> None:
        self._asking.submit(self._see).add_done_callback(_complain)

    def _see(self) -> None:
        try:
            self.seen.emit(self._connect().status())
        except SamanthaError:
            self.seen.emit(None)

    def _follow(self) -> None:
        """On its own thread: a look at her after each event, and whenever she has come or gone."""
        while not self._closed.is_set():
            try:
                events = self._connect().events()
                self._stirred.emit()
                for event in events:
                    if event["event"] not in WORDS:
                        self._stirred.emit()
            except SamanthaError as problem:
                log.debug("%s", problem)
            self._stirred.emit()
            self._closed.wait(RETRY_S)


def _complain(done: Future[None]) -> None:
    if not done.cancelled() and (problem := done.exception()):
        log.error("the icon could not ask her", exc_info=problem)
