"""Verdicts in pytest: noted, shown, and a failure of their own where the run is strict."""

from __future__ import annotations

import pytest

from pytest_cerebras.settings.exit_status import VERDICTS_FAILED

GUILTY = """
import httpx
import pytest

MESSAGES = [{"role": "user", "content": "ping"}]

def ask(mock, times=2):
    for tried in range(times):
        found = httpx.post(
            mock.openai_url + "/chat/completions",
            headers={"authorization": "Bearer csk-0", "x-stainless-retry-count": str(tried)},
            json={"model": "gpt-oss-120b", "messages": MESSAGES, "temperature": 0},
        )
    return found

def test_guilty(cerebras_mock):
    ask(cerebras_mock)
    assert [verdict.rule for verdict in cerebras_mock.verdicts] == ["duplicate-request"]
"""
ADVISED = GUILTY.replace("str(tried)", '"0"').replace("test_guilty", "test_advised")
INNOCENT = """
def test_innocent(cerebras_mock):
    ask(cerebras_mock, 1)
    assert not cerebras_mock.verdicts
"""
FAILING = """
def test_failing(cerebras_mock):
    ask(cerebras_mock, 1)
    assert 0
"""


def test_noted(run):
    """A test with a verdict passes; the end of the run tells of it, with the fix."""
    result = run(GUILTY + INNOCENT)
    result.assert_outcomes(passed=2)
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        [
            "*= Cerebras: 1 thing to fix, 1 cell =*",
            "1. duplicate-request at test_noted.py:8 (1 cell: healthy)",
            "    seen:   #1 was answered in full, and #2 asked exactly the same",
            "    fix:    keep the answer; retry only what failed",
        ]
    )
    result.stdout.no_fnmatch_line("*test_innocent*")


def test_shown_on_failure(run):
    """A test that fails anyway shows its verdicts beside its exchanges."""
    result = run(GUILTY + "    assert 0")
    result.assert_outcomes(failed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        [
            "*- Cerebras mock -*",
            "#2 POST /v1/chat/completions gpt-oss-120b -> 200, * tokens, stop",
            "duplicate-request: #1 was answered in full, and #2 asked exactly the same",
            "    seen: #1 at 0.00 s, #2 at *.* s",
            "    fix:  keep the answer; retry only what failed",
        ]
    )


@pytest.mark.parametrize("how", ["option", "environment", "ini"])
def test_strict(run, monkeypatch, how):
    """Strictly, a verdict fails its test with its sentence, evidence and fix, and nothing else."""
    if how == "environment":
        monkeypatch.setenv("CEREBRAS_MOCK_STRICT", "1")
    arguments = {"option": ["--cerebras-strict"], "ini": ["-o", "cerebras_strict=true"]}
    result = run(GUILTY + INNOCENT, *arguments.get(how, ()))
    result.assert_outcomes(passed=1, failed=1)
    assert result.ret == VERDICTS_FAILED == 10
    result.stdout.fnmatch_lines(
        [
            "the test passed, but the client made mistakes:",
            "duplicate-request: #1 was answered in full, and #2 asked exactly the same",
            "    seen: #1 at 0.00 s, #2 at *.* s",
            "    fix:  keep the answer; retry only what failed",
            "*- Cerebras mock -*",
            "#2 POST /v1/chat/completions gpt-oss-120b -> 200, * tokens, stop",
        ]
    )
    shown = result.stdout.str()
    assert shown.count("    seen: #1") == 1
    assert "verdict_hooks.py" not in shown


def test_advice(run):
    """Advice is told apart from what only a bug explains."""
    result = run(ADVISED + "    assert cerebras_mock.verdicts[0].certainty == 'advice'")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        ["*= Cerebras: advice =*", "1. duplicate-request at test_advice.py:8 (1 cell: healthy)"]
    )
    result.stdout.no_fnmatch_line("*to fix*")


def test_advice_fails_nothing(run):
    """A strict run fails for what is certain; one that is strict in all for advice as well."""
    assert run(ADVISED, "--cerebras-strict").ret == 0
    result = run(ADVISED, "--cerebras-strict=all")
    result.assert_outcomes(failed=1)
    assert result.ret == VERDICTS_FAILED
    result.stdout.fnmatch_lines(["duplicate-request (advice): #1 was *"])


