"""An app with twelve bugs: what there is to fix is these, at their lines, and nothing else."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from pytest_cerebras.report.causes import advice, things
from pytest_cerebras.session.symptoms import Symptom

HERE = Path(__file__).parent
MODULES = ("planted_app", "planted_stream")
TESTS = """
import planted_app, pytest

@pytest.mark.parametrize("bug", planted_app.BUGS, ids=lambda bug: bug.__name__)
def test_answers(cerebras_mock, bug):
    answer = bug("Why is the sky blue?")
    assert isinstance(answer, str)
"""
# each bug by its number: what is told of it
TOLD = {
    1: {"hot-retry"},
    2: {"retry-after-ignored"},
    3: {"permanent-error-retried"},
    4: {"half-answer"},
    6: {"overflow-repeated"},
    7: {"partial-tool-call"},
    8: {"key-sent-elsewhere"},
    9: {"AttributeError"},
    10: {"AttributeError", "TypeError"},
    11: {"IndexError"},
    12: {"CerebrasError"},
}
ADVISED = {5: {"half-answer"}}  # it looks how an answer ends, and may have told somebody
FEW = (
    "burst-503,context-8192,error-in-200,html-200,null-content,rate-limit,silent-cut,stream-cut,"
    "tool-arguments-cut,usage-chunk,unknown-model"
)


def line_of(number):
    """Return where a bug is."""
    (found,) = [
        f"{module}.py:{at}"
        for module in MODULES
        for at, text in enumerate(code_of(module).splitlines(), 1)
        if re.search(rf"# {number}$", text)
    ]
    return found


def code_of(module):
    return (HERE / f"{module}.py").read_text("utf-8")


@pytest.mark.parametrize("scenarios", [FEW, pytest.param("all", marks=pytest.mark.slow)])
def test_twelve_bugs(run, pytester, scenarios):
    """At most fourteen things to fix, each at the line of a bug."""
    pytester.makepyfile(**{module: code_of(module) for module in MODULES})
    matrix = ("--cerebras-chaos", scenarios, "--cerebras-clock", "virtual")
    apart = pytester.runpytest_subprocess  # for it leaves clients open, as apps do
    run(TESTS, *matrix, "--cerebras-report", "cells.json", how=apart)
    cells = json.loads((pytester.path / "cells.json").read_text("utf-8"))["cells"]
    symptoms = [(cell["id"], Symptom(**one)) for cell in cells for one in cell["symptoms"]]
    _, found = things(symptoms)
    assert len(found) <= 14
    told = {}
    for cause in found:
        told.setdefault(cause.first.site, set()).add(cause.first.what)
    assert told == {line_of(number): what for number, what in TOLD.items()}
    for number, what in ADVISED.items():
        assert what <= {one.first.what for one in advice(symptoms) if line_of(number) in one.sites}
