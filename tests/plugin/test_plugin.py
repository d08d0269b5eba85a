"""The plugin, from the outside: pytest runs in subprocesses."""

from __future__ import annotations

import pytest

ASK = """
def ask(client, model="llama3.1-8b", **keys):
    messages = [{"role": "user", "content": "ping"}]
    return client.chat.completions.create(model=model, messages=messages, **keys)
"""

CHEAP = """
import sys

def test_nothing_is_imported():
    ours = {name for name in sys.modules if name.split(".")[0] in ("mockserver", "pytest_cerebras")}
    heavy = {"aiohttp", "click", "faker", "httpx", "pydantic", "respx", "yaml"} & set(sys.modules)
    settings = {"command_line", "names", "sources"}
    names = {"plugin", "settings", *(f"settings.{name}" for name in settings)}
    assert ours == {"pytest_cerebras", *(f"pytest_cerebras.{name}" for name in names)}
    assert not heavy
"""


def test_cheap_when_unused(run, pytester, monkeypatch):
    """A run that uses no mock imports the plugin, and what names its settings, and nothing else."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    run(CHEAP, "-p", "cerebras", how=pytester.runpytest_subprocess).assert_outcomes(passed=1)


def test_fixture_without_option(run):
    """Asking for the fixture is enough."""
    result = run(
        ASK
        + """
import os

def test_it(cerebras_mock, cerebras_client):
    assert os.environ["CEREBRAS_BASE_URL"].startswith(cerebras_mock.url)
    assert ask(cerebras_client).usage.completion_tokens > 0
    cerebras_mock.assert_requests(1)
    cerebras_mock.assert_no_errors()
    cerebras_mock.assert_not_retried()
"""
    )
    result.assert_outcomes(passed=1)


def test_everywhere_with_option(run):
    """``--cerebras-mock`` is for tests that know nothing of it, and the header says so."""
    code = """
import os
from unittest import TestCase

def test_plain():
    assert os.environ["CEREBRAS_BASE_URL"].startswith("http://127.0.0.1:")
    assert os.environ["OPENAI_BASE_URL"] == os.environ["CEREBRAS_BASE_URL"] + "v1/"
    assert os.environ["CEREBRAS_API_BASE"] == os.environ["OPENAI_BASE_URL"]
    assert os.environ["CEREBRAS_API_KEY"].startswith("csk-")

class TestOld(TestCase):
    def test_method(self):
        test_plain()
"""
    result = run(code, "--cerebras-mock", "--cerebras-scenario", "wrong-key", "-v")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        ["cerebras: scenario wrong-key, mode server, others pass, clock real"]
    )


def test_environment_is_restored(run):
    """After the test the environment is as before."""
    result = run("""
import os

def test_first(cerebras_mock):
    assert "CEREBRAS_BASE_URL" in os.environ

def test_second():
    assert "CEREBRAS_BASE_URL" not in os.environ
""")
    result.assert_outcomes(passed=2)


def test_marker(run):
    """The marker is enough too, and picks the scenario; each test starts afresh."""
    result = run(
        ASK
        + """
import pytest
from cerebras.cloud.sdk import AuthenticationError

@pytest.mark.cerebras_mock("wrong-key")
def test_positional(cerebras_client):
    with pytest.raises(AuthenticationError):
        ask(cerebras_client)

@pytest.mark.cerebras_mock(scenario="wrong-key", seed=4)
def test_keyword(cerebras_mock):
    assert cerebras_mock.scenario.name == "wrong-key"
    assert cerebras_mock.scenario.seed == 4
    assert not cerebras_mock.requests

@pytest.mark.cerebras_mock("stream-cut", parameters={"after_tokens": 3})
def test_parameters(cerebras_mock):
    assert cerebras_mock.scenario.parameters["after_tokens"] == 3
    cerebras_mock.play("stream-cut")
    assert cerebras_mock.scenario.parameters["after_tokens"] == 20

def test_other(cerebras_mock):
    assert cerebras_mock.scenario.name == "healthy"
""",
        "--strict-markers",
    )
    result.assert_outcomes(passed=4)


def test_failure_shows_the_diagnosis(run):
    """A failed test shows its exchanges, what they mean and the fix."""
    result = run(
        ASK
        + """
def test_it(cerebras_mock, cerebras_client):
    ask(cerebras_client, model="gpt-4o")
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*- Cerebras mock -*",
            "scenario 'healthy' at http://127.0.0.1:*",
            "#1 POST /v1/chat/completions gpt-4o -> 404, model_not_found",
            "    what: the model 'gpt-4o' is OpenAI's, and this API does not serve it",
            "    fix:  use one of gpt-oss-120b, *",
        ]
    )