@pytest.mark.parametrize(
    ("ini", "name"),
    [
        ("[pytest]\ncerebras_strict = all\n", "pytest.ini"),
        ("[pytest]\ncerebras_strict = 'all'\n", "pytest.toml"),
        ("[tool.pytest.ini_options]\ncerebras_strict = 'all'\n", "pyproject.toml"),
    ],
)
def test_all_in_a_file(run, pytester, ini, name):
    """An ini file may say so, too."""
    pytester.makefile(f".{name.partition('.')[2]}", **{name.partition(".")[0]: ini})
    assert run(ADVISED).ret == VERDICTS_FAILED


@pytest.mark.parametrize(
    ("ini", "name"),
    [
        ("[pytest]\ncerebras_strict = yes\n", "pytest.ini"),
        ("[pytest]\ncerebras_strict = true\n", "pytest.toml"),
        ("[tool.pytest]\ncerebras_strict = true\n", "pyproject.toml"),
        ("[tool.pytest.ini_options]\ncerebras_strict = true\n", "pyproject.toml"),
    ],
)
def test_true_in_a_file(run, pytester, ini, name):
    """A truth in an ini file means what is certain, as the bare option does."""
    pytester.makefile(f".{name.partition('.')[2]}", **{name.partition(".")[0]: ini})
    assert (run(ADVISED).ret, run(GUILTY).ret) == (0, VERDICTS_FAILED)


def test_strict_before_a_path(run, pytester):
    """The option does not take the path behind it for its value."""
    result = run(GUILTY, "--cerebras-strict", str(pytester.path))
    assert result.ret == VERDICTS_FAILED


@pytest.mark.parametrize("how", ["option", "environment", "ini"])
def test_strict_in_vain(run, monkeypatch, how):
    """Another word is one sentence, which says what is allowed."""
    if how == "environment":
        monkeypatch.setenv("CEREBRAS_MOCK_STRICT", "al")
    arguments = {"option": ["--cerebras-strict=al"], "ini": ["-o", "cerebras_strict=al"]}
    result = run(INNOCENT, *arguments.get(how, ()))
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    told = [line for line in result.stderr.lines if "strict" in line.lower() and "'al'" in line]
    assert len(told) == 1
    assert "all" in told[0].replace("'al'", "")


def test_strict_beside_a_failure(run):
    """Where a test fails as well the status is that of failed tests."""
    result = run(GUILTY + FAILING, "--cerebras-strict")
    result.assert_outcomes(failed=2)
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_strict_is_said(run):
    """The header of the run says so."""
    result = run(INNOCENT, "--cerebras-strict", "--cerebras-mock", "-v")
    result.stdout.fnmatch_lines(
        ["cerebras: scenario healthy, mode server, others pass, clock real, strict"]
    )


def test_strict_and_expected(run):
    """A test that is expected to fail may do so by a verdict; strictly innocent ones pass."""
    expected = GUILTY.replace("def test_guilty", "@pytest.mark.xfail\ndef test_guilty")
    result = run(expected + INNOCENT, "--cerebras-strict")
    result.assert_outcomes(xfailed=1, passed=1)
    assert result.ret == 0


def test_strict_in_old_tests(run):
    """Tests in classes of unittest are judged as well."""
    code = (
        GUILTY
        + """
from unittest import TestCase

@pytest.mark.usefixtures("cerebras_mock")
class TestOld(TestCase):
    def test_method(self):
        import os
        base = type("Base", (), {"openai_url": os.environ["OPENAI_BASE_URL"]})
        ask(base)
"""
    )
    result = run(code, "--cerebras-strict", "-k", "test_method")
    result.assert_outcomes(failed=1)
    assert result.ret == VERDICTS_FAILED


def marked(verdicts):
    return GUILTY.replace(
        "def test_guilty", f"@pytest.mark.cerebras_mock(verdicts={verdicts})\ndef test_guilty"
    )


def test_ignored(run):
    """A marker lets a verdict pass, everywhere."""
    code = marked({"ignore": ["duplicate-request"]}).replace('["duplicate-request"]\n', "[]\n")
    result = run(code, "--cerebras-strict")
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*to fix*")


