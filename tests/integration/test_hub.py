"""Models from a hub: its own client against a server on loopback that speaks enough of its protocol."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from samantha.errors import FetchError
from samantha.store.catalog import Catalog, Store
from samantha.store.pull import pull

pytestmark = pytest.mark.integration

COMMIT = "0123456789abcdef0123456789abcdef01234567"
VOICE = bytes(range(256)) * 400
BROKEN_AFTER = 10_500_000
"""More than the client writes to disk at a time, 10 MB."""
CARD = b'{"espeak": {"voice": "en-us"}}'
CATALOG = """models:
  voice: {role: voice, engine: piper, about: a, languages: [en], licence: MIT, sex: female,
    files: {v.onnx: {bytes: null, sha256: %s}, v.onnx.json: {bytes: null, sha256: null}},
    sources: [{hub: some/voices, take: {v.onnx: [en/v.onnx], v.onnx.json: [en/v.onnx.json]}}]}
"""


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def git_sha(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


class Hub(ThreadingHTTPServer):
    """`files` by path; `sent` may differ from what the metadata says; `cut` ends the first answers early."""

    daemon_threads = True

    def __init__(self) -> None:
        self.files = {"en/v.onnx": VOICE, "en/v.onnx.json": CARD}
        self.sent: dict[str, bytes] = {}
        self.etags = {"en/v.onnx": sha(VOICE), "en/v.onnx.json": git_sha(CARD)}
        self.cut = 0
        self.status = 200
        self.asked: list[tuple[str, str, str]] = []
        super().__init__(("127.0.0.1", 0), Answer)


class Answer(BaseHTTPRequestHandler):
    """HEAD and GET of /REPOSITORY/resolve/REVISION/PATH."""

    server: Hub

    def log_message(self, *_: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def _answer(self, *, with_body: bool) -> None:
        repository, _, rest = self.path.lstrip("/").partition("/resolve/")
        path = rest.partition("/")[2]
        self.server.asked.append((self.command, rest, self.headers.get("Range", "")))
        if repository != "some/voices" or path not in self.server.files or self.server.status != 200:
            missing = self.server.status == 200
            self.send_response(404 if missing else self.server.status)
            if missing:
                self.send_header(
                    "X-Error-Code", "EntryNotFound" if repository == "some/voices" else "RepoNotFound"
                )
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        content = (
            self.server.sent.get(path, self.server.files[path]) if with_body else self.server.files[path]
        )
        first = 0
        if with_body and (asked := self.headers.get("Range")):
            first = int(asked.removeprefix("bytes=").rstrip("-"))
        self.send_response(206 if first else 200)
        if first:
            self.send_header("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}")
        etag = self.server.etags[path]
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("ETag", f'"{etag}"')
        if len(etag) == 64:
            self.send_header("X-Linked-ETag", f'"{etag}"')
            self.send_header("X-Linked-Size", str(len(self.server.files[path])))
        self.send_header("Content-Length", str(len(content) - first))
        self.end_headers()
        if not with_body:
            return
        if self.server.cut:
            self.server.cut -= 1
            self.wfile.write(content[first : first + BROKEN_AFTER])
            self.close_connection = True
            return
        self.wfile.write(content[first:])


class Nobody:
    def say(self, text: str) -> None:
        pass

    def advance(self, label: str, done: int, total: int) -> None:
        pass


@pytest.fixture
def hub(monkeypatch, tmp_path) -> Iterator[Hub]:
    with Hub() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(Catalog.parse(CATALOG % "null"), tmp_path / "models")


def test_checksums_come_from_the_hubs_metadata(hub, store):
    [pulled] = pull(store, ["voice"], Nobody())
    assert pulled.source == "hub some/voices"
    assert store.voice("voice").model.read_bytes() == VOICE
    assert store.verify("voice") == ()  # the receipt knows both now
    (store.folder / "voice" / "v.onnx").write_bytes(VOICE[:-1] + b"?")
    pull(store, ["voice"], Nobody())
    assert store.voice("voice").model.read_bytes() == VOICE
    assert sorted(path.name for path in (store.folder / "voice").iterdir()) == [
        "receipt.json",
        "v.onnx",
        "v.onnx.json",
    ]


def test_a_broken_connection_goes_on_where_it_broke(hub, store):
    large = VOICE * 110
    hub.files["en/v.onnx"], hub.etags["en/v.onnx"] = large, sha(large)
    hub.cut = 1
    pull(store, ["voice"], Nobody())
    ranges = [asked for command, path, asked in hub.asked if command == "GET" and path.endswith("v.onnx")]
    assert ranges == ["", "bytes=10485760-"]
    assert store.verify("voice") == ()


def test_an_interrupted_pull_goes_on_file_by_file(hub, store):
    del hub.files["en/v.onnx.json"]
    with pytest.raises(FetchError, match=r"hub some/voices does not have en/v\.onnx\.json"):
        pull(store, ["voice"], Nobody())
    assert not store.installed("voice")
    hub.files["en/v.onnx.json"] = CARD
    hub.asked.clear()
    pull(store, ["voice"], Nobody())
    assert [path for command, path, _ in hub.asked if command == "GET"] == [f"{COMMIT}/en/v.onnx.json"]


@pytest.mark.parametrize(
    ("path", "sent", "reason"),
    [
        ("en/v.onnx", VOICE[:-1] + b"?", r"en/v\.onnx arrived damaged"),
        ("en/v.onnx", VOICE[:5000], r"en/v\.onnx arrived incomplete"),
        ("en/v.onnx.json", CARD.replace(b"us", b"gb"), r"en/v\.onnx\.json arrived damaged"),
    ],
)
def test_a_damaged_and_a_truncated_answer_are_refused(hub, store, path, sent, reason):
    hub.sent[path] = sent
    with pytest.raises(FetchError, match=reason):
        pull(store, ["voice"], Nobody())
    assert not store.installed("voice")
    hub.sent.clear()
    pull(store, ["voice"], Nobody())
    assert store.verify("voice") == ()


def test_another_file_than_the_catalogue_knows_is_refused_before_it_is_fetched(hub, tmp_path):
    strict = Store(Catalog.parse(CATALOG % sha(b"the one we know")), tmp_path / "models")
    with pytest.raises(FetchError, match=r"has another en/v\.onnx than it should have"):
        pull(strict, ["voice"], Nobody())
    assert not [path for command, path, _ in hub.asked if command == "GET"]


def test_without_any_checksum_nothing_is_taken(hub, store):
    hub.etags["en/v.onnx"] = "no-checksum"
    with pytest.raises(FetchError, match=r"gives no checksum of en/v\.onnx"):
        pull(store, ["voice"], Nobody())


def test_a_hub_in_trouble_is_called_so(hub, store, tmp_path):
    elsewhere = Store(Catalog.parse((CATALOG % "null").replace("some/", "no/")), tmp_path / "models")
    with pytest.raises(FetchError, match=r"hub no/voices does not have en/v\.onnx"):
        pull(elsewhere, ["voice"], Nobody())
    hub.status = 500
    with pytest.raises(FetchError, match="answered with an error: 500"):
        pull(store, ["voice"], Nobody())


def test_a_hub_that_is_away_is_called_so(store, monkeypatch, tmp_path):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    with pytest.raises(FetchError, match="the hub cannot be reached"):
        pull(store, ["voice"], Nobody(), patience=1)


def test_the_hubs_offline_switch_is_obeyed(hub, tmp_path):
    code = f"""
from pathlib import Path
from samantha.store.catalog import Catalog, Store
from samantha.store.progress import Lines
from samantha.store.pull import pull
pull(Store(Catalog.parse({CATALOG % "null"!r}), Path({str(tmp_path / "models")!r})), ["voice"], Lines())"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "FetchError: voice could not be had: HF_HUB_OFFLINE keeps the hub out." in done.stderr
    assert not hub.asked
