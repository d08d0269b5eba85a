"""
Runs the server of a session, which plays the scenario of the run between tests.

Fixtures of a class, a module or the session may send requests between tests. If the server can't
start or can't be reached, the error states the cause.
"""

from __future__ import annotations

import errno
import os
import socket
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from mockserver.edge.live import LiveEngine
from mockserver.edge.redirect.authority import MissingAuthorityError
from mockserver.edge.server.redirected import Redirect
from mockserver.edge.server.threaded import ThreadedServer
from pytest_cerebras.egress.turning import Redirect as Turn
from pytest_cerebras.egress.turning import leading_to
from pytest_cerebras.settings import options

from .timing import unwatched

_DESCRIPTORS = 16  # file descriptors for the server; with fewer, libuv aborts the process
_IN_PROCESS = "use --cerebras-mode respx, which answers httpx without a socket"
_NO_DESCRIPTOR = (
    "no file descriptor is left",
    "close the files and sockets that tests leave open, or raise the limit (ulimit -n)",
)
_NO_ADDRESS = (
    "this machine has no 127.0.0.1",
    f"give it a loopback interface, or {_IN_PROCESS}",
)
# by errno: the cause and the way out
_KNOWN = {
    errno.EMFILE: _NO_DESCRIPTOR,
    errno.ENFILE: _NO_DESCRIPTOR,
    errno.EADDRNOTAVAIL: _NO_ADDRESS,
    errno.EAFNOSUPPORT: _NO_ADDRESS,
    errno.EADDRINUSE: (
        "no port of 127.0.0.1 is free",
        f"close connections that tests leave open, or {_IN_PROCESS}",
    ),
}
# packages that forbid sockets, and a way out for each
_GUARDS = {
    "pytest_socket": (
        "pytest-socket forbids it; add 127.0.0.1 to --allow-hosts or to the test's allow_hosts "
        "marker"
    ),
    "pytest_recording": (
        "pytest-recording forbids it; add 127.0.0.1 to --allowed-hosts or to the allowed_hosts of "
        "the test's block_network marker"
    ),
}


@contextmanager
def serving(
    engine: Callable[[], LiveEngine], *, in_either_mode: bool = False
) -> Iterator[ThreadedServer]:
    """
    Run a server on a free port of the loopback interface, or fail the test.

    ``in_either_mode`` is true if the server is also needed in respx mode, so that an error message
    must not suggest this mode.
    """
    server, wrong = None, _forbidden(None)
    if wrong is None:
        try:
            _spare_descriptors()
            server = ThreadedServer(engine())
            server.start()
        except pytest.UsageError:
            raise
        except Exception as error:  # noqa: BLE001 (any error becomes one sentence)
            wrong = _cannot_start(error)
    if server is None or wrong is not None:
        message = str(wrong).replace(f", or {_IN_PROCESS}", "") if in_either_mode else str(wrong)
        pytest.fail(message, pytrace=False)
    try:
        yield server
    finally:
        server.stop()


def resting(config: pytest.Config) -> LiveEngine:
    """Return an engine that plays the scenario of the run's settings. Raises UsageError."""
    live = LiveEngine()
    rest(live, config)
    return live


def rest(live: LiveEngine, config: pytest.Config) -> None:
    """Start the scenario of the run's settings on an engine, in real time."""
    settings = options.resolve(config)
    unwatched(live, settings.time_scale, settings.patience)
    live.retention = settings.retention()
    live.play(settings.loaded(), settings.overrides())


def check(server: ThreadedServer) -> None:
    """Fail the test if something forbids connecting to the server."""
    if server.live.port == "open" and (wrong := _forbidden(server.port)):
        pytest.fail(wrong, pytrace=False)


def turning(server: ThreadedServer, folder: Path) -> Turn:
    """
    Return the target for clients with a hard-coded real host, or fail the test.

    From the first call on, the server answers for that host. The certificate of the authority that
    signs for the server is written into ``folder``.
    """
    try:
        if server.redirect is None:
            server.begin(Redirect())
    except MissingAuthorityError as error:
        pytest.fail(str(error), pytrace=False)
    except OSError as error:
        pytest.fail(_cannot_start(error), pytrace=False)
    redirect = server.redirect
    assert redirect is not None  # noqa: S101 (the server has been started)
    authority = folder / "ca.pem"
    authority.write_bytes(redirect.authority.pem)
    return leading_to(redirect.hosts, redirect.tls_port, server.port, authority)


def _spare_descriptors() -> None:
    """Raise OSError if too few file descriptors are left."""
    with ExitStack() as stack:
        for _ in range(_DESCRIPTORS):
            stack.callback(os.close, os.open(os.devnull, os.O_RDONLY))


def _cannot_start(error: Exception) -> str:
    """Return a sentence on why the server can't start, and a way out."""
    number = error.errno if isinstance(error, OSError) else None
    cause, way_out = _KNOWN.get(number or 0, (f"{type(error).__name__}: {error}", _IN_PROCESS))
    return f"the mock server can't start: {cause}; {way_out}"


def _forbidden(port: int | None) -> str | None:
    """
    Return a sentence if something forbids sockets, or forbids connections to this port.

    A guard may forbid only connections. Then the server runs, but Python clients can't reach it.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with socket.socket() as one:
                if port is not None:
                    one.connect(("127.0.0.1", port))
    except OSError as error:
        return _cannot_start(error)
    except Exception as error:  # noqa: BLE001 (a guard against sockets may raise anything)
        return f"no test can reach the mock server: {_forbids(error)}, or {_IN_PROCESS}"
    return None


def _forbids(error: Exception) -> str:
    """Return a sentence that names the package that forbids sockets, and a way out."""
    frame, modules = error.__traceback__, set[str]()
    while frame is not None:
        modules.add(str(frame.tb_frame.f_globals.get("__name__", "")).partition(".")[0])
        frame = frame.tb_next
    known = next((one for module, one in _GUARDS.items() if module in modules), None)
    return known or f"something forbids sockets ({error}); make it allow 127.0.0.1"
