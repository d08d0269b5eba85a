"""The matrix of the examples on eight machines, joined: the same as one run on one machine."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from pytest_cerebras.report.command import report

pytest.importorskip("cerebras.cloud.sdk")

ROOT = Path(__file__).parents[1]
CHAOS = ("--cerebras-chaos", "all", "--cerebras-mock", "-q", "-p", "no:cacheprovider")
SHARDS = 8


@pytest.fixture
def start(tmp_path):
    """Return a function that runs pytest beside the examples, as on a machine of its own."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")

    def start(*arguments, seed="0"):
        return subprocess.run(
            [sys.executable, "-m", "pytest", *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    return start


def judged(found):
    """Return of each cell what it is, how it ended, what it met and what was said of the client."""
    return [
        (
            *(cell[name] for name in ("id", "scenario", "outcome", "seed", "parameters", "kinds")),
            cell["replay"],
            [played["scenario"] for played in cell["played"]],
            sorted(
                (verdict["rule"], verdict["certainty"], verdict["site"])
                for played in cell["played"]
                for verdict in played["verdicts"]
            ),
            [(one["what"], one["site"], one["how"]) for one in cell["symptoms"]],
        )
        for cell in found["cells"]
    ]


@pytest.mark.slow
def test_eight_shards_are_one_run(start, tmp_path):
    """They have the same cells, verdicts and coverage, in the same order."""
    whole = start(*CHAOS, "--cerebras-report", "whole.json", "-n", "2", "examples")
    assert whole.returncode == 0, whole.stdout + whole.stderr
    passed = 0
    for number in range(1, SHARDS + 1):
        file = ("--cerebras-report", f"shard-{number}.json")
        shard = ("--cerebras-shard", f"{number}/{SHARDS}", "-n", "2")
        done = start(*CHAOS, *file, *shard, "examples", seed=str(number))
        assert done.returncode == 0, done.stdout + done.stderr
        count = int(re.findall(r"^(\d+) passed", done.stdout, re.MULTILINE)[0])
        assert re.search(
            rf"shard {number}/{SHARDS}: {count} of \d+ items$", done.stdout, re.MULTILINE
        )
        passed += count
    assert passed == int(re.findall(r"^(\d+) passed", whole.stdout, re.MULTILINE)[0])
    files = [str(tmp_path / f"shard-{number}.json") for number in range(1, SHARDS + 1)]
    joined = CliRunner().invoke(report, ["merge", *files, "-o", str(tmp_path / "all.json")])
    assert joined.exit_code == 0, joined.output
    one, eight = (
        json.loads((tmp_path / name).read_text("utf-8")) for name in ("whole.json", "all.json")
    )
    assert judged(eight) == judged(one)
    assert eight["coverage"] == one["coverage"]
    assert len(one["cells"]) > SHARDS
