"""The action for GitHub, and the workflow that the docs show."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from pytest_cerebras.exit_status import VERDICTS_FAILED
from pytest_cerebras.reporting import COVERAGE_FAILED

ROOT = Path(__file__).parent.parent
ACTION = yaml.safe_load((ROOT / ".github/actions/chaos/action.yml").read_text("utf-8"))


def test_inputs_are_declared():
    """What the steps read is declared, and what is declared is read."""
    used = re.findall(r"inputs\.([\w-]+)", str(ACTION["runs"]))
    assert set(used) == set(ACTION["inputs"])


def test_steps_are_whole():
    """Each step of a composite action that runs something names its shell."""
    steps = ACTION["runs"]["steps"]
    assert all("uses" in step or step["shell"] == "bash" for step in steps)


def test_each_status_has_a_sentence():
    """The last step tells verdicts and coverage from failed tests."""
    said = ACTION["runs"]["steps"][-1]["run"]
    assert all(f"{status}) echo" in said for status in (1, VERDICTS_FAILED, COVERAGE_FAILED))


def test_workflow_of_the_docs():
    """It uses the action with inputs that there are."""
    (block,) = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs/ci.md").read_text("utf-8"), re.DOTALL)
    (step,) = [one for one in yaml.safe_load(block)["jobs"]["chaos"]["steps"] if "with" in one]
    assert step["uses"] == "./.github/actions/chaos"
    assert set(step["with"]) <= set(ACTION["inputs"])
    assert "install" in step["with"]