def test_failure_shows_the_nearest_rule(run):
    """For a request that no rule took, a failed test shows which came nearest."""
    result = run(
        ASK
        + """
from mockserver import Match, Rule, Scenario, Schedule

def test_it(cerebras_mock, cerebras_client):
    late = Rule("late", schedule=Schedule(at=(2,)))
    cerebras_mock.play(Scenario("mine", rules=(Rule("other", Match(model="qwen*")), late)))
    ask(cerebras_client)
    assert 0
"""
    )
    result.stdout.fnmatch_lines(
        [
            "#1 POST /v1/chat/completions * -> 200, *",
            "    not by rule 'late': counted as request 1, but the schedule has at: *",
        ]
    )
    result.stdout.fnmatch_lines(["*(nor by 1 more)"])


def test_failure_with_many_requests(run):
    """Of many requests that are not alike the last fifty are shown."""
    result = run("""
from urllib.request import urlopen

def test_it(cerebras_mock):
    for _ in range(30):
        urlopen(cerebras_mock.url + "/public/v1/models")
        urlopen(cerebras_mock.url + "/public/v1/models/gpt-oss-120b")
    assert 0
""")
    result.stdout.fnmatch_lines(["... 10 earlier requests", "#11 GET /public/v1/models -> 200"])
    result.stdout.no_fnmatch_line("#10 *")


def test_retired_models_are_named(run):
    """The end of the run names the models that the live API has retired, without a warning."""
    result = run(
        ASK
        + """
def test_it(cerebras_client):
    ask(cerebras_client)
""",
        "-W",
        "error",
    )
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        [
            "*Cerebras: retired models*",
            "warning: llama3.1-8b answers in this mock, but the live API retired it on 2026-05-27",
        ]
    )


