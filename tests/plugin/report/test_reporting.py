"""The report on a run: collected, written, and its coverage asked for."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from string import ascii_letters, digits
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft202012Validator

from pytest_cerebras.report.report import schema
from pytest_cerebras.report.reporting import COVERAGE_FAILED

ASK = """
import pytest
from cerebras.cloud.sdk import APIStatusError


def ask(client):
    client = client.with_options(max_retries=0)
    said = [{"role": "user", "content": "ping"}]
    return client.chat.completions.create(model="gpt-oss-120b", messages=said)


@pytest.mark.cerebras_chaos("wrong-key", expect="raises", raises=APIStatusError)
def test_declared(cerebras_client):
    ask(cerebras_client)


def test_ask(cerebras_client):
    ask(cerebras_client)


def test_skipped(cerebras_mock):
    pytest.skip("not now")


@pytest.mark.xfail(raises=APIStatusError, reason="not yet", strict=False)
def test_excused(cerebras_client):
    ask(cerebras_client)


def test_other():
    pass
"""
CHAOS = ("--cerebras-chaos", "healthy,wrong-key")
OUTCOMES = {
    ("test_declared", "healthy"): "passed",
    ("test_declared", "wrong-key"): "raised-as-expected",
    ("test_ask", "healthy"): "passed",
    ("test_ask", "wrong-key"): "failed",
    ("test_skipped", "healthy"): "skipped",
    ("test_skipped", "wrong-key"): "skipped",
    ("test_excused", "healthy"): "passed",
    ("test_excused", "wrong-key"): "xfailed",
}


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_json(run, workers):
    """Each cell is in it once with its outcome, from every worker, as the schema says."""
    run(ASK, *CHAOS, "--cerebras-report", "out/chaos.json", *workers)
    report = json.loads(Path("out/chaos.json").read_text("utf-8"))
    Draft202012Validator(json.loads(schema())).validate(report)
    cells = {(cell["test"].rpartition("::")[2], cell["scenario"]): cell for cell in report["cells"]}
    assert {key: cell["outcome"] for key, cell in cells.items()} == OUTCOMES
    assert len(report["cells"]) == len(OUTCOMES)
    failed = cells["test_ask", "wrong-key"]
    assert failed["replay"].endswith("[wrong-key]' --cerebras-chaos wrong-key --cerebras-seed 0")
    (seen,) = failed["played"][0]["exchanges"]
    assert (seen["status"], seen["kinds"]) == (401, ["wrong-key"])
    assert "401" in failed["reason"]
    assert cells["test_skipped", "healthy"]["reason"] == "not now"
    assert cells["test_excused", "wrong-key"]["reason"] == "not yet"
    assert report["coverage"]["met"] == {"wrong-key": 3}
    assert list(cells) == list(OUTCOMES)  # in their order, whichever worker was first


def test_html(run):
    """Several files may be asked for; the page has all cells."""
    files = ("a.html", "a.json", "a.xml")
    result = run(ASK, *CHAOS, *(f"--cerebras-report={file}" for file in files))
    suite = ET.parse("a.xml").getroot()  # noqa: S314 (our own)
    assert len(suite.findall("testcase")) == int(suite.get("tests")) == len(OUTCOMES)
    page = Path("a.html").read_text("utf-8")
    assert page.count(' id="cell-') == len(OUTCOMES)
    result.stdout.fnmatch_lines(
        ["fault coverage: met *, 1 of * kinds of trouble", "never met: *", "written: a.html"]
    )


def test_failure_in_the_end(run):
    """A test that fails when the mock goes is a failed cell."""
    code = """
    import pytest
    @pytest.fixture
    def late(cerebras_mock):
        yield
        raise RuntimeError("late")
    def test_late(late):
        pass
    """
    run(code, "--cerebras-report", "a.json")
    assert json.loads(Path("a.json").read_text("utf-8"))["cells"][0]["outcome"] == "failed"


def test_worker_that_dies(run):
    """The test that ends a worker of xdist is a failed cell, and says so."""
    code = """
    import os
    def test_dies(cerebras_mock):
        os._exit(1)
    """
    run(code, *CHAOS, "--cerebras-report", "a.json", "-n", "1")
    cells = json.loads(Path("a.json").read_text("utf-8"))["cells"]
    assert [(cell["scenario"], cell["outcome"]) for cell in cells] == [
        ("healthy", "failed"),
        ("wrong-key", "failed"),
    ]
    assert "crashed while running" in cells[0]["reason"]


@pytest.mark.parametrize(
    ("asked", "chaos", "status"),
    [("100", "healthy", COVERAGE_FAILED), ("0", "healthy", 0), ("0", "healthy,wrong-key", 1)],
)
def test_fail_under(run, asked, chaos, status):
    """Too little coverage has a status of its own; a failed test comes first."""
    code = ASK.replace("test_declared", "declared")
    result = run(code, "--cerebras-chaos", chaos, "--cerebras-fail-under", asked)
    assert result.ret == status


@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        (
            "--cerebras-report=a.txt",
            "--cerebras-report: a.txt should end in one of .html, .json, .xml",
        ),
        ("--cerebras-fail-under=lots", "*percentage from 0 to 100, found 'lots'"),
        ("--cerebras-fail-under=nan", "*percentage from 0 to 100, found 'nan'"),
        ("--cerebras-fail-under=101", "*percentage from 0 to 100, found '101'"),
        ("--cerebras-fail-under=met=101", "*percentage from 0 to 100, found 'met=101'"),
        ("--cerebras-fail-under=noticed=80", "*noticed=80 needs --cerebras-mutate"),
        (
            "--cerebras-fail-under=explored=70",
            "*explored=70 needs --cerebras-search",
        ),
    ],
)
def test_wrong_options(run, option, sentence):
    """What can't be is refused in one sentence, before any test runs."""
    result = run("", option)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {sentence}"])


