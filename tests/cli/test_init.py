"""A scenario to begin with."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

from mockserver.scenario import read


def test_init(run, tmp_path, monkeypatch):
    """A commented file to begin with: good, with nothing odd, and it does what it says."""
    monkeypatch.chdir(tmp_path)
    result = run("init", "my own.yaml")
    assert (result.exit_code, result.output) == (
        0,
        "wrote my own.yaml; next: cerebras-mock explain 'my own.yaml'\n",
    )
    text = Path("my own.yaml").read_text("utf-8")
    assert text.startswith("# yaml-language-server: $schema=./scenario.schema.json\n")
    assert "cerebras-mock serve --scenario 'my own.yaml'" in text
    result = run("check", "--strict", "my own.yaml")
    assert (result.exit_code, result.output) == (
        0,
        "my own.yaml: ok, scenario 'my-scenario', 2 rules\n",
    )
    lines = run("explain", "my own.yaml", "--requests", "5").output.splitlines()
    outcomes = [line.partition("-> ")[2] for line in lines if "-> " in line]
    assert ["429" in one for one in outcomes] == [True, True, False, False, False]
    assert outcomes[-1] == "200, 20 tokens, connection lost [cut]"


def test_init_has_what_is_commented_out(run):
    """The parts that are commented out are good as well."""
    text = run("init", "-").output
    commented = re.compile(
        r"^( *)# (extends: .*|tier: .*|- name: .*|  [a-z]+:|    .*\{.*)$", re.MULTILINE
    )
    found = read(commented.sub(r"\1\2", text))
    assert (found.scenario.tier, found.scenario.extends) == ("free", "burst-503")
    assert found.scenario.rules[1].name == "slow for a while"
    assert found.warnings() == []


def test_init_never_overwrites(run, tmp_path):
    """A file that is there stays, in one sentence; so is what can't be a path of a scenario."""
    path = tmp_path / "mine.yaml"
    path.write_text("mine")
    result = run("init", str(path))
    assert (result.exit_code, path.read_text()) == (1, "mine")
    (line,) = result.output.splitlines()
    assert line.endswith(f" {path}: already exists and is not overwritten")
    result = run("init", str(tmp_path / "no" / "mine.yaml"))
    assert result.exit_code == 1
    assert f"mine.yaml: cannot be written: {os.strerror(errno.ENOENT)}" in result.output
    result = run("init", "mine.txt")
    assert result.exit_code == 2
    assert "FILE should end in .yaml or .yml, found 'mine.txt'" in result.output
