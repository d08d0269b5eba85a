"""A test that the user interrupts shows what it did."""

from __future__ import annotations

import json
from functools import partial

import pytest

CODE = """
import pytest

@pytest.mark.cerebras_mock("wrong-key")
def test_hangs(cerebras_mock, cerebras_client):
    try:
        cerebras_client.models.list()
    except Exception:
        raise KeyboardInterrupt from None

def test_never(cerebras_mock):
    pass
"""


@pytest.fixture
def interrupt(run, pytester):
    """Return a function that runs a file in which the user presses Ctrl-C."""
    return partial(run, how=partial(pytester.runpytest_inprocess, no_reraise_ctrlc=True))


def test_told(interrupt, pytester):
    """Its requests are in the terminal and in the report, and the run ends as ever."""
    result = interrupt(CODE, "--cerebras-report", "report.json")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["E *KeyboardInterrupt", "#1 GET /v1/models -> 401*", "!!!* KeyboardInterrupt !!!*"]
    )
    report = json.loads((pytester.path / "report.json").read_text("utf-8"))
    [cell] = report["cells"]
    assert (cell["outcome"], cell["reason"]) == ("failed", "KeyboardInterrupt")
    assert cell["kinds"] == ["wrong-key"]


def test_without_mock(interrupt):
    """Other tests are none of our business."""
    result = interrupt("def test_it(): raise KeyboardInterrupt")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.assert_outcomes()


def test_debugged(interrupt, monkeypatch):
    """With ``--pdb`` pytest reports it, once."""
    monkeypatch.setattr("pdb.Pdb.cmdloop", lambda *_: None)
    result = interrupt(CODE, "--pdb", "-k", "hangs")
    result.assert_outcomes(failed=1)
