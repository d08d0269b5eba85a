"""Whether files are good, told on the command line."""

from __future__ import annotations

import pytest

from mockserver.api.contract import editions

WRONG = """\
version: 1
name: wrong
rules:
  - match: {modle: x}
"""


@pytest.fixture
def wrong(tmp_path):
    """Return the path of a scenario with a misspelt key."""
    path = tmp_path / "wrong.yaml"
    path.write_text(WRONG)
    return str(path)


def test_check_good(run):
    """A good file is said to be so, and what it was checked as; so is each file of a folder."""
    result = run("check", "scenarios/burst-503.yaml", "mockserver/api/contract/shipped_editions")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "scenarios/burst-503.yaml: ok, scenario 'burst-503', 1 rule"
    guide = "mockserver/api/contract/shipped_editions/guide.yaml"
    assert lines[-1] == f"{guide}: ok, edition 'guide', 14 models, 4 tiers"
    assert len(lines) == 1 + len(editions.names())


def test_check_wrong(run, wrong):
    """A wrong file is one clear sentence and status 2; the others are still checked."""
    result = run("check", wrong, "scenarios/healthy.yaml", "nowhere.yaml")
    assert result.exit_code == 2
    assert (
        f"{wrong}:4:13: rules[0].match: unknown key 'modle'; did you mean 'model'?" in result.stderr
    )
    assert f"{wrong}: not a valid scenario" in result.stderr
    assert "nowhere.yaml: there is no such file" in result.stderr
    assert result.stdout == "scenarios/healthy.yaml: ok, scenario 'healthy', 0 rules\n"
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        ((), 0, "ok, scenario 'odd', 2 rules\n"),
        (("--strict",), 2, "fails --strict, scenario 'odd', 2 rules, 1 warning\n"),
    ],
)
def test_check_odd(run, tmp_path, arguments, status, said):
    """What is odd is a warning with its spot, and an error on demand only; the words agree."""
    path = tmp_path / "odd.yaml"
    path.write_text("name: odd\nrules:\n- {}\n- {name: hidden}\n")
    result = run("check", str(path), *arguments)
    assert result.exit_code == status
    assert f"warning: {path}:4:3: rules[1]: no request reaches it: rules[0] takes" in result.output
    assert f"{path}: {said}" in (result.stderr if status else result.stdout)
    assert (": ok," in result.output) is not bool(status)
    assert run("check", "scenarios/healthy.yaml", *arguments).exit_code == 0