@pytest.mark.parametrize(
    ("code", "arguments", "sentence"),
    [
        (
            "",
            ("--cerebras-scenario", "nope"),
            "no scenario is called 'nope'; allowed are all-models-limited",
        ),
        ("", ("--cerebras-scenario", "nope.yaml"), "nope.yaml: there is no such file"),
        ("", ("--cerebras-edition", "nope"), "no edition is called 'nope'"),
        ("", ("--cerebras-tier", "gold"), "no tier of edition guide is called 'gold'"),
        (
            "",
            ("--cerebras-seed", "x"),
            "ERROR: --cerebras-seed should be a whole number, found 'x'",
        ),
        (
            "",
            ("--cerebras-journal", "0"),
            "--cerebras-journal should be a whole number above 0, found '0'",
        ),
        (
            "",
            ("--cerebras-mode", "tcp"),
            "--cerebras-mode should be server or respx or redirect, found 'tcp'",
        ),
        ("scenario='nope'", (), "test_it: no scenario is called 'nope'"),
        (
            "scenari='x'",
            (),
            "@pytest.mark.cerebras_mock does not take 'scenari'; did you mean 'scenario'?",
        ),
        ("'a', 'b'", (), "does not take two scenarios"),
        ("'a', scenario='b'", (), "does not take two scenarios"),
        ("tier=3", (), "@pytest.mark.cerebras_mock: tier should be a string, found 3"),
        ("5", (), "@pytest.mark.cerebras_mock: scenario should be a string or path, found 5"),
        ("parameters=3", (), "parameters should be a dictionary, found 3"),
        (
            "'stream-cut', parameters={'time': 1}",
            (),
            "no parameter of stream-cut.yaml is called 'time'; did you mean 'times'?",
        ),
        (
            "journal=0",
            (),
            "@pytest.mark.cerebras_mock: journal should be a whole number above 0, f",
        ),
        (
            "mode='tcp'",
            (),
            "@pytest.mark.cerebras_mock: mode should be server or respx or redirect, found ",
        ),
        ("verdicts={'x': 1}", (), "verdicts takes {'ignore': [NAME, ...]}, found 'x'"),
        ("allow_unmet=1", (), "allow_unmet should be a boolean, found 1"),
        ("seed=True", (), "@pytest.mark.cerebras_mock: seed should be a whole number, found True"),
    ],
)
def test_wrong_settings(run, code, arguments, sentence):
    """A wrong setting is one clear sentence and a usage error, before any test runs."""
    marker = f"@pytest.mark.cerebras_mock({code})" if code else ""
    result = run(f"import pytest\n\n{marker}\ndef test_it():\n    pass", *arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    shown = result.stdout.str() + result.stderr.str()
    assert sentence in shown
    assert "Traceback" not in shown
    assert ("test_wrong_settings.py::test_it: " in shown) == bool(code)


def test_precedence(run, monkeypatch):
    """Marker outranks option, option outranks environment, environment outranks ini key."""
    code = """
import pytest

@pytest.mark.cerebras_mock(seed=1)
def test_settings(cerebras_mock):
    found = cerebras_mock.scenario
    assert (found.seed, found.name, found.tier, found.edition) == (1, "stream-cut", "free", "guide")
"""
    monkeypatch.setenv("CEREBRAS_MOCK_SCENARIO", "wrong-key")
    monkeypatch.setenv("CEREBRAS_MOCK_TIER", "free")
    inis = ("seed=4", "scenario=burst-503", "tier=none", "edition=guide")
    settings = [part for ini in inis for part in ("-o", f"cerebras_{ini}")]
    options = ("--cerebras-scenario", "stream-cut", "--cerebras-seed", "2")
    run(code, *settings, *options).assert_outcomes(passed=1)


@pytest.mark.parametrize("how", ["environment", "ini"])
def test_activated_without_option(run, monkeypatch, how):
    """``CEREBRAS_MOCK=1`` and the ini key activate the mock as the option does."""
    if how == "environment":
        monkeypatch.setenv("CEREBRAS_MOCK", "1")
    settings = ("-o", "cerebras_mock=true") if how == "ini" else ()
    code = "import os\n\ndef test_it():\n    assert 'CEREBRAS_BASE_URL' in os.environ"
    run(code, *settings).assert_outcomes(passed=1)


def test_xdist(run, monkeypatch):
    """Each worker has a server of its own."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # workers start in half of the time
    result = run(
        ASK
        + """
import pytest

@pytest.mark.parametrize("number", range(8))
def test_it(cerebras_mock, cerebras_client, number):
    ask(cerebras_client, model="gpt-oss-120b")
    cerebras_mock.assert_requests(1)
""",
        *("-p", "xdist", "-p", "cerebras", "-n", "2"),
        "--cerebras-mock",
    )
    result.assert_outcomes(passed=8)


@pytest.mark.parametrize(("flag", "active"), [("0", False), ("off", False), ("on", True)])
def test_environment_outranks_ini_switch(run, monkeypatch, flag, active):
    """``CEREBRAS_MOCK`` switches on and off, whatever the ini file says."""
    monkeypatch.setenv("CEREBRAS_MOCK", flag)
    code = (
        f"import os\n\ndef test_it():\n    assert ('CEREBRAS_BASE_URL' in os.environ) is {active}"
    )
    run(code, "-o", f"cerebras_mock={not active}".lower()).assert_outcomes(passed=1)


def test_wrong_switch(run, monkeypatch):
    """Another value of ``CEREBRAS_MOCK`` is refused."""
    monkeypatch.setenv("CEREBRAS_MOCK", "banana")
    result = run("def test_it():\n    pass")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "CEREBRAS_MOCK should be one of 1, true, yes, on, 0" in result.stderr.str()


def test_wrong_environment_without_option(run, monkeypatch):
    """A wrong variable is one sentence too when only a fixture asks for the mock."""
    monkeypatch.setenv("CEREBRAS_MOCK_SEED", "abc")
    result = run("def test_it(cerebras_mock):\n    pass\n\ndef test_2(cerebras_mock):\n    pass")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: CEREBRAS_MOCK_SEED should be a whole number, found 'abc'"])
    assert result.stderr.str().count("found 'abc'") == 1


def test_wrong_ini_key(run, pytester):
    """A wrong value of the ini file names its key."""
    pytester.makefile(".ini", pytest="[pytest]\ncerebras_time_scale = 7\n")
    result = run("def test_it(cerebras_mock):\n    pass")
    result.stderr.fnmatch_lines(
        ["ERROR: the ini key cerebras_time_scale should be a number from 0.000001 to 1, found '7'"]
    )


def test_wrong_ini_switch(run):
    """A wrong ini key is named."""
    result = run("def test_it():\n    pass", "-o", "cerebras_strict=maybe")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: cerebras_strict should be one of *, found 'maybe'"])


def test_pytest_asyncio(pytester, monkeypatch):
    """The fixtures work in tests of pytest-asyncio, streams and many requests at once included."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile("""
import asyncio
import pytest

MESSAGES = [{"role": "user", "content": "ping"}]

async def one(client):
    stream = await client.chat.completions.create(
        model="gpt-oss-120b", messages=MESSAGES, stream=True
    )
    return [chunk async for chunk in stream][-1].choices[0].finish_reason

@pytest.mark.asyncio
async def test_it(cerebras_mock, async_cerebras_client):
    reasons = await asyncio.gather(*(one(async_cerebras_client) for _ in range(5)))
    assert reasons == ["stop"] * 5
    cerebras_mock.assert_requests(5)
""")
    plugins = (
        "-p",
        "asyncio",
        "-p",
        "cerebras",
        "-o",
        "asyncio_default_fixture_loop_scope=function",
    )
    result = pytester.runpytest_subprocess("-q", "-W", "error", *plugins)
    result.assert_outcomes(passed=1)
