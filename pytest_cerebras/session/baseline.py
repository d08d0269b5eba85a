"""
A baseline of known verdicts. Known verdicts are accepted, and only new ones fail a test.

So a suite can be strict before its known mistakes are fixed. A verdict is known if the baseline
file has the same rule in the same test at the same line of the app. A line is recognized by its
text, so it may move.
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
_ENTRIES = "cerebras_baseline"  # the attribute of a report that holds the entries of its test
_VERSION = 1
Guilty: TypeAlias = list[tuple[str, Verdict]]


class Entry(NamedTuple):
    """A verdict as the file stores it."""

    rule: str
    test: str
    line: str


class Baseline:
    """
    The accepted verdicts, which a file lists, and all verdicts of this run.

    If there is no file yet, all verdicts are accepted, and the run writes the file. Raises
    UsageError for a file that is not a baseline.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._is_new = not path.exists()
        if self._is_new and not path.absolute().parent.is_dir():
            raise pytest.UsageError(f"--cerebras-baseline {path}: there is no such folder")
        if self._is_new and environ.get("CI"):
            raise pytest.UsageError(
                f"--cerebras-baseline: {path} does not exist, and a run in CI does not create it, "
                "because it would accept all verdicts: run the tests once outside of CI, and "
                "commit the file"
            )
        self._accepted = frozenset() if self._is_new else _read(path)
        self._found: dict[Entry, None] = {}
        self._tests: set[str] = set()
        self._is_written = False

    def accepts(self, test: str, verdict: Verdict) -> bool:
        """Return whether a verdict on a test is accepted, as all are if there was no file."""
        return self._is_new or entry_of(test, verdict) in self._accepted

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Collect the verdicts of a test, from this process or an xdist worker."""
        self._tests.add(report.nodeid)
        self._found |= dict.fromkeys(Entry(*one) for one in getattr(report, _ENTRIES, ()))

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the file if there was none and the run was not interrupted."""
        ended = session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
        is_run = not session.config.option.collectonly
        if self._is_new and ended and is_run and not hasattr(session.config, "workerinput"):
            found = [one._asdict() for one in sorted(self._found)]
            text = json.dumps({"version": _VERSION, "verdicts": found}, indent=2)
            self._path.write_text(f"{text}\n", "utf-8")
            self._is_written = True

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Show how many verdicts the file accepted, and list its entries that no longer occur."""
        known = len(self._found.keys() & self._accepted)
        gone = [one for one in self._accepted if one.test in self._tests and one not in self._found]
        if self._is_written:
            found = counted(len(self._found), "verdict")
            terminalreporter.line(f"cerebras: wrote {self._path}, which accepts {found}")
        elif known:
            terminalreporter.line(f"cerebras: {self._path} accepts {counted(known, 'verdict')}")
        for one in sorted(gone):
            terminalreporter.line(
                f"cerebras: {self._path}: {one.rule} of {one.test} no longer occurs"
            )


def keep(config: pytest.Config, file: str) -> None:
    """Make a run accept the verdicts in a file. Raises UsageError."""
    config.stash[BASELINE] = known = Baseline(Path(file))
    config.pluginmanager.register(known, "cerebras-baseline")


def entry_of(test: str, verdict: Verdict) -> Entry:
    """Return the entry that identifies a verdict on a test in later runs."""
    if verdict.site is None:
        return Entry(verdict.rule, test, "")
    file, number = verdict.site
    linecache.checkcache(file)  # a plugin may repeat tests after a file has changed
    return Entry(verdict.rule, test, f"{file}: {linecache.getline(file, number).strip()}")


def note(report: pytest.TestReport, verdicts: Iterable[Verdict]) -> None:
    """Attach to a report the verdicts that can fail its test, in a form that xdist can send."""
    setattr(report, _ENTRIES, [tuple(entry_of(report.nodeid, one)) for one in verdicts])


def _read(path: Path) -> frozenset[Entry]:
    try:
        found = json.loads(path.read_text("utf-8"))
        return frozenset(Entry(one["rule"], one["test"], one["line"]) for one in found["verdicts"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise pytest.UsageError(
            f"--cerebras-baseline: {path} is not a baseline: it should be JSON such as "
            '{"version": 1, "verdicts": [{"rule": "...", "test": "...", "line": "..."}]}; '
            "delete it, and the next run creates it again"
        ) from error
