"""``cerebras-mock doctor``: its lines, its JSON, and its exit status."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from mockserver.edge.live import LiveEngine
from mockserver.edge.server.threaded import ThreadedServer

PAGE = (Path(__file__).parents[2] / "docs" / "doctor.md").read_text("utf-8")
KEY = "csk-" + "4f1dmock" * 6
WRONG = "export CEREBRAS_BASE_URL=https://api.cerebras.ai/v1/v1\n"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Stand in an empty folder, without variables of ours, and return the folder."""
    for name in os.environ:
        if name.upper().startswith(("CEREBRAS_", "OPENAI_")) or name.upper().endswith("_PROXY"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_nothing(run):
    result = run("doctor")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "nothing found in 0 files and the environment\n"


def test_findings(run, folder):
    """A line for each; the summary is no part of it."""
    (folder / "run.sh").write_text(WRONG)
    result = run("doctor", ".")
    assert result.exit_code == 1
    (line,) = result.stdout.splitlines()
    assert line.startswith("run.sh:1: error: ")
    assert line.endswith("[two-v1]")
    assert result.stderr == "1 finding in 1 file and the environment\n"


def test_json(run, folder):
    """The form is stable: these keys, in this order."""
    assert json.loads(run("doctor", "--json").stdout) == []
    (folder / "run.sh").write_text(WRONG * 3)
    (one,) = json.loads(run("doctor", "--json").stdout)
    assert list(one) == ["place", "line", "rule", "severity", "what", "fix", "source", "more"]
    assert (one["place"], one["line"], one["rule"], one["more"]) == ("run.sh", 1, "two-v1", 2)


def test_environment(run, monkeypatch):
    """What the shell exports counts, and no key is printed."""
    monkeypatch.setenv("CEREBRAS_API_KEY", f'"{KEY}"')
    result = run("doctor")
    assert result.stdout.startswith("CEREBRAS_API_KEY: error: ")
    assert KEY[4:10] not in result.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(("no-such-folder",), "'no-such-folder'"), (("--edition", "2001-01"), "'2001-01'")],
)
def test_cannot_look(run, arguments, words):
    """One sentence, and exit status 2."""
    result = run("doctor", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert re.fullmatch(rf"Error: .*{re.escape(words)}.*\n", result.stderr)


def test_edition(run, folder):
    """A model is looked up in the edition that is named."""
    (folder / "a.yaml").write_text("cerebras:\n  model: llama3.1-8b\n")
    assert run("doctor").exit_code == 1
    assert run("doctor", "--edition", "2025-10").exit_code == 0


def test_live(run, monkeypatch):
    """It says what it sends before it does, and adds what it learns."""
    monkeypatch.setenv("CEREBRAS_API_KEY", KEY)
    monkeypatch.setenv("CEREBRAS_MODEL", "of-somebody-else")
    with ThreadedServer(LiveEngine()) as mock:
        monkeypatch.setenv("CEREBRAS_BASE_URL", mock.url)
        assert run("doctor").exit_code == 0
        assert mock.live.journal.count == 0
        result = run("doctor", "--live")
        assert mock.live.journal.count == 2
    assert result.exit_code == 1
    assert "[model-refused]" in result.stdout
    assert f"GET {mock.url}/v1/models" in result.stderr
    assert KEY[4:10] not in result.output


def test_page(run, folder):
    """What the page shows is what happens."""
    file, typed, output = re.search(
        r"```ts\n(.*?)```.*?```text\n\$ (.*?)\n(.*?)```", PAGE, re.DOTALL
    ).groups()
    (folder / "app.ts").write_text(file)
    _, *arguments = typed.split()
    assert run(*arguments).output == output
