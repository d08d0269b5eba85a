"""``cerebras-mock report merge``, as a user runs it on what pytest has written."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner

from pytest_cerebras.report.command import report
from pytest_cerebras.report.reporting import COVERAGE_FAILED

CODE = """
import pytest
from cerebras.cloud.sdk import APIStatusError

def test_ask(cerebras_client):
    client = cerebras_client.with_options(max_retries=0)
    said = [{"role": "user", "content": "ping"}]
    client.chat.completions.create(model="gpt-oss-120b", messages=said)

@pytest.mark.parametrize("number", range(2))
def test_plain(number):
    pass
"""
CHAOS = ("--cerebras-chaos", "healthy,wrong-key,burst-503", "--cerebras-clock", "virtual")


def merge(*arguments):
    return CliRunner().invoke(report, ["merge", *arguments])


@pytest.fixture
def shards(run):
    """Write the reports of a run in two shards, and return the files."""
    files = [f"out/{number}.json" for number in (1, 2)]
    for number, file in enumerate(files, 1):
        run(CODE, *CHAOS, "--cerebras-shard", f"{number}/2", "--cerebras-report", file)
    return files


def without_times(value):
    """Return a value of JSON without times, and without timelines, which have sizes of bodies."""
    if isinstance(value, dict):
        times = {"duration", "at", "waited", "drawn", "times"}
        return {key: without_times(each) for key, each in value.items() if key not in times}
    return [without_times(each) for each in value] if isinstance(value, list) else value


def test_same_as_one_run(run, shards):
    """What two shards have seen is joined to what one run sees, in each format."""
    run(CODE, *CHAOS, "--cerebras-report", "whole.json")
    files = ("-o", "new/all.html", "-o", "all.json", "-o", "all.xml")
    result = merge(*shards, *files)
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[0].startswith("2 shards, 3 cells; fault coverage: met ")
    assert lines[1:] == ["written: new/all.html", "written: all.json", "written: all.xml"]
    whole, joined = (
        json.loads(Path(name).read_text("utf-8")) for name in ("whole.json", "all.json")
    )
    assert without_times(joined) == without_times(whole)
    assert Path("new/all.html").read_text("utf-8").count(' id="cell-') == 3
    suite = ET.parse("all.xml").getroot()  # noqa: S314 (our own)
    assert (suite.get("tests"), suite.get("failures")) == ("3", "2")


def test_shard_is_named(shards):
    """A report of a shard says that it is one."""
    part = json.loads(Path(shards[1]).read_text("utf-8"))["shard"]
    assert (part["number"], part["of"], part["of_items"]) == (2, 2, 5)
    assert part["is_whole"] is True
    assert part["run"]["chaos"] == "healthy,wrong-key,burst-503"


def test_fail_under(shards):
    """Coverage is asked of all shards together."""
    result = merge(*shards, "-o", "a.html", "--fail-under", "met=90")
    assert result.exit_code == COVERAGE_FAILED
    assert ", less than the required 90 %" in result.stdout
    assert merge(*shards, "-o", "a.html", "--fail-under", "1").exit_code == 0


def test_step_summary(shards, monkeypatch):
    """In GitHub Actions the summary of the step has the whole matrix."""
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    assert merge(*shards, "-o", "a.html").exit_code == 0
    written = Path("summary.md").read_text("utf-8")
    assert written.startswith("## Cerebras chaos report\n\n3 cells, ")


def test_broken_off(run):
    """A shard that ended early is not taken for a whole one."""
    code = (
        "import pytest\n@pytest.mark.parametrize('n', range(4))\ndef test_it(cerebras_mock, n): 1/0"
    )
    run(code, "-x", "--cerebras-shard", "1/1", "--cerebras-report", "a.json")
    result = merge("a.json", "-o", "a.html")
    assert result.exit_code == 2
    sentence = "a.json: the run of shard 1/1 ended before all its tests had run; run it again"
    assert result.stderr == f"Error: {sentence}\n"
    assert not Path("a.html").exists()


def test_all_workers_gone(run):
    """Nor is one whose workers have crashed, so that nobody knows how many tests it has."""
    code = "import os\ndef test_dies(cerebras_mock): os._exit(1)\ndef test_not(): pass"
    crash = ("-n", "1", "--max-worker-restart", "0")
    run(code, *crash, "--cerebras-shard", "1/1", "--cerebras-report", "a.json")
    result = merge("a.json", "-o", "a.html")
    assert "the run of shard 1/1 ended before all its tests had run" in result.stderr


def test_relevant(run):
    """Each shard leaves out what one run leaves out, though the healthy cell is in one only."""
    chosen = ("--cerebras-chaos", "relevant", "--cerebras-clock", "virtual")
    run(CODE, *chosen, "--cerebras-report", "whole.json")
    for number in (1, 2, 3):
        shard = ("--cerebras-shard", f"{number}/3", "--cerebras-report", f"{number}.json")
        run(CODE, *chosen, *shard)
    assert merge("1.json", "2.json", "3.json", "-o", "all.json").exit_code == 0
    names = ("id", "outcome", "reason", "kinds", "parameters", "replay")
    found = [
        [[cell[name] for name in names] for cell in json.loads(Path(file).read_text())["cells"]]
        for file in ("all.json", "whole.json")
    ]
    assert found[0] == found[1]
    assert {cell[1] for cell in found[0]} >= {"left-out", "passed", "failed"}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("-o", "a.txt"), "-o a.txt: should end in one of .html, .json, .xml"),
        (("-o", "f/a.html"), "-o: can't write f/a.html: a file or folder is in the way"),
        (("-o", "a.html", "--fail-under", "lots"), "--fail-under should be a percentage from 0 "),
        (
            ("-o", "a.html", "--fail-under", "seen=1"),
            "--fail-under seen=1: unknown measure; use met",
        ),
        (("-o", "a.html"), "none.json can't be read: No such file or directory"),
    ],
)
def test_wrong(tmp_path, monkeypatch, arguments, sentence):
    """What is wrong is one sentence and status 2."""
    monkeypatch.chdir(tmp_path)
    Path("f").touch()
    result = merge("none.json", *arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"Error: {sentence}")
    assert result.stderr.count("\n") == 1
