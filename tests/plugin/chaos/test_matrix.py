"""Tests times scenarios."""

from __future__ import annotations

import pytest

from mockserver.scenario import load, names

ASK = """
import pytest

MESSAGES = [{"role": "user", "content": "ping"}]


def ask(client, **keys):
    client = client.with_options(max_retries=0)
    return client.chat.completions.create(model="gpt-oss-120b", messages=MESSAGES, **keys)


def test_ask(cerebras_client):
    ask(cerebras_client)
"""
DECLARED = (
    ASK.replace("def test_ask(", "{marker}\ndef test_ask(")
    + """

def test_other():
    pass
"""
)
RAISES = "@pytest.mark.cerebras_chaos('wrong-key', expect='raises', raises=AuthenticationError)"

ALL = "@pytest.mark.cerebras_chaos('all')"


def declared(marker):
    return "from cerebras.cloud.sdk import AuthenticationError\n" + DECLARED.replace(
        "{marker}", marker
    )


def test_all(run):
    """Each test that uses the mock runs under each scenario, and no other does."""
    result = run(declared(""), "--cerebras-chaos", "all", "--collect-only")
    cells = [line for line in result.outlines if "::test_ask[" in line]
    found = [cell.rpartition("[")[2].rstrip("]") for cell in cells]
    assert found == ["healthy", *(name for name in names() if name != "healthy")]
    assert len([line for line in result.outlines if "::test_other" in line]) == 1


@pytest.mark.parametrize("arguments", [(), ("--cerebras-mock",), ("-n", "2")])
def test_named(run, arguments):
    """The named ones are run in their order, with and without the mock everywhere, and by xdist."""
    result = run(ASK, "--cerebras-chaos", "wrong-key,healthy", "-v", *arguments)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*test_ask?wrong-key?*"])


def test_selected(run):
    """The name of a scenario selects as any parameter does."""
    result = run(ASK, "--cerebras-chaos", "all", "-k", "healthy")
    result.assert_outcomes(passed=1, deselected=len(names()) - 1)


@pytest.mark.parametrize("marked", ["'wrong-key'", "scenario='wrong-key'"])
def test_about_one_scenario(run, marked):
    """A test whose own marker names its scenario keeps it, and runs once."""
    code = declared(f"@pytest.mark.cerebras_mock({marked})")
    run(code, "--cerebras-chaos", "healthy,html-502").assert_outcomes(passed=1, failed=1)


def test_file(run, pytester):
    """A scenario of one's own takes part."""
    pytester.makefile(".yaml", mine="{version: 1, name: mine, rules: []}")
    run(ASK, "--cerebras-chaos", "mine.yaml").assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("marker", "outcomes"),
    [
        ("@pytest.mark.cerebras_chaos('healthy')", {"passed": 2}),
        ("@pytest.mark.cerebras_chaos('healthy', 'wrong-key')", {"passed": 2, "failed": 1}),
        (
            f"@pytest.mark.cerebras_chaos('healthy')\n{RAISES}",
            {"passed": 3},
        ),
        (
            "@pytest.mark.cerebras_chaos('healthy', expect='raises', raises=AuthenticationError)",
            {"passed": 1, "failed": 1},
        ),
        (
            "@pytest.mark.cerebras_chaos('wrong-key', expect='raises', raises=(KeyError, OSError))",
            {"passed": 1, "failed": 1},
        ),
    ],
)
def test_expectations(run, marker, outcomes):
    """What a test is expected to do is declared; all else is a failure."""
    run(declared(marker)).assert_outcomes(**outcomes)


@pytest.mark.parametrize(
    ("names_", "scenarios"),
    [
        ("'all'", names()),
        (
            "'tag:auth', 'healthy'",
            ["healthy", *(name for name in names() if "auth" in load(name).tags)],
        ),
        ("'wrong-key,healthy'", ["healthy", "wrong-key"]),
        ("'wrong-key', 'mine.yaml'", ["wrong-key", "mine.yaml"]),
        ("'retirement-day(model=gpt-oss-120b, after=0)'", ["retirement-day"]),
    ],
)
def test_marker_as_option(run, pytester, names_, scenarios):
    """The marker takes what the option takes."""
    pytester.makefile(".yaml", mine="{version: 1, name: mine, rules: []}")
    result = run(declared(f"@pytest.mark.cerebras_chaos({names_})"), "--collect-only")
    found = [line.rpartition("[")[2].rstrip("]") for line in result.outlines if "_ask[" in line]
    assert sorted(found) == sorted(scenarios)


