"""
The hooks and fixtures that pytest sees.

Every pytest run in an environment with this package imports this module, so it imports pytest
and nothing else; whatever is needed to mock is imported when a test asks for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from cerebras.cloud.sdk import AsyncCerebras, Cerebras

    from mockserver.edge.threaded import ThreadedServer

    from .mock import CerebrasMock

MARKER = "cerebras_mock"

FLAGS = {"1": True, "true": True, "yes": True, "on": True}
FLAGS |= {"0": False, "false": False, "no": False, "off": False}
# name, metavar, what it is
OPTIONS = (
    ("scenario", "NAME|FILE", "what goes wrong: a shipped scenario or a YAML file"),
    ("edition", "NAME|FILE", "whose Cerebras: guide (default), 2026-11, or a YAML file"),
    ("tier", "NAME", "enforce the rate limits of this tier, such as free"),
    ("seed", "N", "seed of every random draw"),
    ("mode", "server|respx", "a real server on loopback (default), or httpx in process"),
    ("others", "pass|block", "block: let no request out to any other machine"),
    ("clock", "real|virtual", "virtual: client and mock share a clock on which sleeps are free"),
    ("time_scale", "FACTOR", "shorten all waits that the mock announces or causes, such as 0.01"),
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add one option, one ini key and one environment variable for each setting."""
    group = parser.getgroup("cerebras", "mock of the Cerebras API")
    group.addoption(
        "--cerebras-mock",
        action="store_true",
        help="use the mock in every test, not only on request",
    )
    parser.addini("cerebras_mock", "use the mock in every test", type="bool", default=False)
    for name, metavar, what in OPTIONS:
        dest = f"cerebras_{name}"
        flag = f"--cerebras-{name.replace('_', '-')}"
        group.addoption(flag, metavar=metavar, dest=dest, help=what)
        parser.addini(dest, what)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker; refuse settings that can't work before any test runs."""
    signature = ", ".join(f"{name}=None" for name, *_ in OPTIONS)
    config.addinivalue_line("markers", f"{MARKER}({signature}): use the mock of the Cerebras API")
    if _wanted(config):
        from . import options

        options.check(options.resolve(config))


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say what the tests will meet."""
    if not _wanted(config):
        return None
    from . import options

    return f"cerebras: {options.resolve(config).line()}"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let the tests that are meant use the fixture, whether or not they name it."""
    everywhere = _everywhere(config)
    for item in items:
        marker = item.get_closest_marker(MARKER)
        if marker is not None:
            from . import options

            options.check(options.resolve(config, marker), where=item.nodeid)
        names = getattr(item, "fixturenames", None)
        if names is not None and MARKER not in names and (everywhere or marker is not None):
            names.insert(0, MARKER)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the exchanges of a test that failed, with what they mean."""
    report = yield
    mock = getattr(item, "funcargs", {}).get(MARKER)
    if report.failed and mock is not None:
        from .report import failure_section

        report.sections.append(("Cerebras mock", failure_section(mock)))
    return report


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Name the models that the tests use and the live API has retired."""
    retired = {
        value
        for reports in terminalreporter.stats.values()
        for report in reports
        for name, value in getattr(report, "user_properties", ())
        if name == "cerebras_retired_model"
    }
    if retired:
        terminalreporter.section("Cerebras: retired models", yellow=True)
        for sentence in sorted(retired):
            terminalreporter.line(f"warning: {sentence}")


@pytest.fixture(scope="session")
def cerebras_mock_server() -> Iterator[ThreadedServer]:
    """Run the mock server: one for the session (one per xdist worker), on a free loopback port."""
    from .options import found_ours

    found_ours()
    from mockserver.edge.live import LiveEngine
    from mockserver.edge.threaded import ThreadedServer

    with ThreadedServer(LiveEngine()) as server:
        yield server


@pytest.fixture
def cerebras_mock(request: pytest.FixtureRequest) -> Iterator[CerebrasMock]:
    """
    Yield the mock as a test holds it: ``play()`` a scenario, read ``calls``, assert.

    The environment points the SDKs at it, with a valid key, until the test is over.
    """
    from .options import found_ours

    found_ours()
    from .mock import activated

    with activated(request) as mock:
        yield mock


@pytest.fixture
def cerebras_client(cerebras_mock: CerebrasMock) -> Iterator[Cerebras]:
    """Yield an official ``Cerebras`` client that talks to the mock."""
    from .clients import sync_client

    with sync_client(cerebras_mock) as client:
        yield client


@pytest.fixture
def async_cerebras_client(cerebras_mock: CerebrasMock) -> AsyncCerebras:
    """Return an official ``AsyncCerebras`` client that talks to the mock."""
    from .clients import async_client

    return async_client(cerebras_mock)


def _everywhere(config: pytest.Config) -> bool:
    from os import environ

    if config.getoption("--cerebras-mock"):
        return True
    flag = environ.get("CEREBRAS_MOCK", "").lower()
    if not flag:
        return bool(config.getini("cerebras_mock"))
    if flag not in FLAGS:
        allowed = ", ".join(FLAGS)
        raise pytest.UsageError(f"CEREBRAS_MOCK should be one of {allowed}, found {flag!r}")
    return FLAGS[flag]


def _wanted(config: pytest.Config) -> bool:
    chosen = any(config.getoption(f"cerebras_{name}") is not None for name, *_ in OPTIONS)
    return chosen or _everywhere(config)
