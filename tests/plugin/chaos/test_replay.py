"""The command that runs a cell again."""

from __future__ import annotations

import os
import shlex

CODE = """
import pytest

@pytest.mark.parametrize("text", ["it's one"])
def test_it(cerebras_mock, text):
    assert cerebras_mock.scenario.name != "wrong-key"
"""


def command(result):
    [line] = [line for line in result.outlines if line.startswith("replay: ")]
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
