"""The command line as a whole."""

from __future__ import annotations

from importlib.metadata import version


def test_version(run):
    """The version is that of the distribution."""
    said = run("--version").output
    assert said.startswith("cerebras-mock")
    assert said.endswith(f" {version('pytest-cerebras')}\n")
