"""The reports of all shards, joined: the same as the report of one run, or one sentence why not."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from importlib.metadata import version

import pytest

from mockserver.verdicts import Verdict
from pytest_cerebras.mutation.judging import Tried
from pytest_cerebras.report.causes import Symptom
from pytest_cerebras.report.matrix_results import Cell, Drawn, Played, Ran, Seen, Slept
from pytest_cerebras.report.merging import MergeError, merged
from pytest_cerebras.report.page import html
from pytest_cerebras.report.report import Part, Report

SEEN = Seen(
    1, "#1 POST", 0.0, 1, 1, None, 2.5, 429, 3, 0, "rule", ("error",), ("overload",),
    (Drawn(0.0, None, "stall", "stall"), Drawn(0.0, 0.1, "wait", "wait")),
)  # fmt: skip
VERDICT = Verdict("hot-retry", "too soon", "wait", (1,), (0.0,), "certain", ("app.py", 3))
PLAYED = Played(
    "busy", (SEEN,), (VERDICT,), 3, (Ran("pay", {"cents": 5}, "pay(5)", 0.5, failed=False),)
)
SYMPTOM = Symptom("hot-retry", "app.py:3", "certain", "busy", "too soon", "wait", "pytest t")
CELLS = [
    Cell(
        f"t.py::test_{test}[{scenario}]",
        f"t.py::test_{test}",
        scenario,
        "failed-by-verdict",
        0.1 + 0.2,
        7,
        "pytest t",
        (PLAYED,),
        (Slept(None, 1.0, "asyncio.sleep", "MainThread"),),
        ("overload",) if test else ("stall", "slow"),
        "",
        {"after": 3, "models": ["a", "b"]},
        (SYMPTOM, replace(SYMPTOM, what=f"rule-{test}")),
        "t.py",
        test,
    )
    for test in range(3)
    for scenario in ("busy", "slow")
]
TRIED = [
    Tried(cell.test, ("empty",), ("half",), file="t.py", line=cell.line) for cell in CELLS[::2]
]
WHOLE = Report.of(CELLS, mutation=TRIED)
RUN = {"version": version("pytest-cerebras"), "chaos": "all", "seed": "1", "tests": "abc"}


def part(which, **changes):
    return replace(Part(which, 3, 2, 6, is_whole=True, run=RUN), **changes)


@pytest.fixture
def write(tmp_path):
    """Return a function that writes a report of some cells, and returns its file."""

    def write(shard, cells=(), name=None, tried=()):
        file = tmp_path / (name or f"{shard.number}.json")
        file.write_text(Report.of(cells, shard, tried).json(), "utf-8")
        return file

    return write


def test_same_as_one_run(write):
    """Whatever the order of the files is, nothing is lost, and the page is the same."""
    files = [
        write(part(number), CELLS[number - 1 :: 3], tried=TRIED[number - 1 :: 3])
        for number in (3, 1, 2)
    ]
    found = merged(files)
    assert found == WHOLE
    assert found.json() == WHOLE.json()
    assert html(found) == html(WHOLE)
    assert "<dd>without end</dd>" in html(found)


def test_missing(write):
    """Each shard that is not there is named."""
    with pytest.raises(MergeError, match=r"^shards 1/3, 3/3 are missing: pass the reports of all"):
        merged([write(part(2))])
    with pytest.raises(MergeError, match=r"^shard 3/3 is missing"):
        merged([write(part(2)), write(part(1))])
    with pytest.raises(MergeError, match=r" 11/5000 and 4989 more are missing"):
        merged([write(part(1, of=5000))])


def test_twice(write):
    """The same shard may not be there twice."""
    files = [write(part(number)) for number in (1, 2, 3)]
    with pytest.raises(MergeError, match=r"3.json and .*again.json are both of shard 3/3$"):
        merged([*files, write(part(3), name="again.json")])


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"run": {**RUN, "seed": "2"}},
            "2.json is from a different run than .*1.json: seed is 2, not 1",
        ),
        ({"run": {**RUN, "seed": "", "tests": "d"}}, "seed is not set, not 1"),
        ({"run": {**RUN, "chaos": "tag:network"}}, "chaos is tag:network, not all"),
        ({"run": {**RUN, "tests": "d"}}, "their runs collected different tests"),
        ({"of_items": 7}, "their runs collected different tests"),
        ({"of": 4}, "the number of shards is 4, not 3"),
        ({"run": {**RUN, "version": "0.0.1"}}, r"written by pytest-cerebras 0\.0\.1, but this is"),
        ({"run": {}}, r"written by pytest-cerebras \?, but this is"),
        ({"number": 4}, "there is no shard 4/3"),
        ({"is_whole": False}, "the run of shard 2/3 ended before all its tests had run"),
        ({"is_whole": False, "of_items": 0, "run": {**RUN, "tests": ""}}, "shard 2/3 ended before"),
    ],
)
def test_another_run(write, changes, sentence):
    """Reports that don't belong together, or of a run that was broken off, are not joined."""
    files = [write(part(1)), write(part(2, **changes), name="2.json"), write(part(3))]
    with pytest.raises(MergeError, match=sentence):
        merged(files)


