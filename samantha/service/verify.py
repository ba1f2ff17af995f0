"""Whether settings that are right by themselves can be carried out."""

from __future__ import annotations

from samantha.config import Config
from samantha.errors import ConfigError
from samantha.remote.reach import is_loopback, leads
from samantha.service.keys.chord import Chord


def verify(config: Config) -> None:
    """Raises ConfigError for an engine elsewhere without an address, a key that is none, an open Wyoming server."""
    leads(config)
    Chord.parse(config.ptt.key)
    if config.wyoming.serve and not is_loopback(config.wyoming.host):
        raise ConfigError(
            f"wyoming.host cannot be {config.wyoming.host!r}: its protocol knows no token, so anybody could use it.",
            "Set it to 127.0.0.1; another machine gets here through an SSH tunnel.",
        )
