"""What stands beside the conversation: API, talk key, desktop, Wyoming. Any of them can fail without her."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from samantha.config import Config
from samantha.errors import SamanthaError
from samantha.service import logs, places
from samantha.service.bridge import Bridge
from samantha.service.control import Waking
from samantha.service.program import barred

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

    from samantha.service.api import ApiServer
    from samantha.service.daemon import Daemon
    from samantha.service.desktop import Desktop
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
            self._guests.close()
            self._daemon.listeners.remove(self._guests.on)
            self._guests = None

    async def end(self) -> None:
        """Stop everything, side by side."""
        await asyncio.gather(
            self._stop_api(), self._stop_hotkey(), self._stop_desktop(), self._stop_wyoming()
        )

    # --- API --------------------------------------------------------------------------------------------

    async def _start_api(self, config: Config) -> None:
        from samantha.service.api import ApiServer
        from samantha.service.verbs import Verbs

        extra: Sequence[BaseRoute] = ()
        if config.api.openai:
            from samantha.service.openai import routes

            extra = routes(self._hosts, self._bridge)
        api = ApiServer(
            Verbs(self._daemon), config.api, places.socket(), places.token_file(config), extra_routes=extra
        )
        if self._tried("api", api.start):
            self._api = api

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
            prompt=lambda: assistant.conversation.prompt,
            occupied=lambda: not assistant.conversation.quiet or assistant.listener.speaking,
            borrowed=assistant.conversation.reread_soon,
        )
        self._daemon.listeners.append(self._guests.on)

    # --- the key to talk --------------------------------------------------------------------------------

    async def _renew_hotkey(self, config: Config) -> None:
        from samantha.service.hotkey import Hotkey

        await self._stop_hotkey()
        if config.ptt.mechanism == "off":
            self._daemon.hotkey = lambda: "switched off; `samantha ptt` always works"
            return
        loop, daemon = asyncio.get_running_loop(), self._daemon

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

        def complain(problem: SamanthaError) -> None:
            soon(lambda: daemon.note("hotkey", str(problem)))()

        def make() -> None:
            self._hotkey = Hotkey(config.ptt, soon(press), soon(lambda: daemon.talk("release")), complain)
            self._hotkey.start()
            daemon.hotkey = lambda: hotkey.how if (hotkey := self._hotkey) else ""

        self._tried("hotkey", make)

    async def _stop_hotkey(self) -> None:
        hotkey, self._hotkey = self._hotkey, None
        if hotkey is not None:
            await asyncio.to_thread(hotkey.stop)

    # --- the desktop ------------------------------------------------------------------------------------

    async def _renew_desktop(self, config: Config) -> None:
        from samantha.service.desktop import Desktop

        await self._stop_desktop()
        self._desktop = Desktop(
            config.desktop,
            lambda on: self._daemon.mute(on, remember=False),
            ledger=config.state_folder / "players.json",
        )
        self._daemon.listeners.append(self._desktop.on)
        await self._desktop.start()

    async def _stop_desktop(self) -> None:
        desktop, self._desktop = self._desktop, None
        if desktop is not None:
            self._daemon.listeners.remove(desktop.on)
            await desktop.stop()

    # --- Wyoming ----------------------------------------------------------------------------------------

    async def _renew_wyoming(self, config: Config) -> None:
        await self._stop_wyoming()
        if not config.wyoming.serve:
            return
        from samantha.service.wyoming import WyomingServer

        wyoming = WyomingServer(self._hosts, self._bridge, config.wyoming)
        if self._tried("wyoming", wyoming.start):
            self._wyoming = wyoming

    async def _stop_wyoming(self) -> None:
        wyoming, self._wyoming = self._wyoming, None
        if wyoming is not None:
            await asyncio.to_thread(wyoming.stop)

    def _tried(self, topic: str, start: Callable[[], None]) -> bool:
        """Whether `start` worked; if not, it is a problem that `samantha status` shows."""
        try:
            start()
        except SamanthaError as problem:
            self._daemon.note(topic, str(problem))
            return False
        self._daemon.note(topic, "")
        return True
