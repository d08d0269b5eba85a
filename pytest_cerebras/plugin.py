"""
The hooks and fixtures of the plugin.

Every pytest run in an environment with this package imports this module. So it imports only pytest
and a few small modules for settings. Everything else is imported when a test needs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .settings.command_line import add_markers, add_options
from .settings.names import (
    CHAOS,
    MARKER,
    NOTED,
    OPTIONS,
    SYMPTOMS,
    USES_MOCK,
    is_about_one,
)
from .settings.sources import given, shard_asked, strictness, switched_on

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from cerebras.cloud.sdk import AsyncCerebras, Cerebras

    from mockserver.edge.server.threaded import ThreadedServer

    from .session.mock import CerebrasMock
    from .session.scoped import MockMaker

_RELEVANCE = "cerebras-relevance"
_RUN_GUARD = "cerebras-run-guard"
_MOCK = pytest.StashKey["CerebrasMock"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add one option, one ini key and one environment variable for each setting."""
    add_options(parser)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Guard the traffic of the run before conftests load, because these may make clients."""
    _guard(early_config)


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers, and reject wrong settings before any test runs."""
    _guard(config)  # needed if this module was loaded too late for the hook above
    add_markers(config)
    if _wanted(config):
        from .settings import options

        options.checked(config)
    if config.getoption("cerebras_chaos") is not None:
        _prepare_chaos(config)
    if shard_asked(config) is not None:
        from .chaos import sharding

        sharding.register(config)
    if _reports(config) and not hasattr(config, "workerinput") and not config.option.collectonly:
        from .report.reporting import reporting

        config.pluginmanager.register(reporting(config), "cerebras-reporting")
        _take_signals(config)
    if getattr(config.option, "dist", "no") != "no" and not hasattr(config, "workerinput"):
        from .session import distributed

        distributed.listen(config)
    if config.getoption("cerebras_baseline") is not None:
        from .session import baseline

        baseline.keep(config, config.getoption("cerebras_baseline"))
    _run_often(config)
    if strictness(config) is not None:
        from .settings.exit_status import ExitStatus

        config.pluginmanager.register(ExitStatus(), "cerebras-exit-status")


