"""Whole runs of pytest with ``--cerebras-mutate``."""

import json
import re
from pathlib import Path

import pytest

from pytest_cerebras.report.reporting import COVERAGE_FAILED
from pytest_cerebras.settings.names import MUTATIONS

REPORT = ("--cerebras-report", "a.json")
HERE = Path(__file__).parent


def tried():
    """Return what the report says, by the name of the test."""
    found = json.loads(Path("a.json").read_text("utf-8"))["mutation"]
    return {one["test"].rpartition("::")[2]: one for one in found}


def planted(name):
    """Return the names of the tests in a planted file."""
    source = (HERE / name).read_text("utf-8")
    return set(re.findall(r"def (test_\d\d\w+)", source))


def test_blind_tests_are_listed(mutated):
    """Each one, in the terminal with its first mutation, and with xdist the same."""
    result = mutated("planted_blind.py", *REPORT)
    assert result.ret == 0
    alone = tried()
    assert {name.partition("[")[0] for name in alone} == planted("planted_blind.py")
    assert len(alone) == 20
    assert all(one["blind"] and one["replay"] for one in alone.values())
    assert result.outlines.count("tests that notice a change: 0 of 20 (0 %)") == 1
    assert sum(line.startswith("blind: ") for line in result.outlines) == 20
    mutated("planted_blind.py", *REPORT, "-n", "2")
    assert tried() == alone


def test_seeing_tests_are_not_listed(mutated):
    """Not one of the twins that look at what the API says."""
    result = mutated("planted_seeing.py", *REPORT)
    assert result.ret == 0
    found = tried()
    assert {name.partition("[")[0] for name in found} == planted("planted_seeing.py")
    assert not [name for name, one in found.items() if one["blind"] or not one["noticed"]]
    assert "tests that notice a change: 20 of 20 (100 %)" in result.outlines


LEFT_OUT = {
    "test_allows_unmet": "no mutation can change the answers that it gets",
    "test_sends_nothing": "it sends no request",
    "test_remembers": "it sends no request",
    "test_only_once": "it does not pass when it is run again",
    "test_skipped": "it is skipped",
    "test_expected_to_fail": "it is expected to fail",
    "test_subtests": "it has subtests",
    "test_unittest": "it is a unittest.TestCase",
}
SPARED = {
    "test_promises_something_whatever_happens": "handles errors itself",
    "test_suppresses_errors_and_counts": "handles errors itself",
    "test_what_is_sent": "asserts on the requests of the app",
    "test_at_most_so_many": "asserts on the requests of the app",
    "test_what_must_not_be_said": "asserts that something is absent",
}


def test_innocent_tests_are_not_listed(mutated):
    """Those that notice nothing, or little, say why."""
    assert mutated("planted_innocent.py", *REPORT).ret == 0
    found = tried()
    assert not [name for name, one in found.items() if one["blind"]]
    assert {name: one["left_out"] for name, one in found.items() if one["left_out"]} == LEFT_OUT
    nothing = {name: one["note"] for name, one in found.items() if not one["noticed"]}
    spared = {name: note for name, note in nothing.items() if name not in LEFT_OUT}
    assert spared.keys() == SPARED.keys()
    assert all(why in spared[name] for name, why in SPARED.items())
    assert found["test_what_is_kept"]["noticed"] == ["error"]


ONE_EACH = """
from planted_app import ask, safe_ask

def test_blind():
    assert isinstance(safe_ask("Why?"), str)

def test_seeing():
    assert len(ask("Why?")) > 5
"""


@pytest.mark.parametrize(("name", "outcomes"), [("empty", (1, 1)), ("doubled", (2, 0))])
def test_one_mutation(mutated, name, outcomes):
    """The command that a blind test is listed with plays that mutation alone."""
    result = mutated(ONE_EACH, option=f"--cerebras-mutate={name}")
    passed, failed = outcomes
    result.assert_outcomes(passed=passed, failed=failed)


@pytest.mark.parametrize("name", MUTATIONS)
def test_each_mutation_can_be_asked_for(mutated, name):
    assert mutated("", "--collect-only", option=f"--cerebras-mutate={name}").ret == 5


@pytest.mark.parametrize(
    ("asked", "status"),
    [("noticed=50", 0), ("noticed=51", COVERAGE_FAILED), ("noticed=50,met=90", COVERAGE_FAILED)],
)
def test_fail_under(mutated, asked, status):
    """Half of the tests notice something."""
    result = mutated(ONE_EACH, "--cerebras-fail-under", asked)
    assert result.ret == status
    short = [line for line in result.outlines if "less than the required" in line]
    assert bool(short) is bool(status)


