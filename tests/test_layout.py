"""Sizes and places: what keeps the code base easy to find one's way in."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TOOLS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]
CONTRACTS = TOOLS["importlinter"]["contracts"]
MODULES = [
    path.relative_to(ROOT)
    for package in ("mockserver", "pytest_cerebras")
    for path in sorted((ROOT / package).rglob("*.py"))
]
TESTS = sorted(path.relative_to(ROOT) for path in (ROOT / "tests").rglob("*.py"))
OTHERS = sorted(
    path.relative_to(ROOT)
    for folder in ("benchmarks", "docs", "examples")
    for path in (ROOT / folder).rglob("*.py")
)
# a module whose tests stand under another name, and why
ELSEWHERE = {
    "mockserver/__main__.py": "tests/cli/test_group.py",  # three lines
    "mockserver/edge/server/serving.py": "tests/cli/test_serve.py",  # met through `serve`
    "mockserver/faults/base.py": "tests/faults",  # what all faults share
    # met over a real store
    "mockserver/edge/state/asking.py": "tests/edge/state/test_shared.py",
    "mockserver/engine/mirror.py": "tests/edge/state/test_same_meaning.py",
    "mockserver/engine/needs.py": "tests/engine/test_memory.py",  # values only
    "mockserver/verdicts/evidence.py": "tests/verdicts/test_half_answers.py",  # values only
    "pytest_cerebras/clock/real.py": "tests/plugin/clock/test_patches.py",  # kept originals
    # around each test there
    "pytest_cerebras/session/mock_session.py": "tests/plugin/session/test_mock.py",
    # beside others that observe what leaves, and what there is to fix
    "pytest_cerebras/session/run_guard.py": "tests/plugin/egress/test_run_guard.py",
    "pytest_cerebras/session/symptoms.py": "tests/plugin/report/test_causes.py",
    # fixtures, used by all of it
    "pytest_cerebras/session/clients.py": "tests/plugin/session/test_mock.py",
    "pytest_cerebras/session/place.py": "tests/plugin/session/test_mock.py",
    # met through the search of a test
    "pytest_cerebras/search/effects.py": "tests/plugin/search/test_searching.py",
    "pytest_cerebras/search/finding.py": "tests/plugin/search/test_searching.py",
    "pytest_cerebras/search/observing.py": "tests/plugin/search/test_searching.py",
    "pytest_cerebras/search/replaying.py": "tests/plugin/search/test_searching.py",
    "pytest_cerebras/search/search_of_test.py": "tests/plugin/search/test_searching.py",
    "pytest_cerebras/search/summary.py": "tests/plugin/search/test_searching.py",
    "pytest_cerebras/search/outcome.py": "tests/plugin/search/test_exploration.py",  # values only
    # met through the command
    "pytest_cerebras/run/__main__.py": "tests/plugin/run/test_command.py",
    "pytest_cerebras/run/reports.py": "tests/plugin/run/test_command.py",
    "pytest_cerebras/run/runs.py": "tests/plugin/run/test_command.py",
    # met through pytest: a section of its report, and settings from wherever they come
    "pytest_cerebras/settings/command_line.py": "tests/plugin/test_plugin.py",
    "pytest_cerebras/settings/names.py": "tests/plugin/test_plugin.py",
    "pytest_cerebras/settings/options.py": "tests/plugin/test_plugin.py",
    "pytest_cerebras/settings/sources.py": "tests/plugin/test_plugin.py",
}
PACKAGES = sorted({path.parent for path in MODULES})
# parts of a room that the room's row speaks for
PARTS = {
    "mockserver",
    "mockserver/api",
    "mockserver/api/contract/shipped_editions",
    "mockserver/doctor/python",
    "mockserver/edge/play",
    "mockserver/edge/redirect",
    "mockserver/edge/server",
    "mockserver/edge/state",
    "mockserver/plan/timeline",
    "mockserver/scenario/lint",
    "mockserver/scenario/status_page",
    "mockserver/verdicts/money",
    "mockserver/verdicts/retries",
    "pytest_cerebras",
    "pytest_cerebras/egress/child",
    "pytest_cerebras/session/handed_out",
}
MOST = {"mockserver": 10, "pytest_cerebras": 10, "mockserver/faults": 40}  # of the others: 20


def functions(path):
    for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, node.end_lineno - node.lineno + 1


@pytest.mark.parametrize("path", [*MODULES, *TESTS, *OTHERS], ids=str)
def test_length_of_files(path):
    """A file of more than 400 lines has two subjects."""
    assert len((ROOT / path).read_text("utf-8").splitlines()) <= 400


@pytest.mark.parametrize("path", [*MODULES, *OTHERS], ids=str)
def test_length_of_functions(path):
    """A function has at most 50 lines."""
    assert [name for name, lines in functions(path) if lines > 50] == []


@pytest.mark.parametrize("path", [path for path in MODULES if path.name != "__init__.py"], ids=str)
def test_each_module_has_a_test(path):
    """A module's tests stand in a file of its name, or in the one that the table gives."""
    package, *inner = path.parts
    folder = ROOT / "tests" / ("plugin" if package == "pytest_cerebras" else "")
    own = folder.joinpath(*inner[:-1], f"test_{path.name}")
    assert (ROOT / ELSEWHERE.get(path.as_posix(), own)).exists()


