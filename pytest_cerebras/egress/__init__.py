"""
Lets no request out to the real API while the mock is active, be it in a test or in a whole run.

``child.cerebras_guard`` stops what the interpreter itself is asked to do, in this process and in
Python children; ``client_hooks`` stop what goes past it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest

from . import client_hooks
from .child.cerebras_guard import (
    OURS,
    READ,
    RUN,
    STRAY,
    VARIABLE,
    EscapeError,
    Guard,
    note_forked,
)
from .child.cerebras_hosts import REAL

__all__ = ["RUN", "EscapeError", "GuardLog", "guarded", "no_proxy", "note_forked"]

_PROXIES = ("all_proxy", "http_proxy", "https_proxy")
_CHILD = str(Path(__file__).parent / "child")


class GuardLog:
    """What a guard stops, here and in child processes."""

    def __init__(self, path: Path, *, mode: str, others: str) -> None:
        self._path = path
        self._notes = ""
        self._told = f"{mode}:{others}:{path}"

    @property
    def stopped(self) -> list[str]:
        """All attempts of the test so far, a sentence each."""
        return [sentence for word, sentence in self._read() if word not in (READ, STRAY)]

    @property
    def strays(self) -> list[str]:
        """Those of what is left over from an earlier test."""
        return [sentence for whose, sentence in self._read() if whose == STRAY]

    @property
    def escapes(self) -> list[str]:
        """Those that were for the real API."""
        return [sentence for whose, sentence in self._read() if whose == OURS]

    def reads(self) -> dict[int, float | None]:
        """Return the ports that other processes read from, with their time-outs in seconds."""
        notes = [note.split() for word, note in self._read() if word == READ]
        return {int(port): None if told == "None" else float(told) for port, told in notes}

    def keep(self) -> None:
        """Remember what was noted: the file is about to go."""
        self._notes = self._path.read_text("utf-8")

    def _read(self) -> Iterator[tuple[str, str]]:
        notes = self._path.read_text("utf-8") if self._path.exists() else self._notes
        for line in notes.splitlines():
            whose, _, sentence = line.partition(" ")
            yield whose, sentence

    def variables(self) -> dict[str, str]:
        """Return the environment that bypasses proxies and guards Python children."""
        theirs = os.environ.get("PYTHONPATH")
        return {
            "NO_PROXY": no_proxy(),
            "no_proxy": no_proxy(),
            "PYTHONPATH": os.pathsep.join([_CHILD, theirs] if theirs else [_CHILD]),
            VARIABLE: self._told,
            **dict.fromkeys(_unusable_proxies(), ""),
        }


def no_proxy() -> str:
    """Return ``NO_PROXY`` so that neither the mock nor the guard is bypassed by a proxy."""
    ours = ["127.0.0.1", "localhost", "::1", REAL, f".{REAL}"]
    theirs = os.environ.get("NO_PROXY") or os.environ.get("no_proxy") or ""
    return ",".join(dict.fromkeys([*filter(None, theirs.split(",")), *ours]))


def _unusable_proxies() -> Iterator[str]:
    """
    Yield the variables with a SOCKS proxy that httpx can't use.

    It makes one for each, also where it then bypasses them all, and raises ImportError.
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
    Refuse requests to the real API, and with ``others="block"`` to every other machine.

    ``mode`` is the mock's, for what an error advises; ``RUN`` is for what is outside of tests.
    ``elsewhere`` returns why what happens here and now is none of the test's.
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
