"""Imports: few, without the garbage collector, and without pytest's search for asserts."""

from __future__ import annotations

import gc
import sys

import pytest

from pytest_cerebras.settings.imports import fast_imports, imports_before_tests

INSTALLED = """
import pytest

pytest.register_assert_rewrite("mockserver", "pytest_cerebras")  # as for an installed plugin
"""
READ_BY_PYTEST = """
import sys
from _pytest.assertion.rewrite import AssertionRewritingHook

def test_most_modules_are_found_by_python({fixture}):
    ours = {{
        name: type(module.__loader__) is AssertionRewritingHook
        for name, module in sys.modules.items()
        if name.partition(".")[0] in ("mockserver", "pytest_cerebras")
    }}
    assert ours["pytest_cerebras.plugin"]
    assert sum(ours.values()) < 20 < 200 < len(ours)
"""
KEPT = """
import gc, weakref

kept = gc.get_freeze_count()

class Node: pass

def test_what_tests_leave_behind_is_collected({fixture}):
    assert gc.get_freeze_count() {kept}
    node = Node()
    node.itself, died = node, weakref.ref(node)
    del node
    gc.collect()
    assert died() is None
"""
EMPTY = """
import sys

def test_nothing():
    unused = {"click", "cryptography", "faker", "httpx", "jsonpath", "redis", "respx", "trustme"}
    assert not unused & set(sys.modules)
    rooms = {"mutation", "report", "run", "search", "transport"}
    assert not {f"pytest_cerebras.{room}" for room in rooms} & set(sys.modules)
"""


@pytest.fixture(autouse=True)
def collector():
    """Leave the collector as it was."""
    was_on = gc.isenabled()
    yield
    (gc.enable if was_on else gc.disable)()


@pytest.mark.parametrize("on", [True, False])
def test_as_before(on):
    """The collector is off in the block, and afterwards as it was before, also after an error."""
    (gc.enable if on else gc.disable)()
    finders = list(sys.meta_path)
    with fast_imports():
        assert not gc.isenabled()
        assert sys.meta_path[1:] == finders
    assert gc.isenabled() is on
    with pytest.raises(ImportError), fast_imports():
        raise ImportError
    assert gc.isenabled() is on
    assert sys.meta_path == finders


def test_only_our_modules():
    """Other modules are found as before: the finder names none of them."""
    with fast_imports():
        (finder, *_) = sys.meta_path
    assert finder.find_spec("mockserver", None).origin.endswith("__init__.py")
    assert finder.find_spec("json", None) is None
    assert finder.find_spec("mockserver_client", None) is None


def test_only_the_first_imports_are_kept():
    """Where our modules are there already, nothing becomes exempt from collection."""
    kept = gc.get_freeze_count()
    with imports_before_tests():
        pass
    assert gc.get_freeze_count() <= kept  # what was kept may have died


@pytest.mark.parametrize(
    ("option", "fixture"), [("--cerebras-mock", ""), ("--strict-markers", "cerebras_mock")]
)
def test_asserts_of_our_modules_stay(run, pytester, option, fixture):
    """Pytest rewrites the asserts of the plugin's few first modules, not those of the others."""
    pytester.makepyfile(installed=INSTALLED)
    code = READ_BY_PYTEST.format(fixture=fixture)
    run(code, "-p", "installed", option, how=pytester.runpytest_subprocess).assert_outcomes(
        passed=1
    )


@pytest.mark.parametrize(
    ("option", "fixture", "kept"),
    [("--cerebras-mock", "", "> 10_000"), ("--strict-markers", "cerebras_mock", "== 0")],
)
def test_kept_before_tests_only(run, pytester, option, fixture, kept):
    """What is imported before conftests is never collected; after that, everything is."""
    code = KEPT.format(fixture=fixture, kept=kept)
    run(code, option, how=pytester.runpytest_subprocess).assert_outcomes(passed=1)


def test_an_empty_test_imports_what_it_needs(run, pytester, monkeypatch):
    """With the mock, a test that sends nothing imports neither clients nor what makes words."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    how = pytester.runpytest_subprocess
    run(EMPTY, "-p", "cerebras", "--cerebras-mock", how=how).assert_outcomes(passed=1)
