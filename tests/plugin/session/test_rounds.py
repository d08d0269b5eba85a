"""What a test names and has never met: it fails a strict run, and its innocents go free."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

ASK = """
import pytest
from mockserver import Scenario, Rule, Script

MESSAGES = [{"role": "user", "content": "ping"}]
mark = pytest.mark


def ask(mock, **keys):
    import cerebras.cloud.sdk as sdk
    with sdk.Cerebras(max_retries=0, warm_tcp_connection=False) as client:
        try:
            client.chat.completions.create(model="gpt-oss-120b", messages=MESSAGES, **keys)
        except sdk.APIError:
            pass
"""
STRICT = ("--cerebras-strict",)
GUILTY = {
    "marker": (
        "@mark.cerebras_mock('retirement-day')\ndef test(cerebras_mock): ask(cerebras_mock)",
        (
            "'retirement-day' did not act: #1 was not taken by rule 'retired': "
            "the model is 'gpt-oss-120b', not 'llama3.1-8b'; make it act, or mark*allow_unmet=True"
        ),
    ),
    "chaos marker": (
        "@mark.cerebras_chaos('billing-stop')\ndef test(cerebras_mock): ask(cerebras_mock)",
        "'billing-stop' did not act: #1 was not taken by rule 'payment required': counted as*",
    ),
    "play": (
        "def test(cerebras_mock):\n cerebras_mock.play('silent-cut')\n ask(cerebras_mock)",
        "'silent-cut' did not act: #1 was not taken by rule 'silent end': stream is*",
    ),
    "inject": (
        (
            "def test(cerebras_mock):\n"
            " cerebras_mock.inject({'error': {'status': 503}}, match={'model': 'qwen*'})\n"
            " ask(cerebras_mock)"
        ),
        "the injected error did not act: #1 was not taken by rule 'injected': the model is*",
    ),
    "without effect": (
        (
            "def test(cerebras_mock):\n"
            " cerebras_mock.play('truncated-512', tokens=2000)\n"
            " ask(cerebras_mock)"
        ),
        "*#1 was taken by rule 'long answer, cut', but truncate changed nothing in its answer*",
    ),
    "nothing sent": (
        "@mark.cerebras_mock('billing-stop')\ndef test(cerebras_mock): pass",
        "'billing-stop' did not act: no request reached the mock; *",
    ),
    "ended before another": (
        (
            "def test(cerebras_mock):\n"
            " cerebras_mock.play('billing-stop')\n ask(cerebras_mock)\n"
            " cerebras_mock.play('wrong-key')\n ask(cerebras_mock)"
        ),
        "'billing-stop' did not act: *",
    ),
    "of a module that asks": (
        "pytestmark = mark.cerebras_mock('billing-stop')\ndef test(cerebras_mock): ask(0)",
        "'billing-stop' did not act: *",
    ),
}
INNOCENT = {
    "met": "@mark.cerebras_mock('wrong-key')\ndef test(cerebras_mock): ask(cerebras_mock)",
    "healthy": "@mark.cerebras_mock('healthy')\ndef test(cerebras_mock): ask(cerebras_mock)",
    "nothing in it": (
        "def test(cerebras_mock):\n cerebras_mock.play(Scenario('mine'))\n ask(cerebras_mock)"
    ),
    "allowed": (
        "@mark.cerebras_mock('billing-stop', allow_unmet=True)\n"
        "def test(cerebras_mock): ask(cerebras_mock)"
    ),
    "allowed beside the chaos marker": (
        "@mark.cerebras_chaos('billing-stop', allow_unmet=True)\n"
        "def test(cerebras_mock): ask(cerebras_mock)"
    ),
    "reset after it was met": (
        "@mark.cerebras_mock('wrong-key')\n"
        "def test(cerebras_mock):\n ask(cerebras_mock)\n cerebras_mock.reset()"
    ),
    "met after a reset": (
        "@mark.cerebras_mock('html-502')\n"
        "def test(cerebras_mock):\n cerebras_mock.reset()\n ask(cerebras_mock)"
    ),
    "another one before any request": (
        "@mark.cerebras_mock('billing-stop')\n"
        "def test(cerebras_mock):\n cerebras_mock.play('wrong-key')\n ask(cerebras_mock)"
    ),
    "a fault that another round replaced": (
        "def test(cerebras_mock):\n"
        " cerebras_mock.inject({'error': {'status': 503}})\n"
        " cerebras_mock.play('wrong-key')\n ask(cerebras_mock)"
    ),
    "skipped": (
        "@mark.cerebras_mock('billing-stop')\n"
        "def test(cerebras_mock):\n ask(cerebras_mock)\n pytest.skip('later')"
    ),
    "keeps within the limits": (
        "@mark.cerebras_mock('context-8192')\ndef test(cerebras_mock): ask(cerebras_mock)"
    ),
    "connects from elsewhere": (
        "@mark.cerebras_mock('restart', parameters={'lasting': '1ms'})\n"
        "def test(cerebras_mock):\n import time\n time.sleep(0.05)\n ask(cerebras_mock)"
    ),
    "knows that nothing was sent": (
        "@mark.cerebras_mock('billing-stop')\n"
        "def test(cerebras_mock): cerebras_mock.assert_requests(0)"
    ),
    "of a module, sends nothing": (
        "pytestmark = mark.cerebras_mock('billing-stop')\ndef test(cerebras_mock): pass"
    ),
    "scripted": (
        "def test(cerebras_mock):\n"
        " cerebras_mock.play(Scenario('said', rules=(Rule(reply=Script(text='Yes.')),)))\n"
        " ask(cerebras_mock)"
    ),
}


@pytest.mark.parametrize(("code", "sentence"), GUILTY.values(), ids=GUILTY)
def test_guilty(run, code, sentence):
    """A test that names what never happens fails, and its reason is the near miss."""
    result = run(ASK + code, *STRICT)
    result.assert_outcomes(failed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["the test passed, but proves nothing:", sentence])


@pytest.mark.parametrize("code", [code for code, _ in GUILTY.values()], ids=GUILTY)
def test_not_strict(run, code):
    """Without --cerebras-strict nothing fails for it."""
    run(ASK + code).assert_outcomes(passed=1)


@pytest.mark.parametrize("code", INNOCENT.values(), ids=INNOCENT)
def test_innocent(run, code):
    """Who has met it, has nothing to meet, or has a reason, does not fail."""
    outcomes = run(ASK + code, *STRICT).parseoutcomes()
    assert outcomes.keys() <= {"passed", "skipped"}


def test_play_in_the_matrix(run):
    """Under a scenario of the matrix nothing that the test plays itself has to be met."""
    code = "def test(cerebras_mock):\n ask(0)\n cerebras_mock.play('billing-stop')\n ask(0)"
    run(ASK + code, *STRICT, "--cerebras-chaos", "healthy,think-tags").assert_outcomes(passed=2)


def test_failed_already(run):
    """A test that has failed keeps its reason."""
    code = "@mark.cerebras_mock('billing-stop')\ndef test(cerebras_mock):\n ask(0)\n assert not 'x'"
    result = run(ASK + code, *STRICT)
    result.assert_outcomes(failed=1)
    assert "nothing of" not in result.stdout.str()


TWO = """
def test_stream(cerebras_mock): ask(cerebras_mock)

