"""What the end of a run tells of its tests."""

from __future__ import annotations

from dataclasses import asdict, replace

import pytest

from pytest_cerebras.report.summary import show
from pytest_cerebras.session.symptoms import Symptom
from pytest_cerebras.settings.names import BASE_URL, LEFT_OUT, RETIRED, SYMPTOMS


@pytest.fixture
def reporter():
    """Return a reporter that keeps what it is told."""

    class Reporter:
        def __init__(self):
            self.lines = []

        def section(self, title, **_):
            self.lines.append(f"== {title}")

        def line(self, text):
            self.lines.append(text)

    return Reporter()


class Report:
    """A report of pytest, with what its test has shown."""

    def __init__(self, nodeid, *symptoms):
        self.nodeid = nodeid
        setattr(self, SYMPTOMS, [asdict(one) for one in symptoms])


def test_show(reporter):
    """What is to be fixed comes first, then advice, then the rest of what was noted."""
    bad = Symptom("hot-retry", "app.py:1", "certain", "burst-503", "seen", "mend it", "pytest")
    show(
        reporter,
        [
            ("test_a", RETIRED, "old"),
            ("test_c", RETIRED, "old"),
            ("test_c", BASE_URL, "/v1"),
        ],
        [Report("test_a", bad), Report("test_b", bad, replace(bad, how="advice"))],
    )
    lines = [line for line in reporter.lines if not line.startswith("  ")]
    assert lines == [
        "== Cerebras: 1 thing to fix, 2 cells",
        "1. hot-retry at app.py:1 (2 cells: burst-503)",
        "== Cerebras: advice",
        "1. hot-retry at app.py:1 (1 cell: burst-503)",
        "== Cerebras: retired models",
        "warning: old",
        "== Cerebras: base URLs",
        "warning: /v1",
    ]


def test_left_out(reporter):
    """How many tests the matrix has left out is said, and why."""
    show(reporter, [(name, LEFT_OUT, f"of {name[0]}") for name in ("aa", "ab", "ba")])
    assert reporter.lines == [
        "== Cerebras: left out of the matrix",
        "2 tests of a",
        "1 test of b",
    ]


def test_models_only(reporter):
    """Without a verdict there is no section for them."""
    show(reporter, [("test_a", RETIRED, "old")])
    assert reporter.lines == ["== Cerebras: retired models", "warning: old"]


@pytest.mark.parametrize("how", [(), ("-n", "1")])
@pytest.mark.parametrize(
    "option", [("--cerebras-chaos", "all"), ("--cerebras-scenario", "wrong-key")]
)
def test_no_effect(run, how, option):
    """Who forgets that no test uses the mock is told."""
    told = f"warning: {option[0]} had no effect; add --cerebras-mock, or *"
    code = "def test_it({}):\n    pass"
    run(code.format(""), *option, *how).stdout.fnmatch_lines([told])
    run(code.format("cerebras_mock"), *option, *how).stdout.no_fnmatch_line(told)
    run(code.format("")).stdout.no_fnmatch_line("*no effect*")
