"""Taking out of a text what tells who somebody is. Pure but for `private_words`, which asks the system."""

from __future__ import annotations

import contextlib
import getpass
import os
import re
import socket
import sys
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from samantha.config import Config
from samantha.config import settings as defaults
from samantha.remote.reach import is_loopback
from samantha.store import profile

EVERYBODYS = {"root", "user", "users", "home", "localhost", "samantha", "name", "pc", "mac", "laptop", "none"}
"""Names that tell nothing of a person."""

_PATTERNS = (
    (re.compile(r"\b(alsa|bluez)_(input|output|card)\.[\w.:-]+"), r"\1_\2.<serial>"),
    (re.compile(r"\b[0-9A-Fa-f]{2}(?:[:_-][0-9A-Fa-f]{2}){5}\b"), "<address>"),  # MAC
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+"), "<mail>"),
    (re.compile(r"\b(?!127\.|0\.0\.0\.0\b)\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b"), "<address>"),
    (re.compile(r"\b(?:sk|hf|ghp|Bearer)[-_ ][\w.-]{8,}"), "<key>"),
    (re.compile(r"(/home|/Users|/root|[A-Z]:\\Users)([/\\][^/\\\s:'\"”]+)"), "~"),
)


class Redactor:
    """Replaces a home folder by ~, each of `words` by <private>, and what looks like an address or a key."""

    def __init__(self, home: Path, words: Iterable[str]) -> None:
        self._home = str(home)
        named = sorted(
            {w for w in words if len(w) > 1 and w.lower() not in EVERYBODYS}, key=len, reverse=True
        )
        any_ = "|".join(map(re.escape, named))
        self._words = re.compile(rf"(?<![^\W_])(?:{any_})(?![^\W_])", re.IGNORECASE) if named else None

    def __call__(self, text: str) -> str:
        if len(self._home) > 1:
            text = re.sub(re.escape(self._home) + r"(?![\w-])", "~", text)
        for pattern, instead in _PATTERNS:
            text = pattern.sub(instead, text)
        return self._words.sub("<private>", text) if self._words else text


def private_words(config: Config) -> set[str]:
    """Names of the person, of this machine and of other machines of theirs, as far as they are known here."""
    words = {config.user.name, profile.read(config.state_folder).name, *config.hearing.names}
    words.update(config.attention.names)
    with contextlib.suppress(OSError, KeyError):
        words.add(getpass.getuser())
    if sys.platform != "win32":
        import pwd

        with contextlib.suppress(KeyError):
            words.update(pwd.getpwuid(os.getuid()).pw_gecos.split(",")[0].split())
    words |= {socket.gethostname(), socket.gethostname().partition(".")[0]}
    for url in (config.remote.llm_url, config.remote.stt_url, config.remote.tts_url):
        host = urlsplit(url).hostname or ""
        words |= set() if is_loopback(host) else {host}
    words |= {host for host in (config.api.host, config.wyoming.host) if not is_loopback(host)}
    return {part for word in words for part in (word, *word.split())} - {"0.0.0.0", "::", ""}


def settings(config: Config) -> dict[str, dict[str, object]]:
    """The settings, without what names a person, a file or another machine. Part of a device's name stays."""
    usual = defaults()
    told: dict[str, dict[str, object]] = {}
    for section, values in config.model_dump(mode="json").items():
        for name, value in values.items():
            path = f"{section}.{name}"
            told.setdefault(section, {})[name] = _told(path, value, usual[path])
    return told


def _told(path: str, value: object, usual: object) -> object:
    if path in ("hearing.names", "attention.names", "attention.sound_alikes"):
        return "<as it comes>" if value == list(usual) else "<private>"  # type: ignore[call-overload]
    if value == usual:
        return value
    if path == "user.name":
        return "<private>"
    if isinstance(value, str) and (path.endswith(("_url", "_file")) or re.search(r"[/\\~]", value)):
        return f"<a place of yours{', on this machine' if _near(value) else ''}>"
    return value


def _near(value: str) -> bool:
    return "://" not in value or is_loopback(urlsplit(value).hostname or "")
