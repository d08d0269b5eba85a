import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTENDERS = ("ours", "ours+speed", "aiohttp")
KINDS = ("plain", "stream")
ENGINE = (*KINDS, "many rules")
EXPECTED = {
    *((kind, contender) for kind in KINDS for contender in CONTENDERS),
    *((f"engine {kind}", variant) for kind in ENGINE for variant in ("engine", "engine+speed")),
}


def run(*arguments):
    command = [sys.executable, "-m", "benchmarks", *arguments]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


def test_every_contender_is_measured_for_every_kind(tmp_path):
    """One short round gives a positive figure for each, and every answer is right."""
    for extra in ("orjson", "uvloop"):
        pytest.importorskip(extra)
    path = tmp_path / "figures.json"
    short = ("--rounds", "1", "--seconds", "0.2", "--connections", "4")
    done = run(*short, "--json", str(path))
    assert done.returncode == 0, done.stderr
    figures = json.loads(path.read_text())["figures"]
    assert {(figure["kind"], figure["contender"]) for figure in figures} == EXPECTED
    assert all(figure["median"] > 0 for figure in figures)
    assert not any(figure["errors"] for figure in figures)
    assert all(name in done.stdout for name in (*CONTENDERS, *KINDS))


def test_an_unknown_contender_is_refused():
    """The message names the ones there are."""
    done = run("--only", "nobody")
    assert done.returncode == 2
    assert "nobody; there are ours, ours+speed, aiohttp" in done.stderr