PARAMETERS = """
import pytest

@pytest.mark.cerebras_chaos("stream-cut(after_tokens=3)", "healthy")
def test_it(cerebras_mock):
    parameters = cerebras_mock.scenario.parameters
    assert not parameters or parameters["after_tokens"] == 3
"""


@pytest.mark.parametrize(
    "option", [(), ("stream-cut",), ("stream-cut(after_tokens=5, times=2)",), ("all",)]
)
def test_parameters_of_a_marker(run, option):
    """They outrank those of the option."""
    arguments = [part for text in option for part in ("--cerebras-chaos", text)]
    run(PARAMETERS, *arguments, "-k", "stream-cut or healthy").assert_outcomes(
        passed=2, deselected=len(names()) - 2 if "all" in option else 0
    )


@pytest.mark.parametrize("marks", [(RAISES, ALL), (ALL, RAISES)])
def test_one_outranks_all(run, marks):
    """What is said of a scenario by its name outranks what is said of all."""
    result = run(declared("\n".join(marks)), "-k", "wrong-key or healthy")
    result.assert_outcomes(passed=2, deselected=len(names()) - 1)


def test_expectation_for_all(run):
    """An expectation without names is for each scenario of the run."""
    marker = "@pytest.mark.cerebras_chaos(expect='raises', raises=AuthenticationError)"
    result = run(declared(marker), "--cerebras-chaos", "wrong-key,healthy")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(
        ["expected AuthenticationError under 'healthy', but the test raised nothing"]
    )


def test_async(run):
    """An async test may raise, too."""
    code = declared(RAISES).replace("test_ask(cerebras_client):", "test_sync(cerebras_client):")
    code += f"""
@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
{RAISES}
async def test_async(async_cerebras_client):
    await ask(async_cerebras_client)
"""
    run(code).assert_outcomes(passed=3)


@pytest.mark.parametrize(
    ("marker", "arguments", "sentence"),
    [
        ("", ("--cerebras-chaos", "nope"), "--cerebras-chaos: no scenario is called 'nope'"),
        ("", ("--cerebras-chaos", "tag:nope"), "--cerebras-chaos: no tag is called 'nope'"),
        ("", ("--cerebras-chaos", ","), "--cerebras-chaos names no scenario"),
        ("@pytest.mark.cerebras_chaos(expects='x')", (), "does not take expects; it takes names"),
        ("@pytest.mark.cerebras_chaos('tag:x')", (), "@pytest.mark.cerebras_chaos: no tag is call"),
        (
            "@pytest.mark.cerebras_chaos('')",
            (),
            "names no scenario: use all, NAME, FILE or tag:NAME",
        ),
        ("@pytest.mark.cerebras_chaos(3)", (), "scenarios should be strings, found (3,)"),
        ("@pytest.mark.cerebras_chaos(expect='dies')", (), "expect should be one of survives, ra"),
        ("@pytest.mark.cerebras_chaos(expect='raises')", (), "belong together"),
        ("@pytest.mark.cerebras_chaos(raises=KeyError)", (), "belong together"),
        ("@pytest.mark.cerebras_chaos(raises='x', expect='raises')", (), "an exception type"),
    ],
)
def test_wrong(run, marker, arguments, sentence):
    """What is wrong is said in a sentence, before any test runs."""
    result = run(declared(marker), *arguments)
    assert result.ret != pytest.ExitCode.OK
    assert sentence in result.stdout.str() + result.stderr.str()
    assert "Traceback" not in result.stdout.str() + result.stderr.str()


def test_replay(run):
    """A cell that fails prints the command that runs it again, and it does."""
    result = run(ASK, "--cerebras-chaos", "wrong-key,healthy")
    command = "'test_replay.py::test_ask?wrong-key?' --cerebras-chaos wrong-key --cerebras-seed 0"
    result.stdout.fnmatch_lines([f"replay: pytest {command}"])
    again = run(
        ASK,
        "test_replay.py::test_ask[wrong-key]",
        *("--cerebras-chaos", "wrong-key", "--cerebras-seed", "0"),
    )
    again.assert_outcomes(failed=1)
