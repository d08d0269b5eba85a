"""The examples work: their tests pass, and the app runs in a process of its own."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from mockserver.scenario import load, names
from pytest_cerebras.report.outcome import Outcome

pytest.importorskip("cerebras.cloud.sdk")

ROOT = Path(__file__).parents[1]
ASSISTANT = ROOT / "examples" / "assistant" / "assistant.py"


@pytest.fixture
def run(cerebras_mock):
    """Return a runner of the assistant as another process that talks to the mock."""

    def start(*arguments, lines="", **changes):
        return subprocess.run(
            [sys.executable, ASSISTANT, *arguments],
            input=lines,
            env={**os.environ, **cerebras_mock.env(), **changes},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return start


def test_the_tests_of_the_examples_pass():
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--cerebras-mock", "examples", "-q"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^\d+ passed", done.stdout, re.MULTILINE)
    assert "warning" not in done.stdout  # of models that the live API has retired


def test_no_test_of_the_examples_is_blind(tmp_path):
    """Each notices a change, or promises something whatever the API says."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    options = ["--cerebras-mock", "--cerebras-mutate", "--cerebras-report", "tests.json"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "examples", "-q", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads((tmp_path / "tests.json").read_text("utf-8"))["mutation"]
    assert not [one["test"] for one in found if one["blind"]]
    silent = {one["test"].partition("::")[0] for one in found if not one["noticed"]}
    promises = "examples/assistant/test_chaos.py"
    assert silent == {promises}
    notes = [one["note"] for one in found if one["test"].startswith(promises)]
    assert all("handles errors itself" in note for note in notes)


def command_of(page):
    """Return the command of a page that runs pytest on the examples."""
    text = (ROOT / page).read_text("utf-8")
    (line,) = re.findall(r"^python -m (pytest .*--cerebras-report.* examples)$", text, re.MULTILINE)
    return shlex.split(line)


@pytest.mark.parametrize(
    ("page", "scenarios"),
    [
        ("README.md", names()),
        ("docs/report.md", [name for name in names() if "network" in load(name).tags]),
    ],
    ids=["all", "some"],
)
def test_each_test_of_the_examples_has_an_outcome_under_each_scenario(page, scenarios, tmp_path):
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    more = ["--cerebras-strict", "--cerebras-report", "cells.json", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, "-m", *command_of(page), *more],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    cells = json.loads((tmp_path / "cells.json").read_text("utf-8"))["cells"]
    assert {cell["outcome"] for cell in cells} <= set(get_args(Outcome)) - {"skipped"}
    assert all(cell["duration"] > 0 for cell in cells)
    tests = {cell["test"] for cell in cells if cell["id"] != cell["test"]}
    met = [(cell["test"], cell["scenario"]) for cell in cells if cell["test"] in tests]
    source = (ROOT / "examples/assistant/test_chaos.py").read_text("utf-8")
    assert len(tests) == source.count("\ndef test_")
    assert sorted(met) == sorted((test, name) for test in tests for name in scenarios)
    assert len(cells) == int(re.findall(r"^(\d+) passed", done.stdout, re.MULTILINE)[0])
    assert (tmp_path / "chaos.html").read_text("utf-8").count(' id="cell-') == len(cells)


def test_the_assistant_answers_from_another_process(run, cerebras_mock):
    done = run("Why is the sky blue?")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.split()) > 5
    cerebras_mock.assert_no_errors()
    cerebras_mock.assert_requests(1)


def test_the_assistant_answers_each_line_of_its_input(run, cerebras_mock):
    done = run(lines="Why is the sky blue?\nAnd at night?\n")
    assert len(done.stdout.splitlines()) == 2
    cerebras_mock.assert_requests(2)


@pytest.mark.cerebras_mock(scenario="wrong-key")
def test_the_assistant_says_in_one_sentence_that_the_key_is_wrong(run, cerebras_mock):
    done = run("Why is the sky blue?")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [
        "The Cerebras API does not accept the key: check CEREBRAS_API_KEY."
    ]
    cerebras_mock.assert_requests(1)


def test_the_assistant_says_in_one_sentence_that_the_key_is_missing(run, cerebras_mock):
    done = run("Why is the sky blue?", CEREBRAS_API_KEY="")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == ["There is no key: set CEREBRAS_API_KEY."]
    cerebras_mock.assert_requests(0)


@pytest.mark.cerebras_mock(scenario="unknown-model")
def test_the_assistant_takes_its_models_from_the_environment(run, cerebras_mock):
    done = run("Why is the sky blue?", ASSISTANT_MODELS="qwen-3-32b,llama3.1-70b")
    assert done.returncode == 1
    assert [exchange.model for exchange in cerebras_mock.requests] == ["qwen-3-32b", "llama3.1-70b"]
