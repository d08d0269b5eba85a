"""Tests split over machines: each in exactly one shard, whatever the order or the cache."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_cerebras.chaos.sharding import Shard, of_shard

CODE = """
import pytest

@pytest.mark.parametrize("number", range(7))
def test_plain(number):
    pass

class TestAsks:
    def test_ask(self, cerebras_client):
        try:
            cerebras_client.with_options(max_retries=0).models.list()
        except Exception:
            pass

def test_nothing(cerebras_mock):
    pass
"""
SHARDS = [Shard(number, 4) for number in range(1, 5)]
CHAOS = ("--cerebras-chaos", "healthy,wrong-key,burst-503")
QUIET = ("-q", "-rA", "-p", "no:asyncio", "-p", "no:randomly")
BACKWARDS = "def pytest_collection_modifyitems(items):\n    items.reverse()"


@given(names=st.sets(st.text()), of=st.integers(1, 30))
def test_each_in_one(names, of):
    """Each name is in exactly one shard, and the sizes differ by one at most."""
    shards = [of_shard(names, Shard(number, of)) for number in range(1, of + 1)]
    assert sorted(name for shard in shards for name in shard) == sorted(names)
    sizes = {len(shard) for shard in shards}
    assert max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize("seed", ["0", "1"])
def test_same_everywhere(seed):
    """No process deals in another way."""
    code = (
        "from pytest_cerebras.chaos.sharding import Shard, of_shard; "
        "print(of_shard({f't.py::test[{n}]' for n in range(9)}, Shard(2, 3)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "['t.py::test[3]', 't.py::test[5]', 't.py::test[7]']\n"


def ran(result):
    """Return the tests that a run tells of with ``-rA``."""
    return sorted(re.findall(r"^(?:PASSED|FAILED) (\S+)", result.stdout.str(), re.MULTILINE))


@pytest.mark.parametrize(
    "arguments",
    [(), ("-p", "backwards"), ("-k", "plain or wrong"), CHAOS],
    ids=["alone", "backwards", "chosen", "chaos"],
)
def test_run(run, pytester, arguments):
    """All shards together run what one run does, each of it once, and say how many there are."""
    pytester.syspathinsert()
    pytester.makepyfile(backwards=BACKWARDS)
    whole = ran(run(CODE, "-rA", *arguments))
    found, items = [], 0
    for shard in SHARDS:
        result = run(CODE, "-rA", *arguments, "--cerebras-shard", str(shard))
        own = ran(result)
        found += own
        assert f"cerebras: shard {shard}: {len(own)} of {len(whole)} items" in result.outlines
        items += len(own)
    assert sorted(found) == whole
    assert items == len(whole)


def test_same_shard(run, pytester):
    """A shard is the same in another order, and under xdist, which says how many there are."""
    pytester.syspathinsert()
    pytester.makepyfile(backwards=BACKWARDS)
    ways = [(), ("-p", "backwards"), ("-n", "2")]
    results = [run(CODE, "-rA", *CHAOS, *way, "--cerebras-shard", "2/4") for way in ways]
    found = [ran(result) for result in results]
    assert len(found[0]) == 3
    assert found == [found[0]] * 3
    assert "cerebras: shard 2/4: 3 of 13 items" in results[-1].outlines


FAILING = """
import pytest

@pytest.mark.parametrize("number", range(6))
def test_it(number):
    assert number % 2
