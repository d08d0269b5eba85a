"""The search as a user sees it: what it finds, what it spares, what it says and keeps."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mockserver.scenario import load
from tests.plugin.search.whole_runs import files, listed, search

PLANTED = Path(__file__).with_name("planted.py")
CODE = """
import pytest
from planted import SORRY
import planted

@pytest.mark.parametrize("fixed", [{fixed}])
def test_app(cerebras_mock, fixed):
    try:
        found = planted.{app}(fixed=fixed)
    finally:
        planted.close()
    {asserted}
"""
WHOLE = "assert found if not isinstance(found, list) else all(found)"
AS_SENT = "assert found in (SORRY, cerebras_mock.calls[-1].last.text)"
# the app, the cause, the smallest story that shows it, and how many stories that may take
BUGS = [
    ("missing_header", "KeyError", ["1-bare-rate-limit"], 60),
    ("date_after_outage", "ValueError", ["1-unavailable-2-dated-rate-limit"], 300),
    ("middle_call", "AssertionError", ["2-unavailable"], 60),
    ("first_choice", "IndexError", ["1-empty-choices"], 80),
    ("arguments", "JSONDecodeError", ["1-truncated", "1-broken-arguments"], 80),
    ("both_models", "TypeError", ["1-unavailable-2-unavailable"], 120),
    (
        "third_failure",
        "ZeroDivisionError",
        ["-".join(f"{at}-rate-limited" for at in (1, 2, 3))],
        300,
    ),
    ("appended", "AssertionError", ["1-cut"], 80),
    ("no_timeout", "stalled", ["1-stalled"], 80),
    ("third_of_four", "AssertionError", ["3-unavailable"], 150),
    ("empty_then_limit", "AssertionError", ["1-empty-2-rate-limited"], 300),
    ("second_turn", "JSONDecodeError", ["2-empty", "2-truncated", "2-broken-arguments"], 150),
    (
        "half_after_limit",
        "AssertionError",
        ["1-cut-2-rate-limited", "1-cut-by-reset-2-rate-limited"],
        300,
    ),
    ("refused_fallback", "KeyError", ["1-rate-limited-2-unknown-model"], 300),
    ("forgotten_kind", "CerebrasError", ["1-disconnected"], 80),
]
QUICK = frozenset({"middle_call", "both_models", "no_timeout", "forgotten_kind"})
OUTAGE = """
import time
import pytest
from cerebras.cloud.sdk import APIStatusError
{marker}
def test_app(cerebras_client, cerebras_mock):
    client = cerebras_client.with_options(max_retries=0)
    for attempt in range(3):
        try:
            said = [{{"role": "user", "content": "ping"}}]
            client.chat.completions.create(model="gpt-oss-120b", messages=said)
            return
        except APIStatusError as error:
            last = error
            time.sleep(80)
    {end}
