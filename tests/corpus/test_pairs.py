"""The corpus itself: what each pair says of itself, and how the whole of it is made up."""

from __future__ import annotations

import ast
import inspect
import re

import pytest

from mockserver import Scenario

from .pair import CLOCKS, HERE, MODES, OWN_SCENARIOS, TWINS, pairs

PAGE = (HERE.parents[1] / "docs" / "verdicts.md").read_text("utf-8")
RULES = set(re.findall(r"^\| `([\w-]+)` \|", PAGE, re.MULTILINE))
RELEASE = re.compile(r"[\w-]+ \d+(\.\d+)+")
EACH = pytest.mark.parametrize("told", [pytest.param(told, id=told.name) for told in pairs()])


def body(app):
    return ast.dump(ast.parse(inspect.getsource(app)).body[0]).replace(app.__name__, "app")


@EACH
def test_what_it_says(told):
    """A pair has a docstring, a source, a rule that exists, and names its package there, too."""
    pair = told.pair
    assert (told.module.__doc__ or "").strip()
    assert pair.source.startswith("https://")
    assert pair.rule in RULES
    assert not pair.package or RELEASE.fullmatch(pair.package)
    assert pair.package in " ".join(told.module.__doc__.split())


@EACH
def test_where_it_runs(told, cerebras_mock):
    """Its scenario exists and takes its parameters; it leaves out modes and clocks with reasons."""
    pair = told.pair
    settings = {"edition": pair.edition, "tier": pair.tier}
    cerebras_mock.play(pair.file, **settings, **pair.parameters)
    assert isinstance(cerebras_mock.scenario, Scenario)
    assert pair.without.keys() < {*MODES, *CLOCKS}
    assert all(pair.without.values())


@EACH
def test_twins(told):
    """The twins are two functions, and not the same."""
    guilty, fixed = (told.twin(which) for which in TWINS)
    assert body(guilty) != body(fixed)


def test_size():
    """There are enough pairs, enough of them after a released package, and all rules are there."""
    assert len(pairs()) >= 40
    assert sum(bool(told.pair.package) for told in pairs()) >= 20
    assert {told.pair.rule for told in pairs()} == RULES


def test_folders():
    """No folder is too long to look through, and no scenario of the corpus is left over."""
    folders = {path.parent for path in (HERE / "pairs").glob("*/*.py")}
    assert max(len(list(folder.glob("*.py"))) for folder in folders) <= 20
    own = {path.stem for path in OWN_SCENARIOS.glob("*.yaml")}
    assert own <= {told.pair.scenario for told in pairs()}
