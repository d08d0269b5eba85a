"""
Verdicts that a suite may go on with: known ones are accepted, new ones fail.

So a strict run can begin today, with the mistakes of yesterday in a file. A known verdict is the
same rule in the same test, at the same line of the app, which is known by its text: it may move.
"""

from __future__ import annotations

import json
import linecache
from collections.abc import Iterable
from os import environ
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import pytest

from mockserver.core.units import counted
from mockserver.verdicts import Verdict

BASELINE = pytest.StashKey["Baseline"]()
_ENTRIES = "cerebras_baseline"  # the attribute of a report that has those of its test
_VERSION = 1
Guilty: TypeAlias = list[tuple[str, Verdict]]


class Entry(NamedTuple):
    """A verdict, as the file has it."""

    rule: str
    test: str
    line: str


class Baseline:
    """
    The accepted verdicts of a file, and those of this run.

    Where there is no file yet, all are accepted, and the run writes it. Raises UsageError for a
    file that is none.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._is_new = not path.exists()
        if self._is_new and not path.absolute().parent.is_dir():
            raise pytest.UsageError(f"--cerebras-baseline: {path}: there is no such folder")
        if self._is_new and environ.get("CI"):
            raise pytest.UsageError(
                f"--cerebras-baseline: there is no {path}, and under CI none is written, which "
                "would accept all: run once elsewhere, and commit the file"
            )
        self._accepted = frozenset() if self._is_new else _read(path)
        self._found: dict[Entry, None] = {}
        self._tests: set[str] = set()
        self._is_written = False

    def accepts(self, test: str, verdict: Verdict) -> bool:
        """Return whether a verdict on a test is known."""
        return self._is_new or entry_of(test, verdict) in self._accepted

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Collect the verdicts of a test, of this process or of a worker of xdist."""
        self._tests.add(report.nodeid)
        self._found |= dict.fromkeys(Entry(*one) for one in getattr(report, _ENTRIES, ()))

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the file where there was none, when the run has gone to its end."""
        ended = session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
        is_run = not session.config.option.collectonly
        if self._is_new and ended and is_run and not hasattr(session.config, "workerinput"):
            self._path.write_text(_text_of(self._found), "utf-8")
            self._is_written = True

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say what was accepted, and what has gone."""
        known = len(self._found.keys() & self._accepted)
        gone = [one for one in self._accepted if one.test in self._tests and one not in self._found]
        if self._is_written:
            found = counted(len(self._found), "verdict")
            terminalreporter.line(f"cerebras: wrote {self._path}, which accepts {found}")
        elif known:
            terminalreporter.line(f"cerebras: {self._path} accepts {counted(known, 'verdict')}")
        for one in sorted(gone):
            terminalreporter.line(f"cerebras: {self._path}: {one.rule} of {one.test} has gone")


def entry_of(test: str, verdict: Verdict) -> Entry:
    """Return what makes a verdict on a test the same as that of an earlier run."""
    if verdict.site is None:
        return Entry(verdict.rule, test, "")
    file, number = verdict.site
    linecache.checkcache(file)  # a plugin may run the tests again as soon as a file has changed
    return Entry(verdict.rule, test, f"{file}: {linecache.getline(file, number).strip()}")


def note(report: pytest.TestReport, verdicts: Iterable[Verdict]) -> None:
    """Let a report carry the verdicts that count, as what xdist can carry."""
    setattr(report, _ENTRIES, [tuple(entry_of(report.nodeid, one)) for one in verdicts])


def _text_of(entries: Iterable[Entry]) -> str:
    found = [one._asdict() for one in sorted(entries)]
    return json.dumps({"version": _VERSION, "verdicts": found}, indent=2) + "\n"


def _read(path: Path) -> frozenset[Entry]:
    try:
        found = json.loads(path.read_text("utf-8"))
        return frozenset(Entry(one["rule"], one["test"], one["line"]) for one in found["verdicts"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise pytest.UsageError(
            f"--cerebras-baseline: {path} is no baseline: it should be JSON such as "
            '{"version": 1, "verdicts": [{"rule": "...", "test": "...", "line": "..."}]}; '
            "delete it, and the next run writes it again"
        ) from error
