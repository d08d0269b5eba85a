"""What the end of a run tells of its tests."""

from __future__ import annotations

import pytest

from mockserver.verdicts import RULES
from pytest_cerebras.report.summary import show
from pytest_cerebras.settings.names import LEFT_OUT, RETIRED, VERDICT, WITHOUT_VERSION


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


def test_show(reporter):
    """Verdicts stand below their tests, once each; the fixes follow; then the retired models."""
    show(
        reporter,
        [
            ("test_b", VERDICT, "hot-retry under 'x': once"),
            ("test_b", VERDICT, "hot-retry under 'x': once"),
            ("test_a", RETIRED, "old"),
            ("test_c", RETIRED, "old"),
            ("test_c", WITHOUT_VERSION, "/models"),
            ("test_a", VERDICT, "announced-429 under 'x': twice"),
        ],
        {"hot-retry", "announced-429"},
    )
    fixes = {rule.name: rule.fix for rule in RULES}
    assert reporter.lines == [
        "== Cerebras: verdicts",
        "test_b",
        "    hot-retry under 'x': once",
        "test_a",
        "    announced-429 under 'x': twice",
        f"fix hot-retry: {fixes['hot-retry']}",
        f"fix announced-429: {fixes['announced-429']}",
        "== Cerebras: retired models",
        "warning: old",
        "== Cerebras: paths without /v1",
        "warning: /models",
    ]


def test_left_out(reporter):
    """How many tests the matrix has left out is said, and why."""
    show(reporter, [(name, LEFT_OUT, f"of {name[0]}") for name in ("aa", "ab", "ba")])
    assert reporter.lines == [
        "== Cerebras: left out of the matrix",
        "2 tests of a",
        "1 test of b",
    ]


def test_many(reporter):
    """Of many tests the first twenty are named."""
    show(reporter, [(f"test_{n}", VERDICT, "hot-retry under 'x': once") for n in range(23)])
    assert reporter.lines.count("    hot-retry under 'x': once") == 20
    assert "... and 3 more tests" in reporter.lines


def test_models_only(reporter):
    """Without a verdict there is no section for them."""
    show(reporter, [("test_a", RETIRED, "old")])
    assert reporter.lines == ["== Cerebras: retired models", "warning: old"]
