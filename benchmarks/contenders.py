"""
Who is measured: the table of contenders, and how one is started and surely ended.

A contender is a command that serves on a port of the loopback interface, in whatever language.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec

from . import speed
from .kinds import HOST

_PATIENCE = 30.0
_POLL = 0.01


class StartError(Exception):
    """A contender did not start."""


@dataclass(frozen=True, slots=True)
class Contender:
    """A server by the command that starts it on a port; ``needs`` are modules it must have."""

    name: str
    about: str
    command: Callable[[int], list[str]]
    needs: tuple[str, ...] = ()

    @property
    def missing(self) -> list[str]:
        """What has to be installed before it can be measured."""
        return [name for name in self.needs if find_spec(name) is None]

    @contextmanager
    def running(self, core: int | None) -> Iterator[int]:
        """Serve while the block runs, on one core if one is given; yields the port."""
        port = _free_port()
        # Nothing in the command comes from outside this folder.
        process = subprocess.Popen(self.command(port), stdout=subprocess.DEVNULL)  # noqa: S603
        try:
            if core is not None:
                pin(core, process.pid)
            self._await(process, port)
            yield port
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


def python(name: str) -> Callable[[int], list[str]]:
    """Return the command of one of our own servers."""
    return lambda port: [sys.executable, "-m", "benchmarks.servers", name, str(port)]


BASELINE = "aiohttp"
CONTENDERS = (
    Contender("ours", "our server, asyncio and json", python("ours")),
    Contender("ours+speed", "our server, uvloop and orjson", python("ours+speed"), speed.EXTRA),
    Contender(BASELINE, "a bare handler with fixed bytes", python(BASELINE)),
)


def cores() -> tuple[int | None, int | None]:
    """Return a core for the servers and one for the load; None where they can't be had."""
    if sys.platform != "linux":
        return None, None
    usable = sorted(os.sched_getaffinity(0))
    return (usable[0], usable[-1]) if len(usable) > 1 else (None, None)


def pin(core: int, process: int = 0) -> None:
    """Keep a process, or this one, on a core."""
    if sys.platform == "linux":
        os.sched_setaffinity(process, {core})


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
