"""The list of what is shipped."""

from __future__ import annotations

from mockserver.scenario import names


def test_scenarios(run):
    """Each shipped scenario is a line with its description."""
    result = run("scenarios")
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert [line.split()[0] for line in lines] == names()
    assert all(len(line.split()) > 3 for line in lines)


def test_scenarios_by_tag(run):
    """With a tag only those are listed that have it; an unknown one is one sentence."""
    result = run("scenarios", "--tag", "streaming", "--tag", "network")
    assert [line.split()[0] for line in result.output.splitlines()] == [
        *("cut-in-json", "silent-cut", "stream-cut")
    ]
    result = run("scenarios", "--tag", "stream")
    assert result.exit_code == 2
    assert "Error: no tag is called 'stream'; did you mean 'streaming'?" in result.output
