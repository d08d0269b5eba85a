"""A store that only this mock uses, on a private socket."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mockserver.core.errors import MockServerError

from .address import StoreAddress

_PROGRAMS = ("redis-server", "valkey-server")
_SECONDS = 10.0
# kills the server however the mock ends: ``read`` returns when the mock's side of the pipe closes
_KEEPER = '"$@" & read -r _; kill $!; wait; rm -rf "$0"'


class NoServerError(MockServerError):
    """No Redis or Valkey server is installed, or the server does not start."""


@contextmanager
def private_store() -> Iterator[StoreAddress]:
    """Run a Redis or Valkey server until the context ends. Raises NoServerError."""
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if program is None:
        raise NoServerError(
            "--state private needs redis-server or valkey-server; install Debian's package of "
            "that name, run 'brew install valkey', or give the URL of a store"
        )
    folder = tempfile.mkdtemp(prefix="cerebras-state-")
    path = Path(folder, "state.sock")
    log = Path(folder, "log")
    command = (
        program, "--port", "0", "--unixsocket", str(path), "--unixsocketperm", "700",
        "--save", "", "--appendonly", "no", "--dir", folder, "--logfile", str(log),
    )  # fmt: skip
    keeper = subprocess.Popen(  # noqa: S603 (the user's own program)
        ["/bin/sh", "-c", _KEEPER, folder, *command],
        stdin=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C reaches only the mock, which then ends the server
    )
    try:
        _await(path, keeper, log)
        yield StoreAddress(path=str(path))
    finally:
        assert keeper.stdin is not None  # noqa: S101 (it is a pipe)
        keeper.stdin.close()
        keeper.wait()


def _await(path: Path, keeper: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + _SECONDS
    while not path.exists():
        if keeper.poll() is not None or time.monotonic() > end:
            said = log.read_text(errors="replace").strip() if log.exists() else ""
            last = said.rpartition("\n")[2]
            raise NoServerError(
                f"--state private: the server does not start; it reported: {last or 'nothing'}"
            )
        time.sleep(0.01)  # noqa: TID251 (waits for another program)
