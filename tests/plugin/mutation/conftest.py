"""The planted app and its tests are none of the suite's own: they run where a test has put them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

HERE = Path(__file__).parent
collect_ignore_glob = ["planted_*.py"]


@pytest.fixture
def mutated(run, pytester):
    """Return a function that runs a planted file, or the code of one, under mutations."""

    def start(code, *arguments, option="--cerebras-mutate", **how):
        for name in ("planted_app.py", "planted_scenarios.py"):
            shutil.copy(HERE / name, pytester.path)
        if code.endswith(".py"):
            code = (HERE / code).read_text("utf-8")
        return run(code, option, "--cerebras-mock", "--cerebras-mode", "respx", *arguments, **how)

    return start
