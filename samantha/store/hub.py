"""One file of a model from a hub that speaks Hugging Face's protocol, through its own client.

The client's settings hold: HF_ENDPOINT, HF_HUB_OFFLINE, HF_TOKEN, its proxies and certificates.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from samantha.store.files import complaint, digest, sync_file
from samantha.store.recipe import File, Source
from samantha.store.workbench import Bench, Unavailable, is_right

_HTTP_CLIENTS = {"httpx", "httpx2", "httpcore", "httpcore2", "requests", "urllib3"}


def from_hub(source: Source, file: File, into: Path, bench: Bench) -> File:
    """Have `file` of `source` in the folder `into`, verified against the catalogue or the hub's metadata.

    A large file continues where an earlier attempt stopped. Raises Unavailable, or OSError for the disk.
    """
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    from huggingface_hub import get_hf_file_metadata, hf_hub_download, hf_hub_url
    from huggingface_hub.utils import disable_progress_bars, logging

    target, path = into / file.name, source.take[file.name][0]
    if is_right(target, file):
        return File(file.name, target.stat().st_size, file.sha256)
    endpoint = os.environ.get("HF_ENDPOINT", "").rstrip("/") or None
    seconds = {} if bench.patience is None else {"timeout": bench.patience}
    disable_progress_bars()
    logging.set_verbosity_error()
    here = into.parent / f"hub-{hashlib.sha256(str(source).encode()).hexdigest()[:16]}"
    with _hub_errors(source, path):
        url = hf_hub_url(source.repository, path, revision=source.revision, endpoint=endpoint)
        facts = get_hf_file_metadata(url, endpoint=endpoint, **seconds)
        wanted = file.sha256 or facts.etag or ""
        if file.sha256 and facts.etag and len(facts.etag) == 64 and facts.etag != file.sha256:
            raise Unavailable(f"{source} has another {path} than it should have")
        if not re.fullmatch(r"[0-9a-f]{64}|[0-9a-f]{40}", wanted):
            raise Unavailable(f"{source} gives no checksum of {path}")
        if not (target.is_file() and _checksum(target, wanted) == wanted):
            with bench.watching(into.parent):
                arrived = Path(
                    hf_hub_download(
                        source.repository,
                        path,
                        revision=facts.commit_hash or source.revision,
                        local_dir=here,
                        endpoint=endpoint,
                    )
                )
            if _checksum(arrived, wanted) != wanted:
                shutil.rmtree(here, ignore_errors=True)
                raise Unavailable(f"{path} arrived damaged from {source}")
            sync_file(arrived)
            arrived.replace(target)
    return File(file.name, target.stat().st_size, digest(target))


def _checksum(path: Path, like: str) -> str:
    """SHA-256, or for a file that the hub keeps in git itself (40 digits) git's own SHA-1 of it."""
    if len(like) == 64:
        return digest(path)
    content = path.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


@contextmanager
def _hub_errors(source: Source, path: str) -> Iterator[None]:
    from huggingface_hub import errors

    try:
        yield
    except errors.OfflineModeIsEnabled as problem:
        raise Unavailable("HF_HUB_OFFLINE keeps the hub out") from problem
    except errors.GatedRepoError as problem:
        raise Unavailable(f"{source} asks you to accept its terms and to set HF_TOKEN") from problem
    except (
        errors.RepositoryNotFoundError,
        errors.RevisionNotFoundError,
        errors.RemoteEntryNotFoundError,
    ) as problem:
        raise Unavailable(f"{source} does not have {path}") from problem
    except errors.HfHubHTTPError as problem:
        raise Unavailable(f"{source} answered with an error: {problem.response.status_code}") from problem
    except OSError as problem:
        if complaint(problem, Path()) is not None:
            raise
        short = "Consistency check" in str(problem)
        raise Unavailable(
            f"{path} arrived incomplete from {source}" if short else "the hub cannot be reached"
        ) from problem
    except Exception as problem:
        if type(problem).__module__.partition(".")[0] in _HTTP_CLIENTS:
            raise Unavailable("the hub cannot be reached") from problem
        raise
