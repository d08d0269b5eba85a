"""Every command and snippet of the README and the docs is executed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from mockserver import cli
from mockserver.api import editions
from mockserver.api.problems import PROBLEMS
from mockserver.api.routes import ENDPOINTS
from mockserver.faults import FAULTS
from mockserver.scenario import names, parse

ROOT = Path(__file__).parent.parent
PAGES = ("README.md", "docs/scenarios.md", "docs/fidelity.md", "docs/pytest.md")
README = (ROOT / "README.md").read_text("utf-8")


def blocks(language):
    return [
        pytest.param(block, id=f"{page}-{number}")
        for page in PAGES
        for number, block in enumerate(
            re.findall(rf"```{language}\n(.*?)```", (ROOT / page).read_text("utf-8"), re.DOTALL)
        )
    ]


@pytest.mark.parametrize("block", blocks("python"))
def test_python(block, tmp_path):
    """A Python snippet is a test, and it passes."""
    (tmp_path / "test_snippet.py").write_text(block)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "cerebras"]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("block", blocks("yaml"))
def test_yaml(block):
    """A YAML snippet is a scenario."""
    assert parse(block).rules


@pytest.mark.parametrize(
    "block", [one for one in blocks("text") if one.values[0].startswith("extends:")]
)
def test_edition(block, tmp_path):
    """A snippet that extends an edition is one."""
    path = tmp_path / "ours.yaml"
    path.write_text(block)
    assert editions.load(str(path)).tier("team").requests.minute == 100


def commands():
    for block in blocks("bash"):
        yield from (line.partition("#")[0].strip() for line in block.values[0].splitlines())


@pytest.mark.parametrize("command", [one for one in commands() if one.startswith("cerebras-mock ")])
def test_command(command):
    """A command of the command line works; ``serve`` is tried with its options only."""
    arguments = command.split()[1:]
    if arguments[0] == "serve":
        arguments.append("--help")
    result = CliRunner().invoke(cli.main, arguments)
    assert result.exit_code == 0, result.output


def test_two_commands_set_up_everything():
    """The README has two commands that install: CI runs exactly these."""
    installs = [line for line in README.splitlines() if line.startswith("python -m pip")]
    assert installs == [
        'python -m pip install -e ".[example]" && python -m pytest --cerebras-mock examples',
        'python -m pip install -e ".[test]" && python -m pytest',
    ]


def test_tables_are_complete():
    """The README lists each shipped scenario, the docs each problem, fault and endpoint."""
    table = README.partition("| scenario |")[2].partition("\n\n")[0]
    listed = re.findall(r"^\| `([a-z0-9-]+)` \|", table, re.MULTILINE)
    assert sorted(listed) == names()
    page = (ROOT / "docs/scenarios.md").read_text("utf-8")
    missing = [name for name in (*PROBLEMS, *FAULTS, *ENDPOINTS) if f"`{name}`" not in page]
    assert missing == []


def test_links():
    """Each relative link leads to a file."""
    for page in PAGES:
        text = (ROOT / page).read_text("utf-8")
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", text):
            assert (ROOT / page).parent.joinpath(target).exists(), target
