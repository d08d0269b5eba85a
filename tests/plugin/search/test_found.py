"""The files of stories that broke a test."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mockserver.scenario import load
from pytest_cerebras.search.found import (
    FOLDER,
    PASSED_ON,
    UNFINISHED,
    found_in,
    keep_as_fixed,
    write,
)
from pytest_cerebras.search.outcome import Cause, Failure
from pytest_cerebras.search.story import Step, scenario_of, troubles

STORY = (Step(2, troubles()[0]),)
FAILURE = Failure(Cause("KeyError", "app.py:3"), "KeyError: 'choices'")


def test_written_and_read(tmp_path):
    """The file is a scenario that names its test and tells what goes wrong."""
    file = write(tmp_path, "test_a.py::test_b[x]", STORY, FAILURE, "#1 POST -> 503\n    what: x")
    assert file.parent == tmp_path / FOLDER
    (found,) = found_in(tmp_path)
    assert (found.file, found.test) == (file, "test_a.py::test_b[x]")
    assert found.scenario.rules == scenario_of(STORY).rules
    assert found.scenario.description == "Request 2 is answered 503. Then: KeyError: 'choices'"
    assert load(str(file)) == found.scenario
    assert file.read_text().startswith("# What happened:\n# #1 POST -> 503\n#     what: x\n")
    assert write(tmp_path, "test_a.py::test_b[x]", STORY, FAILURE, "") == file


def test_passed_on(tmp_path):
    """The file of a story in which an error was passed on says so: else such an end is allowed."""
    passed_on = replace(FAILURE, passed_on=True)
    tags = [load(str(write(tmp_path, "t", STORY, one, ""))).tags for one in (FAILURE, passed_on)]
    assert tags == [("found",), ("found", PASSED_ON)]


def test_not_yet_minimal(tmp_path):
    """The file of a story whose shrinking was stopped says so."""
    file = write(tmp_path, "t", STORY, FAILURE, "", is_final=False)
    assert load(str(file)).tags == ("found", UNFINISHED)


def test_no_key(tmp_path):
    """A key in a message does not reach the file."""
    key = "csk-" + "8" * 30
    failure = Failure(Cause("KeyError", ""), f"KeyError: {key}")
    assert key not in write(tmp_path, "t", STORY, failure, key).read_text()


def test_fixed(tmp_path):
    """A story that no longer breaks its test is kept, and played no more."""
    write(tmp_path, "t", STORY, FAILURE, "")
    (found,) = found_in(tmp_path)
    kept = keep_as_fixed(found)
    assert load(str(kept)) == found.scenario
    assert found_in(tmp_path) == []


def test_broken_file(tmp_path):
    """A file that can't be read gets one sentence with its place."""
    (tmp_path / FOLDER).mkdir(parents=True)
    (tmp_path / FOLDER / "a.yaml").write_text("{name: a, rule: []}")
    with pytest.raises(pytest.UsageError, match=r"^--cerebras-search: .*a\.yaml:1:11: .*'rule'"):
        found_in(tmp_path)


def test_nothing(tmp_path):
    """A project without such a folder has nothing to play."""
    assert found_in(tmp_path) == []
