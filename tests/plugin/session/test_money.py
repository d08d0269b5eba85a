"""A budget of dollars, and what a test knows of its cost."""

from __future__ import annotations

import json

import pytest

SPENDING = """
import pytest

ASKED = {"model": "ours-7b", "messages": [{"role": "user", "content": "ping"}]}

def ask(client):
    return client.chat.completions.create(**ASKED, max_completion_tokens=10)

def test_once(cerebras_client):
    ask(cerebras_client)

def test_twice(cerebras_mock, cerebras_client):
    ask(cerebras_client)
    cerebras_mock.reset()
    ask(cerebras_client)

@pytest.mark.cerebras_mock(budget=1)
def test_allowed(cerebras_client):
    for _ in range(3):
        ask(cerebras_client)

@pytest.fixture
def late(cerebras_client):
    yield
    ask(cerebras_client)
    ask(cerebras_client)

def test_late(late):
    pass

def test_wrong(cerebras_client):
    ask(cerebras_client)
    ask(cerebras_client)
    assert not "wrong"
"""
# each answer has ten tokens, for a tenth of a cent each
OURS = """
extends: guide
name: ours
models:
  ours-7b:
    {context: 9000, max_output: 900, speed: 1000, price: {prompt: 0, completion: 1000}}
"""
SENTENCE = (
    "*the test cost $0.02, more than its budget of $0.015: $0.01 for #1 (* tokens), $0.01 for #* "
    "(* tokens). Spend less, or allow more with --cerebras-budget"
)


@pytest.fixture
def spend(run, pytester):
    """Return a function that runs tests whose model costs a cent for each request."""

    def start(code, *options, edition=OURS):
        (pytester.path / "ours.yaml").write_text(edition)
        return run(code, "--cerebras-edition", "ours.yaml", *options)

    return start


@pytest.mark.parametrize("how", [(), ("-n", "1")], ids=["here", "xdist"])
def test_budget(spend, how):
    """A test that spends more fails, in one sentence, whatever it plays and whenever it asks."""
    result = spend(SPENDING, "--cerebras-budget", "0.015", *how)
    result.assert_outcomes(passed=3, failed=2, errors=1)
    result.stdout.fnmatch_lines_random([SENTENCE] * 2)
    result.stdout.fnmatch_lines(
        [
            "*= Cerebras: cost =*",
            "$0.08, for the requests of 4 tests",
            "the most expensive: *::test_allowed $0.03, *",
        ]
    )


def test_two_tests_are_two_things_to_fix(spend):
    """Each test that spends too much is named by its line; the sentence says what was dear."""
    head, _, _ = SPENDING.partition("def test_once")
    ask = "    ask(cerebras_client)\n"
    tests = "".join(f"def test_{n}(cerebras_client):\n{ask * n}" for n in (2, 3))
    told = spend(head + tests, "--cerebras-budget", "0.015")
    told.stdout.fnmatch_lines(
        [
            "*= Cerebras: 2 things to fix, 2 cells =*",
            "1. over-budget at test_two_tests_are_two_things_to_fix.py:* (1 cell: *)",
            "    seen:   the test cost $0.02, more than *",
            "2. over-budget at test_two_tests_are_two_things_to_fix.py:* (1 cell: *)",
            "    seen:   the test cost $0.03, more than *",
        ]
    )


def test_default(spend):
    """Without a budget of the run nothing is limited, and nothing is said of money."""
    result = spend(SPENDING)
    result.assert_outcomes(passed=4, failed=1)
    result.stdout.no_fnmatch_line("*$*")


@pytest.mark.parametrize("place", ["environment", "ini", "marker"])
def test_where_it_is_set(spend, pytester, monkeypatch, place):
    """Like all other settings."""
    code = "def test_it(cerebras_client):\n    ask(cerebras_client)\n    ask(cerebras_client)\n"
    head, _, _ = SPENDING.partition("def test_once")
    if place == "environment":
        monkeypatch.setenv("CEREBRAS_MOCK_BUDGET", "0.015")
    elif place == "ini":
        pytester.makeini("[pytest]\ncerebras_budget = 0.015\n")
    else:
        code = f"@pytest.mark.cerebras_mock(budget=0.015)\n{code}"
    result = spend(head + code)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([SENTENCE])


def test_nothing_may_be_spent(spend):
    """A budget of 0 is a budget."""
    head, _, _ = SPENDING.partition("def test_twice")
    spend(head, "--cerebras-budget", "0").assert_outcomes(failed=1)


@pytest.mark.parametrize("value", ["much", "$0.05", "-1", "nan", "inf"])
def test_wrong_values(spend, value):
    """A wrong value is one sentence, and exit status 4."""
    result = spend(SPENDING, f"--cerebras-budget={value}")
    assert result.ret == 4
    expected = (
        f"ERROR: --cerebras-budget should be a number of dollars from 0 to 1000000, found {value!r}"
    )
    assert [line for line in result.stderr.lines if line] == [expected]


def test_wrong_marker(spend):
    """So is a wrong marker."""
    code = """
    import pytest

    @pytest.mark.cerebras_mock(budget="0.05")
    def test_it(cerebras_client):
        pass
    """
    result = spend(code)
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*budget should be a number of dollars from 0 to *, found '0.05'"])


