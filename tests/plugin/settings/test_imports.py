"""Imports: few, without the garbage collector, and without pytest's search for asserts."""

from __future__ import annotations

import gc
import sys

import pytest

from pytest_cerebras.settings.imports import fast_imports

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
FROZEN = """
import gc

def test_nothing_is_frozen():
    assert gc.get_freeze_count() == 0
"""
EARLY = """
import atexit, gc

atexit.register(lambda: print("frozen at exit:", gc.get_freeze_count() > 0))
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


def test_everything_is_collected(run, pytester):
    """
    Nothing is exempt from collection, or hidden from ``gc.get_referrers``.

    Hypothesis looks there whether a random generator that a library registers is kept alive.
    """
    run(FROZEN, "--cerebras-mock", how=pytester.runpytest_subprocess).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("option", "frozen"), [("--cerebras-mock", True), ("--strict-markers", False)]
)
def test_no_collection_at_exit(run, pytester, option, frozen):
    """With the mock, Python skips its last collection; without it, nothing changes."""
    pytester.makepyfile(early=EARLY)
    done = run(FROZEN, "-p", "early", option, how=pytester.runpytest_subprocess)
    done.stdout.fnmatch_lines([f"frozen at exit: {frozen}"])


def test_an_empty_test_imports_what_it_needs(run, pytester, monkeypatch):
    """With the mock, a test that sends nothing imports neither clients nor what makes words."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    how = pytester.runpytest_subprocess
    run(EMPTY, "-p", "cerebras", "--cerebras-mock", how=how).assert_outcomes(passed=1)