def test_whole(write):
    """The report of a run without shards is none to be joined."""
    file = write(part(1))
    file.write_text(WHOLE.json(), "utf-8")
    with pytest.raises(MergeError, match=r"1\.json is from a run without shards, but only"):
        merged([file])


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b'{"version": 2}', b"\xff\xfe", b"[" * 100_000],
    ids=["empty", "half", "list", "version", "bytes", "deep"],
)
def test_no_report(tmp_path, data):
    """A file of another kind is told as such."""
    file = tmp_path / "a.json"
    file.write_bytes(data)
    with pytest.raises(MergeError, match=r"a\.json is not a report of this version"):
        merged([file])


def test_unknown_kind(write):
    """So is one with a kind of trouble that nobody knows."""
    file = write(part(1, of=1, of_items=2), CELLS[:1])
    report = json.loads(file.read_text("utf-8"))
    report["explored"]["lines"] = [{"site": "app.py:1", "results": {"stall": "passed"}}]
    file.write_text(json.dumps(report), "utf-8")
    with pytest.raises(MergeError, match="is not a report of this version"):
        merged([file])
    file = write(part(1, of=1, of_items=2), CELLS[:1])
    assert len(merged([file]).cells) == 1
    file.write_text(file.read_text("utf-8").replace('"slow"', '"quick"'), "utf-8")
    with pytest.raises(MergeError, match="is not a report of this version"):
        merged([file])


def _without_a_cell(report):
    del report["cells"][0]


def _without_an_empty_cell(report):
    """Remove a cell that adds nothing to the totals."""
    del report["cells"][1]


def _with_more_coverage(report):
    report["coverage"]["percent"] = 100.0


def _without_costs(report):
    report["spent"]["tokens"] += 1


def _without_end(report):
    report["cells"][0]["duration"] = float("nan")


@pytest.mark.parametrize(
    "change",
    [_without_a_cell, _without_an_empty_cell, _with_more_coverage, _without_costs, _without_end],
)
def test_changed(write, change):
    """A report whose parts contradict each other is not joined; written in another way, it is."""
    empty = replace(CELLS[1], outcome="left-out")
    file = write(part(1, of=1, of_items=2), [CELLS[0], empty])
    report = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps(report, sort_keys=True), "utf-8")
    assert len(merged([file]).cells) == 2
    change(report)
    file.write_text(json.dumps(report), "utf-8")
    with pytest.raises(MergeError, match=r"1\.json has been changed since it was written"):
        merged([file])


def test_text_for_a_number(write):
    """A text is no number, even if it could be read as one."""
    file = write(part(1, of=1, of_items=2), CELLS[:1])
    report = json.loads(file.read_text("utf-8"))
    report["cells"][0]["duration"] = "NaN"
    file.write_text(json.dumps(report), "utf-8")
    with pytest.raises(MergeError, match="is not a report of this version"):
        merged([file])


def test_too_few_tests(write):
    """Shards that do not have all tests of the run are not all of it."""
    files = [write(part(number, items=1)) for number in (1, 2, 3)]
    with pytest.raises(MergeError, match=r"together have 3 tests, but the run has 6$"):
        merged(files)


def test_unreadable(tmp_path):
    """A file that can't be read is one sentence."""
    os.mkfifo(tmp_path / "pipe.json")
    with pytest.raises(MergeError, match=r"pipe\.json is not a regular file"):
        merged([tmp_path / "pipe.json"])
    with pytest.raises(MergeError, match=r"none\.json can't be read: No such file"):
        merged([tmp_path / "none.json"])
    with pytest.raises(MergeError, match="can't be read"):
        merged([tmp_path])
    large = tmp_path / "large.json"
    with large.open("wb") as file:
        file.truncate(2**29 + 1)
    with pytest.raises(MergeError, match=r"large\.json is larger than 512 MiB"):
        merged([large])
