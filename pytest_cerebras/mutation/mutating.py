"""The plugin for mutations: it repeats each test that passes, under each mutation."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import nullcontext
from dataclasses import asdict, replace
from typing import Any

import pytest

from pytest_cerebras.chaos.collection import kind_run_once
from pytest_cerebras.chaos.replay import replay
from pytest_cerebras.chaos.twins import twin_of
from pytest_cerebras.clock import real
from pytest_cerebras.settings.names import MARKER, MUTATED
from pytest_cerebras.settings.options import REWRITTEN

from .claims import claims_of
from .judging import End, Tried, judged
from .mutations import MUTATIONS, Mutation, rewriting
from .runs import Runs, applicable
from .summary import show, show_one

_WHY_NOT = pytest.StashKey[str]()
_RUN_ONCE = {"another kind": "it is not a Python function"}
_CONFLICTS = {
    "cerebras_chaos": "the mutation plays each test under its own scenario: leave out "
    "--cerebras-chaos",
    "cerebras_search": "search and mutation need separate runs: leave out --cerebras-search",
}


class Mutating:
    """Repeats each passing test that uses the mock, under each mutation."""

    def __init__(self, config: pytest.Config) -> None:
        self._runs = Runs()
        self._results: dict[str, Tried] = {}
        config.pluginmanager.register(self._runs, "cerebras-mutation-runs")

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, object, object]:
        """
        Repeat the test before the fixtures that it shares with other tests are torn down.

        The fixtures that it does not share are torn down first, as each run sets them up anew.
        """
        if item.stash.get(_WHY_NOT, None) != "":
            return (yield)
        try:
            _tear_down_own(item)
        except BaseException:
            yield  # tears down the shared fixtures nevertheless
            raise
        try:
            self._try_on(item)
        finally:
            result = yield
        return result

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Note whether mutations can be tried on a test; attach the results to its last report."""
        report = yield
        if REWRITTEN in item.stash or MARKER not in getattr(item, "fixturenames", ()):
            return report
        if call.when != "teardown":
            item.stash[_WHY_NOT] = _why_not(item, report)
        else:
            why = item.stash.get(_WHY_NOT, "")
            found = self._results.get(item.nodeid)
            found = found or Tried(item.nodeid, left_out=why or "it does not pass")
            file, line, _ = report.location
            setattr(report, MUTATED, asdict(replace(found, file=file, line=line or 0)))
        return report

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Collect the results that an xdist worker sent."""
        found = getattr(report, MUTATED, None)
        if found is not None:
            self._results[report.nodeid] = Tried.read(found)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """List the blind tests, and show the results of the others."""
        show(terminalreporter, list(self._results.values()))

    def pytest_unconfigure(self) -> None:
        """End the thread of the deadline."""
        self._runs.deadline.close()

    def _try_on(self, item: pytest.Item) -> None:
        found = Tried(item.nodeid, is_whole=False)
        try:
            for found in self._tried(item):  # noqa: B007 (the last result is kept, even after an interrupt)
                pass
        finally:
            self._results[item.nodeid] = found

    def _tried(self, item: pytest.Item) -> Iterator[Tried]:
        """After each mutation, yield the test's results so far; the last yield has all."""
        begun = real.monotonic()
        unchanged = self._runs.run(item)
        if unchanged.end != "passed":
            yield Tried(item.nodeid, left_out="it does not pass when it is run again")
            return
        if not unchanged.exchanges:
            yield Tried(item.nodeid, left_out="it sends no request")
            return
        self._runs.deadline.allow(real.monotonic() - begun)
        ends: dict[str, End] = {}
        claims = claims_of(item)
        for mutation in applicable(unchanged):
            run = self._runs.run(item, mutation)
            if run.changed or mutation.change is None:
                ends[mutation.name] = run.end or "raised"
            found = judged(item.nodeid, ends, claims, looks=unchanged.looks)
            yield replace(found, blind=False, note="", is_whole=False)
        if not ends:
            yield Tried(item.nodeid, left_out="no mutation can change the answers that it gets")
            return
        found = judged(item.nodeid, ends, claims, looks=unchanged.looks)
        yield replace(found, replay=_under(found.missed[0], item)) if found.blind else found


class OneMutation:
    """Runs each test that uses the mock only once, under one mutation."""

    def __init__(self, mutation: Mutation) -> None:
        self._mutation = mutation

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Apply the mutation to each scenario of the test."""
        item.stash[REWRITTEN] = rewriting(self._mutation, lambda: None)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Show which mutation was applied."""
        show_one(terminalreporter, self._mutation)


def register(config: pytest.Config) -> None:
    """Register the plugin that the option selects. Raises UsageError."""
    for option, why in _CONFLICTS.items():
        if config.getoption(option, None) is not None:
            raise pytest.UsageError(f"--cerebras-mutate: {why}")
    asked = config.getoption("cerebras_mutate")
    one = next((one for one in MUTATIONS if one.name == asked), None)
    plugin = OneMutation(one) if one else Mutating(config)
    config.pluginmanager.register(plugin, "cerebras-mutating")


def _under(mutation: str, item: pytest.Item) -> str:
    """Return the command that runs a test under a mutation."""
    return f"{replay(item)} --cerebras-mutate={mutation}"


def _why_not(item: pytest.Item, report: pytest.TestReport) -> str:
    """Return why no mutation can be tried on a test, according to its last report."""
    if (kind := kind_run_once(item)) is not None:
        return _RUN_ONCE.get(kind, f"it is a {kind}")
    if "subtests" in getattr(item, "fixturenames", ()):  # reported in each run
        return "it has subtests"
    if hasattr(report, "wasxfail"):
        return "it is expected to fail"
    if report.skipped:
        return "it is skipped"
    return "" if report.passed else "it does not pass"


def _tear_down_own(item: pytest.Item) -> None:
    """Tear down the test's function-scoped fixtures; their output is captured for this test."""
    capture: Any = item.config.pluginmanager.getplugin("capturemanager")
    with capture.item_capture("teardown", item) if capture else nullcontext():
        item.session._setupstate.teardown_exact(twin_of(item))  # noqa: SLF001 (as pytest itself)