@pytest.mark.parametrize(
    ("verdicts", "sentence"),
    [
        (
            {"ignore": ["hot-retri"]},
            "test_guilty: no verdict is called 'hot-retri'; did you mean 'hot-retry'? Allowed are ",
        ),
        ({"ignored": []}, "verdicts takes {'ignore': [NAME, ...]}, found 'ignored'"),
        (
            {"ignore": "hot-retry"},
            "found 'hot-retry' for 'ignore', which should be a list of names",
        ),
        ({"ignore": [7]}, "found [7] for 'ignore', which should be a list of names"),
        (["x"], "verdicts should be a dictionary such as {'ignore': ['hot-retry']}, found ['x']"),
    ],
)
def test_wrong_marker(run, verdicts, sentence):
    """What a marker can't mean is one sentence and a usage error, before any test runs."""
    result = run(marked(verdicts))
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    shown = result.stdout.str() + result.stderr.str()
    assert sentence in shown
    assert "Traceback" not in shown


def test_wrong_switch(run, monkeypatch):
    """So is a value of the variable that means neither yes nor no."""
    monkeypatch.setenv("CEREBRAS_MOCK_STRICT", "very")
    result = run("def test_it():\n    pass")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "CEREBRAS_MOCK_STRICT should be one of 1, true, yes, on, 0" in result.stderr.str()


def test_several_scenarios(run):
    """Each scenario that a test plays is judged; in code the last one."""
    more = """
    cerebras_mock.play("wrong-key")
    ask(cerebras_mock)
    cerebras_mock.reset()
    assert not cerebras_mock.verdicts
"""
    result = run(GUILTY + more)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        [
            "1. duplicate-request at *:8 (1 cell: healthy)",
            "2. permanent-error-retried at *:8 (1 cell: wrong-key)",
        ]
    )


def test_junit(run, pytester):
    """The verdicts are properties of the test in a JUnit file."""
    run(GUILTY, "--junitxml=junit.xml")
    report = pytester.path.joinpath("junit.xml").read_text()
    assert report.count('<property name="cerebras_verdict" value="duplicate-request under') == 1


@pytest.mark.parametrize("strict", [True, False])
def test_xdist(run, monkeypatch, strict):
    """Workers hand on what they noted, and what has failed by it."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    plugins = ("-p", "xdist", "-p", "cerebras", "-n", "2")
    result = run(GUILTY + INNOCENT, *plugins, *(["--cerebras-strict"] if strict else []))
    assert result.ret == (VERDICTS_FAILED if strict else 0)
    result.stdout.fnmatch_lines(
        ["*= Cerebras: 1 thing to fix, 1 cell =*", "1. duplicate-request at test_xdist.py:8 *"]
    )


def test_escape(run):
    """A request to the real API is a verdict, too, and fails its test, which says so once."""
    result = run("""
import contextlib
import socket

def test_it(cerebras_mock):
    with contextlib.suppress(OSError):
        socket.getaddrinfo("api.cerebras.ai", 443)
    assert [verdict.rule for verdict in cerebras_mock.verdicts] == ["key-sent-elsewhere"]
""")
    result.assert_outcomes(failed=1)
    assert result.stdout.str().count("was stopped (") == 2  # where it failed, and to be fixed


RUNAWAY = """
import threading, time
import pytest

def worker():
    while True:
        try:
            time.sleep(3600)
        except Exception:
            pass

@pytest.mark.cerebras_mock(clock="virtual", max_virtual=7200)
def test_loop(cerebras_mock):
    worker()

@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.cerebras_mock(clock="virtual", max_virtual=7200)
def test_thread(cerebras_mock):
    thread = threading.Thread(target=worker)
    thread.start()
    thread.join()
"""


def test_runaway(run):
    """A loop that catches its errors ends and fails its test, in a thread that dies of it too."""
    result = run(RUNAWAY)
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        [
            "E *RunawayError: virtual time ran 10* s ahead* (last time.sleep(3600) in MainThread)",
            "virtual time ran 10* s ahead*more than --cerebras-max-virtual 7200*in Thread-*",
        ]
    )