"""
BUG = OUTAGE.format(marker="", end="{}['never reached without three failures']")


@pytest.fixture
def planted(pytester):
    """Put the planted apps beside the tests."""
    pytester.makepyfile(planted=PLANTED.read_text("utf-8"))
    pytester.syspathinsert()


def code_of(app, *, fixed):
    asserted = AS_SENT if app in {"appended", "half_after_limit"} else WHOLE
    return CODE.format(app=app, fixed=fixed, asserted=asserted)


@pytest.mark.usefixtures("planted")
@pytest.mark.parametrize(
    ("app", "what", "stories", "most"),
    [
        pytest.param(*bug, id=bug[0], marks=() if bug[0] in QUICK else pytest.mark.slow)
        for bug in BUGS
    ],
)
def test_planted_bug(run, app, what, stories, most):
    """A planted bug is found and shrunk to the known minimum; its mended twin is spared."""
    result, causes = search(run, code_of(app, fixed=False), budget=most)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert what in [cause for cause, *_ in causes]
    names = [load(str(file)).name for file in files()]
    assert set(stories) & set(names)
    result.stdout.fnmatch_lines(["*without * the test passes"])
    again, _ = search(run, code_of(app, fixed=False), budget="replay")
    assert again.parseoutcomes()["failed"] == len(names)
    result, causes = search(run, code_of(app, fixed=True), budget=most)
    assert causes == []
    assert result.ret == pytest.ExitCode.OK


def test_found_and_fixed(run):
    """A bug is kept as a scenario file, replayed by its command, and set aside when mended."""
    result, causes = search(run, BUG)
    assert [(what, site) for what, site, _ in causes] == [
        ("KeyError", "test_found_and_fixed.py:15")
    ]
    (file,) = files()
    scenario = load(str(file))
    assert scenario.name == "-".join(f"{at}-unavailable" for at in (1, 2, 3))
    assert scenario.source == "test_found_and_fixed.py::test_app"
    assert scenario.description.startswith("Request 1 is answered 503, then request 2 is ")
    assert "# #1 POST /v1/chat/completions" in file.read_text("utf-8")
    result.stdout.fnmatch_lines(
        [
            "KeyError at test_found_and_fixed.py:15: Request 1 is answered 503, *.",
            f"    file:   {file}",
            "*test_found_and_fixed.py:15: in test_app",
            "E   KeyError: *",
            "*::test_app: 1 story breaks it; * runs in * s, budget used up",
            "*1 thing to fix, 1 story*",
            f"1. KeyError at test_found_and_fixed.py:15 (1 story: {scenario.name})",
            "    seen:   Request 1 is answered 503, *. Then: KeyError: *",
            "            without any one of these 3 faults the test passes",
            f"    file:   {file}",
            f"    replay: pytest * --cerebras-scenario {file} --cerebras-clock virtual *",
        ]
    )
    assert str(result.stdout).count("Then: KeyError") == 1  # the list is the only long one
    command = ("--cerebras-scenario", str(file), "--cerebras-clock", "virtual")
    for _ in range(3):
        assert run(BUG, *command).parseoutcomes() == {"failed": 1}
    mended = OUTAGE.format(marker="", end="")
    result, causes = search(run, mended, budget="replay")
    assert (result.ret, causes, files()) == (pytest.ExitCode.OK, [], [])
    result.stdout.fnmatch_lines([f"    no longer breaks it: {file.parent}/fixed/{file.name}"])


def test_mended_by_an_error_of_the_client(run):
    """A story whose bug is mended is fixed, even if the app now passes on its client's error."""
    search(run, BUG)
    assert len(files()) == 1
    _, causes = search(run, OUTAGE.format(marker="", end="raise last"), budget="replay")
    assert (causes, files()) == ([], [])


