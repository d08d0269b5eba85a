"""Runs pytest in a folder, with the named plugins and no others."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from .machine import environment, pin

_ROOT = Path(__file__).parent.parent
_PATIENCE = 120.0
_FINE = (0, 5)  # all passed, or there were no tests


class SuiteError(Exception):
    """A suite that was to be measured did not pass."""


def run(
    folder: Path,
    plugins: Sequence[str],
    *,
    core: int | None = None,
    arguments: Sequence[str] = (),
    **more: str,
) -> None:
    """
    Run the tests of a folder, with more ``arguments`` and environment variables.

    Raises SuiteError unless they pass.
    """
    named = [word for plugin in plugins for word in ("-p", plugin)]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *named, *arguments]
    path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    fixed = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": path}
    # Nothing in the command comes from outside this folder.
    with subprocess.Popen(  # noqa: S603
        command,
        cwd=folder,
        env={**environment(), **fixed, **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as running:
        pin(core, running.pid)
        said, _ = running.communicate(timeout=_PATIENCE)
    if running.returncode not in _FINE:
        raise SuiteError(f"pytest ended with {running.returncode}:\n{said}")
