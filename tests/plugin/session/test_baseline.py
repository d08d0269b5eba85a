"""A file of known verdicts lets a strict run begin today."""

from __future__ import annotations

import json

import pytest

from pytest_cerebras.settings.exit_status import VERDICTS_FAILED

APP = """
import httpx

def ask(mock, tried):
    headers = {"authorization": "Bearer csk-0", "x-stainless-retry-count": str(tried)}
    body = {"model": "gpt-oss-120b", "messages": [{"role": "user", "content": "ping"}]}
    url = mock.openai_url + "/chat/completions"
    return httpx.post(url, headers=headers, json=body, timeout=60)

def insist(mock):
    ask(mock, 0)
    ask(mock, 1)

def test_old(cerebras_mock):
    insist(cerebras_mock)
"""
NEW = """
def test_new(cerebras_mock):
    insist(cerebras_mock)
"""
STRICT = ("--cerebras-strict", "--cerebras-baseline", "known.json")


@pytest.fixture
def known(pytester, run):
    """Return the path of the baseline that a first run has written."""
    result = run(APP, *STRICT)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["cerebras: wrote known.json, which accepts 1 verdict"])
    return pytester.path / "known.json"


def test_written(known):
    """The first run writes what it found: rule, test, and the app's line by its text."""
    found = json.loads(known.read_text("utf-8"))
    (one,) = found["verdicts"]
    assert found["version"] == 1
    assert one["rule"] == "duplicate-request"
    assert one["test"].endswith("::test_old")
    assert one["line"].endswith(
        ".py: return httpx.post(url, headers=headers, json=body, timeout=60)"
    )


def rerun(pytester, known, code):
    """Run other code as the same file."""
    test = json.loads(known.read_text("utf-8"))["verdicts"][0]["test"].partition("::")[0]
    (pytester.path / test).write_text(code)
    quiet = ("-p", "no:respx", "-p", "no:faker", "-p", "no:asyncio", "-p", "no:cacheprovider")
    return pytester.runpytest_inprocess("-q", *quiet, *STRICT)


def test_accepted(pytester, known):
    """A known verdict fails nothing, also where its line has moved."""
    result = rerun(pytester, known, f"# a line more\n{APP}")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["cerebras: known.json accepts 1 verdict"])


def test_new_ones_fail(pytester, known):
    """A verdict in another test, or at another line, is new."""
    result = rerun(pytester, known, APP + NEW)
    result.assert_outcomes(passed=1, failed=1)
    assert result.ret == VERDICTS_FAILED
    moved = APP.replace("return httpx.post(", "return httpx.request('POST', ")
    assert rerun(pytester, known, moved).ret == VERDICTS_FAILED


def test_gone(pytester, known):
    """What has been mended is told, so that it leaves the file."""
    result = rerun(pytester, known, APP.replace("ask(mock, 1)", "pass"))
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        ["cerebras: known.json: duplicate-request of *::test_old no longer occurs"]
    )


def test_of_workers(run):
    """With xdist the process that reports writes it, and workers accept by it."""
    result = run(APP + NEW, "-n", "2", *STRICT)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["cerebras: wrote known.json, which accepts 2 verdicts"])
    assert run(APP + NEW, "-n", "2", *STRICT).ret == 0


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"verdicts": [{"rule": "x"}]}', "[" * 9999])
def test_no_baseline(pytester, run, text):
    """A file that is none is one sentence, and stays as it is."""
    (pytester.path / "known.json").write_text(text)
    result = run(APP, *STRICT)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    told = [line for line in result.stderr.lines if line.startswith("ERROR")]
    assert len(told) == 1
    assert "known.json is not a baseline" in told[0]
    assert (pytester.path / "known.json").read_text() == text


def test_none_in_ci(pytester, run, monkeypatch):
    """Where nobody would commit it, none is written: it would accept all, for ever."""
    monkeypatch.setenv("CI", "true")
    result = run(APP, *STRICT)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert not (pytester.path / "known.json").exists()
    assert any("a run in CI does not create it" in line for line in result.stderr.lines)


def test_advice_is_not_written(pytester, run):
    """What fails nothing needs no excuse, unless all is strict."""
    advised = APP.replace("str(tried)", '"0"').replace('"ping"}]', '"ping"}], "temperature": 0')
    run(advised, *STRICT)
    assert json.loads((pytester.path / "known.json").read_text())["verdicts"] == []
    (pytester.path / "known.json").unlink()
    run(advised, "--cerebras-strict=all", *STRICT[1:])
    assert len(json.loads((pytester.path / "known.json").read_text())["verdicts"]) == 1


@pytest.mark.parametrize(
    ("code", "arguments"),
    [(APP, ["--collect-only"]), (f"{APP}    raise KeyboardInterrupt\n", []), (APP, ["-k", "none"])],
    ids=["collected", "interrupted", "no test"],
)
def test_not_written(pytester, run, code, arguments):
    """A run that has not gone through its tests knows too little, and writes nothing."""
    result = run(code, *arguments, *STRICT, how=pytester.runpytest_subprocess)
    assert not (pytester.path / "known.json").exists()
    result.stdout.no_fnmatch_line("*wrote known.json*")


def test_no_folder(run):
    """A file that can't be written is one sentence before any test runs."""
    result = run(APP, "--cerebras-strict", "--cerebras-baseline", "no/such/known.json")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    told = [line for line in result.stderr.lines if line.startswith("ERROR")]
    assert told == ["ERROR: --cerebras-baseline no/such/known.json: there is no such folder"]
