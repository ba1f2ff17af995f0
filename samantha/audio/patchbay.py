"""Keeps each side plugged into the device that is meant, on a thread of its own.

What should be open is worked out anew whenever anything may have changed, and what is open is made to agree:
there is no order of events that it must have foreseen.
"""

from __future__ import annotations

import atexit
import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from samantha.audio.cardlist import CardList
from samantha.audio.cards import gateway, offered
from samantha.audio.choice import Choice, Endpoint, Offer
from samantha.audio.errands import Errands
from samantha.audio.jack import BACK_OFF, Jack
from samantha.audio.line import Line
from samantha.audio.server import Server
from samantha.audio.servercanceller import Meant, Modules, ServerCanceller
from samantha.errors import AudioError
from samantha.events import Side

log = logging.getLogger(__name__)

OPENING = 2.5
CLOSING = 0.5
"""Seconds that PortAudio may take for it."""

LEAVING = 2.0
"""Seconds for which the end of the program may wait until nothing of hers is left on a sound server."""

HUNG = 4
"""Threads that PortAudio may keep for ever before nothing more is opened; mostly a server that is back lets go."""

PROVEN = 3.0
"""Seconds after which a stream that ends has not failed: its device has gone."""


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one side: a line if it is open; else `lost` says why, and is "" if it was to be closed."""

    side: Side
    line: Line | None = None
    lost: str = ""


class Patchbay:
    """Two jacks, and whatever there is to plug them into."""

    def __init__(
        self,
        sd: Any,
        server: Server,
        choices: Mapping[Side, Choice],
        changed: Callable[[Change], None],
        clock: Callable[[], float] = time.monotonic,
        *,
        cancelling: bool = False,
        modules: Modules | None = None,
    ) -> None:
        """`sd` is the sounddevice module; `changed` is called on the patchbay's thread; `clock` in seconds.

        With `cancelling`, the sound server's echo canceller is put between the two; `modules` stands in for it.
        """
        self._sd = sd
        self._server = server
        self._jacks: dict[Side, Jack] = {side: Jack(choice) for side, choice in choices.items()}
        self._changed = changed
        self._clock = clock
        self._errands = Errands(sd)
        self._list = CardList(sd, self._errands, clock)
        self._seen = self.offer
        self._served = server.offer is not None
        self._canceller = ServerCanceller(lambda: self.offer, self._errands, modules) if cancelling else None
        self._woken = threading.Event()
        self._stopping = False
        self._reopen = False
        self.settled = threading.Event()
        """Set once each side was tried."""
        self.problem: Exception | None = None
        """What ended the thread although nobody wanted it to."""
        self._thread = threading.Thread(target=self._run, name="patchbay", daemon=True)

    @property
    def offer(self) -> Offer:
        """All that can be opened now."""
        offer = offered(self._list.cards, self._server.offer)
        # Were a card used that a server only forgot for a moment, it could not have it back.
        away = self._server.seen and self._server.offer is None
        return replace(offer, served=offer.served or away)

    def start(self) -> None:
        self._thread.start()

    def turn(self, side: Side, on: bool) -> None:
        """Have one side open, or closed; returns at once."""
        self._jacks[side].turn(on)
        self.wake()

    def wake(self) -> None:
        """Something may have changed."""
        self._woken.set()

    def reopen(self) -> None:
        """Nothing that is open can be trusted any more."""
        self._reopen = True
        self.wake()

    def stop(self, seconds: float) -> None:
        """Close everything, in `seconds` if the cards let it; may be called twice."""
        self._stopping = True
        self.wake()
        if self._thread.ident is not None:
            self._thread.join(seconds)
            if self._canceller is not None:  # it is the server's: the end of this program does not end it
                atexit.register(self._thread.join, LEAVING)

    # --- on its own thread ---

    def _run(self) -> None:
        try:
            while not self._stopping:
                self.settle()
                self.settled.set()
                self._woken.wait(self._patience())
                self._woken.clear()
            for jack in self._jacks.values():
                self._close(jack)
            if self._canceller is not None:
                self._canceller.release()
        except Exception as problem:  # noqa: BLE001 (whoever waits for the card raises it)
            self.problem = problem
            self.settled.set()

    def _patience(self) -> float | None:
        """Seconds until something is to be tried again."""
        due = [jack.retry for jack in self._jacks.values() if jack.on and jack.line is None]
        return max(BACK_OFF[0] if self._errands.hanging() else 0.0, min(due) - self._clock()) if due else None

    def settle(self) -> None:
        """Make what is open agree with what should be; on its own thread, or without `start`."""
        served = self._server.offer is not None
        if served and not self._served and not self.offer.served:
            self._reopen = True  # PortAudio's list is older than the server, and has no way to it
        self._served = served
        if self._reopen:
            self._reopen, self._list.stale = False, True
            self._let_go()
            for jack in self._jacks.values():
                jack.retry = 0.0
        if self.offer != self._seen:
            self._seen = self.offer
            for jack in self._jacks.values():
                jack.forgive()
        meant = self._meant()
        for side, jack in self._jacks.items():
            self._unplug(side, jack, meant[side], self.offer)
        if any(self._due(jack) for jack in self._jacks.values()):
            open_now = any(jack.line is not None for jack in self._jacks.values())
            self._list.renew(playing=open_now, let_go=self._let_go)
        for side, jack in self._jacks.items():
            if self._due(jack):
                self._plug(side, jack, self._meant()[side])

    def _meant(self) -> Meant:
        """What each side is to be plugged into now."""
        offer = self.offer
        meant = {side: jack.target(offer) for side, jack in self._jacks.items()}
        if self._canceller is None:
            return meant
        if self._canceller.leaves(meant):
            self._let_go()
        return self._canceller.ends(meant)

    def _let_go(self) -> None:
        """Close both sides, for a moment."""
        for side, jack in self._jacks.items():
            if jack.line is not None:
                self._close(jack)
                self._changed(Change(side))

    def _due(self, jack: Jack) -> bool:
        """Whether it is to be opened now."""
        return jack.due(self._clock()) and self._errands.hanging() < HUNG

    def _unplug(self, side: Side, jack: Jack, target: Endpoint | None, offer: Offer) -> None:
        """Close what is not wanted, not there, or not meant any more."""
        line = jack.line
        if line is None:
            return
        there = {endpoint.identity for endpoint in offer.endpoints}
        gone = line.ended or line.endpoint.identity not in there
        stays = jack.on and not jack.cut and not gone
        if stays and target is not None and target.identity == line.endpoint.identity:
            if target != line.endpoint:
                line.endpoint = target
                self._changed(Change(side, line))
            return
        self._close(jack)
        jack.retry = 0.0
        if not jack.on or jack.cut:
            self._changed(Change(side))
        elif gone:
            self._died(jack, line)
            self._changed(Change(side, lost="No more sound passed through it."))

    def _died(self, jack: Jack, line: Line) -> None:
        self._list.stale = self._list.stale or line.endpoint.index is not None
        if self._clock() - jack.opened < PROVEN:
            jack.failed(line.endpoint, self._clock())
        else:
            jack.failures = 0

    def _plug(self, side: Side, jack: Jack, target: Endpoint | None) -> None:
        if target is None:
            offer = self.offer
            self._list.stale = self._list.stale or not offer.served
            jack.failed(None, self._clock())
            self._changed(Change(side, lost=self._why(jack, offer)))
            return

        def there() -> bool:
            return any(target.identity == endpoint.identity for endpoint in self.offer.endpoints)

        jack.cut = False
        try:
            line = self._errands.run(
                OPENING, lambda: Line(self._sd, target, self._list.cards), there, Line.close
            )
        except (AudioError, TimeoutError) as problem:
            self._list.stale = (
                self._list.stale or target.index is not None or gateway(self._list.cards, side) is None
            )
            if self._canceller is not None and target.canceller:
                self._canceller.refuse()
            jack.failed(target, self._clock())
            self._changed(Change(side, lost=str(problem)))
        else:
            jack.line, jack.opened = line, self._clock()
            self._changed(Change(side, line))

    def _why(self, jack: Jack, offer: Offer) -> str:
        if self._server.seen and self._server.offer is None:
            return "The sound server does not answer."
        return jack.choice.reason(offer)

    def _close(self, jack: Jack) -> None:
        line, jack.line = jack.line, None
        if line is None:
            return
        try:
            self._errands.run(CLOSING, line.close)
        except TimeoutError as problem:
            log.warning("“%s” cannot be closed: %s", line.endpoint.label, problem)
