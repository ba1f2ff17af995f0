"""What stands beside the conversation: API, talk key, desktop, Wyoming. Any of them can fail without her."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from samantha.config import Config
from samantha.errors import SamanthaError
from samantha.service import logs, places
from samantha.service.bridge import Bridge
from samantha.service.control import Waking
from samantha.service.supervisors.program import barred

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

    from samantha.service.api.server import ApiServer
    from samantha.service.daemon import Daemon
    from samantha.service.desktop.manners import Desktop
    from samantha.service.guests import Guests
    from samantha.service.hotkey import Hotkey
    from samantha.service.wyoming import WyomingServer

log = logging.getLogger(__name__)


class Attachments:
    """Begun with `daemon`, renewed where the settings change. Lives on the audio loop."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon
        self._bridge = Bridge(asyncio.get_running_loop())
        self._config: Config | None = None
        self._guests: Guests | None = None
        self._api: ApiServer | None = None
        self._hotkey: Hotkey | None = None
        self._desktop: Desktop | None = None
        self._wyoming: WyomingServer | None = None

    async def begin(self) -> None:
        """Serve the API while the models are still being loaded."""
        await self._start_api(self._daemon.config)

    async def change(self, config: Config) -> None:
        """The daemon converses anew, with `config`: renew what is made of its settings or its engines."""
        before, self._config = self._config, config
        logs.begin(config.log)
        self._daemon.note("network", barred(config))
        self._renew_guests(config)
        if before is not None and before.api != config.api:
            with self._apart("api"):
                await self._stop_api()
            await self._start_api(config)
        if before is None or before.ptt != config.ptt:
            await self._renew_hotkey(config)
        if before is None or before.desktop != config.desktop:
            await self._renew_desktop(config)
        if before is None or before.wyoming != config.wyoming:
            await self._renew_wyoming(config)

    def leave(self) -> None:
        """The engines are about to be given up: no guest may use them any more."""
        if self._guests is not None:
            guests, self._guests = self._guests, None
            guests.close()
            if guests.on in self._daemon.listeners:
                self._daemon.listeners.remove(guests.on)

    async def end(self) -> None:
        """Stop everything, side by side."""
        stopping = (self._stop_api(), self._stop_hotkey(), self._stop_desktop(), self._stop_wyoming())
        for problem in await asyncio.gather(*stopping, return_exceptions=True):
            if isinstance(problem, Exception):
                log.error("not stopped in order", exc_info=problem)

    # --- API --------------------------------------------------------------------------------------------

    async def _start_api(self, config: Config) -> None:
        with self._apart("api"):
            from samantha.service.api.server import ApiServer
            from samantha.service.verbs import Verbs

            extra: Sequence[BaseRoute] = ()
            if config.api.openai:
                from samantha.service.openai import routes

                extra = routes(self._hosts, self._bridge)
            verbs, token = Verbs(self._daemon), places.token_file(config)
            api = ApiServer(verbs, config.api, places.socket(), token, extra_routes=extra)
            api.start()
            self._api = api
            self._daemon.note("tcp", api.problem)

    async def _stop_api(self) -> None:
        api, self._api = self._api, None
        if api is not None:
            await asyncio.to_thread(api.stop)

    def _hosts(self) -> Guests:
        """Who receives the guests of the conversation as it is now."""
        if self._guests is None:
            raise Waking
        return self._guests

    def _renew_guests(self, config: Config) -> None:
        from samantha.service.guests import Guests

        assistant = self._daemon.assistant
        self._guests = Guests(
            assistant.engines,
            config,
            prompt=lambda: assistant.conversation.context.prompt,
            occupied=lambda: not assistant.conversation.quiet or assistant.listener.speaking,
            borrowed=assistant.conversation.reread_soon,
        )
        self._daemon.listeners.append(self._guests.on)

    # --- the key to talk --------------------------------------------------------------------------------

    async def _renew_hotkey(self, config: Config) -> None:
        with self._apart("hotkey"):
            await self._stop_hotkey()
        loop, daemon = asyncio.get_running_loop(), self._daemon
        daemon.note("hotkey", "")
        if config.ptt.mechanism == "off":
            daemon.hotkey = lambda: "switched off; `samantha ptt` always works"
            return

        def soon(act: Callable[[], None]) -> Callable[[], None]:
            def call() -> None:
                with suppress(RuntimeError):  # the loop has closed: she is leaving
                    loop.call_soon_threadsafe(act)

            return call

        def press() -> None:
            try:
                daemon.talk("press")
            except SamanthaError as problem:
                log.info("the talk key: %s", problem)

        def tell(problem: SamanthaError | None) -> None:
            soon(lambda: daemon.note("hotkey", str(problem or "")))()

        daemon.hotkey = lambda: hotkey.how if (hotkey := self._hotkey) else ""
        with self._apart("hotkey"):
            from samantha.service.hotkey import Hotkey

            hotkey = Hotkey(config.ptt, soon(press), soon(lambda: daemon.talk("release")), tell)
            hotkey.start()
            self._hotkey = hotkey

    async def _stop_hotkey(self) -> None:
        hotkey, self._hotkey = self._hotkey, None
        if hotkey is not None:
            await asyncio.to_thread(hotkey.stop)

    # --- the desktop ------------------------------------------------------------------------------------

    async def _renew_desktop(self, config: Config) -> None:
        with self._apart("desktop"):
            await self._stop_desktop()
            from samantha.service.desktop.manners import Desktop

            self._desktop = Desktop(
                config.desktop,
                self._daemon.lock,
                ledger=config.state_folder / "players.json",
            )
            self._daemon.listeners.append(self._desktop.on)
            await self._desktop.start()

    async def _stop_desktop(self) -> None:
        desktop, self._desktop = self._desktop, None
        if desktop is not None:
            if desktop.on in self._daemon.listeners:  # one that broke was dropped
                self._daemon.listeners.remove(desktop.on)
            await desktop.stop()

    # --- Wyoming ----------------------------------------------------------------------------------------

    async def _renew_wyoming(self, config: Config) -> None:
        with self._apart("wyoming"):
            await self._stop_wyoming()
            if config.wyoming.serve:
                from samantha.service.wyoming import WyomingServer

                wyoming = WyomingServer(self._hosts, self._bridge, config.wyoming)
                wyoming.start()
                self._wyoming = wyoming

    async def _stop_wyoming(self) -> None:
        wyoming, self._wyoming = self._wyoming, None
        if wyoming is not None:
            await asyncio.to_thread(wyoming.stop)

    @contextmanager
    def _apart(self, topic: str) -> Iterator[None]:
        """What goes wrong inside is a problem that `samantha status` shows; she goes on without `topic`."""
        try:
            yield
        except SamanthaError as problem:
            self._daemon.note(topic, str(problem))
        except Exception as problem:
            log.exception("%s broke", topic)
            self._daemon.note(topic, f"There is no {topic}, because it broke: {problem!r}.")
        else:
            self._daemon.note(topic, "")
