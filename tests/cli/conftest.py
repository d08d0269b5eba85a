"""The command line, run from the outside."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from mockserver import cli


@pytest.fixture
def run():
    """Return a function that runs the command line in this process."""
    return lambda *arguments: CliRunner().invoke(cli.main, arguments)
