"""
Finds out how a scenario can act on a test, from a run of that test without faults.

A cell of the scenario ``healthy`` has no faults. If another cell needs to know the requests of its
test, the healthy cell of that test runs first, without a report, unless this process has already
run it. So nothing depends on the order of tests, or on the distribution of cells over xdist
workers.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Generator, Hashable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TypeAlias

import pytest

from mockserver.core.errors import MockServerError
from mockserver.engine.fitting_parameters import suited
from mockserver.engine.rehearsal import Sent, could_act, sent_in
from mockserver.scenario import Scenario, automatic
from pytest_cerebras.chaos import matrix
from pytest_cerebras.chaos.choice import LEFT_OUT, choose
from pytest_cerebras.chaos.naming import Naming, naming
from pytest_cerebras.chaos.twins import run_again, test_of, twin_of
from pytest_cerebras.settings import options
from pytest_cerebras.settings.names import MARKER, UNMET, parameters_of, scenario_of

from .mock import CerebrasMock

HEALTHY = "healthy"
_MOST_KNOWN = 64  # tests whose requests are remembered; those of earlier tests are forgotten
_MOST_SENT = 500  # requests; a test that sends more is not examined
Runs: TypeAlias = tuple[tuple[Sent, ...], ...]
"""The requests of a test, one tuple for each start of the scenario."""


class Relevance:
    """Records the requests of healthy cells, and leaves out cells whose scenario can't act."""

    def __init__(self) -> None:
        self._healthy: dict[Hashable, pytest.Item] = {}
        self._known: OrderedDict[Hashable, Runs | None] = OrderedDict()

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: Sequence[pytest.Item]) -> None:
        """Note the healthy cells, including those that are deselected later."""
        self._healthy = {test_of(one): one for one in items if scenario_of(one) == HEALTHY}

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """
        Before a cell runs, find out how its scenario can act on the test.

        This is the innermost wrapper, so that a time-out for the test covers the healthy run as
        well.
        """
        if scenario_of(item) not in (None, HEALTHY) and naming(item) is Naming.NOBODY:
            with suppress(MockServerError, pytest.UsageError):  # the cell reports it
                self._prepare(item)
        return (yield)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Skip a cell that is left out."""
        if item.stash.get(LEFT_OUT, False):
            item.user_properties.append((UNMET, "left-out"))
            raise pytest.skip.Exception(
                f"left out: {scenario_of(item)} can't act on this test", _use_item_location=True
            )

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Note the requests of a healthy cell; if the cell failed, note them as unknown."""
        report = yield
        is_mutated = options.REWRITTEN in item.stash
        if scenario_of(item) == HEALTHY and call.when != "teardown" and not is_mutated:
            went_well = call.when == "call" and report.passed
            mock = getattr(item, "funcargs", {}).get(MARKER)
            self._note(test_of(item), _sent_to(mock) if went_well and mock else None)
        return report

    def _prepare(self, item: pytest.Item) -> None:
        settings = options.resolve(item.config, item)
        open_ = {
            name: how
            for name, how in automatic(settings.scenario).items()
            if name not in settings.parameters
        }
        leaves_out = matrix.leaves_out(item)
        runs = self._runs_of(item) if leaves_out or open_ else None
        if runs is None:
            return
        found = (suited(open_, partial(_scenario, settings), sent) for sent in runs)
        chosen = next(filter(None, found), {})
        choose(item, {**parameters_of(item), **chosen})
        if leaves_out:
            scenario = _scenario(settings, chosen)
            item.stash[LEFT_OUT] = not any(could_act(scenario, sent) for sent in runs)

    def _runs_of(self, item: pytest.Item) -> Runs | None:
        """Return the requests that the test sends without faults; None if they are unknown."""
        test = test_of(item)
        if test not in self._known and test in self._healthy:
            run_again(twin_of(self._healthy[test]), item)
        return self._known.get(test)

    def _note(self, test: Hashable, runs: Runs | None) -> None:
        self._known[test] = runs
        self._known.move_to_end(test)
        if len(self._known) > _MOST_KNOWN:
            self._known.popitem(last=False)


def _scenario(settings: options.Settings, values: Mapping[str, object]) -> Scenario:
    """Return the scenario that the test plays with these values for its parameters."""
    parameters = {**settings.parameters, **values}
    return settings.overrides().applied_to(replace(settings, parameters=parameters).loaded())


def _sent_to(mock: CerebrasMock) -> Runs | None:
    """Return the requests that followed each start of the scenario; None if there were too many."""
    rounds = mock.rounds
    own = [one for one in rounds if one.scenario == rounds[0].scenario]
    if any(one.happened.journal.count > _MOST_SENT for one in own):
        return None
    return tuple(sent_in(one.happened.journal, one.started, mock.api_key) for one in own)
