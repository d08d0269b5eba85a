"""``python -m benchmarks``, as it is typed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Return a function that runs the command where no package of Node is to be found."""
    monkeypatch.setenv("BENCHMARK_NODE_MODULES", str(tmp_path / "nowhere"))

    def command(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "benchmarks", *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return command


def test_quick(run, tmp_path):
    """One short round prints a table and writes JSON and a chart; who is not there is left out."""
    path, drawing = tmp_path / "figures.json", tmp_path / "rates.svg"
    chosen = ("--kinds", "plain,engine", "--only", "ours,aimock")
    done = run("--quick", *chosen, "--json", str(path), "--chart", str(drawing))
    assert done.returncode == 0, done.stderr
    found = json.loads(path.read_text())["figures"]
    assert {(one["kind"], one["subject"]) for one in found} == {
        ("plain", "ours"),
        ("engine", "ours"),
    }
    assert "targets" in done.stdout
    assert drawing.read_text().startswith("<svg")
    assert "plain: aimock is left out; it needs" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--only", "nobody"), "nobody; there are ours, ours+log, aiohttp"),
        (("--kinds", "plain,fast"), "fast; there are varied, varied-stream"),
        (("--rounds", "0"), "--rounds"),
    ],
)
def test_wrong_input(run, arguments, sentence):
    """What there is not is refused in a sentence that names what there is."""
    done = run(*arguments)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
