"""``cerebras-mock doctor``: its lines, its JSON, and its exit status."""

from __future__ import annotations

import errno
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mockserver.doctor.files import Walk
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


@pytest.fixture
def install(tmp_path_factory, monkeypatch):
    """Return a function that installs a package before the others, by name and version."""

    def put(name, version):
        place = tmp_path_factory.mktemp("site")
        info = place / f"{name}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        monkeypatch.syspath_prepend(place)

    return put


def test_packages(run, install):
    """The line has the versions that are installed, and the one that is needed."""
    install("httpx", "0.28.1")
    install("Cerebras_Cloud.SDK", "1.12.1")
    (line,) = run("doctor").stdout.splitlines()
    assert line.startswith("cerebras-cloud-sdk 1.12.1 with httpx 0.28.1: error: ")
    assert "1.12.2" in line
    assert line.endswith("[cerebras-proxies]")


def test_shadowed_package(run, install):
    """Of two copies, the first on the path counts, for it is the one that is imported."""
    install("httpx", "0.28.1")
    install("openai", "1.50.2")
    install("openai", "1.55.3")
    assert run("doctor").stdout == ""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(("no-such-folder",), "'no-such-folder'"), (("--edition", "2001-01"), "'2001-01'")],
)
def test_cannot_look(run, arguments, words):
    """One sentence, and exit status 2."""
    result = run("doctor", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert re.fullmatch(rf"Error: .*{re.escape(words)}.*\n", result.stderr)


def test_named_file(run, folder):
    """A file that nobody looks into is not called right."""
    (folder / "notes.md").write_text("cerebras")
    (folder / "large.json").write_text(" " * 600_000)
    for name, why in (("notes.md", "no kind of file"), ("large.json", "longer than 512 KiB")):
        result = run("doctor", name)
        assert (result.exit_code, result.stdout) == (2, "")
        assert re.fullmatch(rf"Error: can't look at '{name}': .*{why}.*\n", result.stderr)


def test_unreadable_file(run, folder, monkeypatch):
    """One sentence, without a line on how to use the command."""

    def refuse(_):
        raise PermissionError(errno.EACCES, "Permission denied")

    (folder / "a.py").write_text("")
    monkeypatch.setattr(os, "access", lambda *_, **__: False)
    monkeypatch.setattr(Walk, "sources", refuse)
    result = run("doctor", "a.py")
    assert result.exit_code == 2
    assert result.stderr == "Error: can't look at 'a.py': Permission denied\n"


def test_interrupted(run, monkeypatch):
    """Ctrl-C ends it as it ends other programs."""

    def interrupt(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Walk, "sources", interrupt)
    result = run("doctor")
    assert (result.exit_code, result.output) == (130, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("arguments", [[], ["--json"]])
def test_full_disk(folder, arguments):
    """What can't be written is said in a sentence."""
    (folder / "run.sh").write_text(WRONG * 2)
    command = [sys.executable, "-m", "mockserver", "doctor", *arguments]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert re.fullmatch(r"Error: can't write the findings: .*\n", done.stderr)


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
