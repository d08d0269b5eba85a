"""The progress of a search: a line on a terminal, now and then one in a log."""

from __future__ import annotations

import pytest

from pytest_cerebras.search.progress import Progress


class Reporter:
    """Records what is written to a terminal or a log."""

    def __init__(self, *, isatty):
        self.isatty = isatty
        self.written = []

    def rewrite(self, line, *, erase):
        """Write over the line."""
        assert erase
        self.written.append(line)

    def write_line(self, line):
        """Write a line of its own."""
        self.written.append(line)

    def ensure_newline(self):
        """End the line that is there."""
        assert not self.isatty


@pytest.mark.parametrize(
    ("isatty", "expected"),
    [
        (True, ["t: 20 runs, 20 a second, 40 requests sent, 0 causes", 60, 61, 62, ""]),
        (False, ["t: 60 runs, 1 a second, 41 requests sent, 1 cause", 62]),
    ],
)
def test_shown(isatty, expected):
    """A line is written again after half a second on a terminal, and after 30 in a log."""
    reporter, times = Reporter(isatty=isatty), iter([0.0, 0.4, 1.0, 60.0, 61.0, 95.0])
    progress = Progress(reporter, lambda: next(times))
    progress.show("t", 10, 20, 0)
    progress.show("t", 20, 40, 0)
    for runs in (60, 61, 62):
        progress.show("t", runs, 41, 1)
    progress.close()
    assert len(reporter.written) == len(expected)
    for line, wanted in zip(reporter.written, expected, strict=True):
        assert line == wanted or line.startswith(f"t: {wanted} runs")


def test_worker():
    """A worker has no terminal, and shows nothing."""
    progress = Progress(None, iter([0.0, 99.0]).__next__)
    progress.show("t", 1, 1, 0)
    progress.close()
