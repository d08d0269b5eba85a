"""Sizes and places: what keeps the code base easy to find one's way in."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
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
    "mockserver/__main__.py": "tests/test_cli.py",  # three lines
    "mockserver/edge/serving.py": "tests/test_cli.py",  # a foreground process, met through `serve`
    "mockserver/faults/base.py": "tests/faults",  # what all faults share
    "pytest_cerebras/activation.py": "tests/plugin/test_mock.py",  # around each test there
    "pytest_cerebras/clients.py": "tests/plugin/test_mock.py",  # fixtures, used by all of it
    "pytest_cerebras/clock/real.py": "tests/plugin/clock/test_patches.py",  # kept originals
    "pytest_cerebras/options.py": "tests/plugin/test_plugin.py",  # settings, met through pytest
    "pytest_cerebras/failure.py": "tests/plugin/test_plugin.py",  # a section of pytest's report
}


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