@pytest.mark.parametrize("folder", PACKAGES, ids=str)
def test_modules_of_a_folder(folder):
    """A folder with many modules has rooms in it that nobody has named yet."""
    loose = [path for path in MODULES if path.parent == folder and path.name != "__init__.py"]
    assert len(loose) <= MOST.get(folder.as_posix(), 20)


@pytest.mark.parametrize("package", PACKAGES, ids=str)
def test_packages(package):
    """Each folder is a package, and is built into the wheel."""
    assert package / "__init__.py" in MODULES
    assert ".".join(package.parts) in TOOLS["setuptools"]["packages"]


def rooms_told():
    """Return the rooms in the table of the contributors' page, in their order."""
    page = (ROOT / ".github/CONTRIBUTING.md").read_text("utf-8")
    table = page.partition("| room |")[2].partition("\n\n")[0]
    return [name for row in table.splitlines()[2:] for name in re.findall(r"`(.*?)/?`", row[:60])]


def test_rooms_told():
    """The contributors' page has each room in its table, and none that isn't there."""
    told = rooms_told()
    here = [path.as_posix() for path in PACKAGES if path.as_posix() not in PARTS]
    assert sorted(told) == sorted([*here, "scenarios"])


CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
    "contracts"
]


@pytest.mark.parametrize("container", ["mockserver", "mockserver.api", "pytest_cerebras"])
def test_rooms_are_told_from_the_ground_up(container):
    """The table stands in the order of the contracts: a room imports what is above it."""
    layers = next(each["layers"] for each in CONTRACTS if each.get("containers") == [container])
    floors = {name: -at for at, layer in enumerate(layers) for name in layer.split(" | ")}
    prefix = f"{container.replace('.', '/')}/"
    told = [room.removeprefix(prefix) for room in rooms_told() if room.startswith(prefix)]
    order = [floors[room.partition("/")[0]] for room in told]
    assert order == sorted(order)


def test_floors():
    """The house is not too high for somebody who climbs it for the first time."""
    assert max(len(each["layers"]) for each in CONTRACTS if each["type"] == "layers") <= 9


def test_no_machine_in_the_project():
    """No file holds a path of a machine or what looks like a real key."""
    suspicious = ("/roo" + "t/", "/wor" + "k/", "/hom" + "e/")
    files = [
        *MODULES,
        *TESTS,
        *OTHERS,
        *(p.relative_to(ROOT) for p in (ROOT / "docs").glob("*.md")),
    ]
    found = [
        (str(path), word)
        for path in [*files, Path("README.md")]
        for word in suspicious
        if word in (ROOT / path).read_text("utf-8")
    ]
    assert found == []