def test_fails(cerebras_mock):
    ask(cerebras_mock)
    assert 0

@mark.xfail(strict=False)
def test_excused(cerebras_mock):
    ask(cerebras_mock)
    assert 0

def test_skipped(cerebras_mock): pytest.skip("later")
"""


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_cells(run, workers):
    """A cell of the matrix is not met, never fails for it, and counts for nothing."""
    arguments = ("--cerebras-chaos", "healthy,silent-cut,wrong-key", "--cerebras-report", "a.json")
    result = run(ASK + TWO, *STRICT, *arguments, *workers)
    report = json.loads(Path("a.json").read_text("utf-8"))
    cells = {
        (cell["test"].rpartition("::test_")[2], cell["scenario"]): cell for cell in report["cells"]
    }
    assert {key: cell["outcome"] for key, cell in cells.items() if key[1] == "silent-cut"} == {
        ("stream", "silent-cut"): "not-met",
        ("fails", "silent-cut"): "failed",
        ("excused", "silent-cut"): "xfailed",
        ("skipped", "silent-cut"): "skipped",
    }
    assert cells["stream", "healthy"]["outcome"] == "passed"
    assert cells["stream", "silent-cut"]["reason"].startswith("#1 was not taken by rule 'silent")
    result.stdout.fnmatch_lines(["not met: 1 cell under a scenario that did not act"])


def test_declared_to_raise(run):
    """A test that should raise and did not says that nothing was there to raise it."""
    code = (
        "@mark.cerebras_chaos('billing-stop', expect='raises', raises=ValueError)\n"
        "def test(cerebras_mock): ask(cerebras_mock)"
    )
    result = run(ASK + code)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*raised nothing: the scenario did not act: #1 was not taken*"])


def test_admin_api(run):
    """A scenario that somebody else begins takes the place of the test's."""
    code = """
def test(cerebras_mock):
    import httpx
    httpx.put(cerebras_mock.url + "/__mock__/scenario?name=wrong-key")
    ask(cerebras_mock)
    assert [one.scenario.name for one in cerebras_mock.rounds] == ['wrong-key']
    ask(cerebras_mock)
"""
    run(ASK + code).assert_outcomes(passed=1)