@pytest.mark.parametrize("arguments", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_repeatable(run, arguments):
    """The same seed and budget play the same stories, with and without xdist."""
    known = test_repeatable.__dict__.setdefault("known", [])
    code = BUG + BUG.replace("test_app", "test_other")
    result, causes = search(run, code, *arguments, budget="90")
    lines = sorted(
        re.sub(r" in [\d.]+ s", "", line) for line in listed(result) if " runs in " in line
    )
    assert len(lines) == 2
    known.append((lines, sorted((what, story) for what, _, story in causes)))
    assert known[0] == known[-1]


@pytest.mark.parametrize(
    ("marker", "end"),
    [
        ("", "raise ValueError('no answer')"),
        ("", "raise last"),
        ("", "assert len(cerebras_mock.calls) == 9"),
        ("@pytest.mark.cerebras_search(allows=[KeyError])", "{}['choices']"),
    ],
    ids=["its own error", "an error of its client", "an assertion on requests", "allowed"],
)
def test_spared(run, marker, end):
    """A test may end in these ways when the API fails."""
    result, causes = search(run, OUTAGE.format(marker=marker, end=end), budget="120")
    assert causes == []
    assert result.ret == pytest.ExitCode.OK
    assert files() == []


LEFT_OUT = {
    "it has subtests": "def test_it(cerebras_client, subtests): pass",
    "pytest can't run it again (unittest.TestCase)": "import unittest, pytest\n"
    "@pytest.mark.usefixtures('cerebras_mock')\n"
    "class TestIt(unittest.TestCase):\n    def test_it(self): pass",
    "it does not pass when all is well": "def test_it(cerebras_client): assert 0",
    "it chooses a scenario or a fault itself": "def test_it(cerebras_mock):\n"
    "    cerebras_mock.play('burst-503')",
    "it sends no request": "def test_it(cerebras_mock): pass",
}


@pytest.mark.parametrize(("why", "code"), LEFT_OUT.items(), ids=LEFT_OUT)
def test_left_out(run, why, code):
    """A test that can't be searched is named, with the reason, and runs once."""
    result, causes = search(run, code)
    assert causes == []
    result.stdout.fnmatch_lines([f"*::test_it: not searched: {why}"])


def test_about_one(run):
    """A test that names its scenario, or does not use the mock, is not searched."""
    code = """
import pytest
@pytest.mark.cerebras_mock("burst-503")
def test_named(cerebras_mock): pass
@pytest.mark.cerebras_chaos("burst-503", allow_unmet=True)
def test_cell(cerebras_mock): pass
def test_other(): pass
"""
    result, _ = search(run, code)
    assert result.parseoutcomes() == {"passed": 3}
    result.stdout.fnmatch_lines(["no test was searched: *"])


def test_stops_at_first(run):
    """With -x, the search ends with the first cause, and so does the run."""
    code = BUG.replace("time.sleep(80)", "{}['choices']") + "def test_last(): pass"
    result, causes = search(run, code, "-x")
    assert len(causes) == 1
    assert result.parseoutcomes() == {"passed": 1, "failed": 1}


def test_interrupted(run, pytester):
    """Ctrl-C ends the search, and the section says what was tried."""
    pytester.makeconftest(
        """
import pytest
COUNT = []
@pytest.fixture(autouse=True)
def interrupted(cerebras_mock):
    COUNT.append(1)
    if len(COUNT) == 20:
        raise KeyboardInterrupt
"""
    )
    result, _ = search(run, BUG, how=pytester.runpytest_subprocess)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*::test_app: nothing found; 19 runs in * s, stopped"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--cerebras-search=often",), "--cerebras-search should be a time such as 60s, *'often'"),
        (("--cerebras-search=9", "--cerebras-chaos=all"), "*: leave out --cerebras-chaos"),
        (
            ("--cerebras-search=9", "--cerebras-scenario=burst-503"),
            "*: leave out --cerebras-scenario",
        ),
    ],
)
def test_wrong(run, arguments, message):
    """Wrong options end the run with one sentence."""
    result = run("def test_it(): pass", *arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {message}"])


TWO_CALLS = """
import pytest
from cerebras.cloud.sdk import APIError, AsyncCerebras

KEYS = {"model": "gpt-oss-120b", "messages": [{"role": "user", "content": "ping"}]}

@pytest.fixture
def anyio_backend():
    return "asyncio"

@pytest.mark.anyio
async def test_app(cerebras_mock):
    try:
        async with AsyncCerebras(max_retries=0, timeout=None, warm_tcp_connection=False) as client:
            await client.chat.completions.create(**KEYS)
        async with AsyncCerebras(max_retries=0, timeout=20, warm_tcp_connection=False) as client:
            await client.chat.completions.create(**KEYS)
    except (APIError, ValueError):
        pass
"""


def test_line_of_a_stall(run):
    """A stall is named by the line of the request that stalled; async tests are searched, too."""
    _, causes = search(run, TWO_CALLS, budget="100")
    stalls = [(site, story) for what, site, story in causes if what == "stalled"]
    assert stalls == [
        (
            "test_line_of_a_stall.py:14",
            "Request 1 never gets an answer, though its connection stays open.",
        )
    ]
