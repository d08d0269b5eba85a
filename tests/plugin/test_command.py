"""The command, with our own package and with another of its name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
START = (
    "import sys; sys.path[:0] = {path!r}; sys.argv = ['cerebras-mock', '--help']; "
    "from pytest_cerebras.command import main; main()"
)

INTERRUPT = """
import sys


class Interrupt:
    def find_spec(self, name, path, target=None):
        if name == "mockserver.cli":
            raise KeyboardInterrupt


sys.meta_path.insert(0, Interrupt())
from pytest_cerebras.command import main
main()
"""


@pytest.fixture
def start(tmp_path):
    """Return a function that starts the command where these folders are searched first."""

    def start(*folders):
        code = START.format(path=[*map(str, folders), str(ROOT)])
        return subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
        )

    return start


def test_ours(start):
    """With our own package it does what it is for."""
    done = start()
    assert (done.returncode, done.stderr) == (0, "")
    assert "Mock the Cerebras inference API" in done.stdout


@pytest.mark.parametrize("file", ["__init__.py", "readme.txt"])
def test_theirs(start, tmp_path, file):
    """With a foreign one, whole or just a folder, it is one sentence and status 2."""
    (tmp_path / "foreign" / "mockserver").mkdir(parents=True)
    (tmp_path / "foreign" / "mockserver" / file).touch()
    done = start(tmp_path / "foreign")
    hidden = file == "__init__.py"  # a folder without a package gives way to a package
    assert done.returncode == (2 if hidden else 0)
    sentence = "Error: pytest-cerebras needs its own package 'mockserver', but Python finds "
    assert done.stderr.startswith(sentence) is hidden
    assert done.stderr.count("\n") == hidden


def test_interrupted():
    """Ctrl-C before the command has begun ends it without a traceback."""
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPT], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