def test_properties(run):
    """JUnit files have the scenario of each test."""
    run(ASK, *CHAOS, "--junit-xml", "junit.xml", "-o", "junit_family=xunit1")
    assert '<property name="cerebras_scenario" value="wrong-key"' in Path("junit.xml").read_text()


def test_step_summary(run, monkeypatch):
    """In GitHub Actions the summary of the step gets the matrix, behind what it had."""
    Path("summary.md").write_text("before\n")
    code = ASK + "\n@pytest.fixture(autouse=True)\ndef untouched(): pass\n"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(Path("summary.md").absolute()))
    run(code, *CHAOS)
    written = Path("summary.md").read_text("utf-8")
    assert written.startswith("before\n## Cerebras chaos report\n")
    assert (
        "| wrong-key | ☑️ raised as expected | ❌ failed | ⏭️ skipped | ☑️ failed as expected |"
        in written
    )


def test_collect_only(run, pytester):
    """Who only collects writes no report, and is not measured."""
    report = pytester.path / "a.json"
    report.write_text("the last one")
    options = ("--cerebras-report", "a.json", "--cerebras-fail-under", "50")
    result = run("def test_it(cerebras_mock):\n    pass", "--collect-only", *options)
    assert result.ret == pytest.ExitCode.OK
    assert report.read_text() == "the last one"


SENDS = """
import json
from pathlib import Path
import httpx


def send(mock):
    answer = None
    for one in json.loads(Path("sent.json").read_text("utf-8")):
        answer = httpx.post(mock.url + one["url"], headers=one["headers"], json=one["json"])
    return answer


def test_told(cerebras_mock):
    send(cerebras_mock)
    cerebras_mock.assert_requests(9)


def test_reason(cerebras_mock):
    said = send(cerebras_mock).text
    raise RuntimeError(said)
"""


@pytest.mark.parametrize("test", ["test_told", "test_reason"])
def test_no_secret_in_a_report(run, monkeypatch, test):
    """What is written of a test tells no key: files of all kinds, and what its failure shows."""
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "step.md")
    random = Random(3)
    keys = [
        f"{prefix}{''.join(random.choices(ascii_letters + digits, k=40))}"
        for prefix in ("csk-", "sk-", "gsk_", "AIza", "hf_")
    ]
    sent = [
        {
            "url": f"/v1/chat/completions?api_key={key}",
            "headers": {"authorization": f"Bearer csk-{key}", "x-api-key": key, "x-note": key},
            "json": {"model": key, "messages": [{"role": "user", "content": f"I am {key}"}]},
        }
        for key in keys
    ]
    Path("sent.json").write_text(json.dumps(sent), "utf-8")
    files = [part for kind in ("html", "json") for part in ("--cerebras-report", f"a.{kind}")]
    result = run(SENDS, *files, "--junitxml", "a.xml", "--tb=short", "-k", test)
    result.assert_outcomes(failed=1)
    # pytest itself shows what the app has raised
    shown = [line for line in result.outlines if not line.startswith("E  ")]
    written = [Path(name).read_text("utf-8") for name in ("a.html", "a.json", "step.md")]
    if test == "test_told":
        written.append(Path("a.xml").read_text("utf-8"))
    assert any("POST /v1/chat/completions gsk_... -> 404" in line for line in shown)
    assert ("Model hf_... does not exist" in written[1]) is (test == "test_reason")
    for text in (*shown, *written):
        assert [key for key in keys if key in text] == []
