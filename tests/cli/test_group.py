"""The command line as a whole."""

from __future__ import annotations


def test_version(run):
    """The version is that of the distribution."""
    assert run("--version").output.startswith("cerebras-mock, version ")
