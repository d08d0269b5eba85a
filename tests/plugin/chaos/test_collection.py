"""Markers and settings, as they are checked before any test runs."""

from __future__ import annotations

import pytest

UNITTEST = """
from unittest import TestCase
import pytest

@pytest.mark.cerebras_mock
class TestOld(TestCase):
    {method}
    def test_one(self):
        pass

    def test_two(self):
        pass

@pytest.mark.cerebras_mock("wrong-key")
class TestAboutOne(TestCase):
    def test_it(self):
        pass

def test_new(cerebras_mock):
    pass
"""


def test_unittest_marked(run):
    """A marker that could do nothing is refused."""
    code = UNITTEST.format(method="@pytest.mark.cerebras_chaos('wrong-key')")
    result = run(code)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["ERROR: *::test_one: @pytest.mark.cerebras_chaos can't run a unittest.TestCase under *"]
    )


@pytest.mark.parametrize("how", [(), ("-n", "1")])
def test_unittest_in_the_matrix(run, how):
    """How many tests the matrix leaves out is said, also by workers of xdist."""
    result = run(UNITTEST.format(method=""), "--cerebras-chaos", "healthy,html-502", *how)
    result.assert_outcomes(passed=5)
    result.stdout.fnmatch_lines(
        ["*left out of the matrix*", "2 tests of unittest.TestCase ran only once, *"]
    )


DOCTEST = """
def ask():
    \"\"\"
    >>> ask()
    200
    \"\"\"
    import os
    import httpx
    url = os.environ["CEREBRAS_BASE_URL"] + "v1/models"
    fields = {"authorization": "Bearer " + os.environ["CEREBRAS_API_KEY"]}
    return httpx.get(url, headers=fields, timeout=5).status_code

def test_it():
    assert ask()
"""


@pytest.mark.parametrize("how", [(), ("-n", "1")])
def test_doctests_in_the_matrix(run, pytester, how):
    """They have the mock, and run once, which is said."""
    pytester.makefile(".txt", guide=">>> import os\n>>> 'CEREBRAS_BASE_URL' in os.environ\nTrue")
    settings = ("--cerebras-mock", "--doctest-modules", "--doctest-glob", "*.txt")
    result = run(DOCTEST, *settings, "--cerebras-chaos", "healthy,wrong-key", *how)
    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines(["*left out of the matrix*", "2 tests of doctest ran only once, *"])


def test_doctest_that_fails(run):
    """What a failed one has met is shown, as of any test."""
    result = run(
        DOCTEST, "--cerebras-mock", "--doctest-modules", "--cerebras-scenario", "wrong-key"
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*Expected:*", "*#1 GET /v1/models -> 401*"])


OTHERS = """
import pytest

class Sheet(pytest.File):
    def collect(self):
        yield Row.from_parent(self, name="row")

class Row(pytest.Item):
    fixturenames = ["cerebras_mock"]

    def runtest(self):
        pass

def pytest_collect_file(file_path, parent):
    if file_path.suffix == ".sheet":
        return Sheet.from_parent(parent, path=file_path)
"""


def test_others_in_the_matrix(run, pytester):
    """So it is with what other plugins collect."""
    pytester.makeconftest(OTHERS)
    pytester.makefile(".sheet", some="")
    result = run("def test_it(cerebras_mock):\n    pass", "--cerebras-chaos", "healthy")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["1 test of another kind ran only once, *"])


SUBTESTS = """
import unittest
import pytest

def test_sub(cerebras_mock, cerebras_client, subtests):
    for number in range(2):
        with subtests.test(number=number):
            cerebras_client.with_options(max_retries=0).models.list()

@pytest.mark.anyio
async def test_async(cerebras_mock, async_cerebras_client):
    await async_cerebras_client.with_options(max_retries=0).models.list()

@pytest.fixture
def anyio_backend():
    return "asyncio"
"""


def test_kinds_in_the_matrix(run):
    """Tests with subtests and async ones are cells, and fail under what they do not survive."""
    result = run(SUBTESTS, "--cerebras-chaos", "healthy,wrong-key", "-vv")
    for name in ("test_sub", "test_async"):
        result.stdout.fnmatch_lines(
            [f"*{name}[[]healthy] PASSED*", f"*{name}[[]wrong-key] *FAILED*"]
        )
    result.stdout.no_fnmatch_line("*left out*")


def test_marker_without_names(run):
    """A marker that names no scenario says what happened to it."""
    code = "import pytest\n\n@pytest.mark.cerebras_chaos\ndef test_it(cerebras_mock):\n    pass"
    result = run(code)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        ["1 test ran only once, because neither @pytest.mark.cerebras_chaos nor *"]
    )
    again = run(code, "--cerebras-chaos", "healthy")
    again.stdout.no_fnmatch_line("*left out*")


BOTH = """
import pytest

CHAOS = pytest.mark.cerebras_chaos(NAMES)

@pytest.mark.cerebras_mock(ONE)
class TestIt:
    HERE
    def test_it(self, cerebras_mock):
        assert cerebras_mock.scenario.name == "healthy"
"""


@pytest.mark.parametrize("names", ["", "'healthy'", "'all'"])
@pytest.mark.parametrize("one", ["'wrong-key'", "scenario='wrong-key'"])
def test_both_markers(run, names, one):
    """Two markers of one place that both choose the scenario are refused."""
    code = BOTH.replace("NAMES", names).replace(
        "HERE", f"@pytest.mark.cerebras_mock({one})\n    @CHAOS"
    )
    result = run(code.replace("ONE", ""))
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["ERROR: *::test_it*: @pytest.mark.cerebras_mock names a scenario*"]
    )


