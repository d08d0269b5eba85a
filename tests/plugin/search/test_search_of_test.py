"""The search of a test within its budget: what goes on in the next one, and what the report has."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mockserver.scenario import load
from pytest_cerebras.search.found import UNFINISHED, write
from pytest_cerebras.search.outcome import Cause, Failure
from pytest_cerebras.search.story import Step, troubles
from tests.plugin.search.whole_runs import files, search

UNMINDFUL = """
from cerebras.cloud.sdk import APIStatusError

def test_app(cerebras_client, cerebras_mock):
    client = cerebras_client.with_options(max_retries=0)
    said = [{"role": "user", "content": "ping"}]
    for _ in range(2):
        try:
            client.chat.completions.create(model="gpt-oss-120b", messages=said)
        except APIStatusError:
            {}["lost"]
"""


def test_goes_on(run):
    """Shrinking stops with the budget, as the finding says; the next search goes on with it."""
    busy = troubles()[1]
    failure = Failure(Cause("KeyError", "test_goes_on.py:11"), "KeyError: 'lost'")
    test = "test_goes_on.py::test_app"
    story = (Step(1, busy), Step(2, busy))
    file = write(Path(), test, story, failure, "", is_final=False)
    result, causes = search(run, UNMINDFUL, budget="replay")
    assert [what for what, *_ in causes] == ["KeyError"]
    result.stdout.fnmatch_lines(["            not yet minimal: *"])
    search(run, UNMINDFUL, budget="2")
    assert [load(str(one)).tags for one in files()] == [("found", UNFINISHED)]
    result, causes = search(run, UNMINDFUL, budget="40")
    assert [what for what, *_ in causes] == ["KeyError"]
    assert [load(str(one)).name for one in files()] == ["1-unavailable"]
    assert load(str(files()[0])).tags == ("found",)
    assert not file.exists()
    result.stdout.fnmatch_lines(["            without this fault the test passes"])


def test_goes_on_with_what_is_mended(run):
    """A story that was not shrunk to its end is set aside like any other once its bug is mended."""
    failure = Failure(Cause("KeyError", "test_app.py:11"), "KeyError: 'lost'")
    test = "test_goes_on_with_what_is_mended.py::test_app"
    write(Path(), test, (Step(1, troubles()[0]),), failure, "", is_final=False)
    _, causes = search(run, UNMINDFUL.replace('{}["lost"]', "pass"), budget="2")
    assert (causes, files()) == ([], [])


def test_time_ends_a_run(run):
    """A run that goes on when the time is up is ended, and not accused of it."""
    code = UNMINDFUL.replace('{}["lost"]', "while True: pass")
    result, causes = search(run, code, budget="1s")
    assert causes == []
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["*::test_app: nothing found; * in * s, budget used up"])


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ((), "search: 2 tests, at most 3 runs each: at most 6 runs in all"),
        (("-n", "2"), "search: 3 tests, at most 3 runs each: at most 9 runs in all"),
    ],
    ids=["alone", "xdist"],
)
def test_what_the_budget_means(run, arguments, line):
    """A run begins with what the budget means; workers do not tell which tests are searched."""
    code = "\n".join(f"def test_{one}(cerebras_client): pass" for one in "ab")
    result, _ = search(run, f"{code}\ndef test_c(): pass", "-v", *arguments, budget="3")
    result.stdout.fnmatch_lines([line])


def test_report(run):
    """The report lists what the search found, once, with the command that plays it again."""
    search(run, UNMINDFUL, "--cerebras-report", "r.json", budget="30")
    report = json.loads(Path("r.json").read_text("utf-8"))
    (cell,) = report["cells"]
    assert cell["outcome"] == "failed"
    (symptom,) = cell["symptoms"]
    assert symptom["what"] == "KeyError"
    assert symptom["note"] == "without this fault the test passes"
    assert [symptom["file"]] == list(map(str, files()))
    assert symptom["file"] in symptom["replay"]
