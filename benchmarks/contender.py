"""
Starts a server on a port of the loopback interface, and ends it reliably.

A contender is a server to measure. A command starts it, so it may be in any language.
"""

from __future__ import annotations

import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from .machine import environment, pin
from .questions import HOST, Question

_PATIENCE = 30.0
_POLL = 0.002


class StartError(Exception):
    """A contender did not start."""


@dataclass(frozen=True, slots=True)
class Spot:
    """The port for a server, and a folder for its files, which is deleted when the server ends."""

    port: int
    folder: Path


@dataclass(frozen=True, slots=True)
class Launch:
    """A command, and the variables to add to its environment."""

    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Running:
    """A running server: its port, its process, and the seconds until it could be reached."""

    port: int
    process: int
    started: float


@dataclass(frozen=True, slots=True)
class Contender:
    """
    A server: how to start it, and the questions that it can answer.

    ``missing`` names what must be installed first.
    """

    name: str
    about: str
    launch: Callable[[Spot], Launch]
    questions: tuple[Question, ...]
    missing: Callable[[], list[str]] = list

    @contextmanager
    def running(self, core: int | None) -> Iterator[Running]:
        """Run the server during the ``with`` block, on one core if one is given."""
        with tempfile.TemporaryDirectory() as folder:
            port = _free_port()
            launch = self.launch(Spot(port, Path(folder)))
            begun = time.perf_counter()
            # Nothing in the command comes from outside this folder.
            process = subprocess.Popen(  # noqa: S603
                launch.command,
                stdout=subprocess.DEVNULL,
                env={**environment(), **launch.environment},
            )
            try:
                pin(core, process.pid)
                self._await(process, port)
                yield Running(port, process.pid, time.perf_counter() - begun)
            finally:
                _end(process)

    def _await(self, process: subprocess.Popen[bytes], port: int) -> None:
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            try:
                socket.create_connection((HOST, port), timeout=1).close()
            except OSError:
                pass
            else:
                return
            try:
                raise StartError(f"{self.name} ended with {process.wait(_POLL)} before it served")
            except subprocess.TimeoutExpired:
                continue
        raise StartError(f"{self.name} does not serve after {_PATIENCE:g} s")


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as server:
        port: int = server.getsockname()[1]
    return port


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