@pytest.mark.parametrize(
    ("one", "here"), [("'wrong-key'", ""), ("", "@pytest.mark.cerebras_mock(seed=3)")]
)
def test_markers_that_agree(run, one, here):
    """The nearer one of two places holds, and so do other settings beside the matrix."""
    code = BOTH.replace("NAMES", "'healthy'").replace("ONE", one)
    run(code.replace("HERE", f"{here}\n    @CHAOS" if here else "@CHAOS")).assert_outcomes(passed=1)


MERGED = """
from pathlib import Path
import pytest

pytestmark = pytest.mark.cerebras_mock("stream-cut", parameters={"times": 5}, seed=3, tier="free")

@pytest.mark.cerebras_mock(seed=4, verdicts={"ignore": ["hot-retry"]})
class TestIt:
    @pytest.mark.cerebras_mock(edition="2026-11", verdicts={"ignore": ["ignored-limits"]})
    def test_keys(self, cerebras_mock):
        found = cerebras_mock.scenario
        assert (found.name, found.seed, found.tier) == ("stream-cut", 4, "free")
        assert (found.edition, found.parameters["times"]) == ("2026-11", 5)

    @pytest.mark.cerebras_mock("wrong-key", time_scale=1)
    def test_parameters_go_with_their_scenario(self, cerebras_mock):
        assert (cerebras_mock.scenario.name, cerebras_mock.scenario.seed) == ("wrong-key", 4)

    @pytest.mark.cerebras_mock(Path("mine.yaml"))
    def test_path(self, cerebras_mock):
        assert cerebras_mock.scenario.name == "mine"
"""


def test_markers_merge(run, pytester):
    """The nearest marker wins, key by key."""
    pytester.makefile(".yaml", mine="{version: 1, name: mine, rules: []}")
    run(MERGED.replace("ignored-limits", "key-sent-elsewhere")).assert_outcomes(passed=3)


GUILTY = """
import pytest
from httpx import post

MESSAGES = [{"role": "user", "content": "ping"}]

@pytest.mark.cerebras_mock(verdicts={"ignore": ["permanent-error-retried"]})
class TestIt:
    @pytest.mark.cerebras_mock(verdicts={"ignore": ["duplicate-request"]})
    def test_it(self, cerebras_mock):
        url = cerebras_mock.openai_url + "/chat/completions"
        headers = {"authorization": "Bearer " + cerebras_mock.api_key}
        asked = {"messages": MESSAGES, "temperature": 0}
        for model in ("gpt-oss-120b", "gpt-oss-120b", "gpt-4o", "gpt-4o"):
            post(url, headers=headers, json={**asked, "model": model})
        assert not cerebras_mock.verdicts
"""


def test_ignored_verdicts_add_up(run):
    """What a class lets pass, a test of it lets pass too, beside what it names itself."""
    run(GUILTY).assert_outcomes(passed=1)
    for rule in ("permanent-error-retried", "duplicate-request"):
        run(GUILTY.replace(f'"{rule}"', "")).assert_outcomes(failed=1)


@pytest.mark.parametrize(
    ("marker", "option", "outcomes"),
    [
        ("clock='virtual'", ("--cerebras-time-scale", "0.5"), {"passed": 1}),
        ("time_scale=0.5", ("--cerebras-clock", "virtual"), {"passed": 1}),
        ("time_scale=0.5, clock='virtual'", (), {}),
    ],
)
def test_clock_and_scale(run, marker, option, outcomes):
    """Of the virtual clock and a scale the one that outranks the other holds."""
    result = run(
        f"import pytest\n\n@pytest.mark.cerebras_mock({marker})\ndef test_it():\n    pass", *option
    )
    result.assert_outcomes(**outcomes)
    assert (
        outcomes or "the virtual clock and the cerebras setting time_scale" in result.stderr.str()
    )


PARAMETERS = """
import pytest

@pytest.mark.cerebras_mock(parameters={"after_tokens": 3})
@pytest.mark.cerebras_chaos("stream-cut", "wrong-key")
def test_it(cerebras_mock):
    assert cerebras_mock.scenario.parameters.get("after_tokens", 3) == 3
"""


def test_parameters_of_the_matrix(run):
    """A parameter is for those scenarios that take it, and must be for one."""
    run(PARAMETERS).assert_outcomes(passed=2)
    result = run(PARAMETERS.replace("after_tokens", "after_token"))
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["*no parameter of these scenarios is called 'after_token'; did you mean 'after_tokens'?*"]
    )
    result.stdout.no_fnmatch_line("*pytest_cerebras*")


def test_unknown_scenario_of_a_marker(run):
    """It is one sentence, as everywhere."""
    result = run(PARAMETERS.replace("wrong-key", "wrong-kye"))
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*no scenario is called 'wrong-kye'; did you mean 'wrong-key'?*"])
    result.stdout.no_fnmatch_line("*pytest_cerebras*")


def test_wrong_environment(run, monkeypatch):
    """A wrong variable ends the run once, not each test."""
    monkeypatch.setenv("CEREBRAS_MOCK_CLOCK", "foo")
    result = run("def test_a(cerebras_mock):\n    pass\n\ndef test_b(cerebras_mock):\n    pass")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert (
        result.stderr.str().count("CEREBRAS_MOCK_CLOCK should be real or virtual, found 'foo'") == 1
    )