def test_matrix(spend):
    """A test of the matrix that costs more than its budget fails in that cell."""
    code = """
    import pytest
    from cerebras.cloud.sdk import CerebrasError

    @pytest.mark.cerebras_chaos(
        "paid-three-times", "outage-503", expect="raises", raises=CerebrasError
    )
    def test_it(cerebras_client):
        cerebras_client.chat.completions.create(
            model="ours-7b", messages=[{"role": "user", "content": "ping"}]
        )
    """
    options = ("--cerebras-clock", "virtual", "--cerebras-budget", "0.3")
    result = spend(code, *options)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*the test cost $0.36, more than its budget of $0.3*: $0.36 for #1 (*); $0.36 of *",
            "FAILED *::test_it[[]paid-three-times[]]*",
        ]
    )


def test_unknown_price(spend):
    """With a budget, a model without a price fails the test; without one, only who asks."""
    code = """
    def test_it(cerebras_client):
        cerebras_client.chat.completions.create(
            model="ours-7b", messages=[{"role": "user", "content": "ping"}]
        )

    def test_cost(cerebras_mock, cerebras_client):
        test_it(cerebras_client)
        assert cerebras_mock.cost < 1
    """
    free = OURS.replace("price: {prompt: 0, completion: 1000}", "price: null")
    told = "*the cost is not known, because the edition has no price for ours-7b; add one to*"
    result = spend(code, edition=free)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines([f"E *{told}"])
    result = spend(code, "--cerebras-budget", "1", "-k", "test_it", edition=free)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([told, "the cost of *::test_it: unknown: no price for ours-7b"])


def test_dropped(spend, pytester):
    """A budget can't be checked without all requests."""
    head, _, _ = SPENDING.partition("def test_twice")
    code = head + "    ask(cerebras_client)\n"
    options = ("--cerebras-journal", "1", "--cerebras-report", "r.json")
    result = spend(code, "--cerebras-budget", "1", *options)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*the budget can't be checked: this needs all 2 requests, *",
            "the cost of *::test_once: unknown",
        ]
    )
    found = json.loads((pytester.path / "r.json").read_text())["spent"]
    assert found["cost"] is None
    assert found["unknown"].startswith("this needs all 2 requests, but the journal keeps")


def test_junit(spend, pytester):
    """The cost is a property of the test, if there is a budget or a report."""
    head, _, _ = SPENDING.partition("def test_twice")
    spend(head, "--cerebras-report", "r.json", "--junit-xml", "with.xml").assert_outcomes(passed=1)
    spend(head, "--junit-xml", "without.xml").assert_outcomes(passed=1)
    assert 'name="cerebras_cost" value="0.010000000"' in (pytester.path / "with.xml").read_text()
    assert "cerebras_cost" not in (pytester.path / "without.xml").read_text()


def test_report(spend, pytester):
    """The JSON has the cost of each request, each scenario of a test, and of all of them."""
    code = """
    import contextlib

    def test_it(cerebras_mock, cerebras_client):
        for scenario, parameters in (("healthy", {}), ("paid-three-times", {"after_tokens": 5})):
            cerebras_mock.play(scenario, **parameters)
            with contextlib.suppress(Exception):
                cerebras_client.chat.completions.create(
                    model="ours-7b",
                    messages=[{"role": "user", "content": "ping"}],
                    max_completion_tokens=10,
                )
    """
    options = ("--cerebras-clock", "virtual", "--cerebras-report", "r.json")
    spend(code, *options).assert_outcomes(passed=1)
    found = json.loads((pytester.path / "r.json").read_text())
    (cell,) = found["cells"]
    _, healthy, lost = cell["played"]
    assert (healthy["spent"]["cost"], healthy["spent"]["wasted"]) == (0.01, 0)
    assert [one["for_nothing"] for one in healthy["exchanges"]] == [None]
    assert (lost["spent"]["cost"], lost["spent"]["wasted"]) == (0.03, 0.03)
    asked = [(one["cost"], one["for_nothing"]) for one in lost["exchanges"]]
    assert asked == [(0.01, "asked again"), (0.01, "asked again"), (0.01, "lost")]
    assert (found["spent"]["cost"], found["spent"]["wasted"]) == (0.04, 0.03)


def ask(client, **more):
    messages = [{"role": "user", "content": "ping"}]
    return client.chat.completions.create(model="gpt-oss-120b", messages=messages, **more)


def test_cost_of_a_test(cerebras_mock, cerebras_client):
    """The cost is that of the usage that the client sees, at the price of the model."""
    usage = ask(cerebras_client).usage
    dollars = (usage.prompt_tokens * 0.35 + usage.completion_tokens * 0.75) / 1e6
    assert cerebras_mock.cost == pytest.approx(dollars)
    assert cerebras_mock.wasted == 0
    cerebras_mock.play("burst-503")
    assert cerebras_mock.cost == 0  # as the calls, it begins anew


@pytest.mark.cerebras_mock("paid-three-times", clock="virtual")
def test_wasted(cerebras_mock, cerebras_client):
    """Three answers that are lost are paid for nothing."""
    with pytest.raises(Exception, match="Connection error"):
        ask(cerebras_client)
    assert len(cerebras_mock.requests) == 3
    assert cerebras_mock.wasted == cerebras_mock.cost > 0
    cerebras_mock.assert_tokens_spent(3 * (cerebras_mock.requests[0].prompt_tokens + 120))


def test_cost_of_a_scoped_mock(make_cerebras_mock):
    """A mock of a fixture that outlives a test knows the cost, too."""
    from cerebras.cloud.sdk import Cerebras

    with make_cerebras_mock() as mock, Cerebras(warm_tcp_connection=False) as client:
        ask(client)
        assert 0 < mock.cost < 0.001