def test_nothing_to_judge_is_too_little(mutated):
    code = "def test_it(): pass"
    assert mutated(code, "--cerebras-fail-under", "noticed=1").ret == COVERAGE_FAILED


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--cerebras-chaos", "all"), "*own scenario: leave out --cerebras-chaos"),
        (("--cerebras-search", "9"), "*leave out --cerebras-search"),
    ],
)
def test_conflicts(mutated, options, sentence):
    result = mutated("", *options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: --cerebras-mutate: {sentence}"])


def test_noticed_needs_the_mutation(run):
    result = run("", "--cerebras-fail-under", "noticed=50")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: *noticed=50 needs --cerebras-mutate"])


def test_strict_does_not_help_a_blind_test(mutated):
    """Under a strict run, the fault that is gone would fail any test; it is not the test's work."""
    code = """
    from mockserver.faults import Error
    from planted_app import safe_ask
    def test_it(cerebras_mock):
        cerebras_mock.inject(Error(status=503), times=1)
        assert isinstance(safe_ask("Why?"), str)
    """
    mutated(code, *REPORT, "--cerebras-strict")
    assert tried()["test_it"]["blind"]


def test_shared_fixtures_are_set_up_once(mutated):
    """A test's own fixtures are set up anew for each run, those of its module are not."""
    code = """
    import pytest
    from planted_app import ask
    made = {"module": 0, "test": 0}
    @pytest.fixture(scope="module")
    def shared():
        made["module"] += 1
        yield
        print(made)
        assert made["module"] == 1
        assert made["test"] > 4
    @pytest.fixture(autouse=True)
    def own(shared):
        made["test"] += 1
    def test_it():
        assert ask("Why?")
    """
    mutated(code, *REPORT).assert_outcomes(passed=1)
    assert tried()["test_it"]["noticed"]


def test_a_failing_teardown_stays_the_test_s_own(mutated):
    """With its output; the fixtures of its module are torn down all the same."""
    code = """
    import pytest
    from pathlib import Path
    from planted_app import ask
    @pytest.fixture(scope="module")
    def shared():
        yield
        Path("torn").touch()
    @pytest.fixture
    def own(shared):
        yield
        print("last words")
        raise OSError("own fixture")
    def test_it(own):
        assert ask("Why?")
    """
    result = mutated(code, *REPORT)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        ["*OSError: own fixture", "*Captured stdout teardown*", "last words"]
    )
    assert Path("torn").exists()
    assert tried()["test_it"]["left_out"] == "it does not pass"


def test_a_failing_test_is_left_out(mutated):
    """And -x ends the run, as without mutations."""
    code = """
    from planted_app import ask
    def test_fails():
        assert ask("Why?") == "Because."
    def test_never():
        ask("Why?")
    """
    mutated(code, *REPORT, "-x").assert_outcomes(failed=1)
    assert {name: one["left_out"] for name, one in tried().items()} == {
        "test_fails": "it does not pass"
    }


@pytest.mark.usefixtures("heeding")
def test_interrupted(mutated, pytester):
    """Control-C in a run under a mutation: what was tried until then is shown."""
    code = """
    from planted_app import ask
    def test_first():
        assert ask("Why?")
    def test_it():
        if ask("Why?").startswith("Something"):
            raise KeyboardInterrupt
    """
    result = mutated(code, how=pytester.runpytest_subprocess)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*test_it: noticed 0 of 2, interrupted", "*test_first: noticed *"])


def test_endless_loops_end(mutated):
    """An app that never ends on an empty answer is stopped, and the run goes on."""
    code = """
    from planted_app import ask
    def test_it(cerebras_mock):
        while not ask("Why?"):
            pass
    """
    mutated(code, *REPORT, "--cerebras-max-requests", "5")
    assert "empty" in tried()["test_it"]["noticed"]


def test_no_test_uses_the_mock(run):
    result = run("def test_it(): pass", "--cerebras-mutate")
    result.stdout.fnmatch_lines(["no test uses the mock: *"])


def test_page(run, pytester):
    """The page shows what its tests lead to."""
    page = (HERE.parents[2] / "docs/mutation.md").read_text("utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (shown,) = re.findall(r"```text\n(.*?)```", page, re.DOTALL)
    (pytester.path / "test_ask.py").write_text(code)
    result = run("", "--cerebras-mutate", "test_ask.py")
    assert shown.strip() in "\n".join(result.outlines)
    assert all(f"| `{name}` |" in page for name in MUTATIONS)


def test_another_tool_is_one_of_the_request(mutated):
    """A test of an app that turns down unknown tools is asked whether the right one was called."""
    code = """
    import planted_app
    from planted_scenarios import CALL, saying

    CLOCK = {"type": "function", "function": {"name": "clock"}}

    def test_right_tool(cerebras_mock):
        cerebras_mock.play(saying(**CALL))
        asked = {"tools": [planted_app.TOOL, CLOCK], "tool_choice": "auto"}
        message = planted_app.complete("The weather in Bern?", **asked).choices[0].message
        assert message.tool_calls[0].function.name in ("weather", "clock")
    """
    mutated(code, *REPORT)
    assert "another-tool" in tried()["test_right_tool"]["missed"]