"""


@pytest.mark.parametrize("shared", [True, False], ids=["shared", "own"])
def test_last_failed(pytester, shared):
    """
    With ``--lf`` each failure runs again in its own shard.

    So it does where each machine has its own cache, and where all have the same one.
    """
    pytester.makepyfile(test_a=FAILING, test_b="def test_fine(): pass\ndef test_too(): pass")
    whole = pytester.runpytest_inprocess(*QUIET, "-o", "cache_dir=all")
    failed = [name for name in ran(whole) if "test_it" in name and name[-2] in "024"]
    found = []
    for number in (1, 2):
        folder = "all" if shared else f"own{number}"
        options = (*QUIET, "-o", f"cache_dir={folder}", "--cerebras-shard", f"{number}/2")
        if not shared:
            pytester.runpytest_inprocess(*options)
        again = ran(pytester.runpytest_inprocess(*options, "--lf"))
        found += again
    assert [name for name in sorted(found) if name in failed] == failed
    assert len(found) == len(failed)


def test_empty(run):
    """A shard without a test passes; a run without any does not."""
    code = "def test_it(): pass"
    found = {run(code, "--cerebras-shard", f"{number}/3").ret for number in (1, 2, 3)}
    assert found == {pytest.ExitCode.OK}
    result = run("", "--cerebras-shard", "1/3")
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED


@pytest.mark.parametrize("where", ["environment", "ini"])
def test_places(run, pytester, monkeypatch, where):
    """The shard may stand where other settings do."""
    if where == "ini":
        pytester.makeini("[pytest]\ncerebras_shard = 1/4")
    else:
        monkeypatch.setenv("CEREBRAS_MOCK_SHARD", "1/4")
    run(CODE).stdout.fnmatch_lines(["cerebras: shard 1/4: 3 of 9 items"])
    run(CODE, "--cerebras-shard", "1/1").stdout.fnmatch_lines(["cerebras: shard 1/1: 9 of 9 items"])


@pytest.mark.parametrize("value", ["", "2", "0/8", "9/8", "2/8/1", "a/b", "-1/8", "1/0", "²/8"])
def test_wrong(run, value):
    """What is no shard is refused in one sentence, before any test runs."""
    result = run(CODE, f"--cerebras-shard={value}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    sentence = f"should be N/M with N from 1 to M, such as 2/8, found {value!r}"
    assert f"ERROR: --cerebras-shard {sentence}" in result.errlines


@pytest.mark.parametrize(
    ("name", "place"), [("CEREBRAS_MOCK_SHARD", "CEREBRAS_MOCK_SHARD")], ids=["environment"]
)
def test_wrong_elsewhere(run, monkeypatch, name, place):
    """The sentence names the place."""
    monkeypatch.setenv(name, "9/8")
    run(CODE).stderr.fnmatch_lines([f"ERROR: {place} should be N/M *, found '9/8'"])


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            ("--cerebras-fail-under", "1"),
            "*use --fail-under of cerebras-mock report merge instead*",
        ),
        (
            ("--cerebras-strict", "--cerebras-baseline", "b.json"),
            "*the baseline b.json does not exist, and a *",
        ),
    ],
)
def test_needs_all(run, options, sentence):
    """What needs the whole run is refused, with the way out."""
    result = run(CODE, "--cerebras-shard", "2/8", *options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: --cerebras-shard 2/8: {sentence}"])
    assert not Path("b.json").exists()


def test_stepwise(pytester):
    """So is a walk through all tests."""
    pytester.makepyfile(CODE)
    result = pytester.runpytest_inprocess(*QUIET, "--stepwise", "--cerebras-shard", "2/8")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --cerebras-shard 2/8: leave out --stepwise, *"])


def test_baseline(run):
    """A baseline that is there serves each shard."""
    Path("b.json").write_text(json.dumps({"version": 1, "verdicts": []}), "utf-8")
    result = run(
        CODE, "--cerebras-shard", "1/2", "--cerebras-strict", "--cerebras-baseline", "b.json"
    )
    assert result.ret == pytest.ExitCode.OK


def test_no_warning(run):
    """A shard that has no test with the mock does not say that no test uses it."""
    code = "def test_plain(): pass\ndef test_ask(cerebras_mock): pass"
    for number in (1, 2):
        result = run(code, "--cerebras-chaos", "healthy", "--cerebras-shard", f"{number}/2")
        result.stdout.no_fnmatch_line("*had no effect*")
