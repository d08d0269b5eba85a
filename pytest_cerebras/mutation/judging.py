"""Judges a test by its runs under mutations. The values are plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self, TypeAlias

from pydantic import TypeAdapter

from .claims import Claims
from .mutations import ERROR, MUTATIONS

End: TypeAlias = Literal["passed", "asserted", "raised"]
"""How a run ended: it passed, an assertion failed, or another exception went through the test."""

_DOES = {one.name: one.does for one in MUTATIONS}
_EXPECTED = {one.name for one in MUTATIONS if one.expected}
_ON_ERRORS_ONLY = "it notices only that a request fails"
_ON_REQUESTS = "it passes whatever the API answers, but asserts on the requests of the app"
_TAKES_ERRORS = "it passes whatever the API answers, but handles errors itself"
_ON_BOUNDS = "it passes whatever the API answers, but asserts that something is absent or limited"


@dataclass(frozen=True, slots=True)
class Tried:
    """
    The mutations tried on a test.

    ``test`` is the node id of the test. Of the mutations that changed an answer to the app,
    ``noticed`` has the names of those that the test noticed. ``missed`` has the names of the
    others, except those that a test is not expected to notice. ``blind``: the test should have
    noticed one of the missed mutations. ``note`` is the reason why a test that noticed nothing is
    not blind, or the little that the test noticed. ``replay`` is the command that runs the test
    under the first mutation it missed. ``left_out`` is the reason why no
    mutation was tried. ``is_whole`` is false if the run was interrupted. ``file`` and ``line`` are
    the place of the test; as in pytest, the first line is 0.
    """

    test: str
    noticed: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    blind: bool = False
    note: str = ""
    replay: str = ""
    left_out: str = ""
    is_whole: bool = True
    file: str = ""
    line: int = 0

    @classmethod
    def read(cls, found: Mapping[str, Any]) -> Self:
        """Return the result from the JSON-like form that an xdist worker sends."""
        return TypeAdapter(cls).validate_python(found)

    @property
    def applied(self) -> int:
        """The number of mutations that count: those that the test noticed or missed."""
        return len(self.noticed) + len(self.missed)

    @property
    def is_judged(self) -> bool:
        """Whether all mutations were tried, and the test noticed one or should have noticed one."""
        return not self.left_out and self.is_whole and (self.blind or bool(self.noticed))

    @property
    def place(self) -> tuple[str, int, str]:
        """The sort key: file and line, then the name of the test."""
        return self.file, self.line, self.test

    @property
    def told(self) -> str:
        """The result on one line."""
        if self.left_out:
            return f"{self.test}: left out: {self.left_out}"
        rest = "" if self.is_whole else ", interrupted"
        note = f": {self.note}" if self.note else ""
        return f"{self.test}: noticed {len(self.noticed)} of {self.applied}{rest}{note}"

    @property
    def should_notice(self) -> str:
        """The first mutation that a blind test missed, in words."""
        return _DOES[self.missed[0]] if self.missed else ""


def judged(test: str, ends: Mapping[str, End], claims: Claims, *, looks: bool) -> Tried:
    """
    Return the result of the mutations that were tried on a test.

    ``ends`` says how the test ended under each mutation that changed something. ``looks``: the
    test read the recorded requests.

    A test that passes under all mutations is blind, unless it asserts something that could fail and
    has a good reason to pass. This reason becomes the ``note``. A test that fails only because an
    error of the API raises an exception in it is blind if it asserts nothing that could fail.
    """
    noticed = tuple(name for name, end in ends.items() if end != "passed")
    missed = tuple(name for name, end in ends.items() if end == "passed" and name in _EXPECTED)
    only_errors = bool(noticed) and all(
        name == ERROR and ends[name] == "raised" for name in noticed
    )
    if not missed or (noticed and not only_errors):
        return Tried(test, noticed, missed)
    if only_errors:
        note = _ON_ERRORS_ONLY if missed else ""
        return Tried(test, noticed, missed, claims.is_weak, note)
    spared = "" if claims.is_weak else _spared(claims, looks=looks)
    return Tried(test, noticed, missed, not spared, spared)


def _spared(claims: Claims, *, looks: bool) -> str:
    if claims.takes_errors:
        return _TAKES_ERRORS
    if looks:
        return _ON_REQUESTS
    return _ON_BOUNDS if claims.is_bound else ""


def share_in_words(found: Sequence[Tried]) -> str:
    """Return in words how many of the judged tests notice a change; empty if no test was judged."""
    percent = share(found)
    if percent is None:
        return ""
    count = sum(one.is_judged for one in found)
    seeing = sum(one.is_judged and not one.blind for one in found)
    return f"tests that notice a change: {seeing} of {count} ({percent:.3g} %)"


def share(found: Sequence[Tried]) -> float | None:
    """Return the percentage of judged tests that notice a change; None if no test was judged."""
    judged_tests = [one for one in found if one.is_judged]
    if not judged_tests:
        return None
    return 100 * sum(not one.blind for one in judged_tests) / len(judged_tests)
