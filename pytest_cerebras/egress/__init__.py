"""
Stops all requests to the real API while the mock is active, in a test or in a whole run.

There are two layers. ``child.cerebras_guard`` has an audit hook, which the interpreter calls before
it resolves a name, connects a socket or starts a program, in this process and in Python children.
The hook misses some requests, for example through a proxy or on an open connection.
``client_hooks`` stops these inside the client libraries.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest

from . import client_hooks
from .child.cerebras_guard import (
    ASKED,
    OTHERS,
    OURS,
    PROXIED,
    READ,
    RUN,
    STRAY,
    VARIABLE,
    EscapeError,
    Guard,
    note_forked,
)
from .child.cerebras_hosts import REAL

__all__ = ["PROXIED", "RUN", "EscapeError", "GuardLog", "guarded", "no_proxy", "note_forked"]

_PROXIES = ("all_proxy", "http_proxy", "https_proxy")
_CHILD = str(Path(__file__).parent / "child")


class GuardLog:
    """
    The requests that a guard stopped, in this process and in child processes.

    Child processes can't share memory with the test, so they append notes on the requests to one
    file.
    """

    def __init__(self, path: Path, *, mode: str, others: str) -> None:
        self._path = path
        self._notes = ""
        self._guard_settings = f"{mode}:{others}:{path}"

    @property
    def stopped(self) -> list[str]:
        """All requests of the test that were stopped so far, one sentence each."""
        return [sentence for word, sentence in self._read() if word in (OURS, OTHERS)]

    @property
    def asked(self) -> list[str]:
        """The names of other hosts to which the test sent requests, each once."""
        return list(dict.fromkeys(name for word, name in self._read() if word == ASKED))

    @property
    def strays(self) -> list[str]:
        """The stopped requests of threads or tasks that linger from an earlier test."""
        return [sentence for whose, sentence in self._read() if whose == STRAY]

    @property
    def escapes(self) -> list[str]:
        """The stopped requests of the test to the real API."""
        return [sentence for whose, sentence in self._read() if whose == OURS]

    def reads(self) -> dict[int, float | None]:
        """Return the ports from which other processes read, and the reads' time-outs in seconds."""
        notes = [note.split() for word, note in self._read() if word == READ]
        return {int(port): None if seconds == "None" else float(seconds) for port, seconds in notes}

    def keep(self) -> None:
        """Read the notes into memory, because the file is about to be deleted."""
        self._notes = self._path.read_text("utf-8")

    def _read(self) -> Iterator[tuple[str, str]]:
        notes = self._path.read_text("utf-8") if self._path.exists() else self._notes
        for line in notes.splitlines():
            whose, _, sentence = line.partition(" ")
            yield whose, sentence

    def variables(self) -> dict[str, str]:
        """Return variables that make clients bypass proxies, and that guard Python children."""
        return {
            **dict.fromkeys(("NO_PROXY", "no_proxy"), no_proxy()),
            **dict.fromkeys(_unusable_proxies(), ""),
            **self.in_children(os.environ),
        }

    def in_children(self, given: Mapping[str, str]) -> dict[str, str]:
        """Return variables that guard Python children; any ``PYTHONPATH`` in ``given`` is kept."""
        path = filter(None, (_CHILD, given.get("PYTHONPATH")))
        return {"PYTHONPATH": os.pathsep.join(path), VARIABLE: self._guard_settings}


def no_proxy() -> str:
    """
    Return a value of ``NO_PROXY`` with which clients use no proxy for the mock and the real API.

    With a proxy, the guard would see only the address of the proxy.
    """
    ours = ["127.0.0.1", "localhost", "::1", REAL, f".{REAL}"]
    theirs = os.environ.get("NO_PROXY") or os.environ.get("no_proxy") or ""
    return ",".join(dict.fromkeys([*filter(None, theirs.split(",")), *ours]))


def _unusable_proxies() -> Iterator[str]:
    """
    Yield the variables that name a SOCKS proxy, if httpx can't use one.

    Without the package socksio, httpx raises ImportError for such a variable, even for hosts in
    ``NO_PROXY``, because a new client sets up all proxies.
    """
    if find_spec("socksio") is None:
        for name, value in os.environ.items():
            if name.lower() in _PROXIES and value.lower().startswith("socks"):
                yield name


@contextmanager
def guarded(
    *, mode: str = "server", others: str = "pass", elsewhere: Callable[[], str] = str
) -> Iterator[GuardLog]:
    """
    Refuse requests to the real API; with ``others="block"``, also to every other machine.

    ``mode`` is the mode of the mock, on which the advice in an error depends; ``RUN`` is for code
    outside of tests. ``elsewhere`` returns why the running code does not belong to the test; an
    empty string if it may belong to the test.
    """
    with NamedTemporaryFile(prefix="cerebras-mock-") as notes, pytest.MonkeyPatch.context() as own:
        guard = Guard(notes.name, mode=mode, others=others)
        guard.elsewhere = elsewhere
        client_hooks.install(guard.refuse, own)
        guard_log = GuardLog(Path(notes.name), mode=mode, others=others)
        guard.watch()
        try:
            yield guard_log
        finally:
            guard.unwatch()
            guard_log.keep()
