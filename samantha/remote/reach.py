"""Which settings lead off this machine, and where to. Pure: nothing is looked up or opened here."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from samantha.config import Config, Remote
from samantha.errors import ConfigError

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server is. As a string it holds no secret."""

    setting: str
    """The setting that names it, such as ``"remote.llm_url"``."""
    scheme: str
    host: str
    """Empty for a Unix socket."""
    port: int
    path: str
    """Of the URL, without a slash at its end; or of the Unix socket."""

    def __str__(self) -> str:
        if not self.host:
            return self.path
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def loopback(self) -> bool:
        """Whether it is on this machine for certain."""
        return not self.host or is_loopback(self.host)


@dataclass(frozen=True, slots=True)
class Lead:
    """One setting that opens this machine towards others."""

    setting: str
    """The setting that switches it on, with its value: ``"llm.engine: openai"``."""
    carries: str
    """What passes, or who: ``"what she says, as text"``."""
    address: str
    """Host and port, or the path of a socket; never a key or a password."""
    inward: bool
    """Others may connect to this machine, and not this machine to another."""
    loopback: bool
    """Whether it stays on this machine after all."""

    def __str__(self) -> str:
        way = f"is let in on {self.address}" if self.inward else f"goes to {self.address}"
        return f"{self.setting} ({self.carries} {way}{', on this machine' if self.loopback else ''})"


def leads(config: Config) -> list[Lead]:
    """Every way on or off this machine that `config` opens; none with the settings she comes with.

    Raises ConfigError for an engine on another machine that is not named, or named wrongly.
    """
    found = []
    for engine, switched, setting, carries in (
        ("llm.engine: openai", config.llm.engine == "openai", "llm_url", "the conversation, as text"),
        ("hearing.engine: wyoming", config.hearing.engine == "wyoming", "stt_url", "what you say, as sound"),
        ("voice.engine: wyoming", config.voice.engine == "wyoming", "tts_url", "what she says, as text"),
    ):
        if switched:
            there = address(config.remote, setting, engine)
            found.append(Lead(engine, carries, str(there), inward=False, loopback=there.loopback))
    for setting, switched, host, port, carries in (
        ("api.tcp: true", config.api.tcp, config.api.host, config.api.port, "whoever has the token"),
        (
            "wyoming.serve: true",
            config.wyoming.serve,
            config.wyoming.host,
            config.wyoming.port,
            "anyone",
        ),
    ):
        if switched and not is_loopback(host):
            found.append(Lead(setting, carries, f"{host}:{port}", inward=True, loopback=False))
    return found


def address(remote: Remote, name: str, engine: str) -> Address:
    """The URL in `remote` that is called `name`, for `engine` (as ``"llm.engine: openai"``).

    Raises ConfigError if it is empty or names no server.
    """
    setting, url = f"remote.{name}", str(getattr(remote, name))
    key, _, value = engine.partition(": ")
    if not url:
        raise ConfigError(
            f"{key} is {value}, but {setting} names no machine.",
            f"Set {setting}, or leave {key} as it was.",
        )
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return Address(setting, "unix", "", 0, url.removeprefix("unix://"))
    try:
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        port = 0
    if not parts.hostname or not port:
        raise ConfigError(
            f"{setting} names no server: its host or its port is wrong.", "Correct it in the settings."
        )
    if parts.username or parts.password:
        raise ConfigError(
            f"{setting} holds a name or a password, which would be seen wherever the address is shown.",
            "Take it out; a key belongs into the file that remote.llm_key_file names.",
        )
    return Address(setting, parts.scheme, parts.hostname, port, parts.path.rstrip("/"))


def is_loopback(host: str) -> bool:
    """Whether `host`, a name or an IP address, is this machine for certain; no name is looked up."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"
