"""Small apps in Node and Go, with bugs and without: ``cerebras-mock run`` tells them apart."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

import pytest

APPS = Path(__file__).parent / "run_apps"
NODE, GO = ("node",), ("go", "run")
SLOW = pytest.mark.slow  # a stall is held for a minute
# the app without its ending, what runs it, and the bug that each scenario shows
BUGGY = [
    pytest.param(
        NODE,
        {
            "rate-limit": "retry-after-ignored",
            "wrong-key": "permanent-error-retried",
            "silent-cut": "half-answer",
        },
        id="node",
    ),
    pytest.param(NODE, {"stall-mid-stream": "no-time-out"}, id="node, silent", marks=SLOW),
    pytest.param(
        GO, {"rate-limit": "retry-after-ignored", "wrong-key": "permanent-error-retried"}, id="go"
    ),
]
each = pytest.mark.parametrize(("command", "bugs"), BUGGY)
GOES_ON = """
import json, os
from urllib.request import Request, urlopen

messages = []
for question in ("Tell me all about tea.", "Go on."):
    messages.append({"role": "user", "content": question})
    body = json.dumps({"model": "gpt-oss-120b", "messages": messages}).encode()
    key = os.environ["CEREBRAS_API_KEY"]
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    request = Request("https://api.cerebras.ai/v1/chat/completions", body, headers)
    (choice,) = json.load(urlopen(request))["choices"]
    messages.append({"role": "assistant", "content": choice["message"]["content"]})
"""


@pytest.fixture
def found(run_command, tmp_path):
    """Return a function that returns what a run tells of an app, by scenario, and its sum."""

    def find(command, name, bugs):
        language = command[0]
        if not (shutil.which(language) or os.environ.get(f"REQUIRE_{language.upper()}")):
            pytest.skip(f"needs {language}")
        (app,) = (APPS / language).glob(f"{name}.*")
        done = run_command(tmp_path, "--chaos", ",".join(bugs), "--", *command, str(app))
        return rules_of(done.stdout), done.stdout

    return find


def rules_of(printed):
    """Return the rules that each scenario has shown, and those that are summed up."""
    rules, scenario = {}, ""
    for line in printed.splitlines():
        if begins := re.match(r"cerebras-mock: ([\w-]+): exit status", line):
            scenario = begins[1]
            rules[scenario] = []
        elif says := re.match(r"cerebras-mock:   ([a-z][a-z -]+)(?: \(advice\))?: ", line):
            rules[scenario].append(says[1])
    return rules


@each
def test_buggy(found, command, bugs):
    """One command finds each bug, under the scenario that is meant for it, and nothing else."""
    rules, printed = found(command, "buggy", bugs)
    assert rules == {scenario: [rule] for scenario, rule in bugs.items()}, printed


@each
def test_fixed(found, command, bugs):
    """Of the same app without its bugs the same command has nothing to say."""
    rules, printed = found(command, "fixed", bugs)
    assert rules == {scenario: [] for scenario in bugs}, printed
    assert "cerebras-mock: to fix: nothing" in printed
    assert "cerebras-mock: advice" not in printed


def test_asks_for_the_rest(run_command, tmp_path):
    """Who sends a half answer on whose finish_reason says so, may ask for its rest."""
    (tmp_path / "app.py").write_text(GOES_ON, "utf-8")
    done = run_command(tmp_path, "--scenario", "truncated-512", "--", sys.executable, "app.py")
    assert "truncated-512: exit status 0, 2 requests" in done.stdout
    assert rules_of(done.stdout) == {"truncated-512": []}, done.stdout
