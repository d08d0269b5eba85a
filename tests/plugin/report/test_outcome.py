"""What became of a test, in the words of the report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

CASES = {
    "def test(cerebras_mock): pass": ("passed", ""),
    "def test(cerebras_mock): assert not 'x'": ("failed", "AssertionError: assert not 'x'"),
    "def test(cerebras_mock): pytest.fail('so\\nwhat', pytrace=False)": ("failed", "Failed: so"),
    "def test(cerebras_mock, nothing): pass": ("failed", "fixture 'nothing' not found"),
    "def test(cerebras_mock): pytest.skip('later')": ("skipped", "later"),
    "@pytest.mark.skip('later')\ndef test(cerebras_mock): pass": ("skipped", "later"),
    "def test(cerebras_mock): pytest.xfail('known')": ("xfailed", "known"),
    "@pytest.mark.xfail(reason='known')\ndef test(cerebras_mock): assert 0": ("xfailed", "known"),
    "@pytest.mark.xfail(run=False, reason='no')\ndef test(cerebras_mock): pass": (
        "xfailed",
        "[NOTRUN] no",
    ),
    "@pytest.mark.xfail(strict=False)\ndef test(cerebras_mock): pass": ("passed", ""),
    "@pytest.mark.xfail(strict=True, reason='known')\ndef test(cerebras_mock): pass": (
        "failed",
        "[XPASS(strict)] known",
    ),
    "def test(cerebras_mock): raise ValueError('x' * 900)": (
        "failed",
        f"ValueError: {'x' * 227}…",
    ),
}


@pytest.mark.parametrize(("code", "told"), CASES.items())
def test_outcome(run, code, told):
    """Each has an outcome, and its reason in a line."""
    run(f"import pytest\n{code}", "--cerebras-report", "a.json")
    (cell,) = json.loads(Path("a.json").read_text("utf-8"))["cells"]
    assert (cell["outcome"], cell["reason"]) == told