def pytest_report_header(config: pytest.Config) -> str | None:
    """Show the scenario or the matrix, and the settings, in the header of the run."""
    if not _wanted(config):
        return None
    from .chaos import choice

    return choice.header(config)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test under the matrix if it is marked, or uses the mock and names no scenario."""
    marked = any(metafunc.definition.iter_markers(CHAOS))
    if not marked and metafunc.config.getoption("cerebras_chaos") is None:
        return
    if not marked and (not _uses_mock(metafunc) or is_about_one(metafunc.definition)):
        return
    from .chaos import matrix, taking_part

    try:
        scenarios = matrix.scenarios_for(metafunc.config, metafunc.definition)
    except pytest.UsageError as error:
        raise pytest.Collector.CollectError(str(error)) from None
    if scenarios:
        _learn(metafunc.config)
        taking_part.give_mock(metafunc.definition, metafunc.fixturenames)
        metafunc.parametrize(MARKER, scenarios, indirect=True)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Let a test of the matrix pass if it raises an exception that its marker expects."""
    if pyfuncitem.get_closest_marker(CHAOS) is None:
        return (yield)
    from .chaos import matrix

    cell = matrix.expected(pyfuncitem)
    if not cell.raises:
        return (yield)
    try:
        yield
    except cell.raises:
        matrix.note_raised(pyfuncitem)
        return True
    from .session import verdict_hooks

    pytest.fail(
        verdict_hooks.went_through(pyfuncitem, _mock_of(pyfuncitem), cell.raises), pytrace=False
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give the fixture to all tests that should use the mock, even if they don't request it."""
    everywhere = switched_on(config, "mock")
    users = []
    for item in items:
        marked = item.get_closest_marker(MARKER) is not None
        names = getattr(item, "fixturenames", None)
        if names is not None and (everywhere or marked):
            from .chaos.taking_part import give_mock

            give_mock(item, names)
        if marked or MARKER in (names or ()):
            users.append(item)
    if users and not config.option.collectonly:
        _take_signals(config)
    if users or any(item.get_closest_marker(CHAOS) for item in items):
        from .chaos.collection import check

        check(config, items, users)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """
    Before a test with the mock, record older threads, which may send requests during the test.

    Import the mock's modules before fixtures run, because a fixture may replace ``socket``.
    """
    if MARKER in getattr(item, "fixturenames", ()):
        from .settings.imports import fast_imports

        with fast_imports():
            from .session import mock_session, symptoms, verdict_hooks  # noqa: F401 (see above)
        from .session.place import note_older

        note_older(item)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """
    Fail a test if the mock stopped what the app did; judge the client if the test went well.

    Report a test that the user interrupts, because pytest itself would not.
    """
    mock = _mock_of(item)
    if mock is None:
        yield
        return
    from .session import verdict_hooks

    try:
        with verdict_hooks.stoppable(mock):
            yield
    except Exception as error:
        verdict_hooks.explain(mock, error)
        raise
    except KeyboardInterrupt as error:
        from .session.termination import tell

        tell(item, error)
        raise
    verdict_hooks.enforce(mock, item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note the verdicts; show the exchanges of a failed test and explain them."""
    report = yield
    mock = _mock_of(item)
    if mock is not None and call.when == "setup":
        setattr(report, USES_MOCK, True)
    if mock is not None and call.when == "call":
        from .session import symptoms, verdict_hooks

        judged = verdict_hooks.note(mock, item, report)
        symptoms.note(mock, item, report, call, judged)
    if (
        call.when != "teardown"
        and _reports(item.config)
        and MARKER in getattr(item, "fixturenames", ())
    ):
        from .report.matrix_results import record

        record(mock, item, report)
    if report.failed and mock is not None:
        from .session.failure import failure_section

        error = call.excinfo.value if call.excinfo else None
        report.sections.append(("Cerebras mock", failure_section(mock, item, report, error)))
    return report


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Show the things to fix and the notes on tests."""
    reports = [report for reports in terminalreporter.stats.values() for report in reports]
    notes = [
        (report.nodeid, name, value)
        for report in reports
        for name, value in getattr(report, "user_properties", ())
        if name in NOTED
    ]
    seen = [report for report in reports if hasattr(report, SYMPTOMS)]
    if notes or seen:
        from .report import summary

        summary.show(terminalreporter, notes, seen)
    asked = [each for each in ("chaos", "scenario") if _is_given(terminalreporter.config, each)]
    used = any(hasattr(report, USES_MOCK) for report in reports)
    if asked and reports and not used and shard_asked(terminalreporter.config) is None:
        from .report import summary

        summary.warn_of_no_effect(terminalreporter, f"--cerebras-{asked[0]}")


@pytest.fixture(scope="session")
def cerebras_mock_server(pytestconfig: pytest.Config) -> Iterator[ThreadedServer]:
    """
    Run the mock server: one for the session (one per xdist worker), on a free loopback port.

    Between tests that use the mock, the server plays the scenario of the run's settings.
    """
    from .settings.options import found_ours

    found_ours()
    from .session.serving import resting, serving

    with serving(lambda: resting(pytestconfig)) as server:
        yield server


@pytest.fixture(scope="session")
def make_cerebras_mock(pytestconfig: pytest.Config) -> MockMaker:
    """
    Return a function that makes a mock for a fixture of a class, a module or the session.

    Inside ``with make_cerebras_mock("burst-503") as mock:``, environment variables point to the
    mock.
    """
    from .settings.options import found_ours

    found_ours()
    from .session.scoped import MockMaker

    return MockMaker(pytestconfig)


@pytest.fixture
def cerebras_mock(request: pytest.FixtureRequest) -> Iterator[CerebrasMock]:
    """
    Yield the test's mock, which can ``play()`` scenarios, show ``calls`` and make assertions.

    Until the test is over, environment variables point the SDKs to the mock, with a valid key.
    """
    from .settings.options import found_ours

    found_ours()
    from .session.mock_session import activated

    with activated(request) as mock:
        request.node.stash[_MOCK] = mock
        yield mock
        del request.node.stash[_MOCK]


@pytest.fixture
def cerebras_client(cerebras_mock: CerebrasMock) -> Iterator[Cerebras]:
    """Yield an official ``Cerebras`` client that talks to the mock."""
    from .session.clients import sync_client

    with sync_client(cerebras_mock) as client:
        yield client


@pytest.fixture
def async_cerebras_client(cerebras_mock: CerebrasMock) -> AsyncCerebras:
    """Return an official ``AsyncCerebras`` client that talks to the mock."""
    from .session.clients import async_client

    return async_client(cerebras_mock)


def _prepare_chaos(config: pytest.Config) -> None:
    """Check the chosen scenarios before tests are collected."""
    from .chaos import choice

    choice.check(config)
    _learn(config)


def _run_often(config: pytest.Config) -> None:
    """Register the plugins that run each test many times, if options ask for them."""
    if config.getoption("cerebras_search") is not None:
        from .search import searching

        searching.register(config)
    if config.getoption("cerebras_mutate") is not None and not config.option.collectonly:
        from .mutation import mutating

        mutating.register(config)


def _learn(config: pytest.Config) -> None:
    """Register the plugin that learns which scenarios can act on each test of the matrix."""
    if not config.option.collectonly and not config.pluginmanager.has_plugin(_RELEVANCE):
        from .session.relevance import Relevance

        config.pluginmanager.register(Relevance(), _RELEVANCE)


def _guard(config: pytest.Config) -> None:
    """Guard the traffic of the run, in and between tests, if the settings enable this."""
    others = next(filter(None, given(config, "others")), "pass")
    wanted = others == "block" or switched_on(config, "mock")
    if wanted and not config.pluginmanager.has_plugin(_RUN_GUARD):
        from .settings.imports import exit_fast, fast_imports

        exit_fast()
        with fast_imports():
            from .session.run_guard import guarding

            config.pluginmanager.register(guarding(config, others=str(others)), _RUN_GUARD)


def _uses_mock(metafunc: pytest.Metafunc) -> bool:
    definition = metafunc.definition
    return (
        MARKER in metafunc.fixturenames
        or definition.get_closest_marker(MARKER) is not None
        or switched_on(metafunc.config, "mock")
    )


def _take_signals(config: pytest.Config) -> None:
    from .session.termination import of_run

    of_run(config).take()


def _mock_of(item: pytest.Item) -> CerebrasMock | None:
    """Return the mock of a test; during set-up, ``funcargs`` may lack the mock."""
    found: CerebrasMock | None = getattr(item, "funcargs", {}).get(MARKER)
    return found or item.stash.get(_MOCK, None)


def _reports(config: pytest.Config) -> bool:
    """Return whether this run needs the cells of the chaos report."""
    from os import environ

    if _is_given(config, "report") or _is_given(config, "fail_under"):
        return True
    return _is_given(config, "chaos") and "GITHUB_STEP_SUMMARY" in environ


def _is_given(config: pytest.Config, name: str) -> bool:
    return config.getoption(f"cerebras_{name}") is not None


def _wanted(config: pytest.Config) -> bool:
    chosen = any(_is_given(config, name) for name, *_ in OPTIONS)
    return chosen or _is_given(config, "chaos") or switched_on(config, "mock")
