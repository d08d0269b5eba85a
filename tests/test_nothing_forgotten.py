"""What somebody adds needs a test and a line in the docs: these tests name what is missing."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import click
import pytest

from mockserver.api.contract import editions
from mockserver.cli import main
from mockserver.edge.admin import PREFIX, Admin
from mockserver.edge.live import LiveEngine
from mockserver.faults import FAULTS
from mockserver.verdicts import RULES
from pytest_cerebras import plugin
from pytest_cerebras.report.command import report
from pytest_cerebras.run.command import run

ROOT = Path(__file__).parent.parent
TESTS = ROOT / "tests"
DOCS = "\n".join(
    path.read_text("utf-8") for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
)
ACTIONS = Admin(LiveEngine(), "http://127.0.0.1:80").actions
ROUTES = [f"{method} {name}" for name, methods in ACTIONS.items() for method in methods]
COMMANDS = main.commands


def page(name):
    return (ROOT / "docs" / name).read_text("utf-8")


def untold(command):
    """Return the options of which the docs name neither form."""
    return [
        option.name
        for option in command.params
        if isinstance(option, click.Option)
        and not any(name in DOCS for name in (*option.opts, *option.secondary_opts))
    ]


@pytest.mark.parametrize("name", FAULTS)
def test_fault(name):
    """The test file of a fault's family tries the fault."""
    fault = FAULTS[name]
    module = Path(inspect.getsourcefile(fault) or "").stem
    tests = (TESTS / "faults" / f"test_{module}.py").read_text("utf-8")
    assert re.search(rf"\b{fault.__name__}\(", tests), f"tests/faults/test_{module}.py"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_rule(rule):
    """A rule has a guilty app, and a test that names it."""
    named = re.compile(rf"(?<![\w-]){rule.name}(?![\w-])")
    pairs = "\n".join(path.read_text("utf-8") for path in (TESTS / "corpus").rglob("*.py"))
    tests = "\n".join(path.read_text("utf-8") for path in (TESTS / "verdicts").rglob("*.py"))
    assert named.search(pairs), "tests/corpus/pairs"
    assert named.search(tests), "tests/verdicts"


@pytest.mark.parametrize("name", COMMANDS)
def test_command(name):
    """A command has a test that runs it, a line in the docs, and one for each of its options."""
    tests = TESTS / "cli" / f"test_{name.replace('-', '_')}.py"
    assert tests.exists(), tests
    assert f'"{name}"' in tests.read_text("utf-8"), tests
    assert f"cerebras-mock {name}" in page("command-line.md"), "docs/command-line.md"
    assert untold(COMMANDS[name]) == [], "options without a word in docs/*.md"


def test_group():
    """Each file of a command is in the group."""
    files = (ROOT / "mockserver/cli").glob("*.py")
    written = {path.stem for path in files if "@click.command(" in path.read_text("utf-8")}
    assert written == {name.replace("-", "_") for name in COMMANDS}, "mockserver/cli/group.py"


def test_command_run():
    """So does the one that is in the plugin's half of the project."""
    assert "## run\n" in page("command-line.md")
    told = page("run.md")
    options = [one for one in run.params if isinstance(one, click.Option) and not one.hidden]
    assert [one.name for one in options if f"`{one.opts[0]}" not in told] == []


@pytest.mark.parametrize("name", report.commands)
def test_command_report(name):
    """So does each command of the group on reports."""
    tests = TESTS / "plugin" / "report" / "test_command.py"
    assert f'"{name}"' in tests.read_text("utf-8"), tests
    _, _, told = page("command-line.md").partition(f"\n## report {name}\n")
    told, _, _ = told.partition("\n## ")
    options = [one for one in report.commands[name].params if isinstance(one, click.Option)]
    assert [one.name for one in options if f"`{max(one.opts, key=len)}`" not in told] == []


@pytest.mark.parametrize("route", ROUTES)
def test_admin_route(route):
    """A route of the admin API has a row in its table, and a test."""
    method, _, name = route.partition(" ")
    assert f"| `{method} {PREFIX}{name}" in page("control.md"), "docs/control.md"
    assert f'"{route}"' in (TESTS / "edge" / "test_admin.py").read_text("utf-8")


@pytest.mark.parametrize("name", editions.names())
def test_edition(name):
    """The page on how true the mock is has a row for each one."""
    assert f"| `{name}`" in page("fidelity.md")


def test_options_of_the_plugin(pytestconfig):
    """The docs name each option that the plugin adds to pytest."""
    group = pytestconfig._parser.getgroup("cerebras")
    names = {name.partition("=")[0] for option in group.options for name in option.names()}
    assert "--cerebras-mock" in names
    assert [name for name in names if name not in DOCS] == []


def test_fixtures():
    """The page on pytest names each fixture."""
    fixtures = [name for name in vars(plugin) if re.match(r"(make_)?cerebras_", name)]
    assert "cerebras_mock" in fixtures
    assert [name for name in fixtures if f"`{name}" not in page("pytest.md")] == []


def test_paths_of_the_recipes():
    """The files that the contributors' page names are there; NAME and the like stand for others."""
    told = (ROOT / ".github/CONTRIBUTING.md").read_text("utf-8")
    paths = set(
        re.findall(r"`((?:mockserver|pytest_cerebras|tests|docs|scenarios)/[\w/.]+)`", told)
    )
    assert len(paths) > 30
    placeholder = re.compile("NAME|FAMILY|SUBJECT")
    missing = [
        path for path in paths if not placeholder.search(path) and not (ROOT / path).exists()
    ]
    assert missing == []
