"""A connection to a machine that the owner has named. Nothing else in this folder opens one.

No proxy is asked, whatever the environment says: what is sent goes to the named machine or nowhere.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future, InvalidStateError
from contextlib import contextmanager

from samantha.dialog.token import Token
from samantha.errors import Cancelled, SamanthaError
from samantha.remote.reach import Address


class UnreachableError(SamanthaError):
    """The other machine is off, too slow, or not itself: for now, this one has to do."""

    def __init__(self, address: Address, reason: str) -> None:
        super().__init__(
            "remote",
            f"{address} {reason}.",
            f"Check {address.setting}, and that the machine is on and its server runs.",
        )


@contextmanager
def connected(address: Address, timeout_s: float, token: Token) -> Iterator[socket.socket]:
    """A connection to `address` for as long as the block runs; encrypted and verified for https.

    `timeout_s` bounds its opening, and each wait for the other side after that. When `token` is cancelled it
    is cut at once, whatever the block waits for. Raises Cancelled then; raises UnreachableError for every OSError
    inside the block, which may raise ConnectionError itself for what it does not understand.
    """
    line: socket.socket | None = None
    try:
        line = _open(address, timeout_s, token)
        with token.stopping(lambda: _cut(line)):
            yield line
            token.check()
    except OSError as problem:
        token.check()
        raise UnreachableError(address, _reason(problem, timeout_s)) from problem
    finally:
        if line is not None:
            line.close()


def _open(address: Address, timeout_s: float, token: Token) -> socket.socket:
    """Looking a name up, connecting and shaking hands cannot be stopped: they have a thread of their own,
    which is left to itself when `token` is cancelled or time is up."""
    future: Future[socket.socket] = Future()

    def work() -> None:
        try:
            line = _dial(address, timeout_s)
        except Exception as problem:  # noqa: BLE001 (handed to the caller, whatever it is)
            with contextlib.suppress(InvalidStateError):
                future.set_exception(problem)
            return
        try:
            future.set_result(line)
        except InvalidStateError:
            line.close()

    def give_up() -> None:
        future.cancel()

    threading.Thread(target=work, name="samantha-dial", daemon=True).start()
    with token.stopping(give_up):
        try:
            return future.result(timeout_s)
        except CancelledError:
            raise Cancelled from None
        except TimeoutError:
            if not future.cancel() and future.exception() is None:
                return future.result()  # it came at the last moment
            raise


def _dial(address: Address, timeout_s: float) -> socket.socket:
    if not address.host:
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(timeout_s)
        try:
            line.connect(address.path)
        except OSError:
            line.close()
            raise
        return line
    try:
        line = socket.create_connection((address.host, address.port), timeout_s)
    except UnicodeError:
        raise ConnectionError(f"{address.host!r} cannot be a host's name") from None
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if address.scheme != "https":
        return line
    try:
        return ssl.create_default_context().wrap_socket(line, server_hostname=address.host)
    except OSError:
        line.close()
        raise


def _cut(line: socket.socket | None) -> None:
    """Wake whoever waits for `line`, from another thread; not SSLSocket's own, which would lose its keys
    under the reader's hands."""
    if line is not None:
        with contextlib.suppress(OSError):  # the other side was faster
            socket.socket.shutdown(line, socket.SHUT_RDWR)


def _reason(problem: OSError, timeout_s: float) -> str:
    match problem:
        case TimeoutError():
            return f"did not answer within {timeout_s:g} s"
        case ssl.SSLCertVerificationError():
            return f"has a certificate that is not trusted here: {problem.verify_message.rstrip('.')}"
        case ssl.SSLError():
            return f"cannot be spoken with in secret: {problem.reason}"
        case _:
            return f"cannot be reached: {(problem.strerror or str(problem) or 'it hung up').rstrip('.')}"
