"""Which scenarios the option chooses, and with which parameters."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mockserver.scenario import names
from pytest_cerebras.chaos.choice import chosen, is_relevant, parts, singled_out, written

ASK = """
def test_it(cerebras_mock, cerebras_client):
    client = cerebras_client.with_options(max_retries=0)
    said = [{"role": "user", "content": "ping"}]
    client.chat.completions.create(model="gpt-oss-120b", messages=said)
"""
RETIRED = "retirement-day(model=gpt-oss-120b, after=0)"


def found(text):
    return [(str(one), dict(one.parameters)) for one in chosen(text)]


@pytest.mark.parametrize(
    ("text", "scenarios"),
    [
        ("wrong-key, healthy", [("healthy", {}), ("wrong-key", {})]),
        (RETIRED, [("retirement-day", {"model": "gpt-oss-120b", "after": 0})]),
        ("stream-cut()", [("stream-cut", {})]),
        ("burst-503(at=[1, 2]),wrong-key", [("burst-503", {"at": [1, 2]}), ("wrong-key", {})]),
        ("think-tags(tag='a-b')", [("think-tags", {"tag": "a-b"})]),
        ("tag:quota,daily-quota-gone(wait=5s)", [("daily-quota-gone", {"wait": "5s"})]),
        ("daily-quota-gone(wait=5s),tag:quota", [("daily-quota-gone", {"wait": "5s"})]),
    ],
)
def test_chosen(text, scenarios):
    """Names, tags and parameters; what has parameters takes the place of what has none."""
    assert found(text) == scenarios


@pytest.mark.parametrize("text", ["all", "relevant"])
def test_all(text):
    """All there are, and the healthy one first."""
    scenarios = chosen(text)
    assert scenarios[0] == "healthy"
    assert sorted(scenarios) == names()
    assert is_relevant(text) is (text == "relevant")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("retirement-day(modle=x)", "no parameter of retirement-day.yaml is called 'modle'; did*"),
        (
            "retirement-day(after=soon)",
            "*should be a whole number, found 'soon' (from the parameter*",
        ),
        ("retirement-day(after)", "*the parentheses should hold name=value, found 'after'"),
        ("retirement-day(after=1, after=2)", "*: 'after' is given twice"),
        ("retirement-day(after=1),retirement-day(after=2)", "* names retirement-day twice, with*"),
        ("retirment-day(after=1)", "no scenario is called 'retirment-day'; did you mean *"),
        ("retirement-day(after=[1)", "*"),
    ],
)
def test_wrong(run, text, sentence):
    """What is wrong is one sentence, before any test runs."""
    result = run(ASK, "--cerebras-chaos", text)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*--cerebras-chaos*{sentence}"])
    assert "Traceback" not in result.stderr.str()


@given(
    st.dictionaries(
        st.sampled_from(["at", "after", "wait"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(),
            lambda inner: st.lists(inner, max_size=3),
            max_leaves=4,
        ),
    )
)
@example({"at": '"'})
@example({"at": "\\"})
def test_written(parameters):
    """What is written reads as the same again."""
    text = written("x", parameters)
    assert parts(f"{text},y") == [text, "y"]


def test_replay(run):
    """A cell that was run with parameters is run again with them, under the same name."""
    result = run(ASK, "--cerebras-chaos", RETIRED, "--cerebras-report", "a.json")
    result.assert_outcomes(failed=1)
    (cell,) = json.loads(Path("a.json").read_text("utf-8"))["cells"]
    assert cell["id"].endswith("::test_it[retirement-day]")
    assert cell["parameters"] == {"model": "gpt-oss-120b", "after": 0}
    _, *arguments = shlex.split(cell["replay"])
    assert arguments[1:3] == ["--cerebras-chaos", RETIRED]
    run(ASK, *arguments).assert_outcomes(failed=1)


def test_marker_outranks(run):
    """What a marker of the test says of a parameter outranks the option, as everywhere."""
    code = f"import pytest\n@pytest.mark.cerebras_mock(parameters={{'after': 5}})\n{ASK}"
    run(code, "--cerebras-chaos", RETIRED).assert_outcomes(passed=1)


def test_beside_one_scenario(run):
    """One option for all tests and one for each contradict each other."""
    result = run(ASK, "--cerebras-chaos", "all", "--cerebras-scenario", "wrong-key")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["ERROR: *: leave out --cerebras-scenario, or name wrong-key in --cerebras-chaos"]
    )


def test_beside_a_variable(run, monkeypatch):
    """What the environment says for all runs is outranked."""
    monkeypatch.setenv("CEREBRAS_MOCK_SCENARIO", "wrong-key")
    code = "def test_it(cerebras_mock): assert cerebras_mock.scenario.name == 'healthy'"
    run(code, "--cerebras-chaos", "healthy").assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("all,tag:streaming,relevant", set()),
        ("wrong-key, mine.yaml,all", {"wrong-key", "mine.yaml"}),
        ("stream-cut(after_tokens=3, times=1)", {"stream-cut"}),
    ],
)
def test_singled_out(text, named):
    """Who is named by itself is told from who is one of many."""
    assert singled_out(text) == named
