"""The command that runs a cell again."""

from __future__ import annotations

import os
import shlex

import pytest

from pytest_cerebras.chaos.replay import replay, replay_story

QUIET = ("-p", "no:asyncio")
CODE = """
import pytest

@pytest.mark.parametrize("text", ["it's one"])
def test_it(cerebras_mock, text):
    assert cerebras_mock.scenario.name != "wrong-key"
"""


def command(result):
    lines = [line.strip() for line in result.outlines]
    line, *_ = [line for line in lines if line.startswith("replay: ")]
    program, *arguments = shlex.split(line.removeprefix("replay: "))
    assert program == "pytest"
    return arguments


def test_options(run, monkeypatch):
    """It has the options of the run and what the environment says, and runs that cell alone."""
    monkeypatch.setenv("CEREBRAS_MOCK_OTHERS", "block")
    given = [
        *("--cerebras-strict", "--cerebras-mode", "respx", "--cerebras-edition", "2026-11"),
        *("--cerebras-tier", "free", "--cerebras-clock", "real", "--cerebras-time-scale", "0.5"),
        *("--cerebras-journal", "50"),
    ]
    result = run(CODE, "--cerebras-chaos", "wrong-key,healthy", *given)
    result.assert_outcomes(passed=1, failed=1)
    found = command(result)
    assert found[0] == "test_options.py::test_it[wrong-key-it's one]"
    assert found[1:3] == ["--cerebras-chaos", "wrong-key"]
    assert set(given) <= set(found)
    assert found[found.index("--cerebras-others") + 1] == "block"
    assert found[-2:] == ["--cerebras-seed", "0"]
    again = run(CODE, *found)
    again.assert_outcomes(failed=1)


def test_place(pytester):
    """Its path is relative to the folder where pytest was started."""
    pytester.makeini("[pytest]\naddopts = -p no:asyncio -p no:cacheprovider")
    folder = pytester.mkdir("tests")
    (folder / "test_inner.py").write_text(CODE)
    for where, path in ((pytester.path, "tests/test_inner.py"), (folder, "test_inner.py")):
        os.chdir(where)
        result = pytester.runpytest("-q", "--cerebras-chaos=wrong-key")
        assert command(result)[0].partition("::")[0] == path


@pytest.mark.parametrize("by", ["option", "environment"])
@pytest.mark.parametrize("scenario", ["wrong-key", "mine.yaml"])
def test_scenario(run, pytester, monkeypatch, by, scenario):
    """Outside the matrix it has the scenario of the run, so that the test fails again."""
    pytester.makefile(".yaml", mine="version: 1\nname: wrong-key\nrules: []\n")
    if by == "environment":
        monkeypatch.setenv("CEREBRAS_MOCK_SCENARIO", scenario)
    given = ["--cerebras-scenario", scenario] if by == "option" else []
    result = run(CODE, *given)
    result.assert_outcomes(failed=1)
    monkeypatch.delenv("CEREBRAS_MOCK_SCENARIO", raising=False)
    found = command(result)
    assert found[found.index("--cerebras-scenario") + 1] == scenario
    run(CODE, *found).assert_outcomes(failed=1)


def test_cell_has_its_own_scenario(run, monkeypatch):
    """In the matrix the scenario of the environment plays no part, and the two can't be given."""
    monkeypatch.setenv("CEREBRAS_MOCK_SCENARIO", "silent-cut")
    found = command(run(CODE, "--cerebras-chaos", "wrong-key"))
    assert "--cerebras-scenario" not in found
    run(CODE, *found).assert_outcomes(failed=1)


def test_seed(pytester):
    """The seed is that of the test's mock, or else that of the run."""
    path = pytester.makepyfile(CODE)
    [item], _ = pytester.inline_genitems(path, *QUIET, "--cerebras-seed=7")
    assert shlex.split(replay(item))[2:] == ["--cerebras-seed", "7"]
    assert shlex.split(replay(item, 3))[2:] == ["--cerebras-seed", "3"]


def test_story(pytester):
    """A story is played again with the options of its search, in virtual time, and strictly."""
    path = pytester.makepyfile(CODE)
    options = ("--cerebras-tier=free", "--cerebras-clock=real", "--cerebras-edition=2026-11")
    [item], _ = pytester.inline_genitems(path, *QUIET, *options)
    found = shlex.split(replay_story(item, pytester.path / "found.yaml"))
    story = ["--cerebras-scenario", "found.yaml", "--cerebras-clock", "virtual"]
    rest = ["--cerebras-strict", "--cerebras-edition", "2026-11", "--cerebras-tier", "free"]
    assert found[2:] == [*story, *rest]
