"""Where a running Samantha is found, and where another user could stand in for her."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from samantha.config import Config
from samantha.doctor import access, background
from samantha.errors import SamanthaError
from samantha.service import places
from samantha.service.client import local
from samantha.service.press import press

pytestmark = [
    pytest.mark.unit,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no owners of this kind"),
]


@pytest.fixture
def login(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "run"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    return folder


def test_it_is_in_the_folder_of_the_login(login: Path) -> None:
    assert places.socket() == login / "samantha" / "api.sock"
    (login / "samantha").mkdir()
    assert places.socket() == login / "samantha" / "api.sock"


def test_nobody_speaks_into_a_socket_that_another_user_could_have_made(
    login: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (login / "samantha").mkdir()
    monkeypatch.setattr(os, "getuid", lambda: login.stat().st_uid + 1)
    for ask in (places.socket, lambda: local().status()):
        with pytest.raises(SamanthaError, match="belongs to another user"):
            ask()
    assert not press("press")
    assert background.reach().verdict == "warning"
    assert access.files(Config.model_validate({"paths": {"state": str(login)}}))


def test_a_temporary_folder_that_another_user_has_made_is_refused_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: str) -> Path:
        raise PermissionError(
            "runtime directory /tmp/runtime-1 is owned by uid 2, not 1; set XDG_RUNTIME_DIR"
        )

    monkeypatch.setattr(places.platformdirs, "user_runtime_path", refuse)
    with pytest.raises(SamanthaError, match=r"/tmp/runtime-1 is owned by uid 2, not 1\. Log in"):
        places.socket()
