"""The progress of a search: a line on a terminal, now and then one in a log."""

from __future__ import annotations

from dataclasses import asdict
from types import SimpleNamespace

import pytest

from pytest_cerebras.search.progress import Progress, State, WorkersProgress
from pytest_cerebras.settings.names import SEARCHING


class Reporter:
    """Records what is written to a terminal or a log."""

    def __init__(self, *, isatty):
        self.isatty = isatty
        self.written = []

    def rewrite(self, line, *, erase):
        """Write over the line."""
        assert self.isatty
        assert erase
        self.written.append(line)

    def write_line(self, line):
        """Write a line of its own."""
        assert not self.isatty
        self.written.append(line)

    def ensure_newline(self):
        """End the line that is there."""


def item(reporter, *, verbose=0, sent=None, is_worker=False):
    """Return an item of a run with a reporter; what it reports is put into ``sent``."""
    plugins = SimpleNamespace(get_plugin=lambda _: reporter)
    config = SimpleNamespace(pluginmanager=plugins, option=SimpleNamespace(verbose=verbose))
    if is_worker:
        config.workerinput = {}
    hooks = SimpleNamespace(pytest_runtest_logreport=lambda report: sent.append(report))  # noqa: PLW0108 (a keyword)
    return SimpleNamespace(
        config=config, ihook=hooks, nodeid="a.py::t", location=("a.py", 1, "t"), keywords={}
    )


def show(progress, times, states):
    """Show states at some seconds after the begin."""
    progress._begun = progress._shown = 0.0
    left = iter(times)
    progress._now = lambda: next(left)
    for state in states:
        progress.show(state)
    progress.close()


STATES = [State("t", runs, 2 * runs, 0) for runs in (10, 20, 60, 61, 62)]
TIMES = (0.4, 1.0, 60.0, 61.0, 95.0)


@pytest.mark.parametrize(
    ("isatty", "expected"),
    [
        (True, ["t: 20 runs, 20 a second, 40 requests sent, 0 causes", 60, 61, 62, ""]),
        (False, ["t: 60 runs, 1 a second, 120 requests sent, 0 causes", 62]),
    ],
)
def test_shown(isatty, expected):
    """A line is written again after half a second on a terminal, and after 30 in a log."""
    reporter = Reporter(isatty=isatty)
    show(Progress.of(item(reporter)), TIMES, STATES)
    assert len(reporter.written) == len(expected)
    for line, wanted in zip(reporter.written, expected, strict=True):
        assert line == wanted or line.startswith(f"t: {wanted} runs")


@pytest.mark.parametrize("reporter", [None, Reporter(isatty=True)])
def test_quiet(reporter):
    """A quiet run, and one without a reporter, shows nothing."""
    show(Progress.of(item(reporter, verbose=-1)), TIMES, STATES)
    assert reporter is None or reporter.written == []


def test_worker():
    """A worker tells the controller, on reports of a set-up that passed: these show nothing."""
    sent = []
    show(Progress.of(item(None, sent=sent, is_worker=True)), TIMES, STATES)
    assert [(one.when, one.outcome, one.nodeid) for one in sent] == 2 * [
        ("setup", "passed", "a.py::t")
    ]
    assert [getattr(one, SEARCHING) for one in sent] == [asdict(STATES[2]), asdict(STATES[4])]


def test_controller():
    """The controller sums up the tests that workers have told of, once in half a minute."""
    reporter, times = Reporter(isatty=False), iter([0.0, 10.0, 30.0, 31.0, 61.0])
    progress = WorkersProgress(reporter, lambda: next(times))
    progress.take(asdict(State("a", 10, 20, 0)))
    progress.take(asdict(State("b", 50, 60, 1)))
    progress.take(asdict(State("b", 90, 99, 1)))
    progress.take(asdict(State("a", 1000, 2000, 2)))
    assert reporter.written == [
        "search of 2 tests: 60 runs, 2 a second, 80 requests sent, 1 cause",
        "search of 2 tests: 1090 runs, 18 a second, 2099 requests sent, 3 causes",
    ]


def test_quiet_controller():
    progress = WorkersProgress(None, iter([0.0, 99.0]).__next__)
    progress.take(asdict(STATES[0]))
