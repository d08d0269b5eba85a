"""Variables of the environment and of files."""

from __future__ import annotations

import pytest

from mockserver.doctor.variables import Variable, of_environment, of_file


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("KEY=csk-1", "csk-1"),
        ("export KEY=csk-1", "csk-1"),
        ("  KEY = csk-1  ", "csk-1"),
        ('KEY="csk-1"', "csk-1"),
        ("KEY='csk-1' # mine", "csk-1"),
        ("KEY=csk-1 # mine", "csk-1"),
        ("KEY=https://x.test/#part", "https://x.test/#part"),
        ("KEY=", ""),
    ],
)
def test_value(line, value):
    """The value is what most readers of such files take."""
    assert list(of_file(f"# a comment\n{line}\n", ".env")) == [Variable("KEY", value, ".env", 2)]


@pytest.mark.parametrize(
    "line",
    ["# KEY=csk-1", "KEY", "", "KEY=${OTHER}", "KEY=<your key>", "KEY=your-key", "KEY=csk-xxxx"],
)
def test_unknown_value(line):
    """What is no assignment, or is filled in elsewhere, says nothing."""
    assert list(of_file(line, ".env")) == []


def test_environment():
    """The place of a variable of the environment is its name; the value is untouched."""
    assert of_environment({"KEY": '"csk-1"'}) == [Variable("KEY", '"csk-1"', "KEY")]
